//! What the house can do with campaigns.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chassis::{Result, UserError, caller, outcome};
use primitives::{CampaignId, Date, DateTime, Decimal, InvitationId, ProductId, VendorId};

use super::super::line::CampaignLineDraft;
use super::super::model::{self, CampaignFacts, Command};
use super::super::service::{self, Guest, Invite, Issued, NewCampaign, Step};
use super::Campaign;
use crate::Purchasing;
use crate::price_list::model::Window;

/// A token that was given out. It is shown once and kept nowhere.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct InvitationToken {
    /// The invitation that it opens.
    invitation_id: InvitationId,
    /// The token, to be sent to the vendor and to nobody else.
    token: String,
}

/// The outcome of a change to a campaign.
#[derive(Debug, SimpleObject)]
pub(crate) struct CampaignPayload {
    /// The campaign as it is now; null when the change was refused.
    campaign: Option<Campaign>,
    /// The tokens that were given out with the change. A repeated request shows none: `renewInvitation` gives out another.
    tokens: Vec<InvitationToken>,
    /// Why the change was refused: everything that is wrong, in the order of the input. Empty on success.
    user_errors: Vec<UserError>,
}

impl From<(Option<model::Campaign>, Vec<UserError>)> for CampaignPayload {
    fn from((campaign, user_errors): (Option<model::Campaign>, Vec<UserError>)) -> Self {
        Self { campaign: campaign.map(Campaign), tokens: Vec::new(), user_errors }
    }
}

impl From<(Option<Issued>, Vec<UserError>)> for CampaignPayload {
    fn from((issued, user_errors): (Option<Issued>, Vec<UserError>)) -> Self {
        let Some(issued) = issued else { return Self { campaign: None, tokens: Vec::new(), user_errors } };
        let tokens = issued.tokens.into_iter();
        let tokens = tokens.map(|(invitation_id, token)| InvitationToken { invitation_id, token }).collect();
        Self { campaign: Some(Campaign(issued.campaign)), tokens, user_errors }
    }
}

/// A product that a campaign asks for.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct CampaignLineInput {
    /// The product; a campaign asks for each once.
    product_id: ProductId,
    /// The code of the unit that is to be priced.
    unit: String,
    /// How much the house expects to buy, in the unit.
    quantity: Option<Decimal>,
}

impl From<CampaignLineInput> for CampaignLineDraft {
    fn from(input: CampaignLineInput) -> Self {
        Self { product_id: input.product_id, unit: input.unit, quantity: input.quantity }
    }
}

/// A campaign to prepare.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct CreateCampaignInput {
    /// What it is called, at most 200 characters.
    name: String,
    /// From when on vendors may answer.
    starts_at: DateTime,
    /// Until when; at most 180 days.
    ends_at: DateTime,
    /// The first day for which prices are asked.
    valid_from: Date,
    /// The last day for which prices are asked.
    valid_to: Date,
    /// What it asks for: 1 to 500 products.
    lines: Vec<CampaignLineInput>,
    /// The same key with the same input has one effect and one answer for 24 hours.
    idempotency_key: Option<String>,
}

/// A change to a draft. What is left out stays; lines are replaced as a whole.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct UpdateCampaignInput {
    /// Which campaign.
    id: CampaignId,
    /// Its version as last seen.
    expected_version: i32,
    /// What it is called.
    name: Option<String>,
    /// From when on vendors may answer.
    starts_at: Option<DateTime>,
    /// Until when.
    ends_at: Option<DateTime>,
    /// The first day for which prices are asked.
    valid_from: Option<Date>,
    /// The last day for which prices are asked.
    valid_to: Option<Date>,
    /// What it asks for.
    lines: Option<Vec<CampaignLineInput>>,
}

impl UpdateCampaignInput {
    fn apply(&self, facts: CampaignFacts) -> CampaignFacts {
        CampaignFacts {
            name: self.name.clone().unwrap_or(facts.name),
            starts_at: self.starts_at.map_or(facts.starts_at, DateTime::get),
            ends_at: self.ends_at.map_or(facts.ends_at, DateTime::get),
            window: Window {
                from: self.valid_from.unwrap_or(facts.window.from),
                to: self.valid_to.unwrap_or(facts.window.to),
            },
        }
    }
}

/// A vendor to invite.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct GuestInput {
    /// Who.
    vendor_id: VendorId,
    /// Where the invitation goes; the vendor's own address when left out.
    email: Option<String>,
}

/// Vendors to invite.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct InviteVendorsInput {
    /// To which campaign.
    id: CampaignId,
    /// Its version as last seen.
    expected_version: i32,
    /// Whom; a campaign asks at most 100 vendors.
    vendors: Vec<GuestInput>,
    /// The same key with the same input has one effect and one answer for 24 hours.
    idempotency_key: Option<String>,
}

