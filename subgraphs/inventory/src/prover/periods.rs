//! The snapshots of closed months against the ledger.

use chassis::house;
use entities_inventory::stock_period::{Column, Entity};
use primitives::{InventoryItemId, TenantId};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, Statement};

use super::model::{Report, Violation};
use crate::machine::Machine;
use crate::period::PeriodStatus;

/// An item whose snapshot is not what the ledger says; either side may have nothing.
#[derive(Debug, FromQueryResult)]
struct Differing {
    item_id: InventoryItemId,
    on_hand: i64,
    worth: i64,
}

const DIFFERING: &str = "SELECT item_id, CAST(SUM(on_hand) AS BIGINT) AS on_hand, CAST(SUM(worth) AS BIGINT) AS worth FROM ( \
        SELECT item_id, on_hand, total_value AS worth FROM period_snapshot WHERE period_id = $2 \
        UNION ALL \
        SELECT item_id, -quantity, -total_value FROM stock_movement WHERE tenant_id = $1 AND occurred_at < $3 \
    ) AS sides GROUP BY item_id HAVING SUM(on_hand) <> 0 OR SUM(worth) <> 0";

/// Adds what differs to the report.
pub(super) async fn compare(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    report: &mut Report,
) -> Result<(), DbErr> {
    let closed = Entity::find()
        .filter(Column::TenantId.eq(tenant))
        .filter(Column::Status.ne(PeriodStatus::Open.code()))
        .all(db)
        .await?;
    for period in closed {
        let ended = house::midnight(period.ends_before);
        let values = [tenant.as_uuid().into(), period.id.as_uuid().into(), ended.into()];
        let statement = Statement::from_sql_and_values(db.get_database_backend(), DIFFERING, values);
        for differing in Differing::find_by_statement(statement).all(db).await? {
            let (quantity, worth) = (raw(differing.on_hand), raw(differing.worth));
            report.violations.push(Violation {
                tenant: Some(tenant),
                item: Some(differing.item_id),
                rule: "the snapshot of a closed month is the sum of what happened before its end",
                expected: "no difference".to_owned(),
                found: format!("{quantity} in quantity and {worth} in value"),
            });
        }
    }
    Ok(())
}

fn raw(value: i64) -> primitives::Decimal {
    primitives::Decimal::from_raw(value)
}
