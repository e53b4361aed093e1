//! Stocktakes in the API.

mod input;

use async_graphql::{Context, Enum, Object, SimpleObject};
use chassis::page::PositionSort;
use chassis::{Connection, Criteria, Loader, Order, PageArgs, Result, UserError, caller, outcome};
use primitives::{DateTime, Decimal, LocationId, Money, PostingId, ProductId, Quantity, StockCountId};

use super::service;
use super::store::LineFilter;
use crate::foreign::{Product, User};
use crate::location::graphql::{self as locations, Location};
use crate::schema::app;
use crate::stock::graphql::{self as stock, InventoryItem, priced};
use input::{
    PlanStockCountInput, RecordStockCountInput, StockCountReasonInput, StockCountStepInput, StockCountWhere,
};

/// What happens to a location while people count there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "super::CountMode")]
pub(crate) enum StockCountMode {
    /// Nothing else is posted there until the count ends.
    Frozen,
    /// Movements go on; each line is compared with the books of the moment it is recorded.
    Live,
    /// As FROZEN, and what the books expect is not shown before the count is submitted.
    Blind,
}

/// Where a count stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "super::CountStatus")]
pub(crate) enum StockCountStatus {
    /// Announced, not begun.
    Planned,
    /// People count.
    InProgress,
    /// Counted; somebody looks at the differences.
    Review,
    /// The differences are in the books.
    Posted,
    /// Given up.
    Cancelled,
}

/// In which order to list counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum StockCountSort {
    /// Last planned first.
    CreatedAtDesc,
    /// First planned first.
    CreatedAtAsc,
}

/// A count of what lies at a location.
#[derive(Clone, Debug)]
pub(crate) struct StockCount(pub(crate) super::StockCount);

/// A count of what lies at a location, and what became of the differences.
#[Object]
impl StockCount {
    /// Identity of the count.
    async fn id(&self) -> StockCountId {
        self.0.id
    }

    /// Its number, such as SC-2026-001; without gaps in a year.
    async fn number(&self) -> &str {
        &self.0.number
    }

    /// Where it is counted.
    async fn location(&self, ctx: &Context<'_>) -> Result<Option<Location>> {
        locations::load(ctx, self.0.location).await
    }

    /// What happens to the location meanwhile.
    async fn mode(&self) -> StockCountMode {
        self.0.mode.into()
    }

    /// Where it stands.
    async fn status(&self) -> StockCountStatus {
        self.0.status.into()
    }

    /// Whether everything at the location is counted, and not only chosen products.
    async fn counts_everything(&self) -> bool {
        self.0.is_whole
    }

    /// By how many percent of the expected quantity a line may differ without being counted again.
    async fn tolerance_percent(&self) -> Decimal {
        self.0.tolerance_percent
    }

    /// Which round of counting it is in, from 1; 0 before the first.
    async fn round(&self) -> i32 {
        self.0.round
    }

    /// What there is to say about it.
    async fn note(&self) -> Option<&str> {
        self.0.note.as_deref()
    }

