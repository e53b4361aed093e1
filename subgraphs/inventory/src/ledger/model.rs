//! One line of the ledger and the words it uses. Pure.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use primitives::{
    CurrencyCode, Decimal, InventoryItemId, LocationId, PostingId, ProductId, ReservationId, StockMovementId,
    Unit, UserId,
};
use serde::Serialize;

/// The direction of a movement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub(crate) enum MovementKind {
    /// Stock came into the house.
    In,
    /// Stock was used up.
    Out,
    /// A balance was corrected.
    Adjustment,
    /// Stock went to, or came from, another location.
    Transfer,
}

/// Why stock moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub(crate) enum MovementReason {
    /// Bought and delivered.
    Purchase,
    /// Brought in when the books were opened.
    OpeningBalance,
    /// Came back unused from a kitchen or an outlet.
    ReturnToStock,
    /// Made from, or made out of, other stock.
    Production,
    /// Used by a kitchen, bar or department.
    Consumption,
    /// Sold to a guest.
    Sale,
    /// Eaten by staff.
    StaffMeal,
    /// Given to a guest for free.
    Complimentary,
    /// Sent back to the vendor.
    ReturnToVendor,
    /// Received at a location that consumes at once.
    DirectExpense,
    /// Moved between two locations.
    Transfer,
    /// Spoilt or thrown away.
    Waste,
    /// Broken.
    Damage,
    /// Past its date.
    Expired,
    /// Missing without explanation.
    Loss,
    /// Turned up without explanation.
    Found,
    /// Difference found by counting.
    Count,
    /// A clerical error put right.
    Correction,
    /// What units cost more or less than they were booked at: those issued below zero, and those that went back in place of others.
    CostVariance,
    /// A vendor credited money for what is still there.
    VendorCredit,
}

const KINDS: [(MovementKind, &str); 4] = [
    (MovementKind::In, "IN"),
    (MovementKind::Out, "OUT"),
    (MovementKind::Adjustment, "ADJUSTMENT"),
    (MovementKind::Transfer, "TRANSFER"),
];

const REASONS: [(MovementReason, &str); 20] = [
    (MovementReason::Purchase, "PURCHASE"),
    (MovementReason::OpeningBalance, "OPENING_BALANCE"),
    (MovementReason::ReturnToStock, "RETURN_TO_STOCK"),
    (MovementReason::Production, "PRODUCTION"),
    (MovementReason::Consumption, "CONSUMPTION"),
    (MovementReason::Sale, "SALE"),
    (MovementReason::StaffMeal, "STAFF_MEAL"),
    (MovementReason::Complimentary, "COMPLIMENTARY"),
    (MovementReason::ReturnToVendor, "RETURN_TO_VENDOR"),
    (MovementReason::DirectExpense, "DIRECT_EXPENSE"),
    (MovementReason::Transfer, "TRANSFER"),
    (MovementReason::Waste, "WASTE"),
    (MovementReason::Damage, "DAMAGE"),
    (MovementReason::Expired, "EXPIRED"),
    (MovementReason::Loss, "LOSS"),
    (MovementReason::Found, "FOUND"),
    (MovementReason::Count, "COUNT"),
    (MovementReason::Correction, "CORRECTION"),
    (MovementReason::CostVariance, "COST_VARIANCE"),
    (MovementReason::VendorCredit, "VENDOR_CREDIT"),
];

impl MovementKind {
    /// The word stored in tables and events.
    pub(crate) fn code(self) -> &'static str {
        KINDS.iter().find(|(kind, _)| *kind == self).map_or("", |(_, code)| code)
    }
}

impl FromStr for MovementKind {
    type Err = String;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        let known = KINDS.iter().find(|(_, word)| *word == code);
        known.map(|(kind, _)| *kind).ok_or_else(|| format!("unknown movement type {code}"))
    }
}

