//! Contracts in GraphQL: the types, their loader, and in [`list`] and [`change`] what can be asked and done.

mod change;
mod list;

use async_graphql::{Context, Enum, Object};
use chassis::page::PositionSort;
use chassis::{Connection, Criteria, Loader, Order, PageArgs, RequestScope, Result, caller};
use primitives::graphql::UnitStub;
use primitives::{ContractId, CurrencyCode, Date, DateTime, Money, ProductId, Quantity, VendorId};

use super::store::{ContractCriterion, SortedBy};
use super::{line, model, service};
use crate::foreign::{Product, User};
use crate::vendor::graphql::{self as vendors, Vendor};
use crate::{Purchasing, permission};

pub(crate) use change::ContractMutation;
pub(crate) use list::ContractQuery;

/// Contracts by id.
type ById = Loader<ContractId, model::Contract>;

/// Lays this aggregate's loader beside a request.
pub(crate) fn lay_loaders(app: &Purchasing, scope: &RequestScope, data: &mut async_graphql::Data) {
    let app = app.clone();
    data.insert::<ById>(scope.loader(move |caller, ids| {
        let app = app.clone();
        async move { service::find_by_ids(&app, &caller, ids).await }
    }));
}

/// The contract with an id, batched with everything else the request asks.
pub(crate) async fn load(ctx: &Context<'_>, id: ContractId) -> Result<Option<Contract>> {
    Ok(ctx.data_unchecked::<ById>().load(id).await?.map(Contract))
}

/// A page of a vendor's contracts, latest first day first.
pub(crate) async fn contracts_of_vendor(
    ctx: &Context<'_>,
    (vendor, status): (VendorId, Option<Vec<ContractStatus>>),
    page: PageArgs,
) -> Result<Connection<Contract>> {
    let criteria = Criteria::Is(ContractCriterion {
        vendor_ids: Some(vec![vendor]),
        statuses: status.map(|all| all.into_iter().map(model::ContractStatus::from).collect()),
        ..Default::default()
    });
    let sort = (SortedBy::ValidFrom, Order::Descending);
    let app = ctx.data_unchecked::<Purchasing>();
    Ok(service::list_contracts(app, caller(ctx)?, &criteria, sort, page).await?.map(Contract))
}

/// Where a contract stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "model::ContractStatus")]
pub(crate) enum ContractStatus {
    /// Being written.
    Draft,
    /// In force on the days of its window.
    Active,
    /// Its last day is over.
    Expired,
    /// Ended before its time.
    Terminated,
}

/// A contract as clients see it.
#[derive(Clone, Debug)]
pub(crate) struct Contract(model::Contract);

/// What is agreed with a vendor for a time: prices that come before every price list, and how much is to be taken.
#[Object]
impl Contract {
    /// Identity.
    async fn id(&self) -> ContractId {
        self.0.id
    }

    /// Its number, such as CT-2026-001.
    async fn number(&self) -> &str {
        &self.0.number
    }

    /// With whom.
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
    async fn status(&self) -> ContractStatus {
        self.0.status.into()
    }

    /// Why it was terminated.
    async fn status_reason(&self) -> Option<&str> {
        self.0.status_reason.as_deref()
    }

    /// Its lines.
    #[expect(
        clippy::too_many_arguments,
        reason = "a connection field takes four arguments for its page alone"
    )]
    async fn lines(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "For one of these products; for any unless told.")] product_ids: Option<
            Vec<ProductId>,
        >,
        #[graphql(desc = "In which order.", default)] sort: PositionSort,
        #[graphql(desc = "How many from the start: 1 to 100, 10 unless told.")] first: Option<i32>,
        #[graphql(desc = "Continue after this cursor of the same list.")] after: Option<String>,
        #[graphql(desc = "How many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Continue before this cursor of the same list.")] before: Option<String>,
    ) -> Result<Connection<ContractLine>> {
        let app = ctx.data_unchecked::<Purchasing>();
        let page = PageArgs::new(first, after, last, before);
        let lines = service::list_lines(app, caller(ctx)?, (self.0.id, product_ids), sort, page).await?;
        let currency = self.0.currency;
        Ok(lines.map(|line| ContractLine { line, currency }))
    }

    /// When it was created.
    async fn created_at(&self) -> DateTime {
        self.0.audit.created_at.into()
    }

    /// Who created it; null when the platform did.
    async fn created_by(&self) -> Option<User> {
        self.0.audit.created_by.map(User::from)
    }

    /// When it was changed last, by somebody or by an order that took something.
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
pub(crate) struct ContractLine {
    line: line::ContractLine,
    currency: CurrencyCode,
}

/// What is agreed about one product, and how much of it was taken.
#[Object]
impl ContractLine {
    /// The product.
    async fn product(&self) -> Product {
        Product { id: self.line.product_id }
    }

    /// The unit that is priced.
    async fn unit(&self) -> UnitStub {
        self.line.unit.into()
    }

    /// What one of the unit holds, in the product's base unit, as it was when the line was written.
    async fn holds(&self) -> Quantity {
        Quantity::new(self.line.factor, self.line.base_unit)
    }

    /// What one of the unit costs. Null without the permission to see prices.
    async fn price(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        Ok(caller(ctx)?.may(permission::PRICES).then(|| Money::new(self.line.price, self.currency)))
    }

    /// Days between order and delivery, where they differ from the vendor's.
    async fn lead_time_days(&self) -> Option<i32> {
        self.line.lead_time_days
    }

    /// How much the house will take, in the priced unit; null when that is not limited.
    async fn committed_qty(&self) -> Option<Quantity> {
        self.line.committed.map(|committed| Quantity::new(committed, self.line.unit))
    }

    /// What orders took so far, in the base unit.
    async fn used_qty(&self) -> Quantity {
        Quantity::new(self.line.used, self.line.base_unit)
    }

    /// What is left of it, in the base unit; null when it is not limited.
    async fn remaining_qty(&self) -> Option<Quantity> {
        self.line.remaining().map(|left| Quantity::new(left, self.line.base_unit))
    }
}
