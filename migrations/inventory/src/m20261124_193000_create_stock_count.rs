//! Counts of what lies at a location, their lines, the lock they hold on it, and the counter that numbers documents.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Creates `stock_count`, `stock_count_line` and `document_counter`; adds `location.locked_by`.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(counter()).await?;
        manager.create_table(count()).await?;
        manager.create_table(line()).await?;
        for index in indexes() {
            manager.create_index(index).await?;
        }
        let lock = Table::alter().table("location").add_column(uuid_null("locked_by")).take();
        manager.alter_table(lock).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("location").drop_column("locked_by").take()).await?;
        for table in ["stock_count_line", "stock_count", "document_counter"] {
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

fn count() -> TableCreateStatement {
    let statuses = "\"status\" IN ('PLANNED', 'IN_PROGRESS', 'REVIEW', 'POSTED', 'CANCELLED')";
    Table::create()
        .table("stock_count")
        .col(pk_uuid("id"))
        .col(uuid("tenant_id"))
        .col(string_len("number", 32))
        .col(uuid("location_id"))
        .col(string_len("mode", 16))
        .col(string_len("status", 16))
        .col(boolean("is_whole"))
        .col(big_integer("tolerance_percent"))
        .col(integer("round"))
        .col(text_null("note"))
        .col(text_null("reason"))
        .col(timestamp_with_time_zone_null("started_at"))
        .col(timestamp_with_time_zone_null("submitted_at"))
        .col(uuid_null("submitted_by"))
        .col(timestamp_with_time_zone_null("closed_at"))
        .col(uuid_null("posting_id"))
        .col(big_integer_null("variance_value"))
        .col(string_len_null("variance_currency", 3))
        .col(integer("version"))
        .col(timestamp_with_time_zone("created_at"))
        .col(uuid("created_by"))
        .col(timestamp_with_time_zone("updated_at"))
        .col(uuid("updated_by"))
        .check(("stock_count_status_known", Expr::cust(statuses)))
        .check(("stock_count_mode_known", Expr::cust("\"mode\" IN ('FROZEN', 'LIVE', 'BLIND')")))
        .check((
            "stock_count_submitted_whole",
            Expr::cust("(\"submitted_at\" IS NULL) = (\"submitted_by\" IS NULL)"),
        ))
        .foreign_key(
            ForeignKey::create()
                .name("stock_count_location")
                .from("stock_count", "location_id")
                .to("location", "id"),
        )
        .take()
}

fn line() -> TableCreateStatement {
    Table::create()
        .table("stock_count_line")
        .col(uuid("count_id"))
        .col(uuid("product_id"))
        .col(uuid("tenant_id"))
        .col(integer("position"))
        .col(string_len("base_unit", 16))
        .col(big_integer("expected"))
        .col(big_integer_null("counted"))
        .col(big_integer_null("recounted"))
        .col(timestamp_with_time_zone_null("counted_at"))
        .col(uuid_null("counted_by"))
        .primary_key(Index::create().col("count_id").col("product_id"))
        .check((
            "stock_count_line_not_negative",
            Expr::cust("COALESCE(\"counted\", 0) >= 0 AND COALESCE(\"recounted\", 0) >= 0"),
        ))
        .foreign_key(
            ForeignKey::create()
                .name("stock_count_line_count")
                .from("stock_count_line", "count_id")
                .to("stock_count", "id"),
        )
        .take()
}

fn indexes() -> [IndexCreateStatement; 4] {
    let number = Index::create()
        .name("stock_count_tenant_number")
        .table("stock_count")
        .col("tenant_id")
        .col("number")
        .unique()
        .take();
    let newest = Index::create()
        .name("stock_count_tenant_created_at")
        .table("stock_count")
        .col("tenant_id")
        .col("created_at")
        .col("id")
        .take();
    // At most one count locks a location.
    let lock = Index::create()
        .name("stock_count_one_lock")
        .table("stock_count")
        .col("location_id")
        .unique()
        .cond_where(Expr::cust("\"mode\" <> 'LIVE' AND \"status\" IN ('IN_PROGRESS', 'REVIEW')"))
        .take();
    let sheet = Index::create()
        .name("stock_count_line_position")
        .table("stock_count_line")
        .col("count_id")
        .col("position")
        .unique()
        .take();
    [number, newest, lock, sheet]
}
