//! The delegation and its rules. Pure.

use std::str::FromStr;

use chassis::{Code, Refusal, Refusals};
use chrono::{DateTime, TimeDelta, Utc};
use primitives::{Act, Audit, Decimal, DelegationId, Money, UserId};
use serde::{Deserialize, Serialize};

use crate::user::model::User;

/// The longest time to stand in.
const DAYS_MAX: i64 = 30;
/// Characters of a reason.
const REASON_CHARS_MAX: usize = 500;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $variant:ident = $code:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$each])* #[serde(rename = $code)] $variant,)+
        }

        impl $name {
            /// The word stored in tables and sent in events.
            pub fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)+
                }
            }
        }

        impl FromStr for $name {
            type Err = String;

            fn from_str(code: &str) -> Result<Self, Self::Err> {
                match code {
                    $($code => Ok(Self::$variant),)+
                    other => Err(format!("unknown word {other}")),
                }
            }
        }
    };
}

words! {
    /// What may be approved for somebody else.
    DocumentType {
        /// A request to buy.
        PurchaseRequest = "PURCHASE_REQUEST",
        /// An order to a vendor.
        PurchaseOrder = "PURCHASE_ORDER",
        /// A credit note.
        CreditNote = "CREDIT_NOTE",
        /// A vendor's invoice.
        VendorInvoice = "VENDOR_INVOICE",
        /// A correction of stock.
        StockAdjustment = "STOCK_ADJUSTMENT",
        /// A request to a store.
        StoreRequisition = "STORE_REQUISITION",
    }
}

words! {
    /// Where a delegation stands.
    DelegationStatus {
        /// Begins later.
        Scheduled = "SCHEDULED",
        /// Counts now.
        Active = "ACTIVE",
        /// Its time is over.
        Ended = "ENDED",
        /// Taken back.
        Revoked = "REVOKED",
    }
}

impl DelegationStatus {
    /// Whether it counts now or will.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Scheduled | Self::Active)
    }
}

/// What is lent, and for how long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// For which documents.
    pub doc_types: Vec<DocumentType>,
    /// Up to how much.
    pub limit: Money,
    /// From when on.
    pub starts_at: DateTime<Utc>,
    /// Until when, exclusive.
    pub ends_at: DateTime<Utc>,
    /// Why.
    pub reason: String,
}

/// Rights lent by one user to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delegation {
    /// Identity.
    pub id: DelegationId,
    /// Who lends.
    pub from_id: UserId,
    /// Who stands in.
    pub to_id: UserId,
    /// What is lent.
    pub terms: Terms,
    /// Where it stands.
    pub status: DelegationStatus,
    /// Who touched it when.
    pub audit: Audit,
    /// Counts the changes, from 1.
    pub version: i32,
}

/// The two people of a delegation; nobody where there is no such active user.
#[derive(Clone, Copy, Debug)]
pub struct Pair<'a> {
    /// Who lends.
    pub from: Option<&'a User>,
    /// Who stands in.
    pub to: Option<&'a User>,
    /// The open delegations of both, given and received.
    pub open: &'a [Delegation],
}

impl Delegation {
    /// Lends rights, or says everything that is against it.
    pub fn lend(id: DelegationId, pair: Pair<'_>, mut terms: Terms, act: Act) -> Result<Self, Refusals> {
        terms.doc_types.sort();
        terms.doc_types.dedup();
        terms.reason = terms.reason.trim().to_owned();
        let mut refusals = Refusals::new();
        refusals.check(pair.from.is_some(), || {
            Refusal::new(Code::NotFound, "fromId", "there is no active user with this id")
        });
        refusals.check(pair.to.is_some(), || {
            Refusal::new(Code::NotFound, "toId", "there is no active user with this id")
        });
        if let (Some(from), Some(to)) = (pair.from, pair.to) {
            refusals.check(from.id != to.id, || Refusal::invalid("toId", "nobody stands in for themselves"));
            check_chain(&mut refusals, (from.id, to.id), pair.open, &terms);
        }
        refusals.check(!terms.doc_types.is_empty(), || {
            Refusal::invalid("docTypes", "at least one kind of document is needed")
        });
        check_limit(&mut refusals, pair, terms.limit);
        check_window(&mut refusals, &terms, act.at);
        refusals.check((1..=REASON_CHARS_MAX).contains(&terms.reason.chars().count()), || {
            Refusal::invalid("reason", format!("a reason has 1 to {REASON_CHARS_MAX} characters"))
        });
        match (pair.from, pair.to) {
            (Some(from), Some(to)) if refusals.is_empty() => {
                let is_due = terms.starts_at <= act.at;
                let status = if is_due { DelegationStatus::Active } else { DelegationStatus::Scheduled };
                let audit = Audit::new(act);
                Ok(Self { id, from_id: from.id, to_id: to.id, terms, status, audit, version: 1 })
            }
            _ => Err(refusals),
        }
    }

