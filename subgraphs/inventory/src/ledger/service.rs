//! Reading the ledger.

use chassis::{Caller, Connection, Criteria, Error, Order, PageArgs, Result};
use chrono::{DateTime, Utc};
use primitives::{Decimal, InventoryItemId, StockMovementId};

use super::{MovementFilter, StockMovement, store};
use crate::{Inventory, permission, stock};

/// The ledger of one item, with the balance it starts from and the one it ends in.
#[derive(Debug)]
pub(crate) struct StockCard {
    pub(crate) item: stock::InventoryItem,
    pub(crate) opening: Balance,
    pub(crate) closing: Balance,
    pub(crate) entries: Connection<StockMovement>,
}

/// Units and their worth at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Balance {
    pub(crate) on_hand: Decimal,
    pub(crate) value: Decimal,
}

impl Balance {
    const NOTHING: Self = Self { on_hand: Decimal::ZERO, value: Decimal::ZERO };
}

/// One page of the ledger.
pub(crate) async fn list(
    app: &Inventory,
    caller: &Caller,
    criteria: &Criteria<MovementFilter>,
    order: Order,
    page: PageArgs,
) -> Result<Connection<StockMovement>> {
    caller.require(permission::VIEW)?;
    store::list(&app.db, caller.tenant, criteria, order, page.check(criteria)?).await
}

/// The stock card of an item between two moments of the ledger.
pub(crate) async fn card(
    app: &Inventory,
    caller: &Caller,
    id: InventoryItemId,
    (from, to): (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
    page: PageArgs,
) -> Result<StockCard> {
    let filter = MovementFilter { item: Some(id), posted_from: from, posted_to: to, ..Default::default() };
    let (filter, ids) = (Criteria::Is(filter), [id]);
    // At the same time: in a long ledger, each of them waits for the disk.
    let (items, opening, closing, entries) = tokio::try_join!(
        stock::service::by_ids(app, caller, &ids),
        balance_before(app, caller, id, from),
        balance_before(app, caller, id, to),
        list(app, caller, &filter, Order::Ascending, page),
    )?;
    let item = items.into_iter().next().ok_or_else(|| Error::not_found("inventory item"))?;
    let now = Balance { on_hand: item.holding.on_hand, value: item.holding.value };
    let (opening, closing) = (opening.unwrap_or(Balance::NOTHING), closing.unwrap_or(now));
    Ok(StockCard { item, opening, closing, entries })
}

/// The balance before a moment; none where none is named.
async fn balance_before(
    app: &Inventory,
    caller: &Caller,
    item: InventoryItemId,
    moment: Option<DateTime<Utc>>,
) -> Result<Option<Balance>> {
    let Some(moment) = moment else { return Ok(None) };
    let last = store::last_before(app.db.read(), caller.tenant, item, moment).await?;
    let balance = |last: StockMovement| Balance { on_hand: last.on_hand_after, value: last.value_after };
    Ok(Some(last.map_or(Balance::NOTHING, balance)))
}

/// Ledger lines by id.
pub(crate) async fn by_ids(
    app: &Inventory,
    caller: &Caller,
    ids: &[StockMovementId],
) -> Result<Vec<StockMovement>> {
    caller.require(permission::VIEW)?;
    Ok(store::by_ids(app.db.read(), caller.tenant, ids).await?)
}

/// The last line of each item.
pub(crate) async fn last_of(
    app: &Inventory,
    caller: &Caller,
    items: &[InventoryItemId],
) -> Result<Vec<StockMovement>> {
    caller.require(permission::VIEW)?;
    Ok(store::last_of(app.db.read(), caller.tenant, items).await?)
}

/// The lines of one posting, by their first and last number.
pub(crate) async fn by_seq_range(
    app: &Inventory,
    caller: &Caller,
    (first, last): (i64, i64),
) -> Result<Vec<StockMovement>> {
    Ok(store::by_seq_range(app.db.read(), caller.tenant, first, last).await?)
}
