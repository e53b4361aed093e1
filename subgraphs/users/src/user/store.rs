//! Users as rows; every query starts at the tenant.

use std::collections::HashMap;

use chassis::{
    Connection, Db, Error, Order, PageRequest, Refusal, Result, SortKey, is_unique_violation, page,
};
use entities_users::user::{ActiveModel, Column, Entity, Model};
use entities_users::{assignment, manager_chart};
use primitives::{Audit, DepartmentId, Money, PropertyId, TenantId, UserId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, LikeExpr, LockType, OnConflict};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect, QueryTrait, Select,
};
use serde::Serialize;

use super::model::{Preferences, User, UserFacts, UserStatus, folded};

/// Rows of one INSERT: 24 columns each stay below SQLite's 32,766 binds.
const ROWS_PER_INSERT: usize = 500;

/// How many managers are followed upwards; longer chains are refused as circles.
const CHAIN_MAX: usize = 32;

/// What a list of users is narrowed by. All that is given must hold.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct UserCriterion {
    pub(crate) ids: Option<Vec<UserId>>,
    pub(crate) statuses: Option<Vec<UserStatus>>,
    pub(crate) manager_id: Option<UserId>,
    pub(crate) department_id: Option<DepartmentId>,
    pub(crate) property_id: Option<PropertyId>,
    /// Words, lower case, that must be found in name, sign-in name, mail address or staff number.
    pub(crate) words: Vec<String>,
}

/// What a list of users is sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SortedBy {
    Name,
    CreatedAt,
}

fn scoped(tenant: TenantId) -> Select<Entity> {
    Entity::find().filter(Column::TenantId.eq(tenant))
}

/// A page of the users that meet `criterion`.
pub(crate) async fn list(
    db: &Db,
    tenant: TenantId,
    criterion: &UserCriterion,
    (by, order): (SortedBy, Order),
    page: PageRequest,
) -> Result<Connection<User>> {
    let mut select = scoped(tenant);
    if let Some(ids) = &criterion.ids {
        select = select.filter(Column::Id.is_in(ids.iter().copied()));
    }
    if let Some(statuses) = &criterion.statuses {
        select = select.filter(Column::Status.is_in(statuses.iter().map(|status| status.code())));
    }
    if let Some(manager) = criterion.manager_id {
        select = select.filter(Column::ManagerId.eq(manager));
    }
    if criterion.department_id.is_some() || criterion.property_id.is_some() {
        let mut working = assignment::Entity::find()
            .select_only()
            .column(assignment::Column::UserId)
            .filter(assignment::Column::TenantId.eq(tenant));
        if let Some(department) = criterion.department_id {
            working = working.filter(assignment::Column::DepartmentId.eq(department));
        }
        if let Some(property) = criterion.property_id {
            working = working.filter(assignment::Column::PropertyId.eq(property));
        }
        select = select.filter(Column::Id.in_subquery(working.into_query()));
    }
    for word in &criterion.words {
        let literal = word.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        select = select.filter(Column::SearchText.like(LikeExpr::new(format!("%{literal}%")).escape('\\')));
    }
    let column = match by {
        SortedBy::Name => Column::NameKey,
        SortedBy::CreatedAt => Column::CreatedAt,
    };
    page::list(db, select, &[SortKey { column, order }], Column::Id, page).await?.try_map(to_user)
}

/// Users by their ids, in one statement.
pub(crate) async fn find_by_ids(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    mut ids: Vec<UserId>,
) -> Result<HashMap<UserId, User>> {
    ids.sort();
    ids.dedup();
    let rows = scoped(tenant).filter(Column::Id.is_in(ids)).all(db).await?;
    rows.into_iter().map(|row| to_user(row).map(|user| (user.id, user))).collect()
}

/// The user, if there is one.
pub(crate) async fn find(db: &impl ConnectionTrait, tenant: TenantId, id: UserId) -> Result<Option<User>> {
    scoped(tenant).filter(Column::Id.eq(id)).one(db).await?.map(to_user).transpose()
}

/// The user, locked until the transaction ends.
pub(crate) async fn lock(tx: &impl ConnectionTrait, tenant: TenantId, id: UserId) -> Result<Option<User>> {
    let row = scoped(tenant).filter(Column::Id.eq(id)).lock(LockType::Update).one(tx).await?;
    row.map(to_user).transpose()
}

/// Whether another user has the mail address, and the sign-in name.
pub(crate) async fn has_names(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    facts: &UserFacts,
    except: Option<UserId>,
) -> Result<(bool, bool)> {
    let (email, username) = (folded(&facts.email), folded(&facts.username));
    let same = Column::EmailKey.eq(&email).or(Column::UsernameKey.eq(&username));
    let rows = scoped(tenant).filter(same).all(db).await?;
    let others = || rows.iter().filter(|row| Some(row.id) != except);
    Ok((others().any(|row| row.email_key == email), others().any(|row| row.username_key == username)))
}

