//! What is known here about products of the product service: their base unit and what their packs hold.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Creates `product_ref`: one row per product and unit.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("product_ref")
            .col(uuid("tenant_id"))
            .col(uuid("product_id"))
            .col(string_len("unit", 16))
            .col(string_len("base_unit", 16))
            .col(big_integer("factor"))
            .col(timestamp_with_time_zone("learned_at"))
            .check(("product_ref_factor_positive", Expr::cust("\"factor\" > 0")))
            .primary_key(Index::create().col("tenant_id").col("product_id").col("unit"))
            .take();
        manager.create_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("product_ref").take()).await
    }
}
