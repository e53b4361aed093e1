//! Goods received notes in GraphQL: the types and their loaders, and in [`list`] and [`change`] what can be asked and done.

mod change;
mod list;

use async_graphql::{Context, Enum, Object, SimpleObject};
use chassis::saga::Saga;
use chassis::{Loader, RequestScope, Result};
use primitives::{
    Date, DateTime, Decimal, GoodsReceivedNoteId, GoodsReceivedNoteLineId, Money, PurchaseOrderLineId,
    Quantity,
};

use super::saga::PLAN;
use super::{line, model, service};
use crate::foreign::{Location, Product, User, Vendor};
use crate::purchase_order::graphql::{PurchaseOrder, PurchaseOrderLine, load as load_order, load_line};
use crate::purchase_request::graphql::money;
use crate::{Buying, house};

pub(crate) use change::GoodsReceivedNoteMutation;
pub(crate) use list::GoodsReceivedNoteQuery;

/// Notes by id.
type ById = Loader<GoodsReceivedNoteId, model::GoodsReceivedNote>;
/// Lines by note.
type LinesOf = Loader<GoodsReceivedNoteId, Vec<line::NoteLine>>;

/// Lines of notes by the order line they count.
type ReceiptsOf = Loader<PurchaseOrderLineId, Vec<(GoodsReceivedNoteId, line::NoteLine)>>;

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
    data.insert::<ReceiptsOf>(scope.loader(move |caller, order_lines| {
        let buying = buying.clone();
        async move { service::receipts_of(&buying, &caller, order_lines).await }
    }));
}

/// What came of an order line, in the currency of its order.
pub(crate) async fn receipts_of(
    ctx: &Context<'_>,
    order_line: PurchaseOrderLineId,
    currency: primitives::CurrencyCode,
) -> Result<Vec<GoodsReceivedNoteLine>> {
    let receipts = ctx.data_unchecked::<ReceiptsOf>().load(order_line).await?.unwrap_or_default();
    Ok(receipts.into_iter().map(|(note, line)| GoodsReceivedNoteLine { note, currency, line }).collect())
}

/// The note with an id, batched with everything else that is asked.
pub(crate) async fn load(ctx: &Context<'_>, id: GoodsReceivedNoteId) -> Result<Option<GoodsReceivedNote>> {
    Ok(ctx.data_unchecked::<ById>().load(id).await?.map(GoodsReceivedNote))
}

/// Where a goods received note stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(name = "GoodsReceivedNoteStatus", remote = "model::NoteStatus")]
pub(crate) enum NoteStatus {
    /// Being counted.
    Draft,
    /// Counted.
    Received,
    /// The house owns the goods.
    Committed,
    /// Inventory did not take them in; `statusReason` says why.
    PostingFailed,
    /// Given up.
    Voided,
}

/// How extra costs are shared among the lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(name = "ExtraCostSplit", remote = "model::Split")]
pub(crate) enum Split {
    /// By what the lines cost.
    Value,
    /// By how much of them was kept, in base units.
    Quantity,
}

/// What may still come of an order line.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct ReceivableLine {
    /// The line.
    line: PurchaseOrderLine,
    /// What is still to come.
    outstanding: Quantity,
    /// What may come at most, tolerance included.
    maximum: Quantity,
}

/// A goods received note as clients see it.
#[derive(Clone, Debug)]
pub(crate) struct GoodsReceivedNote(pub(crate) model::GoodsReceivedNote);

/// What a vendor brought for one order.
#[Object]
impl GoodsReceivedNote {
    /// Identity.
    async fn id(&self) -> GoodsReceivedNoteId {
        self.0.id
    }

    /// Its number, `GRN-2026-001`, once the count is complete.
    async fn number(&self) -> Option<&str> {
        self.0.number.as_deref()
    }

    /// Where it stands.
    async fn status(&self) -> NoteStatus {
        self.0.status.into()
    }

    /// Why it was given up, or what inventory said.
    async fn status_reason(&self) -> Option<&str> {
        self.0.status_reason.as_deref()
    }

    /// The order that is delivered.
    async fn order(&self, ctx: &Context<'_>) -> Result<Option<PurchaseOrder>> {
        load_order(ctx, self.0.order_id).await
    }

    /// Who delivers.
    async fn vendor(&self) -> Vendor {
        self.0.vendor_id.into()
    }

    /// Where it goes.
    async fn deliver_to(&self) -> Location {
        self.0.deliver_to.into()
    }

    /// The vendor's delivery note.
    async fn delivery_note(&self) -> Option<&str> {
        self.0.head.delivery_note.as_deref()
    }

    /// On which day it came.
    async fn received_on(&self) -> Date {
        self.0.head.received_on
    }

