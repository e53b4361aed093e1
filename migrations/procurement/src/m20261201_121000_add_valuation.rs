//! What a delivery costs in the currency that its place is valued in.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Adds `valuation_currency` and `valuation_rate` to `goods_received_note`.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

const TABLE: &str = "goods_received_note";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // One at a time: SQLite adds no two columns in one statement.
        for column in [string_len_null("valuation_currency", 3), big_integer_null("valuation_rate")] {
            manager.alter_table(Table::alter().table(TABLE).add_column(column).take()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in ["valuation_rate", "valuation_currency"] {
            manager.alter_table(Table::alter().table(TABLE).drop_column(column).take()).await?;
        }
        Ok(())
    }
}
