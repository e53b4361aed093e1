//! The keys in use: which one signs, which ones are published, when they turn.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use chassis::{Claims, Clock, Db, Error, Result, Trust, task};
use chrono::{DateTime, Utc};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use primitives::SessionId;

use super::model::{SigningKey, Status};
use super::store;
use crate::account::model::Account;
use crate::session::ACCESS_TOKEN_LIFETIME;

/// How often the keys are looked at: another process may have turned them, or it is time to.
const LOOK_AFTER: Duration = Duration::from_secs(60);

/// Tries to find or make the two keys; a second one is needed when another process made them at the same moment.
const OPEN_ATTEMPTS: usize = 3;

/// The signing keys of this process. Clones share them.
#[derive(Clone)]
pub struct KeyRing(Arc<Inner>);

struct Inner {
    db: Db,
    clock: Clock,
    trust: Trust,
    held: RwLock<Held>,
}

#[derive(Clone)]
struct Held {
    kid: String,
    encoding: EncodingKey,
    published: JwkSet,
}

/// An access token and its end.
#[derive(Debug)]
pub(crate) struct Issued {
    pub(crate) token: String,
    pub(crate) expires_at: DateTime<Utc>,
}

impl KeyRing {
    /// Finds the keys, or makes them in a fresh database, and publishes them into `trust.keys`.
    ///
    /// # Errors
    /// `Internal` when the database fails.
    pub async fn open(db: &Db, clock: &Clock, trust: Trust) -> Result<Self> {
        for _ in 0..OPEN_ATTEMPTS {
            let keys = store::list_living_across_tenants(db.read()).await?;
            let has = |status| keys.iter().any(|key| key.status == status);
            if has(Status::Current) && has(Status::Next) {
                let held = hold(&keys)?;
                trust.keys.replace(&held.published);
                let inner = Inner { db: db.clone(), clock: clock.clone(), trust, held: RwLock::new(held) };
                return Ok(Self(Arc::new(inner)));
            }
            for status in [Status::Current, Status::Next] {
                if !has(status) {
                    add(db, status, clock.now()).await?;
                }
            }
        }
        Err(Error::internal("the signing keys could not be made"))
    }

    /// An access token for `account`.
    pub(crate) fn issue(
        &self,
        account: &Account,
        permissions: Vec<String>,
        session: Option<SessionId>,
        now: DateTime<Utc>,
    ) -> Result<Issued> {
        let held = self.held();
        let expires_at = now + ACCESS_TOKEN_LIFETIME;
        let claims = Claims {
            iss: self.0.trust.issuer.clone(),
            aud: self.0.trust.audience.clone(),
            sub: account.id,
            tenant_id: account.tenant,
            preferred_username: account.username.clone(),
            email: Some(account.email.clone()),
            permissions,
            sid: session,
            iat: now.timestamp(),
            nbf: None,
            exp: expires_at.timestamp(),
        };
        let mut header = Header::new(Algorithm::RS256);
        header.kid = Some(held.kid);
        let token = jsonwebtoken::encode(&header, &claims, &held.encoding).map_err(Error::internal)?;
        Ok(Issued { token, expires_at })
    }

    /// The public keys as verifiers need them now.
    pub fn published(&self) -> JwkSet {
        self.held().published
    }

    /// Makes the next key the current one and prepares another. Verifiers have known the next key since it was made.
    ///
    /// # Errors
    /// `Internal` when the database fails.
    pub async fn rotate(&self) -> Result<()> {
        self.turn(|_| true).await
    }

    /// Turns the keys if it is time to, erases the ones that are over, and takes over what other processes did.
    ///
    /// # Errors
    /// `Internal` when the database fails.
    pub async fn look_after(&self) -> Result<()> {
        let now = self.0.clock.now();
        let erased =
            self.0.db.write(|tx| async move { store::retire_across_tenants(&tx, now).await }).await?;
        if erased > 0 {
            tracing::info!(erased, "signing keys are retired and erased");
        }
        self.turn(|current| current.is_due(now)).await
    }

    /// Turns the keys when the current one, seen under lock, is `due`; then reads them anew.
    async fn turn(&self, due: impl Fn(&SigningKey) -> bool + Send + Sync) -> Result<()> {
        let now = self.0.clock.now();
        // Only made when it is needed, and before the transaction: making one takes a while.
        let known = store::list_living_across_tenants(self.0.db.read()).await?;
        let is_due = known.iter().any(|key| key.status == Status::Current && due(key));
        if is_due {
            let (prepared, due) = (&generate(Status::Next, now).await?, &due);
            self.0
                .db
                .write(|tx| async move {
                    let mut keys = store::lock_living_across_tenants(&tx).await?;
                    let find =
                        |keys: &mut [SigningKey], status| keys.iter().position(|key| key.status == status);
                    let (Some(current), Some(next)) =
                        (find(&mut keys, Status::Current), find(&mut keys, Status::Next))
                    else {
                        return Err(Error::internal("a signing key is missing"));
                    };
                    if !due(&keys[current]) {
                        return Ok(());
                    }
                    keys[current].begin_to_retire(now);
                    store::save_across_tenants(&tx, &keys[current]).await?;
                    keys[next].activate(now);
                    store::save_across_tenants(&tx, &keys[next]).await?;
                    store::insert_across_tenants(&tx, prepared).await?;
                    tracing::info!(kid = %keys[next].id, "another key signs from now on");
                    Ok(())
                })
                .await?;
        }
        self.take_over().await
    }

    async fn take_over(&self) -> Result<()> {
        let held = hold(&store::list_living_across_tenants(self.0.db.read()).await?)?;
        self.0.trust.keys.replace(&held.published);
        *self.0.held.write().unwrap_or_else(PoisonError::into_inner) = held;
        Ok(())
    }

    fn held(&self) -> Held {
        self.0.held.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyRing").field("kid", &self.held().kid).finish_non_exhaustive()
    }
}

/// Looks after the keys for as long as the process runs.
pub(crate) fn keep_rotated(ring: &KeyRing) {
    let ring = ring.clone();
    task::every("signing-keys", LOOK_AFTER, task::First::Now, move || {
        let ring = ring.clone();
        async move {
            if let Err(error) = ring.look_after().await {
                tracing::warn!(?error, "the signing keys could not be looked after; it is tried again");
            }
        }
    });
}

fn hold(keys: &[SigningKey]) -> Result<Held> {
    let current = keys.iter().find(|key| key.status == Status::Current);
    let current = current.ok_or_else(|| Error::internal("no key signs"))?;
    let published = JwkSet { keys: keys.iter().map(|key| key.public.clone()).collect() };
    Ok(Held { kid: current.kid(), encoding: current.encoding()?, published })
}

/// Adds a key unless another process was faster.
async fn add(db: &Db, status: Status, now: DateTime<Utc>) -> Result<()> {
    let key = &generate(status, now).await?;
    let added = db.write(|tx| async move { added(store::insert_across_tenants(&tx, key).await?) }).await;
    match added {
        Err(Error::Conflict(_)) => Ok(()),
        result => result,
    }
}

/// A lost race leaves the transaction: PostgreSQL accepts nothing in it any more.
fn added(is_first: bool) -> Result<()> {
    if is_first { Ok(()) } else { Err(Error::conflict(1)) }
}

async fn generate(status: Status, now: DateTime<Utc>) -> Result<SigningKey> {
    tokio::task::spawn_blocking(move || SigningKey::generate(status, now)).await.map_err(Error::internal)?
}
