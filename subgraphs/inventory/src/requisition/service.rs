//! Asking a store for something, allowing it and issuing it: permit, load, decide, save, publish.

use std::collections::HashMap;

use chassis::idempotency::{self, Attempt};
use chassis::{
    Caller, Code, Connection, Criteria, Error, Event, Order, PageArgs, Refusal, Refusals, Result, Tx,
};
use chrono::Datelike;
use primitives::{Date, LocationId, PostingId, ProductId, ReservationId, StoreRequisitionId, Unit};
use serde::Serialize;
use serde_json::json;

use super::model::{Moving, RequisitionCriterion};
use super::{RequisitionLine, RequisitionStatus, StoreRequisition, store};
use crate::act::Act;
use crate::location::store as locations;
use crate::machine::Machine;
use crate::posting::{
    self, Action, Document, Heading, InBase, Least, Line, LineRefused, LotChoice, MAX_LINES, Portion,
};
use crate::{Inventory, catalogue, permission};

/// The kind of document that a requisition is, in references.
pub(crate) const KIND: &str = "STORE_REQUISITION";
/// How its numbers begin.
const NUMBER: &str = "SR";

/// One product somebody asks for, and the reservation it was promised under.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Asked {
    pub(crate) portion: Portion,
    pub(crate) reservation: Option<ReservationId>,
}

/// What somebody asks of a store.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Wanted {
    pub(crate) from: LocationId,
    pub(crate) to: LocationId,
    pub(crate) needed_on: Option<Date>,
    pub(crate) note: Option<String>,
    pub(crate) lines: Vec<Asked>,
}

/// One step of a requisition that exists.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Step {
    pub(crate) id: StoreRequisitionId,
    pub(crate) expected_version: i32,
    pub(crate) reason: Option<String>,
    /// What is allowed or issued; everything where nothing is said.
    pub(crate) lines: Option<Vec<Portion>>,
}

/// What a step does to a requisition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    /// Hand it in.
    Submit,
    /// Allow it.
    Approve,
    /// Issue it.
    Issue,
    /// Settle it.
    Close,
    /// Give it up.
    Cancel,
}

impl Deed {
    fn name(self) -> &'static str {
        match self {
            Self::Submit => "submitStoreRequisition",
            Self::Approve => "approveStoreRequisition",
            Self::Issue => "issueStoreRequisition",
            Self::Close => "closeStoreRequisition",
            Self::Cancel => "cancelStoreRequisition",
        }
    }

    fn permission(self) -> &'static str {
        match self {
            Self::Submit | Self::Cancel => permission::RESERVE,
            Self::Approve => permission::APPROVE,
            Self::Issue | Self::Close => permission::ISSUE,
        }
    }

    fn event(self) -> &'static str {
        match self {
            Self::Submit => "requisition.submitted",
            Self::Approve => "requisition.approved",
            Self::Issue => "requisition.issued",
            Self::Close => "requisition.closed",
            Self::Cancel => "requisition.cancelled",
        }
    }
}

/// What somebody entered, read: the lines in base units, and what is wrong with others.
type Entered = (Vec<(usize, InBase)>, Vec<Refusal>);

async fn read(app: &Inventory, caller: &Caller, (portions, least): (&[&Portion], Least)) -> Result<Entered> {
    if portions.len() > MAX_LINES {
        let message = format!("a requisition has at most {MAX_LINES} lines");
        return Err(Refusal::new(Code::LimitExceeded, "lines", message).with("limit", MAX_LINES).into());
    }
    let measures: Vec<_> = portions.iter().map(|portion| portion.measure()).collect();
    let learned = catalogue::learn(app, caller, &measures).await?;
    let (mut lines, mut refused) = (Vec::new(), Vec::new());
    for (index, portion) in portions.iter().enumerate() {
        match portion.in_base(&learned, least) {
            Ok(line) => lines.push((index, line)),
            Err(all) => refused.extend(all.into_iter().map(|refused| LineRefused { index, refused }.into())),
        }
    }
    Ok((lines, refused))
}

