//! What can be asked about price lists.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use chassis::page::check_values;
use chassis::{Connection, Criteria, Filter, Nested, Order, PageArgs, Refusals, Result, caller};
use primitives::{Date, PriceListId, ProductId, VendorId};

use super::super::store::{PriceListCriterion, SortedBy};
use super::super::{model, service};
use super::{PriceList, PriceListStatus, load};
use crate::Purchasing;

/// What a list of price lists is narrowed by. All conditions must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct PriceListFilter {
    /// All of these hold, too.
    and: Option<Vec<PriceListFilter>>,
    /// At least one of these holds, too.
    or: Option<Vec<PriceListFilter>>,
    /// This does not hold.
    not: Option<Box<PriceListFilter>>,
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

impl Filter for PriceListFilter {
    type Criterion = PriceListCriterion;

    fn nested(&mut self) -> Nested<Self> {
        Nested { and: self.and.take(), or: self.or.take(), not: self.not.take() }
    }

    fn own(self, at: &str, refusals: &mut Refusals) -> Vec<Criteria<PriceListCriterion>> {
        check_values(self.vendor_ids.as_ref(), &format!("{at}.vendorIds"), refusals);
        vec![Criteria::Is(PriceListCriterion {
            vendor_ids: self.vendor_ids,
            statuses: self.status.map(|all| all.into_iter().map(model::PriceListStatus::from).collect()),
            valid_on: self.valid_on,
            product_id: self.product_id,
        })]
    }
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
        let criteria = Criteria::read(filter, None)?;
        let sort = match sort.unwrap_or_default() {
            PriceListSort::NumberAsc => (SortedBy::Number, Order::Ascending),
            PriceListSort::NumberDesc => (SortedBy::Number, Order::Descending),
            PriceListSort::ValidFromAsc => (SortedBy::ValidFrom, Order::Ascending),
            PriceListSort::ValidFromDesc => (SortedBy::ValidFrom, Order::Descending),
        };
        let page = PageArgs::new(first, after, last, before);
        let app = ctx.data_unchecked::<Purchasing>();
        Ok(service::list_price_lists(app, caller(ctx)?, &criteria, sort, page).await?.map(PriceList))
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
