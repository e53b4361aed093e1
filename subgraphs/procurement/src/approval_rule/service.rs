//! What people do with the rules.

use chassis::idempotency::{self, Attempt};
use chassis::{Caller, Result};
use primitives::Decimal;

use super::model::{self, Rule};
use super::store;
use crate::{Buying, permission};

/// The rules as they are.
pub(crate) async fn list_rules(app: &Buying, caller: &Caller) -> Result<Vec<Rule>> {
    caller.require(permission::VIEW)?;
    store::list(app.db.read(), caller.tenant).await
}

/// Sets from which amounts on each level has to approve, and in how many hours.
///
/// # Errors
/// `Forbidden`, or everything that is wrong with the amounts or the hours.
pub async fn set_rules(
    app: &Buying,
    caller: &Caller,
    (amounts, decide_within_hours): (&[Decimal], i32),
    key: Option<&str>,
) -> Result<Vec<Rule>> {
    caller.require(permission::RULES)?;
    let rules = &model::read(amounts, decide_within_hours)?;
    let attempt =
        &Attempt::try_new(caller, "setApprovalRules", key, &(amounts, decide_within_hours), app.clock.now())?;
    app.db
        .write(|tx| async move {
            let work = async {
                store::replace(&*tx, caller.tenant, rules).await?;
                Ok(rules.clone())
            };
            idempotency::once(&tx, attempt, work).await
        })
        .await
}
