//! A credit note as procurement tells it, and the document it becomes. Pure.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use primitives::{
    CreditNoteId, CurrencyCode, Date, Decimal, GoodsReceivedNoteId, LocationId, PostingId, ProductId, Unit,
    UserId,
};
use serde::Deserialize;

use crate::costing::Slice;
use crate::ledger::{MovementReason, StockMovement};
use crate::posting::{Action, Document, EnteredCost, Heading, Line, LotChoice};

/// A credit note.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Credit {
    pub(super) credit_note_id: CreditNoteId,
    pub(super) number: Option<String>,
    #[serde(default, rename = "type")]
    pub(super) kind: CreditKind,
    /// By which delivery it came.
    #[serde(default)]
    pub(super) goods_received_note_id: Option<GoodsReceivedNoteId>,
    pub(super) location_id: LocationId,
    #[serde(default)]
    pub(super) lines: Vec<CreditedLine>,
}

/// What comes of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum CreditKind {
    /// Goods go back to the vendor.
    #[default]
    QuantityReturn,
    /// Only money comes from the vendor.
    Amount,
}

/// One product of it, in its base unit.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreditedLine {
    pub(super) line_id: String,
    /// The line of the delivery.
    #[serde(default)]
    pub(super) note_line_id: Option<String>,
    pub(super) product_id: ProductId,
    /// How much goes back.
    pub(super) quantity: Decimal,
    pub(super) unit: Unit,
    /// Which lot it is of.
    pub(super) lot: Option<String>,
    /// The last day it is good.
    pub(super) expiry: Option<Date>,
    /// What is credited without tax, in each currency in which that is known.
    #[serde(default)]
    pub(super) amounts: Vec<Amount>,
}

/// An amount in a currency.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct Amount {
    pub(super) amount: Decimal,
    pub(super) currency: CurrencyCode,
}

/// Which way it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// To the vendor.
    Out,
    /// Back: the credit note is reversed.
    Back,
}

impl Way {
    /// What the documents of this origin are called in the ledger. A reversal is a document of its own.
    pub(super) fn reference(self) -> &'static str {
        match self {
            Self::Out => "CREDIT_NOTE",
            Self::Back => "CREDIT_NOTE_VOID",
        }
    }

    /// What is answered: when it is done, and when it is refused.
    pub(super) fn answers(self) -> (&'static str, &'static str) {
        match self {
            Self::Out => ("return.posted", "return.refused"),
            Self::Back => ("return.reversed", "return.reversal_refused"),
        }
    }
}

/// What the ledger knows of a credit note before it is posted, or reversed.
#[derive(Clone, Debug, Default)]
pub(super) struct Past {
    /// What each line of the delivery brought in here.
    receipts: HashMap<String, Slice>,
    /// By how much each line of the credit note has changed the value of what is here.
    changed: HashMap<String, Decimal>,
}

impl Past {
    /// What the delivery and the credit note have written about a place; `None` where a sum leaves the range of a decimal.
    pub(super) fn of(
        place: LocationId,
        delivered: &[StockMovement],
        credited: &[StockMovement],
    ) -> Option<Self> {
        let mut past = Self::default();
        let here = |movement: &&StockMovement| movement.location == place;
        let bought = |movement: &&StockMovement| movement.reason == MovementReason::Purchase;
        for movement in delivered.iter().filter(here).filter(bought) {
            let Some(reference) = &movement.reference else { continue };
            let slice = Slice {
                received_at: movement.occurred_at,
                quantity: movement.quantity,
                value: movement.total_value,
            };
            past.receipts.insert(reference.line.clone(), slice);
        }
        for movement in credited.iter().filter(here) {
            let Some(reference) = &movement.reference else { continue };
            let sum = past.changed.entry(reference.line.clone()).or_default();
            *sum = sum.checked_add(movement.total_value)?;
        }
        Some(past)
    }

    /// What the line's goods came with.
    fn receipt(&self, line: &CreditedLine) -> Option<Slice> {
        let receipt = self.receipts.get(line.note_line_id.as_ref()?);
        receipt.copied().filter(|receipt| receipt.quantity.is_positive())
    }

