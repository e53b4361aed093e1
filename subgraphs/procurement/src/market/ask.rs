//! Asking product, inventory and vendor: about a hundred lines at a time.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt::Write;

use chassis::{Caller, Error, Result};
use primitives::{CurrencyCode, Decimal, LocationId, Unit, VendorId};
use serde_json::{Map, Value, json};

use super::model::{Market, Offer, Product, Question};
use crate::{Buying, house};

/// Lines of one round of requests.
const LINES_PER_REQUEST: usize = 100;

/// What there is to know for these lines.
///
/// # Errors
/// `Unavailable` when a service does not answer; `Forbidden` when it turns the caller away.
pub(crate) async fn look(app: &Buying, caller: &Caller, questions: &[Question]) -> Result<Market> {
    let mut market = Market::default();
    for (round, lines) in questions.chunks(LINES_PER_REQUEST).enumerate() {
        let first = round * LINES_PER_REQUEST;
        ask_product(app, caller, lines, &mut market).await?;
        ask_inventory(app, caller, lines, &mut market).await?;
        ask_vendor(app, caller, (first, lines), &mut market).await?;
    }
    Ok(market)
}

/// Which of these vendors may be bought from.
///
/// # Errors
/// `Unavailable` when the vendor service does not answer.
pub(crate) async fn open_vendors(
    app: &Buying,
    caller: &Caller,
    vendors: BTreeSet<VendorId>,
) -> Result<HashSet<VendorId>> {
    if vendors.is_empty() {
        return Ok(HashSet::new());
    }
    let query = "query($vendors: [_Any!]!) { vendors: _entities(representations: $vendors) { ... on Vendor { id status } } }";
    let ids: Vec<String> = vendors.iter().map(ToString::to_string).collect();
    let answer = app.peers.ask("vendor", query, json!({ "vendors": keys("Vendor", &ids) }), caller).await?;
    let open = found(&answer["vendors"], "vendor")?.filter(|entity| entity["status"] == "ACTIVE");
    Ok(open.filter_map(|entity| entity["id"].as_str()?.parse().ok()).collect())
}

async fn ask_product(app: &Buying, caller: &Caller, lines: &[Question], market: &mut Market) -> Result<()> {
    let ids: BTreeSet<String> = lines.iter().map(|line| line.product.to_string()).collect();
    let units: BTreeSet<&str> = lines.iter().map(|line| line.unit.code()).collect();
    let mut variables = Map::from_iter([("keys".to_owned(), keys("Product", &ids))]);
    let mut parameters = "$keys: [_Any!]!".to_owned();
    let mut fields =
        "id status isPurchasable lotTracked expiryTracked category { id } baseUnit { code }".to_owned();
    for (n, unit) in units.iter().enumerate() {
        let _ = write!(parameters, ", $u{n}: String!");
        let _ = write!(fields, " f{n}: factorToBase(unit: $u{n})");
        variables.insert(format!("u{n}"), (*unit).into());
    }
    let query = format!(
        "query({parameters}) {{ _entities(representations: $keys) {{ ... on Product {{ {fields} }} }} }}"
    );
    let answer = app.peers.ask("product", &query, variables.into(), caller).await?;
    for entity in found(&answer["_entities"], "product")? {
        let read = || {
            let base_unit = Unit::from_code(entity.pointer("/baseUnit/code")?.as_str()?)?;
            let factors = units.iter().enumerate().filter_map(|(n, unit)| {
                let factor = decimal(&entity[format!("f{n}")])?;
                Some((Unit::from_code(unit)?, factor))
            });
            let factors = factors.chain([(base_unit, Decimal::ONE)]).collect();
            let is_purchasable = entity["isPurchasable"] == true && entity["status"] == "ACTIVE";
            let (is_lot_tracked, is_expiry_tracked) =
                (entity["lotTracked"] == true, entity["expiryTracked"] == true);
            let category = entity.pointer("/category/id").and_then(Value::as_str);
            let category = category.and_then(|id| id.parse().ok());
            let product =
                Product { is_purchasable, is_lot_tracked, is_expiry_tracked, category, base_unit, factors };
            Some((entity["id"].as_str()?.parse().ok()?, product))
        };
        let (id, product) =
            read().ok_or_else(|| Error::unavailable("product", "a product came without a unit"))?;
        market
            .products
            .entry(id)
            .and_modify(|known| known.factors.extend(product.factors.clone()))
            .or_insert(product);
    }
    Ok(())
}

async fn ask_inventory(app: &Buying, caller: &Caller, lines: &[Question], market: &mut Market) -> Result<()> {
    let ids: BTreeSet<String> =
        lines.iter().filter_map(|line| line.deliver_to).map(|id| id.to_string()).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let query =
        "query($keys: [_Any!]!) { _entities(representations: $keys) { ... on Location { id currency } } }";
    let answer = app.peers.ask("inventory", query, json!({ "keys": keys("Location", &ids) }), caller).await?;
    for entity in found(&answer["_entities"], "inventory")? {
        let Some(id) = entity["id"].as_str().and_then(|id| id.parse::<LocationId>().ok()) else { continue };
        market.locations.insert(id);
        let currency: Option<CurrencyCode> = entity["currency"].as_str().and_then(|code| code.parse().ok());
        let foreign = currency.filter(|currency| *currency != house::CURRENCY);
        market.currencies.extend(foreign.map(|currency| (id, currency)));
    }
    Ok(())
}

