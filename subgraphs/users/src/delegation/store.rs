//! Delegations as rows; every query starts at the tenant, except the clock's.

use chassis::{Connection, Criteria, Db, Error, PageRequest, Result, SortKey, page};
use chrono::{DateTime, Utc};
use entities_users::delegation::{ActiveModel, Column, Entity, Model};
use primitives::{Audit, DelegationId, Money, TenantId, UserId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{ExprTrait, LockType};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};
use serde::Serialize;

use super::model::{Delegation, DelegationStatus, Terms};

/// Open delegations of one person; they are read without a page.
pub(crate) const OPEN_PER_USER_MAX: usize = 50;

/// Which side of a delegation is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) enum Side {
    Given,
    Received,
}

/// One condition on a delegation of somebody's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) enum Criterion {
    /// On which side of it the one who asks is.
    Side(Side),
    /// It stands at one of these.
    Status(Vec<DelegationStatus>),
    /// One of these is the other one in it.
    With(Vec<UserId>),
}

impl Criterion {
    fn condition(&self, mine: UserId) -> Condition {
        Condition::all().add(match self {
            Self::Side(Side::Given) => Column::FromId.eq(mine),
            Self::Side(Side::Received) => Column::ToId.eq(mine),
            Self::Status(statuses) => Column::Status.is_in(statuses.iter().map(|status| status.code())),
            Self::With(ids) => {
                let others = ids.iter().copied().filter(|id| *id != mine);
                Column::FromId.is_in(others.clone()).or(Column::ToId.is_in(others))
            }
        })
    }
}

/// What a list of delegations is sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SortedBy {
    StartDesc,
    StartAsc,
    EndAsc,
    EndDesc,
}

fn scoped(tenant: TenantId) -> Select<Entity> {
    Entity::find().filter(Column::TenantId.eq(tenant))
}

fn open(tenant: TenantId) -> Select<Entity> {
    let open = [DelegationStatus::Scheduled, DelegationStatus::Active].map(DelegationStatus::code);
    scoped(tenant).filter(Column::Status.is_in(open))
}

/// A page of the delegations that somebody gave or received.
pub(crate) async fn list_of(
    db: &Db,
    (tenant, user): (TenantId, UserId),
    criteria: &Criteria<Criterion>,
    by: SortedBy,
    page: PageRequest,
) -> Result<Connection<Delegation>> {
    let select = scoped(tenant)
        .filter(Column::FromId.eq(user).or(Column::ToId.eq(user)))
        .filter(criteria.condition(&|criterion: &Criterion| criterion.condition(user)));
    let sort = [match by {
        SortedBy::StartDesc => SortKey::descending(Column::StartsAt),
        SortedBy::StartAsc => SortKey::ascending(Column::StartsAt),
        SortedBy::EndAsc => SortKey::ascending(Column::EndsAt),
        SortedBy::EndDesc => SortKey::descending(Column::EndsAt),
    }];
    page::list(db, select, &sort, Column::Id, page).await?.try_map(to_delegation)
}

/// The delegations of users that count at an instant, in one statement.
pub(crate) async fn list_in_force(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    (users, side): (Vec<UserId>, Side),
    at: DateTime<Utc>,
) -> Result<Vec<Delegation>> {
    let most = OPEN_PER_USER_MAX.saturating_mul(users.len()) as u64;
    let column = if side == Side::Given { Column::FromId } else { Column::ToId };
    let rows = open(tenant)
        .filter(column.is_in(users))
        .filter(Column::StartsAt.lte(at))
        .filter(Column::EndsAt.gt(at))
        .order_by_asc(Column::Id)
        .limit(most)
        .all(db)
        .await?;
    rows.into_iter().map(to_delegation).collect()
}

/// The open delegations of users, given and received.
pub(crate) async fn list_open_of(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    users: &[UserId],
) -> Result<Vec<Delegation>> {
    let either = Column::FromId.is_in(users.iter().copied()).or(Column::ToId.is_in(users.iter().copied()));
    let rows = open(tenant).filter(either).order_by_asc(Column::Id).lock(LockType::Update).all(tx).await?;
    rows.into_iter().map(to_delegation).collect()
}

/// The delegation, locked until the transaction ends.
pub(crate) async fn lock(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    id: DelegationId,
) -> Result<Option<Delegation>> {
    let row = scoped(tenant).filter(Column::Id.eq(id)).lock(LockType::Update).one(tx).await?;
    row.map(to_delegation).transpose()
}

/// The delegations of every tenant that the clock has to move.
pub(crate) async fn find_due_across_tenants(
    db: &impl ConnectionTrait,
    now: DateTime<Utc>,
    most: u64,
) -> Result<Vec<(TenantId, DelegationId)>> {
    let begins = Column::Status.eq(DelegationStatus::Scheduled.code()).and(Column::StartsAt.lte(now));
    let ends = Column::Status
        .is_in([DelegationStatus::Scheduled, DelegationStatus::Active].map(DelegationStatus::code))
        .and(Column::EndsAt.lte(now));
    let rows =
        Entity::find().filter(begins.or(ends)).order_by_asc(Column::EndsAt).limit(most).all(db).await?;
    Ok(rows.into_iter().map(|row| (row.tenant_id, row.id)).collect())
}

/// Writes a new delegation.
pub(crate) async fn insert(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    delegation: &Delegation,
) -> Result<()> {
    Entity::insert(from_delegation(tenant, delegation)?).exec_without_returning(tx).await?;
    Ok(())
}

/// Writes a changed delegation that was locked before.
pub(crate) async fn save(tx: &impl ConnectionTrait, tenant: TenantId, delegation: &Delegation) -> Result<()> {
    Entity::update_many()
        .set(from_delegation(tenant, delegation)?)
        .filter(Column::TenantId.eq(tenant))
        .filter(Column::Id.eq(delegation.id))
        .exec(tx)
        .await?;
    Ok(())
}

fn to_delegation(row: Model) -> Result<Delegation> {
    Ok(Delegation {
        id: row.id,
        from_id: row.from_id,
        to_id: row.to_id,
        terms: Terms {
            doc_types: serde_json::from_value(row.doc_types).map_err(Error::internal)?,
            limit: Money::new(row.limit_amount, row.limit_currency),
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            reason: row.reason,
        },
        status: row.status.parse().map_err(|error: String| Error::internal(error))?,
        audit: Audit {
            created_at: row.created_at,
            created_by: row.created_by,
            updated_at: row.updated_at,
            updated_by: row.updated_by,
        },
        version: row.version,
    })
}

fn from_delegation(tenant: TenantId, delegation: &Delegation) -> Result<ActiveModel> {
    let terms = delegation.terms.clone();
    Ok(ActiveModel {
        id: Set(delegation.id),
        tenant_id: Set(tenant),
        from_id: Set(delegation.from_id),
        to_id: Set(delegation.to_id),
        doc_types: Set(serde_json::to_value(&terms.doc_types).map_err(Error::internal)?),
        limit_amount: Set(terms.limit.amount),
        limit_currency: Set(terms.limit.currency),
        starts_at: Set(terms.starts_at),
        ends_at: Set(terms.ends_at),
        reason: Set(terms.reason),
        status: Set(delegation.status.code().to_owned()),
        created_at: Set(delegation.audit.created_at),
        created_by: Set(delegation.audit.created_by),
        updated_at: Set(delegation.audit.updated_at),
        updated_by: Set(delegation.audit.updated_by),
        version: Set(delegation.version),
    })
}
