//! Invitations as the house sees them, and what it does with them.

use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use chassis::{Result, UserError, caller, outcome};
use primitives::{DateTime, Decimal, InvitationId, Money};

use super::super::invitation::{self, Command, Price};
use super::super::submission::{self, Decision};
use super::{Campaign, Prices, load};
use crate::foreign::Product;
use crate::price_list::graphql::{self as price_lists, PriceList};
use crate::vendor::graphql::{self as vendors, Vendor};
use crate::{Purchasing, permission};

/// Where an invitation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "invitation::InvitationStatus")]
pub(crate) enum InvitationStatus {
    /// Not looked at yet.
    Pending,
    /// The vendor has looked at it.
    Opened,
    /// The vendor is answering.
    InProgress,
    /// The vendor has handed its answer in.
    Submitted,
    /// The house has taken it.
    Approved,
    /// The house has not taken it.
    Rejected,
    /// The campaign ended before an answer came.
    Expired,
    /// The house has taken the invitation back.
    Revoked,
}

/// An invitation as the house sees it.
#[derive(Clone, Debug)]
pub(crate) struct Invitation(pub(super) invitation::Invitation);

/// What one vendor was asked in a campaign, and what it answers.
#[Object]
impl Invitation {
    /// Identity.
    async fn id(&self) -> InvitationId {
        self.0.id
    }

    /// In which campaign.
    async fn campaign(&self, ctx: &Context<'_>) -> Result<Option<Campaign>> {
        load(ctx, self.0.campaign_id).await
    }

    /// Who is asked.
    async fn vendor(&self, ctx: &Context<'_>) -> Result<Option<Vendor>> {
        vendors::load(ctx, self.0.vendor_id).await
    }

    /// Where it goes.
    async fn email(&self) -> Option<&str> {
        self.0.email.as_deref()
    }

    /// Where it stands.
    async fn status(&self) -> InvitationStatus {
        self.0.status.into()
    }

    /// Why it was rejected or revoked.
    async fn status_reason(&self) -> Option<&str> {
        self.0.status_reason.as_deref()
    }

    /// When the vendor looked at it first.
    async fn opened_at(&self) -> Option<DateTime> {
        self.0.opened_at.map(DateTime::from)
    }

    /// When the answer was handed in.
    async fn submitted_at(&self) -> Option<DateTime> {
        self.0.submitted_at.map(DateTime::from)
    }

    /// The prices of an answer that was handed in; until then they are the vendor's own affair.
    async fn prices(&self, ctx: &Context<'_>) -> Result<Vec<InvitationPrice>> {
        if self.0.submitted_at.is_none() {
            return Ok(Vec::new());
        }
        let prices = ctx.data_unchecked::<Prices>().load(self.0.id).await?.unwrap_or_default();
        let vendor = self.0.vendor_id;
        Ok(prices.into_iter().map(|price| InvitationPrice { price, vendor }).collect())
    }

    /// The price list that the answer became.
    async fn price_list(&self, ctx: &Context<'_>) -> Result<Option<PriceList>> {
        match self.0.price_list_id {
            Some(id) => price_lists::load(ctx, id).await,
            None => Ok(None),
        }
    }

    /// Why that list did not come into force when the campaign closed.
    async fn closing_note(&self) -> Option<&str> {
        self.0.closing_note.as_deref()
    }

    /// Counts the changes; send it back as `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

/// A price in an answer as the house sees it.
#[derive(Clone, Debug)]
pub(crate) struct InvitationPrice {
    price: Price,
    vendor: primitives::VendorId,
}

/// A price that a vendor names in its answer, per unit that the campaign asks for.
#[Object]
impl InvitationPrice {
    /// The product.
    async fn product(&self) -> Product {
        Product { id: self.price.product_id }
    }

    /// From how many of the unit on.
    async fn min_quantity(&self) -> Decimal {
        self.price.minimum_quantity
    }

    /// What one of the unit costs, in the vendor's currency. Null without the permission to see prices.
    async fn price(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        if !caller(ctx)?.may(permission::PRICES) {
            return Ok(None);
        }
        let vendor = vendors::load(ctx, self.vendor).await?;
        Ok(vendor.map(|vendor| Money::new(self.price.price, vendor.0.facts.currency)))
    }

    /// Days between order and delivery, where they differ from the vendor's.
    async fn lead_time_days(&self) -> Option<i32> {
        self.price.lead_time_days
    }
}

/// The outcome of a change to an invitation.
#[derive(Debug, SimpleObject)]
pub(crate) struct InvitationPayload {
    /// The invitation as it is now; null when the change was refused.
    invitation: Option<Invitation>,
    /// The token, where one was given out. It is shown once: a repeated request shows none.
    token: Option<String>,
    /// Why the change was refused: everything that is wrong, in the order of the input. Empty on success.
    user_errors: Vec<UserError>,
}

/// Which invitation something is done with.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct InvitationTransitionInput {
    /// Which invitation.
    id: InvitationId,
    /// Its version as last seen.
    expected_version: i32,
    /// Why, at least 10 characters; needed to reject and to revoke.
    reason: Option<String>,
    /// The same key with the same input has one effect and one answer for 24 hours.
    idempotency_key: Option<String>,
}

async fn decide(
    ctx: &Context<'_>,
    input: InvitationTransitionInput,
    command: Command,
) -> Result<InvitationPayload> {
    let decision = Decision {
        id: input.id,
        expected_version: input.expected_version,
        command,
        reason: input.reason,
        idempotency_key: input.idempotency_key,
    };
    let app = ctx.data_unchecked::<Purchasing>();
    let (decided, user_errors) = outcome(submission::decide(app, caller(ctx)?, &decision).await)?;
    Ok(InvitationPayload { invitation: decided.map(Invitation), token: None, user_errors })
}

/// Changes of invitations.
#[derive(Debug, Default)]
pub(crate) struct InvitationMutation;

#[Object]
impl InvitationMutation {
    /// Takes a vendor's answer: it becomes a price list, which comes into force when the campaign closes, or at once when
    /// that has happened already.
    async fn approve_submission(
        &self,
        ctx: &Context<'_>,
        input: InvitationTransitionInput,
    ) -> Result<InvitationPayload> {
        decide(ctx, input, Command::Approve).await
    }

    /// Does not take a vendor's answer, with the reason.
    async fn reject_submission(
        &self,
        ctx: &Context<'_>,
        input: InvitationTransitionInput,
    ) -> Result<InvitationPayload> {
        decide(ctx, input, Command::Reject).await
    }

    /// Takes an invitation back, with the reason. Its token opens nothing from this moment on.
    async fn revoke_invitation(
        &self,
        ctx: &Context<'_>,
        input: InvitationTransitionInput,
    ) -> Result<InvitationPayload> {
        decide(ctx, input, Command::Revoke).await
    }

    /// Gives out another token, for a vendor that has lost its own; the one before opens nothing from this moment on.
    async fn renew_invitation(
        &self,
        ctx: &Context<'_>,
        input: InvitationTransitionInput,
    ) -> Result<InvitationPayload> {
        let app = ctx.data_unchecked::<Purchasing>();
        let (seen, key) = ((input.id, input.expected_version), input.idempotency_key.as_deref());
        let (renewed, user_errors) = outcome(submission::renew(app, caller(ctx)?, seen, key).await)?;
        let (invitation, token) = renewed.map(|renewed| (renewed.invitation, renewed.token)).unzip();
        Ok(InvitationPayload { invitation: invitation.map(Invitation), token: token.flatten(), user_errors })
    }
}
