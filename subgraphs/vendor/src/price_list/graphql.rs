//! Price lists in GraphQL.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use chassis::{Connection, Loader, Order, PageArgs, RequestScope, Result, UserError, caller, outcome};
use primitives::{CurrencyCode, Date, DateTime, Decimal, Money, PriceListId, ProductId, Quantity, VendorId};

use super::line::{self, LineDraft};
use super::model::{self, Window};
use super::service::{self, NewPriceList, PriceListPatch, Step};
use super::store::{PriceListCriterion, SortedBy};
use crate::foreign::{Product, User};
use crate::vendor::graphql::{self as vendors, Vendor};
use crate::{Purchasing, permission};

/// Price lists by id.
type ById = Loader<PriceListId, model::PriceList>;

/// Lays this aggregate's loader beside a request.
pub(crate) fn lay_loaders(app: &Purchasing, scope: &RequestScope, data: &mut async_graphql::Data) {
    let app = app.clone();
    data.insert::<ById>(scope.loader(move |caller, ids| {
        let app = app.clone();
        async move { service::find_by_ids(&app, &caller, ids).await }
    }));
}

/// The price list with an id, batched with everything else the request asks.
pub(crate) async fn load(ctx: &Context<'_>, id: PriceListId) -> Result<Option<PriceList>> {
    Ok(ctx.data_unchecked::<ById>().load(id).await?.map(PriceList))
}

/// Where a price list stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "model::PriceListStatus")]
pub(crate) enum PriceListStatus {
    /// Being written.
    Draft,
    /// Waiting for approval.
    Submitted,
    /// In force on the days of its window.
    Active,
    /// Replaced by a later one.
    Superseded,
    /// Its window has passed.
    Expired,
    /// Taken out of force.
    Inactive,
}

/// A price list as clients see it.
#[derive(Clone, Debug)]
pub(crate) struct PriceList(model::PriceList);

/// What a vendor charges during a window of days.
#[Object]
impl PriceList {
    /// Identity.
    async fn id(&self) -> PriceListId {
        self.0.id
    }

    /// Its number, such as PL-2026-001.
    async fn number(&self) -> &str {
        &self.0.number
    }

    /// Whose prices.
    async fn vendor(&self, ctx: &Context<'_>) -> Result<Option<Vendor>> {
        vendors::load(ctx, self.0.vendor_id).await
    }

    /// In which currency.
    async fn currency(&self) -> CurrencyCode {
        self.0.currency
    }

    /// The first day on which it is in force.
    async fn valid_from(&self) -> Date {
        self.0.window.from
    }

    /// The last day on which it is in force.
    async fn valid_to(&self) -> Date {
        self.0.window.to
    }

    /// Where it stands.
    async fn status(&self) -> PriceListStatus {
        self.0.status.into()
    }

    /// Why it was sent back or taken out of force.
    async fn status_reason(&self) -> Option<&str> {
        self.0.status_reason.as_deref()
    }

    /// Its lines, in the order they were given.
    async fn lines(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start: 1 to 100, 10 unless told.")] first: Option<i32>,
        #[graphql(desc = "Continue after this cursor of the same list.")] after: Option<String>,
        #[graphql(desc = "How many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Continue before this cursor of the same list.")] before: Option<String>,
    ) -> Result<Connection<PriceLine>> {
        let app = ctx.data_unchecked::<Purchasing>();
        let page = PageArgs::new(first, after, last, before);
        let currency = self.0.currency;
        let lines = service::list_lines(app, caller(ctx)?, self.0.id, page).await?;
        Ok(lines.map(|line| PriceLine { line, currency }))
    }

    /// When it was created.
    async fn created_at(&self) -> DateTime {
        self.0.audit.created_at.into()
    }

    /// Who created it; null when the platform did.
    async fn created_by(&self) -> Option<User> {
        self.0.audit.created_by.map(User::from)
    }

    /// When it was changed last.
    async fn updated_at(&self) -> DateTime {
        self.0.audit.updated_at.into()
    }

    /// Who changed it last; null when the platform did.
    async fn updated_by(&self) -> Option<User> {
        self.0.audit.updated_by.map(User::from)
    }

    /// Counts the changes; send it back as `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

/// A line as clients see it.
#[derive(Clone, Debug)]
pub(crate) struct PriceLine {
    line: line::PriceLine,
    currency: CurrencyCode,
}

/// The price of one product from one quantity on.
#[Object]
impl PriceLine {
    /// The product.
    async fn product(&self) -> Product {
        Product { id: self.line.product_id }
    }

    /// The code of the unit that is priced.
    async fn unit(&self) -> &str {
        self.line.unit.code()
    }

