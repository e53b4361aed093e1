//! Changes to orders that vendors have.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Creates `purchase_order_amendment` and `purchase_order_amendment_line`; adds `closed_at`, `revision` and
/// `approved_base_total` to `purchase_order`.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in [
            timestamp_with_time_zone_null("closed_at"),
            integer("revision").default(1).take(),
            big_integer_null("approved_base_total"),
        ] {
            manager.alter_table(Table::alter().table("purchase_order").add_column(column).take()).await?;
        }
        manager.create_table(amendment()).await?;
        let status = crate::index(
            "purchase_order_amendment_status",
            "purchase_order_amendment",
            &["tenant_id", "status", "updated_at"],
        );
        manager.create_index(status).await?;
        let order = crate::index(
            "purchase_order_amendment_order",
            "purchase_order_amendment",
            &["tenant_id", "order_id"],
        );
        manager.create_index(order).await?;
        manager
            .get_connection()
            .execute_unprepared(
                "CREATE UNIQUE INDEX \"purchase_order_amendment_pending\" ON \"purchase_order_amendment\" \
                 (\"order_id\") WHERE \"status\" = 'PENDING_APPROVAL'",
            )
            .await?;
        manager.create_table(line()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("purchase_order_amendment_line").take()).await?;
        manager.drop_table(Table::drop().table("purchase_order_amendment").take()).await?;
        for column in ["approved_base_total", "revision", "closed_at"] {
            manager.alter_table(Table::alter().table("purchase_order").drop_column(column).take()).await?;
        }
        Ok(())
    }
}

fn amendment() -> TableCreateStatement {
    Table::create()
        .table("purchase_order_amendment")
        .col(pk_uuid("id"))
        .col(uuid("tenant_id"))
        .col(uuid("order_id"))
        .col(integer_null("revision"))
        .col(string_len("status", 24))
        .col(text("reason"))
        .col(date_null("delivery_date"))
        .col(big_integer("base_before"))
        .col(big_integer("base_after"))
        .col(uuid("raised_by"))
        .col(uuid_null("decided_by"))
        .col(uuid_null("delegated_from"))
        .col(timestamp_with_time_zone_null("decided_at"))
        .col(text_null("comment"))
        .col(timestamp_with_time_zone("created_at"))
        .col(uuid_null("created_by"))
        .col(timestamp_with_time_zone("updated_at"))
        .col(uuid_null("updated_by"))
        .col(integer("version"))
        .check((
            "purchase_order_amendment_status_known",
            Expr::cust("\"status\" IN ('PENDING_APPROVAL', 'APPLIED', 'REJECTED', 'WITHDRAWN')"),
        ))
        .check((
            "purchase_order_amendment_decided_by_another",
            Expr::cust("\"decided_by\" IS NULL OR \"decided_by\" <> \"raised_by\""),
        ))
        .check((
            "purchase_order_amendment_applied",
            Expr::cust("(\"status\" = 'APPLIED') = (\"revision\" IS NOT NULL)"),
        ))
        .foreign_key(
            ForeignKey::create()
                .name("purchase_order_amendment_order")
                .from("purchase_order_amendment", "order_id")
                .to("purchase_order", "id"),
        )
        .take()
}

fn line() -> TableCreateStatement {
    Table::create()
        .table("purchase_order_amendment_line")
        .col(uuid("amendment_id"))
        .col(integer("position"))
        .col(uuid("tenant_id"))
        .col(uuid("order_line_id"))
        .col(big_integer("quantity_before"))
        .col(big_integer("quantity_after"))
        .col(big_integer("price_before"))
        .col(big_integer("price_after"))
        .primary_key(Index::create().col("amendment_id").col("position"))
        .foreign_key(
            ForeignKey::create()
                .name("purchase_order_amendment_line_amendment")
                .from("purchase_order_amendment_line", "amendment_id")
                .to("purchase_order_amendment", "id"),
        )
        .take()
}
