//! A credit note as procurement tells it, and the document it becomes. Pure.

use chrono::{DateTime, Utc};
use primitives::{CreditNoteId, Date, Decimal, LocationId, PostingId, ProductId, Unit, UserId};
use serde::Deserialize;

use crate::ledger::MovementReason;
use crate::posting::{Action, Document, Heading, Line, LotChoice};

/// What goes back, or comes back after all.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Return {
    pub(super) credit_note_id: CreditNoteId,
    pub(super) number: Option<String>,
    pub(super) location_id: LocationId,
    /// Nothing where only money comes back.
    #[serde(default)]
    pub(super) lines: Vec<ReturnedLine>,
}

/// One product of it, in its base unit.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReturnedLine {
    pub(super) line_id: String,
    pub(super) product_id: ProductId,
    pub(super) quantity: Decimal,
    pub(super) unit: Unit,
    /// Which lot it is of.
    pub(super) lot: Option<String>,
    /// The last day it is good.
    pub(super) expiry: Option<Date>,
}

/// Which way the goods go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// To the vendor.
    Out,
    /// Back to the shelf: the return is reversed.
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

    fn action(self) -> Action {
        let reason = MovementReason::ReturnToVendor;
        match self {
            Self::Out => Action::Issue { reason, reservation: None },
            // What they are worth on the shelf they come back to.
            Self::Back => Action::Receive { reason, cost: None },
        }
    }
}

impl Return {
    /// The document that moves it.
    pub(super) fn into_document(
        self,
        way: Way,
        (posted_by, occurred_at, now): (UserId, DateTime<Utc>, DateTime<Utc>),
    ) -> Document {
        let place = self.location_id;
        let lines = self.lines.into_iter().enumerate().map(|(index, line)| Line {
            index,
            product: line.product_id,
            location: place,
            quantity: line.quantity,
            reference_line: Some(line.line_id),
            lot: LotChoice::told(line.lot, line.expiry, None),
            action: way.action(),
        });
        let heading = Heading {
            posting: PostingId::generate(),
            reference: Some((way.reference().to_owned(), self.credit_note_id.to_string())),
            note: self.number,
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
        let told: Return = serde_json::from_value(told).unwrap();
        let now = "2026-07-01T08:00:00Z".parse().unwrap();
        let documents =
            [Way::Out, Way::Back].map(|way| told.clone().into_document(way, (UserId::generate(), now, now)));
        let references = documents.each_ref().map(|document| document.heading.reference.clone().unwrap());
        assert_ne!(references[0].0, references[1].0);
        assert_eq!(references[0].1, references[1].1);
        assert!(matches!(documents[0].lines[0].action, Action::Issue { .. }));
        assert!(matches!(documents[1].lines[0].action, Action::Receive { cost: None, .. }));
    }
}
