//! What vendors brought, line by line.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Creates `goods_received_note` and `goods_received_note_line`.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(note(manager)).await?;
        let number =
            crate::index("goods_received_note_number", "goods_received_note", &["tenant_id", "number"]);
        manager.create_index(number.clone().unique().take()).await?;
        let order =
            crate::index("goods_received_note_order", "goods_received_note", &["tenant_id", "order_id"]);
        manager.create_index(order).await?;
        manager.create_table(line()).await?;
        let by_note = crate::index(
            "goods_received_note_line_note",
            "goods_received_note_line",
            &["note_id", "position"],
        );
        manager.create_index(by_note).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("goods_received_note_line").take()).await?;
        manager.drop_table(Table::drop().table("goods_received_note").take()).await
    }
}

fn note(manager: &SchemaManager<'_>) -> TableCreateStatement {
    Table::create()
        .table("goods_received_note")
        .col(pk_uuid("id"))
        .col(uuid("tenant_id"))
        .col(crate::sorted_text(manager, "number", true))
        .col(string_len("status", 24))
        .col(text_null("status_reason"))
        .col(uuid("order_id"))
        .col(uuid("vendor_id"))
        .col(string_len("currency", 3))
        .col(uuid("deliver_to"))
        .col(text_null("delivery_note"))
        .col(date("received_on"))
        .col(big_integer("extra_costs"))
        .col(string_len("split", 16))
        .col(timestamp_with_time_zone_null("committed_at"))
        .col(timestamp_with_time_zone_null("posted_at"))
        .col(timestamp_with_time_zone("created_at"))
        .col(uuid_null("created_by"))
        .col(timestamp_with_time_zone("updated_at"))
        .col(uuid_null("updated_by"))
        .col(integer("version"))
        .check((
            "goods_received_note_status_known",
            Expr::cust("\"status\" IN ('DRAFT', 'RECEIVED', 'COMMITTED', 'POSTING_FAILED', 'VOIDED')"),
        ))
        .check(("goods_received_note_extra_costs", Expr::cust("\"extra_costs\" >= 0")))
        .foreign_key(
            ForeignKey::create()
                .name("goods_received_note_order")
                .from("goods_received_note", "order_id")
                .to("purchase_order", "id"),
        )
        .take()
}

fn line() -> TableCreateStatement {
    Table::create()
        .table("goods_received_note_line")
        .col(pk_uuid("id"))
        .col(uuid("tenant_id"))
        .col(uuid("note_id"))
        .col(integer("position"))
        .col(uuid("order_line_id"))
        .col(uuid("product_id"))
        .col(string_len("unit", 16))
        .col(big_integer("delivered_quantity"))
        .col(big_integer("accepted_quantity"))
        .col(big_integer("rejected_quantity"))
        .col(big_integer("damaged_quantity"))
        .col(big_integer("free_quantity"))
        .col(text_null("lot"))
        .col(date_null("expiry"))
        .col(text_null("remark"))
        .col(big_integer("extra_cost"))
        .col(big_integer_null("unit_cost"))
        .col(big_integer_null("base_unit_cost"))
        .check((
            "goods_received_note_line_quantities",
            Expr::cust(
                "\"accepted_quantity\" >= 0 AND \"rejected_quantity\" >= 0 AND \"damaged_quantity\" >= 0 AND \
                 \"free_quantity\" >= 0 AND \"delivered_quantity\" >= 0",
            ),
        ))
        .foreign_key(
            ForeignKey::create()
                .name("goods_received_note_line_note")
                .from("goods_received_note_line", "note_id")
                .to("goods_received_note", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .foreign_key(
            ForeignKey::create()
                .name("goods_received_note_line_order_line")
                .from("goods_received_note_line", "order_line_id")
                .to("purchase_order_line", "id"),
        )
        .take()
}
