//! What people do with delegations.

use std::collections::HashMap;

use chassis::idempotency::{self, Attempt};
use chassis::{Caller, Code, Connection, Criteria, Error, PageArgs, Refusal, Result, Tx};
use primitives::{Act, DelegationId, TenantId, UserId};
use serde::Serialize;

use super::model::{Delegation, DelegationStatus, Pair, Terms};
use super::store::{self, Criterion, OPEN_PER_USER_MAX, Side, SortedBy};
use crate::{People, event, permission, user};

/// Who lends what to whom.
#[derive(Clone, Debug, Serialize)]
pub struct Lend {
    /// Who lends; the caller when nobody is named.
    pub from_id: UserId,
    /// Who stands in.
    pub to_id: UserId,
    /// What is lent.
    pub terms: Terms,
    /// Under which key the request may be repeated.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

/// Which delegation is taken back.
#[derive(Clone, Debug, Serialize)]
pub struct Revoke {
    /// Which one.
    pub id: DelegationId,
    /// The version as last seen.
    pub expected_version: i32,
    /// Under which key the request may be repeated.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

/// Lends rights. Everybody may lend their own; those of others need the permission to change people.
pub async fn delegate(app: &People, caller: &Caller, wanted: &Lend) -> Result<Delegation> {
    if wanted.from_id != caller.user {
        caller.require(permission::UPDATE)?;
    }
    let act = app.act(caller);
    let key = wanted.idempotency_key.as_deref();
    let attempt = &Attempt::try_new(caller, "delegate", key, wanted, act.at)?;
    app.db
        .write(
            |tx| async move { idempotency::once(&tx, attempt, delegate_in(&tx, caller, wanted, act)).await },
        )
        .await
}

async fn delegate_in(tx: &Tx, caller: &Caller, wanted: &Lend, act: Act) -> Result<Delegation> {
    // Both people are locked, in id order: two delegations that would make a chain share one of them.
    let mut ids = [wanted.from_id, wanted.to_id];
    ids.sort();
    let mut people = HashMap::new();
    for id in ids {
        let found = user::store::lock(&**tx, caller.tenant, id).await?;
        people.extend(found.filter(user::model::User::is_active).map(|user| (id, user)));
    }
    let open = store::list_open_of(&**tx, caller.tenant, &ids).await?;
    let crowd = |id| open.iter().filter(|one| one.from_id == id || one.to_id == id).count();
    if ids.into_iter().any(|id| crowd(id) >= OPEN_PER_USER_MAX) {
        let message = format!("nobody has more than {OPEN_PER_USER_MAX} open delegations");
        return Err(Refusal::new(Code::LimitExceeded, "toId", message).into());
    }
    let pair = Pair { from: people.get(&wanted.from_id), to: people.get(&wanted.to_id), open: &open };
    let delegation = Delegation::lend(DelegationId::at(act.at), pair, wanted.terms.clone(), act)?;
    store::insert(&**tx, caller.tenant, &delegation).await?;
    if delegation.status == DelegationStatus::Active {
        tx.publish(event::delegation_started(caller.tenant, &delegation));
    }
    Ok(delegation)
}

/// Takes rights back. Who lent them may, and who may change people.
pub async fn revoke_delegation(app: &People, caller: &Caller, wanted: &Revoke) -> Result<Delegation> {
    let act = app.act(caller);
    let key = wanted.idempotency_key.as_deref();
    let attempt = &Attempt::try_new(caller, "revokeDelegation", key, wanted, act.at)?;
    app.db
        .write(|tx| async move {
            let work = async {
                let found = store::lock(&*tx, caller.tenant, wanted.id).await?;
                let found = found.filter(|one| one.to_id == caller.user || may_change(caller, one));
                let mut delegation = found.ok_or_else(|| Error::not_found_at("delegation", "id"))?;
                if delegation.from_id != caller.user {
                    caller.require(permission::UPDATE)?;
                }
                if delegation.version != wanted.expected_version {
                    return Err(Error::conflict(delegation.version));
                }
                delegation.revoke(act)?;
                store::save(&*tx, caller.tenant, &delegation).await?;
                tx.publish(event::delegation_ended(caller.tenant, &delegation));
                Ok(delegation)
            };
            idempotency::once(&tx, attempt, work).await
        })
        .await
}

fn may_change(caller: &Caller, delegation: &Delegation) -> bool {
    delegation.from_id == caller.user || caller.may(permission::VIEW) || caller.may(permission::UPDATE)
}

/// Ends everything that somebody who leaves lent or stands in for.
pub(crate) async fn end_all_of(tx: &Tx, tenant: TenantId, user: UserId, act: Act) -> Result<()> {
    for mut delegation in store::list_open_of(&**tx, tenant, &[user]).await? {
        delegation.revoke(act)?;
        store::save(&**tx, tenant, &delegation).await?;
        tx.publish(event::delegation_ended(tenant, &delegation));
    }
    Ok(())
}

/// A page of the caller's own delegations, given and received.
pub(crate) async fn list_my_delegations(
    app: &People,
    caller: &Caller,
    criteria: &Criteria<Criterion>,
    sort: SortedBy,
    page: PageArgs,
) -> Result<Connection<Delegation>> {
    let page = page.check(criteria)?;
    store::list_of(&app.db, (caller.tenant, caller.user), criteria, sort, page).await
}

/// The delegations of users that count now.
pub(crate) async fn list_in_force(
    app: &People,
    caller: &Caller,
    (users, side): (Vec<UserId>, Side),
) -> Result<HashMap<UserId, Vec<Delegation>>> {
    let now = app.clock.now();
    let mut by_user: HashMap<UserId, Vec<Delegation>> = HashMap::new();
    for delegation in store::list_in_force(app.db.read(), caller.tenant, (users, side), now).await? {
        let user = if side == Side::Given { delegation.from_id } else { delegation.to_id };
        by_user.entry(user).or_default().push(delegation);
    }
    Ok(by_user)
}
