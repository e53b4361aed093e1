//! Asking for a transfer, letting it leave and taking it in: permit, load, decide, save, publish.

use std::collections::HashMap;

use chassis::idempotency::{self, Attempt};
use chassis::{
    Caller, Code, Connection, Criteria, Error, Event, Order, PageArgs, Refusal, Refusals, Result, Tx,
};
use chrono::Datelike;
use primitives::{LocationId, PostingId, ProductId, StockTransferId, Unit};
use serde::Serialize;
use serde_json::json;

use super::model::{Moving, TransferCriterion};
use super::{StockTransfer, TransferLine, TransferStatus, store};
use crate::act::Act;
use crate::ledger::MovementReason;
use crate::location::{Location, LocationKind, store as locations};
use crate::machine::Machine;
use crate::posting::{
    self, Action, Document, Heading, InBase, Least, Line, LineRefused, LotChoice, MAX_LINES, Portion,
};
use crate::{Inventory, catalogue, permission};

/// The kind of document that a transfer is, in references.
pub(crate) const KIND: &str = "STOCK_TRANSFER";
/// How its numbers begin.
const NUMBER: &str = "TR";

/// A transfer somebody asks for.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Wanted {
    pub(crate) from: LocationId,
    pub(crate) to: LocationId,
    pub(crate) via: Option<LocationId>,
    pub(crate) note: Option<String>,
    pub(crate) lines: Vec<Portion>,
}

/// One step of a transfer that exists.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Step {
    pub(crate) id: StockTransferId,
    pub(crate) expected_version: i32,
    pub(crate) reason: Option<String>,
    /// What moves; everything where nothing is said.
    pub(crate) lines: Option<Vec<Portion>>,
}

/// What a step does to a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    /// Allow it to leave.
    Approve,
    /// Let it leave.
    Ship,
    /// Take in what arrived.
    Receive,
    /// Settle it.
    Close,
    /// Give it up.
    Cancel,
}

impl Deed {
    fn name(self) -> &'static str {
        match self {
            Self::Approve => "approveStockTransfer",
            Self::Ship => "shipStockTransfer",
            Self::Receive => "receiveStockTransfer",
            Self::Close => "closeStockTransfer",
            Self::Cancel => "cancelStockTransfer",
        }
    }

    fn permission(self) -> &'static str {
        // Closing writes off what is missing.
        if matches!(self, Self::Approve | Self::Close) { permission::APPROVE } else { permission::TRANSFER }
    }

    fn event(self) -> &'static str {
        match self {
            Self::Approve => "transfer.approved",
            Self::Ship => "transfer.shipped",
            Self::Receive => "transfer.received",
            Self::Close => "transfer.closed",
            Self::Cancel => "transfer.cancelled",
        }
    }
}

/// What somebody entered, read: the lines in base units, and what is wrong with others.
type Entered = (Vec<(usize, InBase)>, Vec<Refusal>);

async fn read(app: &Inventory, caller: &Caller, portions: &[Portion]) -> Result<Entered> {
    if portions.is_empty() || portions.len() > MAX_LINES {
        let message = format!("a transfer has 1 to {MAX_LINES} lines");
        return Err(Refusal::invalid("lines", message).into());
    }
    let measures: Vec<_> = portions.iter().map(Portion::measure).collect();
    let learned = catalogue::learn(app, caller, &measures).await?;
    let (mut lines, mut refused) = (Vec::new(), Vec::new());
    for (index, portion) in portions.iter().enumerate() {
        match portion.in_base(&learned, Least::Something) {
            Ok(line) => lines.push((index, line)),
            Err(all) => refused.extend(all.into_iter().map(|refused| LineRefused { index, refused }.into())),
        }
    }
    Ok((lines, refused))
}

