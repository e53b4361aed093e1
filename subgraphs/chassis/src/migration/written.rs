//! When an event was written: retention counts from there. What an event tells of may lie long before.

use sea_orm_migration::prelude::*;

pub(super) struct AddWrittenAt;

impl MigrationName for AddWrittenAt {
    fn name(&self) -> &'static str {
        "m20261201_200000_add_written_at"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for AddWrittenAt {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut column = Table::alter();
        column.table("outbox").add_column(ColumnDef::new("written_at").timestamp_with_time_zone());
        manager.alter_table(column).await?;
        let database = manager.get_connection();
        database.execute_unprepared("UPDATE outbox SET written_at = occurred_at").await?;
        manager.drop_index(Index::drop().name("outbox_by_age").table("outbox").to_owned()).await?;
        let by_age = Index::create().name("outbox_by_age").table("outbox").col("written_at").to_owned();
        manager.create_index(by_age).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name("outbox_by_age").table("outbox").to_owned()).await?;
        manager.alter_table(Table::alter().table("outbox").drop_column("written_at").to_owned()).await?;
        let by_age = Index::create().name("outbox_by_age").table("outbox").col("occurred_at").to_owned();
        manager.create_index(by_age).await
    }
}
