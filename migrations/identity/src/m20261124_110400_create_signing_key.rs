//! The keys that access tokens are signed with.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Creates `signing_key`.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let statuses = "\"status\" IN ('NEXT', 'CURRENT', 'RETIRING', 'RETIRED')";
        let table = Table::create()
            .table("signing_key")
            .col(pk_uuid("id"))
            .col(string_len("kid", 64).unique_key())
            .col(string_len("status", 16))
            .col(text("private_key"))
            .col(json_binary("public_key"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone_null("activated_at"))
            .col(timestamp_with_time_zone_null("retires_at"))
            .check(("signing_key_status_known", Expr::cust(statuses)))
            .check((
                "signing_key_retired_is_erased",
                Expr::cust("(\"status\" = 'RETIRED') = (\"private_key\" = '')"),
            ))
            .take();
        manager.create_table(table).await?;
        // One key signs and one waits; two processes that start together cannot both make them.
        let single = "CREATE UNIQUE INDEX signing_key_one_each ON signing_key (status) \
            WHERE status IN ('NEXT', 'CURRENT')";
        manager.get_connection().execute_unprepared(single).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("signing_key").take()).await
    }
}
