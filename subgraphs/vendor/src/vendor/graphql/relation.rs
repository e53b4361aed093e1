//! How vendors stand to products, in GraphQL.

use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use chassis::page::check_values;
use chassis::{Connection, Criteria, Filter, Nested, PageArgs, Refusals, Result, UserError, caller, outcome};
use primitives::graphql::UnitStub;
use primitives::{DateTime, ProductId, Quantity, VendorId, VendorProductId};

use super::super::relation::{self, Terms};
use super::super::service::{self, Relate};
use super::super::store::{RelationCriterion, RelationsBy};
use super::{Vendor, load};
use crate::Purchasing;
use crate::foreign::Product;

/// A relation as clients see it.
#[derive(Clone, Debug)]
pub(crate) struct VendorProduct(pub(crate) relation::VendorProduct);

/// How a vendor stands to one product, apart from its price.
#[Object]
impl VendorProduct {
    /// Identity.
    async fn id(&self) -> VendorProductId {
        self.0.id
    }

    /// The vendor.
    async fn vendor(&self, ctx: &Context<'_>) -> Result<Option<Vendor>> {
        load(ctx, self.0.vendor_id).await
    }

    /// The product.
    async fn product(&self) -> Product {
        Product { id: self.0.product_id }
    }

    /// The vendor's own article number.
    async fn vendor_sku(&self) -> Option<&str> {
        self.0.vendor_sku.as_deref()
    }

    /// Whether the vendor is preferred for the product.
    async fn is_preferred(&self) -> bool {
        self.0.is_preferred
    }

    /// Whether the product must not be bought from this vendor.
    async fn is_blocked(&self) -> bool {
        self.0.is_blocked
    }

    /// The unit it is ordered in, where that was said.
    async fn unit(&self) -> Option<UnitStub> {
        self.0.pack.map(|pack| pack.unit.into())
    }

    /// What one of the unit holds, in the product's base unit, as it was when the unit was said.
    async fn pack(&self) -> Option<Quantity> {
        self.0.pack.map(|pack| Quantity::new(pack.factor, pack.base_unit))
    }

    /// When it was changed last.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }

    /// Counts the changes; send it back as `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

/// What a list of relations is narrowed by. All conditions must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct VendorProductFilter {
    /// All of these hold, too.
    and: Option<Vec<VendorProductFilter>>,
    /// At least one of these holds, too.
    or: Option<Vec<VendorProductFilter>>,
    /// This does not hold.
    not: Option<Box<VendorProductFilter>>,
    /// Of one of these vendors.
    vendor_ids: Option<Vec<VendorId>>,
    /// For one of these products.
    product_ids: Option<Vec<ProductId>>,
    /// Preferred ones only, or the others only.
    is_preferred: Option<bool>,
    /// Blocked ones only, or the others only.
    is_blocked: Option<bool>,
}

impl Filter for VendorProductFilter {
    type Criterion = RelationCriterion;

    fn nested(&mut self) -> Nested<Self> {
        Nested { and: self.and.take(), or: self.or.take(), not: self.not.take() }
    }

    fn own(self, at: &str, refusals: &mut Refusals) -> Vec<Criteria<RelationCriterion>> {
        check_values(self.vendor_ids.as_ref(), &format!("{at}.vendorIds"), refusals);
        check_values(self.product_ids.as_ref(), &format!("{at}.productIds"), refusals);
        vec![Criteria::Is(RelationCriterion {
            vendor_ids: self.vendor_ids,
            product_ids: self.product_ids,
            is_preferred: self.is_preferred,
            is_blocked: self.is_blocked,
        })]
    }
}

/// What a list of relations is sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
#[graphql(remote = "RelationsBy")]
pub(crate) enum VendorProductSort {
    /// Oldest relation first.
    #[default]
    CreatedAtAsc,
    /// Newest relation first.
    CreatedAtDesc,
    /// Last changed first.
    UpdatedAtDesc,
}

/// Questions about relations between vendors and products.
#[derive(Debug, Default)]
pub(crate) struct VendorProductQuery;

#[Object]
impl VendorProductQuery {
    /// How vendors stand to products.
    #[expect(
        clippy::too_many_arguments,
        reason = "a connection field takes four arguments for its page alone"
    )]
    async fn vendor_products(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Conditions that must hold.")] filter: Option<VendorProductFilter>,
        #[graphql(desc = "In which order.", default)] sort: VendorProductSort,
        #[graphql(desc = "How many from the start: 1 to 100, 10 unless told.")] first: Option<i32>,
        #[graphql(desc = "Continue after this cursor of the same list.")] after: Option<String>,
        #[graphql(desc = "How many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Continue before this cursor of the same list.")] before: Option<String>,
    ) -> Result<Connection<VendorProduct>> {
        let criteria = Criteria::read(filter, None)?;
        let page = PageArgs::new(first, after, last, before);
        let app = ctx.data_unchecked::<Purchasing>();
        Ok(service::list_relations(app, caller(ctx)?, &criteria, sort.into(), page).await?.map(VendorProduct))
    }
}

/// The outcome of a change to a vendor's relation to a product.
#[derive(Debug, SimpleObject)]
pub(crate) struct VendorProductPayload {
    /// The relation as it is now; null when the change was refused.
    vendor_product: Option<VendorProduct>,
    /// Why the change was refused: everything that is wrong, in the order of the input. Empty on success.
    user_errors: Vec<UserError>,
}

/// How a vendor stands to a product. It replaces what was said before.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct SetVendorProductInput {
    /// Which vendor.
    vendor_id: VendorId,
    /// Which product.
    product_id: ProductId,
    /// The vendor's own article number, at most 64 characters.
    vendor_sku: Option<String>,
    /// Whether it becomes the preferred one; another one stops being it.
    #[graphql(default = false)]
    is_preferred: bool,
    /// Whether the product must not be bought there.
    #[graphql(default = false)]
    is_blocked: bool,
    /// The code of the unit it is ordered in; what one holds is noted.
    unit: Option<String>,
    /// The relation's version as last seen; null for a new one.
    expected_version: Option<i32>,
    /// The same key with the same input has one effect and one answer for 24 hours.
    idempotency_key: Option<String>,
}

impl From<SetVendorProductInput> for Relate {
    fn from(input: SetVendorProductInput) -> Self {
        Self {
            vendor_id: input.vendor_id,
            product_id: input.product_id,
            terms: Terms {
                vendor_sku: input.vendor_sku,
                is_preferred: input.is_preferred,
                is_blocked: input.is_blocked,
                unit: input.unit,
            },
            expected_version: input.expected_version,
            idempotency_key: input.idempotency_key,
        }
    }
}

/// Changes of relations between vendors and products.
#[derive(Debug, Default)]
pub(crate) struct VendorProductMutation;

#[Object]
impl VendorProductMutation {
    /// Says how a vendor stands to a product. At most one vendor is preferred for a product.
    async fn set_vendor_product(
        &self,
        ctx: &Context<'_>,
        input: SetVendorProductInput,
    ) -> Result<VendorProductPayload> {
        let app = ctx.data_unchecked::<Purchasing>();
        let relation = service::set_vendor_product(app, caller(ctx)?, &input.into()).await;
        let (relation, user_errors) = outcome(relation)?;
        Ok(VendorProductPayload { vendor_product: relation.map(VendorProduct), user_errors })
    }
}
