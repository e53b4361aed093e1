//! Signing in, staying signed in, signing out.

use chassis::{Caller, Connection, Criteria, Error, PageArgs, Refusal, Result};
use chrono::{DateTime, Utc};

use super::model::{DEVICE_CHARS_MAX, RefreshToken, RevokedBecause, Session};
use super::store::{self, Criterion, SortedBy};
use crate::account::model::{Account, Attempts, fold};
use crate::role::model::{Role, permissions};
use crate::{Identity, account, event, role};

/// What somebody gets who has signed in or stayed signed in.
#[derive(Debug)]
pub(crate) struct SignedIn {
    pub(crate) account: Account,
    pub(crate) roles: Vec<Role>,
    pub(crate) access_token: String,
    pub(crate) expires_at: DateTime<Utc>,
    pub(crate) refresh_token: RefreshToken,
}

/// Signs in. Every failure looks the same and takes the same time: unknown name, wrong password, closed account.
pub(crate) async fn login(
    app: &Identity,
    username: &str,
    password: &str,
    device: Option<String>,
) -> Result<SignedIn> {
    let device = checked_device(device)?;
    let attempt = begin_attempt(app, &fold(username)).await?;
    let hash = attempt.as_ref().map(|account| account.password_hash.as_str());
    let is_right = app.passwords.is_right(password, hash).await?;
    let Some(account) = attempt.filter(|account| is_right && account.is_active()) else {
        tracing::info!("a sign-in failed");
        return Err(Error::wrong_credentials());
    };
    let roles = role::service::roles_of(app, &account).await?;
    let now = app.clock.now();
    let (session, token) =
        (Session::begin(account.tenant, account.id, device, now), RefreshToken::generate());
    let (session, account, refresh_token) = (&session, &account, &token);
    app.db
        .write(|tx| async move {
            // Whoever left while the password was looked at does not get in any more.
            let current = account::store::lock(&tx, account.tenant, account.id).await?;
            if !current.is_some_and(|current| current.is_active()) {
                return Err(Error::wrong_credentials());
            }
            account::store::save_attempts(&tx, account.id, Attempts::default()).await?;
            store::insert(&tx, session, refresh_token).await?;
            tx.publish(event::user_logged_in(account, session.id, now));
            Ok(())
        })
        .await?;
    signed_in(app, account.clone(), roles, session, token.clone())
}

/// Continues the session of `token`, which is used up by this. A used one ends the session.
pub(crate) async fn refresh(app: &Identity, token: &str) -> Result<SignedIn> {
    let now = app.clock.now();
    let (used, fresh) = (RefreshToken::presented(token), RefreshToken::generate());
    let (used, replacement) = (&used, &fresh);
    // The end of a session has to be committed, so it is an answer of the transaction and not its failure.
    let continued = app
        .db
        .write(|tx| async move {
            let Some(session) = store::lock_by_token_across_tenants(&tx, used).await? else {
                return Ok(None);
            };
            let account = account::store::find(&*tx, session.tenant, session.account).await?;
            let Some(account) = account else { return Ok(None) };
            if !store::use_token_up(&tx, used, now).await? {
                let (owner, because) = ((session.tenant, session.account), RevokedBecause::Reuse);
                for ended in store::revoke(&tx, owner, Some(session.id), because, now).await? {
                    tracing::warn!(session = %ended, "a used refresh token came back; its session ends");
                    tx.publish(event::session_revoked(&account, ended, because, now));
                }
                return Ok(None);
            }
            if !session.is_alive(now) || !account.is_active() {
                return Ok(None);
            }
            store::insert_token(&tx, &session, replacement, now).await?;
            store::touch(&tx, session.id, now).await?;
            Ok(Some((account, session)))
        })
        .await?;
    let (account, session) = continued.ok_or_else(Error::unauthenticated)?;
    let roles = role::service::roles_of(app, &account).await?;
    signed_in(app, account, roles, &session, fresh)
}

/// Ends the caller's session, or all of the caller's sessions; answers how many ended.
pub(crate) async fn logout(app: &Identity, caller: &Caller, all: bool) -> Result<usize> {
    let one = if all { None } else { caller.session };
    if one.is_none() && !all {
        // A token made by hand belongs to no session: there is nothing to end.
        return Ok(0);
    }
    let now = app.clock.now();
    app.db
        .write(|tx| async move {
            let account = account::store::find(&*tx, caller.tenant, caller.user).await?;
            let account = account.ok_or_else(Error::unauthenticated)?;
            let (owner, because) = ((caller.tenant, caller.user), RevokedBecause::SignedOut);
            let ended = store::revoke(&tx, owner, one, because, now).await?;
            for session in &ended {
                tx.publish(event::session_revoked(&account, *session, because, now));
            }
            Ok(ended.len())
        })
        .await
}

/// The caller's own sessions.
pub(crate) async fn list_own(
    app: &Identity,
    caller: &Caller,
    criteria: &Criteria<Criterion>,
    sort: SortedBy,
    page: PageArgs,
) -> Result<Connection<Session>> {
    let (whose, page) = ((caller.tenant, caller.user), page.check(criteria)?);
    store::list(&app.db, whose, (criteria, app.clock.now()), sort, page).await
}

/// Counts the attempt before its password is looked at; `None` when there is no account that may be tried.
async fn begin_attempt(app: &Identity, username: &str) -> Result<Option<Account>> {
    let now = app.clock.now();
    app.db
        .write(|tx| async move {
            let account = account::store::lock_by_username_across_tenants(&tx, username).await?;
            let Some(account) = account else { return Ok(None) };
            let Some(attempts) = account.attempts.begin(now) else { return Ok(None) };
            account::store::save_attempts(&tx, account.id, attempts).await?;
            if let Some(until) = attempts.locked_until {
                tx.publish(event::user_locked(&account, until, now));
            }
            Ok(Some(account))
        })
        .await
}

fn checked_device(device: Option<String>) -> Result<Option<String>> {
    let device = device.map(|device| device.trim().to_owned()).filter(|device| !device.is_empty());
    if device.as_ref().is_some_and(|device| device.chars().count() > DEVICE_CHARS_MAX) {
        let message = format!("a device's name has at most {DEVICE_CHARS_MAX} characters");
        return Err(Refusal::invalid("device", message).into());
    }
    Ok(device)
}

fn signed_in(
    app: &Identity,
    account: Account,
    roles: Vec<Role>,
    session: &Session,
    refresh_token: RefreshToken,
) -> Result<SignedIn> {
    let granted = permissions(roles.iter().map(|role| role.permissions.as_slice()));
    let issued = app.keys.issue(&account, granted, Some(session.id), app.clock.now())?;
    Ok(SignedIn { account, roles, access_token: issued.token, expires_at: issued.expires_at, refresh_token })
}
