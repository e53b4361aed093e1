//! Balances put right with somebody's consent, and up to which value none is needed.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Creates `stock_adjustment`, `stock_adjustment_line` and `adjustment_limit`.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [adjustment(), line(), limit()] {
            manager.create_table(table).await?;
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["adjustment_limit", "stock_adjustment_line", "stock_adjustment"] {
            manager.drop_table(Table::drop().table(table).take()).await?;
        }
        Ok(())
    }
}

fn adjustment() -> TableCreateStatement {
    let statuses = "\"status\" IN ('DRAFT', 'PENDING', 'POSTED', 'REVERSED', 'CANCELLED')";
    let mut table = Table::create();
    table
        .table("stock_adjustment")
        .col(pk_uuid("id"))
        .col(uuid("tenant_id"))
        .col(string_len_null("number", 32))
        .col(string_len("status", 16))
        .col(text_null("note"))
        .col(text_null("reason"))
        .col(big_integer_null("value_moved"))
        .col(string_len_null("currency", 3))
        .col(uuid_null("posting_id"))
        .col(uuid_null("reversal_id"));
    for step in [("submitted_at", "submitted_by"), ("posted_at", "posted_by"), ("reversed_at", "reversed_by")]
    {
        table.col(timestamp_with_time_zone_null(step.0)).col(uuid_null(step.1));
    }
    table
        .col(integer("version"))
        .col(timestamp_with_time_zone("created_at"))
        .col(uuid("created_by"))
        .col(timestamp_with_time_zone("updated_at"))
        .col(uuid("updated_by"))
        .check(("stock_adjustment_status_known", Expr::cust(statuses)))
        .check((
            "stock_adjustment_posted_whole",
            Expr::cust("(\"status\" IN ('POSTED', 'REVERSED')) = (\"posting_id\" IS NOT NULL)"),
        ))
        .check((
            "stock_adjustment_reversed_whole",
            Expr::cust("(\"status\" = 'REVERSED') = (\"reversal_id\" IS NOT NULL)"),
        ))
        .take()
}

fn line() -> TableCreateStatement {
    Table::create()
        .table("stock_adjustment_line")
        .col(uuid("adjustment_id"))
        .col(integer("position"))
        .col(uuid("tenant_id"))
        .col(uuid("product_id"))
        .col(uuid("location_id"))
        .col(string_len("base_unit", 16))
        .col(big_integer("quantity"))
        .col(string_len("reason", 24))
        .col(big_integer_null("cost_quantity"))
        .col(big_integer_null("unit_cost"))
        .col(string_len_null("lot_number", 64))
        .col(date_null("expiry"))
        .primary_key(Index::create().col("adjustment_id").col("position"))
        .check(("stock_adjustment_line_moves", Expr::cust("\"quantity\" <> 0")))
        .foreign_key(
            ForeignKey::create()
                .name("stock_adjustment_line_adjustment")
                .from("stock_adjustment_line", "adjustment_id")
                .to("stock_adjustment", "id"),
        )
        .take()
}

fn limit() -> TableCreateStatement {
    Table::create()
        .table("adjustment_limit")
        .col(uuid("tenant_id"))
        .col(string_len("reason", 24))
        .col(big_integer("amount"))
        .col(integer("version"))
        .col(timestamp_with_time_zone("updated_at"))
        .col(uuid("updated_by"))
        .primary_key(Index::create().col("tenant_id").col("reason"))
        .check(("adjustment_limit_not_negative", Expr::cust("\"amount\" >= 0")))
        .take()
}

fn indexes() -> [IndexCreateStatement; 2] {
    let number = Index::create()
        .name("stock_adjustment_tenant_number")
        .table("stock_adjustment")
        .col("tenant_id")
        .col("number")
        .unique()
        .take();
    let newest = Index::create()
        .name("stock_adjustment_tenant_created_at")
        .table("stock_adjustment")
        .col("tenant_id")
        .col("created_at")
        .col("id")
        .take();
    [number, newest]
}
