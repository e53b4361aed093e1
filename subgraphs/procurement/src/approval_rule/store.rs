//! Rules as rows; every query starts at the tenant.

use chassis::Result;
use entities_procurement::approval_rule;
use primitives::TenantId;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use super::model::{Rule, standard};

/// The kind of document that is ruled so far.
const DOCUMENT: &str = "PURCHASE_REQUEST";

/// The tenant's rules, or the standard ones.
pub(crate) async fn list(db: &impl ConnectionTrait, tenant: TenantId) -> Result<Vec<Rule>> {
    let rows = approval_rule::Entity::find()
        .filter(approval_rule::Column::TenantId.eq(tenant))
        .filter(approval_rule::Column::Document.eq(DOCUMENT))
        .order_by_asc(approval_rule::Column::Level)
        .all(db)
        .await?;
    let rule = |row: approval_rule::Model| Rule {
        level: row.level,
        from: row.from_amount,
        decide_within_hours: row.decide_within_hours,
    };
    let rules: Vec<Rule> = rows.into_iter().map(rule).collect();
    Ok(if rules.is_empty() { standard() } else { rules })
}

/// Replaces the tenant's rules.
pub(crate) async fn replace(tx: &impl ConnectionTrait, tenant: TenantId, rules: &[Rule]) -> Result<()> {
    approval_rule::Entity::delete_many()
        .filter(approval_rule::Column::TenantId.eq(tenant))
        .filter(approval_rule::Column::Document.eq(DOCUMENT))
        .exec(tx)
        .await?;
    let rows = rules.iter().map(|rule| approval_rule::ActiveModel {
        tenant_id: Set(tenant),
        document: Set(DOCUMENT.to_owned()),
        level: Set(rule.level),
        from_amount: Set(rule.from),
        decide_within_hours: Set(rule.decide_within_hours),
    });
    approval_rule::Entity::insert_many(rows).exec_without_returning(tx).await?;
    Ok(())
}
