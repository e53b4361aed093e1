//! What can be asked about goods received notes.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use chassis::page::check_values;
use chassis::{Connection, Criteria, Filter, Nested, Order, PageArgs, Refusals, Result, caller};
use primitives::{Decimal, GoodsReceivedNoteId, PurchaseOrderId, Quantity, VendorId};

use super::super::store::NoteCriterion;
use super::super::{model, service};
use super::{GoodsReceivedNote, NoteStatus, ReceivableLine, load};
use crate::Buying;
use crate::purchase_order::graphql::receivable;

/// What a list of goods received notes is narrowed by. All conditions must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct GoodsReceivedNoteFilter {
    /// All of these hold, too.
    and: Option<Vec<GoodsReceivedNoteFilter>>,
    /// At least one of these holds, too.
    or: Option<Vec<GoodsReceivedNoteFilter>>,
    /// This does not hold.
    not: Option<Box<GoodsReceivedNoteFilter>>,
    /// One of these ids.
    ids: Option<Vec<GoodsReceivedNoteId>>,
    /// In one of these states.
    status: Option<Vec<NoteStatus>>,
    /// For one of these orders.
    order_ids: Option<Vec<PurchaseOrderId>>,
    /// From one of these vendors.
    vendor_ids: Option<Vec<VendorId>>,
}

/// What a list of goods received notes is sorted by. Equals are told apart by id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub(crate) enum GoodsReceivedNoteSort {
    /// Latest change first.
    #[default]
    UpdatedAtDesc,
    /// Oldest change first.
    UpdatedAtAsc,
}

impl Filter for GoodsReceivedNoteFilter {
    type Criterion = NoteCriterion;

    fn nested(&mut self) -> Nested<Self> {
        Nested { and: self.and.take(), or: self.or.take(), not: self.not.take() }
    }

    fn own(self, at: &str, refusals: &mut Refusals) -> Vec<Criteria<NoteCriterion>> {
        check_values(self.ids.as_ref(), &format!("{at}.ids"), refusals);
        check_values(self.order_ids.as_ref(), &format!("{at}.orderIds"), refusals);
        check_values(self.vendor_ids.as_ref(), &format!("{at}.vendorIds"), refusals);
        vec![Criteria::Is(NoteCriterion {
            ids: self.ids,
            statuses: self.status.map(|all| all.into_iter().map(model::NoteStatus::from).collect()),
            orders: self.order_ids,
            vendors: self.vendor_ids,
        })]
    }
}

/// Questions about goods received notes.
#[derive(Debug, Default)]
pub(crate) struct GoodsReceivedNoteQuery;

#[Object]
impl GoodsReceivedNoteQuery {
    /// The tenant's goods received notes.
    #[expect(
        clippy::too_many_arguments,
        reason = "a connection field takes four arguments for its page alone"
    )]
    async fn goods_received_notes(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Conditions that must hold.")] filter: Option<
            GoodsReceivedNoteFilter,
        >,
        #[graphql(desc = "The order; latest change first unless told.")] sort: Option<GoodsReceivedNoteSort>,
        #[graphql(desc = "How many from the start: 1 to 100, 10 unless told.")] first: Option<i32>,
        #[graphql(desc = "Continue after this cursor of the same list.")] after: Option<String>,
        #[graphql(desc = "How many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Continue before this cursor of the same list.")] before: Option<String>,
    ) -> Result<Connection<GoodsReceivedNote>> {
        let criteria = Criteria::read(filter, None)?;
        let order = match sort.unwrap_or_default() {
            GoodsReceivedNoteSort::UpdatedAtDesc => Order::Descending,
            GoodsReceivedNoteSort::UpdatedAtAsc => Order::Ascending,
        };
        let page = PageArgs::new(first, after, last, before);
        let app = ctx.data_unchecked::<Buying>();
        Ok(service::list(app, caller(ctx)?, &criteria, order, page).await?.map(GoodsReceivedNote))
    }

    /// The goods received note with this id; null when the tenant has none.
    async fn goods_received_note(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which note.")] id: GoodsReceivedNoteId,
    ) -> Result<Option<GoodsReceivedNote>> {
        load(ctx, id).await
    }

    /// What may still come of an order, line by line; null when the tenant has no such order.
    async fn receivable(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which order.")] order_id: PurchaseOrderId,
    ) -> Result<Option<Vec<ReceivableLine>>> {
        let Some(lines) = receivable(ctx, order_id).await? else { return Ok(None) };
        let lines = lines.into_iter().map(|line| {
            let maximum = line.line.receivable.checked_sub(line.line.received).unwrap_or(Decimal::ZERO);
            let unit = line.line.unit;
            let outstanding = Quantity::new(line.line.outstanding(), unit);
            ReceivableLine { outstanding, maximum: Quantity::new(maximum, unit), line }
        });
        Ok(Some(lines.collect()))
    }

    #[graphql(entity)]
    async fn find_goods_received_note_by_id(
        &self,
        ctx: &Context<'_>,
        id: ID,
    ) -> Result<Option<GoodsReceivedNote>> {
        match id.parse() {
            Ok(id) => load(ctx, id).await,
            Err(_) => Ok(None),
        }
    }
}
