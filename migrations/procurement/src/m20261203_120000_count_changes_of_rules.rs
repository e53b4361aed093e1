//! Rules count their changes, so that nobody replaces what they have not seen.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Adds `version` to `tolerance`, `approval_rule` and `replenishment_rule`.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

const TABLES: [&str; 3] = ["tolerance", "approval_rule", "replenishment_rule"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES {
            let version = integer("version").default(1).take();
            manager.alter_table(Table::alter().table(table).add_column(version).take()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES {
            manager.alter_table(Table::alter().table(table).drop_column("version").take()).await?;
        }
        Ok(())
    }
}
