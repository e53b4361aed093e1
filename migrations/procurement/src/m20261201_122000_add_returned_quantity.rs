//! How much of what stores kept for a request's lines is kept no longer and was not handed out, in base units.

use sea_orm_migration::prelude::*;

/// Adds `returned_quantity` to `purchase_request_line`.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // The builder cannot say a CHECK with a new column.
        let statement = "ALTER TABLE \"purchase_request_line\" ADD COLUMN \"returned_quantity\" BIGINT NOT NULL DEFAULT 0 \
            CHECK (\"returned_quantity\" >= 0)";
        manager.get_connection().execute_unprepared(statement).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = Table::alter().table("purchase_request_line").drop_column("returned_quantity").take();
        manager.alter_table(column).await
    }
}
