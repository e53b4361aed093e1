//! Exchange rates in GraphQL.

use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use chassis::page::check_values;
use chassis::{
    Connection, Criteria, Filter, Nested, Order, PageArgs, Refusals, Result, UserError, caller, house,
    outcome,
};
use primitives::{CurrencyCode, Date, DateTime, Decimal, ExchangeRateId};

use super::model::{self, BASE_CURRENCY, RateFacts};
use super::service::{self, Wanted};
use super::store::{RateCriterion, SortedBy};
use crate::Purchasing;
use crate::foreign::User;

/// A rate as clients see it.
#[derive(Clone, Debug)]
pub(crate) struct ExchangeRate(model::ExchangeRate);

/// What a currency is worth in the house's, from a day on until the next rate of the currency begins.
#[Object]
impl ExchangeRate {
    /// Identity.
    async fn id(&self) -> ExchangeRateId {
        self.0.id
    }

    /// Of which currency.
    async fn currency(&self) -> CurrencyCode {
        self.0.facts.currency
    }

    /// In which currency it is told: the house's.
    async fn base(&self) -> CurrencyCode {
        BASE_CURRENCY
    }

    /// The first day on which it holds.
    async fn valid_from(&self) -> Date {
        self.0.facts.valid_from
    }

    /// What one unit of the currency is worth in the house's.
    async fn rate(&self) -> Decimal {
        self.0.facts.rate
    }

    /// When a rate of that day was told first.
    async fn created_at(&self) -> DateTime {
        self.0.audit.created_at.into()
    }

    /// Who told it first; null where nobody in particular did.
    async fn created_by(&self) -> Option<User> {
        self.0.audit.created_by.map(User::from)
    }

    /// When it was told last.
    async fn updated_at(&self) -> DateTime {
        self.0.audit.updated_at.into()
    }

    /// Who told it last; null where nobody in particular did.
    async fn updated_by(&self) -> Option<User> {
        self.0.audit.updated_by.map(User::from)
    }

    /// Counts the changes; send it back as `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

/// What a list of exchange rates is narrowed by. All conditions must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct ExchangeRateFilter {
    /// All of these hold, too.
    and: Option<Vec<ExchangeRateFilter>>,
    /// At least one of these holds, too.
    or: Option<Vec<ExchangeRateFilter>>,
    /// This does not hold.
    not: Option<Box<ExchangeRateFilter>>,
    /// Of one of these currencies.
    currencies: Option<Vec<CurrencyCode>>,
    /// Beginning on this day or later.
    day_from: Option<Date>,
    /// Beginning on this day or earlier.
    day_to: Option<Date>,
    /// Holding on this day: of each currency the latest that began by then.
    valid_on: Option<Date>,
}

/// What a list of exchange rates is sorted by. Those of a day are in the order of their currencies, those of a currency with the
/// latest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub(crate) enum ExchangeRateSort {
    /// By first day, latest first.
    #[default]
    ValidFromDesc,
    /// By first day, earliest first.
    ValidFromAsc,
    /// By currency, from A on.
    CurrencyAsc,
    /// By currency, from Z on.
    CurrencyDesc,
}

impl Filter for ExchangeRateFilter {
    type Criterion = RateCriterion;

    fn nested(&mut self) -> Nested<Self> {
        Nested { and: self.and.take(), or: self.or.take(), not: self.not.take() }
    }

    fn own(self, at: &str, refusals: &mut Refusals) -> Vec<Criteria<RateCriterion>> {
        check_values(self.currencies.as_ref(), &format!("{at}.currencies"), refusals);
        vec![Criteria::Is(RateCriterion {
            currencies: self.currencies,
            day_from: self.day_from,
            day_to: self.day_to,
            valid_on: self.valid_on,
        })]
    }
}

/// Questions about exchange rates.
#[derive(Debug, Default)]
pub(crate) struct ExchangeRateQuery;

