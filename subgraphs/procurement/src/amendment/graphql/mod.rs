//! Amendments in GraphQL: the types and their loaders, what can be asked, and in [`change`] what can be done.

mod change;

use async_graphql::{Context, Enum, InputObject, Object};
use chassis::page::check_values;
use chassis::{
    Connection, Criteria, Filter, Loader, Nested, Order, PageArgs, Refusals, RequestScope, Result, caller,
};
use primitives::{Date, DateTime, Decimal, Money, PurchaseOrderAmendmentId, PurchaseOrderId, Quantity};

use super::store::AmendmentCriterion;
use super::{model, service};
use crate::foreign::User;
use crate::purchase_order::graphql::{PurchaseOrder, PurchaseOrderLine, load as load_order, load_line};
use crate::purchase_request::graphql::money;
use crate::{Buying, house};

pub(crate) use change::AmendmentMutation;

/// Amendments by order.
type OfOrder = Loader<PurchaseOrderId, Vec<model::Amendment>>;
/// Lines by amendment.
type LinesOf = Loader<PurchaseOrderAmendmentId, Vec<model::AmendedLine>>;

/// Lays this aggregate's loaders beside a request.
pub(crate) fn lay_loaders(app: &Buying, scope: &RequestScope, data: &mut async_graphql::Data) {
    let buying = app.clone();
    data.insert::<OfOrder>(scope.loader(move |caller, ids| {
        let buying = buying.clone();
        async move { service::of_orders(&buying, caller.tenant, ids).await }
    }));
    let buying = app.clone();
    data.insert::<LinesOf>(scope.loader(move |caller, ids| {
        let buying = buying.clone();
        async move { service::lines_of(&buying, caller.tenant, ids).await }
    }));
}

/// The amendments of an order, oldest first.
pub(crate) async fn of_order(ctx: &Context<'_>, id: PurchaseOrderId) -> Result<Vec<PurchaseOrderAmendment>> {
    let all = ctx.data_unchecked::<OfOrder>().load(id).await?.unwrap_or_default();
    Ok(all.into_iter().map(PurchaseOrderAmendment).collect())
}

/// Where an amendment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "model::AmendmentStatus")]
pub(crate) enum AmendmentStatus {
    /// Waiting for somebody to approve.
    PendingApproval,
    /// The order is changed.
    Applied,
    /// The order stays as it is.
    Rejected,
    /// Given up by who wanted it.
    Withdrawn,
}

/// An amendment as clients see it.
#[derive(Clone, Debug)]
pub(crate) struct PurchaseOrderAmendment(pub(crate) model::Amendment);

/// A change to an order that the vendor has.
#[Object]
impl PurchaseOrderAmendment {
    /// Identity.
    async fn id(&self) -> PurchaseOrderAmendmentId {
        self.0.id
    }

    /// The order.
    async fn order(&self, ctx: &Context<'_>) -> Result<Option<PurchaseOrder>> {
        load_order(ctx, self.0.order_id).await
    }

    /// Which revision of the order it made; null while it has not.
    async fn revision(&self) -> Option<i32> {
        self.0.revision
    }

    /// Where it stands.
    async fn status(&self) -> AmendmentStatus {
        self.0.status.into()
    }

    /// Why.
    async fn reason(&self) -> &str {
        &self.0.reason
    }

    /// By when the order is to come, where that changes.
    async fn delivery_date(&self) -> Option<Date> {
        self.0.delivery_date
    }

    /// What the order comes to without it, in the house's currency. Null without the permission to see prices.
    async fn base_before(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        money(ctx, Some(Money::new(self.0.base_before, house::CURRENCY)))
    }

    /// What the order comes to with it, in the house's currency. Null without the permission to see prices.
    async fn base_after(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        money(ctx, Some(Money::new(self.0.base_after, house::CURRENCY)))
    }

    /// What it changes.
    async fn lines(&self, ctx: &Context<'_>) -> Result<Vec<AmendedLine>> {
        let lines = ctx.data_unchecked::<LinesOf>().load(self.0.id).await?.unwrap_or_default();
        Ok(lines.into_iter().map(AmendedLine).collect())
    }

    /// Who wanted it.
    async fn raised_by(&self) -> User {
        self.0.raised_by.into()
    }

    /// Who decided about it; null where it needed nobody.
    async fn decided_by(&self) -> Option<User> {
        self.0.decided_by.map(User::from)
    }

    /// In whose right, where somebody stood in.
    async fn delegated_from(&self) -> Option<User> {
        self.0.delegated_from.map(User::from)
    }

    /// When.
    async fn decided_at(&self) -> Option<DateTime> {
        self.0.decided_at.map(DateTime::from)
    }

    /// What they said.
    async fn comment(&self) -> Option<&str> {
        self.0.comment.as_deref()
    }

