//! The balance of one product at one location, with the constraints that protect it.
//!
//! `allow_negative` repeats the location's switch because a CHECK cannot look into another table.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Creates `inventory_item`.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("inventory_item")
            .col(pk_uuid("id"))
            .col(uuid("tenant_id"))
            .col(uuid("product_id"))
            .col(uuid("location_id"))
            .col(string_len("base_unit", 16))
            .col(string_len("currency", 3))
            .col(string_len("cost_method", 16))
            .col(boolean("allow_negative"))
            .col(big_integer("on_hand"))
            .col(big_integer("reserved"))
            .col(big_integer("total_value"))
            .col(big_integer("average_cost"))
            .col(big_integer_null("reorder_point"))
            .col(integer("version"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("updated_at"))
            .check((
                "inventory_item_method_known",
                Expr::cust("\"cost_method\" IN ('MOVING_AVERAGE', 'FIFO')"),
            ))
            .check(("inventory_item_reserved_not_negative", Expr::cust("\"reserved\" >= 0")))
            .check(("inventory_item_on_hand_covered", Expr::cust("\"allow_negative\" OR \"on_hand\" >= 0")))
            .check((
                "inventory_item_reserved_covered",
                Expr::cust("\"allow_negative\" OR \"reserved\" <= \"on_hand\""),
            ))
            .check((
                "inventory_item_empty_is_worthless",
                Expr::cust("\"on_hand\" <> 0 OR \"total_value\" = 0"),
            ))
            .foreign_key(
                ForeignKey::create()
                    .name("inventory_item_location")
                    .from("inventory_item", "location_id")
                    .to("location", "id"),
            )
            .take();
        manager.create_table(table).await?;
        let by_place = Index::create()
            .name("inventory_item_tenant_product_location")
            .table("inventory_item")
            .col("tenant_id")
            .col("product_id")
            .col("location_id")
            .unique()
            .take();
        manager.create_index(by_place).await?;
        let by_location = Index::create()
            .name("inventory_item_tenant_location")
            .table("inventory_item")
            .col("tenant_id")
            .col("location_id")
            .take();
        manager.create_index(by_location).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("inventory_item").take()).await
    }
}
