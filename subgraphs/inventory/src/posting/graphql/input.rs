//! What clients send to be posted.

use async_graphql::{Enum, InputObject};
use primitives::{Date, DateTime, Decimal, LocationId, ProductId, ReservationId};

use crate::ledger::MovementReason;
use crate::posting::{Entered, LotChoice, LotManner, Request, Verb};

/// Why stock comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum ReceiptReason {
    /// Bought and delivered.
    Purchase,
    /// Brought in when the books were opened.
    OpeningBalance,
    /// Came back unused from a kitchen or an outlet.
    ReturnToStock,
    /// Made out of other stock.
    Production,
}

/// Why stock goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum IssueReason {
    /// Used by a kitchen, bar or department.
    Consumption,
    /// Sold to a guest.
    Sale,
    /// Made into other stock.
    Production,
    /// Eaten by staff.
    StaffMeal,
    /// Given to a guest for free.
    Complimentary,
    /// Sent back to the vendor.
    ReturnToVendor,
}

/// Why a balance is corrected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum AdjustmentReason {
    /// Spoilt or thrown away; takes stock away.
    Waste,
    /// Broken; takes stock away.
    Damage,
    /// Past its date; takes stock away.
    Expired,
    /// Missing without explanation; takes stock away.
    Loss,
    /// Turned up without explanation; adds stock.
    Found,
    /// Difference found by counting, either way.
    Count,
    /// A clerical error put right, either way.
    Correction,
}

/// The document that causes a posting. Each of its lines moves stock once: posting it again answers DUPLICATE.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct DocumentReferenceInput {
    /// What kind of document, such as GRN; up to 32 characters.
    #[graphql(name = "type")]
    kind: String,
    /// Which document; up to 64 characters.
    id: String,
}

/// Stock that comes in.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct ReceiveStockInput {
    /// Why it comes in.
    #[graphql(default_with = "ReceiptReason::Purchase")]
    reason: ReceiptReason,
    /// The document that causes it.
    reference: Option<DocumentReferenceInput>,
    /// What there is to say; up to 500 characters.
    note: Option<String>,
    /// When it came in; now where nothing is said. Never in the future, at most 366 days back.
    occurred_at: Option<DateTime>,
    /// What comes in where; 1 to 500 lines, all of them or none.
    lines: Vec<ReceiveStockLineInput>,
    /// The same key with the same input posts once and answers the same, for 24 hours.
    pub(super) idempotency_key: Option<String>,
}

/// One product that comes in at one location.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct ReceiveStockLineInput {
    /// What comes in.
    product_id: ProductId,
    /// Where it comes in. At a DIRECT location it is used up at once.
    location_id: LocationId,
    /// How much, more than zero.
    quantity: Decimal,
    /// In which unit, by its code; the product's base unit where nothing is said.
    unit: Option<String>,
    /// What one unit costs, in the location's currency; what the item costs already where nothing is said.
    unit_cost: Option<Decimal>,
    /// Which lot it belongs to, as it is printed on it; needed where the product is kept by lots.
    lot_number: Option<String>,
    /// The last day it is good; needed for a new lot where the product has a date.
    expiry: Option<Date>,
    /// Identity of the line in the causing document; its position where nothing is said.
    line_id: Option<String>,
}

/// Stock that goes out.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct IssueStockInput {
    /// Why it goes out.
    #[graphql(default_with = "IssueReason::Consumption")]
    reason: IssueReason,
    /// The document that causes it.
    reference: Option<DocumentReferenceInput>,
    /// What there is to say; up to 500 characters.
    note: Option<String>,
    /// When it went out; now where nothing is said. Never in the future, at most 366 days back.
    occurred_at: Option<DateTime>,
    /// What goes out where; 1 to 500 lines, all of them or none.
    lines: Vec<IssueStockLineInput>,
    /// The same key with the same input posts once and answers the same, for 24 hours.
    pub(super) idempotency_key: Option<String>,
}

/// One product that goes out of one location.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct IssueStockLineInput {
    /// What goes out.
    product_id: ProductId,
    /// Where it goes out.
    location_id: LocationId,
    /// How much, more than zero.
    quantity: Decimal,
    /// In which unit, by its code; the product's base unit where nothing is said.
    unit: Option<String>,
    /// The reservation it was promised under; what that holds may be taken although it is not available to others.
    reservation_id: Option<ReservationId>,
    /// Which lot it is taken from; where nothing is said, what expires first leaves first.
    lot_number: Option<String>,
    /// Identity of the line in the causing document; its position where nothing is said.
    line_id: Option<String>,
}

