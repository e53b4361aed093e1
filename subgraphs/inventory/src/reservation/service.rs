//! Giving promises back: by somebody, or because their time is over. Making them is a posting.

use std::collections::BTreeSet;
use std::time::Duration;

use chassis::idempotency::{self, Attempt};
use chassis::{Caller, Connection, Criteria, Error, PageArgs, Refusal, Result, Tx, task};
use chrono::{DateTime, Utc};
use primitives::{PostingId, ReservationId, TenantId, UserId};

use super::{Ended, Reservation, ReservationFilter, ReservationStatus, store};
use crate::posting::{self, Book, Heading};
use crate::{Inventory, event, permission};

/// How often lapsed promises are looked for.
const SWEEP_INTERVAL: Duration = Duration::from_secs(30);

/// Promises one sweep ends at most in one transaction.
const SWEEP_LIMIT: usize = 200;

/// Gives a promise back. A reservation that is over already is refused.
pub(crate) async fn release(
    app: &Inventory,
    caller: &Caller,
    id: ReservationId,
    expected_version: Option<i32>,
    idempotency_key: Option<&str>,
) -> Result<ReservationId> {
    caller.require(permission::RESERVE)?;
    let now = app.clock.now();
    let request = (id, expected_version);
    let attempt = &Attempt::try_new(caller, "releaseReservation", idempotency_key, &request, now)?;
    let (tenant, user) = (caller.tenant, caller.user);
    app.db
        .write(|tx| async move {
            let work = release_in(&tx, tenant, user, request, now);
            idempotency::once(&tx, attempt, work).await
        })
        .await
}

async fn release_in(
    tx: &Tx,
    tenant: TenantId,
    user: UserId,
    (id, expected_version): (ReservationId, Option<i32>),
    now: DateTime<Utc>,
) -> Result<ReservationId> {
    let missing = || Error::not_found_at("reservation", "reservationId");
    let seen = store::under_lock_in(tx, tenant, &[id]).await?.pop().ok_or_else(missing)?;
    let mut book = open_in(tx, tenant, &[seen], now).await?;
    let current = book.reservation(id).ok_or_else(missing)?;
    if expected_version.is_some_and(|expected| expected != current.version) {
        return Err(Error::conflict(current.version));
    }
    if current.status != ReservationStatus::Active {
        let released = ReservationStatus::Released.code();
        return Err(Refusal::invalid_state(current.status.code(), released).below("reservationId").into());
    }
    let ended = book.end_reservations(ReservationStatus::Released, &heading(now, user));
    posting::service::save_in(tx, tenant, &mut book, user).await?;
    tell(tx, tenant, &ended);
    Ok(id)
}

/// Tells whoever counts on promises that they have ended, and what comes of it.
fn tell(tx: &Tx, tenant: TenantId, ended: &[Ended]) {
    for event in ended.iter().filter_map(|ended| event::reservation_ended(tenant, ended)) {
        tx.publish(event);
    }
}

/// Gives back promises that whoever asked for them needs no longer; those that are over by then are left alone. Who asked for
/// them is answered about all of them at once, not told of each.
pub(crate) async fn release_all_in(
    tx: &Tx,
    tenant: TenantId,
    seen: &[Reservation],
    (user, now): (UserId, DateTime<Utc>),
) -> Result<()> {
    if seen.is_empty() {
        return Ok(());
    }
    let mut book = open_in(tx, tenant, seen, now).await?;
    book.end_reservations(ReservationStatus::Released, &heading(now, user));
    posting::service::save_in(tx, tenant, &mut book, user).await?;
    Ok(())
}

/// Locks the items of the reservations, then reads the reservations again as they stand under the lock.
async fn open_in(tx: &Tx, tenant: TenantId, seen: &[Reservation], now: DateTime<Utc>) -> Result<Book> {
    let items: BTreeSet<_> = seen.iter().map(|reservation| reservation.item).collect();
    let ids: Vec<ReservationId> = seen.iter().map(|reservation| reservation.id).collect();
    let items = posting::store::lock_by_ids_in(tx, tenant, &items).await?;
    let reservations = store::under_lock_in(tx, tenant, &ids).await?;
    Ok(Book::new(Vec::new(), items, now).with_reservations(reservations))
}

fn heading(now: DateTime<Utc>, user: UserId) -> Heading {
    Heading {
        posting: PostingId::generate(),
        reference: None,
        note: None,
        occurred_at: now,
        posted_at: now,
        posted_by: user,
    }
}

/// Ends promises whose time is over, of all tenants; answers how many.
pub(crate) async fn expire_due(app: &Inventory) -> Result<usize> {
    let now = app.clock.now();
    let due = store::due_across_tenants(app.db.read(), now, SWEEP_LIMIT).await?;
    let tenants: BTreeSet<TenantId> = due.iter().map(|(tenant, _)| *tenant).collect();
    let mut ended = 0;
    for tenant in tenants {
        let mine: Vec<Reservation> =
            due.iter().filter(|(owner, _)| *owner == tenant).map(|(_, seen)| seen.clone()).collect();
        let mine = &mine;
        ended += app
            .db
            .write(|tx| async move {
                let mut book = open_in(&tx, tenant, mine, now).await?;
                // Nobody in particular ends them: the one who made the promise set its time.
                let actor = mine.first().map(|seen| seen.created_by);
                let Some(actor) = actor else { return Ok(0) };
                let ended = book.end_reservations(ReservationStatus::Expired, &heading(now, actor));
                posting::service::save_in(&tx, tenant, &mut book, actor).await?;
                tell(&tx, tenant, &ended);
                Ok(ended.len())
            })
            .await?;
    }
    Ok(ended)
}

/// Ends one batch of lapsed promises; answers how many, none where it failed.
async fn sweep(app: &Inventory) -> usize {
    match expire_due(app).await {
        Ok(0) => 0,
        Ok(ended) => {
            tracing::info!(ended, "reservations expired");
            ended
        }
        Err(error) => {
            tracing::error!(%error, "expiring reservations failed; it is tried again");
            0
        }
    }
}

/// Sweeps lapsed promises for as long as the process runs.
pub(crate) fn keep_expiring(app: &Inventory) {
    let app = app.clone();
    task::every("reservation expiry", SWEEP_INTERVAL, task::First::Now, move || {
        let app = app.clone();
        async move {
            // A full batch may leave more behind; anything less waits for the next round.
            while sweep(&app).await == SWEEP_LIMIT {}
        }
    });
}

/// One page of reservations.
pub(crate) async fn list(
    app: &Inventory,
    caller: &Caller,
    criteria: &Criteria<ReservationFilter>,
    by: store::SortedBy,
    page: PageArgs,
) -> Result<Connection<Reservation>> {
    caller.require(permission::VIEW)?;
    store::list(&app.db, caller.tenant, criteria, by, page.check(criteria)?).await
}

/// Reservations by id.
pub(crate) async fn by_ids(
    app: &Inventory,
    caller: &Caller,
    ids: &[ReservationId],
) -> Result<Vec<Reservation>> {
    caller.require(permission::VIEW)?;
    Ok(store::by_ids(app.db.read(), caller.tenant, ids).await?)
}

/// Reservations a caller has just made or changed, who therefore may see them.
pub(crate) async fn changed(
    app: &Inventory,
    caller: &Caller,
    ids: &[ReservationId],
) -> Result<Vec<Reservation>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(store::by_ids(app.db.read(), caller.tenant, ids).await?)
}