    /// Why it was last sent back, or given up.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// Its lines; by default in the order of the sheet.
    #[expect(
        clippy::too_many_arguments,
        reason = "a connection field takes four arguments for its page alone"
    )]
    async fn lines(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only lines that nobody counted yet (true), or only the others (false).")]
        uncounted: Option<bool>,
        #[graphql(desc = "For one of these products; for any unless told.")] product_ids: Option<
            Vec<ProductId>,
        >,
        #[graphql(desc = "In which order.", default)] sort: PositionSort,
        #[graphql(desc = "How many from the start; 10 where nothing is said, at most 100.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Continue behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end; never together with first.")] last: Option<i32>,
        #[graphql(desc = "Continue before this cursor.")] before: Option<String>,
    ) -> Result<Connection<StockCountLine>> {
        let which = LineFilter { is_open: uncounted, products: product_ids };
        let page = PageArgs::new(first, after, last, before);
        let lines = service::list_lines(app(ctx), caller(ctx)?, (self.0.id, which), sort, page).await?;
        let shows_expected = self.0.shows_expected();
        let (tolerance_percent, location) = (self.0.tolerance_percent, self.0.location);
        Ok(lines.map(|line| StockCountLine { line, shows_expected, tolerance_percent, location }))
    }

    /// When counting began.
    async fn started_at(&self) -> Option<DateTime> {
        self.0.started_at.map(DateTime::from)
    }

    /// When everything had been counted.
    async fn submitted_at(&self) -> Option<DateTime> {
        self.0.submitted.map(|(at, _)| at.into())
    }

    /// Who said so.
    async fn submitted_by(&self) -> Option<User> {
        self.0.submitted.map(|(_, by)| by.into())
    }

    /// When it was posted or given up.
    async fn closed_at(&self) -> Option<DateTime> {
        self.0.closed_at.map(DateTime::from)
    }

    /// The posting that brought the differences into the books; null before, and where nothing differed.
    async fn posting_id(&self) -> Option<PostingId> {
        self.0.posting
    }

    /// What the differences are worth, negative where stock is missing; null before they are posted, and without
    /// prices:view.
    async fn variance_value(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        let Some((amount, currency)) = self.0.variance_value else { return Ok(None) };
        Ok(priced(caller(ctx)?, Money::new(amount, currency)))
    }

    /// Counts the changes; a step names the one it is based on.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When it was planned.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// Who planned it.
    async fn created_by(&self) -> Option<User> {
        Some(User::from(self.0.created_by))
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

/// One product of a count.
#[derive(Clone, Debug)]
pub(crate) struct StockCountLine {
    line: super::CountLine,
    shows_expected: bool,
    tolerance_percent: Decimal,
    location: LocationId,
}

/// One product of a count.
#[Object]
impl StockCountLine {
    /// Its place on the sheet, from 0.
    async fn position(&self) -> i32 {
        self.line.position
    }

    /// What is counted.
    async fn product(&self) -> Product {
        Product::new(self.line.product)
    }

    /// The balance that is counted; null where nothing ever lay there.
    async fn item(&self, ctx: &Context<'_>) -> Result<Option<InventoryItem>> {
        stock::load_at(ctx, (self.line.product, self.location)).await
    }

    /// What the books expect; null while a blind count goes on.
    async fn expected(&self) -> Option<Quantity> {
        self.shows_expected.then(|| Quantity::new(self.line.expected, self.line.unit))
    }

    /// What was found in the first round; null while nobody counted.
    async fn counted(&self) -> Option<Quantity> {
        self.line.counted.map(|found| Quantity::new(found, self.line.unit))
    }

    /// What was found when it was counted again; null while nobody did.
    async fn recounted(&self) -> Option<Quantity> {
        self.line.recounted.map(|found| Quantity::new(found, self.line.unit))
    }

    /// By how much what was found last differs from the books; null while nobody counted, and while a blind count goes on.
    async fn variance(&self) -> Option<Quantity> {
        let variance = self.line.variance().filter(|_| self.shows_expected)?;
        Some(Quantity::new(variance, self.line.unit))
    }

    /// Whether it differs by more than the tolerance; null where the variance is.
    async fn is_beyond_tolerance(&self) -> Option<bool> {
        let is_known = self.shows_expected && self.line.found().is_some();
        is_known.then(|| self.line.is_beyond(self.tolerance_percent))
    }

    /// When it was last counted.
    async fn counted_at(&self) -> Option<DateTime> {
        self.line.counted_by.map(|(at, _)| at.into())
    }

    /// Who counted it last.
    async fn counted_by(&self) -> Option<User> {
        self.line.counted_by.map(|(_, by)| by.into())
    }
}

/// The count after a step, or why the step was refused.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct StockCountPayload {
    /// The count; null where the step was refused.
    stock_count: Option<StockCount>,
    /// What to mend: everything at once.
    user_errors: Vec<UserError>,
}

/// Queries about counts.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct StocktakeQuery;

