//! What has to be true when everything has come to its end: what lies on the shelves, what is promised and on order, and where
//! each document of each purchase stands.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::client::Client;
use crate::purchase::{Done, End};
use crate::{hundred_thousandths, text};

/// Purchases that are asked for at once: each takes up to four root fields, of which the router allows thirty.
const ASKED_AT_ONCE: usize = 7;

/// A product and the location it lies at.
type Shelf = (String, String);

/// What there is of something, in hundred-thousandths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Balance {
    on_hand: i64,
    reserved: i64,
    on_order: i64,
}

/// All shelves.
pub(crate) type Stock = BTreeMap<Shelf, Balance>;

/// What lies where now.
pub(crate) async fn stock(client: &Client) -> Stock {
    let mut stock = Stock::new();
    let mut after = Value::Null;
    loop {
        let query = "query($after: String) { inventoryItems(first: 100, after: $after) {
            nodes { onHand { value } reserved { value } onOrder { value } product { id } location { id } }
            pageInfo { hasNextPage endCursor } } }";
        let page = client.read("store", query, json!({ "after": after })).await;
        let items = &page["inventoryItems"];
        for item in items["nodes"].as_array().expect("a page has nodes") {
            let balance = Balance {
                on_hand: hundred_thousandths(&item["onHand"]["value"]),
                reserved: hundred_thousandths(&item["reserved"]["value"]),
                on_order: hundred_thousandths(&item["onOrder"]["value"]),
            };
            stock.insert((text(&item["product"]["id"]), text(&item["location"]["id"])), balance);
        }
        if items["pageInfo"]["hasNextPage"] != true {
            return stock;
        }
        after = items["pageInfo"]["endCursor"].clone();
    }
}

/// What has to lie where after these purchases.
pub(crate) fn expected(mut stock: Stock, done: &[Done]) -> Stock {
    for Done { place, reserved, end, .. } in done {
        let balance = stock.entry((place.product.clone(), place.location.clone())).or_default();
        match end {
            End::Delivered { received, .. } | End::ClosedShort { received, .. } => {
                balance.on_hand += received;
                balance.reserved += reserved;
            }
            End::HandedOut { issued } => balance.on_hand -= issued,
            End::GivenUp => {}
        }
    }
    stock
}

/// What is not as it should be, in words; empty when everything is.
pub(crate) async fn differences(client: &Client, done: &[Done], expected: &Stock) -> Vec<String> {
    let stock = stock(client).await;
    let mut found: Vec<String> = expected
        .iter()
        .filter(|(shelf, balance)| stock.get(*shelf).copied().unwrap_or_default() != **balance)
        .map(|((product, location), balance)| {
            let is = stock.get(&(product.clone(), location.clone()));
            format!("product {product} at {location} has {is:?}, not {balance:?}")
        })
        .collect();
    found.extend(unended(client).await);
    for part in done.chunks(ASKED_AT_ONCE) {
        let fields: Vec<String> = part.iter().enumerate().map(question).collect();
        let seen = client.read("admin", &format!("{{ {} }}", fields.join(" ")), json!({})).await;
        for (at, done) in part.iter().enumerate() {
            let documents = seen.as_object().expect("an answer is an object").iter();
            let own = format!("p{at}");
            let documents: BTreeMap<&str, &Value> =
                documents.filter_map(|(name, record)| Some((name.strip_prefix(&own)?, record))).collect();
            found.extend(
                faults(done, &documents)
                    .map(|fault| format!("{} {}, {}: {documents:?}", fault, done.request, done.end.name())),
            );
        }
    }
    found
}

/// The sagas that have not come to an end, some of each service.
async fn unended(client: &Client) -> Vec<String> {
    let mut found = Vec::new();
    for sagas in ["sagas", "vendorSagas", "inventorySagas"] {
        let query = format!(
            "{{ {sagas}(where: {{ statuses: [RUNNING, COMPENSATING, FAILED] }}, first: 100) {{
                nodes {{ id kind status startedAt steps {{ name status attempts error }} }} }} }}"
        );
        let seen = client.read("admin", &query, json!({})).await;
        let nodes = seen[sagas]["nodes"].as_array().expect("a page has nodes");
        found.extend(nodes.iter().map(|saga| format!("a saga has not ended: {saga}")));
    }
    found
}

