//! What the house does with invitations: take an answer or not, take an invitation back, give out another token.

use chassis::idempotency::{self, Attempt};
use chassis::{Caller, Error, Result, Tx};
use primitives::{Act, InvitationId, PriceListId};
use serde::{Deserialize, Serialize};

use super::invitation::{Command, Invitation, drafts};
use super::line::known;
use super::model::{Campaign, CampaignStatus};
use super::store;
use crate::price_list::model::PriceListStatus;
use crate::price_list::service::{NewPriceList, create_in};
use crate::price_list::{self, takeover};
use crate::{Purchasing, event, permission};

/// What is done with an invitation.
#[derive(Clone, Debug, Serialize)]
pub struct Decision {
    /// Which invitation.
    pub id: InvitationId,
    /// Its version as last seen.
    pub expected_version: i32,
    /// What is done with it.
    pub command: Command,
    /// Why, where a reason is needed.
    pub reason: Option<String>,
    /// Under which key the request may be repeated.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

/// An invitation with the token that was given out. What is kept for repetition has no token: it is shown once.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Renewed {
    /// The invitation.
    pub invitation: Invitation,
    /// Its token.
    #[serde(skip)]
    pub token: Option<String>,
}

/// Takes an answer, or not, or takes the invitation back. An approved answer is a submitted price list, which comes into
/// force when the campaign closes; when that has happened already, at once.
pub async fn decide(app: &Purchasing, caller: &Caller, decision: &Decision) -> Result<Invitation> {
    caller.require(permission::MANAGE_CAMPAIGNS)?;
    if decision.command == Command::Approve {
        caller.require(permission::APPROVE_LISTS)?;
    }
    let act = app.act(caller);
    let key = decision.idempotency_key.as_deref();
    let attempt = &Attempt::try_new(caller, "decideInvitation", key, decision, act.at)?;
    app.db
        .write(
            |tx| async move { idempotency::once(&tx, attempt, decide_in(&tx, caller, decision, act)).await },
        )
        .await
}

/// Within a transaction.
pub(crate) async fn decide_in(tx: &Tx, caller: &Caller, decision: &Decision, act: Act) -> Result<Invitation> {
    let (campaign, mut invitation) = require(tx, caller, (decision.id, decision.expected_version)).await?;
    invitation.take(decision.command, decision.reason.as_deref(), act)?;
    if decision.command == Command::Approve {
        invitation.price_list_id = Some(approve_in(tx, caller, (&campaign, &invitation), act).await?);
    }
    store::save_invitation(&**tx, caller.tenant, &invitation).await?;
    let kind = match decision.command {
        Command::Approve => "invitation.approved",
        Command::Reject => "invitation.rejected",
        _ => "invitation.revoked",
    };
    tx.publish(event::invitation(kind, caller.tenant, &invitation));
    Ok(invitation)
}

/// Makes the price list that an answer is.
async fn approve_in(
    tx: &Tx,
    caller: &Caller,
    (campaign, invitation): (&Campaign, &Invitation),
    act: Act,
) -> Result<PriceListId> {
    let template = store::lines_of(&**tx, caller.tenant, campaign.id).await?;
    let mut prices = store::prices_by_ids(&**tx, caller.tenant, vec![invitation.id]).await?;
    let prices = prices.remove(&invitation.id).unwrap_or_default();
    let new = NewPriceList {
        vendor_id: invitation.vendor_id,
        currency: None,
        window: campaign.facts.window,
        lines: drafts(&prices, &template),
        idempotency_key: None,
    };
    let mut list = create_in(tx, caller, &new, &known(&template), act).await?;
    list.move_to(PriceListStatus::Submitted, act)?;
    price_list::store::save(&**tx, caller.tenant, &list).await?;
    if campaign.status == CampaignStatus::Completed {
        takeover::put_into_force(tx, caller.tenant, list.id, act).await?;
    }
    Ok(list.id)
}

/// Gives out another token for an invitation; the one before opens nothing any more.
pub async fn renew(
    app: &Purchasing,
    caller: &Caller,
    (id, expected_version): (InvitationId, i32),
    key: Option<&str>,
) -> Result<Renewed> {
    caller.require(permission::MANAGE_CAMPAIGNS)?;
    let act = app.act(caller);
    let attempt = &Attempt::try_new(caller, "renewInvitation", key, &(id, expected_version), act.at)?;
    app.db
        .write(|tx| async move {
            let work = async {
                let (campaign, mut invitation) = require(&tx, caller, (id, expected_version)).await?;
                campaign.require_inviting()?;
                if campaign.status == CampaignStatus::Draft || invitation.is_shut() {
                    use chassis::machine::Word;
                    let (from, to) = (invitation.status.code(), CampaignStatus::Active.code());
                    return Err(chassis::Refusal::invalid_state(from, to).into());
                }
                let token = Some(invitation.issue(act).reveal());
                store::save_invitation(&*tx, caller.tenant, &invitation).await?;
                Ok(Renewed { invitation, token })
            };
            idempotency::once(&tx, attempt, work).await
        })
        .await
}

/// The invitation with its campaign, the campaign locked first: everybody in the house takes them in this order.
async fn require(
    tx: &Tx,
    caller: &Caller,
    (id, expected_version): (InvitationId, i32),
) -> Result<(Campaign, Invitation)> {
    let missing = || Error::not_found_at("invitation", "id");
    let seen = store::find_invitations_by_ids(&**tx, caller.tenant, vec![id]).await?.remove(&id);
    let seen = seen.ok_or_else(missing)?;
    let campaign = store::lock(&**tx, caller.tenant, seen.campaign_id).await?;
    let campaign = campaign.ok_or_else(|| Error::internal("an invitation has a campaign of its tenant"))?;
    let invitation = store::lock_invitation(&**tx, caller.tenant, id).await?.ok_or_else(missing)?;
    if invitation.version == expected_version {
        Ok((campaign, invitation))
    } else {
        Err(Error::conflict(invitation.version))
    }
}
