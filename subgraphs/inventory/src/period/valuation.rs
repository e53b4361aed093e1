//! What the stock held and was worth at the end of a day. Pure.

use primitives::{Decimal, LocationId, ProductId};
use serde::Serialize;

use crate::stock::InventoryItem;

/// Which items are valued; what is left out does not restrict.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct ValuationFilter {
    /// At these locations.
    pub(crate) locations: Option<Vec<LocationId>>,
    /// Of these products.
    pub(crate) products: Option<Vec<ProductId>>,
}

/// What an item held then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ItemValue {
    /// The item, as it stands now.
    pub(crate) item: InventoryItem,
    /// What was on hand then.
    pub(crate) on_hand: Decimal,
    /// What that was worth.
    pub(crate) value: Decimal,
}
