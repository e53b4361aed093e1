//! Chassis' own tables: outbox, idempotency keys, what a consumer needs, sagas. They have their own history, apart from the
//! service's.

mod audit;
mod eventing;
mod saga;
mod written;

use sea_orm_migration::prelude::*;

/// The history of chassis' own tables.
#[derive(Debug)]
pub(crate) struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(CreateOutbox),
            Box::new(CreateIdempotency),
            Box::new(eventing::CreateEventing),
            Box::new(audit::CreateAudit),
            Box::new(saga::CreateSaga),
            Box::new(written::AddWrittenAt),
        ]
    }

    fn migration_table_name() -> DynIden {
        "chassis_migrations".into_iden()
    }
}

struct CreateOutbox;

impl MigrationName for CreateOutbox {
    fn name(&self) -> &'static str {
        "m20261124_080000_create_outbox"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for CreateOutbox {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut outbox = Table::create();
        outbox
            .table("outbox")
            .col(ColumnDef::new("tenant_id").uuid().not_null())
            .col(ColumnDef::new("seq").big_integer().not_null())
            .col(ColumnDef::new("event_id").uuid().not_null().unique_key())
            .col(ColumnDef::new("kind").string().not_null())
            .col(ColumnDef::new("version").integer().not_null())
            .col(ColumnDef::new("aggregate_id").uuid().not_null())
            .col(ColumnDef::new("aggregate_version").integer().not_null())
            .col(ColumnDef::new("occurred_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("actor_id").uuid())
            .col(ColumnDef::new("causation_id").uuid())
            .col(ColumnDef::new("correlation_id").string())
            .col(ColumnDef::new("traceparent").string())
            .col(ColumnDef::new("payload").json_binary().not_null())
            .primary_key(Index::create().col("tenant_id").col("seq"));
        manager.create_table(outbox).await?;
        let by_age = Index::create().name("outbox_by_age").table("outbox").col("occurred_at").to_owned();
        manager.create_index(by_age).await?;
        let mut counter = Table::create();
        counter
            .table("outbox_counter")
            .col(ColumnDef::new("tenant_id").uuid().not_null().primary_key())
            .col(ColumnDef::new("seq").big_integer().not_null());
        manager.create_table(counter).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("outbox_counter").to_owned()).await?;
        manager.drop_table(Table::drop().table("outbox").to_owned()).await
    }
}

struct CreateIdempotency;

impl MigrationName for CreateIdempotency {
    fn name(&self) -> &'static str {
        "m20261124_080100_create_idempotency"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for CreateIdempotency {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::create();
        table
            .table("idempotency")
            .col(ColumnDef::new("tenant_id").uuid().not_null())
            .col(ColumnDef::new("user_id").uuid().not_null())
            .col(ColumnDef::new("idempotency_key").string().not_null())
            .col(ColumnDef::new("request_hash").binary().not_null())
            .col(ColumnDef::new("result").json_binary())
            .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
            .primary_key(Index::create().col("tenant_id").col("user_id").col("idempotency_key"));
        manager.create_table(table).await?;
        let by_age =
            Index::create().name("idempotency_by_age").table("idempotency").col("created_at").to_owned();
        manager.create_index(by_age).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("idempotency").to_owned()).await
    }
}
