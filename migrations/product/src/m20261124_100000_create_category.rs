//! The tree products are sorted into.
//!
//! `sibling_scope` is the parent's id, or the tenant's id for a root: a unique index over a NULL parent would let two
//! roots share a name.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Creates `category`.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("category")
            .col(pk_uuid("id"))
            .col(uuid("tenant_id"))
            .col(uuid_null("parent_id"))
            .col(uuid("sibling_scope"))
            .col(small_integer("level"))
            .col(text("name"))
            .col(text_null("local_name"))
            .col(crate::sorted_text(manager, "name_key"))
            .col(timestamp_with_time_zone("created_at"))
            .col(uuid_null("created_by"))
            .col(timestamp_with_time_zone("updated_at"))
            .col(uuid_null("updated_by"))
            .col(integer("version"))
            .check(("category_level_within_tree", Expr::cust("\"level\" BETWEEN 1 AND 3")))
            .check(("category_root_has_no_parent", Expr::cust("(\"level\" = 1) = (\"parent_id\" IS NULL)")))
            .foreign_key(
                ForeignKey::create()
                    .name("category_parent")
                    .from("category", "parent_id")
                    .to("category", "id"),
            )
            .take();
        manager.create_table(table).await?;
        let siblings = Index::create()
            .name("category_tenant_siblings")
            .table("category")
            .col("tenant_id")
            .col("sibling_scope")
            .col("name_key")
            .unique()
            .take();
        manager.create_index(siblings).await?;
        let by_name = Index::create()
            .name("category_tenant_name")
            .table("category")
            .col("tenant_id")
            .col("name_key")
            .take();
        manager.create_index(by_name).await?;
        // Descendants are found through the parent alone.
        let by_parent = Index::create().name("category_parent_id").table("category").col("parent_id").take();
        manager.create_index(by_parent).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("category").take()).await
    }
}
