//! What is left of each receipt at a FIFO item: how many, and what they cost.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Creates `cost_layer`.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("cost_layer")
            .col(pk_uuid("id"))
            .col(uuid("tenant_id"))
            .col(uuid("item_id"))
            .col(timestamp_with_time_zone("received_at"))
            .col(big_integer("seq"))
            .col(big_integer("quantity_in"))
            .col(big_integer("quantity_left"))
            .col(big_integer("value_left"))
            .col(big_integer("unit_cost"))
            .check((
                "cost_layer_left_within_in",
                Expr::cust("\"quantity_left\" BETWEEN 0 AND \"quantity_in\""),
            ))
            .check(("cost_layer_value_not_negative", Expr::cust("\"value_left\" >= 0")))
            .check((
                "cost_layer_empty_is_worthless",
                Expr::cust("\"quantity_left\" > 0 OR \"value_left\" = 0"),
            ))
            .foreign_key(
                ForeignKey::create()
                    .name("cost_layer_item")
                    .from("cost_layer", "item_id")
                    .to("inventory_item", "id"),
            )
            .take();
        manager.create_table(table).await?;
        let open = Index::create()
            .name("cost_layer_open")
            .table("cost_layer")
            .col("item_id")
            .col("received_at")
            .col("seq")
            .cond_where(Expr::cust("\"quantity_left\" > 0"))
            .take();
        manager.create_index(open).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("cost_layer").take()).await
    }
}
