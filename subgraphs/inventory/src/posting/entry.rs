//! What somebody entered, checked and turned into a document in base units. Pure.

use chassis::{Code, Refusal, Refusals};
use chrono::{DateTime, TimeDelta, Utc};
use primitives::{CurrencyCode, Decimal, LocationId, PostingId, ProductId, ReservationId, Unit, UserId};
use serde::Serialize;

use super::lot::LotChoice;
use super::model::{Action, Document, Heading, Line, LineRefused, MAX_LINES, StockRefused};
use crate::catalogue::{Converted, Learned, Measure};
use crate::costing::line_value;
use crate::ledger::MovementReason;
use crate::lot::NUMBER_CHARS_MAX;

/// How far a poster's clock may run ahead.
const CLOCK_SKEW: TimeDelta = TimeDelta::minutes(5);

/// How far back a posting may be dated.
const BACK_DATING: TimeDelta = TimeDelta::days(366);

/// Documents of this service: what they say and what they moved has to agree, so nobody else refers to them.
pub(crate) const RESERVED: [&str; 5] = [
    crate::transfer::KIND,
    crate::stocktake::KIND,
    crate::requisition::KIND,
    crate::adjustment::KIND,
    crate::adjustment::REVERSAL,
];

/// A document as it was entered.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Request {
    /// The document that causes it: its kind and id.
    pub(crate) reference: Option<(String, String)>,
    /// What the poster has to say.
    pub(crate) note: Option<String>,
    /// When it happened; now, where nothing is said.
    pub(crate) occurred_at: Option<DateTime<Utc>>,
    /// Its lines.
    pub(crate) lines: Vec<Entered>,
}

/// A line as it was entered.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Entered {
    /// Of which product.
    pub(crate) product: ProductId,
    /// At which location; the source of a transfer.
    pub(crate) location: LocationId,
    /// How much, in `unit`.
    pub(crate) quantity: Decimal,
    /// Code of the unit; the product's base unit where nothing is said.
    pub(crate) unit: Option<String>,
    /// Cost of one `unit`, in the location's currency.
    pub(crate) unit_cost: Option<Decimal>,
    /// Identity of the line in the causing document.
    pub(crate) line_id: Option<String>,
    /// Which lot it names.
    pub(crate) lot: LotChoice,
    /// What it does.
    pub(crate) verb: Verb,
}

/// What a line does, as it was entered.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) enum Verb {
    /// Takes stock in.
    Receive(MovementReason),
    /// Takes stock out, consuming a reservation where one is named.
    Issue(MovementReason, Option<ReservationId>),
    /// Corrects a balance by a signed quantity.
    Adjust(MovementReason),
    /// Moves stock to another location.
    Transfer(LocationId),
    /// Promises stock to somebody, until a time where one is named.
    Reserve(Option<DateTime<Utc>>),
}

/// A document, and what is already known to be wrong with some of its lines: those lines are not in it.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    /// The lines that can be posted, as far as one can tell without looking at balances.
    pub(crate) document: Document,
    /// The others.
    pub(crate) refused: Vec<LineRefused>,
}

impl Request {
    /// What is wrong with the document as a whole.
    pub(crate) fn violations(&self, now: DateTime<Utc>) -> Refusals {
        let mut refusals = Refusals::new();
        refusals
            .check(!self.lines.is_empty(), || Refusal::invalid("lines", "a document has at least one line"));
        refusals.check(self.lines.len() <= MAX_LINES, || {
            let message = format!("a document has at most {MAX_LINES} lines");
            Refusal::new(Code::LimitExceeded, "lines", message).with("limit", MAX_LINES)
        });
        let at = self.occurred_at.unwrap_or(now);
        refusals.check(at <= now + CLOCK_SKEW, || {
            Refusal::invalid("occurredAt", "stock cannot have moved in the future")
        });
        refusals.check(at >= now - BACK_DATING, || {
            Refusal::invalid("occurredAt", "a posting can be dated back by at most 366 days")
        });
        if let Some((kind, id)) = &self.reference {
            refusals.check(!RESERVED.contains(&kind.as_str()), || {
                Refusal::invalid("reference.type", "documents of the store write this reference themselves")
            });
            refusals.check(has_length(kind, 32), || {
                Refusal::invalid("reference.type", "a reference type has 1 to 32 characters")
            });
            refusals.check(has_length(id, 64), || {
                Refusal::invalid("reference.id", "a reference id has 1 to 64 characters")
            });
        }
        let note = self.note.as_deref().unwrap_or_default();
        refusals.check(note.chars().count() <= 500, || {
            Refusal::invalid("note", "a note has at most 500 characters")
        });
        refusals
    }

    /// The quantities as they were entered, to be turned into base units. A line whose unit is unknown asks for its
    /// product all the same, so that both can be told to be wrong.
    pub(crate) fn products_and_measures(&self) -> Vec<Measure> {
        let bare = |line: &Entered| Measure { product: line.product, quantity: line.quantity, unit: None };
        self.lines.iter().map(|line| line.measure().unwrap_or_else(|_| bare(line))).collect()
    }

    /// The document in base units.
    pub(crate) fn into_draft(self, learned: &Learned, now: DateTime<Utc>, posted_by: UserId) -> Draft {
        let heading = Heading {
            posting: PostingId::generate(),
            reference: self.reference,
            note: self.note,
            occurred_at: self.occurred_at.unwrap_or(now),
            posted_at: now,
            posted_by,
        };
        let (mut lines, mut refused) = (Vec::new(), Vec::new());
        for (index, entered) in self.lines.into_iter().enumerate() {
            match entered.into_line(index, learned, now) {
                Ok(line) => lines.push(line),
                Err(all) => refused.extend(all.into_iter().map(|refused| LineRefused { index, refused })),
            }
        }
        Draft { document: Document { heading, lines }, refused }
    }
}

