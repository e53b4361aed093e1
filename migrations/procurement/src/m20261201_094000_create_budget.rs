//! What departments may spend, and what is taken of it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Creates `budget` and `budget_commitment`; adds `category_id` to the lines of requests and orders.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

/// The lines that are sorted into categories.
const LINES: [&str; 2] = ["purchase_request_line", "purchase_order_line"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in LINES {
            let column = uuid_null("category_id");
            manager.alter_table(Table::alter().table(table).add_column(column).take()).await?;
        }
        manager.create_table(budget()).await?;
        // NULLs differ from each other, so those without a category need an index of their own.
        for statement in [
            "CREATE UNIQUE INDEX \"budget_of_category\" ON \"budget\" \
             (\"tenant_id\", \"department_id\", \"month\", \"category_id\") WHERE \"category_id\" IS NOT NULL",
            "CREATE UNIQUE INDEX \"budget_of_department\" ON \"budget\" \
             (\"tenant_id\", \"department_id\", \"month\") WHERE \"category_id\" IS NULL",
        ] {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        manager.create_table(commitment()).await?;
        let budget = crate::index("budget_commitment_budget", "budget_commitment", &["budget_id", "stage"]);
        manager.create_index(budget).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("budget_commitment").take()).await?;
        manager.drop_table(Table::drop().table("budget").take()).await?;
        for table in LINES {
            manager.alter_table(Table::alter().table(table).drop_column("category_id").take()).await?;
        }
        Ok(())
    }
}

fn budget() -> TableCreateStatement {
    Table::create()
        .table("budget")
        .col(pk_uuid("id"))
        .col(uuid("tenant_id"))
        .col(uuid("department_id"))
        .col(uuid_null("category_id"))
        .col(date("month"))
        .col(big_integer("amount"))
        .col(big_integer("soft"))
        .col(big_integer("hard"))
        .col(big_integer("actual"))
        .col(timestamp_with_time_zone("created_at"))
        .col(uuid_null("created_by"))
        .col(timestamp_with_time_zone("updated_at"))
        .col(uuid_null("updated_by"))
        .col(integer("version"))
        .check((
            "budget_amounts",
            Expr::cust("\"amount\" >= 0 AND \"soft\" >= 0 AND \"hard\" >= 0 AND \"actual\" >= 0"),
        ))
        .take()
}

fn commitment() -> TableCreateStatement {
    Table::create()
        .table("budget_commitment")
        .col(pk_uuid("source_id"))
        .col(uuid("tenant_id"))
        .col(string_len("stage", 8))
        .col(uuid("budget_id"))
        .col(big_integer("amount"))
        .check((
            "budget_commitment_known",
            Expr::cust("\"stage\" IN ('SOFT', 'HARD', 'ACTUAL') AND \"amount\" >= 0"),
        ))
        .foreign_key(
            ForeignKey::create()
                .name("budget_commitment_budget")
                .from("budget_commitment", "budget_id")
                .to("budget", "id"),
        )
        .take()
}
