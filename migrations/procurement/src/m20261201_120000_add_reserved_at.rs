//! When stores said what they keep for a request.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Adds `reserved_at` to `purchase_request`.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = timestamp_with_time_zone_null("reserved_at");
        manager.alter_table(Table::alter().table("purchase_request").add_column(column).take()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("purchase_request").drop_column("reserved_at").take()).await
    }
}
