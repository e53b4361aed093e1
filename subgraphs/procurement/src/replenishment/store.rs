//! Replenishment rules as rows; every query starts at the tenant.

use chassis::page::{self, PageRequest};
use chassis::{Connection, Criteria, Db, Result, SortKey};
use chrono::{DateTime, Utc};
use entities_procurement::replenishment_rule::{self, Column, Entity};
use primitives::{DepartmentId, LocationId, TenantId, UserId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{LockType, OnConflict};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, Select};
use serde::Serialize;

use super::model::Rule;

/// Which rules to list. All that is given must hold.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct RuleCriterion {
    pub(crate) locations: Option<Vec<LocationId>>,
    pub(crate) departments: Option<Vec<DepartmentId>>,
    pub(crate) requesters: Option<Vec<UserId>>,
}

/// What a list of rules is sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SortedBy {
    LocationAsc,
    UpdatedAtDesc,
}

fn scoped(tenant: TenantId) -> Select<Entity> {
    Entity::find().filter(Column::TenantId.eq(tenant))
}

fn to_rule(row: replenishment_rule::Model) -> Rule {
    Rule { location: row.location_id, department: row.department_id, requested_by: row.requested_by }
}

fn condition(criterion: &RuleCriterion) -> Condition {
    Condition::all()
        .add_option(criterion.locations.as_ref().map(|ids| Column::LocationId.is_in(ids.iter().copied())))
        .add_option(criterion.departments.as_ref().map(|ids| Column::DepartmentId.is_in(ids.iter().copied())))
        .add_option(criterion.requesters.as_ref().map(|ids| Column::RequestedBy.is_in(ids.iter().copied())))
}

/// A page of the rules that meet `criteria`.
pub(crate) async fn list(
    db: &Db,
    tenant: TenantId,
    criteria: &Criteria<RuleCriterion>,
    by: SortedBy,
    page: PageRequest,
) -> Result<Connection<Rule>> {
    let select = scoped(tenant).filter(criteria.condition(&condition));
    let keys = match by {
        SortedBy::LocationAsc => Vec::new(),
        SortedBy::UpdatedAtDesc => vec![SortKey::descending(Column::UpdatedAt)],
    };
    Ok(page::list(db, select, &keys, Column::LocationId, page).await?.map(to_rule))
}

/// The rule of a store, locked until the transaction ends.
pub(crate) async fn lock(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    location: LocationId,
) -> Result<Option<Rule>> {
    let row = scoped(tenant).filter(Column::LocationId.eq(location)).lock(LockType::Update).one(tx).await?;
    Ok(row.map(to_rule))
}

/// Writes the rule of a store, in place of another one.
pub(crate) async fn put(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    rule: Rule,
    at: DateTime<Utc>,
) -> Result<()> {
    let row = replenishment_rule::ActiveModel {
        tenant_id: Set(tenant),
        location_id: Set(rule.location),
        department_id: Set(rule.department),
        requested_by: Set(rule.requested_by),
        updated_at: Set(at),
    };
    let newer = OnConflict::columns([Column::TenantId, Column::LocationId])
        .update_columns([Column::DepartmentId, Column::RequestedBy, Column::UpdatedAt])
        .to_owned();
    Entity::insert(row).on_conflict(newer).exec_without_returning(tx).await?;
    Ok(())
}

/// Removes the rule of a store; false where there is none.
pub(crate) async fn remove(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    location: LocationId,
) -> Result<bool> {
    let removed = Entity::delete_many()
        .filter(Column::TenantId.eq(tenant))
        .filter(Column::LocationId.eq(location))
        .exec(tx)
        .await?;
    Ok(removed.rows_affected > 0)
}
