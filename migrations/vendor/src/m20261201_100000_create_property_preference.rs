//! Which vendor a single house prefers for a product, where that differs from what the tenant prefers.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Creates `property_preference`.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("property_preference")
            .col(uuid("tenant_id"))
            .col(uuid("property_id"))
            .col(uuid("product_id"))
            .col(uuid("vendor_id"))
            .col(timestamp_with_time_zone("updated_at"))
            .col(uuid_null("updated_by"))
            // One vendor for a product and a house: whoever comes later replaces the one before.
            .primary_key(Index::create().col("tenant_id").col("property_id").col("product_id"))
            .foreign_key(
                ForeignKey::create()
                    .name("property_preference_vendor")
                    .from("property_preference", "vendor_id")
                    .to("vendor", "id"),
            )
            .take();
        manager.create_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("property_preference").take()).await
    }
}
