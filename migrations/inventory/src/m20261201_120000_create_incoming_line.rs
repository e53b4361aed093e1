//! What vendors have been asked for and not brought yet, order line by order line, as procurement tells it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Creates `incoming_line`.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("incoming_line")
            .col(uuid("tenant_id"))
            .col(uuid("purchase_order_id"))
            .col(uuid("line_id"))
            .col(uuid("product_id"))
            .col(uuid("location_id"))
            .col(big_integer("quantity"))
            .col(integer("order_version"))
            .primary_key(Index::create().col("tenant_id").col("purchase_order_id").col("line_id"))
            .check(("incoming_line_not_negative", Expr::cust("\"quantity\" >= 0")))
            .take();
        manager.create_table(table).await?;
        let open = Index::create()
            .name("incoming_line_open")
            .table("incoming_line")
            .col("tenant_id")
            .col("product_id")
            .col("location_id")
            .cond_where(Expr::cust("\"quantity\" > 0"))
            .take();
        manager.create_index(open).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("incoming_line").take()).await
    }
}
