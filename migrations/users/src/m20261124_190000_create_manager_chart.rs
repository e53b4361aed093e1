//! A row per tenant that whoever changes a manager has to change as well: two such changes wait for one another.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Creates `manager_chart`.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("manager_chart")
            .col(pk_uuid("tenant_id"))
            .col(big_integer("changes"))
            .take();
        manager.create_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("manager_chart").take()).await
    }
}
