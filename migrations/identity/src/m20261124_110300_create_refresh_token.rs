//! Refresh tokens by their hash.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Creates `refresh_token`.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut session = ForeignKey::create()
            .name("refresh_token_session")
            .from("refresh_token", "session_id")
            .to("session", "id")
            .on_delete(ForeignKeyAction::Cascade)
            .take();
        let table = Table::create()
            .table("refresh_token")
            .col(binary_len("token_hash", 32).primary_key())
            .col(uuid("tenant_id"))
            .col(uuid("session_id"))
            .col(string_len("status", 16))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone_null("rotated_at"))
            .check(("refresh_token_status_known", Expr::cust("\"status\" IN ('ACTIVE', 'ROTATED')")))
            .foreign_key(&mut session)
            .take();
        manager.create_table(table).await?;
        // A session continues by one token at a time.
        let active = "CREATE UNIQUE INDEX refresh_token_one_active ON refresh_token (session_id) \
            WHERE status = 'ACTIVE'";
        manager.get_connection().execute_unprepared(active).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("refresh_token").take()).await
    }
}
