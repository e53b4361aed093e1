//! What inventory remembers of a product it was asked to move: that it exists in this tenant, and its base unit.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Creates `product_ref`.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("product_ref")
            .col(uuid("tenant_id"))
            .col(uuid("product_id"))
            .col(string_len("base_unit", 16))
            .col(timestamp_with_time_zone("learned_at"))
            .primary_key(Index::create().col("tenant_id").col("product_id"))
            .take();
        manager.create_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("product_ref").take()).await
    }
}