impl MovementReason {
    /// The word stored in tables and events.
    pub(crate) fn code(self) -> &'static str {
        REASONS.iter().find(|(reason, _)| *reason == self).map_or("", |(_, code)| code)
    }

    /// Whether the reason can only take stock away.
    pub(crate) fn only_decreases(self) -> bool {
        matches!(self, Self::Waste | Self::Damage | Self::Expired | Self::Loss)
    }

    /// Whether the reason can only add stock.
    pub(crate) fn only_increases(self) -> bool {
        self == Self::Found
    }
}

impl FromStr for MovementReason {
    type Err = String;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        let known = REASONS.iter().find(|(_, word)| *word == code);
        known.map(|(reason, _)| *reason).ok_or_else(|| format!("unknown movement reason {code}"))
    }
}

/// The line of another document that caused a movement. A line has one effect: posting it twice is refused.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Reference {
    /// What kind of document, such as `GRN`.
    pub(crate) kind: String,
    /// Which document.
    pub(crate) id: String,
    /// Which of its lines.
    pub(crate) line: String,
}

/// One line of the ledger: a signed change of a balance, in the item's base unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StockMovement {
    /// Identity.
    pub(crate) id: StockMovementId,
    /// Position in the tenant's ledger, in commit order; zero until it is written.
    pub(crate) seq: i64,
    /// Whose balance changed.
    pub(crate) item: InventoryItemId,
    /// Of which product.
    pub(crate) product: ProductId,
    /// At which location.
    pub(crate) location: LocationId,
    /// In which direction.
    pub(crate) kind: MovementKind,
    /// Why.
    pub(crate) reason: MovementReason,
    /// By how much; negative where stock left, zero where only the value changed.
    pub(crate) quantity: Decimal,
    /// Cost of one unit, to five places.
    pub(crate) unit_cost: Decimal,
    /// By how much the value changed, with its sign.
    pub(crate) total_value: Decimal,
    /// Unit of the quantities.
    pub(crate) unit: Unit,
    /// Currency of the values.
    pub(crate) currency: CurrencyCode,
    /// The balance after this movement.
    pub(crate) on_hand_after: Decimal,
    /// The value after this movement.
    pub(crate) value_after: Decimal,
    /// The posting it belongs to: lines posted together share it, so do the two legs of a transfer.
    pub(crate) posting: PostingId,
    /// The document line that caused it.
    pub(crate) reference: Option<Reference>,
    /// The reservation it consumed.
    pub(crate) reservation: Option<ReservationId>,
    /// What the poster had to say.
    pub(crate) note: Option<String>,
    /// When it happened in the house.
    pub(crate) occurred_at: DateTime<Utc>,
    /// When it was written.
    pub(crate) posted_at: DateTime<Utc>,
    /// Who wrote it.
    pub(crate) posted_by: UserId,
}

/// Which movements to list; empty lists and `None` do not restrict.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct MovementFilter {
    /// Of these products.
    pub(crate) products: Vec<ProductId>,
    /// At these locations.
    pub(crate) locations: Vec<LocationId>,
    /// Of this item.
    pub(crate) item: Option<InventoryItemId>,
    /// In these directions.
    pub(crate) kinds: Vec<MovementKind>,
    /// For these reasons.
    pub(crate) reasons: Vec<MovementReason>,
    /// Caused by this document.
    pub(crate) reference_id: Option<String>,
    /// Later in the ledger than this.
    pub(crate) after_seq: Option<i64>,
    /// Occurred at or after this.
    pub(crate) from: Option<DateTime<Utc>>,
    /// Occurred before this.
    pub(crate) to: Option<DateTime<Utc>>,
    /// Written at or after this.
    pub(crate) posted_from: Option<DateTime<Utc>>,
    /// Written before this.
    pub(crate) posted_to: Option<DateTime<Utc>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back() {
        for (kind, code) in KINDS {
            assert_eq!(code.parse::<MovementKind>(), Ok(kind));
            assert_eq!(kind.code(), code);
        }
        for (reason, code) in REASONS {
            assert_eq!(code.parse::<MovementReason>(), Ok(reason));
            assert_eq!(reason.code(), code);
        }
        assert!("MAGIC".parse::<MovementReason>().is_err());
    }
}
