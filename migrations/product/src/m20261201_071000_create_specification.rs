//! What products have to be, every wording that was ever agreed.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Creates `specification`.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("specification")
            .col(pk_uuid("id"))
            .col(uuid("tenant_id"))
            .col(uuid("product_id"))
            .col(integer("revision"))
            .col(text("wording"))
            .col(timestamp_with_time_zone("written_at"))
            .col(uuid_null("written_by"))
            .check(("specification_revision_positive", Expr::cust("\"revision\" > 0")))
            .foreign_key(
                ForeignKey::create()
                    .name("specification_product")
                    .from("specification", "product_id")
                    .to("product", "id"),
            )
            .take();
        manager.create_table(table).await?;
        let mut revision = Index::create();
        revision
            .name("specification_revision")
            .table("specification")
            .col("product_id")
            .col("revision")
            .unique();
        manager.create_index(revision).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("specification").take()).await
    }
}
