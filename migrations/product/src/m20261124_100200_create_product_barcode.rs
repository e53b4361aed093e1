//! Barcodes of products. `gtin` is the code padded to 14 digits: the same number printed as UPC-A and as EAN-13 is one.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Creates `product_barcode`.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("product_barcode")
            .col(uuid("tenant_id"))
            .col(string_len("gtin", 14))
            .col(string_len("code", 14))
            .col(uuid("product_id"))
            .col(integer("position"))
            // One product per barcode and tenant, whoever writes at the same time.
            .primary_key(Index::create().name("product_barcode_key").col("tenant_id").col("gtin"))
            .foreign_key(
                ForeignKey::create()
                    .name("product_barcode_product")
                    .from("product_barcode", "product_id")
                    .to("product", "id"),
            )
            .take();
        manager.create_table(table).await?;
        let by_product = Index::create()
            .name("product_barcode_product_id")
            .table("product_barcode")
            .col("product_id")
            .take();
        manager.create_index(by_product).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("product_barcode").take()).await
    }
}
