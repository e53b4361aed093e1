//! What people do with vendors.

use std::collections::HashMap;

use chassis::idempotency::{self, Attempt};
use chassis::{
    Caller, Code, Connection, Criteria, Error, Order, PageArgs, Refusal, Refusals, Result, check_seen,
};
use primitives::{Act, ProductId, Unit, VendorId};
use serde::Serialize;

use super::model::{Vendor, VendorFacts, VendorStatus, normal_code};
use super::relation::{Terms, VendorProduct};
use super::store::{self, RelationCriterion, RelationsBy, SortedBy, VendorCriterion};
use crate::product_ref::service::{Known, learn};
use crate::{Purchasing, event, permission, product_ref};

/// A move along the vendor's machine.
#[derive(Clone, Debug, Serialize)]
pub struct Move {
    /// Which vendor.
    pub id: VendorId,
    /// Its version as last seen.
    pub expected_version: i32,
    /// Where to.
    pub to: VendorStatus,
    /// Why.
    pub reason: Option<String>,
    /// Under which key the request may be repeated.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

/// How a vendor is to stand to a product.
#[derive(Clone, Debug, Serialize)]
pub struct Relate {
    /// Which vendor.
    pub vendor_id: VendorId,
    /// Which product.
    pub product_id: ProductId,
    /// The terms; they replace those of before.
    pub terms: Terms,
    /// The version of the relation as last seen; none for a new one.
    pub expected_version: Option<i32>,
    /// Under which key the request may be repeated.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

/// Describes a new vendor.
pub async fn create_vendor(
    app: &Purchasing,
    caller: &Caller,
    facts: &VendorFacts,
    key: Option<&str>,
) -> Result<Vendor> {
    caller.require(permission::CREATE)?;
    let act = app.act(caller);
    let attempt = &Attempt::try_new(caller, "createVendor", key, facts, act.at)?;
    app.db
        .write(|tx| async move {
            let work = async {
                let has_code = store::has_code(&*tx, caller.tenant, &normal_code(&facts.code), None).await?;
                let vendor = Vendor::register(VendorId::at(act.at), facts.clone(), has_code, act)?;
                store::insert(&*tx, caller.tenant, std::slice::from_ref(&vendor)).await?;
                tx.publish(event::vendor_status_changed(caller.tenant, &vendor, None));
                Ok(vendor)
            };
            idempotency::once(&tx, attempt, work).await
        })
        .await
}

/// Changes what is known about a vendor; `change` gets the facts as they are.
pub async fn update_vendor(
    app: &Purchasing,
    caller: &Caller,
    (id, expected_version): (VendorId, i32),
    change: impl Fn(VendorFacts) -> VendorFacts + Send + Sync,
) -> Result<Vendor> {
    caller.require(permission::UPDATE)?;
    let act = app.act(caller);
    let change = &change;
    app.db
        .write(|tx| async move {
            let mut vendor = require(&tx, caller, id, expected_version).await?;
            let facts = change(vendor.facts.clone());
            let has_code = store::has_code(&*tx, caller.tenant, &normal_code(&facts.code), Some(id)).await?;
            vendor.describe(facts, has_code, act)?;
            store::save(&*tx, caller.tenant, &vendor).await?;
            Ok(vendor)
        })
        .await
}

/// Moves a vendor along its machine.
pub async fn move_vendor(app: &Purchasing, caller: &Caller, wanted: &Move) -> Result<Vendor> {
    caller.require(permission::UPDATE)?;
    let act = app.act(caller);
    let attempt = &Attempt::try_new(caller, "moveVendor", wanted.idempotency_key.as_deref(), wanted, act.at)?;
    app.db
        .write(|tx| async move {
            let work = async {
                let mut vendor = require(&tx, caller, wanted.id, wanted.expected_version).await?;
                let from = vendor.status;
                vendor.move_to(wanted.to, wanted.reason.as_deref(), act)?;
                store::save(&*tx, caller.tenant, &vendor).await?;
                tx.publish(event::vendor_status_changed(caller.tenant, &vendor, Some(from)));
                Ok(vendor)
            };
            idempotency::once(&tx, attempt, work).await
        })
        .await
}

/// Says how a vendor stands to a product. At most one vendor is preferred for a product.
pub async fn set_vendor_product(app: &Purchasing, caller: &Caller, wanted: &Relate) -> Result<VendorProduct> {
    caller.require(permission::UPDATE)?;
    let unit = wanted.terms.unit.as_deref().and_then(Unit::from_code);
    let known = &learn(app, caller, [(wanted.product_id, unit)]).await?;
    let act = app.act(caller);
    let key = wanted.idempotency_key.as_deref();
    let attempt = &Attempt::try_new(caller, "setVendorProduct", key, wanted, act.at)?;
    app.db
        .write(|tx| async move {
            idempotency::once(&tx, attempt, relate_in(&tx, caller, wanted, known, act)).await
        })
        .await
}

/// The relation in the open transaction, knowing what packs hold.
async fn relate_in(
    tx: &chassis::Tx,
    caller: &Caller,
    wanted: &Relate,
    known: &Known,
    act: Act,
) -> Result<VendorProduct> {
    // With the vendor locked nobody else changes its relations meanwhile.
    let vendor = store::lock(&**tx, caller.tenant, wanted.vendor_id).await?;
    let mut refusals = Refusals::new();
    let missing = || Refusal::new(Code::NotFound, "vendorId", "vendor not found");
    refusals.check(vendor.is_some(), missing);
    let pair = (wanted.vendor_id, wanted.product_id);
    let found = store::find_relation(&**tx, caller.tenant, pair).await?;
    let version = found.as_ref().map(|relation| relation.version);
    check_seen(version, wanted.expected_version, ("relation", "productId"))?;
    let mut relation = found.unwrap_or_else(|| VendorProduct::none(pair, act.at));
    refusals.take(relation.agree(&wanted.terms, known.get(&wanted.product_id), act.at));
    refusals.into_result()?;
    if relation.is_preferred {
        store::clear_preferred(&**tx, caller.tenant, pair, act.at).await?;
    }
    store::put_relations(&**tx, caller.tenant, std::slice::from_ref(&relation)).await?;
    product_ref::store::remember(&**tx, caller.tenant, ([wanted.product_id].into(), known), act.at).await?;
    Ok(relation)
}

/// A page of the relations that meet `criteria`.
pub(crate) async fn list_relations(
    app: &Purchasing,
    caller: &Caller,
    criteria: &Criteria<RelationCriterion>,
    by: RelationsBy,
    page: PageArgs,
) -> Result<Connection<VendorProduct>> {
    caller.require(permission::VIEW)?;
    store::list_relations(&app.db, caller.tenant, criteria, by, page.check(criteria)?).await
}

async fn require(tx: &chassis::Tx, caller: &Caller, id: VendorId, expected_version: i32) -> Result<Vendor> {
    let vendor = store::lock(&**tx, caller.tenant, id).await?;
    let vendor = vendor.ok_or_else(|| Error::not_found_at("vendor", "id"))?;
    if vendor.version == expected_version { Ok(vendor) } else { Err(Error::conflict(vendor.version)) }
}

/// A page of the vendors that meet `criteria`.
pub(crate) async fn list_vendors(
    app: &Purchasing,
    caller: &Caller,
    criteria: &Criteria<VendorCriterion>,
    sort: (SortedBy, Order),
    page: PageArgs,
) -> Result<Connection<Vendor>> {
    caller.require(permission::VIEW)?;
    store::list(&app.db, caller.tenant, criteria, sort, page.check(criteria)?).await
}

/// The vendor with a code.
pub(crate) async fn find_by_code(app: &Purchasing, caller: &Caller, code: &str) -> Result<Option<Vendor>> {
    caller.require(permission::VIEW)?;
    store::find_by_code(app.db.read(), caller.tenant, &normal_code(code)).await
}

/// Vendors by their ids.
pub(crate) async fn find_by_ids(
    app: &Purchasing,
    caller: &Caller,
    ids: Vec<VendorId>,
) -> Result<HashMap<VendorId, Vendor>> {
    caller.require(permission::VIEW)?;
    store::find_by_ids(app.db.read(), caller.tenant, ids).await
}

/// The preferred vendors of products.
pub(crate) async fn preferred_by_products(
    app: &Purchasing,
    caller: &Caller,
    products: Vec<ProductId>,
) -> Result<HashMap<ProductId, VendorId>> {
    caller.require(permission::VIEW)?;
    store::preferred_by_products(app.db.read(), caller.tenant, products).await
}