/// Makes whoever else gives somebody of the tenant another manager wait until the transaction ends: two such changes that
/// cross would make a circle that neither of them sees.
pub(crate) async fn lock_chart(tx: &impl ConnectionTrait, tenant: TenantId) -> Result<()> {
    use manager_chart::{Column, Entity};
    let further = Expr::col((Entity, Column::Changes)).add(1_i64);
    let counted = OnConflict::column(Column::TenantId).value(Column::Changes, further).to_owned();
    let first = manager_chart::ActiveModel { tenant_id: Set(tenant), changes: Set(1) };
    Entity::insert(first).on_conflict(counted).exec_without_returning(tx).await?;
    Ok(())
}

/// Whether `manager` answers to `user`, directly or through others.
pub(crate) async fn is_below(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    manager: UserId,
    user: UserId,
) -> Result<bool> {
    let mut above = Some(manager);
    for _ in 0..CHAIN_MAX {
        let Some(id) = above else { return Ok(false) };
        if id == user {
            return Ok(true);
        }
        above = find(db, tenant, id).await?.and_then(|user| user.facts.manager_id);
    }
    Ok(true)
}

/// Writes new users.
pub(crate) async fn insert(tx: &impl ConnectionTrait, tenant: TenantId, users: &[User]) -> Result<()> {
    for chunk in users.chunks(ROWS_PER_INSERT) {
        let rows = chunk.iter().map(|user| from_user(tenant, user));
        Entity::insert_many(rows).exec_without_returning(tx).await.map_err(taken)?;
    }
    Ok(())
}

/// Writes a changed user that was locked before.
pub(crate) async fn save(tx: &impl ConnectionTrait, tenant: TenantId, user: &User) -> Result<()> {
    Entity::update_many()
        .set(from_user(tenant, user))
        .filter(Column::TenantId.eq(tenant))
        .filter(Column::Id.eq(user.id))
        .exec(tx)
        .await
        .map_err(taken)?;
    Ok(())
}

fn to_user(row: Model) -> Result<User> {
    let fault = |error: String| Error::internal(error);
    Ok(User {
        id: row.id,
        status: row.status.parse().map_err(fault)?,
        facts: UserFacts {
            username: row.username,
            email: row.email,
            display_name: row.display_name,
            locale: row.locale,
            time_zone: row.time_zone,
            employee_no: row.employee_no,
            manager_id: row.manager_id,
            approval_limit: row
                .limit_amount
                .zip(row.limit_currency)
                .map(|(amount, of)| Money::new(amount, of)),
        },
        preferences: Preferences {
            date_format: row.date_format.parse().map_err(fault)?,
            default_property_id: row.default_property_id,
            wants_digest: row.wants_digest,
        },
        audit: Audit {
            created_at: row.created_at,
            created_by: row.created_by,
            updated_at: row.updated_at,
            updated_by: row.updated_by,
        },
        version: row.version,
    })
}

fn from_user(tenant: TenantId, user: &User) -> ActiveModel {
    let facts = user.facts.clone();
    let number = facts.employee_no.as_deref().unwrap_or_default();
    let search = format!("{} {} {} {number}", facts.display_name, facts.username, facts.email).to_lowercase();
    ActiveModel {
        id: Set(user.id),
        tenant_id: Set(tenant),
        username_key: Set(folded(&facts.username)),
        email_key: Set(folded(&facts.email)),
        name_key: Set(facts.display_name.to_lowercase()),
        search_text: Set(search),
        username: Set(facts.username),
        email: Set(facts.email),
        display_name: Set(facts.display_name),
        locale: Set(facts.locale),
        time_zone: Set(facts.time_zone),
        status: Set(user.status.code().to_owned()),
        employee_no: Set(facts.employee_no),
        manager_id: Set(facts.manager_id),
        limit_amount: Set(facts.approval_limit.map(|limit| limit.amount)),
        limit_currency: Set(facts.approval_limit.map(|limit| limit.currency)),
        date_format: Set(user.preferences.date_format.code().to_owned()),
        default_property_id: Set(user.preferences.default_property_id),
        wants_digest: Set(user.preferences.wants_digest),
        created_at: Set(user.audit.created_at),
        created_by: Set(user.audit.created_by),
        updated_at: Set(user.audit.updated_at),
        updated_by: Set(user.audit.updated_by),
        version: Set(user.version),
    }
}

/// A unique index said no: somebody took the name since it was looked up. Both keys mostly go together.
fn taken(error: DbErr) -> Error {
    if is_unique_violation(&error) {
        Refusal::duplicate("email", "there is already a user with this mail address or sign-in name").into()
    } else {
        error.into()
    }
}
