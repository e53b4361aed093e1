//! A product's own ratios between units: what is in its case, what its bottle holds.
//!
//! `low_unit` and `high_unit` are the two codes in alphabetical order: one ratio per pair, whichever way it was written.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Creates `unit_conversion`.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("unit_conversion")
            .col(pk_uuid("id"))
            .col(uuid("tenant_id"))
            .col(uuid("product_id"))
            .col(string_len("from_unit", 16))
            .col(string_len("to_unit", 16))
            .col(big_integer("from_quantity"))
            .col(big_integer("to_quantity"))
            .col(string_len("low_unit", 16))
            .col(string_len("high_unit", 16))
            .col(integer("position"))
            .check((
                "unit_conversion_ratio_positive",
                Expr::cust("\"from_quantity\" > 0 AND \"to_quantity\" > 0"),
            ))
            .check(("unit_conversion_units_differ", Expr::cust("\"low_unit\" < \"high_unit\"")))
            .foreign_key(
                ForeignKey::create()
                    .name("unit_conversion_product")
                    .from("unit_conversion", "product_id")
                    .to("product", "id"),
            )
            .take();
        manager.create_table(table).await?;
        let pair = Index::create()
            .name("unit_conversion_pair")
            .table("unit_conversion")
            .col("product_id")
            .col("low_unit")
            .col("high_unit")
            .unique()
            .take();
        manager.create_index(pair).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("unit_conversion").take()).await
    }
}