/// Asks for a transfer.
pub(crate) async fn create(
    app: &Inventory,
    caller: &Caller,
    wanted: Wanted,
    key: Option<&str>,
) -> Result<StockTransferId> {
    caller.require(permission::TRANSFER)?;
    let act = Act { at: app.clock.now(), by: caller.user };
    let attempt = &Attempt::try_new(caller, "createStockTransfer", key, &wanted, act.at)?;
    let entered = &read(app, caller, &wanted.lines).await?;
    let wanted = &wanted;
    app.db
        .write(|tx| async move {
            idempotency::once(&tx, attempt, create_in(&tx, caller, (wanted, entered), act)).await
        })
        .await
}

/// Within a transaction.
pub(crate) async fn create_in(
    tx: &Tx,
    caller: &Caller,
    (wanted, (entered, refused)): (&Wanted, &Entered),
    act: Act,
) -> Result<StockTransferId> {
    let mut refusals = Refusals::new();
    StockTransfer::check_note(&mut refusals, wanted.note.as_deref());
    let via = refusals.take(route_in(tx, caller, wanted).await?);
    refusals.extend(refused.iter().cloned());
    let mut lines: Vec<TransferLine> = Vec::new();
    for (position, (index, portion)) in (0..).zip(entered) {
        refusals.check(lines.iter().all(|line| line.product != portion.product), || {
            Refusal::duplicate(&format!("lines.{index}.productId"), "a product is named once")
        });
        lines.push(TransferLine::asked_for(position, *portion));
    }
    let (Some(via), true) = (via, refusals.is_empty()) else { return Err(refusals.into()) };
    let transfer = StockTransfer {
        id: StockTransferId::at(act.at),
        number: chassis::numbering::next(&**tx, caller.tenant, (NUMBER, act.at.year())).await?,
        from: wanted.from,
        via,
        to: wanted.to,
        status: TransferStatus::Draft,
        note: wanted.note.clone().filter(|note| !note.trim().is_empty()),
        reason: None,
        approved: None,
        shipped: None,
        received: None,
        closed: None,
        version: 1,
        created_at: act.at,
        created_by: act.by,
        updated_at: act.at,
        updated_by: act.by,
    };
    store::insert_in(&**tx, caller.tenant, &transfer, &lines).await?;
    tx.publish(told("transfer.created", caller, &transfer, &lines));
    Ok(transfer.id)
}

/// Where stock lies on its way, or what is wrong with the way.
async fn route_in(
    tx: &Tx,
    caller: &Caller,
    wanted: &Wanted,
) -> Result<std::result::Result<LocationId, Refusals>> {
    let named: Vec<LocationId> =
        [Some(wanted.from), Some(wanted.to), wanted.via].into_iter().flatten().collect();
    let known = locations::by_ids(&**tx, caller.tenant, &named).await?;
    let find = |id: LocationId| known.iter().find(|location| location.id == id);
    let mut refusals = Refusals::new();
    for (id, field) in [
        (Some(wanted.from), "fromLocationId"),
        (Some(wanted.to), "toLocationId"),
        (wanted.via, "transitLocationId"),
    ] {
        refusals.check(id.is_none_or(|id| find(id).is_some()), || {
            Refusal::new(Code::NotFound, field, "location not found")
        });
    }
    refusals.check(wanted.from != wanted.to, || {
        Refusal::invalid("toLocationId", "stock cannot be transferred to the location it is at")
    });
    let (Some(from), Some(to)) = (find(wanted.from), find(wanted.to)) else { return Ok(Err(refusals)) };
    refusals.check(from.holds_balance(), || {
        Refusal::invalid("fromLocationId", "a direct location holds no stock")
    });
    refusals.check(from.currency == to.currency, || {
        let message =
            format!("stock valued in {} cannot go to a location valued in {}", from.currency, to.currency);
        Refusal::invalid("toLocationId", message)
    });
    let via = match wanted.via {
        Some(id) => find(id).cloned(),
        None => locations::transit_in(&**tx, caller.tenant, from.currency).await?,
    };
    let fits = |via: &Location| {
        via.kind == LocationKind::Transit
            && via.currency == from.currency
            && ![from.id, to.id].contains(&via.id)
    };
    match via.filter(fits) {
        Some(via) if refusals.is_empty() => Ok(Ok(via.id)),
        Some(_) => Ok(Err(refusals)),
        None => {
            let message = format!("a third location of type TRANSIT, valued in {}, is needed", from.currency);
            refusals.push(Refusal::invalid("transitLocationId", message));
            Ok(Err(refusals))
        }
    }
}