/// Balances put right.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct AdjustStockInput {
    /// The document that causes it.
    reference: Option<DocumentReferenceInput>,
    /// What there is to say; up to 500 characters.
    note: Option<String>,
    /// When it happened; now where nothing is said. Never in the future, at most 366 days back.
    occurred_at: Option<DateTime>,
    /// What is put right where; 1 to 500 lines, all of them or none.
    lines: Vec<AdjustStockLineInput>,
    /// The same key with the same input posts once and answers the same, for 24 hours.
    pub(super) idempotency_key: Option<String>,
}

/// One balance put right.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct AdjustStockLineInput {
    /// Which product.
    product_id: ProductId,
    /// At which location.
    location_id: LocationId,
    /// By how much; negative takes stock away.
    quantity: Decimal,
    /// In which unit, by its code; the product's base unit where nothing is said.
    unit: Option<String>,
    /// What one unit of added stock costs, in the location's currency; what the item costs already where nothing is
    /// said.
    unit_cost: Option<Decimal>,
    /// Why.
    reason: AdjustmentReason,
    /// Which lot is meant: needed where stock is added and the product is kept by lots; where stock is taken away and nothing is
    /// said, what expires first leaves first.
    lot_number: Option<String>,
    /// The last day it is good; needed for a new lot where the product has a date.
    expiry: Option<Date>,
    /// Identity of the line in the causing document; its position where nothing is said.
    line_id: Option<String>,
}

/// Stock that changes its place.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct TransferStockInput {
    /// The document that causes it.
    reference: Option<DocumentReferenceInput>,
    /// What there is to say; up to 500 characters.
    note: Option<String>,
    /// When it moved; now where nothing is said. Never in the future, at most 366 days back.
    occurred_at: Option<DateTime>,
    /// What moves; 1 to 500 lines, all of them or none.
    lines: Vec<TransferStockLineInput>,
    /// The same key with the same input posts once and answers the same, for 24 hours.
    pub(super) idempotency_key: Option<String>,
}

/// One product that changes its place. Its value moves with it, under FIFO layer by layer.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct TransferStockLineInput {
    /// What moves.
    product_id: ProductId,
    /// Where it is taken from.
    from_location_id: LocationId,
    /// Where it goes; valued in the same currency.
    to_location_id: LocationId,
    /// How much, more than zero.
    quantity: Decimal,
    /// In which unit, by its code; the product's base unit where nothing is said.
    unit: Option<String>,
    /// Which lot moves; where nothing is said, what expires first leaves first. Named, it may also be one that is on hold.
    lot_number: Option<String>,
    /// Identity of the line in the causing document; its position where nothing is said.
    line_id: Option<String>,
}

/// Stock to be promised.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct ReserveStockInput {
    /// The document the promise serves.
    reference: Option<DocumentReferenceInput>,
    /// What is promised; 1 to 500 lines, all of them or none.
    lines: Vec<ReserveStockLineInput>,
    /// The same key with the same input promises once and answers the same, for 24 hours.
    pub(super) idempotency_key: Option<String>,
}

/// One promise.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct ReserveStockLineInput {
    /// What is promised.
    product_id: ProductId,
    /// Where it lies.
    location_id: LocationId,
    /// How much, more than zero.
    quantity: Decimal,
    /// In which unit, by its code; the product's base unit where nothing is said.
    unit: Option<String>,
    /// When the promise lapses by itself; never where nothing is said.
    expires_at: Option<DateTime>,
    /// Identity of the line in the causing document; its position where nothing is said.
    line_id: Option<String>,
}

impl From<ReceiptReason> for MovementReason {
    fn from(reason: ReceiptReason) -> Self {
        match reason {
            ReceiptReason::Purchase => Self::Purchase,
            ReceiptReason::OpeningBalance => Self::OpeningBalance,
            ReceiptReason::ReturnToStock => Self::ReturnToStock,
            ReceiptReason::Production => Self::Production,
        }
    }
}

