//! Tolerances per product, category and tenant, and the time zone in which documents are dated.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Creates `tolerance`; adds `time_zone` to `purchase_request` and `purchase_order`.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

/// What is dated in a property's time zone.
const DATED: [&str; 2] = ["purchase_request", "purchase_order"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in DATED {
            let column = text_null("time_zone");
            manager.alter_table(Table::alter().table(table).add_column(column).take()).await?;
        }
        let tolerance = Table::create()
            .table("tolerance")
            .col(uuid("tenant_id"))
            .col(string_len("scope", 16))
            .col(uuid("scope_id"))
            .col(big_integer("price"))
            .col(big_integer("quantity"))
            .primary_key(Index::create().col("tenant_id").col("scope").col("scope_id"))
            .check((
                "tolerance_known",
                Expr::cust(
                    "\"scope\" IN ('PRODUCT', 'CATEGORY', 'TENANT') AND \"price\" BETWEEN 0 AND 10000000 AND \
                     \"quantity\" BETWEEN 0 AND 10000000",
                ),
            ))
            .take();
        manager.create_table(tolerance).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("tolerance").take()).await?;
        for table in DATED {
            manager.alter_table(Table::alter().table(table).drop_column("time_zone").take()).await?;
        }
        Ok(())
    }
}
