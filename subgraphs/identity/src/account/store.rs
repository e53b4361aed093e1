//! Accounts in the database.

use std::collections::HashMap;

use chassis::{Error, Result, Tx};
use chrono::{DateTime, Utc};
use entities_identity::account::{ActiveModel, Column, Entity, Model};
use primitives::{TenantId, UserId};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, Select};

use super::model::{Account, Attempts, Status};

fn scoped(tenant: TenantId) -> Select<Entity> {
    Entity::find().filter(Column::TenantId.eq(tenant))
}

/// The account with the folded name, in whichever tenant: who signs in has no tenant yet.
pub(crate) async fn find_by_username_across_tenants(
    db: &impl ConnectionTrait,
    username: &str,
) -> Result<Option<Account>> {
    let row = Entity::find().filter(Column::Username.eq(username)).one(db).await?;
    row.map(Account::try_from).transpose()
}

/// The same, locked until the transaction ends.
pub(crate) async fn lock_by_username_across_tenants(tx: &Tx, username: &str) -> Result<Option<Account>> {
    let row = Entity::find().filter(Column::Username.eq(username)).lock_exclusive().one(tx).await?;
    row.map(Account::try_from).transpose()
}

/// The account `id` of `tenant`.
pub(crate) async fn find(db: &impl ConnectionTrait, tenant: TenantId, id: UserId) -> Result<Option<Account>> {
    let row = scoped(tenant).filter(Column::Id.eq(id)).one(db).await?;
    row.map(Account::try_from).transpose()
}

/// The account `id` of `tenant`, locked until the transaction ends.
pub(crate) async fn lock(tx: &Tx, tenant: TenantId, id: UserId) -> Result<Option<Account>> {
    let row = scoped(tenant).filter(Column::Id.eq(id)).lock_exclusive().one(tx).await?;
    row.map(Account::try_from).transpose()
}

/// The accounts with `ids` in `tenant`.
pub(crate) async fn by_ids(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    ids: Vec<UserId>,
) -> Result<HashMap<UserId, Account>> {
    let rows = scoped(tenant).filter(Column::Id.is_in(ids)).all(db).await?;
    rows.into_iter().map(|row| Ok((row.id, Account::try_from(row)?))).collect()
}

/// Writes the count of wrong passwords.
pub(crate) async fn save_attempts(tx: &Tx, id: UserId, attempts: Attempts) -> Result<()> {
    let counted = ActiveModel {
        failed_attempts: Set(attempts.failed),
        first_failed_at: Set(attempts.first_failed_at),
        locked_until: Set(attempts.locked_until),
        ..ActiveModel::default()
    };
    Entity::update_many().set(counted).filter(Column::Id.eq(id)).exec(tx).await?;
    Ok(())
}

/// Gives an account another mail address and display name, where there is one.
pub(crate) async fn rename(
    tx: &Tx,
    tenant: TenantId,
    id: UserId,
    (email, display_name): (&str, &str),
    now: DateTime<Utc>,
) -> Result<()> {
    let named = ActiveModel {
        email: Set(email.to_owned()),
        display_name: Set(display_name.to_owned()),
        updated_at: Set(now),
        ..ActiveModel::default()
    };
    Entity::update_many()
        .set(named)
        .filter(Column::TenantId.eq(tenant))
        .filter(Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Moves an account from one status to another; one that stands elsewhere stays there.
pub(crate) async fn move_status(
    tx: &Tx,
    tenant: TenantId,
    id: UserId,
    (from, to): (Status, Status),
    now: DateTime<Utc>,
) -> Result<()> {
    let moved =
        ActiveModel { status: Set(to.as_str().to_owned()), updated_at: Set(now), ..ActiveModel::default() };
    Entity::update_many()
        .set(moved)
        .filter(Column::TenantId.eq(tenant))
        .filter(Column::Id.eq(id))
        .filter(Column::Status.eq(from.as_str()))
        .exec(tx)
        .await?;
    Ok(())
}

/// Adds an account.
pub(crate) async fn insert(tx: &Tx, account: &Account, now: DateTime<Utc>) -> Result<()> {
    let row = ActiveModel {
        id: Set(account.id),
        tenant_id: Set(account.tenant),
        username: Set(account.username.clone()),
        email: Set(account.email.clone()),
        display_name: Set(account.display_name.clone()),
        password_hash: Set(account.password_hash.clone()),
        status: Set(account.status.as_str().to_owned()),
        failed_attempts: Set(account.attempts.failed),
        first_failed_at: Set(account.attempts.first_failed_at),
        locked_until: Set(account.attempts.locked_until),
        version: Set(account.version),
        created_at: Set(account.created_at),
        updated_at: Set(now),
    };
    Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

impl TryFrom<Model> for Account {
    type Error = Error;

    fn try_from(row: Model) -> Result<Self> {
        let status = Status::read(&row.status);
        Ok(Self {
            status: status
                .ok_or_else(|| Error::internal(format!("account status {} is unknown", row.status)))?,
            id: row.id,
            tenant: row.tenant_id,
            username: row.username,
            email: row.email,
            display_name: row.display_name,
            password_hash: row.password_hash,
            attempts: Attempts {
                failed: row.failed_attempts,
                first_failed_at: row.first_failed_at,
                locked_until: row.locked_until,
            },
            version: row.version,
            created_at: row.created_at,
        })
    }
}
