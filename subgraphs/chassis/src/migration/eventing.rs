//! The tables with which a service consumes events: places, inbox, dead letters.

use sea_orm_migration::prelude::*;

pub(super) struct CreateEventing;

impl MigrationName for CreateEventing {
    fn name(&self) -> &'static str {
        "m20261124_150000_create_eventing"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for CreateEventing {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut cursor = Table::create();
        cursor
            .table("outbox_cursor")
            .col(ColumnDef::new("consumer").string().not_null())
            .col(ColumnDef::new("tenant_id").uuid().not_null())
            .col(ColumnDef::new("seq").big_integer().not_null())
            .primary_key(Index::create().col("consumer").col("tenant_id"));
        manager.create_table(cursor).await?;
        let mut inbox = Table::create();
        inbox
            .table("inbox")
            .col(ColumnDef::new("consumer").string().not_null())
            .col(ColumnDef::new("event_id").uuid().not_null())
            .col(ColumnDef::new("handled_at").timestamp_with_time_zone().not_null())
            .primary_key(Index::create().col("consumer").col("event_id"));
        manager.create_table(inbox).await?;
        let by_age = Index::create().name("inbox_by_age").table("inbox").col("handled_at").to_owned();
        manager.create_index(by_age).await?;
        manager.create_table(dead_letter()).await?;
        let mut by_tenant = Index::create();
        by_tenant
            .name("dead_letter_by_tenant")
            .table("dead_letter")
            .col("tenant_id")
            .col("failed_at")
            .col("id");
        manager.create_index(by_tenant).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["dead_letter", "inbox", "outbox_cursor"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

fn dead_letter() -> TableCreateStatement {
    let mut table = Table::create();
    table
        .table("dead_letter")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("tenant_id").uuid().not_null())
        .col(ColumnDef::new("consumer").string().not_null())
        .col(ColumnDef::new("source").string().not_null())
        .col(ColumnDef::new("event_id").uuid().not_null())
        .col(ColumnDef::new("event").json_binary().not_null())
        .col(ColumnDef::new("error").string().not_null())
        .col(ColumnDef::new("attempts").integer().not_null())
        .col(ColumnDef::new("failed_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("replayed_at").timestamp_with_time_zone());
    table
}
