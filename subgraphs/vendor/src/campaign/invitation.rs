//! What one vendor was asked, how far its answer is, and how often it may ask. Pure.

use chassis::machine::{Machine, words};
use chassis::{Code, Refusal, Refusals};
use chrono::{DateTime, TimeDelta, Utc};
use primitives::{Act, Audit, CampaignId, Decimal, InvitationId, PriceListId, ProductId, VendorId};
use serde::{Deserialize, Serialize};

use super::line::{CampaignLine, known};
use super::token::{Token, TokenHash};
use crate::price_list::line::{LineDraft, read_lines};
use crate::price_list::model::read_reason;

/// Requests that an invitation answers in one [`MINUTE`]: far more than a person makes.
pub const REQUESTS_PER_MINUTE: i32 = 60;
/// For how long requests are counted together.
const MINUTE: TimeDelta = TimeDelta::seconds(60);
/// Prices of one answer.
pub const MAX_PRICES: usize = 2_000;

words! {
    /// Where an invitation stands.
    InvitationStatus {
        /// Not looked at yet.
        Pending = "PENDING",
        /// The vendor has looked at it.
        Opened = "OPENED",
        /// The vendor is answering.
        InProgress = "IN_PROGRESS",
        /// The vendor has handed its answer in.
        Submitted = "SUBMITTED",
        /// The house has taken it.
        Approved = "APPROVED",
        /// The house has not taken it.
        Rejected = "REJECTED",
        /// The campaign ended before an answer came.
        Expired = "EXPIRED",
        /// The house has taken the invitation back.
        Revoked = "REVOKED",
    }
}

words! {
    /// What can be done with an invitation.
    Command {
        /// Look at it.
        Open = "open",
        /// Write down prices.
        Save = "save",
        /// Hand the answer in.
        Submit = "submit",
        /// Take the answer.
        Approve = "approve",
        /// Do not take the answer.
        Reject = "reject",
        /// Let its time be over.
        Expire = "expire",
        /// Take the invitation back.
        Revoke = "revoke",
    }
}

/// The life of an invitation.
pub const MACHINE: Machine<InvitationStatus, Command> = {
    use Command::{Approve, Expire, Open, Reject, Revoke, Save, Submit};
    use InvitationStatus::{Approved, Expired, InProgress, Opened, Pending, Rejected, Revoked, Submitted};
    Machine {
        name: "Invitation",
        start: Pending,
        arrows: &[
            (Pending, Open, Opened),
            (Pending, Expire, Expired),
            (Pending, Revoke, Revoked),
            (Opened, Save, InProgress),
            (Opened, Expire, Expired),
            (Opened, Revoke, Revoked),
            (InProgress, Save, InProgress),
            (InProgress, Submit, Submitted),
            (InProgress, Expire, Expired),
            (InProgress, Revoke, Revoked),
            (Submitted, Approve, Approved),
            (Submitted, Reject, Rejected),
            (Submitted, Revoke, Revoked),
        ],
    }
};

/// A price that a vendor names: per unit of the campaign's template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    /// The product.
    pub product_id: ProductId,
    /// From how many of the unit on.
    pub minimum_quantity: Decimal,
    /// What one of the unit costs.
    pub price: Decimal,
    /// Days between order and delivery, where they differ from the vendor's.
    pub lead_time_days: Option<i32>,
}

/// An invitation without the vendor's prices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// Identity.
    pub id: InvitationId,
    /// In which campaign.
    pub campaign_id: CampaignId,
    /// Who is asked.
    pub vendor_id: VendorId,
    /// Its place among the invitations of the campaign, from 0.
    pub position: i32,
    /// Where the invitation goes.
    pub email: Option<String>,
    /// Where it stands.
    pub status: InvitationStatus,
    /// Why it was rejected or revoked.
    pub status_reason: Option<String>,
    /// What is kept of its token. Never part of an answer that is kept for repetition.
    #[serde(skip)]
    pub token_hash: Option<TokenHash>,
    /// When the vendor looked at it first.
    pub opened_at: Option<DateTime<Utc>>,
    /// When the answer was handed in.
    pub submitted_at: Option<DateTime<Utc>>,
    /// The price list that the answer became.
    pub price_list_id: Option<PriceListId>,
    /// Why that list did not come into force when the campaign closed.
    pub closing_note: Option<String>,
    /// The requests that its token made lately.
    pub requests: Requests,
    /// Who touched it when.
    pub audit: Audit,
    /// Counts the changes, from 1.
    pub version: i32,
}