    /// When it was asked for.
    async fn created_at(&self) -> DateTime {
        self.0.audit.created_at.into()
    }

    /// Counts the changes; send it back as `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

/// A line of an amendment as clients see it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AmendedLine(model::AmendedLine);

impl AmendedLine {
    async fn quantity(&self, ctx: &Context<'_>, value: Decimal) -> Result<Option<Quantity>> {
        let line = load_line(ctx, self.0.line).await?;
        Ok(line.map(|line| Quantity::new(value, line.line.unit)))
    }

    async fn price(&self, ctx: &Context<'_>, value: Decimal) -> Result<Option<Money>> {
        let Some(line) = load_line(ctx, self.0.line).await? else { return Ok(None) };
        let order = load_order(ctx, line.order).await?;
        money(ctx, order.map(|order| Money::new(value, order.0.currency)))
    }
}

/// One order line that is changed.
#[Object(name = "AmendedOrderLine")]
impl AmendedLine {
    /// The line as it is now.
    async fn order_line(&self, ctx: &Context<'_>) -> Result<Option<PurchaseOrderLine>> {
        load_line(ctx, self.0.line).await
    }

    /// How much was ordered before.
    async fn quantity_before(&self, ctx: &Context<'_>) -> Result<Option<Quantity>> {
        self.quantity(ctx, self.0.quantity.0).await
    }

    /// How much is ordered with it.
    async fn quantity_after(&self, ctx: &Context<'_>) -> Result<Option<Quantity>> {
        self.quantity(ctx, self.0.quantity.1).await
    }

    /// What one unit cost before. Null without the permission to see prices.
    async fn price_before(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        self.price(ctx, self.0.price.0).await
    }

    /// What one unit costs with it. Null without the permission to see prices.
    async fn price_after(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        self.price(ctx, self.0.price.1).await
    }
}

/// What a list of amendments is narrowed by. All conditions must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct PurchaseOrderAmendmentFilter {
    /// All of these hold, too.
    and: Option<Vec<PurchaseOrderAmendmentFilter>>,
    /// At least one of these holds, too.
    or: Option<Vec<PurchaseOrderAmendmentFilter>>,
    /// This does not hold.
    not: Option<Box<PurchaseOrderAmendmentFilter>>,
    /// In one of these states.
    status: Option<Vec<AmendmentStatus>>,
    /// Of one of these orders.
    order_ids: Option<Vec<PurchaseOrderId>>,
}

/// What a list of amendments is sorted by. Equals are told apart by id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub(crate) enum PurchaseOrderAmendmentSort {
    /// Latest change first.
    #[default]
    UpdatedAtDesc,
    /// Longest waiting first.
    UpdatedAtAsc,
}

impl Filter for PurchaseOrderAmendmentFilter {
    type Criterion = AmendmentCriterion;

    fn nested(&mut self) -> Nested<Self> {
        Nested { and: self.and.take(), or: self.or.take(), not: self.not.take() }
    }

    fn own(self, at: &str, refusals: &mut Refusals) -> Vec<Criteria<AmendmentCriterion>> {
        check_values(self.order_ids.as_ref(), &format!("{at}.orderIds"), refusals);
        vec![Criteria::Is(AmendmentCriterion {
            statuses: self.status.map(|all| all.into_iter().map(model::AmendmentStatus::from).collect()),
            orders: self.order_ids,
        })]
    }
}

/// Questions about amendments.
#[derive(Debug, Default)]
pub(crate) struct AmendmentQuery;

#[Object]
impl AmendmentQuery {
    /// The changes to the tenant's orders.
    #[expect(
        clippy::too_many_arguments,
        reason = "a connection field takes four arguments for its page alone"
    )]
    async fn purchase_order_amendments(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Conditions that must hold.")] filter: Option<
            PurchaseOrderAmendmentFilter,
        >,
        #[graphql(desc = "The order; latest change first unless told.")] sort: Option<
            PurchaseOrderAmendmentSort,
        >,
        #[graphql(desc = "How many from the start: 1 to 100, 10 unless told.")] first: Option<i32>,
        #[graphql(desc = "Continue after this cursor of the same list.")] after: Option<String>,
        #[graphql(desc = "How many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Continue before this cursor of the same list.")] before: Option<String>,
    ) -> Result<Connection<PurchaseOrderAmendment>> {
        let criteria = Criteria::read(filter, None)?;
        let order = match sort.unwrap_or_default() {
            PurchaseOrderAmendmentSort::UpdatedAtDesc => Order::Descending,
            PurchaseOrderAmendmentSort::UpdatedAtAsc => Order::Ascending,
        };
        let page = PageArgs::new(first, after, last, before);
        let app = ctx.data_unchecked::<Buying>();
        Ok(service::list(app, caller(ctx)?, &criteria, order, page).await?.map(PurchaseOrderAmendment))
    }
}
