//! Asking what was bought.

use std::collections::HashMap;

use chassis::{Caller, Result};
use primitives::{Date, Decimal, ProductId, VendorId};

use super::model::{GroupBy, Key, MAX_GROUPS, Narrowing, Purchase, Spent};
use super::store;
use crate::{Buying, permission};

/// A vendor and a time.
pub(crate) type VendorTime = (VendorId, Option<Date>, Option<Date>);

/// How much was spent, by group.
pub(crate) async fn spent(
    app: &Buying,
    caller: &Caller,
    (group, by, first): (GroupBy, &Narrowing, i32),
) -> Result<Vec<Spent>> {
    caller.require(permission::VIEW_ALL)?;
    caller.require(permission::PRICES)?;
    by.check(first).into_result()?;
    store::spent(app.db.read(), caller.tenant, (group, by, first)).await
}

/// How much was spent with vendors: one statement for each time that is asked for.
pub(crate) async fn spent_with(
    app: &Buying,
    caller: &Caller,
    keys: Vec<VendorTime>,
) -> Result<HashMap<VendorTime, Decimal>> {
    caller.require(permission::VIEW)?;
    let mut times: HashMap<(Option<Date>, Option<Date>), Vec<VendorId>> = HashMap::new();
    for (vendor, from, to) in keys {
        times.entry((from, to)).or_default().push(vendor);
    }
    let mut found = HashMap::new();
    for ((from, to), vendors) in times {
        for some in vendors.chunks(usize::try_from(MAX_GROUPS).unwrap_or(1)) {
            let by = Narrowing { vendors: Some(some.to_vec()), from, to, ..Narrowing::default() };
            for spent in
                store::spent(app.db.read(), caller.tenant, (GroupBy::Vendor, &by, MAX_GROUPS)).await?
            {
                if let Key::Vendor(vendor) = spent.key {
                    found.insert((vendor, from, to), spent.total);
                }
            }
        }
    }
    Ok(found)
}

/// The latest purchases of products.
pub(crate) async fn purchases(
    app: &Buying,
    caller: &Caller,
    products: Vec<ProductId>,
) -> Result<HashMap<ProductId, Vec<Purchase>>> {
    caller.require(permission::VIEW)?;
    store::purchases(app.db.read(), caller.tenant, products).await
}
