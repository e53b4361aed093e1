//! Roles in the database.

use std::collections::HashMap;

use chassis::{Error, Result, Tx};
use chrono::{DateTime, Utc};
use entities_identity::{account_role, role};
use primitives::{RoleId, TenantId, UserId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use super::model::{Role, Seeded};

/// The roles of the accounts `ids` in `tenant`, by account and in order of their keys: one statement.
pub(crate) async fn by_accounts(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    ids: Vec<UserId>,
) -> Result<HashMap<UserId, Vec<Role>>> {
    let rows = account_role::Entity::find()
        .find_also_related(role::Entity)
        .filter(account_role::Column::TenantId.eq(tenant))
        .filter(account_role::Column::AccountId.is_in(ids))
        .order_by_asc(role::Column::Key)
        .all(db)
        .await?;
    let mut roles: HashMap<UserId, Vec<Role>> = HashMap::new();
    for (granted, role) in rows {
        if let Some(role) = role {
            roles.entry(granted.account_id).or_default().push(Role::try_from(role)?);
        }
    }
    Ok(roles)
}

/// The id of the role `seeded` in `tenant`, which is added when it is missing.
pub(crate) async fn ensure(tx: &Tx, tenant: TenantId, seeded: &Seeded, now: DateTime<Utc>) -> Result<RoleId> {
    let existing = role::Entity::find()
        .filter(role::Column::TenantId.eq(tenant))
        .filter(role::Column::Key.eq(seeded.key))
        .one(tx)
        .await?;
    if let Some(existing) = existing {
        return Ok(existing.id);
    }
    let id = RoleId::at(now);
    let row = role::ActiveModel {
        id: Set(id),
        tenant_id: Set(tenant),
        key: Set(seeded.key.to_owned()),
        name: Set(seeded.name.to_owned()),
        permissions: Set(seeded.permissions.into()),
        version: Set(1),
        created_at: Set(now),
        updated_at: Set(now),
    };
    role::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(id)
}

/// Gives `account` the role, if it does not have it yet.
pub(crate) async fn grant(tx: &Tx, tenant: TenantId, account: UserId, role: RoleId) -> Result<()> {
    let row =
        account_role::ActiveModel { account_id: Set(account), role_id: Set(role), tenant_id: Set(tenant) };
    let already = OnConflict::columns([account_role::Column::AccountId, account_role::Column::RoleId])
        .do_nothing()
        .to_owned();
    account_role::Entity::insert(row).on_conflict(already).exec_without_returning(tx).await?;
    Ok(())
}

impl TryFrom<role::Model> for Role {
    type Error = Error;

    fn try_from(row: role::Model) -> Result<Self> {
        let permissions = serde_json::from_value(row.permissions).map_err(Error::internal)?;
        Ok(Self { key: row.key, name: row.name, permissions })
    }
}
