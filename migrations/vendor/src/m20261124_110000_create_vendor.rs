//! Vendors and their relation to single products. At most one vendor is preferred for a product: a partial unique index.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Creates `vendor` and `vendor_product`.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(vendor(manager)).await?;
        let code = crate::index("vendor_tenant_code", "vendor", &["tenant_id", "code"]).unique().take();
        manager.create_index(code).await?;
        for column in ["name_key", "status", "updated_at"] {
            let name = format!("vendor_tenant_{column}");
            manager.create_index(crate::index(&name, "vendor", &["tenant_id", column, "id"])).await?;
        }
        manager.create_table(vendor_product()).await?;
        let pair =
            crate::index("vendor_product_pair", "vendor_product", &["tenant_id", "vendor_id", "product_id"]);
        manager.create_index(pair.clone().unique().take()).await?;
        let product = crate::index("vendor_product_product", "vendor_product", &["tenant_id", "product_id"]);
        manager.create_index(product).await?;
        manager
            .get_connection()
            .execute_unprepared(
                "CREATE UNIQUE INDEX \"vendor_product_preferred\" ON \"vendor_product\" (\"tenant_id\", \"product_id\") \
                 WHERE \"is_preferred\"",
            )
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("vendor_product").take()).await?;
        manager.drop_table(Table::drop().table("vendor").take()).await
    }
}

fn vendor(manager: &SchemaManager<'_>) -> TableCreateStatement {
    Table::create()
        .table("vendor")
        .col(pk_uuid("id"))
        .col(uuid("tenant_id"))
        .col(crate::sorted_text(manager, "code"))
        .col(text("name"))
        .col(crate::sorted_text(manager, "name_key"))
        .col(text("search_text"))
        .col(text_null("tax_id"))
        .col(string_len("status", 16))
        .col(text_null("status_reason"))
        .col(string_len("currency", 3))
        .col(integer("payment_terms_days"))
        .col(integer("lead_time_days"))
        .col(big_integer_null("minimum_order"))
        .col(big_integer_null("rating"))
        .col(text_null("contact_name"))
        .col(text_null("email"))
        .col(text_null("phone"))
        .col(timestamp_with_time_zone("created_at"))
        .col(uuid_null("created_by"))
        .col(timestamp_with_time_zone("updated_at"))
        .col(uuid_null("updated_by"))
        .col(integer("version"))
        .check((
            "vendor_status_known",
            Expr::cust("\"status\" IN ('PROSPECT', 'ACTIVE', 'BLOCKED', 'ARCHIVED')"),
        ))
        .take()
}

fn vendor_product() -> TableCreateStatement {
    Table::create()
        .table("vendor_product")
        .col(pk_uuid("id"))
        .col(uuid("tenant_id"))
        .col(uuid("vendor_id"))
        .col(uuid("product_id"))
        .col(text_null("vendor_sku"))
        .col(boolean("is_preferred"))
        .col(boolean("is_blocked"))
        .col(timestamp_with_time_zone("updated_at"))
        .col(integer("version"))
        .check(("vendor_product_consistent", Expr::cust("NOT (\"is_preferred\" AND \"is_blocked\")")))
        .foreign_key(
            ForeignKey::create()
                .name("vendor_product_vendor")
                .from("vendor_product", "vendor_id")
                .to("vendor", "id"),
        )
        .take()
}
