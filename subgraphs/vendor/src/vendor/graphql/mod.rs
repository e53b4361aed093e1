//! Vendors in GraphQL: the type, its loaders, and in [`list`], [`change`] and [`relation`] what can be asked and done.

mod change;
mod list;
mod relation;

use async_graphql::{Context, Enum, Object};
use chassis::{Connection, Criteria, Loader, PageArgs, RequestScope, Result, caller};
use primitives::{CurrencyCode, DateTime, Decimal, Money, ProductId, VendorId};

use super::store::RelationCriterion;
use super::{model, service};
use crate::contract::graphql::{Contract, ContractStatus, contracts_of_vendor};
use crate::foreign::User;
use crate::price_list::graphql::{PriceList, PriceListStatus, lists_of_vendor};
use crate::scorecard::model::Scorecard;
use crate::{Purchasing, permission, scorecard};

pub(crate) use change::VendorMutation;
pub(crate) use list::VendorQuery;
pub(crate) use relation::{VendorProduct, VendorProductMutation, VendorProductQuery, VendorProductSort};

/// Vendors by id.
type ById = Loader<VendorId, model::Vendor>;
/// The preferred vendor by product.
type Preferred = Loader<ProductId, VendorId>;
/// How vendors keep what they promise.
type Scorecards = Loader<VendorId, Scorecard>;

/// Lays this aggregate's loaders beside a request.
pub(crate) fn lay_loaders(app: &Purchasing, scope: &RequestScope, data: &mut async_graphql::Data) {
    let purchasing = app.clone();
    data.insert::<ById>(scope.loader(move |caller, ids| {
        let purchasing = purchasing.clone();
        async move { service::find_by_ids(&purchasing, &caller, ids).await }
    }));
    let purchasing = app.clone();
    data.insert::<Preferred>(scope.loader(move |caller, products| {
        let purchasing = purchasing.clone();
        async move { service::preferred_by_products(&purchasing, &caller, products).await }
    }));
    let purchasing = app.clone();
    data.insert::<Scorecards>(scope.loader(move |caller, vendors| {
        let purchasing = purchasing.clone();
        async move { scorecard::service::scorecards(&purchasing, &caller, vendors).await }
    }));
}

/// What is known about a vendor, batched with everything else the request asks; a vendor of whom nothing is known has an
/// empty one.
async fn load_scorecard(ctx: &Context<'_>, id: VendorId) -> Result<Scorecard> {
    Ok(ctx.data_unchecked::<Scorecards>().load(id).await?.unwrap_or_default())
}

/// The vendor with an id, batched with everything else the request asks.
pub(crate) async fn load(ctx: &Context<'_>, id: VendorId) -> Result<Option<Vendor>> {
    Ok(ctx.data_unchecked::<ById>().load(id).await?.map(Vendor))
}

/// The vendor that is preferred for a product.
pub(crate) async fn load_preferred(ctx: &Context<'_>, product: ProductId) -> Result<Option<Vendor>> {
    match ctx.data_unchecked::<Preferred>().load(product).await? {
        Some(id) => load(ctx, id).await,
        None => Ok(None),
    }
}

/// Where a vendor stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "model::VendorStatus")]
pub(crate) enum VendorStatus {
    /// Being looked at; nothing may be bought yet.
    Prospect,
    /// Sells to us.
    Active,
    /// Must not be bought from for the time being.
    Blocked,
    /// History.
    Archived,
}

/// A vendor as clients see it.
#[derive(Clone, Debug)]
pub(crate) struct Vendor(pub(crate) model::Vendor);

/// Who sells to the house.
#[Object]
impl Vendor {
    /// Identity.
    async fn id(&self) -> VendorId {
        self.0.id
    }

    /// The house's own short code, in capitals; unique in the tenant.
    async fn code(&self) -> &str {
        &self.0.facts.code
    }

    /// The name.
    async fn name(&self) -> &str {
        &self.0.facts.name
    }

    /// The tax number.
    async fn tax_id(&self) -> Option<&str> {
        self.0.facts.tax_id.as_deref()
    }

    /// Where it stands.
    async fn status(&self) -> VendorStatus {
        self.0.status.into()
    }

    /// Why it is blocked.
    async fn status_reason(&self) -> Option<&str> {
        self.0.status_reason.as_deref()
    }

    /// What it bills in.
    async fn currency(&self) -> CurrencyCode {
        self.0.facts.currency
    }

