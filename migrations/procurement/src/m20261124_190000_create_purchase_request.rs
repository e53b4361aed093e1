//! Purchase requests, their lines, and the counter that numbers documents.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Creates `document_counter`, `purchase_request` and `purchase_request_line`.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(counter()).await?;
        manager.create_table(request(manager)).await?;
        let number = crate::index("purchase_request_number", "purchase_request", &["tenant_id", "number"])
            .unique()
            .take();
        manager.create_index(number).await?;
        for (name, columns) in [
            ("purchase_request_status", ["tenant_id", "status", "updated_at"]),
            ("purchase_request_requester", ["tenant_id", "requested_by", "updated_at"]),
        ] {
            manager.create_index(crate::index(name, "purchase_request", &columns)).await?;
        }
        manager.create_table(line()).await?;
        let by_request = crate::index(
            "purchase_request_line_request",
            "purchase_request_line",
            &["request_id", "position"],
        );
        manager.create_index(by_request).await?;
        let by_product = crate::index(
            "purchase_request_line_product",
            "purchase_request_line",
            &["tenant_id", "product_id"],
        );
        manager.create_index(by_product).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["purchase_request_line", "purchase_request", "document_counter"] {
            manager.drop_table(Table::drop().table(table).take()).await?;
        }
        Ok(())
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

fn request(manager: &SchemaManager<'_>) -> TableCreateStatement {
    Table::create()
        .table("purchase_request")
        .col(pk_uuid("id"))
        .col(uuid("tenant_id"))
        .col(crate::sorted_text(manager, "number", true))
        .col(string_len("status", 24))
        .col(text_null("status_reason"))
        .col(integer("revision"))
        .col(integer("submission"))
        .col(integer("level"))
        .col(uuid("requested_by"))
        .col(uuid_null("department_id"))
        .col(uuid_null("property_id"))
        .col(date("request_date"))
        .col(date_null("required_by"))
        .col(string_len("priority", 16))
        .col(text("justification"))
        .col(big_integer("total"))
        .col(text("search_text"))
        .col(timestamp_with_time_zone_null("submitted_at"))
        .col(timestamp_with_time_zone("created_at"))
        .col(uuid_null("created_by"))
        .col(timestamp_with_time_zone("updated_at"))
        .col(uuid_null("updated_by"))
        .col(integer("version"))
        .check((
            "purchase_request_status_known",
            Expr::cust(
                "\"status\" IN ('DRAFT', 'PENDING_APPROVAL', 'APPROVED', 'REJECTED', 'CANCELLED', \
                 'PARTIALLY_ORDERED', 'ORDERED')",
            ),
        ))
        .check(("purchase_request_total_not_negative", Expr::cust("\"total\" >= 0")))
        .check((
            "purchase_request_numbered",
            Expr::cust("\"number\" IS NOT NULL OR \"status\" IN ('DRAFT', 'CANCELLED')"),
        ))
        .take()
}

fn line() -> TableCreateStatement {
    Table::create()
        .table("purchase_request_line")
        .col(pk_uuid("id"))
        .col(uuid("tenant_id"))
        .col(uuid("request_id"))
        .col(integer("position"))
        .col(uuid("product_id"))
        .col(big_integer("quantity"))
        .col(string_len("unit", 16))
        .col(uuid_null("deliver_to"))
        .col(date_null("required_by"))
        .col(uuid_null("wanted_vendor_id"))
        .col(big_integer_null("wanted_price"))
        .col(big_integer("discount"))
        .col(big_integer("tax"))
        .col(text_null("note"))
        .col(string_len("status", 16))
        .col(text_null("status_reason"))
        .col(string_len_null("base_unit", 16))
        .col(big_integer_null("factor"))
        .col(uuid_null("vendor_id"))
        .col(string_len_null("price_source", 16))
        .col(text_null("price_list"))
        .col(big_integer_null("unit_price"))
        .col(string_len_null("currency", 3))
        .col(big_integer_null("amount"))
        .col(big_integer_null("base_amount"))
        .col(big_integer("ordered_quantity"))
        .check((
            "purchase_request_line_ordered",
            Expr::cust(
                "\"ordered_quantity\" >= 0 AND (\"ordered_quantity\" = 0 OR \"ordered_quantity\" <= \"quantity\")",
            ),
        ))
        .check(("purchase_request_line_factor", Expr::cust("\"factor\" IS NULL OR \"factor\" > 0")))
        .check((
            "purchase_request_line_amounts",
            Expr::cust("\"discount\" >= 0 AND \"tax\" >= 0 AND (\"amount\" IS NULL OR \"amount\" >= 0)"),
        ))
        .foreign_key(
            ForeignKey::create()
                .name("purchase_request_line_request")
                .from("purchase_request_line", "request_id")
                .to("purchase_request", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take()
}