    /// Takes it back.
    pub fn revoke(&mut self, act: Act) -> Result<(), Refusal> {
        if !self.status.is_open() {
            return Err(Refusal::invalid_state(self.status.code(), DelegationStatus::Revoked.code()));
        }
        self.step(DelegationStatus::Revoked, act);
        Ok(())
    }

    /// Where the clock takes it at an instant; nothing when it stays.
    pub fn turn(&mut self, act: Act) -> Option<DelegationStatus> {
        let next = match self.status {
            DelegationStatus::Scheduled | DelegationStatus::Active if self.terms.ends_at <= act.at => {
                DelegationStatus::Ended
            }
            DelegationStatus::Scheduled if self.terms.starts_at <= act.at => DelegationStatus::Active,
            _ => return None,
        };
        self.step(next, act);
        Some(next)
    }

    /// Whether it counts at an instant.
    pub fn is_in_force(&self, at: DateTime<Utc>) -> bool {
        self.status.is_open() && self.terms.starts_at <= at && at < self.terms.ends_at
    }

    fn step(&mut self, next: DelegationStatus, act: Act) {
        self.status = next;
        self.audit.touch(act);
        self.version += 1;
    }
}

fn check_window(refusals: &mut Refusals, terms: &Terms, now: DateTime<Utc>) {
    let length = terms.ends_at - terms.starts_at;
    refusals
        .check(length > TimeDelta::zero(), || Refusal::invalid("end", "the end must come after the start"));
    refusals.check(length <= TimeDelta::days(DAYS_MAX), || {
        Refusal::invalid("end", format!("somebody stands in for at most {DAYS_MAX} days"))
    });
    refusals.check(terms.ends_at > now, || Refusal::invalid("end", "the end has passed"));
}

fn check_limit(refusals: &mut Refusals, pair: Pair<'_>, limit: Money) {
    refusals.check(limit.amount > Decimal::ZERO, || Refusal::invalid("limit", "a limit must be more than 0"));
    for (user, who) in [(pair.from, "who lends"), (pair.to, "who stands in")] {
        let Some(user) = user else { continue };
        let own = user.facts.approval_limit;
        let covers = own.is_some_and(|own| own.currency == limit.currency && own.amount >= limit.amount);
        refusals.check(covers, || {
            let refusal =
                Refusal::new(Code::LimitExceeded, "limit", format!("{who} may not approve that much"));
            match own {
                Some(own) => refusal.with("limit", own.amount_text()).with("currency", own.currency.as_str()),
                None => refusal.with("limit", "0"),
            }
        });
    }
}

