//! Months of the books, and looking back, in the API.

use std::collections::BTreeMap;

use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use chassis::page::check_values;
use chassis::saga::Saga;
use chassis::{
    Connection, Criteria, Filter, Nested, Order, PageArgs, Refusals, Result, UserError, caller, outcome,
};
use primitives::{
    CurrencyCode, Date, DateTime, Decimal, LocationId, Money, ProductId, Quantity, StockPeriodId,
};

use super::saga::PLAN;
use super::service::{self, Step, Valuation};
use super::{PeriodCommand, PeriodFilter, ValuationFilter};
use crate::foreign::User;
use crate::location::graphql::{self as locations, Location};
use crate::permission;
use crate::schema::app;
use crate::stock::graphql::{InventoryItem, priced};

/// Whether anything may be posted into a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "super::PeriodStatus")]
pub(crate) enum StockPeriodStatus {
    /// Anything may.
    Open,
    /// Nothing may, unless it is opened again.
    Closed,
    /// Nothing ever will.
    Locked,
}

/// In which order to list months.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum StockPeriodSort {
    /// Latest month first.
    MonthDesc,
    /// Earliest month first.
    MonthAsc,
}

/// A month of the stock's books that was closed at least once.
#[derive(Clone, Debug)]
pub(crate) struct StockPeriod(pub(crate) super::StockPeriod);

/// A month of the stock's books that somebody has closed, or begun to; all others are open. It begins at midnight in the house.
#[Object]
impl StockPeriod {
    /// Identity of the month.
    async fn id(&self) -> StockPeriodId {
        self.0.id
    }

    /// Which month, such as 2026-07.
    async fn month(&self) -> String {
        self.0.month.to_string()
    }

    /// Its first day.
    async fn starts_on(&self) -> Date {
        self.0.month.starts_on()
    }

    /// The day after its last one.
    async fn ends_before(&self) -> Date {
        self.0.month.ends_before()
    }

    /// Whether anything may be posted into it.
    async fn status(&self) -> StockPeriodStatus {
        self.0.status.into()
    }

    /// Why it was last opened again.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// When it was last closed.
    async fn closed_at(&self) -> Option<DateTime> {
        self.0.closed.map(|(at, _)| at.into())
    }

    /// Who last closed it.
    async fn closed_by(&self) -> Option<User> {
        self.0.closed.map(|(_, by)| by.into())
    }

    /// What closing it last took, step by step. Null without the permission to see that.
    async fn saga(&self, ctx: &Context<'_>) -> Result<Option<Saga>> {
        chassis::saga::latest(ctx, &PLAN, self.0.id.as_uuid()).await
    }

    /// Counts the changes; a step names the one it is based on.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When it last changed.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }

    /// Who last changed it.
    async fn updated_by(&self) -> Option<User> {
        Some(User::from(self.0.updated_by))
    }
}

/// Which months to list. All that is given must hold; what is left out does not restrict.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct StockPeriodWhere {
    /// All of these hold, too.
    and: Option<Vec<StockPeriodWhere>>,
    /// At least one of these holds, too.
    or: Option<Vec<StockPeriodWhere>>,
    /// This does not hold.
    not: Option<Box<StockPeriodWhere>>,
    /// Standing at one of these.
    statuses: Option<Vec<StockPeriodStatus>>,
    /// Beginning on or after this day.
    from: Option<Date>,
    /// Beginning before this day.
    before: Option<Date>,
}

/// Which month takes a step.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct StockPeriodStepInput {
    /// Which month, such as 2026-07.
    month: String,
    /// The version the step is based on, 0 for a month that was never closed; another one answers CONFLICT.
    expected_version: i32,
    /// The same key with the same input has one effect and answers the same, for 24 hours.
    idempotency_key: Option<String>,
}

/// Which month is opened again, and why.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct StockPeriodReasonInput {
    /// Which month, such as 2026-07.
    month: String,
    /// The version the step is based on; another one answers CONFLICT.
    expected_version: i32,
    /// Why; 10 to 500 characters.
    reason: String,
    /// The same key with the same input has one effect and answers the same, for 24 hours.
    idempotency_key: Option<String>,
}

/// The month after a step, or why the step was refused.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct StockPeriodPayload {
    /// The month; null where the step was refused.
    stock_period: Option<StockPeriod>,
    /// What to mend.
    user_errors: Vec<UserError>,
}

