//! Saying which vendor a house prefers.

use chassis::idempotency::{self, Attempt};
use chassis::{
    Caller, Code, Connection, Criteria, Error, PageArgs, Refusal, Refusals, Result, Tx, check_seen,
};
use primitives::{Act, ProductId, PropertyId, VendorId};
use serde::Serialize;

use super::ask;
use super::model::Preference;
use super::store::{self, PreferenceCriterion, SortedBy};
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
    /// The version of the house's preference as last seen; none where it has none.
    pub seen: Option<i32>,
    /// Under which key the request may be repeated.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

/// Says which vendor a house prefers for a product; answers that, where it prefers one of its own.
///
/// # Errors
/// `Forbidden`; `Conflict`; `Unavailable` when the users or the product service does not answer; what is wrong with it.
pub async fn prefer(app: &Purchasing, caller: &Caller, wanted: &Prefer) -> Result<Option<Preference>> {
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
                put(&tx, caller, wanted, act).await
            };
            idempotency::once(&tx, attempt, work).await
        })
        .await
}

/// Writes what is wanted in place of what was seen.
async fn put(tx: &Tx, caller: &Caller, wanted: &Prefer, act: Act) -> Result<Option<Preference>> {
    let (tenant, which) = (caller.tenant, (wanted.property_id, wanted.product_id));
    let found = store::lock(&**tx, tenant, which).await?;
    check_seen(found.map(|found| found.version), wanted.seen, ("preference", "productId"))?;
    let Some(vendor_id) = wanted.vendor_id else {
        if let Some(gone) = &found {
            store::remove(&**tx, tenant, gone).await?;
        }
        return Ok(None);
    };
    let preference = Preference {
        property_id: wanted.property_id,
        product_id: wanted.product_id,
        vendor_id,
        updated_at: act.at,
        updated_by: act.by,
        version: found.map_or(1, |found| found.version + 1),
    };
    match found {
        Some(_) => store::save(&**tx, tenant, preference).await?,
        None if store::insert(&**tx, tenant, preference).await? => {}
        None => return Err(Error::conflict(1)),
    }
    Ok(Some(preference))
}

/// A page of the preferences that meet `criteria`.
///
/// # Errors
/// `Forbidden`, or what is wrong with the page.
pub(crate) async fn list(
    app: &Purchasing,
    caller: &Caller,
    criteria: &Criteria<PreferenceCriterion>,
    by: SortedBy,
    page: PageArgs,
) -> Result<Connection<Preference>> {
    caller.require(permission::VIEW)?;
    store::list(&app.db, caller.tenant, criteria, by, page.check(criteria)?).await
}