/// Takes a transfer one step further.
pub(crate) async fn take(
    app: &Inventory,
    caller: &Caller,
    deed: Deed,
    step: Step,
    key: Option<&str>,
) -> Result<StockTransferId> {
    caller.require(deed.permission())?;
    let act = Act { at: app.clock.now(), by: caller.user };
    let attempt = &Attempt::try_new(caller, deed.name(), key, &step, act.at)?;
    let entered = match &step.lines {
        Some(portions) => Some(read(app, caller, portions).await?),
        None => None,
    };
    let (step, entered) = (&step, entered.as_ref());
    app.db
        .write(|tx| async move {
            idempotency::once(&tx, attempt, take_in(&tx, caller, deed, (step, entered), act)).await
        })
        .await
}

/// Within a transaction.
pub(crate) async fn take_in(
    tx: &Tx,
    caller: &Caller,
    deed: Deed,
    (step, entered): (&Step, Option<&Entered>),
    act: Act,
) -> Result<StockTransferId> {
    let transfer = store::lock_in(&**tx, caller.tenant, step.id).await?;
    let mut transfer = transfer.ok_or_else(|| Error::not_found_at("stock transfer", "id"))?;
    if transfer.version != step.expected_version {
        return Err(Error::conflict(transfer.version));
    }
    let lines = store::lines_by_ids(&**tx, caller.tenant, &[step.id]).await?.remove(&step.id);
    let mut lines = lines.unwrap_or_default();
    if let Some((_, refused)) = entered {
        Refusals::from(refused.clone()).into_result()?;
    }
    let named = entered.map(|(lines, _)| lines.as_slice());
    let moving = match deed {
        Deed::Approve => transfer.approve(act).map(|()| Vec::new())?,
        Deed::Cancel => {
            transfer.cancel(step.reason.as_deref().unwrap_or_default(), act).map(|()| Vec::new())?
        }
        Deed::Ship => transfer.ship(&mut lines, named, act)?,
        Deed::Receive => transfer.receive(&mut lines, named, act)?,
        Deed::Close => transfer.close(&mut lines, step.reason.as_deref(), act)?,
    };
    move_in(tx, caller, deed, (&transfer, &lines), &moving).await?;
    store::save_in(&**tx, caller.tenant, &transfer).await?;
    store::save_lines_in(&**tx, caller.tenant, transfer.id, &lines).await?;
    tx.publish(told(deed.event(), caller, &transfer, &lines));
    Ok(transfer.id)
}

/// Posts what moves, all of it or nothing.
async fn move_in(
    tx: &Tx,
    caller: &Caller,
    deed: Deed,
    (transfer, lines): (&StockTransfer, &[TransferLine]),
    moving: &[Moving],
) -> Result<()> {
    if moving.is_empty() {
        return Ok(());
    }
    let document = document(caller, deed, transfer, moving);
    let units: HashMap<ProductId, Unit> = lines.iter().map(|line| (line.product, line.unit)).collect();
    let now = document.heading.posted_at;
    let mut book =
        posting::service::open_in(tx, caller.tenant, std::slice::from_ref(&document), &units, now).await?;
    let mut refused = book.post(&document);
    refused.sort_by_key(|line| line.index);
    Refusals::from(refused.into_iter().map(Refusal::from).collect::<Vec<_>>()).into_result()?;
    posting::service::save_in(tx, caller.tenant, &mut book, caller.user).await?;
    Ok(())
}

