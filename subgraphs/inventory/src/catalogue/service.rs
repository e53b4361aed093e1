//! Learning about products, once for a whole document.

use std::collections::{BTreeSet, HashMap};

use chassis::{Caller, Error, Result, Tx};
use chrono::{DateTime, Utc};
use primitives::{Decimal, ProductId, TenantId, Unit};
use serde_json::{Map, Value, json};

use super::{Learned, Measure, store};
use crate::Inventory;

/// Asks for the base units of products by id. What the caller's tenant does not have comes back as null.
const BASE_UNITS: &str = "query BaseUnits($products: [_Any!]!) { \
    _entities(representations: $products) { ... on Product { id baseUnit { code } } } }";

/// Learns what a document needs to know: products that are not known yet, and conversions only a product knows.
/// Remembers base units; conversions are asked anew each time, because a pack may change.
pub(crate) async fn learn(app: &Inventory, caller: &Caller, measures: &[Measure]) -> Result<Learned> {
    let products: BTreeSet<ProductId> = measures.iter().map(|measure| measure.product).collect();
    let products: Vec<ProductId> = products.into_iter().collect();
    let mut base_units = store::base_units(app.db.read(), caller.tenant, &products).await?;
    let unknown: Vec<ProductId> = products.into_iter().filter(|id| !base_units.contains_key(id)).collect();
    if !unknown.is_empty() {
        let learned = &ask_base_units(app, caller, &unknown).await?;
        let (tenant, now) = (caller.tenant, app.clock.now());
        app.db.write(|tx| async move { remember_in(&tx, tenant, learned, now).await }).await?;
        base_units.extend(learned.iter().copied());
    }
    let by_product = ask_conversions(app, caller, measures, &base_units).await?;
    Ok(Learned { base_units, by_product })
}

/// Remembers products in the open transaction.
pub(crate) async fn remember_in(
    tx: &Tx,
    tenant: TenantId,
    learned: &[(ProductId, Unit)],
    now: DateTime<Utc>,
) -> Result<()> {
    Ok(store::remember_in(tx, tenant, learned, now).await?)
}

async fn ask_base_units(
    app: &Inventory,
    caller: &Caller,
    products: &[ProductId],
) -> Result<Vec<(ProductId, Unit)>> {
    let representations: Vec<Value> =
        products.iter().map(|id| json!({ "__typename": "Product", "id": id.to_string() })).collect();
    let answer = app.peers.ask("product", BASE_UNITS, json!({ "products": representations }), caller).await?;
    let entities = answer.get("_entities").and_then(Value::as_array);
    let entities = entities.ok_or_else(|| Error::unavailable("product", "the answer has no entities"))?;
    entities.iter().filter(|entity| !entity.is_null()).map(read_base_unit).collect()
}

fn read_base_unit(entity: &Value) -> Result<(ProductId, Unit)> {
    let id = entity.get("id").and_then(Value::as_str).and_then(|id| id.parse().ok());
    let unit = entity.pointer("/baseUnit/code").and_then(Value::as_str).and_then(Unit::from_code);
    id.zip(unit).ok_or_else(|| Error::unavailable("product", "a product came without id or base unit"))
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
