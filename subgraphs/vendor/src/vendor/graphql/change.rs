//! What can be done with vendors.

use async_graphql::{Context, InputObject, MaybeUndefined, Object, SimpleObject};
use chassis::{Result, UserError, caller, outcome};
use primitives::{CurrencyCode, Decimal, VendorId};

use super::super::model::{self, VendorFacts};
use super::super::service::{self, Move};
use super::Vendor;
use crate::Purchasing;

/// The outcome of a change to a vendor.
#[derive(Debug, SimpleObject)]
pub(crate) struct VendorPayload {
    /// The vendor as it is now; null when the change was refused.
    vendor: Option<Vendor>,
    /// Why the change was refused: everything that is wrong, in the order of the input. Empty on success.
    user_errors: Vec<UserError>,
}

impl From<(Option<model::Vendor>, Vec<UserError>)> for VendorPayload {
    fn from((vendor, user_errors): (Option<model::Vendor>, Vec<UserError>)) -> Self {
        Self { vendor: vendor.map(Vendor), user_errors }
    }
}

/// A new vendor. It starts as a PROSPECT.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct CreateVendorInput {
    /// The house's own short code: letters A to Z, digits and - _ . / , at most 32; unique in the tenant.
    code: String,
    /// The name, at most 200 characters.
    name: String,
    /// The tax number.
    tax_id: Option<String>,
    /// What it bills in.
    currency: CurrencyCode,
    /// Days until a bill is due: 0 to 365.
    #[graphql(default = 30)]
    payment_terms_days: i32,
    /// Days between order and delivery: 0 to 365.
    #[graphql(default = 1)]
    lead_time_days: i32,
    /// The smallest order it delivers, in its currency.
    min_order: Option<Decimal>,
    /// How content the house is: 0 to 5.
    rating: Option<Decimal>,
    /// Whom to talk to.
    contact_name: Option<String>,
    /// Where to write.
    email: Option<String>,
    /// Where to call.
    phone: Option<String>,
    /// The same key with the same input has one effect and one answer for 24 hours.
    idempotency_key: Option<String>,
}

impl From<CreateVendorInput> for VendorFacts {
    fn from(input: CreateVendorInput) -> Self {
        Self {
            code: input.code,
            name: input.name,
            tax_id: input.tax_id,
            currency: input.currency,
            payment_terms_days: input.payment_terms_days,
            lead_time_days: input.lead_time_days,
            minimum_order: input.min_order,
            rating: input.rating,
            contact_name: input.contact_name,
            email: input.email,
            phone: input.phone,
        }
    }
}

/// A change to what is known about a vendor. What is left out stays; null clears.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct UpdateVendorInput {
    /// Which vendor.
    id: VendorId,
    /// Its version as last seen.
    expected_version: i32,
    /// The house's own short code.
    code: Option<String>,
    /// The name.
    name: Option<String>,
    /// The tax number.
    tax_id: MaybeUndefined<String>,
    /// What it bills in.
    currency: Option<CurrencyCode>,
    /// Days until a bill is due.
    payment_terms_days: Option<i32>,
    /// Days between order and delivery.
    lead_time_days: Option<i32>,
    /// The smallest order it delivers, in its currency.
    min_order: MaybeUndefined<Decimal>,
    /// How content the house is: 0 to 5.
    rating: MaybeUndefined<Decimal>,
    /// Whom to talk to.
    contact_name: MaybeUndefined<String>,
    /// Where to write.
    email: MaybeUndefined<String>,
    /// Where to call.
    phone: MaybeUndefined<String>,
}

impl UpdateVendorInput {
    fn apply(&self, facts: VendorFacts) -> VendorFacts {
        fn or<T: Clone>(change: &MaybeUndefined<T>, now: Option<T>) -> Option<T> {
            match change {
                MaybeUndefined::Undefined => now,
                MaybeUndefined::Null => None,
                MaybeUndefined::Value(value) => Some(value.clone()),
            }
        }
        VendorFacts {
            code: self.code.clone().unwrap_or(facts.code),
            name: self.name.clone().unwrap_or(facts.name),
            tax_id: or(&self.tax_id, facts.tax_id),
            currency: self.currency.unwrap_or(facts.currency),
            payment_terms_days: self.payment_terms_days.unwrap_or(facts.payment_terms_days),
            lead_time_days: self.lead_time_days.unwrap_or(facts.lead_time_days),
            minimum_order: or(&self.min_order, facts.minimum_order),
            rating: or(&self.rating, facts.rating),
            contact_name: or(&self.contact_name, facts.contact_name),
            email: or(&self.email, facts.email),
            phone: or(&self.phone, facts.phone),
        }
    }
}

/// Which vendor is moved in its life.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct VendorTransitionInput {
    /// Which vendor.
    id: VendorId,
    /// Its version as last seen.
    expected_version: i32,
    /// Why; needed to block.
    reason: Option<String>,
    /// The same key with the same input has one effect and one answer for 24 hours.
    idempotency_key: Option<String>,
}

async fn transition(
    ctx: &Context<'_>,
    input: VendorTransitionInput,
    to: model::VendorStatus,
) -> Result<VendorPayload> {
    let wanted = Move {
        id: input.id,
        expected_version: input.expected_version,
        to,
        reason: input.reason,
        idempotency_key: input.idempotency_key,
    };
    let app = ctx.data_unchecked::<Purchasing>();
    outcome(service::move_vendor(app, caller(ctx)?, &wanted).await).map(VendorPayload::from)
}

/// Changes of vendors.
#[derive(Debug, Default)]
pub(crate) struct VendorMutation;

#[Object]
impl VendorMutation {
    /// Describes a new vendor.
    async fn create_vendor(&self, ctx: &Context<'_>, input: CreateVendorInput) -> Result<VendorPayload> {
        let app = ctx.data_unchecked::<Purchasing>();
        let key = input.idempotency_key.clone();
        let created = service::create_vendor(app, caller(ctx)?, &input.into(), key.as_deref()).await;
        outcome(created).map(VendorPayload::from)
    }

    /// Changes what is known about a vendor.
    async fn update_vendor(&self, ctx: &Context<'_>, input: UpdateVendorInput) -> Result<VendorPayload> {
        let app = ctx.data_unchecked::<Purchasing>();
        let which = (input.id, input.expected_version);
        let updated = service::update_vendor(app, caller(ctx)?, which, |facts| input.apply(facts)).await;
        outcome(updated).map(VendorPayload::from)
    }

    /// Lets a vendor sell to the house.
    async fn activate_vendor(
        &self,
        ctx: &Context<'_>,
        input: VendorTransitionInput,
    ) -> Result<VendorPayload> {
        transition(ctx, input, model::VendorStatus::Active).await
    }

    /// Keeps the house from buying there, for a reason. Its prices are left out of every comparison.
    async fn block_vendor(&self, ctx: &Context<'_>, input: VendorTransitionInput) -> Result<VendorPayload> {
        transition(ctx, input, model::VendorStatus::Blocked).await
    }

    /// Lets a blocked vendor in again.
    async fn unblock_vendor(&self, ctx: &Context<'_>, input: VendorTransitionInput) -> Result<VendorPayload> {
        transition(ctx, input, model::VendorStatus::Active).await
    }

    /// Makes a vendor history.
    async fn archive_vendor(&self, ctx: &Context<'_>, input: VendorTransitionInput) -> Result<VendorPayload> {
        transition(ctx, input, model::VendorStatus::Archived).await
    }
}
