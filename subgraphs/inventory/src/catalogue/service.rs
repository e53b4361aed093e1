//! Learning about products, once for a whole document.

use std::collections::{BTreeSet, HashMap};

use chassis::{Caller, Error, Result, Tx};
use chrono::{DateTime, Utc};
use primitives::{Decimal, ProductId, TenantId, Unit};
use serde_json::{Map, Value, json};

use super::{Known, Learned, Measure, Tracking, store};
use crate::Inventory;

/// Asks for what is remembered of products, by id. What the caller's tenant does not have comes back as null.
const PRODUCTS: &str = "query Products($products: [_Any!]!) { _entities(representations: $products) { \
    ... on Product { id baseUnit { code } lotTracked expiryTracked category { id } } } }";

/// Learns what a document needs to know: products that are not known yet, and conversions only a product knows.
/// Remembers products; conversions are asked anew each time, because a pack may change.
pub(crate) async fn learn(app: &Inventory, caller: &Caller, measures: &[Measure]) -> Result<Learned> {
    let products: BTreeSet<ProductId> = measures.iter().map(|measure| measure.product).collect();
    let products: Vec<ProductId> = products.into_iter().collect();
    let mut known: HashMap<ProductId, Known> = store::known(app.db.read(), caller.tenant, &products)
        .await?
        .into_iter()
        .map(|product| (product.id, product))
        .collect();
    let is_unknown = |id: &ProductId| known.get(id).is_none_or(|product| product.tracking.is_none());
    let unknown: Vec<ProductId> = products.into_iter().filter(is_unknown).collect();
    if !unknown.is_empty() {
        let learned = &ask_products(app, caller, &unknown).await?;
        let (tenant, now) = (caller.tenant, app.clock.now());
        app.db.write(|tx| async move { remember_in(&tx, tenant, learned, now).await }).await?;
        for product in learned {
            known.entry(product.id).or_insert(*product);
        }
    }
    let base_units = known.into_values().map(|product| (product.id, product.base_unit)).collect();
    let by_product = ask_conversions(app, caller, measures, &base_units).await?;
    Ok(Learned { base_units, by_product })
}

/// Remembers products in the open transaction.
pub(crate) async fn remember_in(
    tx: &Tx,
    tenant: TenantId,
    learned: &[Known],
    now: DateTime<Utc>,
) -> Result<()> {
    Ok(store::remember_in(&**tx, tenant, learned, now).await?)
}

async fn ask_products(app: &Inventory, caller: &Caller, products: &[ProductId]) -> Result<Vec<Known>> {
    let representations: Vec<Value> =
        products.iter().map(|id| json!({ "__typename": "Product", "id": id.to_string() })).collect();
    let answer = app.peers.ask("product", PRODUCTS, json!({ "products": representations }), caller).await?;
    let entities = answer.get("_entities").and_then(Value::as_array);
    let entities = entities.ok_or_else(|| Error::unavailable("product", "the answer has no entities"))?;
    entities.iter().filter(|entity| !entity.is_null()).map(read_product).collect()
}

fn read_product(entity: &Value) -> Result<Known> {
    let id = entity.get("id").and_then(Value::as_str).and_then(|id| id.parse().ok());
    let unit = entity.pointer("/baseUnit/code").and_then(Value::as_str).and_then(Unit::from_code);
    let flag = |name: &str| entity.get(name).and_then(Value::as_bool);
    let tracking = flag("lotTracked").zip(flag("expiryTracked"));
    let category = entity.pointer("/category/id").and_then(Value::as_str).and_then(|id| id.parse().ok());
    let (Some(id), Some(base_unit), Some((lot, expiry))) = (id, unit, tracking) else {
        return Err(Error::unavailable(
            "product",
            "a product came without id, base unit or the way it is kept",
        ));
    };
    Ok(Known { id, base_unit, tracking: Some(Tracking { lot, expiry }), category })
}

/// Asks the product service for every conversion of the document in one request, one aliased field each.
async fn ask_conversions(
    app: &Inventory,
    caller: &Caller,
    measures: &[Measure],
    base_units: &HashMap<ProductId, Unit>,
) -> Result<HashMap<Measure, Decimal>> {
    let mut questions: Vec<(Measure, Unit, Unit)> = Vec::new();
    for measure in measures {
        let question = base_units.get(&measure.product).and_then(|base| measure.question(*base));
        if let Some((from, to)) = question
            && !questions.iter().any(|(asked, ..)| asked == measure)
        {
            questions.push((*measure, from, to));
        }
    }
    let mut answers = HashMap::new();
    // Product bounds the number of aliases in one request.
    for chunk in questions.chunks(CONVERSIONS_PER_REQUEST) {
        let (query, variables) = conversion_request(chunk);
        let answer = app.peers.ask("product", &query, Value::Object(variables), caller).await?;
        for (n, (measure, ..)) in chunk.iter().enumerate() {
            let value = answer.pointer(&format!("/c{n}/value")).and_then(Value::as_str);
            if let Some(magnitude) = value.and_then(|value| value.parse::<Decimal>().ok()) {
                let signed =
                    if measure.quantity.is_negative() { magnitude.checked_neg() } else { Some(magnitude) };
                answers.extend(signed.map(|quantity| (*measure, quantity)));
            }
        }
    }
    Ok(answers)
}

/// Aliases in one request to the product service.
const CONVERSIONS_PER_REQUEST: usize = 25;

fn conversion_request(questions: &[(Measure, Unit, Unit)]) -> (String, Map<String, Value>) {
    let (mut parameters, mut fields, mut variables) = (String::new(), String::new(), Map::new());
    for (n, (measure, from, to)) in questions.iter().enumerate() {
        parameters.push_str(&format!("$p{n}: ID!, $q{n}: Decimal!, $f{n}: String!, $t{n}: String! "));
        fields.push_str(&format!(
            "c{n}: tryConvert(productId: $p{n}, quantity: $q{n}, from: $f{n}, to: $t{n}) {{ value }} "
        ));
        let magnitude = Decimal::from_raw(measure.quantity.raw().saturating_abs());
        variables.insert(format!("p{n}"), json!(measure.product.to_string()));
        variables.insert(format!("q{n}"), json!(magnitude.to_string()));
        variables.insert(format!("f{n}"), json!(from.code()));
        variables.insert(format!("t{n}"), json!(to.code()));
    }
    (format!("query Conversions({parameters}) {{ {fields}}}"), variables)
}
