//! Sign-ins.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Creates `session`.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut account = ForeignKey::create()
            .name("session_account")
            .from("session", "account_id")
            .to("account", "id")
            .on_delete(ForeignKeyAction::Cascade)
            .take();
        let table = Table::create()
            .table("session")
            .col(pk_uuid("id"))
            .col(uuid("tenant_id"))
            .col(uuid("account_id"))
            .col(string_len_null("device", 200))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("last_seen_at"))
            .col(timestamp_with_time_zone("expires_at"))
            .col(timestamp_with_time_zone_null("revoked_at"))
            .col(string_len_null("revoked_because", 32))
            .foreign_key(&mut account)
            .take();
        manager.create_table(table).await?;
        let by_account = Index::create()
            .name("session_tenant_account")
            .table("session")
            .col("tenant_id")
            .col("account_id")
            .col("created_at")
            .col("id")
            .take();
        manager.create_index(by_account).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("session").take()).await
    }
}
