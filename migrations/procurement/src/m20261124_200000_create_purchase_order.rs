//! Orders to vendors and their lines.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Creates `purchase_order` and `purchase_order_line`.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(order(manager)).await?;
        let number = crate::index("purchase_order_number", "purchase_order", &["tenant_id", "number"]);
        manager.create_index(number.clone().unique().take()).await?;
        for (name, column) in [("purchase_order_status", "status"), ("purchase_order_vendor", "vendor_id")] {
            let index = crate::index(name, "purchase_order", &["tenant_id", column, "updated_at"]);
            manager.create_index(index).await?;
        }
        manager.create_table(line()).await?;
        for (name, columns) in [
            ("purchase_order_line_order", ["order_id", "position"]),
            ("purchase_order_line_product", ["tenant_id", "product_id"]),
            ("purchase_order_line_request", ["tenant_id", "request_id"]),
        ] {
            manager.create_index(crate::index(name, "purchase_order_line", &columns)).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("purchase_order_line").take()).await?;
        manager.drop_table(Table::drop().table("purchase_order").take()).await
    }
}

fn order(manager: &SchemaManager<'_>) -> TableCreateStatement {
    Table::create()
        .table("purchase_order")
        .col(pk_uuid("id"))
        .col(uuid("tenant_id"))
        .col(crate::sorted_text(manager, "number", false))
        .col(string_len("status", 24))
        .col(text_null("status_reason"))
        .col(uuid("vendor_id"))
        .col(string_len("currency", 3))
        .col(uuid("deliver_to"))
        .col(date_null("delivery_date"))
        .col(big_integer("total"))
        .col(big_integer("base_total"))
        .col(text_null("vendor_reference"))
        .col(uuid("ordered_by"))
        .col(uuid_null("approved_by"))
        .col(uuid_null("delegated_from"))
        .col(timestamp_with_time_zone_null("approved_at"))
        .col(timestamp_with_time_zone_null("sent_at"))
        .col(timestamp_with_time_zone_null("acknowledged_at"))
        .col(text("search_text"))
        .col(timestamp_with_time_zone("created_at"))
        .col(uuid_null("created_by"))
        .col(timestamp_with_time_zone("updated_at"))
        .col(uuid_null("updated_by"))
        .col(integer("version"))
        .check((
            "purchase_order_status_known",
            Expr::cust(
                "\"status\" IN ('DRAFT', 'PENDING_APPROVAL', 'APPROVED', 'SENT', 'ACKNOWLEDGED', \
                 'PARTIALLY_RECEIVED', 'RECEIVED', 'CLOSED', 'CANCELLED')",
            ),
        ))
        .check((
            "purchase_order_approved_by_another",
            Expr::cust("\"approved_by\" IS NULL OR \"approved_by\" <> \"ordered_by\""),
        ))
        .take()
}

fn line() -> TableCreateStatement {
    Table::create()
        .table("purchase_order_line")
        .col(pk_uuid("id"))
        .col(uuid("tenant_id"))
        .col(uuid("order_id"))
        .col(integer("position"))
        .col(uuid("request_id"))
        .col(uuid("request_line_id"))
        .col(uuid("product_id"))
        .col(string_len("unit", 16))
        .col(string_len("base_unit", 16))
        .col(big_integer("factor"))
        .col(big_integer("ordered_quantity"))
        .col(big_integer("received_quantity"))
        .col(big_integer("cancelled_quantity"))
        .col(big_integer("receivable_quantity"))
        .col(big_integer("unit_price"))
        .col(big_integer("discount"))
        .col(big_integer("tax"))
        .col(big_integer("amount"))
        .col(big_integer("base_amount"))
        .check((
            "purchase_order_line_quantities",
            Expr::cust(
                "\"ordered_quantity\" > 0 AND \"factor\" > 0 AND \"received_quantity\" >= 0 AND \
                 \"cancelled_quantity\" >= 0 AND \"cancelled_quantity\" <= \"ordered_quantity\"",
            ),
        ))
        .check((
            "purchase_order_line_receivable",
            Expr::cust("\"received_quantity\" <= \"receivable_quantity\""),
        ))
        .foreign_key(
            ForeignKey::create()
                .name("purchase_order_line_order")
                .from("purchase_order_line", "order_id")
                .to("purchase_order", "id"),
        )
        .foreign_key(
            ForeignKey::create()
                .name("purchase_order_line_source")
                .from("purchase_order_line", "request_line_id")
                .to("purchase_request_line", "id"),
        )
        .take()
}
