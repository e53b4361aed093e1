//! Rights lent for a while.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Creates `delegation`.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(delegation()).await?;
        for column in ["from_id", "to_id"] {
            manager.create_index(crate::index("delegation", &[column, "status"])).await?;
        }
        let by_turn =
            Index::create().name("delegation_turn").table("delegation").col("status").col("ends_at").take();
        manager.create_index(by_turn).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("delegation").take()).await
    }
}

fn delegation() -> TableCreateStatement {
    let mut table = Table::create();
    table
        .table("delegation")
        .col(pk_uuid("id"))
        .col(uuid("tenant_id"))
        .col(uuid("from_id"))
        .col(uuid("to_id"))
        .col(json_binary("doc_types"))
        .col(big_integer("limit_amount"))
        .col(string_len("limit_currency", 3))
        .col(timestamp_with_time_zone("starts_at"))
        .col(timestamp_with_time_zone("ends_at"))
        .col(text("reason"))
        .col(string_len("status", 16))
        .check(("delegation_to_another", Expr::cust("\"from_id\" <> \"to_id\"")))
        .check(("delegation_window", Expr::cust("\"starts_at\" < \"ends_at\"")))
        .check((
            "delegation_status_known",
            Expr::cust("\"status\" IN ('SCHEDULED', 'ACTIVE', 'ENDED', 'REVOKED')"),
        ));
    crate::audited(&mut table)
}