/// Which campaign is taken one step further.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct CampaignTransitionInput {
    /// Which campaign.
    id: CampaignId,
    /// Its version as last seen.
    expected_version: i32,
    /// Why, at least 10 characters; needed to cancel.
    reason: Option<String>,
    /// The same key with the same input has one effect and one answer for 24 hours.
    idempotency_key: Option<String>,
}

async fn transition(
    ctx: &Context<'_>,
    input: CampaignTransitionInput,
    command: Command,
) -> Result<CampaignPayload> {
    let step = Step {
        id: input.id,
        expected_version: input.expected_version,
        command,
        reason: input.reason,
        idempotency_key: input.idempotency_key,
    };
    let app = ctx.data_unchecked::<Purchasing>();
    outcome(service::step(app, caller(ctx)?, &step).await).map(CampaignPayload::from)
}

/// Changes of campaigns.
#[derive(Debug, Default)]
pub(crate) struct CampaignMutation;

#[Object]
impl CampaignMutation {
    /// Prepares a campaign.
    async fn create_campaign(
        &self,
        ctx: &Context<'_>,
        input: CreateCampaignInput,
    ) -> Result<CampaignPayload> {
        let new = NewCampaign {
            facts: CampaignFacts {
                name: input.name,
                starts_at: input.starts_at.get(),
                ends_at: input.ends_at.get(),
                window: Window { from: input.valid_from, to: input.valid_to },
            },
            lines: input.lines.into_iter().map(CampaignLineDraft::from).collect(),
            idempotency_key: input.idempotency_key,
        };
        let app = ctx.data_unchecked::<Purchasing>();
        outcome(service::create_campaign(app, caller(ctx)?, &new).await).map(CampaignPayload::from)
    }

    /// Changes a draft.
    async fn update_campaign(
        &self,
        ctx: &Context<'_>,
        mut input: UpdateCampaignInput,
    ) -> Result<CampaignPayload> {
        let lines: Option<Vec<CampaignLineDraft>> =
            input.lines.take().map(|lines| lines.into_iter().map(CampaignLineDraft::from).collect());
        let (app, seen) = (ctx.data_unchecked::<Purchasing>(), (input.id, input.expected_version));
        let change = |facts| input.apply(facts);
        let changed = service::update_campaign(app, caller(ctx)?, seen, change, lines.as_deref()).await;
        outcome(changed).map(CampaignPayload::from)
    }

    /// Invites vendors. To a campaign that runs already they get their tokens at once.
    async fn invite_vendors(&self, ctx: &Context<'_>, input: InviteVendorsInput) -> Result<CampaignPayload> {
        let guests = input.vendors.into_iter();
        let guests = guests.map(|guest| Guest { vendor_id: guest.vendor_id, email: guest.email });
        let invite = Invite {
            id: input.id,
            expected_version: input.expected_version,
            guests: guests.collect(),
            idempotency_key: input.idempotency_key,
        };
        let app = ctx.data_unchecked::<Purchasing>();
        outcome(service::invite(app, caller(ctx)?, &invite).await).map(CampaignPayload::from)
    }

    /// Gives out the tokens: from its start on vendors may answer. Refused when somebody cannot be reached.
    async fn launch_campaign(
        &self,
        ctx: &Context<'_>,
        input: CampaignTransitionInput,
    ) -> Result<CampaignPayload> {
        transition(ctx, input, Command::Launch).await
    }

    /// Takes no answers for the time being; vendors may still look.
    async fn pause_campaign(
        &self,
        ctx: &Context<'_>,
        input: CampaignTransitionInput,
    ) -> Result<CampaignPayload> {
        transition(ctx, input, Command::Pause).await
    }

    /// Takes answers again.
    async fn resume_campaign(
        &self,
        ctx: &Context<'_>,
        input: CampaignTransitionInput,
    ) -> Result<CampaignPayload> {
        transition(ctx, input, Command::Resume).await
    }

    /// Ends a campaign: what is unanswered expires, what was approved comes into force a moment later. It completes by
    /// itself when its end is over.
    async fn complete_campaign(
        &self,
        ctx: &Context<'_>,
        input: CampaignTransitionInput,
    ) -> Result<CampaignPayload> {
        transition(ctx, input, Command::Complete).await
    }

    /// Gives a campaign up, with the reason; its tokens open nothing any more.
    async fn cancel_campaign(
        &self,
        ctx: &Context<'_>,
        input: CampaignTransitionInput,
    ) -> Result<CampaignPayload> {
        transition(ctx, input, Command::Cancel).await
    }
}
