//! Until when a level has to decide, and whether it was told that it has not.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Adds hours to `approval_rule` and `approval`, and a deadline to `approval`. What waits already has none.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

const HOURS: &str = "decide_within_hours";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["approval_rule", "approval"] {
            let hours = integer(HOURS).default(48).take();
            manager.alter_table(Table::alter().table(table).add_column(hours).take()).await?;
        }
        for name in ["due_at", "overdue_told_at"] {
            let column = timestamp_with_time_zone_null(name);
            manager.alter_table(Table::alter().table("approval").add_column(column).take()).await?;
        }
        let untold = Expr::cust("\"status\" = 'PENDING' AND \"overdue_told_at\" IS NULL");
        let mut due = Index::create();
        due.name("approval_due").table("approval").col("due_at").cond_where(untold);
        manager.create_index(due.take()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name("approval_due").table("approval").to_owned()).await?;
        for name in ["overdue_told_at", "due_at", HOURS] {
            manager.alter_table(Table::alter().table("approval").drop_column(name).take()).await?;
        }
        manager.alter_table(Table::alter().table("approval_rule").drop_column(HOURS).take()).await
    }
}