    /// What one of the unit holds, in the product's base unit, as it was when the line was written.
    async fn holds(&self) -> Quantity {
        Quantity::new(self.line.factor, self.line.base_unit)
    }

    /// From how many of the unit on.
    async fn min_quantity(&self) -> Decimal {
        self.line.minimum_quantity
    }

    /// What one of the unit costs. Null without the permission to see prices.
    async fn price(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        Ok(caller(ctx)?.may(permission::PRICES).then(|| Money::new(self.line.price, self.currency)))
    }

    /// Days between order and delivery, where they differ from the vendor's.
    async fn lead_time_days(&self) -> Option<i32> {
        self.line.lead_time_days
    }
}

/// What a list of price lists is narrowed by. All conditions must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct PriceListFilter {
    /// Of one of these vendors.
    vendor_ids: Option<Vec<VendorId>>,
    /// In one of these states.
    status: Option<Vec<PriceListStatus>>,
    /// With this day in the window.
    valid_on: Option<Date>,
    /// With a price for this product.
    product_id: Option<ProductId>,
}

/// What a list of price lists is sorted by. Equals are told apart by id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub(crate) enum PriceListSort {
    /// By number, lowest first.
    #[default]
    NumberAsc,
    /// By number, highest first.
    NumberDesc,
    /// By first day, earliest first.
    ValidFromAsc,
    /// By first day, latest first.
    ValidFromDesc,
}

/// Questions about price lists.
#[derive(Debug, Default)]
pub(crate) struct PriceListQuery;

#[Object]
impl PriceListQuery {
    /// The tenant's price lists.
    #[expect(
        clippy::too_many_arguments,
        reason = "a connection field takes four arguments for its page alone"
    )]
    async fn price_lists(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Conditions that must hold.")] filter: Option<PriceListFilter>,
        #[graphql(desc = "The order; by number unless told.")] sort: Option<PriceListSort>,
        #[graphql(desc = "How many from the start: 1 to 100, 10 unless told.")] first: Option<i32>,
        #[graphql(desc = "Continue after this cursor of the same list.")] after: Option<String>,
        #[graphql(desc = "How many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Continue before this cursor of the same list.")] before: Option<String>,
    ) -> Result<Connection<PriceList>> {
        let filter = filter.unwrap_or_default();
        let criterion = PriceListCriterion {
            vendor_ids: filter.vendor_ids,
            statuses: filter.status.map(|all| all.into_iter().map(model::PriceListStatus::from).collect()),
            valid_on: filter.valid_on,
            product_id: filter.product_id,
        };
        let sort = match sort.unwrap_or_default() {
            PriceListSort::NumberAsc => (SortedBy::Number, Order::Ascending),
            PriceListSort::NumberDesc => (SortedBy::Number, Order::Descending),
            PriceListSort::ValidFromAsc => (SortedBy::ValidFrom, Order::Ascending),
            PriceListSort::ValidFromDesc => (SortedBy::ValidFrom, Order::Descending),
        };
        let page = PageArgs::new(first, after, last, before);
        let app = ctx.data_unchecked::<Purchasing>();
        Ok(service::list_price_lists(app, caller(ctx)?, &criterion, sort, page).await?.map(PriceList))
    }

    /// The price list with this id; null when the tenant has none.
    async fn price_list(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which price list.")] id: PriceListId,
    ) -> Result<Option<PriceList>> {
        load(ctx, id).await
    }

    #[graphql(entity)]
    async fn find_price_list_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<PriceList>> {
        match id.parse() {
            Ok(id) => load(ctx, id).await,
            Err(_) => Ok(None),
        }
    }
}

/// The outcome of a change to a price list.
#[derive(Debug, SimpleObject)]
pub(crate) struct PriceListPayload {
    /// The price list as it is now; null when the change was refused.
    price_list: Option<PriceList>,
    /// Why the change was refused: everything that is wrong, in the order of the input. Empty on success.
    user_errors: Vec<UserError>,
}

impl From<(Option<model::PriceList>, Vec<UserError>)> for PriceListPayload {
    fn from((list, user_errors): (Option<model::PriceList>, Vec<UserError>)) -> Self {
        Self { price_list: list.map(PriceList), user_errors }
    }
}

/// A line of a price list.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct PriceLineInput {
    /// The product.
    product_id: ProductId,
    /// The code of the unit that is priced.
    unit: String,
    /// From how many of the unit on.
    #[graphql(default_with = "Decimal::ONE")]
    min_quantity: Decimal,
    /// What one of the unit costs, in the list's currency.
    price: Decimal,
    /// Days between order and delivery, where they differ from the vendor's.
    lead_time_days: Option<i32>,
}

