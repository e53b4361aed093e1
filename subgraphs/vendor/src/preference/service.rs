//! Saying which vendor a house prefers.

use chassis::idempotency::{self, Attempt};
use chassis::{Caller, Code, Refusal, Refusals, Result};
use primitives::{ProductId, PropertyId, VendorId};
use serde::{Deserialize, Serialize};

use super::{ask, store};
use crate::product_ref::service::learn;
use crate::{Purchasing, permission, vendor};

/// Whom a house is to prefer for a product.
#[derive(Clone, Debug, Serialize)]
pub struct Prefer {
    /// Which house.
    pub property_id: PropertyId,
    /// For which product.
    pub product_id: ProductId,
    /// Which vendor; nothing for whom the tenant prefers.
    pub vendor_id: Option<VendorId>,
    /// Under which key the request may be repeated.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

/// Whom a house prefers for a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preference {
    /// For which product.
    pub product_id: ProductId,
    /// Which vendor.
    pub vendor_id: Option<VendorId>,
}

/// Says which vendor a house prefers for a product.
pub async fn prefer(app: &Purchasing, caller: &Caller, wanted: &Prefer) -> Result<Preference> {
    caller.require(permission::UPDATE)?;
    let mut refusals = Refusals::new();
    let has_property = ask::has_property(app, caller, wanted.property_id).await?;
    refusals.check(has_property, || Refusal::new(Code::NotFound, "propertyId", "property not found"));
    let known = learn(app, caller, [(wanted.product_id, None)]).await?;
    refusals.check(known.contains_key(&wanted.product_id), || {
        Refusal::new(Code::NotFound, "productId", "product not found")
    });
    let (act, refusals) = (app.act(caller), &refusals);
    let key = wanted.idempotency_key.as_deref();
    let attempt = &Attempt::try_new(caller, "preferVendor", key, wanted, act.at)?;
    app.db
        .write(|tx| async move {
            let work = async {
                let mut refusals = refusals.clone();
                if let Some(id) = wanted.vendor_id {
                    let found = vendor::store::lock(&*tx, caller.tenant, id).await?;
                    refusals.check(found.is_some(), || {
                        Refusal::new(Code::NotFound, "vendorId", "vendor not found")
                    });
                    let pair = (id, wanted.product_id);
                    let relation = vendor::store::find_relation(&*tx, caller.tenant, pair).await?;
                    refusals.check(!relation.is_some_and(|relation| relation.is_blocked), || {
                        Refusal::invalid("vendorId", "the product must not be bought from this vendor")
                    });
                }
                refusals.into_result()?;
                let preference = (wanted.property_id, wanted.product_id, wanted.vendor_id);
                store::put(&*tx, caller.tenant, preference, act).await?;
                Ok(Preference { product_id: wanted.product_id, vendor_id: wanted.vendor_id })
            };
            idempotency::once(&tx, attempt, work).await
        })
        .await
}
