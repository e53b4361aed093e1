//! The figures of vendors.

use std::collections::HashMap;

use chassis::{Caller, Result, house};
use primitives::{Date, VendorId};

use super::model::Scorecard;
use super::store;
use crate::{Purchasing, permission};

/// Days that count: what is longer ago says little about next week's delivery.
const DAYS: u64 = 365;

/// What is known about vendors today. Of whom nothing is known, nothing is said.
pub(crate) async fn scorecards(
    app: &Purchasing,
    caller: &Caller,
    vendors: Vec<VendorId>,
) -> Result<HashMap<VendorId, Scorecard>> {
    caller.require(permission::VIEW)?;
    let today = house::day(app.clock.now());
    store::scorecards(app.db.read(), caller.tenant, (since(today), today), &vendors).await
}

/// The first day that counts.
pub(crate) fn since(today: Date) -> Date {
    today.get().checked_sub_days(chrono::Days::new(DAYS)).map_or(today, Date::from)
}
