//! What other services own and inventory only points at: products, by id, extended with their stock; vendors, properties,
//! people and notes of goods received, by id alone.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::{ComplexObject, Context, SimpleObject};
use chassis::{Loader, Result};
use primitives::{
    Decimal, GoodsReceivedNoteId, LocationId, ProductId, PropertyId, PurchaseRequestId, Quantity, UserId,
    VendorId,
};

use crate::reservation::graphql::Reservation;
use crate::stock::graphql::{self as stock, InventoryItem};

macro_rules! stubs {
    ($($(#[$doc:meta])* $name:ident($id:ty)),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, SimpleObject)]
        #[graphql(unresolvable = "id")]
        pub(crate) struct $name {
            id: $id,
        }

        impl From<$id> for $name {
            fn from(id: $id) -> Self {
                Self { id }
            }
        }
    )+};
}

// Described where they are at home.
stubs! {
    GoodsReceivedNote(GoodsReceivedNoteId),
    Property(PropertyId),
    User(UserId),
    Vendor(VendorId),
}

// A request to buy, described by the procurement service. Inventory knows what is promised to it.
#[derive(Clone, Copy, Debug, SimpleObject)]
#[graphql(complex)]
pub(crate) struct PurchaseRequest {
    id: PurchaseRequestId,
}

impl PurchaseRequest {
    /// The request with this id.
    pub(crate) fn new(id: PurchaseRequestId) -> Self {
        Self { id }
    }
}

#[ComplexObject]
impl PurchaseRequest {
    /// What its stores have promised to it since it was approved, one reservation per line that got anything.
    async fn reservations(&self, ctx: &Context<'_>) -> Result<Option<Vec<Reservation>>> {
        let loader = ctx.data_unchecked::<Loader<PurchaseRequestId, RequestPromises>>();
        let promises = loader.load(self.id).await?.unwrap_or_default();
        Ok(Some(promises.iter().cloned().map(Reservation).collect()))
    }
}

/// Promises to a request, shared by everybody who asks for them in one query.
pub(crate) type RequestPromises = Arc<Vec<crate::reservation::Reservation>>;

/// Groups the promises that were loaded for several requests.
pub(crate) fn by_request(
    promises: Vec<crate::reservation::Reservation>,
) -> HashMap<PurchaseRequestId, RequestPromises> {
    let mut grouped: HashMap<PurchaseRequestId, Vec<crate::reservation::Reservation>> = HashMap::new();
    for promise in promises {
        let request = promise.reference.as_ref().and_then(|reference| reference.id.parse().ok());
        if let Some(request) = request {
            grouped.entry(request).or_default().push(promise);
        }
    }
    grouped.into_iter().map(|(request, promises)| (request, Arc::new(promises))).collect()
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
