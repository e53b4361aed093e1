//! The contract and what may happen to it. Pure.

use chassis::machine::{Machine, words};
use chassis::{Refusal, Refusals};
use primitives::{Act, Audit, ContractId, CurrencyCode, Date, VendorId};
use serde::{Deserialize, Serialize};

use crate::price_list::model::{Window, read_reason};

words! {
    /// Where a contract stands.
    ContractStatus {
        /// Being written.
        Draft = "DRAFT",
        /// In force on the days of its window.
        Active = "ACTIVE",
        /// Its last day is over.
        Expired = "EXPIRED",
        /// Ended before its time.
        Terminated = "TERMINATED",
    }
}

words! {
    /// What can be done with a contract.
    Command {
        /// Put it into force.
        Activate = "activate",
        /// Let its time be over.
        Expire = "expire",
        /// End it before its time.
        Terminate = "terminate",
    }
}

/// The life of a contract.
pub const MACHINE: Machine<ContractStatus, Command> = Machine {
    name: "Contract",
    start: ContractStatus::Draft,
    arrows: &[
        (ContractStatus::Draft, Command::Activate, ContractStatus::Active),
        (ContractStatus::Active, Command::Expire, ContractStatus::Expired),
        (ContractStatus::Active, Command::Terminate, ContractStatus::Terminated),
    ],
};

/// A contract without its lines, as lists show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contract {
    /// Identity.
    pub id: ContractId,
    /// Its number, `CT-2026-001`.
    pub number: String,
    /// With whom.
    pub vendor_id: VendorId,
    /// In which currency.
    pub currency: CurrencyCode,
    /// When.
    pub window: Window,
    /// Where it stands.
    pub status: ContractStatus,
    /// Why it was terminated.
    pub status_reason: Option<String>,
    /// Who touched it when.
    pub audit: Audit,
    /// Counts the changes, from 1.
    pub version: i32,
}

impl Contract {
    /// Takes one arrow of the machine; terminating needs a reason.
    pub fn take(&mut self, command: Command, reason: Option<&str>, act: Act) -> Result<(), Refusals> {
        let next = MACHINE.step(self.status, command)?;
        self.status_reason = match command {
            Command::Terminate => Some(read_reason(reason.unwrap_or_default())?),
            Command::Activate | Command::Expire => None,
        };
        self.status = next;
        self.touch(act);
        Ok(())
    }

    /// Whether it is still active although its last day is over.
    pub fn is_over(&self, today: Date) -> bool {
        self.status == ContractStatus::Active && self.window.to < today
    }

    /// Whether what is ordered on a day is ordered under it.
    pub fn covers(&self, day: Date) -> bool {
        matches!(self.status, ContractStatus::Active | ContractStatus::Expired) && self.window.contains(day)
    }

    /// Only a draft can be edited.
    pub fn require_draft(&self) -> Result<(), Refusals> {
        use chassis::machine::Word;
        match self.status {
            ContractStatus::Draft => Ok(()),
            other => Err(Refusal::invalid_state(other.code(), ContractStatus::Draft.code()).into()),
        }
    }

    /// Notes a change.
    pub fn touch(&mut self, act: Act) {
        self.audit.touch(act);
        self.version += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chassis::machine::Word;

    fn contract(status: ContractStatus) -> Contract {
        let act = act();
        Contract {
            id: ContractId::generate(),
            number: "CT-2026-001".to_owned(),
            vendor_id: VendorId::generate(),
            currency: CurrencyCode::THB,
            window: Window { from: "2026-07-01".parse().unwrap(), to: "2026-12-31".parse().unwrap() },
            status,
            status_reason: None,
            audit: Audit::new(act),
            version: 1,
        }
    }

    fn act() -> Act {
        Act { at: "2026-07-01T08:00:00Z".parse().unwrap(), by: None }
    }

    #[test]
    fn every_command_in_every_state_is_an_arrow_or_refused() {
        let mut arrows = Vec::new();
        for from in ContractStatus::ALL {
            for command in Command::ALL {
                let mut contract = contract(*from);
                match contract.take(*command, Some("the vendor has closed down"), act()) {
                    Ok(()) => arrows.push((from.code(), command.code(), contract.status.code())),
                    Err(refused) => {
                        assert_eq!(refused.first().unwrap().code, chassis::Code::InvalidState);
                        assert_eq!((contract.status, contract.version), (*from, 1));
                    }
                }
            }
        }
        let expected = [
            ("DRAFT", "activate", "ACTIVE"),
            ("ACTIVE", "expire", "EXPIRED"),
            ("ACTIVE", "terminate", "TERMINATED"),
        ];
        assert_eq!(arrows, expected);
    }

    #[test]
    fn terminating_takes_a_reason_and_a_refused_one_changes_nothing() {
        let mut active = contract(ContractStatus::Active);
        for reason in [None, Some("too short")] {
            let refused = active.take(Command::Terminate, reason, act()).unwrap_err();
            assert_eq!(refused.first().unwrap().field, ["reason"]);
        }
        assert_eq!((active.status, active.version), (ContractStatus::Active, 1));
    }

    #[test]
    fn an_order_counts_on_the_days_of_the_window_until_the_contract_is_terminated() {
        let (first, after) = ("2026-07-01".parse().unwrap(), "2027-01-01".parse().unwrap());
        assert!(
            contract(ContractStatus::Active).covers(first) && contract(ContractStatus::Expired).covers(first)
        );
        assert!(
            !contract(ContractStatus::Active).covers(after) && !contract(ContractStatus::Draft).covers(first)
        );
        assert!(!contract(ContractStatus::Terminated).covers(first));
        assert!(
            contract(ContractStatus::Active).is_over(after)
                && !contract(ContractStatus::Active).is_over(first)
        );
    }
}
