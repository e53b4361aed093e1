//! Which promises procurement was told of, so that it is told when one ends.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Adds `is_told` to `reservation`.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

/// Promises to approved requests were told in the answer to the approval. Those somebody made by hand in a request's name were
/// not: they name no line of it, or have an end.
const TOLD: &str = "UPDATE \"reservation\" SET \"is_told\" = TRUE WHERE \"reference_type\" = 'PURCHASE_REQUEST' \
    AND \"expires_at\" IS NULL AND LENGTH(\"reference_line\") = 36";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = boolean("is_told").default(false).take();
        manager.alter_table(Table::alter().table("reservation").add_column(column).take()).await?;
        manager.get_connection().execute_unprepared(TOLD).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("reservation").drop_column("is_told").take()).await
    }
}
