//! What people do with assignments.

use std::collections::HashMap;

use chassis::idempotency::{self, Attempt};
use chassis::{Caller, Error, Result, Tx};
use primitives::{Act, AssignmentId, UserId};

use super::model::{Assignment, Known, Place};
use super::store;
use crate::{People, department, permission, property, user};

/// Gives somebody a place to work at.
pub async fn assign_user(
    app: &People,
    caller: &Caller,
    place: &Place,
    key: Option<&str>,
) -> Result<Assignment> {
    caller.require(permission::UPDATE)?;
    let act = app.act(caller);
    let attempt = &Attempt::try_new(caller, "assignUser", key, place, act.at)?;
    app.db
        .write(|tx| async move { idempotency::once(&tx, attempt, assign_in(&tx, caller, place, act)).await })
        .await
}

async fn assign_in(tx: &Tx, caller: &Caller, place: &Place, act: Act) -> Result<Assignment> {
    // With the user locked nobody else counts the user's places meanwhile.
    let user = user::store::lock(&**tx, caller.tenant, place.user_id).await?;
    let property = property::store::find(&**tx, caller.tenant, place.property_id).await?;
    let departments = department::store::find_by_ids(&**tx, caller.tenant, vec![place.department_id]).await?;
    let mut others = store::list_by_users(&**tx, caller.tenant, vec![place.user_id]).await?;
    let others = others.remove(&place.user_id).unwrap_or_default();
    let known = Known {
        has_user: user.is_some_and(|user| user.is_active()),
        has_property: property.is_some(),
        has_department: !departments.is_empty(),
        others: &others,
    };
    let assignment = Assignment::assign(AssignmentId::at(act.at), place.clone(), known, act)?;
    store::insert(&**tx, caller.tenant, std::slice::from_ref(&assignment)).await?;
    Ok(assignment)
}

/// Takes a place away from somebody; answers what it was.
pub async fn unassign_user(
    app: &People,
    caller: &Caller,
    id: AssignmentId,
    key: Option<&str>,
) -> Result<Assignment> {
    caller.require(permission::UPDATE)?;
    let attempt = &Attempt::try_new(caller, "unassignUser", key, &id, app.clock.now())?;
    app.db
        .write(|tx| async move {
            let work = async {
                let gone = store::remove(&*tx, caller.tenant, id).await?;
                gone.ok_or_else(|| Error::not_found_at("assignment", "id"))
            };
            idempotency::once(&tx, attempt, work).await
        })
        .await
}

/// Where users work.
pub(crate) async fn list_by_users(
    app: &People,
    caller: &Caller,
    users: Vec<UserId>,
) -> Result<HashMap<UserId, Vec<Assignment>>> {
    store::list_by_users(app.db.read(), caller.tenant, users).await
}
