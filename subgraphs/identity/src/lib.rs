//! Identity: who may sign in, what they may do, and the tokens that say so to every other service.
//!
//! It owns accounts, roles, sessions and signing keys. It refuses to own people (departments, managers, preferences) and
//! to decide about other services' records: it only hands out permissions. Start at [`session`] (sign in, refresh, sign
//! out), then `account` (passwords and lock-out), `role` (what is granted) and [`signing`] (the keys behind it all).

mod account;
pub mod demo;
mod event;
mod permission;
mod role;
mod schema;
pub mod session;
pub mod signing;

use chassis::{Clock, Db, Environment, Error, Result, Subgraph, Trust};

use crate::account::password::Passwords;
use crate::signing::KeyRing;

/// The migrations of this service's database.
pub use migrations_identity::Migrator;

/// The name of this service in the fleet.
pub const NAME: &str = "identity";

/// What the use cases of this service work with.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    pub(crate) passwords: Passwords,
    pub(crate) keys: KeyRing,
}

impl Identity {
    async fn open(env: &Environment, trust: Trust) -> Result<Self> {
        let keys = KeyRing::open(&env.db, &env.clock, trust).await?;
        Ok(Self { db: env.db.clone(), clock: env.clock.clone(), passwords: Passwords::new(), keys })
    }
}

/// Starts the service on a migrated database. It signs as `trust` says and publishes its public keys into
/// `trust.keys`, so that verifiers of this process know them at once; others fetch `/.well-known/jwks.json`.
///
/// # Errors
/// `Internal` when the signing keys cannot be read or made.
pub async fn start(env: Environment, trust: Trust) -> Result<Subgraph> {
    let app = Identity::open(&env, trust).await?;
    signing::keep_rotated(&app.keys);
    Ok(schema::subgraph(app, env))
}

/// `GET /.well-known/jwks.json` of a running identity service, for a process that serves it beside other routes.
pub fn jwks_routes(identity: &Subgraph) -> axum::Router {
    identity.routes()
}

/// An access token for the account called `username`, for development: no password, no session.
///
/// # Errors
/// `NotFound` when there is no such active account; `Internal` when the database fails.
pub async fn issue_token(env: &Environment, trust: Trust, username: &str) -> Result<String> {
    let app = Identity::open(env, trust).await?;
    let account =
        account::store::find_by_username_across_tenants(app.db.read(), &account::model::fold(username))
            .await?;
    let account =
        account.filter(account::model::Account::is_active).ok_or_else(|| Error::not_found("account"))?;
    let permissions = role::service::permissions_of(&app, &account).await?;
    Ok(app.keys.issue(&account, permissions, None, app.clock.now())?.token)
}
