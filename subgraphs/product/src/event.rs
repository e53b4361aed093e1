//! The facts this service publishes. A payload says what a consumer needs to keep its own copy, no more.

use chassis::{Caller, Event};
use primitives::CategoryId;
use serde_json::{Value, json};

use crate::category::model::Category;
use crate::product::model::{Packaging, Product, ProductStatus};
use crate::specification::model::Specification;

/// A product was described for the first time.
pub(crate) fn product_created(caller: &Caller, product: &Product) -> Event {
    about_product("product.created", caller, product, facts(product))
}

/// A product's description changed.
pub(crate) fn product_updated(caller: &Caller, product: &Product) -> Event {
    about_product("product.updated", caller, product, facts(product))
}

/// A product was put into use or taken out of it.
pub(crate) fn product_status_changed(caller: &Caller, product: &Product, from: ProductStatus) -> Event {
    let mut payload = facts(product);
    payload["from"] = from.code().into();
    payload["to"] = product.status.code().into();
    about_product("product.status_changed", caller, product, payload)
}

/// A product that was never in use is gone.
pub(crate) fn product_deleted(caller: &Caller, product: &Product) -> Event {
    about_product("product.deleted", caller, product, facts(product))
}

/// A product has another specification.
pub(crate) fn product_specified(caller: &Caller, product: &Product, written: &Specification) -> Event {
    let mut payload = facts(product);
    payload["revision"] = written.revision.into();
    let mut event = about_product("product.specified", caller, product, payload);
    event.occurred_at = written.written_at;
    event
}

/// A product's own unit ratios changed; documents written before keep the factors they were written with.
pub(crate) fn unit_conversion_changed(caller: &Caller, product: &Product, packaging: &Packaging) -> Event {
    let conversions: Vec<Value> = packaging
        .conversions
        .iter()
        .map(|conversion| {
            json!({
                "from": conversion.from.code(),
                "to": conversion.to.code(),
                "fromQty": conversion.from_quantity,
                "toQty": conversion.to_quantity,
            })
        })
        .collect();
    let payload = json!({
        "productId": product.id,
        "baseUnit": product.facts.base_unit.code(),
        "conversions": conversions,
    });
    about_product("unit_conversion.changed", caller, product, payload)
}

/// A category hangs elsewhere now, with everything below it.
pub(crate) fn category_moved(caller: &Caller, category: &Category, old_parent: Option<CategoryId>) -> Event {
    Event {
        tenant: caller.tenant,
        kind: "category.moved",
        version: 1,
        aggregate: category.id.as_uuid(),
        aggregate_version: category.version,
        occurred_at: category.audit.updated_at,
        actor: Some(caller.user),
        causation: None,
        payload: json!({
            "categoryId": category.id,
            "name": category.name,
            "level": category.level,
            "fromParentId": old_parent,
            "toParentId": category.parent_id,
        }),
    }
}

fn facts(product: &Product) -> Value {
    json!({
        "productId": product.id,
        "code": product.facts.code,
        "name": product.facts.name,
        "status": product.status.code(),
        "categoryId": product.facts.category_id,
        "baseUnit": product.facts.base_unit.code(),
        "lotTracked": product.facts.traits.is_lot_tracked,
        "expiryTracked": product.facts.traits.is_expiry_tracked,
    })
}

fn about_product(kind: &'static str, caller: &Caller, product: &Product, payload: Value) -> Event {
    Event {
        tenant: caller.tenant,
        kind,
        version: 1,
        aggregate: product.id.as_uuid(),
        aggregate_version: product.version,
        occurred_at: product.audit.updated_at,
        actor: Some(caller.user),
        causation: None,
        payload,
    }
}
