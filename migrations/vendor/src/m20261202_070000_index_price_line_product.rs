//! Which of a list's lines price a product.

use sea_orm_migration::prelude::*;

/// Adds the index that finds them: approving a list asks the vendor's other lists for each of its products.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

const NAME: &str = "price_line_list_product";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let index = crate::index(NAME, "price_line", &["price_list_id", "product_id"]).take();
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name(NAME).table("price_line").to_owned()).await
    }
}
