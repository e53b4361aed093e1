//! Sessions and refresh tokens in the database.

use chassis::{Connection, Criteria, Db, PageRequest, Result, SortKey, Tx, page};
use chrono::{DateTime, Utc};
use entities_identity::{refresh_token, session};
use primitives::{SessionId, TenantId, UserId};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect};
use serde::Serialize;

use super::model::{RefreshToken, RevokedBecause, Session};

/// One condition on a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) enum Criterion {
    /// Whether it goes on.
    Alive(bool),
    /// It is on one of these devices.
    Device(Vec<String>),
}

impl Criterion {
    fn condition(&self, now: DateTime<Utc>) -> Condition {
        use session::Column::{Device, ExpiresAt, RevokedAt};
        let alive = Condition::all().add(RevokedAt.is_null()).add(ExpiresAt.gt(now));
        match self {
            Self::Alive(true) => alive,
            Self::Alive(false) => alive.not(),
            Self::Device(names) => Condition::all().add(Device.is_not_null()).add(Device.is_in(names)),
        }
    }
}

/// What a list of sessions is sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SortedBy {
    CreatedAtDesc,
    CreatedAtAsc,
    LastSeenAtDesc,
}

/// Adds a session with its first refresh token.
pub(crate) async fn insert(tx: &Tx, session: &Session, token: &RefreshToken) -> Result<()> {
    let row = session::ActiveModel {
        id: Set(session.id),
        tenant_id: Set(session.tenant),
        account_id: Set(session.account),
        device: Set(session.device.clone()),
        created_at: Set(session.created_at),
        last_seen_at: Set(session.last_seen_at),
        expires_at: Set(session.expires_at),
        revoked_at: Set(session.revoked_at),
        revoked_because: Set(None),
    };
    session::Entity::insert(row).exec_without_returning(tx).await?;
    insert_token(tx, session, token, session.created_at).await
}

/// Adds the refresh token that continues `session`.
pub(crate) async fn insert_token(
    tx: &Tx,
    session: &Session,
    token: &RefreshToken,
    now: DateTime<Utc>,
) -> Result<()> {
    let row = refresh_token::ActiveModel {
        token_hash: Set(token.hash()),
        tenant_id: Set(session.tenant),
        session_id: Set(session.id),
        status: Set("ACTIVE".to_owned()),
        created_at: Set(now),
        rotated_at: Set(None),
    };
    refresh_token::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Uses `token` up. True for exactly one of all who try.
pub(crate) async fn use_token_up(tx: &Tx, token: &RefreshToken, now: DateTime<Utc>) -> Result<bool> {
    let rotated = refresh_token::ActiveModel {
        status: Set("ROTATED".to_owned()),
        rotated_at: Set(Some(now)),
        ..Default::default()
    };
    let update = refresh_token::Entity::update_many()
        .set(rotated)
        .filter(refresh_token::Column::TokenHash.eq(token.hash()))
        .filter(refresh_token::Column::Status.eq("ACTIVE"));
    Ok(update.exec(tx).await?.rows_affected == 1)
}

/// The session that `token` belongs to or once belonged to, in whichever tenant and locked: who refreshes has shown no
/// tenant yet.
pub(crate) async fn lock_by_token_across_tenants(tx: &Tx, token: &RefreshToken) -> Result<Option<Session>> {
    let row = refresh_token::Entity::find_by_id(token.hash()).one(tx).await?;
    let Some(row) = row else { return Ok(None) };
    let session = session::Entity::find_by_id(row.session_id).lock_exclusive().one(tx).await?;
    Ok(session.map(Session::from))
}

/// Notes that the session was continued.
pub(crate) async fn touch(tx: &Tx, id: SessionId, now: DateTime<Utc>) -> Result<()> {
    let seen = session::ActiveModel { last_seen_at: Set(now), ..Default::default() };
    session::Entity::update_many().set(seen).filter(session::Column::Id.eq(id)).exec(tx).await?;
    Ok(())
}

/// Ends the living sessions of `account`, or only `one` of them; answers which ones ended.
pub(crate) async fn revoke(
    tx: &Tx,
    (tenant, account): (TenantId, UserId),
    one: Option<SessionId>,
    because: RevokedBecause,
    now: DateTime<Utc>,
) -> Result<Vec<SessionId>> {
    let mut select = session::Entity::find()
        .filter(session::Column::TenantId.eq(tenant))
        .filter(session::Column::AccountId.eq(account))
        .filter(Criterion::Alive(true).condition(now));
    if let Some(id) = one {
        select = select.filter(session::Column::Id.eq(id));
    }
    let ids: Vec<SessionId> =
        select.lock_exclusive().all(tx).await?.into_iter().map(|session| session.id).collect();
    let ended = session::ActiveModel {
        revoked_at: Set(Some(now)),
        revoked_because: Set(Some(because.as_str().to_owned())),
        ..Default::default()
    };
    session::Entity::update_many().set(ended).filter(session::Column::Id.is_in(ids.clone())).exec(tx).await?;
    Ok(ids)
}

/// The sessions of an account that meet `criteria` now.
pub(crate) async fn list(
    db: &Db,
    (tenant, account): (TenantId, UserId),
    (criteria, now): (&Criteria<Criterion>, DateTime<Utc>),
    by: SortedBy,
    request: PageRequest,
) -> Result<Connection<Session>> {
    let select = session::Entity::find()
        .filter(session::Column::TenantId.eq(tenant))
        .filter(session::Column::AccountId.eq(account))
        .filter(criteria.condition(&|criterion: &Criterion| criterion.condition(now)));
    let sort = [match by {
        SortedBy::CreatedAtDesc => SortKey::descending(session::Column::CreatedAt),
        SortedBy::CreatedAtAsc => SortKey::ascending(session::Column::CreatedAt),
        SortedBy::LastSeenAtDesc => SortKey::descending(session::Column::LastSeenAt),
    }];
    let page = page::list(db, select, &sort, session::Column::Id, request).await?;
    Ok(page.map(Session::from))
}

impl From<session::Model> for Session {
    fn from(row: session::Model) -> Self {
        Self {
            id: row.id,
            tenant: row.tenant_id,
            account: row.account_id,
            device: row.device,
            created_at: row.created_at,
            last_seen_at: row.last_seen_at,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
        }
    }
}
