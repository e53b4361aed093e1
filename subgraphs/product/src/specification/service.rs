//! Writing specifications and looking them up.

use std::collections::HashMap;

use chassis::idempotency::{self, Attempt};
use chassis::{Caller, Connection, Error, Order, PageArgs, Result};
use primitives::{ProductId, SpecificationId};
use serde::Serialize;

use super::model::Specification;
use super::store;
use crate::product::service::require_locked;
use crate::{Catalogue, event, permission};

/// A wording to add.
#[derive(Clone, Debug, Serialize)]
pub struct NewWording {
    /// Of which product.
    pub product_id: ProductId,
    /// The revision as last seen; 0 when there was none.
    pub expected_revision: i32,
    /// The wording.
    pub wording: String,
    /// Under which key the request may be repeated.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

/// Adds a wording to a product.
pub async fn write(app: &Catalogue, caller: &Caller, new: &NewWording) -> Result<Specification> {
    caller.require(permission::UPDATE)?;
    let act = app.act(caller);
    let key = new.idempotency_key.as_deref();
    let attempt = &Attempt::try_new(caller, "writeSpecification", key, new, act.at)?;
    app.db
        .write(|tx| async move {
            let work = async {
                let missing = |error| match error {
                    Error::NotFound(_) => Error::not_found_at("product", "productId"),
                    other => other,
                };
                let (product, _) = require_locked(&tx, caller, new.product_id).await.map_err(missing)?;
                let current = store::find_latest(&tx, caller.tenant, product.id).await?;
                let revision = current.as_ref().map_or(0, |current| current.revision);
                if revision != new.expected_revision {
                    return Err(Error::conflict(revision));
                }
                let id = SpecificationId::at(act.at);
                let written = (current.as_ref(), new.wording.as_str());
                let specification = Specification::write(id, product.id, written, act)?;
                store::insert(&tx, caller.tenant, &specification).await?;
                tx.publish(event::product_specified(caller, &product, &specification));
                Ok(specification)
            };
            idempotency::once(&tx, attempt, work).await
        })
        .await
}

/// The latest wordings of products.
pub(crate) async fn latest_by_ids(
    app: &Catalogue,
    caller: &Caller,
    ids: Vec<ProductId>,
) -> Result<HashMap<ProductId, Specification>> {
    caller.require(permission::VIEW)?;
    store::latest_by_ids(app.db.read(), caller.tenant, ids).await
}

/// A page of a product's wordings.
pub(crate) async fn list(
    app: &Catalogue,
    caller: &Caller,
    product: ProductId,
    order: Order,
    page: PageArgs,
) -> Result<Connection<Specification>> {
    caller.require(permission::VIEW)?;
    store::list(&app.db, caller.tenant, product, order, page.check(&product)?).await
}