fn document(caller: &Caller, deed: Deed, transfer: &StockTransfer, moving: &[Moving]) -> Document {
    // A line may be received several times: the version tells one arrival from another.
    let mark = match deed {
        Deed::Ship => "ship".to_owned(),
        Deed::Receive => format!("receive-{}", transfer.version),
        _ => "close".to_owned(),
    };
    let lines = moving.iter().map(|moved| {
        let (location, quantity, action) = match deed {
            Deed::Ship => {
                (transfer.from, moved.quantity, Action::Transfer { to: transfer.via, reservation: None })
            }
            Deed::Receive => {
                (transfer.via, moved.quantity, Action::Transfer { to: transfer.to, reservation: None })
            }
            _ => {
                let lost = primitives::Decimal::from_raw(-moved.quantity.raw());
                (transfer.via, lost, Action::Adjust { reason: MovementReason::Loss, cost: None })
            }
        };
        Line {
            index: moved.index,
            product: moved.product,
            location,
            quantity,
            reference_line: Some(format!("{mark}-{}", moved.position)),
            lot: LotChoice::default(),
            action,
        }
    });
    let heading = Heading {
        posting: PostingId::generate(),
        reference: Some((KIND.to_owned(), transfer.id.to_string())),
        note: Some(transfer.number.clone()),
        occurred_at: transfer.updated_at,
        posted_at: transfer.updated_at,
        posted_by: caller.user,
    };
    Document { heading, lines: lines.collect() }
}

fn told(kind: &'static str, caller: &Caller, transfer: &StockTransfer, lines: &[TransferLine]) -> Event {
    let lines: Vec<_> = lines
        .iter()
        .map(|line| {
            json!({ "productId": line.product, "unit": line.unit, "requested": line.requested,
                "shipped": line.shipped, "received": line.received, "lost": line.lost })
        })
        .collect();
    Event {
        tenant: caller.tenant,
        kind,
        version: 1,
        aggregate: transfer.id.as_uuid(),
        aggregate_version: transfer.version,
        occurred_at: transfer.updated_at,
        actor: Some(caller.user),
        causation: None,
        payload: json!({
            "id": transfer.id,
            "number": transfer.number,
            "fromLocationId": transfer.from,
            "toLocationId": transfer.to,
            "status": transfer.status.code(),
            "lines": lines,
        }),
    }
}

/// One page of transfers, by age.
pub(crate) async fn list(
    app: &Inventory,
    caller: &Caller,
    criteria: &Criteria<TransferCriterion>,
    order: Order,
    page: PageArgs,
) -> Result<Connection<StockTransfer>> {
    caller.require(permission::VIEW)?;
    store::list(&app.db, caller.tenant, criteria, order, page.check(criteria)?).await
}

/// Transfers by id.
pub(crate) async fn by_ids(
    app: &Inventory,
    caller: &Caller,
    ids: &[StockTransferId],
) -> Result<Vec<StockTransfer>> {
    caller.require(permission::VIEW)?;
    Ok(store::by_ids(app.db.read(), caller.tenant, ids).await?)
}

/// The transfer a caller has just changed, who therefore may see it.
pub(crate) async fn changed(
    app: &Inventory,
    caller: &Caller,
    id: StockTransferId,
) -> Result<Option<StockTransfer>> {
    Ok(store::by_ids(app.db.read(), caller.tenant, &[id]).await?.pop())
}

/// The lines of transfers the caller may see.
pub(crate) async fn lines_by_ids(
    app: &Inventory,
    caller: &Caller,
    ids: &[StockTransferId],
) -> Result<HashMap<StockTransferId, Vec<TransferLine>>> {
    Ok(store::lines_by_ids(app.db.read(), caller.tenant, ids).await?)
}

/// What is on its way to places the caller may see.
pub(crate) async fn on_the_way(
    app: &Inventory,
    caller: &Caller,
    places: &[(ProductId, LocationId)],
) -> Result<HashMap<(ProductId, LocationId), primitives::Decimal>> {
    Ok(store::on_the_way(app.db.read(), caller.tenant, places).await?)
}