/// How often a token was used, and since when that is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requests {
    /// Since when.
    pub counted_from: DateTime<Utc>,
    /// How often.
    pub count: i32,
}

impl Requests {
    /// Counts one more, unless there were too many.
    pub fn admit(&mut self, now: DateTime<Utc>) -> Result<(), Refusal> {
        if now - self.counted_from >= MINUTE {
            *self = Self { counted_from: now, count: 0 };
        }
        if self.count >= REQUESTS_PER_MINUTE {
            let wait = (MINUTE - (now - self.counted_from)).num_seconds().max(1);
            let refusal =
                Refusal::new(Code::RateLimited, "token", "too many requests; try again in a moment");
            return Err(refusal.with("retryAfterSeconds", wait));
        }
        self.count += 1;
        Ok(())
    }
}

impl Invitation {
    /// A new invitation of a vendor.
    pub fn new(
        (campaign, position): (CampaignId, i32),
        (vendor, email): (VendorId, Option<String>),
        act: Act,
    ) -> Self {
        Self {
            id: InvitationId::at(act.at),
            campaign_id: campaign,
            vendor_id: vendor,
            position,
            email,
            status: InvitationStatus::Pending,
            status_reason: None,
            token_hash: None,
            opened_at: None,
            submitted_at: None,
            price_list_id: None,
            closing_note: None,
            requests: Requests { counted_from: act.at, count: 0 },
            audit: Audit::new(act),
            version: 1,
        }
    }

    /// Takes one arrow of the machine; rejecting and revoking need a reason.
    pub fn take(&mut self, command: Command, reason: Option<&str>, act: Act) -> Result<(), Refusals> {
        let next = MACHINE.step(self.status, command)?;
        if matches!(command, Command::Reject | Command::Revoke) {
            self.status_reason = Some(read_reason(reason.unwrap_or_default())?);
        }
        match command {
            Command::Open => self.opened_at = Some(act.at),
            Command::Submit => self.submitted_at = Some(act.at),
            _ => {}
        }
        self.status = next;
        self.touch(act);
        Ok(())
    }

    /// Whether it waits for the vendor.
    pub fn is_open(&self) -> bool {
        use InvitationStatus::{InProgress, Opened, Pending};
        matches!(self.status, Pending | Opened | InProgress)
    }

    /// Whether its token opens nothing any more, whatever the campaign does.
    pub fn is_shut(&self) -> bool {
        matches!(self.status, InvitationStatus::Expired | InvitationStatus::Revoked)
    }

    /// A new token; the one before opens nothing any more.
    pub fn issue(&mut self, act: Act) -> Token {
        let token = Token::generate();
        self.token_hash = Some(token.hash());
        self.touch(act);
        token
    }

    /// Notes a change.
    pub fn touch(&mut self, act: Act) {
        self.audit.touch(act);
        self.version += 1;
    }
}

/// Everything that is wrong with a vendor's prices. `is_final` when they are handed in: then there has to be one.
pub fn check_prices(prices: &[Price], template: &[CampaignLine], is_final: bool) -> Result<(), Refusals> {
    let mut refusals = Refusals::new();
    refusals.check(prices.len() <= MAX_PRICES, || {
        Refusal::new(Code::LimitExceeded, "lines", format!("an answer has at most {MAX_PRICES} prices"))
    });
    for (position, price) in prices.iter().enumerate().take(MAX_PRICES) {
        refusals.check(template.iter().any(|line| line.product_id == price.product_id), || {
            Refusal::invalid(&format!("lines.{position}.productId"), "nobody asks for this product")
        });
    }
    refusals.check(!is_final || !prices.is_empty(), || {
        Refusal::invalid("lines", "an answer has at least one price")
    });
    if refusals.is_empty() && !prices.is_empty() {
        refusals.take(read_lines(&drafts(prices, template), &known(template)));
    }
    if refusals.is_empty() { Ok(()) } else { Err(refusals) }
}