#[Object]
impl ExchangeRateQuery {
    /// What one unit of a currency is worth in the house's currency; null where nobody has said.
    async fn exchange_rate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which currency.")] currency: CurrencyCode,
        #[graphql(desc = "On which day; today when left out.")] date: Option<Date>,
    ) -> Result<Option<Decimal>> {
        let app = ctx.data_unchecked::<Purchasing>();
        let day = date.unwrap_or_else(|| house::day(app.clock.now()));
        service::exchange_rate(app, caller(ctx)?, currency, day).await
    }

    /// The rates that the tenant was told, with the day from which on each holds.
    #[expect(
        clippy::too_many_arguments,
        reason = "a connection field takes four arguments for its page alone"
    )]
    async fn exchange_rates(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Conditions that must hold.")] filter: Option<ExchangeRateFilter>,
        #[graphql(desc = "The order; latest day first unless told.")] sort: Option<ExchangeRateSort>,
        #[graphql(desc = "How many from the start: 1 to 100, 10 unless told.")] first: Option<i32>,
        #[graphql(desc = "Continue after this cursor of the same list.")] after: Option<String>,
        #[graphql(desc = "How many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Continue before this cursor of the same list.")] before: Option<String>,
    ) -> Result<Connection<ExchangeRate>> {
        let criteria = Criteria::read(filter, None)?;
        let sort = match sort.unwrap_or_default() {
            ExchangeRateSort::ValidFromDesc => (SortedBy::ValidFrom, Order::Descending),
            ExchangeRateSort::ValidFromAsc => (SortedBy::ValidFrom, Order::Ascending),
            ExchangeRateSort::CurrencyAsc => (SortedBy::Currency, Order::Ascending),
            ExchangeRateSort::CurrencyDesc => (SortedBy::Currency, Order::Descending),
        };
        let page = PageArgs::new(first, after, last, before);
        let app = ctx.data_unchecked::<Purchasing>();
        Ok(service::list(app, caller(ctx)?, &criteria, sort, page).await?.map(ExchangeRate))
    }
}

/// The outcome of telling an exchange rate.
#[derive(Debug, SimpleObject)]
pub(crate) struct ExchangeRatePayload {
    /// The rate as it is now; null when it was refused.
    exchange_rate: Option<ExchangeRate>,
    /// Why it was refused: everything that is wrong, in the order of the input. Empty on success.
    user_errors: Vec<UserError>,
}

/// What a currency is worth from a day on.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct SetExchangeRateInput {
    /// Which currency: another one than the house's.
    currency: CurrencyCode,
    /// From which day on: at most 31 days ahead, and ten years back.
    valid_from: Date,
    /// What one unit of it is worth in the house's currency: more than nothing, at most 1,000,000.
    rate: Decimal,
    /// The version as last seen of the rate of that day, which is replaced; null for a day that has none.
    expected_version: Option<i32>,
    /// The same key with the same input has one effect and one answer for 24 hours.
    idempotency_key: Option<String>,
}

/// Changes of exchange rates.
#[derive(Debug, Default)]
pub(crate) struct ExchangeRateMutation;

#[Object]
impl ExchangeRateMutation {
    /// Sets what a currency is worth in the house's from a day on, or puts another rate in the place of the one of that day. From
    /// then on prices are compared by it; what was priced, ordered or taken in before stays as it is.
    async fn set_exchange_rate(
        &self,
        ctx: &Context<'_>,
        input: SetExchangeRateInput,
    ) -> Result<ExchangeRatePayload> {
        let wanted = Wanted {
            facts: RateFacts { currency: input.currency, valid_from: input.valid_from, rate: input.rate },
            expected_version: input.expected_version,
            idempotency_key: input.idempotency_key,
        };
        let set = service::set(ctx.data_unchecked::<Purchasing>(), caller(ctx)?, &wanted).await;
        let (rate, user_errors) = outcome(set)?;
        Ok(ExchangeRatePayload { exchange_rate: rate.map(ExchangeRate), user_errors })
    }
}