/// Begins a requisition.
pub(crate) async fn create(
    app: &Inventory,
    caller: &Caller,
    wanted: Wanted,
    key: Option<&str>,
) -> Result<StoreRequisitionId> {
    caller.require(permission::RESERVE)?;
    let act = Act { at: app.clock.now(), by: caller.user };
    let attempt = &Attempt::try_new(caller, "createStoreRequisition", key, &wanted, act.at)?;
    let portions: Vec<&Portion> = wanted.lines.iter().map(|line| &line.portion).collect();
    let entered = &read(app, caller, (&portions, Least::Something)).await?;
    let wanted = &wanted;
    app.db
        .write(|tx| async move {
            let work = write_in(&tx, caller, (None, wanted, entered), act);
            idempotency::once(&tx, attempt, work).await
        })
        .await
}

/// Writes a draft anew.
pub(crate) async fn update(
    app: &Inventory,
    caller: &Caller,
    (id, expected_version): (StoreRequisitionId, i32),
    wanted: Wanted,
    key: Option<&str>,
) -> Result<StoreRequisitionId> {
    caller.require(permission::RESERVE)?;
    let act = Act { at: app.clock.now(), by: caller.user };
    let request = (id, expected_version, &wanted);
    let attempt = &Attempt::try_new(caller, "updateStoreRequisition", key, &request, act.at)?;
    let portions: Vec<&Portion> = wanted.lines.iter().map(|line| &line.portion).collect();
    let entered = &read(app, caller, (&portions, Least::Something)).await?;
    let wanted = &wanted;
    app.db
        .write(|tx| async move {
            let known = Some((id, expected_version));
            let work = write_in(&tx, caller, (known, wanted, entered), act);
            idempotency::once(&tx, attempt, work).await
        })
        .await
}

/// Within a transaction.
pub(crate) async fn write_in(
    tx: &Tx,
    caller: &Caller,
    (known, wanted, (entered, refused)): (Option<(StoreRequisitionId, i32)>, &Wanted, &Entered),
    act: Act,
) -> Result<StoreRequisitionId> {
    let mut requisition = match known {
        Some(known) => require_in(tx, caller, known).await?,
        None => fresh(wanted, act),
    };
    if known.is_some() {
        requisition.rewrite(act)?;
    }
    let mut refusals = Refusals::new();
    StoreRequisition::check_note(&mut refusals, wanted.note.as_deref());
    check_places_in(tx, caller, wanted, &mut refusals).await?;
    refusals.extend(refused.iter().cloned());
    let lines = lines(wanted, entered, &mut refusals);
    refusals.into_result()?;
    (requisition.from, requisition.to, requisition.needed_on) = (wanted.from, wanted.to, wanted.needed_on);
    requisition.note = wanted.note.clone().filter(|note| !note.trim().is_empty());
    if known.is_some() {
        store::save_in(&**tx, caller.tenant, &requisition).await?;
    } else {
        store::insert_in(&**tx, caller.tenant, &requisition).await?;
        tx.publish(told("requisition.created", caller, &requisition, &lines));
    }
    store::save_lines_in(&**tx, caller.tenant, requisition.id, &lines).await?;
    Ok(requisition.id)
}

fn fresh(wanted: &Wanted, act: Act) -> StoreRequisition {
    StoreRequisition {
        id: StoreRequisitionId::at(act.at),
        number: None,
        from: wanted.from,
        to: wanted.to,
        needed_on: wanted.needed_on,
        status: RequisitionStatus::Draft,
        note: None,
        reason: None,
        submitted: None,
        approved: None,
        issued: None,
        closed: None,
        version: 1,
        created_at: act.at,
        created_by: act.by,
        updated_at: act.at,
        updated_by: act.by,
    }
}

