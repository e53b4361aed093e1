//! What lies of lots and what the ledger moved of them, as rows.

use entities_inventory::{lot, lot_balance, movement_lot};
use primitives::{InventoryItemId, LotId, StockMovementId, TenantId};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, JoinType, QueryFilter, QuerySelect,
    RelationTrait, Statement,
};

/// What lies of each lot at each item, with the lot's status.
pub(super) async fn lying(
    db: &impl ConnectionTrait,
    tenant: TenantId,
) -> Result<Vec<(InventoryItemId, LotId, String, i64)>, DbErr> {
    use lot_balance::Column;
    lot_balance::Entity::find()
        .filter(Column::TenantId.eq(tenant))
        .join(JoinType::InnerJoin, lot_balance::Relation::Lot.def())
        .select_only()
        .columns([Column::ItemId, Column::LotId])
        .column(lot::Column::Status)
        .column(Column::OnHand)
        .into_tuple()
        .all(db)
        .await
}

/// What the ledger moved of each lot at each item. PostgreSQL sums BIGINT as NUMERIC, hence the cast.
pub(super) async fn moved(
    db: &impl ConnectionTrait,
    tenant: TenantId,
) -> Result<Vec<(InventoryItemId, LotId, i64)>, DbErr> {
    use movement_lot::Column;
    movement_lot::Entity::find()
        .filter(Column::TenantId.eq(tenant))
        .select_only()
        .columns([Column::ItemId, Column::LotId])
        .column_as(Expr::cust("CAST(SUM(\"quantity\") AS BIGINT)"), "moved")
        .group_by(Column::ItemId)
        .group_by(Column::LotId)
        .into_tuple()
        .all(db)
        .await
}

/// A ledger line whose lots do not add up.
#[derive(Debug, FromQueryResult)]
struct Torn {
    id: StockMovementId,
    item_id: InventoryItemId,
}

const TORN: &str = "SELECT movement.id, movement.item_id FROM stock_movement movement \
    JOIN movement_lot part ON part.movement_id = movement.id WHERE movement.tenant_id = $1 \
    GROUP BY movement.id, movement.item_id, movement.quantity HAVING SUM(part.quantity) <> movement.quantity";

/// Ledger lines whose lots do not add up to what they moved.
pub(super) async fn torn(
    db: &impl ConnectionTrait,
    tenant: TenantId,
) -> Result<Vec<(StockMovementId, InventoryItemId)>, DbErr> {
    let statement =
        Statement::from_sql_and_values(db.get_database_backend(), TORN, [tenant.as_uuid().into()]);
    let torn = Torn::find_by_statement(statement).all(db).await?;
    Ok(torn.into_iter().map(|torn| (torn.id, torn.item_id)).collect())
}
