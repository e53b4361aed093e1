//! What can be asked about purchase orders.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use chassis::page::check_values;
use chassis::{Connection, Criteria, Filter, Nested, Order, PageArgs, Refusal, Refusals, Result, caller};
use primitives::{Date, LocationId, PurchaseOrderId, VendorId};

use super::super::store::{OPEN, OrderCriterion, SortedBy};
use super::super::{model, service};
use super::{PurchaseOrder, PurchaseOrderStatus, load};
use crate::Buying;

/// What a list of purchase orders is narrowed by. All conditions must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct PurchaseOrderFilter {
    /// All of these hold, too.
    and: Option<Vec<PurchaseOrderFilter>>,
    /// At least one of these holds, too.
    or: Option<Vec<PurchaseOrderFilter>>,
    /// This does not hold.
    not: Option<Box<PurchaseOrderFilter>>,
    /// One of these ids.
    ids: Option<Vec<PurchaseOrderId>>,
    /// In one of these states.
    status: Option<Vec<PurchaseOrderStatus>>,
    /// From one of these vendors.
    vendor_ids: Option<Vec<VendorId>>,
    /// Going to one of these places.
    deliver_to_ids: Option<Vec<LocationId>>,
    /// With the vendor, and something still to come.
    #[graphql(default)]
    open_only: bool,
    /// Due before this day.
    due_before: Option<Date>,
}

/// What a list of purchase orders is sorted by. Equals are told apart by id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub(crate) enum PurchaseOrderSort {
    /// Latest change first.
    #[default]
    UpdatedAtDesc,
    /// By number, lowest first.
    NumberAsc,
    /// By number, highest first.
    NumberDesc,
    /// What is due soonest first.
    DeliveryDateAsc,
    /// Dearest first.
    TotalDesc,
}

impl PurchaseOrderSort {
    fn key(self) -> (SortedBy, Order) {
        match self {
            Self::UpdatedAtDesc => (SortedBy::UpdatedAt, Order::Descending),
            Self::NumberAsc => (SortedBy::Number, Order::Ascending),
            Self::NumberDesc => (SortedBy::Number, Order::Descending),
            Self::DeliveryDateAsc => (SortedBy::DeliveryDate, Order::Ascending),
            Self::TotalDesc => (SortedBy::Total, Order::Descending),
        }
    }
}

impl Filter for PurchaseOrderFilter {
    type Criterion = OrderCriterion;

    fn nested(&mut self) -> Nested<Self> {
        Nested { and: self.and.take(), or: self.or.take(), not: self.not.take() }
    }

    fn own(self, at: &str, refusals: &mut Refusals) -> Vec<Criteria<OrderCriterion>> {
        check_values(self.ids.as_ref(), &format!("{at}.ids"), refusals);
        check_values(self.vendor_ids.as_ref(), &format!("{at}.vendorIds"), refusals);
        check_values(self.deliver_to_ids.as_ref(), &format!("{at}.deliverToIds"), refusals);
        let own = Criteria::Is(OrderCriterion {
            ids: self.ids,
            statuses: self.status.map(|all| all.into_iter().map(model::PurchaseOrderStatus::from).collect()),
            vendors: self.vendor_ids,
            places: self.deliver_to_ids,
            due_before: self.due_before,
            words: Vec::new(),
        });
        let open = OrderCriterion { statuses: Some(OPEN.to_vec()), ..OrderCriterion::default() };
        [Some(own), self.open_only.then_some(Criteria::Is(open))].into_iter().flatten().collect()
    }
}

/// The words of a search.
fn words(search: &str) -> std::result::Result<Criteria<OrderCriterion>, Refusal> {
    let search = search.to_lowercase();
    let words: Vec<String> = search.split_whitespace().map(str::to_owned).collect();
    if search.chars().count() > 100 || words.len() > 8 {
        return Err(Refusal::invalid("search", "a search has at most 100 characters and 8 words"));
    }
    Ok(Criteria::Is(OrderCriterion { words, ..OrderCriterion::default() }))
}

/// A page of a vendor's orders, latest change first.
pub(crate) async fn orders_of_vendor(
    ctx: &Context<'_>,
    (vendor, open_only): (VendorId, bool),
    page: PageArgs,
) -> Result<Connection<PurchaseOrder>> {
    let filter = PurchaseOrderFilter { vendor_ids: Some(vec![vendor]), open_only, ..Default::default() };
    let criteria = Criteria::read(Some(filter), None)?;
    let sort = PurchaseOrderSort::UpdatedAtDesc.key();
    let app = ctx.data_unchecked::<Buying>();
    Ok(service::list(app, caller(ctx)?, &criteria, sort, page).await?.map(PurchaseOrder))
}

/// A page of what is still to come to a place, what is due soonest first.
pub(crate) async fn inbound_of(
    ctx: &Context<'_>,
    place: LocationId,
    page: PageArgs,
) -> Result<Connection<PurchaseOrder>> {
    let filter =
        PurchaseOrderFilter { deliver_to_ids: Some(vec![place]), open_only: true, ..Default::default() };
    let criteria = Criteria::read(Some(filter), None)?;
    let sort = PurchaseOrderSort::DeliveryDateAsc.key();
    let app = ctx.data_unchecked::<Buying>();
    Ok(service::list(app, caller(ctx)?, &criteria, sort, page).await?.map(PurchaseOrder))
}

/// Questions about purchase orders.
#[derive(Debug, Default)]
pub(crate) struct PurchaseOrderQuery;

#[Object]
impl PurchaseOrderQuery {
    /// The tenant's purchase orders.
    #[expect(
        clippy::too_many_arguments,
        reason = "a connection field takes four arguments for its page alone"
    )]
    async fn purchase_orders(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Conditions that must hold.")] filter: Option<PurchaseOrderFilter>,
        #[graphql(desc = "Words that must be found in number or vendor reference.")] search: Option<String>,
        #[graphql(desc = "The order; latest change first unless told.")] sort: Option<PurchaseOrderSort>,
        #[graphql(desc = "How many from the start: 1 to 100, 10 unless told.")] first: Option<i32>,
        #[graphql(desc = "Continue after this cursor of the same list.")] after: Option<String>,
        #[graphql(desc = "How many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Continue before this cursor of the same list.")] before: Option<String>,
    ) -> Result<Connection<PurchaseOrder>> {
        let criteria = Criteria::read(filter, search.as_deref().map(words))?;
        let sort = sort.unwrap_or_default().key();
        let page = PageArgs::new(first, after, last, before);
        let app = ctx.data_unchecked::<Buying>();
        Ok(service::list(app, caller(ctx)?, &criteria, sort, page).await?.map(PurchaseOrder))
    }

    /// The purchase order with this id; null when the tenant has none.
    async fn purchase_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which purchase order.")] id: PurchaseOrderId,
    ) -> Result<Option<PurchaseOrder>> {
        load(ctx, id).await
    }

    #[graphql(entity)]
    async fn find_purchase_order_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<PurchaseOrder>> {
        match id.parse() {
            Ok(id) => load(ctx, id).await,
            Err(_) => Ok(None),
        }
    }
}
