//! How much of an item there should be, when to buy it again, and since when it is low.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Adds the rest of the policy beside the reorder point, and `low_since`.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

const COLUMNS: [&str; 6] =
    ["min_quantity", "par_quantity", "max_quantity", "reorder_quantity", "lead_time_days", "low_since"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in COLUMNS {
            let column = match name {
                "lead_time_days" => integer_null(name),
                "low_since" => timestamp_with_time_zone_null(name),
                _ => big_integer_null(name),
            };
            manager.alter_table(Table::alter().table("inventory_item").add_column(column).take()).await?;
        }
        let low = Index::create()
            .name("inventory_item_low")
            .table("inventory_item")
            .col("tenant_id")
            .col("id")
            .cond_where(Expr::cust("\"low_since\" IS NOT NULL"))
            .take();
        manager.create_index(low).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let index = Index::drop().name("inventory_item_low").table("inventory_item").to_owned();
        manager.drop_index(index).await?;
        for name in COLUMNS {
            let alter = Table::alter().table("inventory_item").drop_column(name).take();
            manager.alter_table(alter).await?;
        }
        Ok(())
    }
}
