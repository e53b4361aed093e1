//! Learning what packs hold.

use std::collections::{BTreeSet, HashMap};

use chassis::{Caller, Result};
use primitives::{ProductId, Unit};

use super::ask;
use super::model::Packs;
use crate::Purchasing;

/// Products of the caller's tenant by id.
pub(crate) type Known = HashMap<ProductId, Packs>;

/// What packs hold, for the products of the caller's tenant among these. Who is not in the answer does not exist for the
/// caller. One request, however many products and units.
pub(crate) async fn learn(
    app: &Purchasing,
    caller: &Caller,
    asked: impl IntoIterator<Item = (ProductId, Option<Unit>)>,
) -> Result<Known> {
    let mut products: BTreeSet<ProductId> = BTreeSet::new();
    let mut units: BTreeSet<&'static str> = BTreeSet::new();
    for (product, unit) in asked {
        products.insert(product);
        units.extend(unit.map(Unit::code));
    }
    if products.is_empty() {
        return Ok(Known::new());
    }
    let products: Vec<ProductId> = products.into_iter().collect();
    let units: Vec<Unit> = units.into_iter().filter_map(Unit::from_code).collect();
    ask::ask(app, caller, &products, &units).await
}
