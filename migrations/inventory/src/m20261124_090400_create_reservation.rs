//! Stock promised to somebody: still on the shelf, no longer available.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Creates `reservation`.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("reservation")
            .col(pk_uuid("id"))
            .col(uuid("tenant_id"))
            .col(uuid("item_id"))
            .col(uuid("product_id"))
            .col(uuid("location_id"))
            .col(string_len("base_unit", 16))
            .col(big_integer("quantity"))
            .col(big_integer("quantity_left"))
            .col(string_len("status", 16))
            .col(string_len_null("reference_type", 32))
            .col(string_len_null("reference_id", 64))
            .col(string_len_null("reference_line", 64))
            .col(timestamp_with_time_zone_null("expires_at"))
            .col(integer("version"))
            .col(timestamp_with_time_zone("created_at"))
            .col(uuid("created_by"))
            .col(timestamp_with_time_zone("updated_at"))
            .col(uuid("updated_by"))
            .check((
                "reservation_status_known",
                Expr::cust("\"status\" IN ('ACTIVE', 'CONSUMED', 'RELEASED', 'EXPIRED')"),
            ))
            .check(("reservation_left_within", Expr::cust("\"quantity_left\" BETWEEN 0 AND \"quantity\"")))
            .check((
                "reservation_holds_only_while_active",
                Expr::cust("(\"status\" = 'ACTIVE') = (\"quantity_left\" > 0)"),
            ))
            .foreign_key(
                ForeignKey::create()
                    .name("reservation_item")
                    .from("reservation", "item_id")
                    .to("inventory_item", "id"),
            )
            .take();
        manager.create_table(table).await?;
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("reservation").take()).await
    }
}

fn indexes() -> [IndexCreateStatement; 3] {
    let active = Index::create()
        .name("reservation_active_by_item")
        .table("reservation")
        .col("item_id")
        .cond_where(Expr::cust("\"status\" = 'ACTIVE'"))
        .take();
    let due = Index::create()
        .name("reservation_active_by_expiry")
        .table("reservation")
        .col("expires_at")
        .cond_where(Expr::cust("\"status\" = 'ACTIVE'"))
        .take();
    let newest =
        Index::create().name("reservation_tenant_id").table("reservation").col("tenant_id").col("id").take();
    [active, due, newest]
}