impl From<PriceLineInput> for LineDraft {
    fn from(input: PriceLineInput) -> Self {
        Self {
            product_id: input.product_id,
            unit: input.unit,
            minimum_quantity: input.min_quantity,
            price: input.price,
            lead_time_days: input.lead_time_days,
        }
    }
}

/// A price list to draft.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct CreatePriceListInput {
    /// Whose prices.
    vendor_id: VendorId,
    /// In which currency; the vendor's when left out.
    currency: Option<CurrencyCode>,
    /// The first day on which it is to be in force.
    valid_from: Date,
    /// The last day, included.
    valid_to: Date,
    /// The prices: 1 to 2,000 lines.
    lines: Vec<PriceLineInput>,
    /// The same key with the same input has one effect and one answer for 24 hours.
    idempotency_key: Option<String>,
}

/// A change to a draft. What is left out stays; lines are replaced as a whole.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct UpdatePriceListInput {
    /// Which price list.
    id: PriceListId,
    /// Its version as last seen.
    expected_version: i32,
    /// The first day.
    valid_from: Option<Date>,
    /// The last day, included.
    valid_to: Option<Date>,
    /// The prices.
    lines: Option<Vec<PriceLineInput>>,
}

/// Which price list is taken one step further.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct PriceListTransitionInput {
    /// Which price list.
    id: PriceListId,
    /// Its version as last seen.
    expected_version: i32,
    /// Why, at least 10 characters; needed to reject or inactivate.
    reason: Option<String>,
    /// The same key with the same input has one effect and one answer for 24 hours.
    idempotency_key: Option<String>,
}

async fn transition(
    ctx: &Context<'_>,
    input: PriceListTransitionInput,
    to: model::PriceListStatus,
) -> Result<PriceListPayload> {
    let step = Step {
        id: input.id,
        expected_version: input.expected_version,
        to,
        reason: input.reason,
        idempotency_key: input.idempotency_key,
    };
    let app = ctx.data_unchecked::<Purchasing>();
    outcome(service::step(app, caller(ctx)?, &step).await).map(PriceListPayload::from)
}

/// Changes of price lists.
#[derive(Debug, Default)]
pub(crate) struct PriceListMutation;

#[Object]
impl PriceListMutation {
    /// Drafts a price list.
    async fn create_price_list(
        &self,
        ctx: &Context<'_>,
        input: CreatePriceListInput,
    ) -> Result<PriceListPayload> {
        let new = NewPriceList {
            vendor_id: input.vendor_id,
            currency: input.currency,
            window: Window { from: input.valid_from, to: input.valid_to },
            lines: input.lines.into_iter().map(LineDraft::from).collect(),
            idempotency_key: input.idempotency_key,
        };
        let app = ctx.data_unchecked::<Purchasing>();
        outcome(service::create_price_list(app, caller(ctx)?, &new).await).map(PriceListPayload::from)
    }

    /// Changes a draft.
    async fn update_price_list(
        &self,
        ctx: &Context<'_>,
        input: UpdatePriceListInput,
    ) -> Result<PriceListPayload> {
        let patch = PriceListPatch {
            id: input.id,
            expected_version: input.expected_version,
            valid_from: input.valid_from,
            valid_to: input.valid_to,
            lines: input.lines.map(|lines| lines.into_iter().map(LineDraft::from).collect()),
        };
        let app = ctx.data_unchecked::<Purchasing>();
        outcome(service::update_price_list(app, caller(ctx)?, &patch).await).map(PriceListPayload::from)
    }

    /// Hands a draft in for approval.
    async fn submit_price_list(
        &self,
        ctx: &Context<'_>,
        input: PriceListTransitionInput,
    ) -> Result<PriceListPayload> {
        transition(ctx, input, model::PriceListStatus::Submitted).await
    }

    /// Puts a submitted list into force. Refused when another active list of the vendor prices the same on the same days.
    async fn approve_price_list(
        &self,
        ctx: &Context<'_>,
        input: PriceListTransitionInput,
    ) -> Result<PriceListPayload> {
        transition(ctx, input, model::PriceListStatus::Active).await
    }

    /// Sends a submitted list back, with the reason.
    async fn reject_price_list(
        &self,
        ctx: &Context<'_>,
        input: PriceListTransitionInput,
    ) -> Result<PriceListPayload> {
        transition(ctx, input, model::PriceListStatus::Draft).await
    }

    /// Takes an active list out of force, with the reason.
    async fn inactivate_price_list(
        &self,
        ctx: &Context<'_>,
        input: PriceListTransitionInput,
    ) -> Result<PriceListPayload> {
        transition(ctx, input, model::PriceListStatus::Inactive).await
    }
}
