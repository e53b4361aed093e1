//! How far imports are.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Creates `product_import`.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("product_import")
            .col(pk_uuid("id"))
            .col(uuid("tenant_id"))
            .col(timestamp_with_time_zone("started_at"))
            .col(uuid("started_by"))
            .col(timestamp_with_time_zone("updated_at"))
            .col(integer("total"))
            .col(integer("created"))
            .col(integer("updated"))
            .col(integer("skipped"))
            .col(integer("refused"))
            .check((
                "product_import_counts",
                Expr::cust("\"created\" + \"updated\" + \"skipped\" + \"refused\" BETWEEN 0 AND \"total\""),
            ))
            .take();
        manager.create_table(table).await?;
        let mut by_start = Index::create();
        by_start
            .name("product_import_started")
            .table("product_import")
            .col("tenant_id")
            .col("started_at")
            .col("id");
        manager.create_index(by_start).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("product_import").take()).await
    }
}
