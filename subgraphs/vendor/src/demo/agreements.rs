//! What is agreed with vendors, and what they are asked: two contracts, a campaign that is over and one that runs.

use chassis::{Caller, Environment, Result, Tx};
use primitives::{Act, Decimal, InvitationId};

use super::plan::{DemoProduct, House, number};
use super::seed::{cents, day, instant, packs, vendor_id};
use crate::campaign::invitation::{Command as InvitationCommand, Price};
use crate::campaign::line::CampaignLineDraft;
use crate::campaign::model::{Campaign, CampaignFacts, Command as CampaignCommand};
use crate::campaign::portal::{Answer, answer_in};
use crate::campaign::service::{self as campaigns, Guest, Invite, NewCampaign};
use crate::campaign::submission::{Decision, decide_in};
use crate::contract::line::ContractLineDraft;
use crate::contract::model::Command as ContractCommand;
use crate::contract::service::{self as contracts, NewContract};
use crate::price_list::model::Window;
use crate::product_ref::service::Known;
use crate::{campaign, contract};

/// Products of one contract or campaign.
const PRODUCTS: usize = 6;
/// Vendors who are asked.
const GUESTS: usize = 4;
/// The hour of 15 August 2026, eight in Bangkok.
const AUGUST: u64 = 1_786_755_600_000;
const HOUR: u64 = 3_600_000;

/// Writes down the agreements of the group, unless there are contracts already. The small house has none.
pub(super) async fn seed(
    environment: &Environment,
    caller: &Caller,
    (house, products): (House, &[DemoProduct]),
) -> Result<()> {
    if house != House::Andaman || products.is_empty() {
        return Ok(());
    }
    let known = &packs(products);
    environment
        .db
        .write(|tx| async move {
            if contract::store::is_there_any(&*tx, caller.tenant).await? {
                return Ok(());
            }
            let writer = Writer { tx: &tx, caller, house, products, known };
            writer.contracts().await?;
            writer.campaign(("Spirits and wine from 2030 on", AUGUST), true).await?;
            writer.campaign(("Kitchen supplies from 2030 on", AUGUST + 30 * 24 * HOUR), false).await
        })
        .await
}

struct Writer<'w> {
    tx: &'w Tx,
    caller: &'w Caller,
    house: House,
    products: &'w [DemoProduct],
    known: &'w Known,
}

