//! What other services own and this one points at: products and vendors, which it extends with what is on order, and
//! people and places.

use async_graphql::{ComplexObject, Context, ID, Object, SimpleObject};
use chassis::{Connection, PageArgs, Result, caller};
use primitives::{
    CategoryId, Date, DepartmentId, LocationId, Money, ProductId, PropertyId, UserId, VendorId,
};

use crate::permission;
use crate::purchase_order::graphql::{
    PurchaseOrder, PurchaseOrderLine, inbound_of, open_of, orders_of_vendor,
};
use crate::purchase_request::graphql::{
    Awaiting, PurchaseRequest, PurchaseRequestFilter, PurchaseRequestSort, awaiting,
};
use crate::spend::graphql::{Purchase, purchases_of, spent_with};
use crate::vendor_invoice::graphql::{VendorInvoice, open_of_vendor};

/// Order lines of one product that are listed.
const OPEN_LINES: usize = 50;

macro_rules! stubs {
    ($($(#[$doc:meta])* $name:ident($id:ty)),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, SimpleObject)]
        #[graphql(unresolvable = "id")]
        pub(crate) struct $name {
            /// Identity.
            id: $id,
        }

        impl From<$id> for $name {
            fn from(id: $id) -> Self {
                Self { id }
            }
        }
    )+};
}

stubs! {
    /// What products are sorted into. The product service describes it.
    Category(CategoryId),
    /// A part of the house that spends money of its own. The users service describes it.
    Department(DepartmentId),
    /// A hotel, a restaurant. The users service describes it.
    Property(PropertyId),
}

/// What is bought. The product service describes it; this one knows what is on order.
#[derive(Clone, Copy, Debug, SimpleObject)]
#[graphql(complex)]
pub(crate) struct Product {
    /// Identity.
    id: ProductId,
}

impl From<ProductId> for Product {
    fn from(id: ProductId) -> Self {
        Self { id }
    }
}

#[ComplexObject]
impl Product {
    /// What is still to come of it, oldest order first, at most 50 lines.
    async fn open_orders(&self, ctx: &Context<'_>) -> Result<Option<Vec<PurchaseOrderLine>>> {
        let mut lines = open_of(ctx, self.id).await?;
        lines.truncate(OPEN_LINES);
        Ok(Some(lines))
    }

    /// When it came last; null where it never did.
    async fn last_purchase(&self, ctx: &Context<'_>) -> Result<Option<Purchase>> {
        Ok(purchases_of(ctx, self.id).await?.into_iter().next())
    }

    /// When it came and what it cost, latest first, at most 24 times.
    async fn price_history(&self, ctx: &Context<'_>) -> Result<Option<Vec<Purchase>>> {
        purchases_of(ctx, self.id).await.map(Some)
    }
}

/// A place where stock lies. The inventory service describes it; this one knows what is to come there.
#[derive(Clone, Copy, Debug, SimpleObject)]
#[graphql(complex)]
pub(crate) struct Location {
    /// Identity.
    id: LocationId,
}

impl From<LocationId> for Location {
    fn from(id: LocationId) -> Self {
        Self { id }
    }
}

#[ComplexObject]
impl Location {
    /// Orders of which something is still to come here, what is due soonest first.
    async fn inbound_deliveries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start: 1 to 100, 10 unless told.")] first: Option<i32>,
        #[graphql(desc = "Continue after this cursor of the same list.")] after: Option<String>,
        #[graphql(desc = "How many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Continue before this cursor of the same list.")] before: Option<String>,
    ) -> Result<Option<Connection<PurchaseOrder>>> {
        inbound_of(ctx, self.id, PageArgs::new(first, after, last, before)).await.map(Some)
    }
}

/// A person. The users service describes it; this one knows what waits for the person's approval.
#[derive(Clone, Copy, Debug, SimpleObject)]
#[graphql(complex)]
pub(crate) struct User {
    /// Identity.
    id: UserId,
}

impl From<UserId> for User {
    fn from(id: UserId) -> Self {
        Self { id }
    }
}

