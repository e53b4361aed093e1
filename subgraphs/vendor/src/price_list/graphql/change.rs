//! What can be done with price lists.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chassis::{Result, UserError, caller, outcome};
use primitives::{CurrencyCode, Date, Decimal, PriceListId, ProductId, VendorId};

use super::super::line::LineDraft;
use super::super::model::{self, Window};
use super::super::service::{self, NewPriceList, PriceListPatch, Step};
use super::PriceList;
use crate::Purchasing;

/// The outcome of a change to a price list.
#[derive(Debug, SimpleObject)]
pub(crate) struct PriceListPayload {
    /// The price list as it is now; null when the change was refused.
    price_list: Option<PriceList>,
    /// Why the change was refused: everything that is wrong, in the order of the input. Empty on success.
    user_errors: Vec<UserError>,
}

impl From<(Option<model::PriceList>, Vec<UserError>)> for PriceListPayload {
    fn from((list, user_errors): (Option<model::PriceList>, Vec<UserError>)) -> Self {
        Self { price_list: list.map(PriceList), user_errors }
    }
}

/// A line of a price list.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct PriceLineInput {
    /// The product.
    product_id: ProductId,
    /// The code of the unit that is priced.
    unit: String,
    /// From how many of the unit on.
    #[graphql(default_with = "Decimal::ONE")]
    min_quantity: Decimal,
    /// What one of the unit costs, in the list's currency.
    price: Decimal,
    /// Days between order and delivery, where they differ from the vendor's.
    lead_time_days: Option<i32>,
}

impl From<PriceLineInput> for LineDraft {
    fn from(input: PriceLineInput) -> Self {
        Self {
            product_id: input.product_id,
            unit: input.unit,
            minimum_quantity: input.min_quantity,
            price: input.price,
            lead_time_days: input.lead_time_days,
        }
    }
}

/// A price list to draft.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct CreatePriceListInput {
    /// Whose prices.
    vendor_id: VendorId,
    /// In which currency; the vendor's when left out.
    currency: Option<CurrencyCode>,
    /// The first day on which it is to be in force.
    valid_from: Date,
    /// The last day, included.
    valid_to: Date,
    /// The prices: 1 to 2,000 lines.
    lines: Vec<PriceLineInput>,
    /// The same key with the same input has one effect and one answer for 24 hours.
    idempotency_key: Option<String>,
}

/// A change to a draft. What is left out stays; lines are replaced as a whole.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct UpdatePriceListInput {
    /// Which price list.
    id: PriceListId,
    /// Its version as last seen.
    expected_version: i32,
    /// The first day.
    valid_from: Option<Date>,
    /// The last day, included.
    valid_to: Option<Date>,
    /// The prices.
    lines: Option<Vec<PriceLineInput>>,
}

/// Which price list is taken one step further.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct PriceListTransitionInput {
    /// Which price list.
    id: PriceListId,
    /// Its version as last seen.
    expected_version: i32,
    /// Why, at least 10 characters; needed to reject or inactivate.
    reason: Option<String>,
    /// The same key with the same input has one effect and one answer for 24 hours.
    idempotency_key: Option<String>,
}

/// Which submitted price list comes into force.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct ApprovePriceListInput {
    /// Which price list.
    id: PriceListId,
    /// Its version as last seen.
    expected_version: i32,
    /// Active lists of the same vendor that give way to it in the same moment; at most 20.
    #[graphql(default)]
    supersedes: Vec<PriceListId>,
    /// The same key with the same input has one effect and one answer for 24 hours.
    idempotency_key: Option<String>,
}

async fn transition(
    ctx: &Context<'_>,
    input: PriceListTransitionInput,
    to: model::PriceListStatus,
) -> Result<PriceListPayload> {
    let step = Step {
        id: input.id,
        expected_version: input.expected_version,
        to,
        reason: input.reason,
        supersedes: Vec::new(),
        idempotency_key: input.idempotency_key,
    };
    let app = ctx.data_unchecked::<Purchasing>();
    outcome(service::step(app, caller(ctx)?, &step).await).map(PriceListPayload::from)
}

/// Changes of price lists.
#[derive(Debug, Default)]
pub(crate) struct PriceListMutation;

#[Object]
impl PriceListMutation {
    /// Drafts a price list.
    async fn create_price_list(
        &self,
        ctx: &Context<'_>,
        input: CreatePriceListInput,
    ) -> Result<PriceListPayload> {
        let new = NewPriceList {
            vendor_id: input.vendor_id,
            currency: input.currency,
            window: Window { from: input.valid_from, to: input.valid_to },
            lines: input.lines.into_iter().map(LineDraft::from).collect(),
            idempotency_key: input.idempotency_key,
        };
        let app = ctx.data_unchecked::<Purchasing>();
        outcome(service::create_price_list(app, caller(ctx)?, &new).await).map(PriceListPayload::from)
    }

    /// Changes a draft.
    async fn update_price_list(
        &self,
        ctx: &Context<'_>,
        input: UpdatePriceListInput,
    ) -> Result<PriceListPayload> {
        let patch = PriceListPatch {
            id: input.id,
            expected_version: input.expected_version,
            valid_from: input.valid_from,
            valid_to: input.valid_to,
            lines: input.lines.map(|lines| lines.into_iter().map(LineDraft::from).collect()),
        };
        let app = ctx.data_unchecked::<Purchasing>();
        outcome(service::update_price_list(app, caller(ctx)?, &patch).await).map(PriceListPayload::from)
    }

    /// Hands a draft in for approval.
    async fn submit_price_list(
        &self,
        ctx: &Context<'_>,
        input: PriceListTransitionInput,
    ) -> Result<PriceListPayload> {
        transition(ctx, input, model::PriceListStatus::Submitted).await
    }

    /// Puts a submitted list into force; the lists it supersedes give way. Refused when another active list of the vendor
    /// prices the same on the same days.
    async fn approve_price_list(
        &self,
        ctx: &Context<'_>,
        input: ApprovePriceListInput,
    ) -> Result<PriceListPayload> {
        let step = Step {
            id: input.id,
            expected_version: input.expected_version,
            to: model::PriceListStatus::Active,
            reason: None,
            supersedes: input.supersedes,
            idempotency_key: input.idempotency_key,
        };
        let app = ctx.data_unchecked::<Purchasing>();
        outcome(service::step(app, caller(ctx)?, &step).await).map(PriceListPayload::from)
    }

    /// Sends a submitted list back, with the reason.
    async fn reject_price_list(
        &self,
        ctx: &Context<'_>,
        input: PriceListTransitionInput,
    ) -> Result<PriceListPayload> {
        transition(ctx, input, model::PriceListStatus::Draft).await
    }

    /// Takes an active list out of force, with the reason.
    async fn inactivate_price_list(
        &self,
        ctx: &Context<'_>,
        input: PriceListTransitionInput,
    ) -> Result<PriceListPayload> {
        transition(ctx, input, model::PriceListStatus::Inactive).await
    }
}
