//! Following procurement: each effect in the transaction that marks its event, and told in it: procurement waits for it.

use std::collections::HashMap;

use chassis::{Caller, Clock, Envelope, Error, Event, Handlers, Result, Tx};
use chrono::{DateTime, Utc};
use primitives::{Decimal, LocationId, PostingId, ProductId, PurchaseRequestId, Unit};
use serde_json::{Value, json};

use super::model::{Approved, ApprovedLine, GivenUp, Order, OrderLine};
use super::store::{self, Incoming};
use crate::posting::{self, Action, Document, Heading, Line, LotChoice};
use crate::reservation::Reservation;
use crate::{Inventory, act, catalogue, location, reservation};

/// The service that buys.
const SOURCE: &str = "procurement";
/// The kind of document that a purchase request is, in references.
pub(crate) const REQUEST: &str = "PURCHASE_REQUEST";

/// Every event of an order tells its whole state.
const ORDER_EVENTS: [&str; 7] =
    ["po.sent", "po.acknowledged", "po.amended", "po.received", "po.closed", "po.cancelled", "po.reopened"];

/// Whatever ends a request lets its promises go.
const GIVEN_UP: [&str; 4] = ["pr.cancelled", "pr.rejected", "pr.returned", "pr.recalled"];

/// What this service does when something was approved, ordered or given up.
pub(crate) fn handlers(handlers: Handlers, clock: &Clock) -> Handlers {
    let handlers = ORDER_EVENTS.into_iter().fold(handlers, |handlers, kind| {
        let now = clock.clone();
        handlers.on(SOURCE, kind, move |tx, event| {
            let now = now.clone();
            async move { follow_order(&tx, &event, now.now()).await }
        })
    });
    let now = clock.clone();
    let handlers = handlers.on(SOURCE, "pr.approved", move |tx, event| {
        let now = now.clone();
        async move { reserve(&tx, &event, now.now()).await }
    });
    GIVEN_UP.into_iter().fold(handlers, |handlers, kind| {
        let now = clock.clone();
        handlers.on(SOURCE, kind, move |tx, event| {
            let now = now.clone();
            async move { release(&tx, &event, now.now()).await }
        })
    })
}

async fn follow_order(tx: &Tx, event: &Envelope, now: DateTime<Utc>) -> Result<()> {
    let order: Order = serde_json::from_value(event.payload.clone()).map_err(Error::internal)?;
    let incoming = |line: &OrderLine| Incoming {
        line: line.line_id,
        product: line.product_id,
        location: order.deliver_to,
        quantity: order.open(line),
    };
    let lines: Vec<Incoming> = order.lines.iter().map(incoming).collect();
    let state = (order.purchase_order_id, event.aggregate_version);
    store::save_order_in(&**tx, event.tenant_id, state, &lines).await?;
    tx.publish(event.answer("onorder.changed", json!({ "purchaseOrderId": order.purchase_order_id }), now));
    Ok(())
}

/// Promises each line what its store can spare, and says what is missing.
async fn reserve(tx: &Tx, event: &Envelope, now: DateTime<Utc>) -> Result<()> {
    let request: Approved = serde_json::from_value(event.payload.clone()).map_err(Error::internal)?;
    let (tenant, id) = (event.tenant_id, request.purchase_request_id);
    let products: Vec<ProductId> = request.lines.iter().map(|line| line.product_id).collect();
    let units: HashMap<ProductId, Unit> = catalogue::store::known(&**tx, tenant, &products)
        .await?
        .into_iter()
        .map(|product| (product.id, product.base_unit))
        .collect();
    let places: Vec<LocationId> = request.lines.iter().filter_map(|line| line.deliver_to).collect();
    let stores = location::store::by_ids(&**tx, tenant, &places).await?;
    let heading = heading(event, (REQUEST, id.to_string()), request.number.clone(), now);
    let holds = |place: LocationId| stores.iter().any(|store| store.id == place && store.holds_balance());
    let wanted: Vec<Line> = request
        .lines
        .iter()
        .enumerate()
        .filter_map(|(index, line)| promise(index, line, units.get(&line.product_id).copied()?))
        .filter(|line| holds(line.location) && request.replenishes != Some(line.location))
        .collect();
    let document = Document { heading, lines: wanted };
    let mut book =
        posting::service::open_in(tx, tenant, std::slice::from_ref(&document), &units, now).await?;
    let reserved = book.reserve_what_there_is(&document);
    posting::service::save_in(tx, tenant, &mut book, document.heading.posted_by).await?;
    tx.publish(completed(event, &request, (&units, &reserved), now));
    Ok(())
}

