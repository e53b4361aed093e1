//! Contracts, what they cover, and what orders took of them.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Creates `contract`, `contract_line` and `contract_use`.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(contract(manager)).await?;
        let number = crate::index("contract_number", "contract", &["tenant_id", "number"]).unique().take();
        manager.create_index(number).await?;
        let vendor =
            crate::index("contract_vendor", "contract", &["tenant_id", "vendor_id", "status", "valid_from"]);
        manager.create_index(vendor).await?;
        let over = crate::index("contract_over", "contract", &["status", "valid_to"]);
        manager.create_index(over).await?;
        manager.create_table(line()).await?;
        let by_contract =
            crate::index("contract_line_contract", "contract_line", &["contract_id", "position"]);
        manager.create_index(by_contract).await?;
        let by_product = crate::index("contract_line_product", "contract_line", &["tenant_id", "product_id"]);
        manager.create_index(by_product).await?;
        manager.create_table(taken()).await?;
        let by_order =
            crate::index("contract_use_order", "contract_use", &["tenant_id", "purchase_order_id"]);
        manager.create_index(by_order).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["contract_use", "contract_line", "contract"] {
            manager.drop_table(Table::drop().table(table).take()).await?;
        }
        Ok(())
    }
}

fn contract(manager: &SchemaManager<'_>) -> TableCreateStatement {
    Table::create()
        .table("contract")
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
            "contract_status_known",
            Expr::cust("\"status\" IN ('DRAFT', 'ACTIVE', 'EXPIRED', 'TERMINATED')"),
        ))
        .check(("contract_window", Expr::cust("\"valid_to\" >= \"valid_from\"")))
        .foreign_key(
            ForeignKey::create().name("contract_vendor").from("contract", "vendor_id").to("vendor", "id"),
        )
        .take()
}

fn line() -> TableCreateStatement {
    Table::create()
        .table("contract_line")
        .col(pk_uuid("id"))
        .col(uuid("tenant_id"))
        .col(uuid("contract_id"))
        .col(integer("position"))
        .col(uuid("product_id"))
        .col(string_len("unit", 16))
        .col(string_len("base_unit", 16))
        .col(big_integer("factor"))
        .col(big_integer("price"))
        .col(integer_null("lead_time_days"))
        .col(big_integer_null("committed_quantity"))
        .col(big_integer("used_quantity"))
        .check(("contract_line_factor_positive", Expr::cust("\"factor\" > 0")))
        .check(("contract_line_price_not_negative", Expr::cust("\"price\" >= 0")))
        .check(("contract_line_used_not_negative", Expr::cust("\"used_quantity\" >= 0")))
        .check((
            "contract_line_committed_positive",
            Expr::cust("\"committed_quantity\" IS NULL OR \"committed_quantity\" > 0"),
        ))
        .foreign_key(
            ForeignKey::create()
                .name("contract_line_contract")
                .from("contract_line", "contract_id")
                .to("contract", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}

fn taken() -> TableCreateStatement {
    Table::create()
        .table("contract_use")
        .col(uuid("contract_line_id"))
        .col(uuid("order_line_id"))
        .col(uuid("tenant_id"))
        .col(uuid("purchase_order_id"))
        .col(big_integer("quantity"))
        .primary_key(Index::create().col("contract_line_id").col("order_line_id"))
        .check(("contract_use_not_negative", Expr::cust("\"quantity\" >= 0")))
        .foreign_key(
            ForeignKey::create()
                .name("contract_use_line")
                .from("contract_use", "contract_line_id")
                .to("contract_line", "id"),
        )
        .take()
}
