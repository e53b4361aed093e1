//! Opening and locking months, and looking back: permit, load, decide, save, publish. Closing takes more than one transaction,
//! see `closing`.

use std::collections::HashMap;

use chassis::idempotency::{self, Attempt};
use chassis::{Caller, Connection, Criteria, Error, Event, Order, PageArgs, PageRequest, Result, Tx};
use primitives::{Date, LocationId, StockPeriodId, TenantId};
use serde::Serialize;
use serde_json::json;

use super::{ItemValue, Month, PeriodCommand, PeriodFilter, StockPeriod, ValuationFilter, closing, store};
use crate::act::Act;
use crate::machine::Machine;
use crate::{Inventory, permission};

/// One step of a month.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Step {
    /// As it was entered, such as `2026-07`.
    pub(crate) month: String,
    /// The version it is based on; 0 for a month that was never closed.
    pub(crate) expected_version: i32,
    /// Why it is opened again.
    pub(crate) reason: Option<String>,
}

fn name(command: PeriodCommand) -> &'static str {
    match command {
        PeriodCommand::Close => "closeStockPeriod",
        PeriodCommand::Reopen => "reopenStockPeriod",
        PeriodCommand::Lock => "lockStockPeriod",
    }
}

pub(super) fn event_kind(command: PeriodCommand) -> &'static str {
    match command {
        PeriodCommand::Close => "period.closed",
        PeriodCommand::Reopen => "period.reopened",
        PeriodCommand::Lock => "period.locked",
    }
}

/// Takes a month one step further.
pub(crate) async fn take(
    app: &Inventory,
    caller: &Caller,
    command: PeriodCommand,
    step: Step,
    key: Option<&str>,
) -> Result<StockPeriodId> {
    caller.require(permission::PERIOD_CLOSE)?;
    let act = Act { at: app.clock.now(), by: caller.user };
    let attempt = &Attempt::try_new(caller, name(command), key, &step, act.at)?;
    let month: Month = step.month.parse()?;
    let step = &step;
    if command == PeriodCommand::Close {
        return closing::close(app, caller, (step, month), attempt, act).await;
    }
    app.db
        .write(|tx| async move {
            idempotency::once(&tx, attempt, take_in(&tx, caller.tenant, (command, step, month), act)).await
        })
        .await
}

async fn take_in(
    tx: &Tx,
    tenant: TenantId,
    (command, step, month): (PeriodCommand, &Step, Month),
    act: Act,
) -> Result<StockPeriodId> {
    let head = store::lock_head_in(&**tx, tenant).await?;
    let known = store::find(&**tx, tenant, month).await?;
    let mut period = known.unwrap_or_else(|| StockPeriod::untouched(month, act));
    if period.version != step.expected_version {
        return Err(Error::conflict(period.version));
    }
    period.step(command, (head.closed_before, step.reason.as_deref()), act)?;
    let closed_before = match command {
        PeriodCommand::Reopen => {
            let base = store::last_closed_before(&**tx, tenant, month.starts_on()).await?;
            // Nothing below was ever closed: the books are open from the start, as they were.
            base.map(|base| base.month.ends_before())
        }
        PeriodCommand::Close | PeriodCommand::Lock => head.closed_before,
    };
    store::save_in(&**tx, tenant, &period, closed_before).await?;
    tx.publish(told(event_kind(command), tenant, &period));
    Ok(period.id)
}

/// What happened to a month.
pub(super) fn told(kind: &'static str, tenant: TenantId, period: &StockPeriod) -> Event {
    Event {
        tenant,
        kind,
        version: 1,
        aggregate: period.id.as_uuid(),
        aggregate_version: period.version,
        occurred_at: period.updated_at,
        actor: Some(period.updated_by),
        causation: None,
        payload: json!({
            "id": period.id,
            "month": period.month.to_string(),
            "startsOn": period.month.starts_on(),
            "endsBefore": period.month.ends_before(),
            "status": period.status.code(),
            "reason": period.reason,
        }),
    }
}

/// One page of months.
pub(crate) async fn list(
    app: &Inventory,
    caller: &Caller,
    criteria: &Criteria<PeriodFilter>,
    order: Order,
    page: PageArgs,
) -> Result<Connection<StockPeriod>> {
    caller.require(permission::VIEW)?;
    store::list(&app.db, caller.tenant, criteria, order, page.check(criteria)?).await
}

/// One month, where it was ever closed.
pub(crate) async fn find(app: &Inventory, caller: &Caller, month: &str) -> Result<Option<StockPeriod>> {
    caller.require(permission::VIEW)?;
    Ok(store::find(app.db.read(), caller.tenant, month.parse()?).await?)
}

/// The month a caller has just changed, who therefore may see it.
pub(crate) async fn changed(
    app: &Inventory,
    caller: &Caller,
    id: StockPeriodId,
) -> Result<Option<StockPeriod>> {
    Ok(store::by_ids(app.db.read(), caller.tenant, &[id]).await?.pop())
}

/// What the stock held at the end of a day, and which snapshot that follows from.
#[derive(Clone, Debug)]
pub(crate) struct Valuation {
    pub(crate) as_of: Date,
    pub(crate) filter: ValuationFilter,
    pub(crate) base: Option<StockPeriod>,
}

/// Looks back to the end of a day.
pub(crate) async fn valuation(
    app: &Inventory,
    caller: &Caller,
    as_of: Date,
    filter: ValuationFilter,
) -> Result<Valuation> {
    caller.require(permission::VIEW)?;
    let base = store::last_closed_before(app.db.read(), caller.tenant, as_of.next()).await?;
    Ok(Valuation { as_of, filter, base })
}

impl Valuation {
    /// One page of items with what they held then.
    pub(crate) async fn items(
        &self,
        app: &Inventory,
        caller: &Caller,
        page: PageArgs,
    ) -> Result<Connection<ItemValue>> {
        let page: PageRequest = page.check(&(self.as_of, &self.filter))?;
        let what = (&self.filter, self.base.as_ref(), self.as_of.next());
        store::item_values(&app.db, caller.tenant, what, page).await
    }

    /// What locations were worth then, each in its own currency.
    pub(crate) async fn locations(
        &self,
        app: &Inventory,
        caller: &Caller,
    ) -> Result<HashMap<LocationId, i64>> {
        caller.require(permission::PRICES)?;
        let what = (&self.filter, self.base.as_ref(), self.as_of.next());
        Ok(store::location_values(app.db.read(), caller.tenant, what).await?)
    }
}