    /// Days until a bill is due.
    async fn payment_terms_days(&self) -> i32 {
        self.0.facts.payment_terms_days
    }

    /// Days between order and delivery.
    async fn lead_time_days(&self) -> i32 {
        self.0.facts.lead_time_days
    }

    /// The smallest order it delivers. Null without the permission to see prices.
    async fn min_order(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        let amount = self.0.facts.minimum_order;
        let may = caller(ctx)?.may(permission::PRICES);
        Ok(amount.filter(|_| may).map(|amount| Money::new(amount, self.0.facts.currency)))
    }

    /// How content the house is, 0 to 5: what somebody said, or else what the deliveries of a year say.
    async fn rating(&self, ctx: &Context<'_>) -> Result<Option<Decimal>> {
        match self.0.facts.rating {
            Some(rating) => Ok(Some(rating)),
            None => Ok(load_scorecard(ctx, self.0.id).await?.rating()),
        }
    }

    /// Of a hundred deliveries of a year, those that came in time. Null without any for which a day was agreed.
    async fn on_time_pct(&self, ctx: &Context<'_>) -> Result<Option<Decimal>> {
        Ok(load_scorecard(ctx, self.0.id).await?.on_time_percent())
    }

    /// Of a hundred ordered in a year, what came. Null without an order that is due.
    async fn fill_rate_pct(&self, ctx: &Context<'_>) -> Result<Option<Decimal>> {
        Ok(load_scorecard(ctx, self.0.id).await?.fill_rate_percent())
    }

    /// How much more than agreed was paid in a year, of a hundred; below zero when it was less. Null without the permission
    /// to see prices, or without a delivery of which both are known.
    async fn price_variance_pct(&self, ctx: &Context<'_>) -> Result<Option<Decimal>> {
        if !caller(ctx)?.may(permission::PRICES) {
            return Ok(None);
        }
        Ok(load_scorecard(ctx, self.0.id).await?.price_variance_percent())
    }

    /// Whom to talk to.
    async fn contact_name(&self) -> Option<&str> {
        self.0.facts.contact_name.as_deref()
    }

    /// Where to write.
    async fn email(&self) -> Option<&str> {
        self.0.facts.email.as_deref()
    }

    /// Where to call.
    async fn phone(&self) -> Option<&str> {
        self.0.facts.phone.as_deref()
    }

    /// How it stands to single products, apart from prices.
    async fn products(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "In which order.", default)] sort: VendorProductSort,
        #[graphql(desc = "How many from the start: 1 to 100, 10 unless told.")] first: Option<i32>,
        #[graphql(desc = "Continue after this cursor of the same list.")] after: Option<String>,
        #[graphql(desc = "How many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Continue before this cursor of the same list.")] before: Option<String>,
    ) -> Result<Connection<VendorProduct>> {
        let criteria =
            Criteria::Is(RelationCriterion { vendor_ids: Some(vec![self.0.id]), ..Default::default() });
        let page = PageArgs::new(first, after, last, before);
        let app = ctx.data_unchecked::<Purchasing>();
        Ok(service::list_relations(app, caller(ctx)?, &criteria, sort.into(), page).await?.map(VendorProduct))
    }

    /// Its price lists, latest first day first.
    async fn price_lists(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "In one of these states; in any unless told.")] status: Option<Vec<PriceListStatus>>,
        #[graphql(desc = "How many from the start: 1 to 100, 10 unless told.")] first: Option<i32>,
        #[graphql(desc = "Continue after this cursor of the same list.")] after: Option<String>,
        #[graphql(desc = "How many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Continue before this cursor of the same list.")] before: Option<String>,
    ) -> Result<Connection<PriceList>> {
        lists_of_vendor(ctx, (self.0.id, status), PageArgs::new(first, after, last, before)).await
    }

    /// What is agreed with it, latest first day first.
    async fn contracts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "In one of these states; in any unless told.")] status: Option<Vec<ContractStatus>>,
        #[graphql(desc = "How many from the start: 1 to 100, 10 unless told.")] first: Option<i32>,
        #[graphql(desc = "Continue after this cursor of the same list.")] after: Option<String>,
        #[graphql(desc = "How many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Continue before this cursor of the same list.")] before: Option<String>,
    ) -> Result<Option<Connection<Contract>>> {
        let page = PageArgs::new(first, after, last, before);
        contracts_of_vendor(ctx, (self.0.id, status), page).await.map(Some)
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