    /// Freight, duty and the like. Null without the permission to see prices.
    async fn extra_costs(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        money(ctx, Some(Money::new(self.0.head.extra_costs, self.0.currency)))
    }

    /// How they are shared among the lines.
    async fn extra_cost_split(&self) -> Split {
        self.0.head.split.into()
    }

    /// What was counted, at most 500 lines.
    async fn lines(&self, ctx: &Context<'_>) -> Result<Vec<GoodsReceivedNoteLine>> {
        let lines = ctx.data_unchecked::<LinesOf>().load(self.0.id).await?.unwrap_or_default();
        let of_this = |line| GoodsReceivedNoteLine { note: self.0.id, currency: self.0.currency, line };
        Ok(lines.into_iter().map(of_this).collect())
    }

    /// When the house took the goods over.
    async fn committed_at(&self) -> Option<DateTime> {
        self.0.committed_at.map(DateTime::from)
    }

    /// When inventory took them in.
    async fn posted_at(&self) -> Option<DateTime> {
        self.0.posted_at.map(DateTime::from)
    }

    /// What it set in motion in other services, the last time it did. Null without the permission to see that.
    async fn saga(&self, ctx: &Context<'_>) -> Result<Option<Saga>> {
        chassis::saga::latest(ctx, &PLAN, self.0.id.as_uuid()).await
    }

    /// When it was created.
    async fn created_at(&self) -> DateTime {
        self.0.audit.created_at.into()
    }

    /// Who created it.
    async fn created_by(&self) -> Option<User> {
        self.0.audit.created_by.map(User::from)
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

/// A line of a note as clients see it.
#[derive(Clone, Debug)]
pub(crate) struct GoodsReceivedNoteLine {
    note: GoodsReceivedNoteId,
    currency: primitives::CurrencyCode,
    line: line::NoteLine,
}

impl GoodsReceivedNoteLine {
    fn quantity(&self, value: Decimal) -> Quantity {
        Quantity::new(value, self.line.unit)
    }
}

/// One product of a delivery.
#[Object]
impl GoodsReceivedNoteLine {
    /// Identity.
    async fn id(&self) -> GoodsReceivedNoteLineId {
        self.line.id
    }

    /// The note it is on.
    async fn note(&self, ctx: &Context<'_>) -> Result<Option<GoodsReceivedNote>> {
        load(ctx, self.note).await
    }

    /// The order line it is a delivery of.
    async fn order_line(&self, ctx: &Context<'_>) -> Result<Option<PurchaseOrderLine>> {
        load_line(ctx, self.line.count.order_line).await
    }

    /// What.
    async fn product(&self) -> Product {
        self.line.product_id.into()
    }

    /// How much came: what was accepted, rejected and damaged.
    async fn delivered_quantity(&self) -> Quantity {
        self.quantity(self.line.count.delivered)
    }

    /// How much of it was kept.
    async fn accepted_quantity(&self) -> Quantity {
        self.quantity(self.line.count.accepted)
    }

    /// How much went back.
    async fn rejected_quantity(&self) -> Quantity {
        self.quantity(self.line.count.rejected)
    }

    /// How much was broken.
    async fn damaged_quantity(&self) -> Quantity {
        self.quantity(self.line.count.damaged)
    }

    /// How much came on top for nothing.
    async fn free_quantity(&self) -> Quantity {
        self.quantity(self.line.count.free)
    }

    /// How much of what was accepted went back to the vendor since.
    async fn returned_quantity(&self) -> Quantity {
        self.quantity(self.line.returned)
    }

    /// What the vendor owes for it. Null without the permission to see prices.
    async fn credited(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        money(ctx, Some(Money::new(self.line.credited, self.currency)))
    }

    /// The lot.
    async fn lot(&self) -> Option<&str> {
        self.line.count.lot.as_deref()
    }

    /// Until when it keeps.
    async fn expiry(&self) -> Option<Date> {
        self.line.count.expiry
    }

    /// What there is to say.
    async fn remark(&self) -> Option<&str> {
        self.line.count.remark.as_deref()
    }

    /// Its share of the extra costs. Null without the permission to see prices.
    async fn extra_cost(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        money(ctx, Some(Money::new(self.line.extra_cost, self.currency)))
    }

    /// What one base unit cost to have it here, extra costs included. Null without the permission to see prices.
    async fn unit_cost(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        money(ctx, self.line.unit_cost.map(|cost| Money::new(cost, self.currency)))
    }

    /// The same in the house's currency. Null without the permission to see prices.
    async fn base_unit_cost(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        money(ctx, self.line.base_unit_cost.map(|cost| Money::new(cost, house::CURRENCY)))
    }
}
