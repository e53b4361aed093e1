//! What vendors owe, and how much of a delivery went back or was credited.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Creates `credit_note` and `credit_note_line`; adds `returned_quantity` and `credited_amount` to
/// `goods_received_note_line`, and `credited_total` to `vendor_invoice`.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

/// The new columns: table, name, and what must hold of them.
const COLUMNS: [(&str, &str, &str); 3] = [
    (
        "goods_received_note_line",
        "returned_quantity",
        "\"returned_quantity\" >= 0 AND \"returned_quantity\" <= \"accepted_quantity\"",
    ),
    ("goods_received_note_line", "credited_amount", "\"credited_amount\" >= 0"),
    ("vendor_invoice", "credited_total", "\"credited_total\" >= 0 AND \"credited_total\" <= \"total\""),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column, check) in COLUMNS {
            // The builder cannot say a CHECK with a new column.
            let statement = format!(
                "ALTER TABLE \"{table}\" ADD COLUMN \"{column}\" BIGINT NOT NULL DEFAULT 0 CHECK ({check})"
            );
            manager.get_connection().execute_unprepared(&statement).await?;
        }
        manager.create_table(note(manager)).await?;
        let number = crate::index("credit_note_number", "credit_note", &["tenant_id", "number"]);
        manager.create_index(number.clone().unique().take()).await?;
        for (name, column) in [
            ("credit_note_status", "status"),
            ("credit_note_vendor", "vendor_id"),
            ("credit_note_note", "note_id"),
            ("credit_note_invoice", "invoice_id"),
        ] {
            let index = crate::index(name, "credit_note", &["tenant_id", column, "updated_at"]);
            manager.create_index(index).await?;
        }
        manager.create_table(line()).await?;
        for (name, columns) in [
            ("credit_note_line_note", ["credit_note_id", "position"]),
            ("credit_note_line_note_line", ["tenant_id", "note_line_id"]),
        ] {
            manager.create_index(crate::index(name, "credit_note_line", &columns)).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("credit_note_line").take()).await?;
        manager.drop_table(Table::drop().table("credit_note").take()).await?;
        for (table, column, _) in COLUMNS {
            manager.alter_table(Table::alter().table(table).drop_column(column).take()).await?;
        }
        Ok(())
    }
}

fn note(manager: &SchemaManager<'_>) -> TableCreateStatement {
    Table::create()
        .table("credit_note")
        .col(pk_uuid("id"))
        .col(uuid("tenant_id"))
        .col(crate::sorted_text(manager, "number", true))
        .col(string_len("kind", 24))
        .col(string_len("status", 24))
        .col(text_null("status_reason"))
        .col(uuid("note_id"))
        .col(uuid("order_id"))
        .col(uuid("vendor_id"))
        .col(string_len("currency", 3))
        .col(uuid("location_id"))
        .col(text("reason"))
        .col(big_integer("total"))
        .col(big_integer("base_total"))
        .col(uuid("raised_by"))
        .col(uuid_null("approved_by"))
        .col(uuid_null("delegated_from"))
        .col(timestamp_with_time_zone_null("approved_at"))
        .col(timestamp_with_time_zone_null("posted_at"))
        .col(timestamp_with_time_zone_null("confirmed_at"))
        .col(uuid_null("invoice_id"))
        .col(timestamp_with_time_zone_null("applied_at"))
        .col(timestamp_with_time_zone("created_at"))
        .col(uuid_null("created_by"))
        .col(timestamp_with_time_zone("updated_at"))
        .col(uuid_null("updated_by"))
        .col(integer("version"))
        .check((
            "credit_note_status_known",
            Expr::cust(
                "\"status\" IN ('DRAFT', 'PENDING_APPROVAL', 'APPROVED', 'POSTED', 'POSTING_FAILED', 'APPLIED', \
                 'CANCELLED', 'VOIDED')",
            ),
        ))
        .check(("credit_note_kind_known", Expr::cust("\"kind\" IN ('QUANTITY_RETURN', 'AMOUNT')")))
        .check((
            "credit_note_approved_by_another",
            Expr::cust("\"approved_by\" IS NULL OR \"approved_by\" <> \"raised_by\""),
        ))
        .check((
            "credit_note_applied",
            Expr::cust("(\"status\" = 'APPLIED') = (\"invoice_id\" IS NOT NULL)"),
        ))
        .foreign_key(
            ForeignKey::create()
                .name("credit_note_note")
                .from("credit_note", "note_id")
                .to("goods_received_note", "id"),
        )
        .foreign_key(
            ForeignKey::create()
                .name("credit_note_invoice")
                .from("credit_note", "invoice_id")
                .to("vendor_invoice", "id"),
        )
        .take()
}

fn line() -> TableCreateStatement {
    Table::create()
        .table("credit_note_line")
        .col(pk_uuid("id"))
        .col(uuid("tenant_id"))
        .col(uuid("credit_note_id"))
        .col(integer("position"))
        .col(uuid("note_line_id"))
        .col(uuid("order_line_id"))
        .col(uuid("product_id"))
        .col(string_len("unit", 16))
        .col(big_integer("quantity"))
        .col(big_integer_null("asked_amount"))
        .col(big_integer("amount"))
        .col(big_integer("base_amount"))
        .check(("credit_note_line_amounts", Expr::cust("\"quantity\" >= 0 AND \"amount\" >= 0")))
        .foreign_key(
            ForeignKey::create()
                .name("credit_note_line_note")
                .from("credit_note_line", "credit_note_id")
                .to("credit_note", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .foreign_key(
            ForeignKey::create()
                .name("credit_note_line_note_line")
                .from("credit_note_line", "note_line_id")
                .to("goods_received_note_line", "id"),
        )
        .take()
}
