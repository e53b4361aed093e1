//! Telling and asking what currencies are worth.

use chassis::idempotency::{self, Attempt};
use chassis::{Caller, Connection, Criteria, Error, Order, PageArgs, Result, Tx, check_seen, house};
use primitives::{Act, CurrencyCode, Date, Decimal};
use serde::Serialize;

use super::model::{ExchangeRate, RateFacts};
use super::store::{self, RateCriterion, SortedBy};
use crate::{Purchasing, event, permission};

/// A rate that is to be.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Wanted {
    /// What it says.
    pub(crate) facts: RateFacts,
    /// The version that was last seen of the rate of that day; none for a new one.
    pub(crate) expected_version: Option<i32>,
    /// Under which key the request may be repeated.
    #[serde(skip)]
    pub(crate) idempotency_key: Option<String>,
}

/// Sets what a currency is worth from a day on.
///
/// # Errors
/// `Forbidden`, what is wrong with the rate, `Conflict` when another version is there, `NOT_FOUND` when one was expected.
pub(crate) async fn set(app: &Purchasing, caller: &Caller, wanted: &Wanted) -> Result<ExchangeRate> {
    caller.require(permission::MANAGE_RATES)?;
    let act = app.act(caller);
    let key = wanted.idempotency_key.as_deref();
    let attempt = &Attempt::try_new(caller, "setExchangeRate", key, wanted, act.at)?;
    app.db
        .write(|tx| async move {
            let work = async {
                wanted.facts.check(house::day(act.at)).into_result()?;
                let (rate, before) = put_in(&tx, caller, wanted, act).await?;
                tx.publish(event::exchange_rate_set(caller.tenant, &rate, before));
                Ok(rate)
            };
            idempotency::once(&tx, attempt, work).await
        })
        .await
}

/// The rate as it is now, and what was in its place.
async fn put_in(
    tx: &Tx,
    caller: &Caller,
    wanted: &Wanted,
    act: Act,
) -> Result<(ExchangeRate, Option<Decimal>)> {
    let RateFacts { currency, valid_from, rate } = wanted.facts;
    let found = store::lock(&**tx, caller.tenant, (currency, valid_from)).await?;
    let version = found.as_ref().map(|known| known.version);
    check_seen(version, wanted.expected_version, ("exchange rate", "validFrom"))?;
    match found {
        Some(mut known) => {
            let before = known.facts.rate;
            known.replace(rate, act);
            store::save(&**tx, caller.tenant, &known).await?;
            Ok((known, Some(before)))
        }
        None => {
            let fresh = ExchangeRate::new(wanted.facts, act);
            match store::insert(&**tx, caller.tenant, &fresh).await? {
                true => Ok((fresh, None)),
                false => Err(Error::conflict(1)),
            }
        }
    }
}

/// A page of the rates that meet `criteria`.
pub(crate) async fn list(
    app: &Purchasing,
    caller: &Caller,
    criteria: &Criteria<RateCriterion>,
    sort: (SortedBy, Order),
    page: PageArgs,
) -> Result<Connection<ExchangeRate>> {
    caller.require(permission::VIEW)?;
    store::list(&app.db, caller.tenant, criteria, sort, page.check(criteria)?).await
}

/// What one of a currency is worth in the house's on a day, where somebody said that.
pub(crate) async fn exchange_rate(
    app: &Purchasing,
    caller: &Caller,
    currency: CurrencyCode,
    day: Date,
) -> Result<Option<Decimal>> {
    caller.require(permission::VIEW)?;
    let mut rates = store::rates(app.db.read(), caller.tenant, day, [currency].into_iter()).await?;
    Ok(rates.remove(&currency))
}