async fn check_places_in(tx: &Tx, caller: &Caller, wanted: &Wanted, refusals: &mut Refusals) -> Result<()> {
    let known = locations::by_ids(&**tx, caller.tenant, &[wanted.from, wanted.to]).await?;
    let find = |id: LocationId| known.iter().find(|location| location.id == id);
    for (id, field) in [(wanted.from, "fromLocationId"), (wanted.to, "toLocationId")] {
        refusals.check(find(id).is_some(), || Refusal::new(Code::NotFound, field, "location not found"));
    }
    refusals.check(wanted.from != wanted.to, || {
        Refusal::invalid("toLocationId", "a store asks nothing of itself")
    });
    let (Some(from), Some(to)) = (find(wanted.from), find(wanted.to)) else { return Ok(()) };
    refusals.check(from.holds_balance(), || {
        Refusal::invalid("fromLocationId", "a direct location holds no stock")
    });
    refusals.check(from.currency == to.currency, || {
        let message =
            format!("stock valued in {} cannot go to a location valued in {}", from.currency, to.currency);
        Refusal::invalid("toLocationId", message)
    });
    Ok(())
}

fn lines(wanted: &Wanted, entered: &[(usize, InBase)], refusals: &mut Refusals) -> Vec<RequisitionLine> {
    let mut lines: Vec<RequisitionLine> = Vec::new();
    for (position, (index, portion)) in (0..).zip(entered) {
        refusals.check(lines.iter().all(|line| line.product != portion.product), || {
            Refusal::duplicate(&format!("lines.{index}.productId"), "a product is named once")
        });
        lines.push(RequisitionLine {
            position,
            product: portion.product,
            unit: portion.unit,
            requested: portion.quantity,
            approved: primitives::Decimal::ZERO,
            issued: primitives::Decimal::ZERO,
            reservation: wanted.lines.get(*index).and_then(|line| line.reservation),
        });
    }
    lines
}

async fn require_in(
    tx: &Tx,
    caller: &Caller,
    (id, expected_version): (StoreRequisitionId, i32),
) -> Result<StoreRequisition> {
    let requisition = store::lock_in(&**tx, caller.tenant, id).await?;
    let requisition = requisition.ok_or_else(|| Error::not_found_at("store requisition", "id"))?;
    if requisition.version == expected_version {
        Ok(requisition)
    } else {
        Err(Error::conflict(requisition.version))
    }
}

