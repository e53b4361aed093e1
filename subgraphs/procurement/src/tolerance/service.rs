//! Saying what holds.

use chassis::idempotency::{self, Attempt};
use chassis::{Caller, Result};

use super::model::{Scope, check};
use super::store;
use crate::purchase_order::model::Tolerance;
use crate::{Buying, permission};

/// Says how far deliveries and invoices may differ from orders that are made from now on.
///
/// # Errors
/// `Forbidden`, or what is wrong with it.
pub async fn set(
    app: &Buying,
    caller: &Caller,
    (scope, tolerance): (Scope, Tolerance),
    key: Option<&str>,
) -> Result<(Scope, Tolerance)> {
    caller.require(permission::RULES)?;
    let act = app.act(caller);
    let attempt = &Attempt::try_new(caller, "setTolerance", key, &(scope, tolerance), act.at)?;
    app.db
        .write(|tx| async move {
            let work = async {
                check(tolerance).into_result()?;
                store::put(&*tx, caller.tenant, (scope, tolerance)).await?;
                Ok((scope, tolerance))
            };
            idempotency::once(&tx, attempt, work).await
        })
        .await
}

/// Everything that was said.
///
/// # Errors
/// `Forbidden`.
pub async fn list(app: &Buying, caller: &Caller) -> Result<Vec<(Scope, Tolerance)>> {
    caller.require(permission::VIEW)?;
    store::list(app.db.read(), caller.tenant).await
}
