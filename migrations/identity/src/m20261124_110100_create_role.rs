//! Roles, and who has which.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Creates `role` and `account_role`.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let role = Table::create()
            .table("role")
            .col(pk_uuid("id"))
            .col(uuid("tenant_id"))
            .col(string_len("key", 64))
            .col(string_len("name", 200))
            .col(json_binary("permissions"))
            .col(integer("version"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("updated_at"))
            .take();
        manager.create_table(role).await?;
        let by_key =
            Index::create().name("role_tenant_key").table("role").col("tenant_id").col("key").unique().take();
        manager.create_index(by_key).await?;
        let mut account = ForeignKey::create()
            .name("account_role_account")
            .from("account_role", "account_id")
            .to("account", "id")
            .on_delete(ForeignKeyAction::Cascade)
            .take();
        let mut role = ForeignKey::create()
            .name("account_role_role")
            .from("account_role", "role_id")
            .to("role", "id")
            .on_delete(ForeignKeyAction::Cascade)
            .take();
        let account_role = Table::create()
            .table("account_role")
            .col(uuid("account_id"))
            .col(uuid("role_id"))
            .col(uuid("tenant_id"))
            .primary_key(Index::create().col("account_id").col("role_id"))
            .foreign_key(&mut account)
            .foreign_key(&mut role)
            .take();
        manager.create_table(account_role).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("account_role").take()).await?;
        manager.drop_table(Table::drop().table("role").take()).await
    }
}