#[Object]
impl StocktakeQuery {
    /// Counts of the tenant.
    #[expect(
        clippy::too_many_arguments,
        reason = "the arguments of a connection field with a filter and an order"
    )]
    async fn stock_counts(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Conditions that must hold.")] filter: Option<StockCountWhere>,
        #[graphql(desc = "In which order.", default_with = "StockCountSort::CreatedAtDesc")]
        sort: StockCountSort,
        #[graphql(desc = "How many from the start; 10 where nothing is said, at most 100.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Continue behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end; never together with first.")] last: Option<i32>,
        #[graphql(desc = "Continue before this cursor.")] before: Option<String>,
    ) -> Result<Connection<StockCount>> {
        let criteria = Criteria::read(filter, None)?;
        let order = match sort {
            StockCountSort::CreatedAtDesc => Order::Descending,
            StockCountSort::CreatedAtAsc => Order::Ascending,
        };
        let page = PageArgs::new(first, after, last, before);
        Ok(service::list(app(ctx), caller(ctx)?, &criteria, order, page).await?.map(StockCount))
    }

    /// One count; null where the tenant has no such count.
    async fn stock_count(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Identity of the count.")] id: StockCountId,
    ) -> Result<Option<StockCount>> {
        load(ctx, id).await
    }
}

/// Mutations of counts.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct StocktakeMutation;

#[Object]
impl StocktakeMutation {
    /// Announces a count.
    async fn plan_stock_count(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to count where.")] input: PlanStockCountInput,
    ) -> Result<StockCountPayload> {
        let key = input.idempotency_key.clone();
        let planned = service::plan(app(ctx), caller(ctx)?, input.into_plan(), key.as_deref()).await;
        payload(ctx, planned).await
    }

    /// Begins a count: its sheet is written, and its location locked unless movements go on.
    async fn start_stock_count(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which count.")] input: StockCountStepInput,
    ) -> Result<StockCountPayload> {
        let (step, key) = input.into_step();
        payload(ctx, service::start(app(ctx), caller(ctx)?, step, key.as_deref()).await).await
    }

    /// Enters what was found; entering a product again in the same round replaces it.
    async fn record_stock_count(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What was found.")] input: RecordStockCountInput,
    ) -> Result<StockCountPayload> {
        let (step, found, key) = input.into_found();
        payload(ctx, service::record(app(ctx), caller(ctx)?, step, found, key.as_deref()).await).await
    }

    /// Says that everything was counted.
    async fn submit_stock_count(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which count.")] input: StockCountStepInput,
    ) -> Result<StockCountPayload> {
        let (step, key) = input.into_step();
        payload(ctx, service::submit(app(ctx), caller(ctx)?, step, key.as_deref()).await).await
    }

    /// Sends a count back to be counted again.
    async fn reopen_stock_count(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which count, and why.")] input: StockCountReasonInput,
    ) -> Result<StockCountPayload> {
        let (step, key) = input.into_step();
        payload(ctx, service::reopen(app(ctx), caller(ctx)?, step, key.as_deref()).await).await
    }

    /// Brings the differences into the books. Who submitted the count cannot post it; a line beyond the tolerance has to
    /// be counted again first.
    async fn post_stock_count(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which count.")] input: StockCountStepInput,
    ) -> Result<StockCountPayload> {
        let (step, key) = input.into_step();
        payload(ctx, service::post(app(ctx), caller(ctx)?, step, key.as_deref()).await).await
    }

    /// Gives a count up; the books stay as they are.
    async fn cancel_stock_count(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which count, and why.")] input: StockCountReasonInput,
    ) -> Result<StockCountPayload> {
        let (step, key) = input.into_step();
        payload(ctx, service::cancel(app(ctx), caller(ctx)?, step, key.as_deref()).await).await
    }
}

/// Reads the count back as it stands now: the loader may remember it as it was before.
async fn payload(ctx: &Context<'_>, result: Result<StockCountId>) -> Result<StockCountPayload> {
    let (id, user_errors) = outcome(result)?;
    let stock_count = match id {
        Some(id) => service::changed(app(ctx), caller(ctx)?, id).await?.map(StockCount),
        None => None,
    };
    Ok(StockCountPayload { stock_count, user_errors })
}

/// A count through the request's loader.
pub(crate) async fn load(ctx: &Context<'_>, id: StockCountId) -> Result<Option<StockCount>> {
    let loader = ctx.data_unchecked::<Loader<StockCountId, super::StockCount>>();
    Ok(loader.load(id).await?.map(StockCount))
}
