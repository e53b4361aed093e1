//! Exchange rates become records of their own: who told them when, and how often they were changed. There still is one per
//! currency and day.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;
use sea_orm_migration::sea_orm::DbBackend;

/// Gives `exchange_rate` an `id`, audit fields and a `version`.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

const TABLE: &str = "exchange_rate";
/// What the table is called while its rows are copied: SQLite changes no primary key in place.
const BEFORE: &str = "exchange_rate_before";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.rename_table(Table::rename().table(TABLE, BEFORE).take()).await?;
        manager.create_table(with_id(manager)).await?;
        // Nobody knows who told the rates that are there; they are kept as records since now.
        let (id, now) = match manager.get_database_backend() {
            DbBackend::Postgres => ("gen_random_uuid()", "CURRENT_TIMESTAMP"),
            _ => ("randomblob(16)", "strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now')"),
        };
        let copy = format!(
            "INSERT INTO \"{TABLE}\" (\"id\", \"tenant_id\", \"currency\", \"valid_from\", \"rate\", \"created_at\", \"updated_at\", \
             \"version\") SELECT {id}, \"tenant_id\", \"currency\", \"valid_from\", \"rate\", {now}, {now}, 1 FROM \"{BEFORE}\""
        );
        manager.get_connection().execute_unprepared(&copy).await?;
        manager.drop_table(Table::drop().table(BEFORE).take()).await?;
        let day = crate::index("exchange_rate_day", TABLE, &["tenant_id", "currency", "valid_from"]);
        manager.create_index(day.clone().unique().take()).await?;
        let by_day = crate::index("exchange_rate_by_day", TABLE, &["tenant_id", "valid_from", "currency"]);
        manager.create_index(by_day).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.rename_table(Table::rename().table(TABLE, BEFORE).take()).await?;
        manager.create_table(without_id()).await?;
        let copy = format!(
            "INSERT INTO \"{TABLE}\" (\"tenant_id\", \"currency\", \"valid_from\", \"rate\") \
             SELECT \"tenant_id\", \"currency\", \"valid_from\", \"rate\" FROM \"{BEFORE}\""
        );
        manager.get_connection().execute_unprepared(&copy).await?;
        manager.drop_table(Table::drop().table(BEFORE).take()).await
    }
}

fn with_id(manager: &SchemaManager<'_>) -> TableCreateStatement {
    Table::create()
        .table(TABLE)
        .col(pk_uuid("id"))
        .col(uuid("tenant_id"))
        .col(crate::sorted_text(manager, "currency"))
        .col(date("valid_from"))
        .col(big_integer("rate"))
        .col(timestamp_with_time_zone("created_at"))
        .col(uuid_null("created_by"))
        .col(timestamp_with_time_zone("updated_at"))
        .col(uuid_null("updated_by"))
        .col(integer("version"))
        .check(("exchange_rate_positive", Expr::cust("\"rate\" > 0")))
        .take()
}

fn without_id() -> TableCreateStatement {
    Table::create()
        .table(TABLE)
        .col(uuid("tenant_id"))
        .col(string_len("currency", 3))
        .col(date("valid_from"))
        .col(big_integer("rate"))
        .check(("exchange_rate_positive", Expr::cust("\"rate\" > 0")))
        .primary_key(Index::create().col("tenant_id").col("currency").col("valid_from"))
        .take()
}
