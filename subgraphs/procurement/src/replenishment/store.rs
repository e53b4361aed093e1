//! Replenishment rules as rows, and what is coming to a store; every query starts at the tenant.

use chassis::page::{self, PageRequest};
use chassis::{Connection, Criteria, Db, Error, Result, SortKey};
use chrono::{DateTime, Utc};
use entities_procurement::replenishment_rule::{self, Column, Entity};
use entities_procurement::{purchase_order, purchase_order_line};
use primitives::{Decimal, DepartmentId, LocationId, ProductId, TenantId, UserId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{LockType, OnConflict};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QuerySelect, RelationTrait,
    Select,
};
use serde::Serialize;

use super::model::Rule;
use crate::machine::Word;
use crate::purchase_order::model::PurchaseOrderStatus;
use crate::purchase_request;

/// The states of orders of which something may still come, also of those that have not gone out: what is in them is asked for no more.
const COMING: [PurchaseOrderStatus; 6] = [
    PurchaseOrderStatus::Draft,
    PurchaseOrderStatus::PendingApproval,
    PurchaseOrderStatus::Approved,
    PurchaseOrderStatus::Sent,
    PurchaseOrderStatus::Acknowledged,
    PurchaseOrderStatus::PartiallyReceived,
];

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
    Location,
    LatestChange,
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
        SortedBy::Location => Vec::new(),
        SortedBy::LatestChange => vec![SortKey::descending(Column::UpdatedAt)],
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

/// How much of a product is on order for a store, or asked for and not turned down, in base units.
pub(crate) async fn coming(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    (product, location): (ProductId, LocationId),
) -> Result<Decimal> {
    use purchase_order_line::Column as Line;
    let on_order = purchase_order_line::Entity::find()
        .join(JoinType::InnerJoin, purchase_order_line::Relation::Order.def())
        .filter(Line::TenantId.eq(tenant))
        .filter(Line::ProductId.eq(product))
        .filter(purchase_order::Column::DeliverTo.eq(location))
        .filter(purchase_order::Column::Status.is_in(COMING.map(Word::code)))
        .all(tx)
        .await?;
    let beyond = || Error::internal("what is coming is beyond all bounds");
    let mut coming = purchase_request::store::asked_for(tx, tenant, (product, location)).await?;
    for row in on_order {
        let due = row.ordered_quantity.checked_sub(row.cancelled_quantity);
        let due = due.and_then(|due| due.checked_sub(row.received_quantity)).filter(|due| due.is_positive());
        let base = due.unwrap_or(Decimal::ZERO).checked_mul(row.factor).ok_or_else(beyond)?;
        coming = coming.checked_add(base).ok_or_else(beyond)?;
    }
    Ok(coming)
}
