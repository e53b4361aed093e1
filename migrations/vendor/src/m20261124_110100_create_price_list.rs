//! Price lists, their lines, and the counter that numbers them.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Creates `price_list`, `price_line` and `document_counter`.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(counter()).await?;
        manager.create_table(list(manager)).await?;
        let number =
            crate::index("price_list_number", "price_list", &["tenant_id", "number"]).unique().take();
        manager.create_index(number).await?;
        let vendor = crate::index(
            "price_list_vendor",
            "price_list",
            &["tenant_id", "vendor_id", "status", "valid_from"],
        );
        manager.create_index(vendor).await?;
        manager.create_table(line()).await?;
        let by_list = crate::index("price_line_list", "price_line", &["price_list_id", "position"]);
        manager.create_index(by_list).await?;
        let by_product = crate::index("price_line_product", "price_line", &["tenant_id", "product_id"]);
        manager.create_index(by_product).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("price_line").take()).await?;
        manager.drop_table(Table::drop().table("price_list").take()).await?;
        manager.drop_table(Table::drop().table("document_counter").take()).await
    }
}

fn counter() -> TableCreateStatement {
    Table::create()
        .table("document_counter")
        .col(uuid("tenant_id"))
        .col(string_len("kind", 16))
        .col(integer("year"))
        .col(integer("last"))
        .primary_key(Index::create().col("tenant_id").col("kind").col("year"))
        .take()
}

fn list(manager: &SchemaManager<'_>) -> TableCreateStatement {
    Table::create()
        .table("price_list")
        .col(pk_uuid("id"))
        .col(uuid("tenant_id"))
        .col(crate::sorted_text(manager, "number"))
        .col(uuid("vendor_id"))
        .col(string_len("currency", 3))
        .col(date("valid_from"))
        .col(date("valid_to"))
        .col(string_len("status", 16))
        .col(text_null("status_reason"))
        .col(timestamp_with_time_zone("created_at"))
        .col(uuid_null("created_by"))
        .col(timestamp_with_time_zone("updated_at"))
        .col(uuid_null("updated_by"))
        .col(integer("version"))
        .check((
            "price_list_status_known",
            Expr::cust("\"status\" IN ('DRAFT', 'SUBMITTED', 'ACTIVE', 'SUPERSEDED', 'EXPIRED', 'INACTIVE')"),
        ))
        .check(("price_list_window", Expr::cust("\"valid_to\" >= \"valid_from\"")))
        .foreign_key(
            ForeignKey::create().name("price_list_vendor").from("price_list", "vendor_id").to("vendor", "id"),
        )
        .take()
}

fn line() -> TableCreateStatement {
    Table::create()
        .table("price_line")
        .col(pk_uuid("id"))
        .col(uuid("tenant_id"))
        .col(uuid("price_list_id"))
        .col(uuid("vendor_id"))
        .col(integer("position"))
        .col(uuid("product_id"))
        .col(string_len("unit", 16))
        .col(string_len("base_unit", 16))
        .col(big_integer("factor"))
        .col(big_integer("minimum_quantity"))
        .col(big_integer("price"))
        .col(integer_null("lead_time_days"))
        .check(("price_line_factor_positive", Expr::cust("\"factor\" > 0")))
        .check(("price_line_price_not_negative", Expr::cust("\"price\" >= 0")))
        .check(("price_line_minimum_positive", Expr::cust("\"minimum_quantity\" > 0")))
        .foreign_key(
            ForeignKey::create()
                .name("price_line_list")
                .from("price_line", "price_list_id")
                .to("price_list", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}
