//! What a vendor does with its invitation: look, write down prices, hand them in. It signs in nowhere: the token says who it
//! is, and opens this one invitation.

use std::collections::HashMap;
use std::sync::Arc;

use chassis::idempotency::{self, Attempt};
use chassis::machine::Word;
use chassis::{Caller, Error, Result, Tx, house};
use primitives::{Act, CurrencyCode, Decimal, InvitationId, ProductId, TenantId, UserId};
use serde::{Deserialize, Serialize};

use super::invitation::{Command, Invitation, InvitationStatus, Price, check_prices};
use super::line::CampaignLine;
use super::model::Campaign;
use super::{admission, store};
use crate::offer::store::View as Prices;
use crate::{Purchasing, event, offer, vendor};

/// What a vendor sees of a campaign: its own invitation, and snapshots.
#[derive(Clone, Debug)]
pub struct View {
    /// The campaign.
    pub campaign: Campaign,
    /// The invitation.
    pub invitation: Invitation,
    /// The name under which the house knows the vendor.
    pub vendor_name: String,
    /// What it is asked to price in.
    pub currency: CurrencyCode,
    /// What is asked for.
    pub template: Vec<CampaignLine>,
    /// What it has written down.
    pub prices: Vec<Price>,
    /// What it asks for these products today, for one unit of the template.
    pub previous: HashMap<ProductId, Decimal>,
}

/// A vendor's answer.
#[derive(Clone, Debug, Serialize)]
pub struct Answer {
    /// The token.
    #[serde(skip)]
    pub token: String,
    /// The prices; they replace those written down before. When handing in, those written down count if none are sent.
    pub prices: Option<Vec<Price>>,
    /// Under which key the request may be repeated.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

/// Which invitation an answer went to: all that is kept for repetition.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Answered(InvitationId);

/// What the token opens. Looking at it for the first time is noted.
pub async fn look(app: &Purchasing, token: &str) -> Result<View> {
    let tenant = admission::admit(app, token).await?;
    let act = Act { at: app.clock.now(), by: None };
    app.db
        .write(|tx| async move {
            let (campaign, mut invitation) = admission::enter(&tx, app, (tenant, token)).await?;
            open(&mut invitation, act)?;
            store::save_invitation(&*tx, tenant, &invitation).await?;
            view(&tx, tenant, (campaign, invitation), act).await
        })
        .await
}

/// Writes prices down without handing them in.
pub async fn save(app: &Purchasing, answer: &Answer) -> Result<View> {
    answer_with(app, answer, Command::Save).await
}

/// Hands the answer in. From then on it waits for the house.
pub async fn submit(app: &Purchasing, answer: &Answer) -> Result<View> {
    answer_with(app, answer, Command::Submit).await
}

async fn answer_with(app: &Purchasing, answer: &Answer, command: Command) -> Result<View> {
    let tenant = admission::admit(app, &answer.token).await?;
    let act = Act { at: app.clock.now(), by: None };
    app.db
        .write(|tx| async move {
            let entered = admission::enter(&tx, app, (tenant, &answer.token)).await?;
            let id = entered.1.id;
            let (name, key) = (Word::code(command), answer.idempotency_key.as_deref());
            let attempt = Attempt::try_new(&guest(tenant, id), name, key, answer, act.at)?;
            idempotency::once(&tx, &attempt, answer_in(&tx, tenant, entered, (answer, command), act)).await?;
            let entered = admission::enter(&tx, app, (tenant, &answer.token)).await?;
            view(&tx, tenant, entered, act).await
        })
        .await
}

/// Within a transaction.
pub(crate) async fn answer_in(
    tx: &Tx,
    tenant: TenantId,
    (campaign, mut invitation): (Campaign, Invitation),
    (answer, command): (&Answer, Command),
    act: Act,
) -> Result<Answered> {
    campaign.require_answerable(act.at)?;
    open(&mut invitation, act)?;
    let template = store::lines_of(&**tx, tenant, campaign.id).await?;
    if let Some(prices) = &answer.prices {
        invitation.take(Command::Save, None, act)?;
        check_prices(prices, &template, command == Command::Submit)?;
        store::save_prices(&**tx, tenant, (invitation.id, prices)).await?;
    }
    if command == Command::Submit {
        let written = store::prices_by_ids(&**tx, tenant, vec![invitation.id]).await?;
        invitation.take(Command::Submit, None, act)?;
        check_prices(written.get(&invitation.id).map_or(&[], Vec::as_slice), &template, true)?;
        tx.publish(event::invitation("invitation.submitted", tenant, &invitation));
    }
    store::save_invitation(&**tx, tenant, &invitation).await?;
    Ok(Answered(invitation.id))
}

/// Notes the first look, whatever comes next.
fn open(invitation: &mut Invitation, act: Act) -> Result<()> {
    if invitation.status == InvitationStatus::Pending {
        invitation.take(Command::Open, None, act)?;
    }
    Ok(())
}

/// The vendor as the one who repeats a request: keys of one invitation are apart from everybody else's.
fn guest(tenant: TenantId, id: InvitationId) -> Caller {
    Caller {
        user: UserId::from_uuid(id.as_uuid()),
        tenant,
        username: "vendor portal".to_owned(),
        permissions: Vec::new(),
        session: None,
        token: Arc::from(""),
    }
}

async fn view(
    tx: &Tx,
    tenant: TenantId,
    (campaign, invitation): (Campaign, Invitation),
    act: Act,
) -> Result<View> {
    let vendor = vendor::store::find_by_ids(&**tx, tenant, vec![invitation.vendor_id]).await?;
    let vendor = vendor.into_values().next();
    let vendor = vendor.ok_or_else(|| Error::internal("an invitation has a vendor of its tenant"))?;
    let template = store::lines_of(&**tx, tenant, campaign.id).await?;
    let mut prices = store::prices_by_ids(&**tx, tenant, vec![invitation.id]).await?;
    let products: Vec<ProductId> = template.iter().map(|line| line.product_id).collect();
    let today = Prices::of(house::day(act.at));
    let in_force = offer::store::candidates(&**tx, tenant, today, &products).await?;
    let previous = template.iter().filter_map(|line| {
        let mine = in_force.get(&line.product_id)?.iter().filter(|price| price.vendor.id == vendor.id);
        let first = mine.min_by_key(|price| price.line.minimum_quantity)?;
        Some((line.product_id, first.unit_price()?.checked_mul(line.factor)?))
    });
    Ok(View {
        previous: previous.collect(),
        prices: prices.remove(&invitation.id).unwrap_or_default(),
        currency: vendor.facts.currency,
        vendor_name: vendor.facts.name,
        campaign,
        invitation,
        template,
    })
}
