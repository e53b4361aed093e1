//! The campaign and what may happen to it. Pure.

use chassis::machine::{Machine, Word, words};
use chassis::{Code, Refusal, Refusals};
use chrono::{DateTime, TimeDelta, Utc};
use primitives::{Act, Audit, CampaignId};
use serde::{Deserialize, Serialize};

use crate::price_list::model::{Window, check_window, read_reason};

/// Characters of a name.
const MAX_NAME: usize = 200;
/// The longest a campaign may run: its tokens live as long.
pub(crate) const LONGEST: TimeDelta = TimeDelta::days(180);

words! {
    /// Where a campaign stands.
    CampaignStatus {
        /// Being prepared.
        Draft = "DRAFT",
        /// Vendors answer.
        Active = "ACTIVE",
        /// Vendors may look, and not answer for the time being.
        Paused = "PAUSED",
        /// Over; what was approved comes into force.
        Completed = "COMPLETED",
        /// Given up.
        Cancelled = "CANCELLED",
    }
}

words! {
    /// What can be done with a campaign.
    Command {
        /// Send the invitations.
        Launch = "launch",
        /// Take no answers for the time being.
        Pause = "pause",
        /// Take answers again.
        Resume = "resume",
        /// Let it be over.
        Complete = "complete",
        /// Give it up.
        Cancel = "cancel",
    }
}

/// The life of a campaign.
pub const MACHINE: Machine<CampaignStatus, Command> = {
    use CampaignStatus::{Active, Cancelled, Completed, Draft, Paused};
    use Command::{Cancel, Complete, Launch, Pause, Resume};
    Machine {
        name: "Campaign",
        start: Draft,
        arrows: &[
            (Draft, Launch, Active),
            (Draft, Cancel, Cancelled),
            (Active, Pause, Paused),
            (Active, Complete, Completed),
            (Active, Cancel, Cancelled),
            (Paused, Resume, Active),
            (Paused, Complete, Completed),
            (Paused, Cancel, Cancelled),
        ],
    }
};

/// What is known about a campaign; the same fields as they are sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignFacts {
    /// What it is called.
    pub name: String,
    /// From when on vendors may answer.
    pub starts_at: DateTime<Utc>,
    /// Until when.
    pub ends_at: DateTime<Utc>,
    /// The days for which prices are asked.
    pub window: Window,
}

/// A campaign without its lines, as lists show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Campaign {
    /// Identity.
    pub id: CampaignId,
    /// Its number, `CP-2026-001`.
    pub number: String,
    /// What is known about it.
    pub facts: CampaignFacts,
    /// Where it stands.
    pub status: CampaignStatus,
    /// Why it was cancelled.
    pub status_reason: Option<String>,
    /// Who touched it when.
    pub audit: Audit,
    /// Counts the changes, from 1.
    pub version: i32,
}

impl Campaign {
    /// Takes one arrow of the machine; cancelling needs a reason.
    pub fn take(&mut self, command: Command, reason: Option<&str>, act: Act) -> Result<(), Refusals> {
        let next = MACHINE.step(self.status, command)?;
        self.status_reason = match command {
            Command::Cancel => Some(read_reason(reason.unwrap_or_default())?),
            _ => None,
        };
        self.status = next;
        self.touch(act);
        Ok(())
    }

    /// Whether its tokens open nothing any more.
    pub fn is_closed(&self, now: DateTime<Utc>) -> bool {
        let is_running = matches!(self.status, CampaignStatus::Active | CampaignStatus::Paused);
        !is_running || self.facts.ends_at <= now
    }

    /// Answers are taken while it runs, from its start on.
    pub fn require_answerable(&self, now: DateTime<Utc>) -> Result<(), Refusal> {
        if self.status == CampaignStatus::Active && self.facts.starts_at <= now {
            return Ok(());
        }
        let message = match self.status {
            CampaignStatus::Active => "the campaign has not begun yet",
            _ => "the campaign takes no answers for the time being",
        };
        let refusal = Refusal::new(Code::InvalidState, "", message);
        Err(refusal.with("from", self.status.code()).with("to", CampaignStatus::Active.code()))
    }

    /// Only a draft can be edited.
    pub fn require_draft(&self) -> Result<(), Refusals> {
        match self.status {
            CampaignStatus::Draft => Ok(()),
            other => Err(Refusal::invalid_state(other.code(), CampaignStatus::Draft.code()).into()),
        }
    }

