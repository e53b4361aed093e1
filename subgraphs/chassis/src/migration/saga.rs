//! Sagas and their steps.

use sea_orm_migration::prelude::*;

pub(super) struct CreateSaga;

impl MigrationName for CreateSaga {
    fn name(&self) -> &'static str {
        "m20261201_120000_create_saga"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for CreateSaga {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(saga()).await?;
        let mut by_subject = Index::create();
        by_subject
            .name("saga_by_subject")
            .table("saga")
            .unique()
            .col("tenant_id")
            .col("subject_id")
            .col("kind")
            .col("begun_version");
        manager.create_index(by_subject).await?;
        let mut by_start = Index::create();
        by_start.name("saga_by_start").table("saga").col("tenant_id").col("started_at").col("id");
        manager.create_index(by_start).await?;
        manager.create_table(step()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["saga_step", "saga"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

fn saga() -> TableCreateStatement {
    let mut table = Table::create();
    table
        .table("saga")
        .col(ColumnDef::new("id").uuid().not_null().primary_key())
        .col(ColumnDef::new("tenant_id").uuid().not_null())
        .col(ColumnDef::new("kind").string().not_null())
        .col(ColumnDef::new("subject_id").uuid().not_null())
        .col(ColumnDef::new("begun_version").integer().not_null())
        .col(ColumnDef::new("undone_version").integer())
        .col(ColumnDef::new("status").string().not_null())
        .col(ColumnDef::new("reason").text())
        .col(ColumnDef::new("started_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("updated_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("finished_at").timestamp_with_time_zone())
        .col(ColumnDef::new("version").integer().not_null());
    table
}

fn step() -> TableCreateStatement {
    let mut table = Table::create();
    table
        .table("saga_step")
        .col(ColumnDef::new("saga_id").uuid().not_null())
        .col(ColumnDef::new("position").integer().not_null())
        .col(ColumnDef::new("tenant_id").uuid().not_null())
        .col(ColumnDef::new("name").string().not_null())
        .col(ColumnDef::new("undo").string())
        .col(ColumnDef::new("status").string().not_null())
        .col(ColumnDef::new("attempts").integer().not_null())
        .col(ColumnDef::new("error").text())
        .col(ColumnDef::new("started_at").timestamp_with_time_zone())
        .col(ColumnDef::new("finished_at").timestamp_with_time_zone())
        .primary_key(Index::create().col("saga_id").col("position"));
    table
}
