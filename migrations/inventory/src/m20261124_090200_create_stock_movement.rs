//! The ledger: every change of a balance, in the order the tenant's transactions committed.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Creates `stock_movement` and the counter that numbers it.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // A counter row, not a sequence: a sequence hands out numbers before the transaction commits, so a reader of
        // `seq > last` would lose the rows of a transaction that commits late.
        let head = Table::create()
            .table("ledger_head")
            .col(pk_uuid("tenant_id"))
            .col(big_integer("last_seq"))
            .take();
        manager.create_table(head).await?;
        manager.create_table(movements()).await?;
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("stock_movement").take()).await?;
        manager.drop_table(Table::drop().table("ledger_head").take()).await
    }
}

fn movements() -> TableCreateStatement {
    let kinds = "\"kind\" IN ('IN', 'OUT', 'ADJUSTMENT', 'TRANSFER')";
    Table::create()
        .table("stock_movement")
        .col(pk_uuid("id"))
        .col(uuid("tenant_id"))
        .col(big_integer("seq"))
        .col(uuid("item_id"))
        .col(uuid("product_id"))
        .col(uuid("location_id"))
        .col(string_len("kind", 16))
        .col(string_len("reason", 24))
        .col(big_integer("quantity"))
        .col(big_integer("unit_cost"))
        .col(big_integer("total_value"))
        .col(string_len("base_unit", 16))
        .col(string_len("currency", 3))
        .col(big_integer("on_hand_after"))
        .col(big_integer("value_after"))
        .col(uuid("posting_id"))
        .col(string_len_null("reference_type", 32))
        .col(string_len_null("reference_id", 64))
        .col(string_len_null("reference_line", 64))
        .col(uuid_null("reservation_id"))
        .col(string_len_null("note", 500))
        .col(timestamp_with_time_zone("occurred_at"))
        .col(timestamp_with_time_zone("posted_at"))
        .col(uuid("posted_by"))
        .check(("stock_movement_kind_known", Expr::cust(kinds)))
        .foreign_key(
            ForeignKey::create()
                .name("stock_movement_item")
                .from("stock_movement", "item_id")
                .to("inventory_item", "id"),
        )
        .take()
}

fn indexes() -> [IndexCreateStatement; 3] {
    let by_seq = Index::create()
        .name("stock_movement_tenant_seq")
        .table("stock_movement")
        .col("tenant_id")
        .col("seq")
        .unique()
        .take();
    let by_item = Index::create()
        .name("stock_movement_item_seq")
        .table("stock_movement")
        .col("item_id")
        .col("seq")
        .take();
    // One effect per document line: a goods receipt that is posted twice must not double the stock.
    let by_reference = Index::create()
        .name("stock_movement_one_effect")
        .table("stock_movement")
        .col("tenant_id")
        .col("reference_type")
        .col("reference_id")
        .col("reference_line")
        .col("reason")
        .col("item_id")
        .unique()
        .cond_where(Expr::cust("\"reference_id\" IS NOT NULL"))
        .take();
    [by_seq, by_item, by_reference]
}
