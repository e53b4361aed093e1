//! A page of balances in any order, however many there are.

use sea_orm_migration::prelude::*;

/// Adds an index for each order that balances are listed in.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

/// The indexes and what they sort by; the id breaks ties.
const ORDERS: [(&str, Option<&str>); 4] = [
    ("inventory_item_created", None),
    ("inventory_item_on_hand", Some("on_hand")),
    ("inventory_item_value", Some("total_value")),
    ("inventory_item_changed", Some("updated_at")),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, column) in ORDERS {
            let mut index = Index::create();
            index.name(name).table("inventory_item").col("tenant_id");
            if let Some(column) = column {
                index.col(column);
            }
            manager.create_index(index.col("id").take()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, _) in ORDERS {
            manager.drop_index(Index::drop().name(name).table("inventory_item").to_owned()).await?;
        }
        Ok(())
    }
}
