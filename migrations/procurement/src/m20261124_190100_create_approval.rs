//! Who has to approve, and who did.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Creates `approval` and `approval_rule`.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(approval()).await?;
        let by_level = crate::index("approval_level", "approval", &["request_id", "submission", "level"])
            .unique()
            .take();
        manager.create_index(by_level).await?;
        let waiting =
            crate::index("approval_waiting", "approval", &["tenant_id", "status", "limit_required"]);
        manager.create_index(waiting).await?;
        let rule = Table::create()
            .table("approval_rule")
            .col(uuid("tenant_id"))
            .col(string_len("document", 24))
            .col(integer("level"))
            .col(big_integer("from_amount"))
            .check(("approval_rule_level", Expr::cust("\"level\" > 0 AND \"from_amount\" >= 0")))
            .primary_key(Index::create().col("tenant_id").col("document").col("level"))
            .take();
        manager.create_table(rule).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("approval_rule").take()).await?;
        manager.drop_table(Table::drop().table("approval").take()).await
    }
}

fn approval() -> TableCreateStatement {
    Table::create()
        .table("approval")
        .col(pk_uuid("id"))
        .col(uuid("tenant_id"))
        .col(uuid("request_id"))
        .col(integer("submission"))
        .col(integer("level"))
        .col(string_len("status", 16))
        .col(big_integer("limit_required"))
        .col(uuid_null("approver"))
        .col(uuid_null("delegated_from"))
        .col(text_null("comment"))
        .col(timestamp_with_time_zone_null("decided_at"))
        .check((
            "approval_decided",
            Expr::cust(
                "(\"status\" IN ('WAITING', 'PENDING', 'CANCELLED') AND \"approver\" IS NULL) OR \
                 (\"status\" IN ('APPROVED', 'REJECTED', 'RETURNED') AND \"approver\" IS NOT NULL)",
            ),
        ))
        .foreign_key(
            ForeignKey::create()
                .name("approval_request")
                .from("approval", "request_id")
                .to("purchase_request", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}
