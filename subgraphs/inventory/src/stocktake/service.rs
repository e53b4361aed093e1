//! Planning, counting and posting: permit, load, decide, save, publish.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};

use chassis::idempotency::{self, Attempt};
use chassis::page::{PositionSort, check_argument};
use chassis::{
    Caller, Code, Connection, Criteria, Error, Event, Order, PageArgs, Refusal, Refusals, Result, Tx,
};
use chrono::{DateTime, Datelike, Utc};
use primitives::{Decimal, LocationId, PostingId, ProductId, StockCountId, Unit};
use serde::Serialize;
use serde_json::json;

use super::model::{CountCommand, CountCriterion};
use super::store::LineFilter;
use super::{CountLine, CountMode, CountStatus, LINES_MAX, StockCount, store};
use crate::act::Act;
use crate::catalogue::{self, Measure};
use crate::ledger::MovementReason;
use crate::location::{Location, store as locations};
use crate::machine::Machine;
use crate::posting::{
    Action, Document, Heading, InBase, Least, Line, LineRefused, LotChoice, MAX_LINES, Portion,
};
use crate::{Inventory, permission, posting, stock};

/// The kind of document that a count is, in references and numbers.
pub(crate) const KIND: &str = "STOCK_COUNT";
/// How its numbers begin.
const NUMBER: &str = "SC";

/// What a planned count needs.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Plan {
    pub(crate) location: LocationId,
    pub(crate) mode: CountMode,
    /// The products to count; everything at the location where there are none.
    pub(crate) products: Vec<ProductId>,
    pub(crate) tolerance_percent: Decimal,
    pub(crate) note: Option<String>,
}

/// One step of a count that exists.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Step {
    pub(crate) id: StockCountId,
    pub(crate) expected_version: i32,
    pub(crate) reason: String,
}

/// Plans a count.
pub(crate) async fn plan(
    app: &Inventory,
    caller: &Caller,
    plan: Plan,
    key: Option<&str>,
) -> Result<StockCountId> {
    caller.require(permission::COUNT)?;
    let now = app.clock.now();
    let attempt = &Attempt::try_new(caller, "planStockCount", key, &plan, now)?;
    let mut refusals = StockCount::violations(plan.note.as_deref(), plan.tolerance_percent);
    let products: BTreeSet<ProductId> = plan.products.iter().copied().collect();
    refusals.check(products.len() == plan.products.len(), || {
        Refusal::duplicate("productIds", "a product is counted once")
    });
    refusals.check(products.len() <= MAX_LINES, || {
        let message = format!("a count of chosen products has at most {MAX_LINES}");
        Refusal::new(Code::LimitExceeded, "productIds", message).with("limit", MAX_LINES)
    });
    refusals.into_result()?;
    let measures: Vec<Measure> = plan
        .products
        .iter()
        .map(|&product| Measure { product, quantity: Decimal::ZERO, unit: None })
        .collect();
    let units = &catalogue::learn(app, caller, &measures).await?.base_units;
    let plan = &plan;
    app.db
        .write(|tx| async move {
            idempotency::once(&tx, attempt, plan_in(&tx, caller, plan, (units, now))).await
        })
        .await
}