/// Which items are valued; what is left out does not restrict.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct ValuationWhere {
    /// At one of these locations.
    location_ids: Option<Vec<LocationId>>,
    /// Of one of these products.
    product_ids: Option<Vec<ProductId>>,
}

/// What the stock held, and was worth, at the end of a day.
#[derive(Clone, Debug)]
pub(crate) struct StockValuation(Valuation);

/// What the stock held, and was worth, at the end of a day: the snapshot of the last month closed by then and every movement
/// since.
#[Object]
impl StockValuation {
    /// The day.
    async fn as_of(&self) -> Date {
        self.0.as_of
    }

    /// The closed month whose snapshot it follows from; null where none was closed by then.
    async fn based_on(&self) -> Option<StockPeriod> {
        self.0.base.clone().map(StockPeriod)
    }

    /// What everything was worth, one amount per currency; null without prices:view.
    async fn totals(&self, ctx: &Context<'_>) -> Result<Option<Vec<Money>>> {
        let Some(locations) = values(ctx, &self.0).await? else { return Ok(None) };
        let mut totals: BTreeMap<String, (CurrencyCode, i64)> = BTreeMap::new();
        for (location, value) in locations {
            let currency = location.0.currency;
            totals.entry(currency.to_string()).or_insert((currency, 0)).1 += value.raw();
        }
        let money = |(currency, raw)| Money::new(Decimal::from_raw(raw), currency);
        Ok(Some(totals.into_values().map(money).collect()))
    }

    /// What each location was worth, by code; null without prices:view. Locations that held nothing are left out.
    async fn locations(&self, ctx: &Context<'_>) -> Result<Option<Vec<LocationValue>>> {
        let Some(mut locations) = values(ctx, &self.0).await? else { return Ok(None) };
        locations.sort_by(|(a, _), (b, _)| a.0.code.cmp(&b.0.code));
        let held = locations.into_iter().filter(|(_, value)| !value.is_zero());
        Ok(Some(
            held.map(|(location, value)| LocationValue {
                total_value: Money::new(value, location.0.currency),
                location,
            })
            .collect(),
        ))
    }

    /// What each item held then, in the order they were opened.
    async fn items(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start; 10 where nothing is said, at most 100.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Continue behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end; never together with first.")] last: Option<i32>,
        #[graphql(desc = "Continue before this cursor.")] before: Option<String>,
    ) -> Result<Connection<ItemValue>> {
        let page = PageArgs::new(first, after, last, before);
        Ok(self.0.items(app(ctx), caller(ctx)?, page).await?.map(ItemValue))
    }
}

/// What a location was worth.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct LocationValue {
    /// Where.
    location: Location,
    /// What everything there was worth.
    total_value: Money,
}

/// What an item held at the end of a day.
#[derive(Clone, Debug)]
pub(crate) struct ItemValue(super::ItemValue);

/// What an item held at the end of a day.
#[Object]
impl ItemValue {
    /// The balance, as it stands now.
    async fn item(&self) -> InventoryItem {
        InventoryItem(self.0.item.clone())
    }

    /// What was on hand then.
    async fn on_hand(&self) -> Quantity {
        Quantity::new(self.0.on_hand, self.0.item.unit)
    }

    /// What that was worth; null without prices:view.
    async fn total_value(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        Ok(priced(caller(ctx)?, Money::new(self.0.value, self.0.item.currency())))
    }
}

/// Queries about months of the books.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PeriodQuery;

#[Object]
impl PeriodQuery {
    /// Months that were closed at least once.
    #[expect(
        clippy::too_many_arguments,
        reason = "the arguments of a connection field with a filter and an order"
    )]
    async fn stock_periods(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Which months to list.")] filter: Option<StockPeriodWhere>,
        #[graphql(desc = "In which order.", default_with = "StockPeriodSort::MonthDesc")]
        sort: StockPeriodSort,
        #[graphql(desc = "How many from the start; 10 where nothing is said, at most 100.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Continue behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end; never together with first.")] last: Option<i32>,
        #[graphql(desc = "Continue before this cursor.")] before: Option<String>,
    ) -> Result<Connection<StockPeriod>> {
        let criteria = Criteria::read(filter, None)?;
        let order = match sort {
            StockPeriodSort::MonthDesc => Order::Descending,
            StockPeriodSort::MonthAsc => Order::Ascending,
        };
        let page = PageArgs::new(first, after, last, before);
        Ok(service::list(app(ctx), caller(ctx)?, &criteria, order, page).await?.map(StockPeriod))
    }

    /// One month; null where it was never closed.
    async fn stock_period(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which month, such as 2026-07.")] month: String,
    ) -> Result<Option<StockPeriod>> {
        Ok(service::find(app(ctx), caller(ctx)?, &month).await?.map(StockPeriod))
    }

    /// What the stock held, and was worth, at the end of a day.
    async fn valuation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day; movements are of the day on which they happened in the house.")]
        as_of: Date,
        #[graphql(name = "where", desc = "Which items are valued.")] filter: Option<ValuationWhere>,
    ) -> Result<StockValuation> {
        let filter = filter.unwrap_or_default().into_filter()?;
        Ok(StockValuation(service::valuation(app(ctx), caller(ctx)?, as_of, filter).await?))
    }
}

