//! What people do with a product's unit ratios: add, remove, and ask by them.

use chassis::idempotency::{self, Attempt};
use chassis::{Caller, Error, Refusal, Refusals, Result};
use primitives::{Decimal, ProductId, Quantity, Unit};
use serde::Serialize;

use super::model::{ConversionDraft, ConversionRefused};
use crate::product::model::{Packaging, Product};
use crate::product::service::{require_locked, require_version};
use crate::product::store;
use crate::{Catalogue, event, permission};

/// A ratio to add to a product.
#[derive(Clone, Debug, Serialize)]
pub struct NewConversion {
    /// Which product.
    pub product: ProductId,
    /// The version the caller has seen.
    pub expected_version: i32,
    /// The ratio.
    pub ratio: ConversionDraft,
    /// Under which key the request may be repeated.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

/// Adds one of a product's own ratios.
pub async fn add_conversion(app: &Catalogue, caller: &Caller, new: &NewConversion) -> Result<Product> {
    caller.require(permission::UPDATE)?;
    let act = app.act(caller);
    let key = new.idempotency_key.as_deref();
    let attempt = &Attempt::try_new(caller, "addConversion", key, new, act.at)?;
    app.db
        .write(|tx| async move {
            let work = async {
                let (mut product, mut packaging) =
                    require_locked(&tx, caller, new.product).await.map_err(at_product_id)?;
                require_version(&product, Some(new.expected_version))?;
                product.add_conversion(&mut packaging, &new.ratio, act)?;
                store::save(&tx, caller.tenant, &product).await?;
                store::save_packaging(&tx, caller.tenant, product.id, &packaging).await?;
                tx.publish(event::unit_conversion_changed(caller, &product, &packaging));
                Ok(product)
            };
            idempotency::once(&tx, attempt, work).await
        })
        .await
}

/// Removes the ratio between two units from a product.
pub async fn remove_conversion(
    app: &Catalogue,
    caller: &Caller,
    (id, expected_version): (ProductId, i32),
    (from, to): (&str, &str),
) -> Result<Product> {
    caller.require(permission::UPDATE)?;
    let act = app.act(caller);
    let (from, to) = read_units(from, to)?;
    app.db
        .write(|tx| async move {
            let (mut product, mut packaging) =
                require_locked(&tx, caller, id).await.map_err(at_product_id)?;
            require_version(&product, Some(expected_version))?;
            product.remove_conversion(&mut packaging, from, to, act)?;
            store::save(&tx, caller.tenant, &product).await?;
            store::save_packaging(&tx, caller.tenant, id, &packaging).await?;
            tx.publish(event::unit_conversion_changed(caller, &product, &packaging));
            Ok(product)
        })
        .await
}

/// What somebody wants to know: how much a quantity is in another unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question {
    quantity: Decimal,
    from: Unit,
    to: Unit,
}

impl Question {
    /// Reads a question, before anything is looked up.
    pub fn read(quantity: Decimal, from: &str, to: &str) -> Result<Self, Refusals> {
        let mut refusals = Refusals::new();
        let units = refusals.take(read_units(from, to));
        refusals.check(quantity.is_within_bound(), || {
            Refusal::invalid("quantity", "a quantity must be below 1000000000")
        });
        refusals.check(!quantity.is_negative(), || {
            Refusal::invalid("quantity", "a quantity must not be negative")
        });
        match units {
            Some((from, to)) if refusals.is_empty() => Ok(Self { quantity, from, to }),
            _ => Err(refusals),
        }
    }

    /// The answer for one product.
    pub fn answer(self, product: &Product, packaging: &Packaging) -> Result<Quantity, ConversionRefused> {
        let value = product.ratios(packaging).convert(self.quantity, self.from, self.to)?;
        Ok(Quantity::new(value, self.to))
    }
}

fn read_units(from: &str, to: &str) -> Result<(Unit, Unit), Refusals> {
    let mut refusals = Refusals::new();
    let mut read = |field: &str, code: &str| {
        let unit: Result<Unit, _> = code.parse();
        refusals.take(unit.map_err(|unknown| Refusal::invalid(field, unknown.to_string())))
    };
    match (read("from", from), read("to", to)) {
        (Some(from), Some(to)) => Ok((from, to)),
        _ => Err(refusals),
    }
}

/// Here the product is named by `productId`, not by `id`.
fn at_product_id(error: Error) -> Error {
    match error {
        Error::NotFound(_) => Error::not_found_at("product", "productId"),
        other => other,
    }
}
