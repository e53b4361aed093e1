//! Rules as rows; every query starts at the tenant.

use chassis::{Error, Result, is_unique_violation};
use entities_procurement::approval_rule::{self, Column};
use primitives::TenantId;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::LockType;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};

use super::model::{Rule, RuleSet, standard};

/// The kind of document that is ruled so far.
const DOCUMENT: &str = "PURCHASE_REQUEST";

fn scoped(tenant: TenantId) -> Select<approval_rule::Entity> {
    approval_rule::Entity::find().filter(Column::TenantId.eq(tenant)).filter(Column::Document.eq(DOCUMENT))
}

/// The tenant's rules, or the standard ones.
pub(crate) async fn list(db: &impl ConnectionTrait, tenant: TenantId) -> Result<RuleSet> {
    let rows = scoped(tenant).order_by_asc(Column::Level).all(db).await?;
    let Some(version) = rows.first().map(|row| row.version) else {
        return Ok(RuleSet { rules: standard(), version: 0 });
    };
    let rules = rows.into_iter().map(|row| Rule {
        level: row.level,
        from: row.from_amount,
        decide_within_hours: row.decide_within_hours,
    });
    Ok(RuleSet { rules: rules.collect(), version })
}

/// The version of the tenant's rules; locked until the transaction ends, where there are any.
pub(crate) async fn lock(tx: &impl ConnectionTrait, tenant: TenantId) -> Result<i32> {
    // There is always a first level, and it stays the same row.
    let first = scoped(tenant).filter(Column::Level.eq(1)).lock(LockType::Update).one(tx).await?;
    Ok(first.map_or(0, |row| row.version))
}

/// Replaces the tenant's rules.
///
/// # Errors
/// `Conflict` when somebody else set the first ones meanwhile.
pub(crate) async fn replace(tx: &impl ConnectionTrait, tenant: TenantId, set: &RuleSet) -> Result<()> {
    let row = |rule: &Rule| approval_rule::ActiveModel {
        tenant_id: Set(tenant),
        document: Set(DOCUMENT.to_owned()),
        level: Set(rule.level),
        from_amount: Set(rule.from),
        decide_within_hours: Set(rule.decide_within_hours),
        version: Set(set.version),
    };
    let further = approval_rule::Entity::delete_many()
        .filter(Column::TenantId.eq(tenant))
        .filter(Column::Document.eq(DOCUMENT))
        .filter(Column::Level.gt(1));
    further.exec(tx).await?;
    let mut rules = set.rules.iter();
    if set.version > 1
        && let Some(first) = rules.next()
    {
        approval_rule::Entity::update(row(first)).exec(tx).await?;
    }
    let rows: Vec<_> = rules.map(row).collect();
    if rows.is_empty() {
        return Ok(());
    }
    let written = approval_rule::Entity::insert_many(rows).exec_without_returning(tx).await;
    match written {
        Err(error) if is_unique_violation(&error) => Err(Error::conflict(1)),
        written => Ok(written.map(drop)?),
    }
}
