//! Purchase orders in GraphQL: the types and their loaders, and in [`list`] and [`change`] what can be asked and done.

mod change;
mod list;

use async_graphql::{Context, Enum, Object};
use chassis::saga::Saga;
use chassis::{Loader, RequestScope, Result};
use primitives::graphql::UnitStub;
use primitives::{
    CurrencyCode, Date, DateTime, Decimal, Money, ProductId, PurchaseOrderId, PurchaseOrderLineId, Quantity,
};

use super::saga::PLAN;
use super::{model, service};
use crate::amendment::graphql::{PurchaseOrderAmendment, of_order as amendments_of};
use crate::foreign::{Location, Product, User, Vendor};
use crate::goods_received_note::graphql::{GoodsReceivedNoteLine, receipts_of};
use crate::purchase_request::graphql::{PurchaseRequest, load as load_request, money};
use crate::{Buying, house};

pub(crate) use change::PurchaseOrderMutation;
pub(crate) use list::{PurchaseOrderQuery, inbound_of, orders_of_vendor};

/// Orders by id.
type ById = Loader<PurchaseOrderId, model::PurchaseOrder>;
/// Lines by order.
type LinesOf = Loader<PurchaseOrderId, Vec<model::OrderLine>>;
/// Order lines by id, each with its order.
type LineById = Loader<PurchaseOrderLineId, (PurchaseOrderId, model::OrderLine)>;
/// What is still to come, by product.
type OpenOf = Loader<ProductId, Vec<(PurchaseOrderId, model::OrderLine)>>;

/// Lays this aggregate's loaders beside a request.
pub(crate) fn lay_loaders(app: &Buying, scope: &RequestScope, data: &mut async_graphql::Data) {
    let buying = app.clone();
    data.insert::<ById>(scope.loader(move |caller, ids| {
        let buying = buying.clone();
        async move { service::find_by_ids(&buying, &caller, ids).await }
    }));
    let buying = app.clone();
    data.insert::<LinesOf>(scope.loader(move |caller, ids| {
        let buying = buying.clone();
        async move { service::lines_of(&buying, &caller, ids).await }
    }));
    let buying = app.clone();
    data.insert::<LineById>(scope.loader(move |caller, ids| {
        let buying = buying.clone();
        async move { service::lines_by_ids(&buying, &caller, ids).await }
    }));
    let buying = app.clone();
    data.insert::<OpenOf>(scope.loader(move |caller, ids| {
        let buying = buying.clone();
        async move { service::open_lines(&buying, &caller, ids).await }
    }));
}

/// The order with an id, batched with everything else that is asked.
pub(crate) async fn load(ctx: &Context<'_>, id: PurchaseOrderId) -> Result<Option<PurchaseOrder>> {
    Ok(ctx.data_unchecked::<ById>().load(id).await?.map(PurchaseOrder))
}

/// The order line with an id, batched with everything else that is asked.
pub(crate) async fn load_line(
    ctx: &Context<'_>,
    id: PurchaseOrderLineId,
) -> Result<Option<PurchaseOrderLine>> {
    let found = ctx.data_unchecked::<LineById>().load(id).await?;
    Ok(found.map(|(order, line)| PurchaseOrderLine { order, line }))
}

/// The lines of an order; nothing where the tenant has no such order.
pub(crate) async fn receivable(
    ctx: &Context<'_>,
    id: PurchaseOrderId,
) -> Result<Option<Vec<PurchaseOrderLine>>> {
    let Some(order) = load(ctx, id).await? else { return Ok(None) };
    order.lines(ctx).await.map(Some)
}

/// What is still to come of a product.
pub(crate) async fn open_of(ctx: &Context<'_>, product: ProductId) -> Result<Vec<PurchaseOrderLine>> {
    let lines = ctx.data_unchecked::<OpenOf>().load(product).await?.unwrap_or_default();
    Ok(lines.into_iter().map(|(order, line)| PurchaseOrderLine { order, line }).collect())
}

/// Where a purchase order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "model::PurchaseOrderStatus")]
pub(crate) enum PurchaseOrderStatus {
    /// Being put together.
    Draft,
    /// Waiting for somebody to let it go out.
    PendingApproval,
    /// May go out.
    Approved,
    /// The vendor has it.
    Sent,
    /// The vendor will deliver.
    Acknowledged,
    /// Some of it came.
    PartiallyReceived,
    /// All of it came.
    Received,
    /// Nothing more will come.
    Closed,
    /// Given up before anything came.
    Cancelled,
}

/// A purchase order as clients see it.
#[derive(Clone, Debug)]
pub(crate) struct PurchaseOrder(pub(crate) model::PurchaseOrder);

/// What is ordered from one vendor, in one currency, for one place.
#[Object]
impl PurchaseOrder {
    /// Identity.
    async fn id(&self) -> PurchaseOrderId {
        self.0.id
    }

    /// Its number, `PO-2026-001`.
    async fn number(&self) -> &str {
        &self.0.number
    }

    /// Where it stands.
    async fn status(&self) -> PurchaseOrderStatus {
        self.0.status.into()
    }

    /// Why it was sent back, closed or given up.
    async fn status_reason(&self) -> Option<&str> {
        self.0.status_reason.as_deref()
    }

    /// From whom.
    async fn vendor(&self) -> Vendor {
        self.0.vendor_id.into()
    }

    /// In which currency.
    async fn currency(&self) -> CurrencyCode {
        self.0.currency
    }

    /// Where it is to go.
    async fn deliver_to(&self) -> Location {
        self.0.deliver_to.into()
    }

    /// By when.
    async fn delivery_date(&self) -> Option<Date> {
        self.0.delivery_date
    }

