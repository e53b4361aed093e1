//! Time passes: lots that come near their date are told, and those past it are put on hold. A sweep does it, so it survives a
//! restart, and what it has done is in the rows, so doing it twice changes nothing.

use std::time::Duration;

use chassis::{Result, house, task};
use chrono::{DateTime, Days, Utc};
use primitives::{Date, LotId, TenantId, UserId};

use super::service::{open_in, save_in, told_in};
use super::{Lot, LotCommand, LotStatus, store};
use crate::Inventory;
use crate::act::Act;
use crate::machine::Machine;

/// How often dates are looked at.
const SWEEP_INTERVAL: Duration = Duration::from_secs(60);

/// Lots that one sweep deals with at most.
const SWEEP_LIMIT: u64 = 200;

/// How many days before a lot's end that is told, once each: from far to near.
pub(crate) const WARNING_DAYS: [i32; 7] = [30, 14, 7, 3, 2, 1, 0];

/// The nearest warning that is due with so many days left.
fn due_warning(days_left: i64) -> Option<i32> {
    WARNING_DAYS.into_iter().rev().find(|days| i64::from(*days) >= days_left)
}

/// Looks at the dates of all tenants' lots for as long as the process runs.
pub(crate) fn keep_ageing(app: &Inventory) {
    let app = app.clone();
    task::every("lot ageing", SWEEP_INTERVAL, task::First::Now, move || {
        let app = app.clone();
        async move {
            match age(&app).await {
                Ok(0) => {}
                Ok(lots) => tracing::info!(lots, "lots came nearer to their date or passed it"),
                Err(error) => tracing::error!(%error, "ageing lots failed; it is tried again"),
            }
        }
    });
}

/// Holds what is past its date and tells what comes near it; answers for how many lots.
pub(crate) async fn age(app: &Inventory) -> Result<usize> {
    let now = app.clock.now();
    let today = house::day(now);
    let mut aged = 0;
    let over = store::ending_across_tenants(app.db.read(), (today, None), SWEEP_LIMIT).await?;
    for (tenant, lot) in over {
        aged += usize::from(expire(app, tenant, lot, now).await?);
    }
    for days in WARNING_DAYS {
        let before = today
            .get()
            .checked_add_days(Days::new(u64::from(days.unsigned_abs()) + 1))
            .map_or(today, Date::from);
        let near = (before, Some(days));
        for (tenant, lot) in store::ending_across_tenants(app.db.read(), near, SWEEP_LIMIT).await? {
            aged += usize::from(warn(app, tenant, lot, now).await?);
        }
    }
    Ok(aged)
}

/// Nobody in particular does it: whoever took the lot in knew its date.
fn act(lot: &Lot, now: DateTime<Utc>) -> Act {
    Act { at: now, by: lot.created_by }
}

async fn expire(app: &Inventory, tenant: TenantId, id: LotId, now: DateTime<Utc>) -> Result<bool> {
    let nobody = UserId::from_uuid(tenant.as_uuid());
    app.db
        .write(|tx| async move {
            let (mut book, mut lot) = open_in(&tx, tenant, id, Act { at: now, by: nobody }).await?;
            if lot.status.after(LotCommand::Expire).is_err() || !lot.is_over_on(house::day(now)) {
                return Ok(false);
            }
            let act = act(&lot, now);
            (lot.status, lot.version, lot.updated_at) = (LotStatus::Expired, lot.version + 1, now);
            save_in(&tx, tenant, (&mut book, &lot), (LotCommand::Expire, act)).await?;
            Ok(true)
        })
        .await
}

async fn warn(app: &Inventory, tenant: TenantId, id: LotId, now: DateTime<Utc>) -> Result<bool> {
    app.db
        .write(|tx| async move {
            let Some(mut lot) = store::lock_in(&*tx, tenant, id).await? else { return Ok(false) };
            let days_left = lot.days_left(house::day(now));
            let due = days_left.and_then(due_warning);
            let is_told = |due: i32| lot.told_days.is_some_and(|told| told <= due);
            let Some(due) = due.filter(|due| lot.status == LotStatus::Ok && !is_told(*due)) else {
                return Ok(false);
            };
            lot.told_days = Some(due);
            store::save_in(&*tx, tenant, &lot).await?;
            tx.publish(told_in(&tx, tenant, ("lot.expiring", &lot), act(&lot, now)).await?);
            Ok(true)
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::due_warning;

    #[test]
    fn a_lot_is_told_of_by_the_nearest_warning_that_is_due() {
        assert_eq!(due_warning(31), None);
        assert_eq!([30, 15, 14, 8, 5, 2, 0].map(due_warning), [30, 30, 14, 14, 7, 2, 0].map(Some));
    }
}
