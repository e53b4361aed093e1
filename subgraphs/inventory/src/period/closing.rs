//! Closing a month, one transaction a step. The row that says up to which day the books are closed also says which month is being
//! closed; the saga says how far that came. So whoever comes next, the same request again or a sweep after a crash, goes on
//! where it stopped, and two at once do each step once.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chassis::idempotency::{self, Attempt};
use chassis::saga::{self as sagas, StepStatus};
use chassis::{Caller, Error, Refusal, Result, Tx, task};
use chrono::{DateTime, Utc};
use primitives::{StockPeriodId, TenantId};

use super::model::{Month, PeriodCommand, PeriodStatus, StockPeriod};
use super::saga::{self, FURTHER, PLAN};
use super::service::{Step, event_kind, told};
use super::store::{self, Head};
use crate::Inventory;
use crate::act::Act;
use crate::machine::Machine;

/// How often months are looked for whose closing stopped halfway.
const SWEEP_INTERVAL: Duration = Duration::from_secs(30);

/// How often a step may fail before the month is opened again.
const ATTEMPTS_MAX: i32 = 5;

/// Closes a month.
pub(super) async fn close(
    app: &Inventory,
    caller: &Caller,
    (step, month): (&Step, Month),
    attempt: &Attempt,
    act: Act,
) -> Result<StockPeriodId> {
    let (tenant, has_begun) = (caller.tenant, &AtomicBool::new(false));
    let begin = |is_once: bool| {
        app.db.write(move |tx| async move {
            let work = async {
                has_begun.store(true, Ordering::SeqCst);
                begin_in(&tx, tenant, (step, month), act).await
            };
            if is_once { idempotency::once(&tx, attempt, work).await } else { work.await }
        })
    };
    let id = begin(true).await?;
    if !has_begun.load(Ordering::SeqCst) && !is_closed(app, tenant, id).await? {
        // Asked again with the same key: the first time it came to nothing, or is still on its way.
        begin(false).await?;
    }
    go_on(app, tenant, id).await?;
    if is_closed(app, tenant, id).await? {
        return Ok(id);
    }
    // Somebody else was closing it, and met what speaks against it.
    Err(Refusal::invalid_state(PeriodStatus::Open.code(), PeriodStatus::Closed.code()).into())
}

async fn is_closed(app: &Inventory, tenant: TenantId, id: StockPeriodId) -> Result<bool> {
    let found = store::by_ids(app.db.read(), tenant, &[id]).await?;
    Ok(found.iter().any(|period| period.status != PeriodStatus::Open))
}

/// Blocks postings into the month, unless something speaks against closing it.
async fn begin_in(
    tx: &Tx,
    tenant: TenantId,
    (step, month): (&Step, Month),
    act: Act,
) -> Result<StockPeriodId> {
    let head = store::lock_head_in(&**tx, tenant).await?;
    let known = store::find(&**tx, tenant, month).await?;
    let period = known.unwrap_or_else(|| StockPeriod::untouched(month, act));
    if period.version != step.expected_version {
        return Err(Error::conflict(period.version));
    }
    match head.closing {
        Some((id, _)) if id == period.id => return Ok(id),
        Some(_) => {
            let (open, closed) = (PeriodStatus::Open.code(), PeriodStatus::Closed.code());
            return Err(Refusal::invalid_state(open, closed).with("isClosing", "another month").into());
        }
        None => period.require_closable(head.closed_before, act)?,
    }
    let closings = head.closings + 1;
    store::save_in(&**tx, tenant, &period, Some(month.ends_before())).await?;
    store::save_closing_in(&**tx, tenant, (Some((period.id, act.by)), closings)).await?;
    let subject = (tenant, period.id.as_uuid(), closings);
    sagas::begin(tx, &PLAN, subject, act.at, |it| saga::begun(it, act.at)).await?;
    Ok(period.id)
}

/// Takes every step that is left.
async fn go_on(app: &Inventory, tenant: TenantId, id: StockPeriodId) -> Result<()> {
    for step in FURTHER {
        let at = app.clock.now();
        let taken = app.db.write(|tx| async move { step_in(&tx, tenant, (id, step), at).await }).await;
        match taken {
            Ok(None) => {}
            Ok(Some(refusal)) => return Err(refusal.into()),
            Err(error) => {
                note_failure(app, tenant, (id, step), &error).await?;
                return Err(error);
            }
        }
    }
    Ok(())
}

