//! What people do with products: describe, change, put into use, take out of use, look up.

use std::collections::HashMap;

use chassis::idempotency::{self, Attempt};
use chassis::{Caller, Connection, Criteria, Error, PageArgs, Result};
use primitives::ProductId;
use serde::Serialize;

use super::draft::ProductDraft;
use super::filter::Criterion;
use super::model::{Packaging, Product};
use super::patch::ProductPatch;
use super::store::{self, ProductSort};
use crate::{Catalogue, attribute, event, permission};

/// A move along the machine's arrows, as it was asked for.
#[derive(Clone, Debug, Serialize)]
pub struct Transition {
    /// Which product.
    pub id: ProductId,
    /// The version the caller has seen, when it wants to be sure.
    pub expected_version: Option<i32>,
    /// Under which key the request may be repeated.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

/// Describes a new product, in DRAFT.
pub async fn create_product(
    app: &Catalogue,
    caller: &Caller,
    draft: &ProductDraft,
    idempotency_key: Option<&str>,
) -> Result<Product> {
    caller.require(permission::CREATE)?;
    let act = app.act(caller);
    let attempt = &Attempt::try_new(caller, "createProduct", idempotency_key, draft, act.at)?;
    app.db
        .write(|tx| async move {
            let work = async {
                let id = ProductId::at(act.at);
                let neighbours = store::neighbours(&tx, caller.tenant, id, draft).await?;
                let (product, packaging) = Product::register(id, draft, &neighbours, act)?;
                let created = [(product, packaging)];
                store::insert(&tx, caller.tenant, &created).await?;
                let [(product, _)] = created;
                tx.publish(event::product_created(caller, &product));
                Ok(product)
            };
            idempotency::once(&tx, attempt, work).await
        })
        .await
}

/// Changes a description.
pub async fn update_product(
    app: &Catalogue,
    caller: &Caller,
    id: ProductId,
    expected_version: i32,
    patch: &ProductPatch,
) -> Result<Product> {
    caller.require(permission::UPDATE)?;
    let act = app.act(caller);
    app.db
        .write(|tx| async move {
            let (mut product, before) = require_locked(&tx, caller, id).await?;
            require_version(&product, Some(expected_version))?;
            let draft = patch.over(product.to_draft(&before));
            let neighbours = store::neighbours(&tx, caller.tenant, id, &draft).await?;
            let mut packaging = product.describe(&draft, &neighbours, act)?;
            packaging.keep_identities(&before);
            store::save(&tx, caller.tenant, &product).await?;
            if packaging != before {
                store::save_packaging(&tx, caller.tenant, id, &packaging).await?;
            }
            tx.publish(event::product_updated(caller, &product));
            if packaging.conversions != before.conversions {
                tx.publish(event::unit_conversion_changed(caller, &product, &packaging));
            }
            Ok(product)
        })
        .await
}

/// Puts a product into use.
pub async fn activate_product(app: &Catalogue, caller: &Caller, transition: &Transition) -> Result<Product> {
    caller.require(permission::UPDATE)?;
    let act = app.act(caller);
    let definitions = &attribute::store::definitions(app.db.read(), caller.tenant).await?;
    transit(app, caller, "activateProduct", transition, |product, packaging| {
        product.activate(packaging, definitions, act).map_err(Error::from)
    })
    .await
}

/// Takes a product out of use for the time being.
pub async fn deactivate_product(
    app: &Catalogue,
    caller: &Caller,
    transition: &Transition,
) -> Result<Product> {
    caller.require(permission::DEACTIVATE)?;
    let act = app.act(caller);
    transit(app, caller, "deactivateProduct", transition, |product, _| {
        product.deactivate(act).map_err(Error::from)
    })
    .await
}

/// Takes a product out of use for good.
pub async fn discontinue_product(
    app: &Catalogue,
    caller: &Caller,
    transition: &Transition,
) -> Result<Product> {
    caller.require(permission::DEACTIVATE)?;
    let act = app.act(caller);
    transit(app, caller, "discontinueProduct", transition, |product, _| {
        product.discontinue(act).map_err(Error::from)
    })
    .await
}

/// Removes a product that was never in use, with everything that was written down about it.
pub async fn delete_product(app: &Catalogue, caller: &Caller, transition: &Transition) -> Result<Product> {
    caller.require(permission::DEACTIVATE)?;
    let key = transition.idempotency_key.as_deref();
    let attempt = &Attempt::try_new(caller, "deleteProduct", key, transition, app.clock.now())?;
    app.db
        .write(|tx| async move {
            let work = async {
                let (product, _) = require_locked(&tx, caller, transition.id).await?;
                require_version(&product, transition.expected_version)?;
                product.require_never_used()?;
                store::delete(&tx, caller.tenant, product.id).await?;
                tx.publish(event::product_deleted(caller, &product));
                Ok(product)
            };
            idempotency::once(&tx, attempt, work).await
        })
        .await
}

async fn transit(
    app: &Catalogue,
    caller: &Caller,
    operation: &'static str,
    transition: &Transition,
    decide: impl Fn(&mut Product, &Packaging) -> Result<()> + Send + Sync,
) -> Result<Product> {
    let key = transition.idempotency_key.as_deref();
    let attempt = &Attempt::try_new(caller, operation, key, transition, app.clock.now())?;
    let decide = &decide;
    app.db
        .write(|tx| async move {
            let work = async {
                let (mut product, packaging) = require_locked(&tx, caller, transition.id).await?;
                require_version(&product, transition.expected_version)?;
                let from = product.status;
                decide(&mut product, &packaging)?;
                store::save(&tx, caller.tenant, &product).await?;
                tx.publish(event::product_status_changed(caller, &product, from));
                Ok(product)
            };
            idempotency::once(&tx, attempt, work).await
        })
        .await
}

/// The product with its packaging, locked, or `NOT_FOUND`.
pub(crate) async fn require_locked(
    tx: &chassis::Tx,
    caller: &Caller,
    id: ProductId,
) -> Result<(Product, Packaging)> {
    store::lock(tx, caller.tenant, id).await?.ok_or_else(|| Error::not_found_at("product", "id"))
}

/// Insists that nobody changed the product since the caller saw it.
pub(crate) fn require_version(product: &Product, expected: Option<i32>) -> Result<()> {
    match expected {
        Some(version) if version != product.version => Err(Error::conflict(product.version)),
        _ => Ok(()),
    }
}

/// Products by their ids, for whoever points at them.
pub(crate) async fn find_by_ids(
    app: &Catalogue,
    caller: &Caller,
    ids: Vec<ProductId>,
) -> Result<HashMap<ProductId, Product>> {
    caller.require(permission::VIEW)?;
    store::find_by_ids(app.db.read(), caller.tenant, ids).await
}

/// Products by their codes, for whoever points at them.
pub(crate) async fn find_by_codes(
    app: &Catalogue,
    caller: &Caller,
    codes: Vec<String>,
) -> Result<HashMap<String, Product>> {
    caller.require(permission::VIEW)?;
    store::find_by_codes(app.db.read(), caller.tenant, codes).await
}

/// A page of the products that meet `criteria`.
pub(crate) async fn list_products(
    app: &Catalogue,
    caller: &Caller,
    criteria: &Criteria<Criterion>,
    sort: ProductSort,
    page: PageArgs,
) -> Result<Connection<Product>> {
    caller.require(permission::VIEW)?;
    store::list(&app.db, caller.tenant, criteria, sort, page.check(criteria)?).await
}