fn question((at, done): (usize, &Done)) -> String {
    let (order, notes): (Option<&String>, &[String]) = match &done.end {
        End::Delivered { order, notes, .. } => (Some(order), notes),
        End::ClosedShort { order, note, .. } => (Some(order), std::slice::from_ref(note)),
        End::HandedOut { .. } | End::GivenUp => (None, &[]),
    };
    let mut fields = format!(
        "p{at}r: purchaseRequest(id: \"{}\") {{ number status lines {{ reservedQuantity {{ value }} toOrderQuantity {{ value }} \
         orderedQuantity {{ value }} }} reservations {{ status quantityLeft {{ value }} }} }}",
        done.request
    );
    if let Some(order) = order {
        fields.push_str(&format!(" p{at}o: purchaseOrder(id: \"{order}\") {{ number status }}"));
    }
    for (number, note) in notes.iter().enumerate() {
        let note = format!(
            " p{at}n{number}: goodsReceivedNote(id: \"{note}\") {{ number status statusReason postedAt }}"
        );
        fields.push_str(&note);
    }
    fields
}

/// What is wrong with the documents of a purchase: `r` is its request, `o` its order, `n0` and `n1` its deliveries.
fn faults<'d>(
    done: &'d Done,
    documents: &BTreeMap<&'d str, &'d Value>,
) -> impl Iterator<Item = &'static str> + use<> {
    let request = documents["r"];
    let (request_is, order_is, promise_is) = match &done.end {
        End::Delivered { .. } => ("ORDERED", "RECEIVED", "ACTIVE"),
        End::ClosedShort { .. } => ("PARTIALLY_ORDERED", "CLOSED", "ACTIVE"),
        // Nothing of it is on order, and nothing is left to be: it stays what it was.
        End::HandedOut { .. } => ("APPROVED", "", "CONSUMED"),
        End::GivenUp => ("CANCELLED", "", "RELEASED"),
    };
    let ordered = match &done.end {
        End::Delivered { received, .. } | End::ClosedShort { received, .. } => *received,
        End::HandedOut { .. } | End::GivenUp => 0,
    };
    let line = &request["lines"][0];
    let promises = request["reservations"].as_array().map(Vec::as_slice).unwrap_or_default();
    let left: i64 =
        promises.iter().map(|promise| hundred_thousandths(&promise["quantityLeft"]["value"])).sum();
    let is_left = if promise_is == "ACTIVE" { done.reserved } else { 0 };
    let is_posted = |note: &Value| note["status"] == "COMMITTED" && !note["postedAt"].is_null();
    let notes = documents.iter().filter(|(name, _)| name.starts_with('n'));
    let rules = [
        ("the request does not stand where it should:", request["status"] == request_is),
        (
            "the request does not say what the store keeps:",
            hundred_thousandths(&line["reservedQuantity"]["value"]) == done.reserved,
        ),
        (
            "the request does not say what is on order:",
            hundred_thousandths(&line["orderedQuantity"]["value"]) == ordered,
        ),
        ("the store does not hold what it promised:", left == is_left),
        (
            "a promise does not stand where it should:",
            promises.iter().all(|promise| promise["status"] == promise_is),
        ),
        (
            "the order does not stand where it should:",
            documents.get("o").is_none_or(|order| order["status"] == order_is),
        ),
        ("a delivery is not on the shelf:", notes.into_iter().all(|(_, note)| is_posted(note))),
    ];
    rules.into_iter().filter(|(_, holds)| !holds).map(|(fault, _)| fault)
}

/// No event was given up.
pub(crate) async fn nothing_was_laid_aside(client: &Client) {
    for service in ["inventory", "procurement", "vendor", "identity"] {
        let query = format!("{{ {service}DeadLetters {{ nodes {{ type error attempts }} }} }}");
        let letters = client.read("admin", &query, json!({})).await;
        assert_eq!(letters[format!("{service}DeadLetters")]["nodes"], json!([]), "{service}");
    }
}