    /// Vendors are invited before the launch and while it runs.
    pub fn require_inviting(&self) -> Result<(), Refusals> {
        match self.status {
            CampaignStatus::Draft | CampaignStatus::Active => Ok(()),
            other => Err(Refusal::invalid_state(other.code(), CampaignStatus::Active.code()).into()),
        }
    }

    /// Notes a change.
    pub fn touch(&mut self, act: Act) {
        self.audit.touch(act);
        self.version += 1;
    }
}

/// The facts in normal form, or everything that is wrong with them.
pub fn read_facts(mut facts: CampaignFacts, now: DateTime<Utc>) -> Result<CampaignFacts, Refusals> {
    let mut refusals = Refusals::new();
    facts.name = facts.name.trim().to_owned();
    refusals.check((1..=MAX_NAME).contains(&facts.name.chars().count()), || {
        Refusal::invalid("name", format!("a name has 1 to {MAX_NAME} characters"))
    });
    refusals.check(facts.ends_at > facts.starts_at, || {
        Refusal::invalid("endsAt", "a campaign must not end before it starts")
    });
    refusals.check(facts.ends_at > now, || Refusal::invalid("endsAt", "the end is over"));
    refusals.check(facts.ends_at - facts.starts_at <= LONGEST, || {
        Refusal::invalid("endsAt", format!("a campaign runs for at most {} days", LONGEST.num_days()))
    });
    refusals.take(check_window(facts.window));
    if refusals.is_empty() { Ok(facts) } else { Err(refusals) }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn campaign(status: CampaignStatus) -> Campaign {
        let window = Window { from: "2026-08-01".parse().unwrap(), to: "2026-12-31".parse().unwrap() };
        let (starts_at, ends_at) = (at("2026-07-01T00:00:00Z"), at("2026-07-15T00:00:00Z"));
        Campaign {
            id: CampaignId::generate(),
            number: "CP-2026-001".to_owned(),
            facts: CampaignFacts { name: "Autumn".to_owned(), starts_at, ends_at, window },
            status,
            status_reason: None,
            audit: Audit::new(act()),
            version: 1,
        }
    }

    fn act() -> Act {
        Act { at: at("2026-07-01T08:00:00Z"), by: None }
    }

    #[test]
    fn every_command_in_every_state_is_an_arrow_or_refused() {
        let mut arrows = Vec::new();
        for from in CampaignStatus::ALL {
            for command in Command::ALL {
                let mut campaign = campaign(*from);
                match campaign.take(*command, Some("nobody wants to sell"), act()) {
                    Ok(()) => arrows.push((*from, *command, campaign.status)),
                    Err(refused) => {
                        assert_eq!(refused.first().unwrap().code, Code::InvalidState);
                        assert_eq!((campaign.status, campaign.version), (*from, 1));
                    }
                }
            }
        }
        let mut expected = MACHINE.arrows.to_vec();
        let place = |(from, command, _): &(CampaignStatus, Command, CampaignStatus)| {
            let state = CampaignStatus::ALL.iter().position(|state| state == from);
            (state, Command::ALL.iter().position(|each| each == command))
        };
        expected.sort_by_key(place);
        assert_eq!(arrows, expected);
        assert_eq!(arrows.len(), 8);
    }

    #[test]
    fn tokens_open_until_the_end_and_answers_are_taken_while_it_is_active() {
        let (before, during, end) =
            (at("2026-06-30T23:59:59Z"), at("2026-07-14T23:59:59Z"), at("2026-07-15T00:00:00Z"));
        let active = campaign(CampaignStatus::Active);
        assert!(!active.is_closed(during) && active.is_closed(end));
        assert!(active.require_answerable(during).is_ok() && active.require_answerable(before).is_err());
        let paused = campaign(CampaignStatus::Paused);
        assert!(!paused.is_closed(during) && paused.require_answerable(during).is_err());
        assert!(campaign(CampaignStatus::Cancelled).is_closed(during));
        assert!(campaign(CampaignStatus::Draft).is_closed(during));
    }

    #[test]
    fn facts_say_everything_that_is_wrong_with_them() {
        let mut facts = campaign(CampaignStatus::Draft).facts;
        facts.name = " ".to_owned();
        facts.ends_at = facts.starts_at;
        facts.window.to = "2026-07-31".parse().unwrap();
        let refused = read_facts(facts, at("2026-07-02T00:00:00Z")).unwrap_err();
        let fields: Vec<String> = refused.as_slice().iter().map(|refusal| refusal.field.join(".")).collect();
        assert_eq!(fields, ["name", "endsAt", "endsAt", "validTo"]);
    }
}
