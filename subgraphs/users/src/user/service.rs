//! What people do with people.

use std::collections::HashMap;

use chassis::idempotency::{self, Attempt};
use chassis::{Caller, Connection, Error, Order, PageArgs, Refusal, Result, Tx};
use primitives::{Act, UserId};
use serde::Serialize;

use super::model::{Preferences, Standing, Surroundings, User, UserFacts};
use super::store::{self, SortedBy, UserCriterion};
use crate::{People, delegation, department, event, permission, property};

/// Somebody leaves or comes back.
#[derive(Clone, Debug, Serialize)]
pub struct Move {
    /// Who.
    pub id: UserId,
    /// The version as last seen.
    pub expected_version: i32,
    /// Under which key the request may be repeated.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

/// Adds somebody.
pub async fn create_user(
    app: &People,
    caller: &Caller,
    facts: &UserFacts,
    key: Option<&str>,
) -> Result<User> {
    caller.require(permission::CREATE)?;
    let act = app.act(caller);
    let attempt = &Attempt::try_new(caller, "createUser", key, facts, act.at)?;
    app.db
        .write(|tx| async move {
            let work = async {
                let id = UserId::at(act.at);
                let user = User::join(id, facts.clone(), surroundings(&tx, caller, facts, id).await?, act)?;
                store::insert(&*tx, caller.tenant, std::slice::from_ref(&user)).await?;
                tx.publish(event::user_created(caller.tenant, &user));
                Ok(user)
            };
            idempotency::once(&tx, attempt, work).await
        })
        .await
}

/// Changes what is known about somebody; `change` gets the facts as they are. Nobody sets their own approval limit, except
/// who administers everybody.
pub async fn update_user(
    app: &People,
    caller: &Caller,
    (id, expected_version): (UserId, i32),
    change: impl Fn(UserFacts) -> UserFacts + Send + Sync,
) -> Result<User> {
    caller.require(permission::UPDATE)?;
    let act = app.act(caller);
    let change = &change;
    app.db
        .write(|tx| async move {
            let mut user = require(&tx, caller, id, expected_version).await?;
            let facts = change(user.facts.clone());
            if id == caller.user && facts.approval_limit != user.facts.approval_limit {
                caller.require(permission::ADMINISTER)?;
            }
            if facts.manager_id != user.facts.manager_id {
                store::lock_chart(&*tx, caller.tenant).await?;
            }
            let around = surroundings(&tx, caller, &facts, id).await?;
            user.describe(facts, around, act)?;
            store::save(&*tx, caller.tenant, &user).await?;
            tx.publish(event::user_updated(caller.tenant, &user));
            Ok(user)
        })
        .await
}

/// Lets somebody leave: departments that they head go to their manager, their delegations end.
pub async fn deactivate_user(app: &People, caller: &Caller, wanted: &Move) -> Result<User> {
    caller.require(permission::DEACTIVATE)?;
    let act = app.act(caller);
    let key = wanted.idempotency_key.as_deref();
    let attempt = &Attempt::try_new(caller, "deactivateUser", key, wanted, act.at)?;
    app.db
        .write(|tx| async move {
            idempotency::once(&tx, attempt, deactivate_in(&tx, caller, wanted, act)).await
        })
        .await
}

async fn deactivate_in(tx: &Tx, caller: &Caller, wanted: &Move, act: Act) -> Result<User> {
    // Departments before people, as whoever names a head does.
    let tree = department::store::lock_tree(&**tx, caller.tenant).await?;
    let mut user = require(tx, caller, wanted.id, wanted.expected_version).await?;
    let manager = match user.facts.manager_id {
        Some(id) => store::lock(&**tx, caller.tenant, id).await?,
        None => None,
    };
    let mut headed =
        tree.into_iter().filter(|department| department.facts.head_id == Some(user.id)).collect::<Vec<_>>();
    user.leave(headed.len(), manager.as_ref(), act)?;
    store::save(&**tx, caller.tenant, &user).await?;
    let successor = user.facts.manager_id;
    for department in &mut headed {
        department.hand_over(successor, act);
        department::store::save(&**tx, caller.tenant, department).await?;
        tx.publish(event::head_changed(caller.tenant, department, Some(user.id)));
    }
    delegation::service::end_all_of(tx, caller.tenant, user.id, act).await?;
    tx.publish(event::user_deactivated(caller.tenant, &user, successor));
    Ok(user)
}

/// Lets somebody who left come back.
pub async fn reactivate_user(app: &People, caller: &Caller, wanted: &Move) -> Result<User> {
    caller.require(permission::DEACTIVATE)?;
    let act = app.act(caller);
    let key = wanted.idempotency_key.as_deref();
    let attempt = &Attempt::try_new(caller, "reactivateUser", key, wanted, act.at)?;
    app.db
        .write(|tx| async move {
            let work = async {
                let mut user = require(&tx, caller, wanted.id, wanted.expected_version).await?;
                user.come_back(act)?;
                store::save(&*tx, caller.tenant, &user).await?;
                tx.publish(event::user_reactivated(caller.tenant, &user));
                Ok(user)
            };
            idempotency::once(&tx, attempt, work).await
        })
        .await
}

/// Takes the caller's own choices over.
pub async fn set_preferences(
    app: &People,
    caller: &Caller,
    expected_version: i32,
    preferences: &Preferences,
) -> Result<User> {
    let act = app.act(caller);
    app.db
        .write(|tx| async move {
            let mut user = require(&tx, caller, caller.user, expected_version).await?;
            if let Some(id) = preferences.default_property_id
                && property::store::find(&*tx, caller.tenant, id).await?.is_none()
            {
                return Err(Error::not_found_at("property", "defaultPropertyId"));
            }
            user.prefer(preferences.clone(), act);
            store::save(&*tx, caller.tenant, &user).await?;
            Ok(user)
        })
        .await
}

async fn surroundings(tx: &Tx, caller: &Caller, facts: &UserFacts, id: UserId) -> Result<Surroundings> {
    let (has_email, has_username) = store::has_names(&**tx, caller.tenant, facts, Some(id)).await?;
    let manager = match facts.manager_id {
        None => Standing::Fine,
        Some(manager) => match store::find(&**tx, caller.tenant, manager).await? {
            Some(found) if found.is_active() || manager == id => {
                let is_below = store::is_below(&**tx, caller.tenant, manager, id).await?;
                if is_below { Standing::Below } else { Standing::Fine }
            }
            _ => Standing::Unknown,
        },
    };
    Ok(Surroundings { has_email, has_username, manager })
}

async fn require(tx: &Tx, caller: &Caller, id: UserId, expected_version: i32) -> Result<User> {
    let user = store::lock(&**tx, caller.tenant, id).await?;
    let user = user.ok_or_else(|| Error::not_found_at("user", "id"))?;
    if user.version == expected_version { Ok(user) } else { Err(Error::conflict(user.version)) }
}

/// A page of the users that meet `criterion`.
pub(crate) async fn list_users(
    app: &People,
    caller: &Caller,
    criterion: &UserCriterion,
    sort: (SortedBy, Order),
    page: PageArgs,
) -> Result<Connection<User>> {
    caller.require(permission::VIEW)?;
    if criterion.ids.as_ref().is_some_and(|ids| ids.len() > 500) {
        return Err(Refusal::invalid("where.ids", "a list of values has at most 500").into());
    }
    store::list(&app.db, caller.tenant, criterion, sort, page.check(criterion)?).await
}

/// Users by their ids. Colleagues may know each other: what needs a permission is masked field by field.
pub(crate) async fn find_by_ids(
    app: &People,
    caller: &Caller,
    ids: Vec<UserId>,
) -> Result<HashMap<UserId, User>> {
    store::find_by_ids(app.db.read(), caller.tenant, ids).await
}
