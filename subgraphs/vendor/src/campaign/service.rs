//! What the house does with campaigns: prepare, invite, launch, halt and end them.

use std::collections::{BTreeSet, HashMap, HashSet};

use chassis::idempotency::{self, Attempt};
use chassis::page::{PositionSort, check_argument};
use chassis::{Caller, Code, Connection, Criteria, Error, Order, PageArgs, Refusal, Refusals, Result, Tx};
use chrono::Datelike;
use primitives::{Act, Audit, CampaignId, InvitationId, ProductId, Unit, VendorId};
use serde::{Deserialize, Serialize};

use super::closing;
use super::invitation::{Invitation, Price};
use super::line::{CampaignLine, CampaignLineDraft, read_lines};
use super::model::{Campaign, CampaignFacts, CampaignStatus, Command, read_facts};
use super::store::{self, CampaignCriterion, InvitationCriterion, SortedBy};
use crate::product_ref::service::{Known, learn};
use crate::vendor::model::{Vendor, VendorStatus, is_mail};
use crate::{Purchasing, event, permission, product_ref, vendor};

/// Vendors of one campaign.
const MAX_INVITATIONS: usize = 100;

/// A campaign to prepare.
#[derive(Clone, Debug, Serialize)]
pub struct NewCampaign {
    /// What is known about it.
    pub facts: CampaignFacts,
    /// What it asks for.
    pub lines: Vec<CampaignLineDraft>,
    /// Under which key the request may be repeated.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

/// A vendor to invite.
#[derive(Clone, Debug, Serialize)]
pub struct Guest {
    /// Who.
    pub vendor_id: VendorId,
    /// Where the invitation goes; the vendor's own address when nothing is said.
    pub email: Option<String>,
}

/// Vendors to invite.
#[derive(Clone, Debug, Serialize)]
pub struct Invite {
    /// To which campaign.
    pub id: CampaignId,
    /// Its version as last seen.
    pub expected_version: i32,
    /// Whom.
    pub guests: Vec<Guest>,
    /// Under which key the request may be repeated.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

/// A step in a campaign's life.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    /// Which campaign.
    pub id: CampaignId,
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

/// A campaign after a step, with the tokens that were given out. What is kept for repetition has no tokens: they are shown
/// once.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Issued {
    /// The campaign.
    pub campaign: Campaign,
    /// Tokens that were given out with it.
    #[serde(skip)]
    pub tokens: Vec<(InvitationId, String)>,
}

/// Prepares a campaign.
pub async fn create_campaign(app: &Purchasing, caller: &Caller, new: &NewCampaign) -> Result<Campaign> {
    caller.require(permission::MANAGE_CAMPAIGNS)?;
    let known = &learn(app, caller, questions(&new.lines)).await?;
    let act = app.act(caller);
    let key = new.idempotency_key.as_deref();
    let attempt = &Attempt::try_new(caller, "createCampaign", key, new, act.at)?;
    app.db
        .write(|tx| async move {
            idempotency::once(&tx, attempt, create_in(&tx, caller, new, known, act)).await
        })
        .await
}

/// Within a transaction.
pub(crate) async fn create_in(
    tx: &Tx,
    caller: &Caller,
    new: &NewCampaign,
    known: &Known,
    act: Act,
) -> Result<Campaign> {
    let mut refusals = Refusals::new();
    let facts = refusals.take(read_facts(new.facts.clone(), act.at));
    let lines = refusals.take(read_lines(&new.lines, known));
    let (Some(facts), Some(lines)) = (facts, lines) else { return Err(refusals.into()) };
    let campaign = Campaign {
        id: CampaignId::at(act.at),
        number: chassis::numbering::next(&**tx, caller.tenant, ("CP", act.at.year())).await?,
        facts,
        status: CampaignStatus::Draft,
        status_reason: None,
        audit: Audit::new(act),
        version: 1,
    };
    store::insert(&**tx, caller.tenant, &campaign, &lines).await?;
    remember(tx, caller, (&lines, known), act).await?;
    Ok(campaign)
}

/// Changes a draft; `change` gets the facts as they are.
pub async fn update_campaign(
    app: &Purchasing,
    caller: &Caller,
    (id, expected_version): (CampaignId, i32),
    change: impl Fn(CampaignFacts) -> CampaignFacts + Send + Sync,
    lines: Option<&[CampaignLineDraft]>,
) -> Result<Campaign> {
    caller.require(permission::MANAGE_CAMPAIGNS)?;
    let known = &learn(app, caller, lines.iter().flat_map(|lines| questions(lines))).await?;
    let act = app.act(caller);
    let change = &change;
    app.db
        .write(|tx| async move {
            let mut campaign = require(&tx, caller, id, expected_version).await?;
            campaign.require_draft()?;
            let mut refusals = Refusals::new();
            let facts = refusals.take(read_facts(change(campaign.facts.clone()), act.at));
            let lines = lines.map(|lines| read_lines(lines, known));
            let lines = lines.and_then(|lines| refusals.take(lines));
            refusals.into_result()?;
            campaign.facts = facts.unwrap_or(campaign.facts);
            campaign.touch(act);
            store::save(&*tx, caller.tenant, &campaign).await?;
            if let Some(lines) = lines {
                store::replace_lines(&*tx, caller.tenant, id, &lines).await?;
                remember(&tx, caller, (&lines, known), act).await?;
            }
            Ok(campaign)
        })
        .await
}

/// Invites vendors. To a campaign that runs already they get their tokens at once.
pub async fn invite(app: &Purchasing, caller: &Caller, wanted: &Invite) -> Result<Issued> {
    caller.require(permission::MANAGE_CAMPAIGNS)?;
    let act = app.act(caller);
    let key = wanted.idempotency_key.as_deref();
    let attempt = &Attempt::try_new(caller, "inviteVendors", key, wanted, act.at)?;
    app.db
        .write(|tx| async move { idempotency::once(&tx, attempt, invite_in(&tx, caller, wanted, act)).await })
        .await
}

/// Within a transaction.
pub(crate) async fn invite_in(tx: &Tx, caller: &Caller, wanted: &Invite, act: Act) -> Result<Issued> {
    let mut campaign = require(tx, caller, wanted.id, wanted.expected_version).await?;
    campaign.require_inviting()?;
    let invited = store::invitations_of(&**tx, caller.tenant, campaign.id).await?;
    let ids = wanted.guests.iter().map(|guest| guest.vendor_id).collect();
    let vendors = vendor::store::find_by_ids(&**tx, caller.tenant, ids).await?;
    let is_running = campaign.status == CampaignStatus::Active;
    let mut seen: HashSet<VendorId> = invited.iter().map(|invitation| invitation.vendor_id).collect();
    let mut refusals = Refusals::new();
    refusals.check(!wanted.guests.is_empty(), || Refusal::invalid("vendors", "nobody is invited"));
    refusals.check(invited.len() + wanted.guests.len() <= MAX_INVITATIONS, || {
        let message = format!("a campaign asks at most {MAX_INVITATIONS} vendors");
        Refusal::new(Code::LimitExceeded, "vendors", message)
    });
    let mut invitations = Vec::new();
    for (position, guest) in wanted.guests.iter().enumerate().take(MAX_INVITATIONS) {
        let vendor = vendors.get(&guest.vendor_id);
        let email =
            refusals.take(read_guest(guest, vendor, seen.insert(guest.vendor_id)).map_err(|refused| {
                let path = format!("vendors.{position}");
                Refusals::from(refused.into_iter().map(|refusal| refusal.below(&path)).collect::<Vec<_>>())
            }));
        refusals.check(!is_running || email.as_ref().is_none_or(Option::is_some), || {
            Refusal::invalid(&format!("vendors.{position}.email"), "there is no address to send it to")
        });
        let place = i32::try_from(invited.len() + position).unwrap_or(i32::MAX);
        invitations
            .extend(email.map(|email| Invitation::new((campaign.id, place), (guest.vendor_id, email), act)));
    }
    refusals.into_result()?;
    let mut tokens = Vec::new();
    if is_running {
        tokens
            .extend(invitations.iter_mut().map(|invitation| (invitation.id, invitation.issue(act).reveal())));
    }
    store::insert_invitations(&**tx, caller.tenant, &invitations).await?;
    campaign.touch(act);
    store::save(&**tx, caller.tenant, &campaign).await?;
    Ok(Issued { campaign, tokens })
}

/// The address to which the invitation goes, or everything that is wrong with inviting this vendor.
fn read_guest(guest: &Guest, vendor: Option<&Vendor>, is_new: bool) -> Result<Option<String>, Refusals> {
    let mut refusals = Refusals::new();
    refusals.check(vendor.is_some(), || Refusal::new(Code::NotFound, "vendorId", "vendor not found"));
    let may_sell =
        vendor.is_none_or(|vendor| matches!(vendor.status, VendorStatus::Prospect | VendorStatus::Active));
    refusals.check(may_sell, || {
        let status = vendor.map_or("", |vendor| vendor.status.code());
        Refusal::invalid_state(status, VendorStatus::Active.code()).below("vendorId")
    });
    refusals.check(is_new, || Refusal::duplicate("vendorId", "this vendor was invited before"));
    refusals.check(guest.email.as_deref().is_none_or(is_mail), || {
        Refusal::invalid("email", "this is no e-mail address")
    });
    let own = vendor.and_then(|vendor| vendor.facts.email.clone());
    if refusals.is_empty() { Ok(guest.email.clone().or(own)) } else { Err(refusals) }
}

/// Takes a campaign one step further.
pub async fn step(app: &Purchasing, caller: &Caller, step: &Step) -> Result<Issued> {
    caller.require(permission::MANAGE_CAMPAIGNS)?;
    let act = app.act(caller);
    let key = step.idempotency_key.as_deref();
    let attempt = &Attempt::try_new(caller, "stepCampaign", key, step, act.at)?;
    app.db
        .write(|tx| async move { idempotency::once(&tx, attempt, step_in(&tx, caller, step, act)).await })
        .await
}

/// Within a transaction.
pub(crate) async fn step_in(tx: &Tx, caller: &Caller, step: &Step, act: Act) -> Result<Issued> {
    let mut campaign = require(tx, caller, step.id, step.expected_version).await?;
    campaign.take(step.command, step.reason.as_deref(), act)?;
    let mut tokens = Vec::new();
    match step.command {
        Command::Launch => tokens = launch_in(tx, caller, &campaign, act).await?,
        Command::Complete | Command::Cancel => closing::end_in(tx, caller.tenant, &campaign, act).await?,
        Command::Pause | Command::Resume => {}
    }
    store::save(&**tx, caller.tenant, &campaign).await?;
    let kind = match step.command {
        Command::Launch => "campaign.launched",
        Command::Complete => "campaign.closed",
        Command::Cancel => "campaign.cancelled",
        Command::Pause => "campaign.paused",
        Command::Resume => "campaign.resumed",
    };
    tx.publish(event::campaign(kind, caller.tenant, &campaign));
    Ok(Issued { campaign, tokens })
}

/// Gives out the tokens, unless somebody cannot be reached.
async fn launch_in(
    tx: &Tx,
    caller: &Caller,
    campaign: &Campaign,
    act: Act,
) -> Result<Vec<(InvitationId, String)>> {
    let mut invitations = store::invitations_of(&**tx, caller.tenant, campaign.id).await?;
    let mut refusals = Refusals::new();
    refusals.check(campaign.facts.ends_at > act.at, || Refusal::invalid("endsAt", "the end is over"));
    refusals.check(!invitations.is_empty(), || Refusal::invalid("invitations", "nobody is invited"));
    for (position, invitation) in invitations.iter().enumerate() {
        refusals.check(invitation.email.is_some(), || {
            Refusal::invalid(&format!("invitations.{position}.email"), "there is no address to send it to")
        });
    }
    refusals.into_result()?;
    let mut tokens = Vec::with_capacity(invitations.len());
    for invitation in &mut invitations {
        tokens.push((invitation.id, invitation.issue(act).reveal()));
        store::save_invitation(&**tx, caller.tenant, invitation).await?;
    }
    Ok(tokens)
}

pub(super) async fn require(
    tx: &Tx,
    caller: &Caller,
    id: CampaignId,
    expected_version: i32,
) -> Result<Campaign> {
    let campaign = store::lock(&**tx, caller.tenant, id).await?;
    let campaign = campaign.ok_or_else(|| Error::not_found_at("campaign", "id"))?;
    if campaign.version == expected_version { Ok(campaign) } else { Err(Error::conflict(campaign.version)) }
}

async fn remember(
    tx: &Tx,
    caller: &Caller,
    (lines, known): (&[CampaignLine], &Known),
    act: Act,
) -> Result<()> {
    let products: BTreeSet<ProductId> = lines.iter().map(|line| line.product_id).collect();
    product_ref::store::remember(&**tx, caller.tenant, (products, known), act.at).await
}

/// Which products, each with its unit.
fn questions(lines: &[CampaignLineDraft]) -> impl Iterator<Item = (ProductId, Option<Unit>)> {
    lines.iter().map(|line| (line.product_id, Unit::from_code(&line.unit)))
}

/// A page of the campaigns that meet `criteria`.
pub(crate) async fn list_campaigns(
    app: &Purchasing,
    caller: &Caller,
    criteria: &Criteria<CampaignCriterion>,
    sort: (SortedBy, Order),
    page: PageArgs,
) -> Result<Connection<Campaign>> {
    caller.require(permission::VIEW_CAMPAIGNS)?;
    store::list(&app.db, caller.tenant, criteria, sort, page.check(criteria)?).await
}

/// A page of a campaign's lines.
pub(crate) async fn list_lines(
    app: &Purchasing,
    caller: &Caller,
    (id, products): (CampaignId, Option<Vec<ProductId>>),
    sort: PositionSort,
    page: PageArgs,
) -> Result<Connection<CampaignLine>> {
    caller.require(permission::VIEW_CAMPAIGNS)?;
    check_argument(products.as_ref(), "productIds")?;
    let which = (id, products);
    let page = page.check(&which)?;
    store::list_lines(&app.db, caller.tenant, which, sort.order(), page).await
}

/// A page of the invitations that meet `criteria`.
pub(crate) async fn list_invitations(
    app: &Purchasing,
    caller: &Caller,
    criteria: &Criteria<InvitationCriterion>,
    sort: PositionSort,
    page: PageArgs,
) -> Result<Connection<Invitation>> {
    caller.require(permission::VIEW_CAMPAIGNS)?;
    store::list_invitations(&app.db, caller.tenant, criteria, sort.order(), page.check(criteria)?).await
}

/// Campaigns by their ids.
pub(crate) async fn find_by_ids(
    app: &Purchasing,
    caller: &Caller,
    ids: Vec<CampaignId>,
) -> Result<HashMap<CampaignId, Campaign>> {
    caller.require(permission::VIEW_CAMPAIGNS)?;
    store::find_by_ids(app.db.read(), caller.tenant, ids).await
}

/// Invitations by their ids.
pub(crate) async fn find_invitations_by_ids(
    app: &Purchasing,
    caller: &Caller,
    ids: Vec<InvitationId>,
) -> Result<HashMap<InvitationId, Invitation>> {
    caller.require(permission::VIEW_CAMPAIGNS)?;
    store::find_invitations_by_ids(app.db.read(), caller.tenant, ids).await
}

/// The prices in invitations.
pub(crate) async fn prices_by_ids(
    app: &Purchasing,
    caller: &Caller,
    ids: Vec<InvitationId>,
) -> Result<HashMap<InvitationId, Vec<Price>>> {
    caller.require(permission::VIEW_CAMPAIGNS)?;
    store::prices_by_ids(app.db.read(), caller.tenant, ids).await
}
