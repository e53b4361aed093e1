//! What vendors want to be paid for, line by line.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Creates `vendor_invoice` and `vendor_invoice_line`.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(invoice(manager)).await?;
        for (name, column) in [("vendor_invoice_status", "status"), ("vendor_invoice_vendor", "vendor_id")] {
            let index = crate::index(name, "vendor_invoice", &["tenant_id", column, "updated_at"]);
            manager.create_index(index).await?;
        }
        // A number that was given up may come again.
        manager
            .get_connection()
            .execute_unprepared(
                "CREATE UNIQUE INDEX \"vendor_invoice_number\" ON \"vendor_invoice\" \
                 (\"tenant_id\", \"vendor_id\", \"number_key\") WHERE \"status\" <> 'VOIDED'",
            )
            .await?;
        manager.create_table(line()).await?;
        for (name, columns) in [
            ("vendor_invoice_line_invoice", ["invoice_id", "position"]),
            ("vendor_invoice_line_order", ["tenant_id", "order_id"]),
            ("vendor_invoice_line_order_line", ["tenant_id", "order_line_id"]),
        ] {
            manager.create_index(crate::index(name, "vendor_invoice_line", &columns)).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("vendor_invoice_line").take()).await?;
        manager.drop_table(Table::drop().table("vendor_invoice").take()).await
    }
}

fn invoice(manager: &SchemaManager<'_>) -> TableCreateStatement {
    Table::create()
        .table("vendor_invoice")
        .col(pk_uuid("id"))
        .col(uuid("tenant_id"))
        .col(uuid("vendor_id"))
        .col(text("number"))
        .col(crate::sorted_text(manager, "number_key", false))
        .col(string_len("status", 16))
        .col(text_null("status_reason"))
        .col(string_len("currency", 3))
        .col(date("invoice_date"))
        .col(date_null("due_date"))
        .col(big_integer("total"))
        .col(big_integer("base_total"))
        .col(uuid("recorded_by"))
        .col(uuid_null("approved_by"))
        .col(uuid_null("delegated_from"))
        .col(timestamp_with_time_zone_null("approved_at"))
        .col(date_null("paid_on"))
        .col(text_null("payment_reference"))
        .col(timestamp_with_time_zone("created_at"))
        .col(uuid_null("created_by"))
        .col(timestamp_with_time_zone("updated_at"))
        .col(uuid_null("updated_by"))
        .col(integer("version"))
        .check((
            "vendor_invoice_status_known",
            Expr::cust(
                "\"status\" IN ('RECEIVED', 'MATCHED', 'VARIANCE', 'HELD', 'APPROVED', 'PAID', 'VOIDED')",
            ),
        ))
        .check((
            "vendor_invoice_approved_by_another",
            Expr::cust("\"approved_by\" IS NULL OR \"approved_by\" <> \"recorded_by\""),
        ))
        .take()
}

fn line() -> TableCreateStatement {
    Table::create()
        .table("vendor_invoice_line")
        .col(pk_uuid("id"))
        .col(uuid("tenant_id"))
        .col(uuid("invoice_id"))
        .col(integer("position"))
        .col(uuid("order_id"))
        .col(uuid("order_line_id"))
        .col(uuid("product_id"))
        .col(string_len("unit", 16))
        .col(big_integer("quantity"))
        .col(big_integer("unit_price"))
        .col(big_integer("discount"))
        .col(big_integer("tax"))
        .col(big_integer("amount"))
        .col(big_integer("base_amount"))
        .col(big_integer("order_price"))
        .col(big_integer("received_quantity"))
        .col(big_integer("invoiced_quantity"))
        .col(text("differences"))
        .check((
            "vendor_invoice_line_amounts",
            Expr::cust(
                "\"quantity\" > 0 AND \"unit_price\" >= 0 AND \"discount\" >= 0 AND \"tax\" >= 0 AND \"amount\" >= 0",
            ),
        ))
        .foreign_key(
            ForeignKey::create()
                .name("vendor_invoice_line_invoice")
                .from("vendor_invoice_line", "invoice_id")
                .to("vendor_invoice", "id"),
        )
        .foreign_key(
            ForeignKey::create()
                .name("vendor_invoice_line_order_line")
                .from("vendor_invoice_line", "order_line_id")
                .to("purchase_order_line", "id"),
        )
        .take()
}
