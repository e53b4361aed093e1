//! What was ordered of vendors and what came of it: the ground on which they are judged.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Creates `expected_line`, `delivery` and `delivery_part`.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(expected_line()).await?;
        let by_vendor =
            crate::index("expected_line_vendor", "expected_line", &["tenant_id", "vendor_id", "due_on"]);
        manager.create_index(by_vendor).await?;
        let by_order =
            crate::index("expected_line_order", "expected_line", &["tenant_id", "purchase_order_id"]);
        manager.create_index(by_order).await?;
        manager.create_table(delivery()).await?;
        let by_vendor =
            crate::index("delivery_vendor", "delivery", &["tenant_id", "vendor_id", "received_on"]);
        manager.create_index(by_vendor).await?;
        manager.create_table(delivery_part()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["delivery_part", "delivery", "expected_line"] {
            manager.drop_table(Table::drop().table(table).take()).await?;
        }
        Ok(())
    }
}

fn expected_line() -> TableCreateStatement {
    Table::create()
        .table("expected_line")
        .col(pk_uuid("order_line_id"))
        .col(uuid("tenant_id"))
        .col(uuid("purchase_order_id"))
        .col(uuid("vendor_id"))
        .col(uuid("product_id"))
        .col(integer("position"))
        .col(date_null("due_on"))
        .col(big_integer("ordered_quantity"))
        .col(big_integer("received_quantity"))
        .col(big_integer_null("agreed_price"))
        .check(("expected_line_ordered_not_negative", Expr::cust("\"ordered_quantity\" >= 0")))
        .check(("expected_line_received_not_negative", Expr::cust("\"received_quantity\" >= 0")))
        .take()
}

fn delivery() -> TableCreateStatement {
    Table::create()
        .table("delivery")
        .col(pk_uuid("note_id"))
        .col(uuid("tenant_id"))
        .col(uuid("purchase_order_id"))
        .col(uuid("vendor_id"))
        .col(date("received_on"))
        .col(boolean_null("is_on_time"))
        .col(big_integer("agreed_value"))
        .col(big_integer("paid_value"))
        .take()
}

fn delivery_part() -> TableCreateStatement {
    Table::create()
        .table("delivery_part")
        .col(uuid("note_id"))
        .col(uuid("order_line_id"))
        .col(uuid("tenant_id"))
        .col(big_integer("quantity"))
        .primary_key(Index::create().col("note_id").col("order_line_id"))
        .foreign_key(
            ForeignKey::create()
                .name("delivery_part_delivery")
                .from("delivery_part", "note_id")
                .to("delivery", "note_id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .foreign_key(
            ForeignKey::create()
                .name("delivery_part_line")
                .from("delivery_part", "order_line_id")
                .to("expected_line", "order_line_id"),
        )
        .take()
}
