//! Prices of many products side by side.

use std::collections::{BTreeSet, HashMap};

use chassis::{Caller, Code, Refusal, Result};
use primitives::{Date, Decimal, ProductId, PropertyId, Unit};

use super::model::{self, Compared, Wanted};
use super::store::{self, Reach, View};
use crate::{Purchasing, permission, product_ref};

/// Products of one comparison.
pub(crate) const PRODUCTS_MAX: usize = 50;

/// All prices of these products on a day, best first, those that are passed over behind. One statement per table, however
/// many products.
pub(crate) async fn compare(
    app: &Purchasing,
    caller: &Caller,
    products: &[ProductId],
    (wanted, day, property): (Wanted, Date, Option<PropertyId>),
) -> Result<HashMap<ProductId, Vec<Compared>>> {
    caller.require(permission::VIEW)?;
    if products.len() > PRODUCTS_MAX {
        let message = format!("at most {PRODUCTS_MAX} products are compared at once");
        return Err(Refusal::new(Code::LimitExceeded, "productIds", message).into());
    }
    let distinct: Vec<ProductId> = products.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
    let db = app.db.read();
    let view = View { day, property, reach: Reach::Around };
    let candidates = store::candidates(db, caller.tenant, view, &distinct).await?;
    let mut factors = packs(app, caller, &distinct, wanted.unit).await?;
    let compared = candidates.into_iter().map(|(product, prices)| {
        let wanted = Wanted { factor: factors.remove(&product), ..wanted };
        (product, model::compare(&prices, wanted))
    });
    Ok(compared.collect())
}

/// What one of the wanted unit holds, for the products of which that is remembered.
async fn packs(
    app: &Purchasing,
    caller: &Caller,
    products: &[ProductId],
    unit: Option<Unit>,
) -> Result<HashMap<ProductId, Decimal>> {
    let Some(unit) = unit else { return Ok(HashMap::new()) };
    let asked = products.iter().map(|product| (*product, unit)).collect();
    let known = product_ref::store::factors(app.db.read(), caller.tenant, asked).await?;
    Ok(known.into_iter().map(|((product, _), factor)| (product, factor)).collect())
}
