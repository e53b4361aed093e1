//! What other services own and this one points at: products and vendors, which it extends with what is on order, and
//! people and places.

use async_graphql::{ComplexObject, Context, ID, Object, SimpleObject};
use chassis::{Connection, PageArgs, Result, caller};
use primitives::{CategoryId, DepartmentId, LocationId, ProductId, PropertyId, UserId, VendorId};

use crate::purchase_order::graphql::{PurchaseOrder, PurchaseOrderLine, open_of, orders_of_vendor};
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
    /// A place where stock lies. The inventory service describes it.
    Location(LocationId),
    /// A hotel, a restaurant. The users service describes it.
    Property(PropertyId),
    /// A person. The users service describes it.
    User(UserId),
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
}