impl From<IssueReason> for MovementReason {
    fn from(reason: IssueReason) -> Self {
        match reason {
            IssueReason::Consumption => Self::Consumption,
            IssueReason::Sale => Self::Sale,
            IssueReason::Production => Self::Production,
            IssueReason::StaffMeal => Self::StaffMeal,
            IssueReason::Complimentary => Self::Complimentary,
            IssueReason::ReturnToVendor => Self::ReturnToVendor,
        }
    }
}

impl From<AdjustmentReason> for MovementReason {
    fn from(reason: AdjustmentReason) -> Self {
        match reason {
            AdjustmentReason::Waste => Self::Waste,
            AdjustmentReason::Damage => Self::Damage,
            AdjustmentReason::Expired => Self::Expired,
            AdjustmentReason::Loss => Self::Loss,
            AdjustmentReason::Found => Self::Found,
            AdjustmentReason::Count => Self::Count,
            AdjustmentReason::Correction => Self::Correction,
        }
    }
}

fn reference(input: Option<DocumentReferenceInput>) -> Option<(String, String)> {
    input.map(|reference| (reference.kind, reference.id))
}

/// A lot that a person names.
fn strict(number: Option<String>, expiry: Option<Date>) -> LotChoice {
    LotChoice { number, expiry, vendor: None, manner: LotManner::Strict }
}

impl ReceiveStockInput {
    pub(super) fn into_request(self) -> Request {
        let verb = Verb::Receive(self.reason.into());
        let line = |line: ReceiveStockLineInput| Entered {
            product: line.product_id,
            location: line.location_id,
            quantity: line.quantity,
            unit: line.unit,
            unit_cost: line.unit_cost,
            line_id: line.line_id,
            lot: strict(line.lot_number, line.expiry),
            verb,
        };
        Request {
            reference: reference(self.reference),
            note: self.note,
            occurred_at: self.occurred_at.map(DateTime::get),
            lines: self.lines.into_iter().map(line).collect(),
        }
    }
}

impl IssueStockInput {
    pub(super) fn into_request(self) -> Request {
        let reason = self.reason.into();
        let line = |line: IssueStockLineInput| Entered {
            product: line.product_id,
            location: line.location_id,
            quantity: line.quantity,
            unit: line.unit,
            unit_cost: None,
            line_id: line.line_id,
            lot: strict(line.lot_number, None),
            verb: Verb::Issue(reason, line.reservation_id),
        };
        Request {
            reference: reference(self.reference),
            note: self.note,
            occurred_at: self.occurred_at.map(DateTime::get),
            lines: self.lines.into_iter().map(line).collect(),
        }
    }
}

impl AdjustStockLineInput {
    pub(crate) fn into_entered(self) -> Entered {
        let line = self;
        Entered {
            product: line.product_id,
            location: line.location_id,
            quantity: line.quantity,
            unit: line.unit,
            unit_cost: line.unit_cost,
            line_id: line.line_id,
            lot: strict(line.lot_number, line.expiry),
            verb: Verb::Adjust(line.reason.into()),
        }
    }
}

impl AdjustStockInput {
    pub(super) fn into_request(self) -> Request {
        Request {
            reference: reference(self.reference),
            note: self.note,
            occurred_at: self.occurred_at.map(DateTime::get),
            lines: self.lines.into_iter().map(AdjustStockLineInput::into_entered).collect(),
        }
    }
}

impl TransferStockInput {
    pub(super) fn into_request(self) -> Request {
        let line = |line: TransferStockLineInput| Entered {
            product: line.product_id,
            location: line.from_location_id,
            quantity: line.quantity,
            unit: line.unit,
            unit_cost: None,
            line_id: line.line_id,
            lot: strict(line.lot_number, None),
            verb: Verb::Transfer(line.to_location_id),
        };
        Request {
            reference: reference(self.reference),
            note: self.note,
            occurred_at: self.occurred_at.map(DateTime::get),
            lines: self.lines.into_iter().map(line).collect(),
        }
    }
}

impl ReserveStockInput {
    pub(super) fn into_request(self) -> Request {
        let line = |line: ReserveStockLineInput| Entered {
            product: line.product_id,
            location: line.location_id,
            quantity: line.quantity,
            unit: line.unit,
            unit_cost: None,
            line_id: line.line_id,
            lot: LotChoice::default(),
            verb: Verb::Reserve(line.expires_at.map(DateTime::get)),
        };
        Request {
            reference: reference(self.reference),
            note: None,
            occurred_at: None,
            lines: self.lines.into_iter().map(line).collect(),
        }
    }
}