/// Within a transaction.
pub(crate) async fn plan_in(
    tx: &Tx,
    caller: &Caller,
    plan: &Plan,
    (units, now): (&HashMap<ProductId, Unit>, DateTime<Utc>),
) -> Result<StockCountId> {
    let location = locations::by_ids(&**tx, caller.tenant, &[plan.location]).await?.pop();
    let location = location.ok_or_else(|| Error::not_found_at("location", "locationId"))?;
    let mut refusals = Refusals::new();
    refusals.check(location.holds_balance(), || {
        Refusal::invalid("locationId", "a direct location holds nothing that could be counted")
    });
    let mut lines = Vec::new();
    for (index, &product) in plan.products.iter().enumerate() {
        match units.get(&product) {
            Some(&unit) => lines.push(CountLine::uncounted(place(index), product, unit, Decimal::ZERO)),
            None => refusals.push(Refusal::new(
                Code::NotFound,
                &format!("productIds.{index}"),
                "product not found",
            )),
        }
    }
    refusals.into_result()?;
    let count = StockCount {
        id: StockCountId::at(now),
        number: chassis::numbering::next(&**tx, caller.tenant, (NUMBER, now.year())).await?,
        location: plan.location,
        mode: plan.mode,
        status: CountStatus::Planned,
        is_whole: plan.products.is_empty(),
        tolerance_percent: plan.tolerance_percent,
        round: 0,
        note: plan.note.clone().filter(|note| !note.trim().is_empty()),
        reason: None,
        started_at: None,
        submitted: None,
        closed_at: None,
        posting: None,
        variance_value: None,
        version: 1,
        created_at: now,
        created_by: caller.user,
        updated_at: now,
        updated_by: caller.user,
    };
    store::insert_in(&**tx, caller.tenant, &count).await?;
    store::save_lines_in(&**tx, caller.tenant, count.id, &lines).await?;
    tx.publish(told("count.planned", caller, &count, lines.len()));
    Ok(count.id)
}

/// Begins counting: the sheet is written, and the location locked unless movements go on.
pub(crate) async fn start(
    app: &Inventory,
    caller: &Caller,
    step: Step,
    key: Option<&str>,
) -> Result<StockCountId> {
    caller.require(permission::COUNT)?;
    let act = Act { at: app.clock.now(), by: caller.user };
    let attempt = &Attempt::try_new(caller, "startStockCount", key, &step, act.at)?;
    let step = &step;
    app.db
        .write(|tx| async move { idempotency::once(&tx, attempt, start_in(&tx, caller, step, act)).await })
        .await
}

/// Within a transaction.
pub(crate) async fn start_in(tx: &Tx, caller: &Caller, step: &Step, act: Act) -> Result<StockCountId> {
    let mut count = require(tx, caller, step).await?;
    count.start(act)?;
    // Postings hold the location's lock to their end: none is under way when the shelf is read.
    let location = require_location(tx, caller, count.location).await?;
    if count.mode.locks() {
        if location.locked_by.is_some() {
            let message = "another count locks this location";
            return Err(Refusal::new(Code::LocationLocked, "locationId", message).into());
        }
        store::lock_location_in(&**tx, caller.tenant, count.location, Some(count.id)).await?;
    }
    let lines = if count.is_whole {
        let shelf = store::shelf_in(&**tx, caller.tenant, count.location).await?;
        if shelf.len() > LINES_MAX {
            let message = format!("a count has at most {LINES_MAX} lines");
            return Err(Refusal::new(Code::LimitExceeded, "locationId", message)
                .with("limit", LINES_MAX)
                .into());
        }
        let lines = (0..).zip(shelf);
        lines.map(|(place, (id, unit, expected))| CountLine::uncounted(place, id, unit, expected)).collect()
    } else {
        let mut lines = store::lines_in(&**tx, caller.tenant, count.id).await?;
        let products = lines.iter().map(|line| line.product);
        let books = books_in(tx, caller, (count.location, products)).await?;
        for line in &mut lines {
            line.expected = books.get(&line.product).copied().unwrap_or(Decimal::ZERO);
        }
        lines
    };
    store::save_lines_in(&**tx, caller.tenant, count.id, &lines).await?;
    store::save_in(&**tx, caller.tenant, &count).await?;
    tx.publish(told("count.started", caller, &count, lines.len()));
    Ok(count.id)
}

