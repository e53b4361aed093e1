//! Reading lots, and keeping one from being used or letting it go: permit, load, decide, save, publish.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chassis::idempotency::{self, Attempt};
use chassis::{Caller, Connection, Criteria, Error, Event, PageArgs, Result, Tx, house};
use primitives::{InventoryItemId, LotId, PostingId, StockMovementId, TenantId};
use serde::Serialize;
use serde_json::json;

use super::{Lot, LotCommand, LotFilter, LotSort, Part, store};
use crate::act::Act;
use crate::machine::Machine;
use crate::posting::{self, Book, Heading, Lots};
use crate::{Inventory, permission};

/// One step of a lot.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Step {
    pub(crate) id: LotId,
    pub(crate) expected_version: i32,
    pub(crate) reason: String,
}

fn name(command: LotCommand) -> &'static str {
    match command {
        LotCommand::Hold => "holdLot",
        LotCommand::Release => "releaseLot",
        LotCommand::Recall => "recallLot",
        LotCommand::Expire => "expireLot",
    }
}

fn event_kind(command: LotCommand) -> &'static str {
    match command {
        LotCommand::Hold => "lot.quarantined",
        LotCommand::Release => "lot.released",
        LotCommand::Recall => "lot.recalled",
        LotCommand::Expire => "lot.expired",
    }
}

/// Takes a lot one step further. Whoever corrects balances may hold one; letting it go or calling it back is decided above.
pub(crate) async fn take(
    app: &Inventory,
    caller: &Caller,
    command: LotCommand,
    step: Step,
    key: Option<&str>,
) -> Result<LotId> {
    let is_cautious = command == LotCommand::Hold;
    caller.require(if is_cautious { permission::ADJUST } else { permission::APPROVE })?;
    let act = Act { at: app.clock.now(), by: caller.user };
    let attempt = &Attempt::try_new(caller, name(command), key, &step, act.at)?;
    let (step, tenant) = (&step, caller.tenant);
    app.db
        .write(|tx| async move {
            idempotency::once(&tx, attempt, take_in(&tx, tenant, (command, step), act)).await
        })
        .await
}

async fn take_in(tx: &Tx, tenant: TenantId, (command, step): (LotCommand, &Step), act: Act) -> Result<LotId> {
    let (mut book, mut lot) = open_in(tx, tenant, step.id, act).await?;
    if lot.version != step.expected_version {
        return Err(Error::conflict(lot.version));
    }
    lot.step(command, &step.reason, act)?;
    save_in(tx, tenant, (&mut book, &lot), (command, act)).await?;
    Ok(lot.id)
}

/// Writes a lot that was taken a step further, and what that changes at the items where it lies.
pub(super) async fn save_in(
    tx: &Tx,
    tenant: TenantId,
    (book, lot): (&mut Book, &Lot),
    (command, act): (LotCommand, Act),
) -> Result<()> {
    let heading = Heading {
        posting: PostingId::generate(),
        reference: None,
        note: None,
        occurred_at: act.at,
        posted_at: act.at,
        posted_by: act.by,
    };
    book.change_lot(lot.id, lot.status, &heading);
    store::save_in(&**tx, tenant, lot).await?;
    posting::service::save_in(tx, tenant, book, act.by).await?;
    tx.publish(told_in(tx, tenant, (event_kind(command), lot), act).await?);
    Ok(())
}

