//! Saying who buys for which store.

use chassis::idempotency::{self, Attempt};
use chassis::{Caller, Connection, Criteria, Error, PageArgs, Result};
use primitives::{DepartmentId, LocationId, UserId};

use super::model::Rule;
use super::store::{self, RuleCriterion, SortedBy};
use crate::{Buying, organisation, permission};

/// Says who buys for a store that runs low; the drafts are the caller's where nobody else is named.
///
/// # Errors
/// `Forbidden`; `NOT_FOUND` for a department or a person that is not there; `Unavailable` when the users service does not answer.
pub async fn set(
    app: &Buying,
    caller: &Caller,
    (location, department, requested_by): (LocationId, DepartmentId, Option<UserId>),
    key: Option<&str>,
) -> Result<Rule> {
    caller.require(permission::RULES)?;
    let rule = Rule { location, department, requested_by: requested_by.unwrap_or(caller.user) };
    let now = app.clock.now();
    let attempt = &Attempt::try_new(caller, "setReplenishmentRule", key, &rule, now)?;
    let known = &organisation::find(app, caller, (department, requested_by)).await?;
    app.db
        .write(|tx| async move {
            let work = async {
                known.check_buyer((department, requested_by)).into_result()?;
                store::put(&*tx, caller.tenant, rule, now).await?;
                Ok(rule)
            };
            idempotency::once(&tx, attempt, work).await
        })
        .await
}

/// Takes a store's rule away: what it runs low of is written down no longer. Drafts stay. Answers the store.
///
/// # Errors
/// `Forbidden`, or `NotFound`.
pub async fn remove(
    app: &Buying,
    caller: &Caller,
    location: LocationId,
    key: Option<&str>,
) -> Result<LocationId> {
    caller.require(permission::RULES)?;
    let attempt = &Attempt::try_new(caller, "removeReplenishmentRule", key, &location, app.clock.now())?;
    app.db
        .write(|tx| async move {
            let work = async {
                match store::remove(&*tx, caller.tenant, location).await? {
                    true => Ok(location),
                    false => Err(Error::not_found_at("replenishment rule", "locationId")),
                }
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