/// Takes one step unless it was taken before; answers what speaks against it. Then the month is open again.
async fn step_in(
    tx: &Tx,
    tenant: TenantId,
    (id, step): (StockPeriodId, &'static str),
    at: DateTime<Utc>,
) -> Result<Option<Refusal>> {
    let head = store::lock_head_in(&**tx, tenant).await?;
    let Some((_, by)) = head.closing.filter(|(closing, _)| *closing == id) else { return Ok(None) };
    let subject = (tenant, id.as_uuid(), head.closings);
    let mut is_done = false;
    sagas::follow(tx, &PLAN, subject, |it| {
        is_done = it.steps.iter().any(|each| each.name == step && each.status == StepStatus::Done);
    })
    .await?;
    if is_done {
        return Ok(None);
    }
    let mut period = require(tx, tenant, id).await?;
    match step {
        saga::CHECK_DOCUMENTS => {
            let counts = store::counts_under_way(&**tx, tenant, period.month.ends_before()).await?;
            if counts > 0 {
                let why = format!("{counts} counts are under way that began in the month");
                let said = (step, why.as_str(), head.closings);
                sagas::follow(tx, &PLAN, subject, |it| saga::refused(it, said, at)).await?;
                open_again_in(tx, tenant, (&period, &head)).await?;
                let (from, to) = (PeriodStatus::Open.code(), PeriodStatus::Closed.code());
                return Ok(Some(Refusal::invalid_state(from, to).with("countsUnderWay", counts)));
            }
        }
        saga::WRITE_SNAPSHOT => store::write_snapshot_in(&**tx, tenant, &period).await?,
        _ => {
            period.close(Act { at, by })?;
            store::save_in(&**tx, tenant, &period, head.closed_before).await?;
            store::save_closing_in(&**tx, tenant, (None, head.closings)).await?;
            tx.publish(told(event_kind(PeriodCommand::Close), tenant, &period));
        }
    }
    sagas::follow(tx, &PLAN, subject, |it| saga::done(it, step, at)).await?;
    Ok(None)
}

/// Lets postings into the month again, as if nobody had wanted to close it.
async fn open_again_in(tx: &Tx, tenant: TenantId, (period, head): (&StockPeriod, &Head)) -> Result<()> {
    let base = store::last_closed_before(&**tx, tenant, period.month.starts_on()).await?;
    let closed_before = base.map(|base| base.month.ends_before());
    store::save_in(&**tx, tenant, period, closed_before).await?;
    Ok(store::save_closing_in(&**tx, tenant, (None, head.closings)).await?)
}

/// Counts a failure; what keeps failing opens the month again.
async fn note_failure(
    app: &Inventory,
    tenant: TenantId,
    (id, step): (StockPeriodId, &'static str),
    error: &Error,
) -> Result<()> {
    let (at, why) = (app.clock.now(), &error.to_string());
    app.db
        .write(|tx| async move {
            let head = store::lock_head_in(&*tx, tenant).await?;
            if head.closing.is_none_or(|(closing, _)| closing != id) {
                return Ok(());
            }
            let subject = (tenant, id.as_uuid(), head.closings);
            let mut attempts = 0;
            sagas::follow(&tx, &PLAN, subject, |it| {
                let open = it.steps.iter().find(|each| each.name == step);
                // The first one was counted when it was asked for.
                attempts = open.map_or(1, |each| each.attempts + i32::from(each.error.is_some()));
                it.note_attempt(step, (why, attempts), at);
                if attempts >= ATTEMPTS_MAX {
                    saga::aborted(it, (why, head.closings), at);
                }
            })
            .await?;
            if attempts < ATTEMPTS_MAX {
                return Ok(());
            }
            open_again_in(&tx, tenant, (&require(&tx, tenant, id).await?, &head)).await
        })
        .await
}

async fn require(tx: &Tx, tenant: TenantId, id: StockPeriodId) -> Result<StockPeriod> {
    let found = store::by_ids(&**tx, tenant, &[id]).await?.pop();
    found.ok_or_else(|| Error::internal("a month that is being closed is there"))
}

/// Goes on where closings of any tenant stopped halfway; answers how many months that left closed or open again.
pub(crate) async fn finish(app: &Inventory) -> Result<usize> {
    let mut ended = 0;
    for (tenant, id) in store::closing_across_tenants(app.db.read()).await? {
        match go_on(app, tenant, id).await {
            Ok(()) | Err(Error::Refused(_)) => ended += 1,
            Err(error) => tracing::error!(%error, %tenant, "closing a month failed; it is tried again"),
        }
    }
    Ok(ended)
}

/// Looks for closings that stopped halfway for as long as the process runs.
pub(crate) fn keep_finishing(app: &Inventory) {
    let app = app.clone();
    task::every("month closing", SWEEP_INTERVAL, task::First::Now, move || {
        let app = app.clone();
        async move {
            if let Err(error) = finish(&app).await {
                tracing::error!(%error, "looking for months that are being closed failed; it is tried again");
            }
        }
    });
}
