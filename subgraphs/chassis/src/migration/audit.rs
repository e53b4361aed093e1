//! The audit log: entries, which records they are about, and the end of each tenant's chain.

use sea_orm_migration::prelude::*;

pub(super) struct CreateAudit;

impl MigrationName for CreateAudit {
    fn name(&self) -> &'static str {
        "m20261201_070000_create_audit"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for CreateAudit {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(entry()).await?;
        let mut by_time = Index::create();
        by_time.name("audit_entry_by_time").table("audit_entry").col("tenant_id").col("at").col("seq");
        manager.create_index(by_time).await?;
        let mut subject = Table::create();
        subject
            .table("audit_subject")
            .col(ColumnDef::new("tenant_id").uuid().not_null())
            .col(ColumnDef::new("subject_id").uuid().not_null())
            .col(ColumnDef::new("seq").big_integer().not_null())
            .primary_key(Index::create().col("tenant_id").col("subject_id").col("seq"));
        manager.create_table(subject).await?;
        let mut head = Table::create();
        head.table("audit_head")
            .col(ColumnDef::new("tenant_id").uuid().not_null().primary_key())
            .col(ColumnDef::new("seq").big_integer().not_null())
            .col(ColumnDef::new("hash").binary().not_null());
        manager.create_table(head).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["audit_head", "audit_subject", "audit_entry"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

fn entry() -> TableCreateStatement {
    let mut table = Table::create();
    table
        .table("audit_entry")
        .col(ColumnDef::new("tenant_id").uuid().not_null())
        .col(ColumnDef::new("seq").big_integer().not_null())
        .col(ColumnDef::new("at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("actor_id").uuid())
        .col(ColumnDef::new("operation").text().not_null())
        .col(ColumnDef::new("input").text().not_null())
        .col(ColumnDef::new("address").text())
        .col(ColumnDef::new("client").text())
        .col(ColumnDef::new("request_id").text())
        .col(ColumnDef::new("outcome").string().not_null())
        .col(ColumnDef::new("codes").text().not_null())
        .col(ColumnDef::new("subjects").text().not_null())
        .col(ColumnDef::new("hash").binary().not_null())
        .primary_key(Index::create().col("tenant_id").col("seq"));
    table
}