fn promise(index: usize, line: &ApprovedLine, base: Unit) -> Option<Line> {
    let quantity = line.in_base(base).filter(|quantity| quantity.is_positive())?;
    Some(Line {
        index,
        product: line.product_id,
        location: line.deliver_to?,
        quantity,
        reference_line: Some(line.line_id.clone()),
        lot: LotChoice::default(),
        action: Action::Reserve { expires_at: None },
    })
}

/// What was promised and what is missing, line by line, in base units.
fn completed(
    event: &Envelope,
    request: &Approved,
    (units, reserved): (&HashMap<ProductId, Unit>, &HashMap<usize, Decimal>),
    now: DateTime<Utc>,
) -> Event {
    let lines: Vec<Value> = request
        .lines
        .iter()
        .enumerate()
        .map(|(index, line)| {
            let had = reserved.get(&index).copied().unwrap_or_default();
            let base = units.get(&line.product_id).copied().unwrap_or(line.unit);
            let wanted = line.in_base(base).unwrap_or(line.quantity);
            let short = wanted.checked_sub(had).unwrap_or_default();
            json!({ "lineId": line.line_id, "productId": line.product_id, "reserved": had, "short": short })
        })
        .collect();
    let short: Vec<&Value> = lines.iter().filter(|line| line["short"] != "0").collect();
    let payload = json!({ "purchaseRequestId": request.purchase_request_id, "short": short, "lines": lines });
    event.answer("reservation.completed", payload, now)
}

/// Lets go what is still promised to a request that was given up, and says so, even where nothing was.
async fn release(tx: &Tx, event: &Envelope, now: DateTime<Utc>) -> Result<()> {
    let request: GivenUp = serde_json::from_value(event.payload.clone()).map_err(Error::internal)?;
    let promises = store::promises(&**tx, event.tenant_id, (&[request.purchase_request_id], true)).await?;
    reservation::service::release_all_in(tx, event.tenant_id, &promises, (act::of_event(event), now)).await?;
    let released: Vec<_> = promises.iter().map(|promise| promise.id).collect();
    let payload = json!({ "purchaseRequestId": request.purchase_request_id, "reservationIds": released });
    tx.publish(event.answer("reservation.released", payload, now));
    Ok(())
}

fn heading(
    event: &Envelope,
    (kind, id): (&str, String),
    note: Option<String>,
    now: DateTime<Utc>,
) -> Heading {
    Heading {
        posting: PostingId::generate(),
        reference: Some((kind.to_owned(), id)),
        note,
        occurred_at: now,
        posted_at: now,
        posted_by: act::of_event(event),
    }
}

/// What is to come to places the caller may see.
pub(crate) async fn on_order(
    app: &Inventory,
    caller: &Caller,
    places: &[(ProductId, LocationId)],
) -> Result<HashMap<(ProductId, LocationId), Decimal>> {
    Ok(store::on_order(app.db.read(), caller.tenant, places).await?)
}

/// The promises that serve requests.
pub(crate) async fn promises(
    app: &Inventory,
    caller: &Caller,
    requests: &[PurchaseRequestId],
) -> Result<Vec<Reservation>> {
    caller.require(crate::permission::VIEW)?;
    Ok(store::promises(app.db.read(), caller.tenant, (requests, false)).await?)
}
