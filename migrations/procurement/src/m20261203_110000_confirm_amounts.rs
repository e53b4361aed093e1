//! Credit notes over money alone are settled once inventory has answered, like returns. Those that were posted before were told to nobody.

use sea_orm_migration::prelude::*;

/// Lets posted credit notes over money count as answered.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

const SETTLED: &str = "UPDATE credit_note SET confirmed_at = posted_at \
    WHERE kind = 'AMOUNT' AND confirmed_at IS NULL AND posted_at IS NOT NULL";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(SETTLED).await.map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let unsettled = "UPDATE credit_note SET confirmed_at = NULL WHERE kind = 'AMOUNT'";
        manager.get_connection().execute_unprepared(unsettled).await.map(drop)
    }
}
