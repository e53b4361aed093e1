//! Which month is being closed, by whom, and how many closings there were. Nothing is posted into it meanwhile.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Adds `period_head.closing_id`, `closing_by` and `closings`.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns =
            [uuid_null("closing_id"), uuid_null("closing_by"), integer("closings").default(0).take()];
        for column in columns {
            manager.alter_table(Table::alter().table("period_head").add_column(column).take()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in ["closings", "closing_by", "closing_id"] {
            manager.alter_table(Table::alter().table("period_head").drop_column(column).take()).await?;
        }
        Ok(())
    }
}
