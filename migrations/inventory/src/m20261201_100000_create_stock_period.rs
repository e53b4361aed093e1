//! Months of the stock's books: whether anything may still be posted into them, and what lay where when they were closed.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Creates `stock_period`, `period_snapshot` and `period_head`.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [period(), snapshot(), head()] {
            manager.create_table(table).await?;
        }
        let month = Index::create()
            .name("stock_period_tenant_month")
            .table("stock_period")
            .col("tenant_id")
            .col("starts_on")
            .unique()
            .take();
        manager.create_index(month).await?;
        let when = Index::create()
            .name("stock_movement_occurred")
            .table("stock_movement")
            .col("tenant_id")
            .col("occurred_at")
            .take();
        manager.create_index(when).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let index = Index::drop().name("stock_movement_occurred").table("stock_movement").to_owned();
        manager.drop_index(index).await?;
        for table in ["period_head", "period_snapshot", "stock_period"] {
            manager.drop_table(Table::drop().table(table).take()).await?;
        }
        Ok(())
    }
}

fn period() -> TableCreateStatement {
    Table::create()
        .table("stock_period")
        .col(pk_uuid("id"))
        .col(uuid("tenant_id"))
        .col(date("starts_on"))
        .col(date("ends_before"))
        .col(string_len("status", 16))
        .col(text_null("reason"))
        .col(timestamp_with_time_zone_null("closed_at"))
        .col(uuid_null("closed_by"))
        .col(integer("version"))
        .col(timestamp_with_time_zone("created_at"))
        .col(uuid("created_by"))
        .col(timestamp_with_time_zone("updated_at"))
        .col(uuid("updated_by"))
        .check(("stock_period_status_known", Expr::cust("\"status\" IN ('OPEN', 'CLOSED', 'LOCKED')")))
        .check(("stock_period_has_days", Expr::cust("\"starts_on\" < \"ends_before\"")))
        .check((
            "stock_period_closed_by_somebody",
            Expr::cust("\"status\" = 'OPEN' OR (\"closed_at\" IS NOT NULL AND \"closed_by\" IS NOT NULL)"),
        ))
        .take()
}

fn snapshot() -> TableCreateStatement {
    Table::create()
        .table("period_snapshot")
        .col(uuid("period_id"))
        .col(uuid("item_id"))
        .col(uuid("tenant_id"))
        .col(big_integer("on_hand"))
        .col(big_integer("total_value"))
        .primary_key(Index::create().col("period_id").col("item_id"))
        .foreign_key(
            ForeignKey::create()
                .name("period_snapshot_period")
                .from("period_snapshot", "period_id")
                .to("stock_period", "id"),
        )
        .take()
}

/// Up to which day the books are closed: postings share this row, who closes a month takes it for himself.
fn head() -> TableCreateStatement {
    Table::create().table("period_head").col(pk_uuid("tenant_id")).col(date_null("closed_before")).take()
}