impl Writer<'_> {
    /// The first two vendors commit to prices three percent below the usual ones.
    async fn contracts(&self) -> Result<()> {
        let act = self.act(AUGUST)?;
        for position in [0, 3] {
            let Some(planned) = self.house.vendors().get(position) else { continue };
            let sold =
                self.products.iter().filter(|product| self.house.sells(position, product)).take(PRODUCTS);
            let lines = sold.map(|product| self.contract_line(product)).collect::<Result<Vec<_>>>()?;
            if lines.is_empty() {
                continue;
            }
            let new = NewContract {
                vendor_id: vendor_id(self.house, planned),
                currency: None,
                window: Window { from: day("2026-09-01")?, to: day("2029-12-31")? },
                lines,
                idempotency_key: None,
            };
            let made = contracts::create_in(self.tx, self.caller, &new, self.known, act).await?;
            let step = contracts::Step {
                id: made.id,
                expected_version: made.version,
                command: ContractCommand::Activate,
                reason: None,
                idempotency_key: None,
            };
            contracts::step_in(self.tx, self.caller, &step, act).await?;
        }
        Ok(())
    }

    fn contract_line(&self, product: &DemoProduct) -> Result<ContractLineDraft> {
        Ok(ContractLineDraft {
            product_id: product.id,
            unit: product.purchase_unit.code().to_owned(),
            price: pack_price(product, 970)?,
            committed: Some(Decimal::from_whole(500)),
            lead_time_days: None,
        })
    }

    /// Four vendors are asked. One hands in what is taken, one what is not, one begins and one says nothing.
    async fn campaign(&self, (name, begins): (&str, u64), is_over: bool) -> Result<()> {
        let act = self.act(begins)?;
        let first = number(&["campaign", name]) % self.products.len();
        let asked: Vec<&DemoProduct> =
            self.products.iter().cycle().skip(first).take(PRODUCTS.min(self.products.len())).collect();
        let line = |product: &&DemoProduct| CampaignLineDraft {
            product_id: product.id,
            unit: product.purchase_unit.code().to_owned(),
            quantity: Some(Decimal::from_whole(200)),
        };
        let facts = CampaignFacts {
            name: name.to_owned(),
            starts_at: act.at,
            ends_at: act.at + campaign::model::LONGEST,
            window: Window { from: day("2030-01-01")?, to: day("2030-12-31")? },
        };
        let new = NewCampaign { facts, lines: asked.iter().map(line).collect(), idempotency_key: None };
        let made = campaigns::create_in(self.tx, self.caller, &new, self.known, act).await?;
        let guests = self.house.vendors().iter().skip(5).take(GUESTS);
        let guests = guests.map(|planned| Guest { vendor_id: vendor_id(self.house, planned), email: None });
        let invite = Invite {
            id: made.id,
            expected_version: made.version,
            guests: guests.collect(),
            idempotency_key: None,
        };
        let invited = campaigns::invite_in(self.tx, self.caller, &invite, act).await?.campaign;
        let running = self.step(&invited, CampaignCommand::Launch, act).await?;
        self.answers(&running, &asked, begins).await?;
        if is_over {
            self.step(&running, CampaignCommand::Complete, self.act(begins + 14 * 24 * HOUR)?).await?;
        }
        Ok(())
    }

    async fn step(&self, campaign: &Campaign, command: CampaignCommand, act: Act) -> Result<Campaign> {
        let step = campaigns::Step {
            id: campaign.id,
            expected_version: campaign.version,
            command,
            reason: None,
            idempotency_key: None,
        };
        Ok(campaigns::step_in(self.tx, self.caller, &step, act).await?.campaign)
    }

    async fn answers(&self, campaign: &Campaign, asked: &[&DemoProduct], begins: u64) -> Result<()> {
        let invitations =
            campaign::store::invitations_of(&**self.tx, self.caller.tenant, campaign.id).await?;
        let [taken, not_taken, begun, ..] = invitations.as_slice() else { return Ok(()) };
        for (invitation, level, command) in [
            (taken, 960, InvitationCommand::Submit),
            (not_taken, 1_120, InvitationCommand::Submit),
            (begun, 1_000, InvitationCommand::Save),
        ] {
            let prices = asked.iter().map(|product| price(product, level)).collect::<Result<Vec<_>>>()?;
            let answer = Answer { token: String::new(), prices: Some(prices), idempotency_key: None };
            let act = Act { by: None, ..self.act(begins + 24 * HOUR)? };
            let entered = (campaign.clone(), invitation.clone());
            answer_in(self.tx, self.caller.tenant, entered, (&answer, command), act).await?;
        }
        self.decide(taken.id, InvitationCommand::Approve, begins).await?;
        self.decide(not_taken.id, InvitationCommand::Reject, begins).await
    }

    async fn decide(&self, id: InvitationId, command: InvitationCommand, begins: u64) -> Result<()> {
        let known =
            campaign::store::find_invitations_by_ids(&**self.tx, self.caller.tenant, vec![id]).await?;
        let Some(invitation) = known.get(&id) else { return Ok(()) };
        let rejected = command == InvitationCommand::Reject;
        let decision = Decision {
            id,
            expected_version: invitation.version,
            command,
            reason: rejected.then(|| "others offer the same for less".to_owned()),
            idempotency_key: None,
        };
        decide_in(self.tx, self.caller, &decision, self.act(begins + 48 * HOUR)?).await?;
        Ok(())
    }

    fn act(&self, unix_millis: u64) -> Result<Act> {
        Ok(Act { at: instant(unix_millis)?, by: Some(self.caller.user) })
    }
}

/// So many thousandths of what a pack usually costs.
fn pack_price(product: &DemoProduct, thousandths: i32) -> Result<Decimal> {
    let pack = product.base_price.checked_mul(product.purchase_factor);
    let price = pack
        .and_then(|pack| pack.checked_ratio(Decimal::from_whole(thousandths), Decimal::from_whole(1_000)));
    cents(price.ok_or_else(|| chassis::Error::internal("a demo price is within range"))?)
}

fn price(product: &DemoProduct, thousandths: i32) -> Result<Price> {
    Ok(Price {
        product_id: product.id,
        minimum_quantity: Decimal::ONE,
        price: pack_price(product, thousandths)?,
        lead_time_days: None,
    })
}
