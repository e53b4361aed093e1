//! What a vendor sees and does with its token. Nothing here asks who is signed in, and nothing leads from here to anything
//! that does: what a vendor is shown are plain values.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chassis::{Result, UserError, outcome};
use primitives::graphql::UnitStub;
use primitives::{CurrencyCode, Date, DateTime, Decimal, Money, ProductId};

use super::super::invitation::Price;
use super::super::portal::{self, Answer, View};
use super::InvitationStatus;
use crate::Purchasing;

/// What a vendor is asked for.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct PortalLine {
    /// The product, by the id that prices are sent with.
    product_id: ProductId,
    /// The house's code for it.
    code: String,
    /// Its name.
    name: String,
    /// The unit to price.
    unit: UnitStub,
    /// How much the house expects to buy, in the unit.
    quantity: Option<Decimal>,
    /// What the vendor asks for one of the unit today, where it has a price in force.
    previous_price: Option<Money>,
}

/// A price that the vendor has written down.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct PortalPrice {
    /// The product.
    product_id: ProductId,
    /// From how many of the unit on.
    min_quantity: Decimal,
    /// What one of the unit costs.
    price: Money,
    /// Days between order and delivery, where they differ from the usual ones.
    lead_time_days: Option<i32>,
}

/// An invitation as the vendor sees it.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct PortalInvitation {
    /// The number of the campaign.
    campaign_number: String,
    /// What the campaign is called.
    campaign_name: String,
    /// From when on answers are taken.
    starts_at: DateTime,
    /// Until when.
    ends_at: DateTime,
    /// The first day for which prices are asked.
    valid_from: Date,
    /// The last day for which prices are asked.
    valid_to: Date,
    /// The name under which the house knows the vendor.
    vendor_name: String,
    /// What is priced in.
    currency: CurrencyCode,
    /// Where the invitation stands.
    status: InvitationStatus,
    /// Why the answer was rejected.
    status_reason: Option<String>,
    /// What is asked for: at most 500 products.
    lines: Vec<PortalLine>,
    /// What the vendor has written down so far.
    prices: Vec<PortalPrice>,
}

impl From<View> for PortalInvitation {
    fn from(view: View) -> Self {
        let currency = view.currency;
        let previous = view.previous;
        let lines = view.template.into_iter().map(|line| PortalLine {
            previous_price: previous.get(&line.product_id).map(|price| Money::new(*price, currency)),
            product_id: line.product_id,
            code: line.code,
            name: line.name,
            unit: line.unit.into(),
            quantity: line.quantity,
        });
        let prices = view.prices.into_iter().map(|price| PortalPrice {
            product_id: price.product_id,
            min_quantity: price.minimum_quantity,
            price: Money::new(price.price, currency),
            lead_time_days: price.lead_time_days,
        });
        Self {
            campaign_number: view.campaign.number,
            campaign_name: view.campaign.facts.name,
            starts_at: view.campaign.facts.starts_at.into(),
            ends_at: view.campaign.facts.ends_at.into(),
            valid_from: view.campaign.facts.window.from,
            valid_to: view.campaign.facts.window.to,
            vendor_name: view.vendor_name,
            currency,
            status: view.invitation.status.into(),
            status_reason: view.invitation.status_reason,
            lines: lines.collect(),
            prices: prices.collect(),
        }
    }
}

/// The outcome of what a vendor does with its invitation.
#[derive(Debug, SimpleObject)]
pub(crate) struct PortalPayload {
    /// The invitation as it is now; null when it was refused.
    invitation: Option<PortalInvitation>,
    /// Why it was refused: everything that is wrong, in the order of the input. Empty on success.
    user_errors: Vec<UserError>,
}

fn payload(result: Result<View>) -> Result<PortalPayload> {
    let (view, user_errors) = outcome(result)?;
    Ok(PortalPayload { invitation: view.map(PortalInvitation::from), user_errors })
}

/// A price of the vendor's.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct PortalPriceInput {
    /// The product; one of those that are asked for.
    product_id: ProductId,
    /// From how many of the unit on.
    #[graphql(default_with = "Decimal::ONE")]
    min_quantity: Decimal,
    /// What one of the unit costs.
    price: Decimal,
    /// Days between order and delivery, where they differ from the usual ones.
    lead_time_days: Option<i32>,
}

/// Prices to write down.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct PortalSaveInput {
    /// The token from the invitation.
    #[graphql(secret)]
    token: String,
    /// The prices, at most 2,000; they replace those written down before.
    lines: Vec<PortalPriceInput>,
    /// The same key with the same input has one effect for 24 hours.
    idempotency_key: Option<String>,
}

/// An answer to hand in.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct PortalSubmitInput {
    /// The token from the invitation.
    #[graphql(secret)]
    token: String,
    /// The prices; those written down before when left out.
    lines: Option<Vec<PortalPriceInput>>,
    /// The same key with the same input has one effect for 24 hours.
    idempotency_key: Option<String>,
}

fn prices(lines: Vec<PortalPriceInput>) -> Vec<Price> {
    let prices = lines.into_iter().map(|line| Price {
        product_id: line.product_id,
        minimum_quantity: line.min_quantity,
        price: line.price,
        lead_time_days: line.lead_time_days,
    });
    prices.collect()
}

/// What a vendor can ask.
#[derive(Debug, Default)]
pub(crate) struct PortalQuery;

#[Object]
impl PortalQuery {
    /// The invitation that a token opens; no sign-in is needed. `NOT_FOUND` for a token that opens nothing,
    /// `TOKEN_EXPIRED` once the invitation is over or revoked, `RATE_LIMITED` beyond 60 requests a minute.
    async fn portal_invitation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token from the invitation.", secret)] token: String,
    ) -> Result<PortalInvitation> {
        portal::look(ctx.data_unchecked::<Purchasing>(), &token).await.map(PortalInvitation::from)
    }
}

/// What a vendor can do.
#[derive(Debug, Default)]
pub(crate) struct PortalMutation;

#[Object]
impl PortalMutation {
    /// Writes prices down without handing them in; no sign-in is needed.
    async fn portal_save(&self, ctx: &Context<'_>, input: PortalSaveInput) -> Result<PortalPayload> {
        let answer = Answer {
            token: input.token,
            prices: Some(prices(input.lines)),
            idempotency_key: input.idempotency_key,
        };
        payload(portal::save(ctx.data_unchecked::<Purchasing>(), &answer).await)
    }

    /// Hands the answer in; from then on it waits for the house. No sign-in is needed.
    async fn portal_submit(&self, ctx: &Context<'_>, input: PortalSubmitInput) -> Result<PortalPayload> {
        let answer = Answer {
            token: input.token,
            prices: input.lines.map(prices),
            idempotency_key: input.idempotency_key,
        };
        payload(portal::submit(ctx.data_unchecked::<Purchasing>(), &answer).await)
    }
}
