//! Saying what holds.

use chassis::idempotency::{self, Attempt};
use chassis::{Caller, Connection, Criteria, Error, PageArgs, Result, check_seen};

use super::model::{Said, Scope, check};
use super::store::{self, SortedBy, ToleranceCriterion};
use crate::purchase_order::model::Tolerance;
use crate::{Buying, permission};

/// Says how far deliveries and invoices may differ from orders that are made from now on, in place of what was `seen` last.
///
/// # Errors
/// `Forbidden`, `Conflict`, or what is wrong with it.
pub async fn set(
    app: &Buying,
    caller: &Caller,
    (scope, tolerance, seen): (Scope, Tolerance, Option<i32>),
    key: Option<&str>,
) -> Result<Said> {
    caller.require(permission::RULES)?;
    let act = app.act(caller);
    let attempt = &Attempt::try_new(caller, "setTolerance", key, &(scope, tolerance, seen), act.at)?;
    app.db
        .write(|tx| async move {
            let work = async {
                check(tolerance).into_result()?;
                let version = store::lock(&*tx, caller.tenant, scope).await?;
                check_seen(version, seen, ("tolerance", "expectedVersion"))?;
                let said = Said { scope, tolerance, version: version.map_or(1, |version| version + 1) };
                match version {
                    Some(_) => store::save(&*tx, caller.tenant, said).await?,
                    None if store::insert(&*tx, caller.tenant, said).await? => {}
                    None => return Err(Error::conflict(1)),
                }
                Ok(said)
            };
            idempotency::once(&tx, attempt, work).await
        })
        .await
}

/// A page of what was said that meets `criteria`.
///
/// # Errors
/// `Forbidden`, or what is wrong with the page.
pub(crate) async fn list(
    app: &Buying,
    caller: &Caller,
    criteria: &Criteria<ToleranceCriterion>,
    by: SortedBy,
    page: PageArgs,
) -> Result<Connection<Said>> {
    caller.require(permission::VIEW)?;
    store::list(&app.db, caller.tenant, criteria, by, page.check(criteria)?).await
}
