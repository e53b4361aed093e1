//! What people do with the rules.

use chassis::idempotency::{self, Attempt};
use chassis::{Caller, Error, Result};
use primitives::Decimal;

use super::model::{self, RuleSet};
use super::store;
use crate::{Buying, permission};

/// The rules as they are.
pub(crate) async fn list_rules(app: &Buying, caller: &Caller) -> Result<RuleSet> {
    caller.require(permission::VIEW)?;
    store::list(app.db.read(), caller.tenant).await
}

/// Sets from which amounts on each level has to approve, and in how many hours, in place of the rules that were `seen` last.
///
/// # Errors
/// `Forbidden`, `Conflict`, or everything that is wrong with the amounts or the hours.
pub async fn set_rules(
    app: &Buying,
    caller: &Caller,
    (amounts, decide_within_hours, seen): (&[Decimal], i32, i32),
    key: Option<&str>,
) -> Result<RuleSet> {
    caller.require(permission::RULES)?;
    let rules = &model::read(amounts, decide_within_hours)?;
    let wanted = (amounts, decide_within_hours, seen);
    let attempt = &Attempt::try_new(caller, "setApprovalRules", key, &wanted, app.clock.now())?;
    app.db
        .write(|tx| async move {
            let work = async {
                let version = store::lock(&*tx, caller.tenant).await?;
                if version != seen {
                    return Err(Error::conflict(version));
                }
                let set = RuleSet { rules: rules.clone(), version: version + 1 };
                store::replace(&*tx, caller.tenant, &set).await?;
                Ok(set)
            };
            idempotency::once(&tx, attempt, work).await
        })
        .await
}