/// Enters what was found. Products that are not on the sheet of a whole location are added to it.
pub(crate) async fn record(
    app: &Inventory,
    caller: &Caller,
    step: Step,
    found: Vec<Portion>,
    key: Option<&str>,
) -> Result<StockCountId> {
    caller.require(permission::COUNT)?;
    let act = Act { at: app.clock.now(), by: caller.user };
    let attempt = &Attempt::try_new(caller, "recordStockCount", key, &(&step, &found), act.at)?;
    let mut refusals = Refusals::new();
    refusals.check(!found.is_empty(), || Refusal::invalid("lines", "something has to be counted"));
    refusals.check(found.len() <= MAX_LINES, || {
        let message = format!("at most {MAX_LINES} lines are recorded at once");
        Refusal::new(Code::LimitExceeded, "lines", message).with("limit", MAX_LINES)
    });
    refusals.into_result()?;
    let measures: Vec<Measure> = found.iter().map(Portion::measure).collect();
    let learned = &catalogue::learn(app, caller, &measures).await?;
    let mut refused = Vec::new();
    let mut lines = Vec::new();
    for (index, portion) in found.iter().enumerate() {
        match portion.in_base(learned, Least::Nothing) {
            Ok(line) => lines.push((index, line)),
            Err(all) => refused.extend(all.into_iter().map(|refused| LineRefused { index, refused })),
        }
    }
    let (lines, refused) = (&lines, &refused);
    let step = &step;
    app.db
        .write(|tx| async move {
            idempotency::once(&tx, attempt, record_in(&tx, caller, step, (lines, refused, act))).await
        })
        .await
}

/// Within a transaction.
pub(crate) async fn record_in(
    tx: &Tx,
    caller: &Caller,
    step: &Step,
    (found, refused, act): (&[(usize, InBase)], &[LineRefused], Act),
) -> Result<StockCountId> {
    let mut count = require(tx, caller, step).await?;
    count.record(act)?;
    let mut refusals = Refusals::from(refused.iter().cloned().map(Refusal::from).collect::<Vec<_>>());
    let mut sheet: HashMap<ProductId, CountLine> = store::lines_in(&**tx, caller.tenant, count.id)
        .await?
        .into_iter()
        .map(|line| (line.product, line))
        .collect();
    let products = found.iter().map(|(_, line)| line.product);
    let books = books_in(tx, caller, (count.location, products)).await?;
    let (mut changed, mut seen) = (Vec::new(), BTreeSet::new());
    for (index, line) in found {
        let at = format!("lines.{index}.productId");
        refusals.check(seen.insert(line.product), || {
            Refusal::duplicate(&at, "a product is recorded once per request")
        });
        let next = place(sheet.len());
        let books = books.get(&line.product).copied().unwrap_or(Decimal::ZERO);
        let fresh = || CountLine::uncounted(next, line.product, line.unit, books);
        let entry = match sheet.entry(line.product) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) if count.is_whole && (next as usize) < LINES_MAX => entry.insert(fresh()),
            Entry::Vacant(_) => {
                refusals.push(Refusal::new(Code::NotFound, &at, "this product is not on the sheet"));
                continue;
            }
        };
        entry.record(count.round, line.quantity, books, act);
        changed.push(entry.clone());
    }
    refusals.into_result()?;
    store::save_lines_in(&**tx, caller.tenant, count.id, &changed).await?;
    store::save_in(&**tx, caller.tenant, &count).await?;
    Ok(count.id)
}

/// How much of these products the books expect at a location.
async fn books_in(
    tx: &Tx,
    caller: &Caller,
    (location, products): (LocationId, impl Iterator<Item = ProductId>),
) -> Result<HashMap<ProductId, Decimal>> {
    let places: Vec<_> = products.map(|product| (product, location)).collect();
    let items = stock::store::by_places(&**tx, caller.tenant, &places).await?;
    Ok(items.into_iter().map(|item| (item.product, item.holding.on_hand)).collect())
}

/// Says that everything was counted.
pub(crate) async fn submit(
    app: &Inventory,
    caller: &Caller,
    step: Step,
    key: Option<&str>,
) -> Result<StockCountId> {
    caller.require(permission::COUNT)?;
    run(app, caller, ("submitStockCount", CountCommand::Submit), (step, key)).await
}

