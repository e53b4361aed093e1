//! Who can sign in.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Creates `account`.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let statuses = "\"status\" IN ('INVITED', 'ACTIVE', 'DISABLED')";
        let table = Table::create()
            .table("account")
            .col(pk_uuid("id"))
            .col(uuid("tenant_id"))
            .col(string_len("username", 200).unique_key())
            .col(string_len("email", 254))
            .col(string_len("display_name", 200))
            .col(string_len("password_hash", 255))
            .col(string_len("status", 16))
            .col(integer("failed_attempts"))
            .col(timestamp_with_time_zone_null("first_failed_at"))
            .col(timestamp_with_time_zone_null("locked_until"))
            .col(integer("version"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("updated_at"))
            .check(("account_status_known", Expr::cust(statuses)))
            .check(("account_attempts_counted", Expr::cust("\"failed_attempts\" >= 0")))
            .take();
        manager.create_table(table).await?;
        let by_email = Index::create()
            .name("account_tenant_email")
            .table("account")
            .col("tenant_id")
            .col("email")
            .unique()
            .take();
        manager.create_index(by_email).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("account").take()).await
    }
}