/// Mutations of months of the books.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PeriodMutation;

#[Object]
impl PeriodMutation {
    /// Closes a month that is over: nothing is posted any more that happened before its end (PERIOD_CLOSED), and what lay where is
    /// written down. Months are closed one after another; the first one to be closed takes everything before it along.
    async fn close_stock_period(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which month.")] input: StockPeriodStepInput,
    ) -> Result<StockPeriodPayload> {
        take(ctx, PeriodCommand::Close, input.into_step()).await
    }

    /// Opens the last closed month again.
    async fn reopen_stock_period(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which month, and why.")] input: StockPeriodReasonInput,
    ) -> Result<StockPeriodPayload> {
        take(ctx, PeriodCommand::Reopen, input.into_step()).await
    }

    /// Locks a closed month for good.
    async fn lock_stock_period(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which month.")] input: StockPeriodStepInput,
    ) -> Result<StockPeriodPayload> {
        take(ctx, PeriodCommand::Lock, input.into_step()).await
    }
}

async fn take(
    ctx: &Context<'_>,
    command: PeriodCommand,
    (step, key): (Step, Option<String>),
) -> Result<StockPeriodPayload> {
    let taken = service::take(app(ctx), caller(ctx)?, command, step, key.as_deref()).await;
    let (id, user_errors) = outcome(taken)?;
    let stock_period = match id {
        Some(id) => service::changed(app(ctx), caller(ctx)?, id).await?.map(StockPeriod),
        None => None,
    };
    Ok(StockPeriodPayload { stock_period, user_errors })
}

/// What each location was worth; nothing where the caller may not see prices.
async fn values(ctx: &Context<'_>, valuation: &Valuation) -> Result<Option<Vec<(Location, Decimal)>>> {
    let caller = caller(ctx)?;
    if !caller.may(permission::PRICES) {
        return Ok(None);
    }
    let mut found = Vec::new();
    let values = valuation.locations(app(ctx), caller).await?;
    let loaded = values.keys().map(|id| locations::load(ctx, *id));
    for (location, raw) in futures::future::try_join_all(loaded).await?.into_iter().zip(values.values()) {
        found.extend(location.map(|location| (location, Decimal::from_raw(*raw))));
    }
    Ok(Some(found))
}

impl Filter for StockPeriodWhere {
    type Criterion = PeriodFilter;

    fn nested(&mut self) -> Nested<Self> {
        Nested { and: self.and.take(), or: self.or.take(), not: self.not.take() }
    }

    fn own(self, _at: &str, _refusals: &mut Refusals) -> Vec<Criteria<PeriodFilter>> {
        vec![Criteria::Is(PeriodFilter {
            statuses: self.statuses.map(|all| all.into_iter().map(Into::into).collect()),
            from: self.from,
            before: self.before,
        })]
    }
}

impl ValuationWhere {
    fn into_filter(self) -> Result<ValuationFilter> {
        let mut refusals = Refusals::new();
        check_values(self.location_ids.as_ref(), "where.locationIds", &mut refusals);
        check_values(self.product_ids.as_ref(), "where.productIds", &mut refusals);
        refusals.into_result()?;
        Ok(ValuationFilter { locations: self.location_ids, products: self.product_ids })
    }
}

impl StockPeriodStepInput {
    fn into_step(self) -> (Step, Option<String>) {
        let Self { month, expected_version, idempotency_key } = self;
        (Step { month, expected_version, reason: None }, idempotency_key)
    }
}

impl StockPeriodReasonInput {
    fn into_step(self) -> (Step, Option<String>) {
        let Self { month, expected_version, reason, idempotency_key } = self;
        (Step { month, expected_version, reason: Some(reason) }, idempotency_key)
    }
}