/// Has it counted again.
pub(crate) async fn reopen(
    app: &Inventory,
    caller: &Caller,
    step: Step,
    key: Option<&str>,
) -> Result<StockCountId> {
    caller.require(permission::APPROVE)?;
    run(app, caller, ("reopenStockCount", CountCommand::Reopen), (step, key)).await
}

/// Brings the differences into the books and opens the location again.
pub(crate) async fn post(
    app: &Inventory,
    caller: &Caller,
    step: Step,
    key: Option<&str>,
) -> Result<StockCountId> {
    caller.require(permission::APPROVE)?;
    run(app, caller, ("postStockCount", CountCommand::Post), (step, key)).await
}

/// Gives a count up and opens the location again.
pub(crate) async fn cancel(
    app: &Inventory,
    caller: &Caller,
    step: Step,
    key: Option<&str>,
) -> Result<StockCountId> {
    caller.require(permission::COUNT)?;
    run(app, caller, ("cancelStockCount", CountCommand::Cancel), (step, key)).await
}

/// A step that needs nothing but the count and its lines.
async fn run(
    app: &Inventory,
    caller: &Caller,
    (name, command): (&str, CountCommand),
    (step, key): (Step, Option<&str>),
) -> Result<StockCountId> {
    let act = Act { at: app.clock.now(), by: caller.user };
    let attempt = &Attempt::try_new(caller, name, key, &step, act.at)?;
    let step = &step;
    app.db
        .write(|tx| async move {
            idempotency::once(&tx, attempt, run_in(&tx, caller, (step, command), act)).await
        })
        .await
}

/// Within a transaction.
pub(crate) async fn run_in(
    tx: &Tx,
    caller: &Caller,
    (step, command): (&Step, CountCommand),
    act: Act,
) -> Result<StockCountId> {
    let mut count = require(tx, caller, step).await?;
    let lines = store::lines_in(&**tx, caller.tenant, count.id).await?;
    let is_last = matches!(command, CountCommand::Post | CountCommand::Cancel);
    let opens = is_last && count.mode.locks() && count.status != CountStatus::Planned;
    if opens {
        // Before the posting shares this lock with others: two that share it could not both take it for themselves.
        require_location(tx, caller, count.location).await?;
    }
    let kind = match command {
        CountCommand::Submit => count.submit(&lines, act).map(|()| "count.submitted")?,
        CountCommand::Reopen => count.reopen(&step.reason, act).map(|()| "count.reopened")?,
        CountCommand::Cancel => count.cancel(&step.reason, act).map(|()| "count.cancelled")?,
        CountCommand::Post => {
            count.post(&lines, act)?;
            post_differences_in(tx, caller, &mut count, &lines).await?;
            "count.posted"
        }
        CountCommand::Start | CountCommand::Record => {
            return Err(Error::internal("this step has its own way"));
        }
    };
    if opens {
        store::lock_location_in(&**tx, caller.tenant, count.location, None).await?;
    }
    store::save_in(&**tx, caller.tenant, &count).await?;
    tx.publish(told(kind, caller, &count, lines.len()));
    Ok(count.id)
}

/// Posts one adjustment per line that differs, all of them or none.
async fn post_differences_in(
    tx: &Tx,
    caller: &Caller,
    count: &mut StockCount,
    lines: &[CountLine],
) -> Result<()> {
    let document = differences(count, lines, caller);
    if document.lines.is_empty() {
        return Ok(());
    }
    let units: HashMap<ProductId, Unit> = lines.iter().map(|line| (line.product, line.unit)).collect();
    let now = document.heading.posted_at;
    let book =
        posting::service::open_in(tx, caller.tenant, std::slice::from_ref(&document), &units, now).await?;
    let mut book = book.on_behalf_of(count.id);
    let mut refused = book.post(&document);
    refused.sort_by_key(|line| line.index);
    Refusals::from(refused.into_iter().map(Refusal::from).collect::<Vec<_>>()).into_result()?;
    let value = book.value_moved().map_err(Error::internal)?;
    posting::service::save_in(tx, caller.tenant, &mut book, caller.user).await?;
    (count.posting, count.variance_value) = (Some(document.heading.posting), value);
    Ok(())
}

