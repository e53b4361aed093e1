//! Posting a document: permit, load, decide, save, publish.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chassis::idempotency::{self, Attempt};
use chassis::{Caller, Code, Error, Event, Refusal, Refusals, Result, Tx};
use chrono::{DateTime, Utc};
use primitives::{
    LocationId, LotId, PostingId, ProductId, ReservationId, StockMovementId, TenantId, Unit, UserId,
};
use serde::{Deserialize, Serialize};

use super::book::Decided;
use super::entry::Draft;
use super::model::{Action, StockRefused};
use super::{Book, Document, Heading, Line, LineRefused, LotManner, Lots, Request, store};
use crate::catalogue::Tracking;
use crate::event::{STOCK_CHANGED, STOCK_CHANGED_VERSION, StockChanged};
use crate::lot::{Lot, LotStatus};
use crate::reservation::store as reservations;
use crate::stock::InventoryItem;
use crate::{Inventory, adjustment, catalogue, lot, period, permission};

/// Which permission a kind of document needs, and the name its idempotency keys live under.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    pub(crate) permission: &'static str,
    /// Beyond the limit of its reason it needs somebody who may decide.
    pub(crate) is_limited: bool,
}

/// What a posting wrote. Replayed as it is when the same document comes again under its idempotency key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Posted {
    pub(crate) posting: PostingId,
    pub(crate) occurred_at: DateTime<Utc>,
    pub(crate) posted_at: DateTime<Utc>,
    /// First and last ledger number; `None` where only reservations were made.
    pub(crate) ledger: Option<(i64, i64)>,
    pub(crate) reservations: Vec<ReservationId>,
}

/// Posts a document: all of it, or nothing with everything that forbids it.
pub(crate) async fn post(
    app: &Inventory,
    caller: &Caller,
    operation: Operation,
    request: Request,
    idempotency_key: Option<&str>,
) -> Result<Posted> {
    caller.require(operation.permission)?;
    let now = app.clock.now();
    let attempt = &Attempt::try_new(caller, operation.name, idempotency_key, &request, now)?;
    let whole = request.violations(now);
    let lines_unusable = request.lines.is_empty() || request.lines.len() > super::MAX_LINES;
    if lines_unusable {
        return Err(Error::Refused(whole));
    }
    let learned = &catalogue::learn(app, caller, &request.products_and_measures()).await?;
    let is_limited = operation.is_limited && !caller.may(permission::APPROVE);
    let draft = &request.into_draft(learned, now, caller.user);
    let whole = &whole;
    app.db
        .write(|tx| async move {
            let work = post_draft_in(&tx, caller.tenant, (draft, is_limited), &learned.base_units, whole);
            idempotency::once(&tx, attempt, work).await
        })
        .await
}

async fn post_draft_in(
    tx: &Tx,
    tenant: TenantId,
    (draft, is_limited): (&Draft, bool),
    base_units: &HashMap<ProductId, Unit>,
    whole: &Refusals,
) -> Result<Posted> {
    let document = &draft.document;
    let heading = &document.heading;
    let mut book = open_in(tx, tenant, std::slice::from_ref(document), base_units, heading.posted_at).await?;
    let mut refused = book.post(document);
    refused.extend(draft.refused.iter().cloned());
    refuse(whole, refused)?;
    if is_limited {
        adjustment::service::require_within_limits_in(tx, tenant, &book).await?;
    }
    let written = save_in(tx, tenant, &mut book, heading.posted_by).await?;
    Ok(Posted {
        posting: heading.posting,
        occurred_at: heading.occurred_at,
        posted_at: heading.posted_at,
        ledger: written.ledger,
        reservations: written.reservations,
    })
}

/// All refusals in a stable order: the document first, then line by line.
fn refuse(whole: &Refusals, mut lines: Vec<LineRefused>) -> Result<()> {
    let place = |line: &LineRefused| {
        let is_of_line = !matches!(line.refused, StockRefused::PeriodClosed { .. });
        (is_of_line, line.index, line.refused.field())
    };
    lines.sort_by(|a, b| place(a).cmp(&place(b)));
    let mut all = whole.clone();
    all.extend(lines.into_iter().map(Refusal::from));
    all.into_result()
}

/// Opens a book over everything the documents touch: locations kept, balances locked in id order.
pub(crate) async fn open_in(
    tx: &Tx,
    tenant: TenantId,
    documents: &[Document],
    base_units: &HashMap<ProductId, Unit>,
    now: DateTime<Utc>,
) -> Result<Book> {
    // Many documents end here: in a box, their own futures stay small enough for a thread's stack.
    Box::pin(opened_in(tx, tenant, documents, base_units, now)).await
}

