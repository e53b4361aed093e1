//! Replenishment rules as rows; every query starts at the tenant.

use chassis::page::{self, PageRequest};
use chassis::{Connection, Criteria, Db, Result, SortKey, is_first};
use chrono::{DateTime, Utc};
use entities_procurement::replenishment_rule::{self, Column, Entity};
use primitives::{DepartmentId, LocationId, TenantId, UserId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::LockType;
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
    Rule {
        location: row.location_id,
        department: row.department_id,
        requested_by: row.requested_by,
        version: row.version,
    }
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

/// Writes the first rule of a store. False when somebody else did meanwhile.
pub(crate) async fn insert(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    rule: Rule,
    at: DateTime<Utc>,
) -> Result<bool> {
    let written = Entity::insert(from_rule(tenant, rule, at)).exec_without_returning(tx).await;
    Ok(is_first(written)?)
}

/// Writes the rule of a store in place of the one that was locked.
pub(crate) async fn save(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    rule: Rule,
    at: DateTime<Utc>,
) -> Result<()> {
    Entity::update(from_rule(tenant, rule, at)).exec(tx).await?;
    Ok(())
}

fn from_rule(tenant: TenantId, rule: Rule, at: DateTime<Utc>) -> replenishment_rule::ActiveModel {
    replenishment_rule::ActiveModel {
        tenant_id: Set(tenant),
        location_id: Set(rule.location),
        department_id: Set(rule.department),
        requested_by: Set(rule.requested_by),
        updated_at: Set(at),
        version: Set(rule.version),
    }
}

/// Removes the rule of a store.
pub(crate) async fn remove(tx: &impl ConnectionTrait, tenant: TenantId, location: LocationId) -> Result<()> {
    let this =
        Entity::delete_many().filter(Column::TenantId.eq(tenant)).filter(Column::LocationId.eq(location));
    this.exec(tx).await?;
    Ok(())
}