impl Entered {
    fn measure(&self) -> Result<Measure, StockRefused> {
        let unit = match &self.unit {
            Some(code) => Some(Unit::from_code(code).ok_or_else(|| StockRefused::UnknownUnit(code.clone()))?),
            None => None,
        };
        Ok(Measure { product: self.product, quantity: self.quantity, unit })
    }

    fn into_line(
        self,
        index: usize,
        learned: &Learned,
        now: DateTime<Utc>,
    ) -> Result<Line, Vec<StockRefused>> {
        let mut refused = self.violations(now);
        let measure = self.measure().map_err(|unknown| refused.push(unknown)).ok();
        let base = learned.base_units.get(&self.product).copied();
        if base.is_none() {
            refused.push(StockRefused::UnknownProduct);
        }
        let entered_unit = measure.and_then(|measure| measure.unit).or(base);
        if let Some(unit) = entered_unit {
            refused.extend(self.precision(unit));
        }
        let (Some(measure), Some(base), true) = (measure, base, refused.is_empty()) else {
            return Err(refused);
        };
        let quantity = learned.in_base(measure, base).map_err(|conversion| match conversion {
            Converted::TooLarge => vec![StockRefused::QuantityTooLarge],
            Converted::Missing => {
                let from = measure.unit.unwrap_or(base).to_string();
                vec![StockRefused::NoConversion { from, to: base.to_string() }]
            }
        })?;
        if quantity.is_zero() {
            // Less than the smallest step of the base unit was entered.
            return Err(vec![StockRefused::NotPositive { whole: base.decimal_places() == 0 }]);
        }
        if quantity.decimal_places() > base.decimal_places() {
            let places = base.decimal_places();
            return Err(vec![StockRefused::TooPrecise { unit: base.to_string(), places }]);
        }
        if !quantity.is_within_bound() {
            return Err(vec![StockRefused::QuantityTooLarge]);
        }
        let cost = self.unit_cost.map(|unit_cost| EnteredCost::Each { quantity: self.quantity, unit_cost });
        let action = self.verb.into_action(cost);
        Ok(Line {
            index,
            product: self.product,
            location: self.location,
            quantity,
            reference_line: self.line_id,
            lot: self.lot,
            action,
        })
    }

    fn violations(&self, now: DateTime<Utc>) -> Vec<StockRefused> {
        let mut refused = Vec::new();
        if !self.quantity.is_within_bound() {
            refused.push(StockRefused::QuantityTooLarge);
        }
        if let Verb::Adjust(reason) = self.verb {
            if self.quantity.is_zero() {
                refused.push(StockRefused::Nothing);
            } else if reason.only_decreases() && self.quantity.is_positive() {
                refused.push(StockRefused::WrongSign { decreases: true });
            } else if reason.only_increases() && self.quantity.is_negative() {
                refused.push(StockRefused::WrongSign { decreases: false });
            }
        }
        if let Some(cost) = self.unit_cost
            && (cost.is_negative() || !cost.is_within_bound())
        {
            refused.push(StockRefused::BadUnitCost);
        }
        if matches!(self.verb, Verb::Reserve(Some(expires_at)) if expires_at <= now) {
            refused.push(StockRefused::ExpiresInThePast);
        }
        if self.line_id.as_deref().is_some_and(|id| !has_length(id, 64)) {
            refused.push(StockRefused::BadLineId);
        }
        if self.lot.number.as_deref().is_some_and(|number| !has_length(number, NUMBER_CHARS_MAX)) {
            refused.push(StockRefused::BadLotNumber);
        }
        refused
    }

    /// What is wrong with the quantity as one of `unit`.
    fn precision(&self, unit: Unit) -> Option<StockRefused> {
        let places = unit.decimal_places();
        let signed = matches!(self.verb, Verb::Adjust(_));
        if !signed && !self.quantity.is_positive() {
            return Some(StockRefused::NotPositive { whole: places == 0 });
        }
        let too_precise = self.quantity.decimal_places() > places;
        too_precise.then(|| StockRefused::TooPrecise { unit: unit.to_string(), places })
    }
}

/// What comes in costs. The value is rounded once the currency is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EnteredCost {
    /// So many, each so much.
    Each {
        /// How many units were entered.
        quantity: Decimal,
        /// What each of them costs.
        unit_cost: Decimal,
    },
    /// So much altogether: what had left comes back at what it left with.
    Whole(Decimal),
}

impl EnteredCost {
    /// The value in `currency`, rounded half-up to its minor unit; `None` beyond the decimal range.
    pub(crate) fn value(self, currency: CurrencyCode) -> Option<Decimal> {
        match self {
            Self::Each { quantity, unit_cost } => line_value(quantity, unit_cost, currency),
            Self::Whole(value) => Some(value),
        }
    }
}

impl Verb {
    fn into_action(self, cost: Option<EnteredCost>) -> Action {
        match self {
            Self::Receive(reason) => Action::Receive { reason, cost },
            Self::Issue(reason, reservation) => Action::Issue { reason, reservation },
            Self::Adjust(reason) => Action::Adjust { reason, cost },
            Self::Transfer(to) => Action::Transfer { to, reservation: None },
            Self::Reserve(expires_at) => Action::Reserve { expires_at },
        }
    }
}

fn has_length(text: &str, most: usize) -> bool {
    !text.trim().is_empty() && text.chars().count() <= most
}
