//! What came of an order line is asked from the line.

use sea_orm_migration::prelude::*;

/// Adds an index by order line to `goods_received_note_line`.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

const INDEX: &str = "goods_received_note_line_order_line";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let by_order_line = crate::index(INDEX, "goods_received_note_line", &["tenant_id", "order_line_id"]);
        manager.create_index(by_order_line).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name(INDEX).table("goods_received_note_line").to_owned()).await
    }
}
