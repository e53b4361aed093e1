//! Asking the product service what packs hold: one request for all products of a mutation.

use std::collections::HashMap;
use std::fmt::Write;

use chassis::{Caller, Error, Result};
use primitives::{Decimal, ProductId, Unit};
use serde_json::{Map, Value, json};

use super::model::Packs;
use crate::Purchasing;

/// Products of one request; the product service bounds the representations of a call.
const PRODUCTS_PER_REQUEST: usize = 500;

/// The products of the caller's tenant among these, with what the units hold in base units. What is not in the answer does
/// not exist for the caller.
pub(super) async fn ask(
    app: &Purchasing,
    caller: &Caller,
    products: &[ProductId],
    units: &[Unit],
) -> Result<HashMap<ProductId, Packs>> {
    let mut known = HashMap::new();
    let query = query(units);
    for chunk in products.chunks(PRODUCTS_PER_REQUEST) {
        let mut variables = Map::new();
        let keys: Vec<Value> =
            chunk.iter().map(|id| json!({ "__typename": "Product", "id": id.to_string() })).collect();
        variables.insert("products".to_owned(), keys.into());
        for (n, unit) in units.iter().enumerate() {
            variables.insert(format!("u{n}"), unit.code().into());
        }
        let answer = app.peers.ask("product", &query, Value::Object(variables), caller).await?;
        let entities = answer["_entities"].as_array();
        let entities = entities.ok_or_else(|| Error::unavailable("product", "the answer has no entities"))?;
        for entity in entities.iter().filter(|entity| !entity.is_null()) {
            let (id, packs) = read(entity, units)
                .ok_or_else(|| Error::unavailable("product", "a product came without id or base unit"))?;
            known.insert(id, packs);
        }
    }
    Ok(known)
}

fn query(units: &[Unit]) -> String {
    let mut parameters = "$products: [_Any!]!".to_owned();
    let mut fields = "id code name baseUnit { code }".to_owned();
    for n in 0..units.len() {
        let _ = write!(parameters, ", $u{n}: String!");
        let _ = write!(fields, " f{n}: factorToBase(unit: $u{n})");
    }
    format!(
        "query Packs({parameters}) {{ _entities(representations: $products) {{ ... on Product {{ {fields} }} }} }}"
    )
}

fn read(entity: &Value, units: &[Unit]) -> Option<(ProductId, Packs)> {
    let id = entity["id"].as_str()?.parse().ok()?;
    let base_unit = Unit::from_code(entity.pointer("/baseUnit/code")?.as_str()?)?;
    let mut factors = HashMap::from([(base_unit, Decimal::ONE)]);
    for (n, unit) in units.iter().enumerate() {
        let factor = entity[format!("f{n}")].as_str().and_then(|factor| factor.parse().ok());
        factors.extend(factor.map(|factor| (*unit, factor)));
    }
    let text = |field: &str| entity[field].as_str().unwrap_or_default().to_owned();
    Some((id, Packs { code: text("code"), name: text("name"), base_unit, factors }))
}