/// The prices as lines of a price list.
pub fn drafts(prices: &[Price], template: &[CampaignLine]) -> Vec<LineDraft> {
    let unit =
        |product: ProductId| template.iter().find(|line| line.product_id == product).map(|line| line.unit);
    let lines = prices.iter().filter_map(|price| {
        Some(LineDraft {
            product_id: price.product_id,
            unit: unit(price.product_id)?.code().to_owned(),
            minimum_quantity: price.minimum_quantity,
            price: price.price,
            lead_time_days: price.lead_time_days,
        })
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::super::model::tests::at;
    use super::*;
    use chassis::machine::Word;
    use primitives::{CampaignLineId, Unit};

    fn act() -> Act {
        Act { at: at("2026-07-01T08:00:00Z"), by: None }
    }

    fn invitation(status: InvitationStatus) -> Invitation {
        let new = Invitation::new((CampaignId::generate(), 0), (VendorId::generate(), None), act());
        Invitation { status, ..new }
    }

    #[test]
    fn every_command_in_every_state_is_an_arrow_or_refused() {
        let mut arrows = Vec::new();
        for from in InvitationStatus::ALL {
            for command in Command::ALL {
                let mut invitation = invitation(*from);
                match invitation.take(*command, Some("not what we asked for"), act()) {
                    Ok(()) => arrows.push((*from, *command, invitation.status)),
                    Err(refused) => {
                        assert_eq!(refused.first().unwrap().code, Code::InvalidState);
                        assert_eq!((invitation.status, invitation.version), (*from, 1));
                    }
                }
            }
        }
        assert_eq!(arrows.len(), MACHINE.arrows.len());
        assert!(MACHINE.arrows.iter().all(|arrow| arrows.contains(arrow)));
        let ends =
            InvitationStatus::ALL.iter().filter(|state| !arrows.iter().any(|(from, ..)| from == *state));
        let ends: Vec<&str> = ends.map(|state| state.code()).collect();
        assert_eq!(ends, ["APPROVED", "REJECTED", "EXPIRED", "REVOKED"]);
    }

    #[test]
    fn a_token_is_admitted_sixty_times_a_minute() {
        let start = at("2026-07-01T08:00:00Z");
        let mut requests = Requests { counted_from: start, count: 0 };
        for _ in 0..REQUESTS_PER_MINUTE {
            requests.admit(start).unwrap();
        }
        let refused = requests.admit(start + TimeDelta::seconds(20)).unwrap_err();
        assert_eq!((refused.code, &refused.meta["retryAfterSeconds"]), (Code::RateLimited, &40.into()));
        assert!(requests.admit(start + TimeDelta::seconds(60)).is_ok());
        assert_eq!(requests.count, 1);
    }

    #[test]
    fn an_answer_keeps_to_the_template_and_to_the_rules_of_prices() {
        let (rice, oil) = (ProductId::generate(), ProductId::generate());
        let kg = Unit::from_code("kg").unwrap();
        let line = CampaignLine {
            id: CampaignLineId::generate(),
            product_id: rice,
            code: "RICE".to_owned(),
            name: "Rice".to_owned(),
            unit: kg,
            base_unit: kg,
            factor: Decimal::ONE,
            quantity: None,
        };
        let price = |product_id: ProductId, from: i32, price: i32| Price {
            product_id,
            minimum_quantity: Decimal::from_whole(from),
            price: Decimal::from_whole(price),
            lead_time_days: None,
        };
        let said = |prices: &[Price], is_final: bool| {
            let refused = check_prices(prices, std::slice::from_ref(&line), is_final).err();
            let refused = refused.into_iter().flatten();
            refused.map(|refusal| refusal.field.join(".")).collect::<Vec<_>>()
        };
        assert_eq!(said(&[price(rice, 1, 10), price(oil, 1, 10)], false), ["lines.1.productId"]);
        assert_eq!(said(&[price(rice, 1, 10), price(rice, 10, 11)], false), ["lines.1.price"]);
        assert_eq!(said(&[price(rice, 1, -1)], false), ["lines.0.price"]);
        assert_eq!((said(&[], false), said(&[], true)), (vec![], vec!["lines".to_owned()]));
        assert!(said(&[price(rice, 1, 10), price(rice, 10, 9)], true).is_empty());
    }
}
