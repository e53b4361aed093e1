//! What a tenant wants to know about its products beside the usual, and what it wrote down.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Creates `attribute_definition` and `product_attribute`.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let definition = Table::create()
            .table("attribute_definition")
            .col(pk_uuid("id"))
            .col(uuid("tenant_id"))
            .col(crate::sorted_text(manager, "key"))
            .col(text("name"))
            .col(string_len("kind", 16))
            .col(json("options"))
            .col(boolean("is_required"))
            .col(timestamp_with_time_zone("created_at"))
            .col(uuid_null("created_by"))
            .col(timestamp_with_time_zone("updated_at"))
            .col(uuid_null("updated_by"))
            .col(integer("version"))
            .check((
                "attribute_definition_kind_known",
                Expr::cust("\"kind\" IN ('TEXT', 'NUMBER', 'BOOLEAN', 'DATE', 'CHOICE')"),
            ))
            .take();
        manager.create_table(definition).await?;
        let mut key = Index::create();
        key.name("attribute_definition_key")
            .table("attribute_definition")
            .col("tenant_id")
            .col("key")
            .unique();
        manager.create_index(key).await?;
        let value = Table::create()
            .table("product_attribute")
            .col(uuid("product_id"))
            .col(uuid("definition_id"))
            .col(uuid("tenant_id"))
            .col(text("value"))
            .primary_key(Index::create().col("product_id").col("definition_id"))
            .foreign_key(
                ForeignKey::create()
                    .name("product_attribute_product")
                    .from("product_attribute", "product_id")
                    .to("product", "id"),
            )
            .foreign_key(
                ForeignKey::create()
                    .name("product_attribute_definition")
                    .from("product_attribute", "definition_id")
                    .to("attribute_definition", "id"),
            )
            .take();
        manager.create_table(value).await?;
        let mut by_definition = Index::create();
        by_definition.name("product_attribute_definition_id").table("product_attribute").col("definition_id");
        manager.create_index(by_definition).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("product_attribute").take()).await?;
        manager.drop_table(Table::drop().table("attribute_definition").take()).await
    }
}
