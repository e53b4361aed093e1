//! What is bought, stocked, used and sold.
//!
//! `purchase_units` and `recipe_units` are JSON lists of unit codes: short, closed and always read with the product.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Creates `product`.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(table(manager)).await?;
        let code = Index::create()
            .name("product_tenant_code")
            .table("product")
            .col("tenant_id")
            .col("code")
            .unique()
            .take();
        manager.create_index(code).await?;
        for column in ["name_key", "status", "category_id", "updated_at"] {
            let index = Index::create()
                .name(format!("product_tenant_{column}"))
                .table("product")
                .col("tenant_id")
                .col(column)
                .col("id")
                .take();
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("product").take()).await
    }
}

fn table(manager: &SchemaManager<'_>) -> TableCreateStatement {
    Table::create()
        .table("product")
        .col(pk_uuid("id"))
        .col(uuid("tenant_id"))
        .col(crate::sorted_text(manager, "code"))
        .col(text("name"))
        .col(text_null("local_name"))
        .col(crate::sorted_text(manager, "name_key"))
        .col(text("search_text"))
        .col(text_null("description"))
        .col(string_len("status", 16))
        .col(boolean("was_active"))
        .col(uuid_null("category_id"))
        .col(string_len("base_unit", 16))
        .col(json("purchase_units"))
        .col(json("recipe_units"))
        .col(big_integer_null("density"))
        .col(integer_null("shelf_life_days"))
        .col(boolean("is_lot_tracked"))
        .col(boolean("is_expiry_tracked"))
        .col(boolean("is_purchasable"))
        .col(boolean("is_stocked"))
        .col(boolean("is_used_in_recipe"))
        .col(boolean("is_sold"))
        .col(timestamp_with_time_zone("created_at"))
        .col(uuid_null("created_by"))
        .col(timestamp_with_time_zone("updated_at"))
        .col(uuid_null("updated_by"))
        .col(integer("version"))
        .check((
            "product_status_known",
            Expr::cust("\"status\" IN ('DRAFT', 'ACTIVE', 'INACTIVE', 'DISCONTINUED')"),
        ))
        .check(("product_density_positive", Expr::cust("\"density\" IS NULL OR \"density\" > 0")))
        .check((
            "product_shelf_life_positive",
            Expr::cust("\"shelf_life_days\" IS NULL OR \"shelf_life_days\" > 0"),
        ))
        .foreign_key(
            ForeignKey::create().name("product_category").from("product", "category_id").to("category", "id"),
        )
        .take()
}
