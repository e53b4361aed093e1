//! Preferences of houses in GraphQL.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chassis::{Result, UserError, caller, outcome};
use primitives::{ProductId, PropertyId, VendorId};

use super::service::{self, Prefer};
use crate::Purchasing;
use crate::foreign::Product;
use crate::vendor::graphql::{self as vendors, Vendor};

/// The outcome of saying which vendor a house prefers.
#[derive(Debug, SimpleObject)]
pub(crate) struct PreferVendorPayload {
    /// The product; null when the change was refused.
    product: Option<Product>,
    /// Whom the house prefers for it now; null for whom the tenant prefers.
    vendor: Option<Vendor>,
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
            idempotency_key: input.idempotency_key,
        };
        let preferred = service::prefer(ctx.data_unchecked::<Purchasing>(), caller(ctx)?, &prefer).await;
        let (preference, user_errors) = outcome(preferred)?;
        let vendor = match preference.and_then(|preference| preference.vendor_id) {
            Some(id) => vendors::load(ctx, id).await?,
            None => None,
        };
        let product = preference.map(|preference| Product { id: preference.product_id });
        Ok(PreferVendorPayload { product, vendor, user_errors })
    }
}
