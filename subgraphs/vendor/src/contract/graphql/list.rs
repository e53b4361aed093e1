//! What can be asked about contracts.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use chassis::page::check_values;
use chassis::{Connection, Criteria, Filter, Nested, Order, PageArgs, Refusals, Result, caller};
use primitives::{ContractId, Date, ProductId, VendorId};

use super::super::store::{ContractCriterion, SortedBy};
use super::super::{model, service};
use super::{Contract, ContractStatus, load};
use crate::Purchasing;

/// What a list of contracts is narrowed by. All conditions must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct ContractFilter {
    /// All of these hold, too.
    and: Option<Vec<ContractFilter>>,
    /// At least one of these holds, too.
    or: Option<Vec<ContractFilter>>,
    /// This does not hold.
    not: Option<Box<ContractFilter>>,
    /// With one of these vendors.
    vendor_ids: Option<Vec<VendorId>>,
    /// In one of these states.
    status: Option<Vec<ContractStatus>>,
    /// With this day in the window.
    valid_on: Option<Date>,
    /// With a price for this product.
    product_id: Option<ProductId>,
}

/// What a list of contracts is sorted by. Equals are told apart by id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub(crate) enum ContractSort {
    /// By number, lowest first.
    #[default]
    NumberAsc,
    /// By number, highest first.
    NumberDesc,
    /// By first day, earliest first.
    ValidFromAsc,
    /// By first day, latest first.
    ValidFromDesc,
    /// By last day, earliest first: what ends next.
    ValidToAsc,
    /// By last day, latest first.
    ValidToDesc,
}

impl From<ContractSort> for (SortedBy, Order) {
    fn from(sort: ContractSort) -> Self {
        match sort {
            ContractSort::NumberAsc => (SortedBy::Number, Order::Ascending),
            ContractSort::NumberDesc => (SortedBy::Number, Order::Descending),
            ContractSort::ValidFromAsc => (SortedBy::ValidFrom, Order::Ascending),
            ContractSort::ValidFromDesc => (SortedBy::ValidFrom, Order::Descending),
            ContractSort::ValidToAsc => (SortedBy::ValidTo, Order::Ascending),
            ContractSort::ValidToDesc => (SortedBy::ValidTo, Order::Descending),
        }
    }
}

impl Filter for ContractFilter {
    type Criterion = ContractCriterion;

    fn nested(&mut self) -> Nested<Self> {
        Nested { and: self.and.take(), or: self.or.take(), not: self.not.take() }
    }

    fn own(self, at: &str, refusals: &mut Refusals) -> Vec<Criteria<ContractCriterion>> {
        check_values(self.vendor_ids.as_ref(), &format!("{at}.vendorIds"), refusals);
        vec![Criteria::Is(ContractCriterion {
            vendor_ids: self.vendor_ids,
            statuses: self.status.map(|all| all.into_iter().map(model::ContractStatus::from).collect()),
            valid_on: self.valid_on,
            product_id: self.product_id,
        })]
    }
}

/// Questions about contracts.
#[derive(Debug, Default)]
pub(crate) struct ContractQuery;

#[Object]
impl ContractQuery {
    /// The tenant's contracts.
    #[expect(
        clippy::too_many_arguments,
        reason = "a connection field takes four arguments for its page alone"
    )]
    async fn contracts(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Conditions that must hold.")] filter: Option<ContractFilter>,
        #[graphql(desc = "The order; by number unless told.")] sort: Option<ContractSort>,
        #[graphql(desc = "How many from the start: 1 to 100, 10 unless told.")] first: Option<i32>,
        #[graphql(desc = "Continue after this cursor of the same list.")] after: Option<String>,
        #[graphql(desc = "How many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Continue before this cursor of the same list.")] before: Option<String>,
    ) -> Result<Connection<Contract>> {
        let criteria = Criteria::read(filter, None)?;
        let page = PageArgs::new(first, after, last, before);
        let app = ctx.data_unchecked::<Purchasing>();
        let sort = sort.unwrap_or_default().into();
        Ok(service::list_contracts(app, caller(ctx)?, &criteria, sort, page).await?.map(Contract))
    }

    /// The contract with this id; null when the tenant has none.
    async fn contract(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which contract.")] id: ContractId,
    ) -> Result<Option<Contract>> {
        load(ctx, id).await
    }

    #[graphql(entity)]
    async fn find_contract_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Contract>> {
        match id.parse() {
            Ok(id) => load(ctx, id).await,
            Err(_) => Ok(None),
        }
    }
}