async fn opened_in(
    tx: &Tx,
    tenant: TenantId,
    documents: &[Document],
    base_units: &HashMap<ProductId, Unit>,
    now: DateTime<Utc>,
) -> Result<Book> {
    // Before everything else: who closes a month waits for all postings that have begun, and lets none begin.
    let closed_before = match documents.iter().any(Document::moves_stock) {
        true => period::store::keep_closed_before_in(&**tx, tenant).await?,
        false => None,
    };
    let wanted = places(documents, base_units);
    let location_ids: BTreeSet<LocationId> = wanted.keys().map(|(_, location)| *location).collect();
    let locations = store::keep_locations_in(tx, tenant, &location_ids).await?;
    store::ensure_items_in(tx, tenant, &wanted, &locations, now).await?;
    let places: Vec<_> = wanted.into_keys().collect();
    let mut items = store::lock_items_in(tx, tenant, &places).await?;
    let lots = lots_in(tx, tenant, documents, &mut items).await?;
    let promised: Vec<ReservationId> = documents.iter().flat_map(Document::consumed_reservations).collect();
    let promised = reservations::under_lock_in(tx, tenant, &promised).await?;
    let moving = documents.iter().filter(|document| document.moves_stock());
    let referred = moving.filter_map(|document| document.heading.reference.as_ref());
    let referred = referred.map(|(kind, id)| (kind.as_str(), id.as_str()));
    let effects = store::effects_in(tx, tenant, referred).await?;
    Ok(Book::new(locations, items, now)
        .closed_before(closed_before)
        .with_lots(lots)
        .with_reservations(promised)
        .with_effects(effects))
}

/// What lies on the shelves lot by lot, how the products are kept, and the lots that lines name: those that come in for the
/// first time are written down here, so that two who bring the same one bring one.
async fn lots_in(
    tx: &Tx,
    tenant: TenantId,
    documents: &[Document],
    items: &mut [InventoryItem],
) -> Result<Lots> {
    let products: BTreeSet<ProductId> = items.iter().map(|item| item.product).collect();
    let products: Vec<ProductId> = products.into_iter().collect();
    let known = catalogue::store::known(&**tx, tenant, &products).await?;
    let tracking: HashMap<ProductId, Tracking> =
        known.into_iter().filter_map(|product| Some((product.id, product.tracking?))).collect();
    store::load_shelves_in(&**tx, tenant, items).await?;
    let kept: HashSet<ProductId> = items
        .iter()
        .filter(|item| item.shelf.is_kept || tracking.get(&item.product).is_some_and(|how| how.is_kept()))
        .map(|item| item.product)
        .collect();
    let (mut named, mut fresh) = (BTreeSet::new(), BTreeMap::new());
    for document in documents {
        for line in document.lines.iter().filter(|line| kept.contains(&line.product)) {
            let how = tracking.get(&line.product).copied().unwrap_or_default();
            let Some(number) = line.lot.effective_number(how) else { continue };
            if line.may_bring_lot() {
                let lot = new_lot(&document.heading, line, &number);
                fresh.entry((line.product, number.clone())).or_insert(lot);
            }
            named.insert((line.product, number));
        }
    }
    lot::store::ensure_in(&**tx, tenant, &fresh).await?;
    let on_shelves = items.iter().flat_map(|item| item.shelf.parts.iter().map(|part| part.lot)).collect();
    let named: Vec<_> = named.into_iter().collect();
    let by_id = lot::store::keep_in(&**tx, tenant, &on_shelves, &named).await?;
    Ok(Lots::new(by_id, tracking))
}

fn new_lot(heading: &Heading, line: &Line, number: &str) -> Lot {
    let is_found = line.lot.manner == LotManner::Found;
    Lot {
        id: LotId::at(heading.posted_at),
        product: line.product,
        number: number.to_owned(),
        expiry: line.lot.expiry,
        status: if is_found { LotStatus::Quarantine } else { LotStatus::Ok },
        reason: is_found.then(|| "found without a label".to_owned()),
        vendor: line.lot.vendor,
        told_days: None,
        version: 1,
        created_at: heading.posted_at,
        created_by: heading.posted_by,
        updated_at: heading.posted_at,
        updated_by: heading.posted_by,
    }
}

