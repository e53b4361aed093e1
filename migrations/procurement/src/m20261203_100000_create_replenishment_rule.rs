//! Who buys for a store that runs low, and what is bought because one does.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Creates `replenishment_rule`; adds `replenishes` to `purchase_request`.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let rule = Table::create()
            .table("replenishment_rule")
            .col(uuid("tenant_id"))
            .col(uuid("location_id"))
            .col(uuid("department_id"))
            .col(uuid("requested_by"))
            .col(timestamp_with_time_zone("updated_at"))
            .primary_key(Index::create().col("tenant_id").col("location_id"))
            .take();
        manager.create_table(rule).await?;
        let column = uuid_null("replenishes");
        manager.alter_table(Table::alter().table("purchase_request").add_column(column).take()).await?;
        let mut of_place = Index::create();
        of_place.name("purchase_request_replenishes").table("purchase_request");
        of_place.col("tenant_id").col("replenishes").col("status");
        manager.create_index(of_place.cond_where(Expr::cust("\"replenishes\" IS NOT NULL")).take()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let index = Index::drop().name("purchase_request_replenishes").table("purchase_request").to_owned();
        manager.drop_index(index).await?;
        manager
            .alter_table(Table::alter().table("purchase_request").drop_column("replenishes").take())
            .await?;
        manager.drop_table(Table::drop().table("replenishment_rule").take()).await
    }
}
