//! Following what the product service says about products that are remembered here.

use chassis::{Envelope, Error, Handlers, Result, Tx};
use primitives::{CategoryId, ProductId};
use serde::Deserialize;

use super::{Tracking, store};

/// The service that describes products.
const SOURCE: &str = "product";

/// A product as an event tells it. What an event leaves out is asked for when it is needed again.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    product_id: ProductId,
    category_id: Option<CategoryId>,
    lot_tracked: Option<bool>,
    expiry_tracked: Option<bool>,
}

/// What this service does when a product was described anew.
pub(crate) fn handlers(handlers: Handlers) -> Handlers {
    ["product.created", "product.updated", "product.status_changed"]
        .into_iter()
        .fold(handlers, |handlers, kind| {
            handlers.on(SOURCE, kind, |tx, event| async move { follow(&tx, &event).await })
        })
}

async fn follow(tx: &Tx, event: &Envelope) -> Result<()> {
    let told: Told = serde_json::from_value(event.payload.clone()).map_err(Error::internal)?;
    let tracking = told.lot_tracked.zip(told.expiry_tracked).map(|(lot, expiry)| Tracking { lot, expiry });
    Ok(store::describe_in(&**tx, event.tenant_id, told.product_id, (tracking, told.category_id)).await?)
}