/// Every place the documents touch, with the unit its balance is counted in.
fn places(
    documents: &[Document],
    base_units: &HashMap<ProductId, Unit>,
) -> BTreeMap<(ProductId, LocationId), Unit> {
    let mut places = BTreeMap::new();
    for line in documents.iter().flat_map(|document| &document.lines) {
        let Some(unit) = base_units.get(&line.product) else { continue };
        places.insert((line.product, line.location), *unit);
        if let Action::Transfer { to, .. } = line.action {
            places.insert((line.product, to), *unit);
        }
    }
    places
}

/// What saving a book wrote.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) ledger: Option<(i64, i64)>,
    pub(crate) reservations: Vec<ReservationId>,
}

/// Posts a document that another service told of; answers why that is refused, where it is. Told twice, it is the same document.
pub(crate) async fn post_told_in(
    tx: &Tx,
    tenant: TenantId,
    (document, base_units): (&Document, &HashMap<ProductId, Unit>),
    now: DateTime<Utc>,
) -> Result<Option<String>> {
    let mut book = open_in(tx, tenant, std::slice::from_ref(document), base_units, now).await?;
    let refused: Vec<Refusal> = book.post(document).into_iter().map(Refusal::from).collect();
    if refused.len() == document.lines.len() && refused.iter().all(|line| line.code == Code::Duplicate) {
        return Ok(None);
    }
    if !refused.is_empty() {
        let reasons: Vec<String> = refused.into_iter().map(|refusal| refusal.message).collect();
        return Ok(Some(reasons.join("; ")));
    }
    save_in(tx, tenant, &mut book, document.heading.posted_by).await?;
    Ok(None)
}

/// Writes balances, layers, reservations and ledger lines, and publishes what changed.
pub(crate) async fn save_in(tx: &Tx, tenant: TenantId, book: &mut Book, actor: UserId) -> Result<Written> {
    // Boxed like its opening.
    Box::pin(saved_in(tx, tenant, book, actor)).await
}

async fn saved_in(tx: &Tx, tenant: TenantId, book: &mut Book, actor: UserId) -> Result<Written> {
    let (written, decided) = write_in(tx, tenant, book).await?;
    for change in &decided.changes {
        tx.publish(stock_changed(tenant, actor, book.now(), change)?);
    }
    for crossing in decided.crossings {
        tx.publish(crossing.into_event(tenant, actor)?);
    }
    Ok(written)
}

/// Writes balances, layers, reservations and ledger lines; answers with what is yet to be told.
pub(crate) async fn write_in(tx: &Tx, tenant: TenantId, book: &mut Book) -> Result<(Written, Decided)> {
    book.settle_low_stock();
    store::save_items_in(tx, tenant, book).await?.map_err(Error::internal)?;
    for reservation in book.changed_reservations() {
        if !reservations::update_in(tx, tenant, reservation).await? {
            return Err(Error::internal(store::LostUpdate));
        }
    }
    let mut decided = book.take_decided();
    reservations::insert_in(tx, tenant, &decided.made).await?;
    let ledger = match i64::try_from(decided.movements.len()).map_err(Error::internal)? {
        0 => None,
        count => {
            let first = store::number_movements_in(tx, tenant, count).await?;
            for (seq, movement) in (first..).zip(&mut decided.movements) {
                movement.seq = seq;
            }
            store::append_in(&**tx, tenant, (&decided.movements, &decided.moved_lots)).await?;
            Some((first, first + count - 1))
        }
    };
    let numbers: HashMap<StockMovementId, i64> =
        decided.movements.iter().map(|movement| (movement.id, movement.seq)).collect();
    for change in &mut decided.changes {
        change.movement_seq = change.movement_id.and_then(|id| numbers.get(&id).copied());
    }
    let reservations = decided.made.iter().map(|made| made.id).collect();
    Ok((Written { ledger, reservations }, decided))
}

/// The event is dated by its posting, not by when the stock moved: events are kept for a time after they were
/// published, and a back-dated one must not vanish at once.
fn stock_changed(tenant: TenantId, actor: UserId, at: DateTime<Utc>, change: &StockChanged) -> Result<Event> {
    Ok(Event {
        tenant,
        kind: STOCK_CHANGED,
        version: STOCK_CHANGED_VERSION,
        aggregate: change.item.id.as_uuid(),
        aggregate_version: change.item.version,
        occurred_at: at,
        actor: Some(actor),
        causation: None,
        payload: serde_json::to_value(change).map_err(Error::internal)?,
    })
}
