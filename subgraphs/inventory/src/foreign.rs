//! What other services own and inventory only points at: products, by id, extended with their stock; vendors, properties and
//! notes of goods received, by id alone.

use async_graphql::{ComplexObject, Context, SimpleObject};
use chassis::Result;
use primitives::{Decimal, GoodsReceivedNoteId, LocationId, ProductId, PropertyId, Quantity, VendorId};

use crate::stock::graphql::{self as stock, InventoryItem};

macro_rules! stubs {
    ($($(#[$doc:meta])* $name:ident($id:ty)),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, SimpleObject)]
        #[graphql(unresolvable = "id")]
        pub(crate) struct $name {
            /// Identity.
            id: $id,
        }

        impl From<$id> for $name {
            fn from(id: $id) -> Self {
                Self { id }
            }
        }
    )+};
}

stubs! {
    /// Goods that a vendor brought. The procurement service describes it.
    GoodsReceivedNote(GoodsReceivedNoteId),
    /// A hotel, a restaurant. The users service describes it.
    Property(PropertyId),
    /// A supplier. The vendor service describes it.
    Vendor(VendorId),
}

/// A product, described by the product service. Inventory knows where it lies and how much of it.
#[derive(Clone, Copy, Debug, SimpleObject)]
#[graphql(complex)]
pub(crate) struct Product {
    /// Identity of the product.
    id: ProductId,
}

impl Product {
    /// The product with this id.
    pub(crate) fn new(id: ProductId) -> Self {
        Self { id }
    }
}

#[ComplexObject]
impl Product {
    /// Its balances, one per location that ever held it; empty where nothing ever moved.
    async fn stock(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only at this location.")] location_id: Option<LocationId>,
    ) -> Result<Option<Vec<InventoryItem>>> {
        let items = stock::load_of(ctx, self.id).await?;
        let here = items.iter().filter(|item| location_id.is_none_or(|id| id == item.location));
        Ok(Some(here.cloned().map(InventoryItem).collect()))
    }

    /// Its balances that are low: at their reorder point, or not yet 5 % above it again.
    async fn low_stock_at(&self, ctx: &Context<'_>) -> Result<Option<Vec<InventoryItem>>> {
        let items = stock::load_of(ctx, self.id).await?;
        let low = items.iter().filter(|item| item.low_since.is_some());
        Ok(Some(low.cloned().map(InventoryItem).collect()))
    }

    /// What is on hand at all locations together, in the base unit; null where nothing ever moved.
    async fn total_on_hand(&self, ctx: &Context<'_>) -> Result<Option<Quantity>> {
        let items = stock::load_of(ctx, self.id).await?;
        let Some(unit) = items.first().map(|item| item.unit) else { return Ok(None) };
        let total = Decimal::checked_sum(items.iter().map(|item| item.holding.on_hand));
        let total =
            total.ok_or_else(|| chassis::Error::internal("the stock of a product is beyond all range"))?;
        Ok(Some(Quantity::new(total, unit)))
    }
}