#[ComplexObject]
impl User {
    /// What waits for the caller's own approval; null for everybody else, and without the permission to approve.
    #[expect(
        clippy::too_many_arguments,
        reason = "a connection field takes four arguments for its page alone"
    )]
    async fn pending_approvals(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Conditions that must hold.")] filter: Option<PurchaseRequestFilter>,
        #[graphql(desc = "The order; longest waiting first unless told.")] sort: Option<PurchaseRequestSort>,
        #[graphql(desc = "How many from the start: 1 to 100, 10 unless told.")] first: Option<i32>,
        #[graphql(desc = "Continue after this cursor of the same list.")] after: Option<String>,
        #[graphql(desc = "How many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Continue before this cursor of the same list.")] before: Option<String>,
    ) -> Result<Option<Connection<PurchaseRequest>>> {
        let who = caller(ctx)?;
        // What somebody may approve is known to the users service, which is asked with that person's own token.
        if who.user != self.id || !who.may(permission::APPROVE) {
            return Ok(None);
        }
        let page = PageArgs::new(first, after, last, before);
        awaiting(ctx, Awaiting { filter, overdue: false, sort, page }).await.map(Some)
    }
}

/// Who sells. The vendor service describes it; this one knows what is ordered from it.
#[derive(Clone, Copy, Debug, SimpleObject)]
#[graphql(complex)]
pub(crate) struct Vendor {
    /// Identity.
    id: VendorId,
}

impl From<VendorId> for Vendor {
    fn from(id: VendorId) -> Self {
        Self { id }
    }
}

#[ComplexObject]
impl Vendor {
    /// What was ordered from it, latest change first.
    async fn purchase_orders(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only what the vendor has and has not delivered in full.", default)] open_only: bool,
        #[graphql(desc = "How many from the start: 1 to 100, 10 unless told.")] first: Option<i32>,
        #[graphql(desc = "Continue after this cursor of the same list.")] after: Option<String>,
        #[graphql(desc = "How many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Continue before this cursor of the same list.")] before: Option<String>,
    ) -> Result<Option<Connection<PurchaseOrder>>> {
        let page = PageArgs::new(first, after, last, before);
        orders_of_vendor(ctx, (self.id, open_only), page).await.map(Some)
    }

    /// How much was spent with it: what was accepted of its deliveries, less what it owes. Null without the permission to see
    /// prices.
    async fn spend(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What came on this day or later.")] from: Option<Date>,
        #[graphql(desc = "What came on this day or earlier.")] to: Option<Date>,
    ) -> Result<Option<Money>> {
        spent_with(ctx, (self.id, from, to)).await
    }

    /// What it is not paid for yet, what is due soonest first.
    async fn open_invoices(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start: 1 to 100, 10 unless told.")] first: Option<i32>,
        #[graphql(desc = "Continue after this cursor of the same list.")] after: Option<String>,
        #[graphql(desc = "How many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Continue before this cursor of the same list.")] before: Option<String>,
    ) -> Result<Option<Connection<VendorInvoice>>> {
        let page = PageArgs::new(first, after, last, before);
        open_of_vendor(ctx, self.id, page).await.map(Some)
    }
}

/// References to what this service extends.
#[derive(Debug, Default)]
pub(crate) struct ForeignQuery;

#[Object]
impl ForeignQuery {
    #[graphql(entity)]
    async fn find_product_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Product>> {
        // Whose product it is cannot be known here; without orders in the caller's tenant there is nothing to see.
        caller(ctx)?;
        Ok(id.parse().ok().map(|id| Product { id }))
    }

    #[graphql(entity)]
    async fn find_vendor_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Vendor>> {
        caller(ctx)?;
        Ok(id.parse().ok().map(|id| Vendor { id }))
    }

    #[graphql(entity)]
    async fn find_location_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Location>> {
        caller(ctx)?;
        Ok(id.parse().ok().map(|id| Location { id }))
    }

    #[graphql(entity)]
    async fn find_user_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<User>> {
        caller(ctx)?;
        Ok(id.parse().ok().map(|id| User { id }))
    }
}