fn differences(count: &StockCount, lines: &[CountLine], caller: &Caller) -> Document {
    let differing = lines.iter().filter_map(|line| {
        let quantity = line.variance().filter(|variance| !variance.is_zero())?;
        Some(Line {
            index: usize::try_from(line.position).unwrap_or_default(),
            product: line.product,
            location: count.location,
            quantity,
            reference_line: Some(line.position.to_string()),
            lot: LotChoice::found(&count.number),
            action: Action::Adjust { reason: MovementReason::Count, cost: None },
        })
    });
    let heading = Heading {
        posting: PostingId::generate(),
        reference: Some((KIND.to_owned(), count.id.to_string())),
        note: Some(count.number.clone()),
        occurred_at: count.updated_at,
        posted_at: count.updated_at,
        posted_by: caller.user,
    };
    Document { heading, lines: differing.collect() }
}

async fn require(tx: &Tx, caller: &Caller, step: &Step) -> Result<StockCount> {
    let count = store::lock_in(&**tx, caller.tenant, step.id).await?;
    let count = count.ok_or_else(|| Error::not_found_at("stock count", "id"))?;
    if count.version == step.expected_version { Ok(count) } else { Err(Error::conflict(count.version)) }
}

async fn require_location(tx: &Tx, caller: &Caller, id: LocationId) -> Result<Location> {
    let location = locations::lock_in(&**tx, caller.tenant, id).await?;
    location.ok_or_else(|| Error::internal("the location of a count is gone"))
}

/// A place on the sheet; sheets are far shorter than this can count.
fn place(index: usize) -> i32 {
    i32::try_from(index).unwrap_or(i32::MAX)
}

fn told(kind: &'static str, caller: &Caller, count: &StockCount, lines: usize) -> Event {
    Event {
        tenant: caller.tenant,
        kind,
        version: 1,
        aggregate: count.id.as_uuid(),
        aggregate_version: count.version,
        occurred_at: count.updated_at,
        actor: Some(caller.user),
        causation: None,
        payload: json!({
            "id": count.id,
            "number": count.number,
            "locationId": count.location,
            "mode": count.mode.code(),
            "status": count.status.code(),
            "lines": lines,
            "postingId": count.posting,
        }),
    }
}

/// One page of counts, by age.
pub(crate) async fn list(
    app: &Inventory,
    caller: &Caller,
    criteria: &Criteria<CountCriterion>,
    order: Order,
    page: PageArgs,
) -> Result<Connection<StockCount>> {
    caller.require(permission::VIEW)?;
    store::list(&app.db, caller.tenant, criteria, order, page.check(criteria)?).await
}

/// Counts by id.
pub(crate) async fn by_ids(
    app: &Inventory,
    caller: &Caller,
    ids: &[StockCountId],
) -> Result<Vec<StockCount>> {
    caller.require(permission::VIEW)?;
    Ok(store::by_ids(app.db.read(), caller.tenant, ids).await?)
}

/// The count a caller has just changed, who therefore may see it.
pub(crate) async fn changed(
    app: &Inventory,
    caller: &Caller,
    id: StockCountId,
) -> Result<Option<StockCount>> {
    Ok(store::by_ids(app.db.read(), caller.tenant, &[id]).await?.pop())
}

/// One page of a count's lines that are asked for.
pub(crate) async fn list_lines(
    app: &Inventory,
    caller: &Caller,
    (count, which): (StockCountId, LineFilter),
    sort: PositionSort,
    page: PageArgs,
) -> Result<Connection<CountLine>> {
    check_argument(which.products.as_ref(), "productIds")?;
    let page = page.check(&(count, &which))?;
    store::list_lines(&app.db, caller.tenant, (count, which), sort.order(), page).await
}
