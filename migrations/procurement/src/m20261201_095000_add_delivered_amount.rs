//! What deliveries come to, so that spending can be summed up.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Adds `base_amount` to `goods_received_note_line`, and an index by product.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

/// The product's lines.
const INDEX: &str = "goods_received_note_line_product";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = big_integer("base_amount").default(0).take();
        manager
            .alter_table(Table::alter().table("goods_received_note_line").add_column(column).take())
            .await?;
        let product = crate::index(INDEX, "goods_received_note_line", &["tenant_id", "product_id"]);
        manager.create_index(product).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name(INDEX).table("goods_received_note_line").to_owned()).await?;
        let column = Table::alter().table("goods_received_note_line").drop_column("base_amount").take();
        manager.alter_table(column).await
    }
}
