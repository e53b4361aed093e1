//! Signing keys in the database. They belong to the deployment: every function here is across tenants.

use chassis::{Error, Result, Tx, is_first};
use chrono::{DateTime, Utc};
use entities_identity::signing_key::{ActiveModel, Column, Entity, Model};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::model::{SigningKey, Status};

/// All keys that are not over yet, the oldest first.
pub(crate) async fn list_living_across_tenants(db: &impl ConnectionTrait) -> Result<Vec<SigningKey>> {
    let living = Entity::find().filter(Column::Status.ne(Status::Retired.as_str())).order_by_asc(Column::Id);
    living.all(db).await?.into_iter().map(SigningKey::try_from).collect()
}

/// The same, locked: whoever turns the keys does it alone.
pub(crate) async fn lock_living_across_tenants(tx: &Tx) -> Result<Vec<SigningKey>> {
    let living = Entity::find().filter(Column::Status.ne(Status::Retired.as_str())).order_by_asc(Column::Id);
    living.lock_exclusive().all(tx).await?.into_iter().map(SigningKey::try_from).collect()
}

/// Adds a key; false when another process has just added one in the same place.
pub(crate) async fn insert_across_tenants(tx: &Tx, key: &SigningKey) -> Result<bool> {
    let row = ActiveModel {
        id: Set(key.id),
        kid: Set(key.kid()),
        status: Set(key.status.as_str().to_owned()),
        private_key: Set(key.private_pem.clone()),
        public_key: Set(serde_json::to_value(&key.public).map_err(Error::internal)?),
        created_at: Set(key.created_at),
        activated_at: Set(key.activated_at),
        retires_at: Set(key.retires_at),
    };
    Ok(is_first(Entity::insert(row).exec_without_returning(tx).await)?)
}

/// Writes where the key is in its life.
pub(crate) async fn save_across_tenants(tx: &Tx, key: &SigningKey) -> Result<()> {
    let row = ActiveModel {
        status: Set(key.status.as_str().to_owned()),
        activated_at: Set(key.activated_at),
        retires_at: Set(key.retires_at),
        ..ActiveModel::default()
    };
    Entity::update_many().set(row).filter(Column::Id.eq(key.id)).exec(tx).await?;
    Ok(())
}

/// Ends the retiring keys whose time has come and erases their private halves; answers how many.
pub(crate) async fn retire_across_tenants(tx: &Tx, now: DateTime<Utc>) -> Result<u64> {
    let over = ActiveModel {
        status: Set(Status::Retired.as_str().to_owned()),
        private_key: Set(String::new()),
        ..ActiveModel::default()
    };
    let due = Entity::update_many()
        .set(over)
        .filter(Column::Status.eq(Status::Retiring.as_str()))
        .filter(Column::RetiresAt.lte(now));
    Ok(due.exec(tx).await?.rows_affected)
}

impl TryFrom<Model> for SigningKey {
    type Error = Error;

    fn try_from(row: Model) -> Result<Self> {
        let status = Status::read(&row.status);
        Ok(Self {
            id: row.id,
            status: status.ok_or_else(|| Error::internal(format!("key status {} is unknown", row.status)))?,
            private_pem: row.private_key,
            public: serde_json::from_value(row.public_key).map_err(Error::internal)?,
            created_at: row.created_at,
            activated_at: row.activated_at,
            retires_at: row.retires_at,
        })
    }
}
