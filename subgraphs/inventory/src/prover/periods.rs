//! The snapshots of closed months against the ledger.

use primitives::{InventoryItemId, TenantId};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, Statement};

use super::model::{Report, Violation};

/// An item whose snapshot is not what the ledger says; either side may have nothing.
#[derive(Debug, FromQueryResult)]
struct Differing {
    item_id: InventoryItemId,
    on_hand: i64,
    worth: i64,
}

const DIFFERING: &str = "SELECT item_id, CAST(SUM(on_hand) AS BIGINT) AS on_hand, CAST(SUM(worth) AS BIGINT) AS worth FROM ( \
        SELECT period.id AS period_id, shot.item_id, shot.on_hand, shot.total_value AS worth \
            FROM stock_period period JOIN period_snapshot shot ON shot.period_id = period.id \
            WHERE period.tenant_id = $1 AND period.status <> 'OPEN' \
        UNION ALL \
        SELECT period.id AS period_id, moved.item_id, -moved.quantity, -moved.total_value \
            FROM stock_period period JOIN stock_movement moved \
            ON moved.tenant_id = period.tenant_id AND moved.occurred_at < period.ends_before \
            WHERE period.tenant_id = $1 AND period.status <> 'OPEN' \
    ) AS sides GROUP BY period_id, item_id HAVING SUM(on_hand) <> 0 OR SUM(worth) <> 0";

/// Adds what differs to the report.
pub(super) async fn compare(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    report: &mut Report,
) -> Result<(), DbErr> {
    let statement =
        Statement::from_sql_and_values(db.get_database_backend(), DIFFERING, [tenant.as_uuid().into()]);
    for differing in Differing::find_by_statement(statement).all(db).await? {
        report.violations.push(Violation {
            tenant: Some(tenant),
            item: Some(differing.item_id),
            rule: "the snapshot of a closed month is the sum of what happened before its end",
            expected: "no difference".to_owned(),
            found: format!("{} in quantity and {} in value", raw(differing.on_hand), raw(differing.worth)),
        });
    }
    Ok(())
}

fn raw(value: i64) -> primitives::Decimal {
    primitives::Decimal::from_raw(value)
}
