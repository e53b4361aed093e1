//! How far deliveries and invoices may differ from an order line, and how much of it was invoiced.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Adds `invoiced_quantity`, `price_tolerance` and `quantity_tolerance` to `purchase_order_line`.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

/// The columns with what rows have that were there before: nothing invoiced, five per cent of tolerance.
const COLUMNS: [(&str, i64); 3] =
    [("invoiced_quantity", 0), ("price_tolerance", 500_000), ("quantity_tolerance", 500_000)];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, before) in COLUMNS {
            let column = big_integer(name).default(before).take();
            manager
                .alter_table(Table::alter().table("purchase_order_line").add_column(column).take())
                .await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, _) in COLUMNS {
            manager.alter_table(Table::alter().table("purchase_order_line").drop_column(name).take()).await?;
        }
        Ok(())
    }
}
