//! The end of a campaign: what is unanswered expires, and what was approved comes into force.

use std::sync::Arc;

use chassis::{Clock, Envelope, Error, Handlers, Result, Tx};
use primitives::{Act, CampaignId, TenantId};
use serde::Deserialize;

use super::invitation::{self, InvitationStatus};
use super::model::{Campaign, CampaignStatus, Command};
use super::saga::{self, PLAN};
use super::store;
use crate::price_list::model::PriceListStatus;
use crate::price_list::{self, takeover};
use crate::{NAME, Purchasing, event};

/// Campaigns of one round; the next round takes the rest.
const CAMPAIGNS_PER_ROUND: u64 = 100;

/// Why open invitations of a cancelled campaign are taken back.
const CANCELLED: &str = "the campaign was cancelled";

/// Ends the invitations of a campaign that was completed or cancelled. What was approved of a completed one is to come into
/// force.
pub(super) async fn end_in(tx: &Tx, tenant: TenantId, campaign: &Campaign, act: Act) -> Result<()> {
    let is_cancelled = campaign.status == CampaignStatus::Cancelled;
    let invitations = store::invitations_of(&**tx, tenant, campaign.id).await?;
    if !is_cancelled {
        let lists = invitations.iter().filter_map(|invitation| invitation.price_list_id).collect();
        let lists = price_list::store::find_by_ids(&**tx, tenant, lists).await?;
        let mut numbers: Vec<String> = lists.into_values().map(|list| list.number).collect();
        numbers.sort_unstable();
        let subject = (tenant, campaign.id.as_uuid(), campaign.version);
        let begin = |it: &mut chassis::saga::Saga| saga::closed(it, &numbers, act.at);
        chassis::saga::begin(tx, &PLAN, subject, act.at, begin).await?;
    }
    for mut invitation in invitations {
        if is_cancelled && (invitation.is_open() || invitation.status == InvitationStatus::Submitted) {
            invitation.take(invitation::Command::Revoke, Some(CANCELLED), act)?;
        } else if invitation.is_open() {
            invitation.take(invitation::Command::Expire, None, act)?;
        } else {
            continue;
        }
        store::save_invitation(&**tx, tenant, &invitation).await?;
    }
    Ok(())
}

/// Completes the running campaigns of every tenant whose end is over; answers how many there were. Two processes that do
/// it at once complete each campaign once.
///
/// # Errors
/// `Internal` when the database fails.
pub async fn complete_over(app: &Purchasing) -> Result<usize> {
    let act = Act { at: app.clock.now(), by: None };
    let over = store::find_over_across_tenants(app.db.read(), act.at, CAMPAIGNS_PER_ROUND).await?;
    let mut completed = 0;
    for (tenant, id) in over {
        let is_new = app
            .db
            .write(|tx| async move {
                let campaign = store::lock(&*tx, tenant, id).await?;
                let is_running = |status| matches!(status, CampaignStatus::Active | CampaignStatus::Paused);
                let campaign = campaign.filter(|campaign| is_running(campaign.status));
                let Some(mut campaign) = campaign else { return Ok(false) };
                campaign.take(Command::Complete, None, act)?;
                end_in(&tx, tenant, &campaign, act).await?;
                store::save(&*tx, tenant, &campaign).await?;
                tx.publish(event::campaign("campaign.closed", tenant, &campaign));
                Ok(true)
            })
            .await?;
        completed += usize::from(is_new);
    }
    Ok(completed)
}

/// What is said about a closed campaign.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Closed {
    campaign_id: CampaignId,
}

/// What this service does about its own closed campaigns.
pub(crate) fn handlers(handlers: Handlers, clock: &Clock) -> Handlers {
    let clock = clock.clone();
    handlers.on(NAME, "campaign.closed", move |tx, event| {
        let clock = clock.clone();
        async move { put_into_force(&tx, &event, &clock).await }
    })
}

/// Puts the lists that were approved into force. One that cannot be is no failure: the invitation notes why, and somebody
/// decides what becomes of it.
async fn put_into_force(tx: &Tx, event: &Arc<Envelope>, clock: &Clock) -> Result<()> {
    let closed: Closed = serde_json::from_value(event.payload.clone()).map_err(Error::internal)?;
    let tenant = event.tenant_id;
    let act = Act { at: clock.now(), by: event.actor_id };
    if store::lock(&**tx, tenant, closed.campaign_id).await?.is_none() {
        return Err(Error::internal("a closed campaign is there"));
    }
    let invitations = store::invitations_of(&**tx, tenant, closed.campaign_id).await?;
    let known = invitations.iter().filter_map(|invitation| invitation.price_list_id).collect();
    let known = price_list::store::find_by_ids(&**tx, tenant, known).await?;
    let mut lists = Vec::new();
    for mut invitation in invitations {
        let Some(list) = invitation.price_list_id else { continue };
        let is_active = known.get(&list).is_some_and(|list| list.status == PriceListStatus::Active);
        let refused = match is_active {
            // Told twice, it comes into force once.
            true => Ok(None),
            false => takeover::put_into_force(tx, tenant, list, act).await.map(Some),
        };
        let refused = match refused {
            Ok(_) => None,
            Err(Error::Refused(refusals)) => Some(refusals.to_string()),
            Err(error) => return Err(error),
        };
        if let Some(why) = &refused {
            invitation.closing_note = Some(why.clone());
            invitation.touch(act);
            store::save_invitation(&**tx, tenant, &invitation).await?;
        }
        lists.extend(known.get(&list).map(|list| (list.number.clone(), refused)));
    }
    let subject = event.subject();
    chassis::saga::follow(tx, &PLAN, subject, |it| saga::activated(it, &lists, act.at)).await
}