    /// What is ordered, at most 500 lines.
    async fn lines(&self, ctx: &Context<'_>) -> Result<Vec<PurchaseOrderLine>> {
        let lines = ctx.data_unchecked::<LinesOf>().load(self.0.id).await?.unwrap_or_default();
        Ok(lines.into_iter().map(|line| PurchaseOrderLine { order: self.0.id, line }).collect())
    }

    /// What it comes to. Null without the permission to see prices.
    async fn total(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        money(ctx, Some(Money::new(self.0.total, self.0.currency)))
    }

    /// What it comes to in the house's currency. Null without the permission to see prices.
    async fn base_total(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        money(ctx, Some(Money::new(self.0.base_total, house::CURRENCY)))
    }

    /// What the vendor calls it.
    async fn vendor_reference(&self) -> Option<&str> {
        self.0.vendor_reference.as_deref()
    }

    /// Who put it together.
    async fn ordered_by(&self) -> User {
        self.0.ordered_by.into()
    }

    /// Who let it go out.
    async fn approved_by(&self) -> Option<User> {
        self.0.approved_by.map(User::from)
    }

    /// In whose right it was let go out, where somebody stood in.
    async fn delegated_from(&self) -> Option<User> {
        self.0.delegated_from.map(User::from)
    }

    /// When it was let go out.
    async fn approved_at(&self) -> Option<DateTime> {
        self.0.approved_at.map(DateTime::from)
    }

    /// When the vendor got it.
    async fn sent_at(&self) -> Option<DateTime> {
        self.0.sent_at.map(DateTime::from)
    }

    /// Counts what the vendor was given: 1, and one more with every amendment.
    async fn revision(&self) -> i32 {
        self.0.revision
    }

    /// How it was changed since the vendor has it, and what waits to be: oldest first, at most 100.
    async fn amendments(&self, ctx: &Context<'_>) -> Result<Vec<PurchaseOrderAmendment>> {
        amendments_of(ctx, self.0.id).await
    }

    /// When nothing more was expected.
    async fn closed_at(&self) -> Option<DateTime> {
        self.0.closed_at.map(DateTime::from)
    }

    /// When the vendor said that it will deliver.
    async fn acknowledged_at(&self) -> Option<DateTime> {
        self.0.acknowledged_at.map(DateTime::from)
    }

    /// What it set in motion in other services, the last time it did. Null without the permission to see that.
    async fn saga(&self, ctx: &Context<'_>) -> Result<Option<Saga>> {
        chassis::saga::latest(ctx, &PLAN, self.0.id.as_uuid()).await
    }

    /// When it was created.
    async fn created_at(&self) -> DateTime {
        self.0.audit.created_at.into()
    }

    /// When it was changed last.
    async fn updated_at(&self) -> DateTime {
        self.0.audit.updated_at.into()
    }

    /// Who changed it last.
    async fn updated_by(&self) -> Option<User> {
        self.0.audit.updated_by.map(User::from)
    }

    /// Counts the changes; send it back as `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

/// A line of an order as clients see it.
#[derive(Clone, Debug)]
pub(crate) struct PurchaseOrderLine {
    pub(crate) order: PurchaseOrderId,
    pub(crate) line: model::OrderLine,
}

impl PurchaseOrderLine {
    fn quantity(&self, value: Decimal) -> Quantity {
        Quantity::new(value, self.line.unit)
    }

    /// An amount in the order's currency.
    async fn amount_of(&self, ctx: &Context<'_>, amount: Decimal) -> Result<Option<Money>> {
        let order = load(ctx, self.order).await?;
        money(ctx, order.map(|order| Money::new(amount, order.0.currency)))
    }
}

/// One product of an order.
#[Object]
impl PurchaseOrderLine {
    /// Identity.
    async fn id(&self) -> PurchaseOrderLineId {
        self.line.id
    }

    /// The order it is on.
    async fn order(&self, ctx: &Context<'_>) -> Result<Option<PurchaseOrder>> {
        load(ctx, self.order).await
    }

    /// The request it comes from; null when the caller may not see it.
    async fn request(&self, ctx: &Context<'_>) -> Result<Option<PurchaseRequest>> {
        load_request(ctx, self.line.request_id).await
    }

    /// What.
    async fn product(&self) -> Product {
        self.line.product_id.into()
    }

    /// The unit in which it is counted.
    async fn unit(&self) -> UnitStub {
        self.line.unit.into()
    }

    /// How much is ordered.
    async fn ordered_quantity(&self) -> Quantity {
        self.quantity(self.line.ordered)
    }

    /// How much of it came and was kept.
    async fn received_quantity(&self) -> Quantity {
        self.quantity(self.line.received)
    }

    /// What came of it, delivery by delivery, the earliest first.
    async fn receipts(&self, ctx: &Context<'_>) -> Result<Vec<GoodsReceivedNoteLine>> {
        let Some(order) = load(ctx, self.order).await? else { return Ok(Vec::new()) };
        receipts_of(ctx, self.line.id, order.0.currency).await
    }

    /// How much of it the vendor wants to be paid for.
    async fn invoiced_quantity(&self) -> Quantity {
        self.quantity(self.line.invoiced)
    }

    /// How much will not come any more.
    async fn cancelled_quantity(&self) -> Quantity {
        self.quantity(self.line.cancelled)
    }

    /// How much is still to come.
    async fn outstanding_quantity(&self) -> Quantity {
        self.quantity(self.line.outstanding())
    }

    /// What one unit costs. Null without the permission to see prices.
    async fn unit_price(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        self.amount_of(ctx, self.line.unit_price).await
    }

    /// What the line comes to, less discount and plus tax. Null without the permission to see prices.
    async fn amount(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        self.amount_of(ctx, self.line.amount).await
    }
}
