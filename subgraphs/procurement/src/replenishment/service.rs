//! Saying who buys for which store.

use chassis::idempotency::{self, Attempt};
use chassis::{Caller, Connection, Criteria, Error, PageArgs, Result, check_seen};
use primitives::{DepartmentId, LocationId, UserId};
use serde::Serialize;

use super::model::Rule;
use super::store::{self, RuleCriterion, SortedBy};
use crate::{Buying, organisation, permission};

/// Who is to buy for a store.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Wanted {
    /// Which store.
    pub location: LocationId,
    /// For which department.
    pub department: DepartmentId,
    /// Whose the drafts are; the caller's where nobody is named.
    pub requested_by: Option<UserId>,
    /// The rule's version as last seen; none for a new one.
    pub seen: Option<i32>,
}

/// Says who buys for a store that runs low.
///
/// # Errors
/// `Forbidden`; `Conflict`; `NOT_FOUND` for a department or a person that is not there; `Unavailable` when the users service does not answer.
pub async fn set(app: &Buying, caller: &Caller, wanted: Wanted, key: Option<&str>) -> Result<Rule> {
    caller.require(permission::RULES)?;
    let Wanted { location, department, requested_by, seen } = wanted;
    let now = app.clock.now();
    let attempt = &Attempt::try_new(caller, "setReplenishmentRule", key, &wanted, now)?;
    let known = &organisation::find(app, caller, (department, requested_by)).await?;
    app.db
        .write(|tx| async move {
            let work = async {
                known.check_buyer((department, requested_by)).into_result()?;
                let version = store::lock(&*tx, caller.tenant, location).await?.map(|rule| rule.version);
                check_seen(version, seen, ("replenishment rule", "locationId"))?;
                let requested_by = requested_by.unwrap_or(caller.user);
                let version = version.unwrap_or_default() + 1;
                let rule = Rule { location, department, requested_by, version };
                match seen {
                    Some(_) => store::save(&*tx, caller.tenant, rule, now).await?,
                    None if store::insert(&*tx, caller.tenant, rule, now).await? => {}
                    None => return Err(Error::conflict(1)),
                }
                Ok(rule)
            };
            idempotency::once(&tx, attempt, work).await
        })
        .await
}

/// Takes a store's rule away, as it was `seen` last: what it runs low of is written down no longer. Drafts stay. Answers the store.
///
/// # Errors
/// `Forbidden`, `Conflict`, or `NotFound`.
pub async fn remove(
    app: &Buying,
    caller: &Caller,
    (location, seen): (LocationId, i32),
    key: Option<&str>,
) -> Result<LocationId> {
    caller.require(permission::RULES)?;
    let (wanted, now) = ((location, seen), app.clock.now());
    let attempt = &Attempt::try_new(caller, "removeReplenishmentRule", key, &wanted, now)?;
    app.db
        .write(|tx| async move {
            let work = async {
                let version = store::lock(&*tx, caller.tenant, location).await?.map(|rule| rule.version);
                check_seen(version, Some(seen), ("replenishment rule", "locationId"))?;
                store::remove(&*tx, caller.tenant, location).await?;
                Ok(location)
            };
            idempotency::once(&tx, attempt, work).await
        })
        .await
}

/// A page of the rules that meet `criteria`.
///
/// # Errors
/// `Forbidden`, or what is wrong with the page.
pub(crate) async fn list(
    app: &Buying,
    caller: &Caller,
    criteria: &Criteria<RuleCriterion>,
    by: SortedBy,
    page: PageArgs,
) -> Result<Connection<Rule>> {
    caller.require(permission::VIEW)?;
    store::list(&app.db, caller.tenant, criteria, by, page.check(criteria)?).await
}