/// Takes a requisition one step further.
pub(crate) async fn take(
    app: &Inventory,
    caller: &Caller,
    deed: Deed,
    step: Step,
    key: Option<&str>,
) -> Result<StoreRequisitionId> {
    caller.require(deed.permission())?;
    let act = Act { at: app.clock.now(), by: caller.user };
    let attempt = &Attempt::try_new(caller, deed.name(), key, &step, act.at)?;
    let least = if deed == Deed::Approve { Least::Nothing } else { Least::Something };
    let entered = match &step.lines {
        Some(portions) => Some(read(app, caller, (&portions.iter().collect::<Vec<_>>(), least)).await?),
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
) -> Result<StoreRequisitionId> {
    let mut requisition = require_in(tx, caller, (step.id, step.expected_version)).await?;
    let lines = store::lines_by_ids(&**tx, caller.tenant, &[step.id]).await?.remove(&step.id);
    let mut lines = lines.unwrap_or_default();
    if let Some((_, refused)) = entered {
        Refusals::from(refused.clone()).into_result()?;
    }
    let named = entered.map(|(lines, _)| lines.as_slice());
    let reason = step.reason.as_deref();
    match deed {
        Deed::Submit => {
            requisition.submit(&lines, act)?;
            let year = (NUMBER, act.at.year());
            requisition.number = Some(chassis::numbering::next(&**tx, caller.tenant, year).await?);
        }
        Deed::Approve => requisition.approve(&mut lines, named, act)?,
        Deed::Issue => {
            let moving = requisition.issue(&mut lines, named, act)?;
            issue_in(tx, caller, (&requisition, &lines), &moving).await?;
        }
        Deed::Close => requisition.close(&lines, reason, act)?,
        Deed::Cancel => requisition.cancel(reason, act)?,
    }
    store::save_in(&**tx, caller.tenant, &requisition).await?;
    store::save_lines_in(&**tx, caller.tenant, requisition.id, &lines).await?;
    tx.publish(told(deed.event(), caller, &requisition, &lines));
    Ok(requisition.id)
}

/// Posts what is issued, all of it or nothing.
async fn issue_in(
    tx: &Tx,
    caller: &Caller,
    (requisition, lines): (&StoreRequisition, &[RequisitionLine]),
    moving: &[Moving],
) -> Result<()> {
    let document = document(caller, (requisition, lines), moving);
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

fn document(
    caller: &Caller,
    (requisition, lines): (&StoreRequisition, &[RequisitionLine]),
    moving: &[Moving],
) -> Document {
    let moved = moving.iter().filter_map(|moved| {
        let line = lines.iter().find(|line| line.position == moved.position)?;
        Some(Line {
            index: moved.index,
            product: line.product,
            location: requisition.from,
            quantity: moved.quantity,
            // A line may be issued several times: the version tells one time from another.
            reference_line: Some(format!("issue-{}-{}", requisition.version, moved.position)),
            lot: LotChoice::default(),
            action: Action::Transfer { to: requisition.to, reservation: line.reservation },
        })
    });
    let heading = Heading {
        posting: PostingId::generate(),
        reference: Some((KIND.to_owned(), requisition.id.to_string())),
        note: requisition.number.clone(),
        occurred_at: requisition.updated_at,
        posted_at: requisition.updated_at,
        posted_by: caller.user,
    };
    Document { heading, lines: moved.collect() }
}

fn told(
    kind: &'static str,
    caller: &Caller,
    requisition: &StoreRequisition,
    lines: &[RequisitionLine],
) -> Event {
    let lines: Vec<_> = lines
        .iter()
        .map(|line| {
            json!({ "productId": line.product, "unit": line.unit, "requested": line.requested,
                "approved": line.approved, "issued": line.issued, "reservationId": line.reservation })
        })
        .collect();
    Event {
        tenant: caller.tenant,
        kind,
        version: 1,
        aggregate: requisition.id.as_uuid(),
        aggregate_version: requisition.version,
        occurred_at: requisition.updated_at,
        actor: Some(caller.user),
        causation: None,
        payload: json!({
            "id": requisition.id,
            "number": requisition.number,
            "fromLocationId": requisition.from,
            "toLocationId": requisition.to,
            "status": requisition.status.code(),
            "lines": lines,
        }),
    }
}

/// One page of requisitions, by age.
pub(crate) async fn list(
    app: &Inventory,
    caller: &Caller,
    criteria: &Criteria<RequisitionCriterion>,
    order: Order,
    page: PageArgs,
) -> Result<Connection<StoreRequisition>> {
    caller.require(permission::VIEW)?;
    store::list(&app.db, caller.tenant, criteria, order, page.check(criteria)?).await
}

/// Requisitions by id.
pub(crate) async fn by_ids(
    app: &Inventory,
    caller: &Caller,
    ids: &[StoreRequisitionId],
) -> Result<Vec<StoreRequisition>> {
    caller.require(permission::VIEW)?;
    Ok(store::by_ids(app.db.read(), caller.tenant, ids).await?)
}

/// The requisition a caller has just changed, who therefore may see it.
pub(crate) async fn changed(
    app: &Inventory,
    caller: &Caller,
    id: StoreRequisitionId,
) -> Result<Option<StoreRequisition>> {
    Ok(store::by_ids(app.db.read(), caller.tenant, &[id]).await?.pop())
}

/// The lines of requisitions the caller may see.
pub(crate) async fn lines_by_ids(
    app: &Inventory,
    caller: &Caller,
    ids: &[StoreRequisitionId],
) -> Result<HashMap<StoreRequisitionId, Vec<RequisitionLine>>> {
    Ok(store::lines_by_ids(app.db.read(), caller.tenant, ids).await?)
}
