//! A stock card that begins somewhere in the ledger: the lines before it are passed over in the index, each of which would be a page of
//! the table to read, since an item's lines lie far apart there.

use sea_orm_migration::prelude::*;

/// Adds the moment of writing to the index of an item's lines.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

const LINES: &str = "stock_movement_item_seq";
const CARD: &str = "stock_movement_item_seq_posted";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_index(index(CARD).col("posted_at").take()).await?;
        drop(manager, LINES).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_index(index(LINES)).await?;
        drop(manager, CARD).await
    }
}

fn index(name: &'static str) -> IndexCreateStatement {
    Index::create().name(name).table("stock_movement").col("item_id").col("seq").take()
}

async fn drop(manager: &SchemaManager<'_>, name: &'static str) -> Result<(), DbErr> {
    manager.drop_index(Index::drop().name(name).table("stock_movement").to_owned()).await
}
