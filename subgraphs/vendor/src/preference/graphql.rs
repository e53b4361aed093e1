//! Preferences of houses in GraphQL.

use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use chassis::page::check_values;
use chassis::{Connection, Criteria, Filter, Nested, PageArgs, Refusals, Result, UserError, caller, outcome};
use primitives::{DateTime, ProductId, PropertyId, VendorId};

use super::model;
use super::service::{self, Prefer};
use super::store::{PreferenceCriterion, SortedBy};
use crate::Purchasing;
use crate::foreign::{Product, Property, User};
use crate::vendor::graphql::{self as vendors, Vendor};

/// A preference as clients see it.
#[derive(Clone, Debug)]
pub(crate) struct VendorPreference(model::Preference);

/// Whom a house prefers for a product, in place of the vendor that the tenant prefers.
#[Object]
impl VendorPreference {
    /// Which house.
    async fn property(&self) -> Property {
        Property { id: self.0.property_id }
    }

    /// For which product.
    async fn product(&self) -> Product {
        Product { id: self.0.product_id }
    }

    /// Which vendor.
    async fn vendor(&self, ctx: &Context<'_>) -> Result<Option<Vendor>> {
        vendors::load(ctx, self.0.vendor_id).await
    }

    /// When that was said last.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }

    /// Who said it; null when the platform did.
    async fn updated_by(&self) -> Option<User> {
        self.0.updated_by.map(User::from)
    }

    /// Counts the changes; send it back as `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

/// What a list of preferences is narrowed by. All conditions must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct VendorPreferenceFilter {
    /// All of these hold, too.
    and: Option<Vec<VendorPreferenceFilter>>,
    /// At least one of these holds, too.
    or: Option<Vec<VendorPreferenceFilter>>,
    /// This does not hold.
    not: Option<Box<VendorPreferenceFilter>>,
    /// Of one of these houses.
    property_ids: Option<Vec<PropertyId>>,
    /// For one of these products.
    product_ids: Option<Vec<ProductId>>,
    /// Of one of these vendors.
    vendor_ids: Option<Vec<VendorId>>,
}

impl Filter for VendorPreferenceFilter {
    type Criterion = PreferenceCriterion;

    fn nested(&mut self) -> Nested<Self> {
        Nested { and: self.and.take(), or: self.or.take(), not: self.not.take() }
    }

    fn own(self, at: &str, refusals: &mut Refusals) -> Vec<Criteria<PreferenceCriterion>> {
        check_values(self.property_ids.as_ref(), &format!("{at}.propertyIds"), refusals);
        check_values(self.product_ids.as_ref(), &format!("{at}.productIds"), refusals);
        check_values(self.vendor_ids.as_ref(), &format!("{at}.vendorIds"), refusals);
        vec![Criteria::Is(PreferenceCriterion {
            properties: self.property_ids,
            products: self.product_ids,
            vendors: self.vendor_ids,
        })]
    }
}

/// What a list of preferences is sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
#[graphql(remote = "SortedBy")]
pub(crate) enum VendorPreferenceSort {
    /// House by house.
    #[default]
    PropertyAsc,
    /// Last changed first.
    UpdatedAtDesc,
}

/// Questions about preferences.
#[derive(Debug, Default)]
pub(crate) struct PreferenceQuery;

#[Object]
impl PreferenceQuery {
    /// Which vendors single houses prefer for which products.
    #[expect(
        clippy::too_many_arguments,
        reason = "a connection field takes four arguments for its page alone"
    )]
    async fn vendor_preferences(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Conditions that must hold.")] filter: Option<
            VendorPreferenceFilter,
        >,
        #[graphql(desc = "In which order.", default)] sort: VendorPreferenceSort,
        #[graphql(desc = "How many from the start: 1 to 100, 10 unless told.")] first: Option<i32>,
        #[graphql(desc = "Continue after this cursor of the same list.")] after: Option<String>,
        #[graphql(desc = "How many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Continue before this cursor of the same list.")] before: Option<String>,
    ) -> Result<Connection<VendorPreference>> {
        let criteria = Criteria::read(filter, None)?;
        let page = PageArgs::new(first, after, last, before);
        let app = ctx.data_unchecked::<Purchasing>();
        Ok(service::list(app, caller(ctx)?, &criteria, sort.into(), page).await?.map(VendorPreference))
    }
}

/// The outcome of saying which vendor a house prefers.
#[derive(Debug, SimpleObject)]
pub(crate) struct PreferVendorPayload {
    /// The product; null when the change was refused.
    product: Option<Product>,
    /// Whom the house prefers for it now; null for whom the tenant prefers.
    vendor: Option<Vendor>,
    /// The house's own preference as it is now; null where it has none.
    preference: Option<VendorPreference>,
    /// Why the change was refused: everything that is wrong, in the order of the input. Empty on success.
    user_errors: Vec<UserError>,
}

/// Whom a house is to prefer for a product.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct PreferVendorInput {
    /// Which house.
    property_id: PropertyId,
    /// For which product.
    product_id: ProductId,
    /// Which vendor; left out, the house prefers whom the tenant prefers.
    vendor_id: Option<VendorId>,
    /// The version of the house's preference as last seen; null where it has none.
    expected_version: Option<i32>,
    /// The same key with the same input has one effect and one answer for 24 hours.
    idempotency_key: Option<String>,
}

/// Changes of preferences.
#[derive(Debug, Default)]
pub(crate) struct PreferenceMutation;

#[Object]
impl PreferenceMutation {
    /// Says which vendor a single house prefers for a product, in place of the one that the tenant prefers. It counts for
    /// `offers`, `bestOffer` and `comparePrices` when they are asked on behalf of the house.
    async fn prefer_vendor(
        &self,
        ctx: &Context<'_>,
        input: PreferVendorInput,
    ) -> Result<PreferVendorPayload> {
        let prefer = Prefer {
            property_id: input.property_id,
            product_id: input.product_id,
            vendor_id: input.vendor_id,
            seen: input.expected_version,
            idempotency_key: input.idempotency_key,
        };
        let preferred = service::prefer(ctx.data_unchecked::<Purchasing>(), caller(ctx)?, &prefer).await;
        let (preference, user_errors) = outcome(preferred)?;
        let product = preference.map(|_| Product { id: input.product_id });
        let preference = preference.flatten();
        let vendor = match preference {
            Some(preference) => vendors::load(ctx, preference.vendor_id).await?,
            None => None,
        };
        let preference = preference.map(VendorPreference);
        Ok(PreferVendorPayload { product, vendor, preference, user_errors })
    }
}