/// While somebody is stood in for, they stand in for nobody: otherwise rights would travel further than they were lent.
fn check_chain(refusals: &mut Refusals, (from, to): (UserId, UserId), open: &[Delegation], terms: &Terms) {
    let overlapping = || {
        let overlaps = |other: &&Delegation| {
            other.status.is_open()
                && other.terms.starts_at < terms.ends_at
                && terms.starts_at < other.terms.ends_at
        };
        open.iter().filter(overlaps)
    };
    refusals.check(overlapping().all(|other| other.to_id != from), || {
        Refusal::invalid("fromId", "who stands in for somebody cannot be stood in for at the same time")
    });
    refusals.check(overlapping().all(|other| other.from_id != to), || {
        Refusal::invalid("toId", "who is stood in for cannot stand in for somebody at the same time")
    });
    let is_same = |other: &Delegation| {
        other.from_id == from && other.terms.doc_types.iter().any(|kind| terms.doc_types.contains(kind))
    };
    refusals.check(!overlapping().any(is_same), || {
        Refusal::duplicate("docTypes", "somebody stands in for these documents in this time already")
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::user::model::{Surroundings, UserFacts};

    const NOW: &str = "2026-07-01T08:00:00Z";

    fn act() -> Act {
        Act { at: NOW.parse().unwrap(), by: None }
    }

    fn baht(amount: i32) -> Money {
        Money::new(Decimal::from_whole(amount), "THB".parse().unwrap())
    }

    fn user(limit: i32) -> User {
        let facts = UserFacts {
            username: "u".to_owned(),
            email: "u@andaman.example".to_owned(),
            display_name: "U".to_owned(),
            locale: "en".to_owned(),
            time_zone: "UTC".to_owned(),
            employee_no: None,
            manager_id: None,
            approval_limit: Some(baht(limit)),
        };
        User::join(UserId::generate(), facts, Surroundings::default(), act()).unwrap()
    }

    fn terms(from_day: i64, to_day: i64) -> Terms {
        Terms {
            doc_types: vec![DocumentType::PurchaseRequest],
            limit: baht(1_000),
            starts_at: act().at + TimeDelta::days(from_day),
            ends_at: act().at + TimeDelta::days(to_day),
            reason: "on leave".to_owned(),
        }
    }

    fn lend(from: &User, to: &User, open: &[Delegation], terms: Terms) -> Result<Delegation, Vec<String>> {
        let pair = Pair { from: Some(from), to: Some(to), open };
        let lent = Delegation::lend(DelegationId::generate(), pair, terms, act());
        lent.map_err(|refusals| refusals.as_slice().iter().map(|refusal| refusal.field.join(".")).collect())
    }

    #[test]
    fn nobody_lends_to_themselves_for_too_long_or_too_much() {
        let (chef, sous) = (user(5_000), user(2_000));
        assert!(lend(&chef, &sous, &[], terms(0, 30)).is_ok());
        assert_eq!(lend(&chef, &chef, &[], terms(0, 1)).unwrap_err(), ["toId"]);
        assert_eq!(lend(&chef, &sous, &[], terms(0, 31)).unwrap_err(), ["end"]);
        assert_eq!(lend(&chef, &sous, &[], terms(3, 3)).unwrap_err(), ["end"]);
        assert_eq!(lend(&chef, &sous, &[], terms(-3, 0)).unwrap_err(), ["end"]);
        let much = |amount| Terms { limit: baht(amount), ..terms(0, 1) };
        assert!(lend(&chef, &sous, &[], much(2_000)).is_ok());
        assert_eq!(lend(&chef, &sous, &[], much(2_001)).unwrap_err(), ["limit"]);
        assert_eq!(lend(&chef, &sous, &[], much(5_001)).unwrap_err(), ["limit", "limit"]);
        assert_eq!(lend(&chef, &sous, &[], much(0)).unwrap_err(), ["limit"]);
        let silent = Terms { reason: " ".to_owned(), doc_types: Vec::new(), ..terms(0, 1) };
        assert_eq!(lend(&chef, &sous, &[], silent).unwrap_err(), ["docTypes", "reason"]);
    }

    #[test]
    fn rights_travel_one_step_at_a_time() {
        let (a, b, c) = (user(5_000), user(5_000), user(5_000));
        let lent = vec![lend(&a, &b, &[], terms(0, 10)).unwrap()];
        assert_eq!(lend(&b, &c, &lent, terms(5, 12)).unwrap_err(), ["fromId"]);
        assert_eq!(lend(&c, &a, &lent, terms(9, 12)).unwrap_err(), ["toId"]);
        assert_eq!(lend(&a, &c, &lent, terms(9, 12)).unwrap_err(), ["docTypes"]);
        assert!(lend(&b, &c, &lent, terms(10, 12)).is_ok(), "the end is exclusive");
        assert!(lend(&c, &b, &lent, terms(0, 10)).is_ok(), "one may stand in for two");
    }

    #[test]
    fn every_command_in_every_state() {
        let (a, b) = (user(5_000), user(5_000));
        let mut scheduled = lend(&a, &b, &[], terms(1, 2)).unwrap();
        assert_eq!(scheduled.status, DelegationStatus::Scheduled);
        let at = |day: i64| Act { at: act().at + TimeDelta::days(day), by: None };
        let late = scheduled.clone().turn(at(5));
        assert_eq!(late, Some(DelegationStatus::Ended), "a window may pass between two looks");
        assert_eq!(scheduled.turn(at(0)), None);
        assert_eq!(scheduled.turn(at(1)), Some(DelegationStatus::Active));
        assert!(scheduled.is_in_force(at(1).at) && !scheduled.is_in_force(at(2).at));
        let mut revoked = scheduled.clone();
        revoked.revoke(at(1)).unwrap();
        assert!(!revoked.is_in_force(at(1).at));
        assert_eq!(scheduled.turn(at(2)), Some(DelegationStatus::Ended));
        for mut closed in [scheduled, revoked] {
            assert_eq!(closed.turn(at(9)), None);
            assert_eq!(closed.revoke(at(9)).unwrap_err().code, Code::InvalidState);
        }
    }
}
