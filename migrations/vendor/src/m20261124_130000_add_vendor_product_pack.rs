//! In which unit a vendor is ordered from, and what one of it held when that was said.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Adds `unit`, `base_unit` and `factor` to `vendor_product`.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

const COLUMNS: [&str; 3] = ["unit", "base_unit", "factor"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // SQLite adds one column a statement.
        for column in
            [string_len_null("unit", 16), string_len_null("base_unit", 16), big_integer_null("factor")]
        {
            let mut table = Table::alter();
            manager.alter_table(table.table("vendor_product").add_column(column).take()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in COLUMNS {
            let mut table = Table::alter();
            manager.alter_table(table.table("vendor_product").drop_column(column).take()).await?;
        }
        Ok(())
    }
}
