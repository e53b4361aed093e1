//! Places that hold stock, or through which stock is expensed.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Creates `location`.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let kinds = "\"kind\" IN ('INVENTORY', 'DIRECT', 'CONSIGNMENT', 'TRANSIT', 'PRODUCTION')";
        let methods = "\"cost_method\" IS NULL OR \"cost_method\" IN ('MOVING_AVERAGE', 'FIFO')";
        let table = Table::create()
            .table("location")
            .col(pk_uuid("id"))
            .col(uuid("tenant_id"))
            .col(string_len("code", 32))
            .col(string_len("name", 200))
            .col(string_len("kind", 16))
            .col(string_len("currency", 3))
            .col(boolean("allow_negative"))
            .col(string_len_null("cost_method", 16))
            .col(integer("version"))
            .col(timestamp_with_time_zone("created_at"))
            .col(uuid("created_by"))
            .col(timestamp_with_time_zone("updated_at"))
            .col(uuid("updated_by"))
            .check(("location_kind_known", Expr::cust(kinds)))
            .check(("location_cost_method_known", Expr::cust(methods)))
            .take();
        manager.create_table(table).await?;
        let by_code = Index::create()
            .name("location_tenant_code")
            .table("location")
            .col("tenant_id")
            .col("code")
            .unique()
            .take();
        manager.create_index(by_code).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("location").take()).await
    }
}
