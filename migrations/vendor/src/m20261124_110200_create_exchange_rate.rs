//! Exchange rates by day, for comparing offers in different currencies.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Creates `exchange_rate`.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("exchange_rate")
            .col(uuid("tenant_id"))
            .col(string_len("currency", 3))
            .col(date("valid_from"))
            .col(big_integer("rate"))
            .check(("exchange_rate_positive", Expr::cust("\"rate\" > 0")))
            .primary_key(Index::create().col("tenant_id").col("currency").col("valid_from"))
            .take();
        manager.create_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("exchange_rate").take()).await
    }
}