    /// By how much a line has changed the value of what is here.
    pub(super) fn change(&self, line: &str) -> Decimal {
        self.changed.get(line).copied().unwrap_or_default()
    }
}

impl CreditedLine {
    /// What is credited in a currency, on its minor unit.
    pub(super) fn credited(&self, currency: CurrencyCode) -> Option<Decimal> {
        let amount = self.amounts.iter().find(|amount| amount.currency == currency)?;
        amount.amount.round_to(currency.minor_digits())
    }

    /// What it does to the shelf.
    fn moves(&self, way: Way, past: &Past) -> Action {
        let reason = MovementReason::ReturnToVendor;
        match way {
            Way::Out => match past.receipt(self).filter(|receipt| self.quantity <= receipt.quantity) {
                Some(origin) => Action::GiveBack { origin },
                None => Action::Issue { reason, reservation: None },
            },
            // What had left comes back at what it left with.
            Way::Back => {
                let left = past.changed.get(&self.line_id).and_then(|change| change.checked_neg());
                Action::Receive { reason, cost: left.map(EnteredCost::Whole) }
            }
        }
    }

    /// What it does to the value of what is held; nothing where the delivery, or what was credited, is not known here.
    fn revalues(&self, way: Way, currency: CurrencyCode, past: &Past) -> Option<Action> {
        let (credited, origin) = (self.credited(currency)?, past.receipt(self)?);
        Some(match way {
            Way::Out => Action::Revalue { amount: credited.checked_neg()?, most: credited, origin },
            // Not more than was taken, of which what has been used since stays away.
            Way::Back => {
                Action::Revalue { amount: credited, most: past.change(&self.line_id).checked_neg()?, origin }
            }
        })
    }
}

impl Credit {
    /// The document that moves it, or that changes what is worth how much, in the currency of the place.
    pub(super) fn document(
        &self,
        (way, currency): (Way, CurrencyCode),
        past: &Past,
        (posted_by, occurred_at, now): (UserId, DateTime<Utc>, DateTime<Utc>),
    ) -> Document {
        let lines = self.lines.iter().enumerate().filter_map(|(index, line)| {
            let (action, lot) = match self.kind {
                CreditKind::QuantityReturn => {
                    (line.moves(way, past), LotChoice::told(line.lot.clone(), line.expiry, None))
                }
                CreditKind::Amount => (line.revalues(way, currency, past)?, LotChoice::default()),
            };
            Some(Line {
                index,
                product: line.product_id,
                location: self.location_id,
                quantity: line.quantity,
                reference_line: Some(line.line_id.clone()),
                lot,
                action,
            })
        });
        let heading = Heading {
            posting: PostingId::generate(),
            reference: Some((way.reference().to_owned(), self.credit_note_id.to_string())),
            note: self.number.clone(),
            occurred_at,
            posted_at: now,
            posted_by,
        };
        Document { heading, lines: lines.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reversal_is_another_document_of_the_same_lines() {
        let told = serde_json::json!({
            "creditNoteId": CreditNoteId::generate(), "number": "CN-2026-001", "locationId": LocationId::generate(),
            "lines": [{ "lineId": "1", "productId": ProductId::generate(), "quantity": "2", "unit": "kg" }],
        });
        let told: Credit = serde_json::from_value(told).unwrap();
        let (now, past) = ("2026-07-01T08:00:00Z".parse().unwrap(), Past::default());
        let documents = [Way::Out, Way::Back]
            .map(|way| told.document((way, CurrencyCode::THB), &past, (UserId::generate(), now, now)));
        let references = documents.each_ref().map(|document| document.heading.reference.clone().unwrap());
        assert_ne!(references[0].0, references[1].0);
        assert_eq!(references[0].1, references[1].1);
        assert!(matches!(documents[0].lines[0].action, Action::Issue { .. }));
        assert!(matches!(documents[1].lines[0].action, Action::Receive { cost: None, .. }));
    }
}
