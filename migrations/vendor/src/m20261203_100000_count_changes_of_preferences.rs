//! Preferences of houses count their changes, so that nobody replaces what they have not seen.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Adds `version` to `property_preference`.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let version = integer("version").default(1).take();
        manager.alter_table(Table::alter().table("property_preference").add_column(version).take()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("property_preference").drop_column("version").take()).await
    }
}