/// Locks the items where the lot lies, in id order, and then the lot: the order in which postings do. What arrived somewhere
/// else in between is locked too.
pub(super) async fn open_in(tx: &Tx, tenant: TenantId, id: LotId, act: Act) -> Result<(Book, Lot)> {
    let items_of = |parts: &[(InventoryItemId, Part)]| -> BTreeSet<InventoryItemId> {
        parts.iter().map(|(item, _)| *item).collect()
    };
    let seen = items_of(&store::balances(&**tx, tenant, &[id]).await?);
    posting::store::lock_by_ids_in(&**tx, tenant, &seen).await?;
    let lot = store::lock_in(&**tx, tenant, id).await?;
    let lot = lot.ok_or_else(|| Error::not_found_at("lot", "id"))?;
    let items = items_of(&store::balances(&**tx, tenant, &[id]).await?);
    let mut items = posting::store::lock_by_ids_in(&**tx, tenant, &items).await?;
    posting::store::load_shelves_in(&**tx, tenant, &mut items).await?;
    let on_shelves: BTreeSet<LotId> =
        items.iter().flat_map(|item| item.shelf.parts.iter().map(|part| part.lot)).collect();
    // Only what stands on the same shelves matters here, and under their locks none of it moves.
    let neighbours: Vec<LotId> = on_shelves.into_iter().collect();
    let mut by_id: BTreeMap<LotId, Lot> =
        store::by_ids(&**tx, tenant, &neighbours).await?.into_iter().map(|lot| (lot.id, lot)).collect();
    by_id.insert(lot.id, lot.clone());
    let book = Book::new(Vec::new(), items, act.at).with_lots(Lots::new(by_id, HashMap::new()));
    Ok((book, lot))
}

/// What happened to a lot, and where it lies: who has some of it wants to know.
pub(super) async fn told_in(
    tx: &Tx,
    tenant: TenantId,
    (kind, lot): (&'static str, &Lot),
    act: Act,
) -> Result<Event> {
    let places = store::places(&**tx, tenant, lot.id).await?;
    let places: Vec<_> = places
        .into_iter()
        .map(|(item, location, on_hand)| json!({ "itemId": item, "locationId": location, "onHand": on_hand }))
        .collect();
    let days_left = lot.days_left(house::day(act.at));
    Ok(Event {
        tenant,
        kind,
        version: 1,
        aggregate: lot.id.as_uuid(),
        aggregate_version: lot.version,
        occurred_at: act.at,
        actor: Some(act.by),
        causation: None,
        payload: json!({
            "lotId": lot.id,
            "number": lot.number,
            "productId": lot.product,
            "vendorId": lot.vendor,
            "expiry": lot.expiry,
            "daysLeft": days_left,
            "status": lot.status.code(),
            "reason": lot.reason,
            "places": places,
        }),
    })
}

/// One page of lots.
pub(crate) async fn list(
    app: &Inventory,
    caller: &Caller,
    criteria: &Criteria<LotFilter>,
    order: LotSort,
    page: PageArgs,
) -> Result<Connection<Lot>> {
    caller.require(permission::VIEW)?;
    store::list(&app.db, caller.tenant, criteria, order, page.check(criteria)?).await
}

/// Lots by id.
pub(crate) async fn by_ids(app: &Inventory, caller: &Caller, ids: &[LotId]) -> Result<Vec<Lot>> {
    caller.require(permission::VIEW)?;
    Ok(store::by_ids(app.db.read(), caller.tenant, ids).await?)
}

/// The lot a caller has just changed, who therefore may see it.
pub(crate) async fn changed(app: &Inventory, caller: &Caller, id: LotId) -> Result<Option<Lot>> {
    Ok(store::by_ids(app.db.read(), caller.tenant, &[id]).await?.pop())
}

/// Where lots the caller may see lie.
pub(crate) async fn balances(
    app: &Inventory,
    caller: &Caller,
    lots: &[LotId],
) -> Result<Vec<(InventoryItemId, Part)>> {
    Ok(store::balances(app.db.read(), caller.tenant, lots).await?)
}

/// The lots at items the caller may see.
pub(crate) async fn shelves(
    app: &Inventory,
    caller: &Caller,
    items: &[InventoryItemId],
) -> Result<Vec<(InventoryItemId, Part)>> {
    Ok(store::shelves(app.db.read(), caller.tenant, items).await?)
}

/// The lots that ledger lines the caller may see have moved.
pub(crate) async fn moved(
    app: &Inventory,
    caller: &Caller,
    movements: &[StockMovementId],
) -> Result<HashMap<StockMovementId, Vec<Part>>> {
    Ok(store::moved(app.db.read(), caller.tenant, movements).await?)
}