async fn ask_vendor(
    app: &Buying,
    caller: &Caller,
    (first, lines): (usize, &[Question]),
    market: &mut Market,
) -> Result<()> {
    let vendors: BTreeSet<String> =
        lines.iter().filter_map(|line| line.vendor).map(|id| id.to_string()).collect();
    let mut asked = BTreeMap::new();
    let mut variables = Map::from_iter([("vendors".to_owned(), keys("Vendor", &vendors))]);
    let mut parameters = "$vendors: [_Any!]!".to_owned();
    let mut fields =
        "vendors: _entities(representations: $vendors) { ... on Vendor { id status } }".to_owned();
    for (n, line) in lines.iter().enumerate().filter(|(_, line)| !line.is_priced) {
        let factor = market.products.get(&line.product).and_then(|product| product.factor(line.unit));
        let wanted = factor.and_then(|factor| line.quantity.checked_mul(factor));
        // What cannot be counted in the base unit is refused anyway; nobody needs to be asked.
        let Some(wanted) = wanted.filter(|wanted| wanted.is_positive() && wanted.is_within_bound()) else {
            continue;
        };
        let _ = write!(parameters, ", $k{n}: [_Any!]!, $q{n}: Decimal!");
        let _ = write!(
            fields,
            " l{n}: _entities(representations: $k{n}) {{ ... on Product {{ offers(quantity: $q{n}, first: 50) {{ \
             vendor {{ id }} priceListNumber unitPrice {{ amount currency }} comparablePrice {{ amount }} \
             packUnit {{ code }} packPrice {{ amount }} }} }} }}"
        );
        variables.insert(format!("k{n}"), keys("Product", [&line.product.to_string()]));
        variables.insert(format!("q{n}"), wanted.to_string().into());
        asked.insert(n, first + n);
    }
    let places = lines.iter().filter_map(|line| market.currencies.get(&line.deliver_to?));
    let currencies: BTreeSet<&str> = places.map(CurrencyCode::as_str).collect();
    for (n, currency) in currencies.iter().enumerate() {
        let _ = write!(parameters, ", $c{n}: CurrencyCode!");
        let _ = write!(fields, " r{n}: exchangeRate(currency: $c{n})");
        variables.insert(format!("c{n}"), (*currency).into());
    }
    if asked.is_empty() && vendors.is_empty() && currencies.is_empty() {
        return Ok(());
    }
    let query = format!("query({parameters}) {{ {fields} }}");
    let answer = app.peers.ask("vendor", &query, variables.into(), caller).await?;
    for entity in found(&answer["vendors"], "vendor")? {
        let Some(id) = entity["id"].as_str().and_then(|id| id.parse().ok()) else { continue };
        market.vendors.insert(id);
        if entity["status"] == "ACTIVE" {
            market.open_vendors.insert(id);
        }
    }
    let rates: Vec<(CurrencyCode, Decimal)> = currencies
        .iter()
        .enumerate()
        .filter_map(|(n, currency)| Some((currency.parse().ok()?, decimal(&answer[format!("r{n}")])?)))
        .collect();
    market.rates.extend(rates);
    for (n, position) in asked {
        let offers = answer[format!("l{n}")].pointer("/0/offers").and_then(Value::as_array);
        let offers: Vec<Offer> = offers.into_iter().flatten().filter_map(offer).collect();
        market.offers.insert(position, offers);
    }
    Ok(())
}

/// An offer with all its prices; without the permission to see them there is none to work with.
fn offer(value: &Value) -> Option<Offer> {
    let currency: CurrencyCode = value.pointer("/unitPrice/currency")?.as_str()?.parse().ok()?;
    Some(Offer {
        vendor: value.pointer("/vendor/id")?.as_str()?.parse().ok()?,
        price_list: value["priceListNumber"].as_str()?.to_owned(),
        unit_price: decimal(value.pointer("/unitPrice/amount")?)?,
        pack_unit: Unit::from_code(value.pointer("/packUnit/code")?.as_str()?)?,
        pack_price: decimal(value.pointer("/packPrice/amount")?)?,
        currency,
        comparable_price: decimal(value.pointer("/comparablePrice/amount")?)?,
    })
}

fn decimal(value: &Value) -> Option<Decimal> {
    value.as_str()?.parse().ok()
}

fn keys<'a>(kind: &str, ids: impl IntoIterator<Item = &'a String>) -> Value {
    ids.into_iter().map(|id| json!({ "__typename": kind, "id": id })).collect()
}

/// The entities that were found; who is missing does not exist for the caller.
fn found<'a>(entities: &'a Value, service: &str) -> Result<impl Iterator<Item = &'a Value> + use<'a>> {
    let all = entities.as_array().ok_or_else(|| Error::unavailable(service, "the answer has no entities"))?;
    Ok(all.iter().filter(|entity| !entity.is_null()))
}
