//! What a reservation holds and how it ends. Pure.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use primitives::{Decimal, InventoryItemId, LocationId, ProductId, ReservationId, Unit, UserId};
use serde::Serialize;

use crate::ledger::Reference;

/// Where a reservation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub(crate) enum ReservationStatus {
    /// Holds stock.
    Active,
    /// Everything it held was issued.
    Consumed,
    /// Given back by somebody.
    Released,
    /// Given back because its time was over.
    Expired,
}

const STATUSES: [(ReservationStatus, &str); 4] = [
    (ReservationStatus::Active, "ACTIVE"),
    (ReservationStatus::Consumed, "CONSUMED"),
    (ReservationStatus::Released, "RELEASED"),
    (ReservationStatus::Expired, "EXPIRED"),
];

impl ReservationStatus {
    /// The word stored in tables.
    pub(crate) fn code(self) -> &'static str {
        STATUSES.iter().find(|(status, _)| *status == self).map_or("", |(_, code)| code)
    }
}

impl FromStr for ReservationStatus {
    type Err = String;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        let known = STATUSES.iter().find(|(_, word)| *word == code);
        known.map(|(status, _)| *status).ok_or_else(|| format!("unknown reservation status {code}"))
    }
}

/// Stock promised to somebody: still on the shelf, no longer available.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reservation {
    /// Identity.
    pub(crate) id: ReservationId,
    /// The balance it holds from.
    pub(crate) item: InventoryItemId,
    /// Of which product.
    pub(crate) product: ProductId,
    /// At which location.
    pub(crate) location: LocationId,
    /// Unit of the quantities.
    pub(crate) unit: Unit,
    /// What was promised.
    pub(crate) quantity: Decimal,
    /// What is still held: zero unless the reservation is active.
    pub(crate) quantity_left: Decimal,
    /// Where it stands.
    pub(crate) status: ReservationStatus,
    /// The document line it serves.
    pub(crate) reference: Option<Reference>,
    /// When it lapses by itself.
    pub(crate) expires_at: Option<DateTime<Utc>>,
    /// Whether procurement was told of it and counts on it: then it is told, too, when the promise ends.
    pub(crate) is_told: bool,
    /// Counts the changes.
    pub(crate) version: i32,
    /// When it was made.
    pub(crate) created_at: DateTime<Utc>,
    /// Who made it.
    pub(crate) created_by: UserId,
    /// When it last changed.
    pub(crate) updated_at: DateTime<Utc>,
    /// Who last changed it.
    pub(crate) updated_by: UserId,
}

/// A promise that has ended, and what it held until then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ended {
    /// The promise as it is now.
    pub(crate) reservation: Reservation,
    /// What it still held.
    pub(crate) held: Decimal,
}

/// Which reservations to list; empty lists and `None` do not restrict.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct ReservationFilter {
    /// Of these products.
    pub(crate) products: Vec<ProductId>,
    /// At these locations.
    pub(crate) locations: Vec<LocationId>,
    /// Of this item.
    pub(crate) item: Option<InventoryItemId>,
    /// Standing here.
    pub(crate) statuses: Vec<ReservationStatus>,
    /// Made for this document.
    pub(crate) reference_id: Option<String>,
}

/// The reservation holds nothing any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the reservation is no longer active")]
pub(crate) struct NoLongerActive {
    /// How it ended.
    pub(crate) status: ReservationStatus,
}

impl Reservation {
    /// Takes up to `wanted` out of the promise because it is issued now; answers how much that was.
    pub(crate) fn consume(&mut self, wanted: Decimal) -> Result<Decimal, NoLongerActive> {
        self.require_active()?;
        let consumed = wanted.min(self.quantity_left);
        self.quantity_left = Decimal::from_raw(self.quantity_left.raw() - consumed.raw());
        if self.quantity_left == Decimal::ZERO {
            self.status = ReservationStatus::Consumed;
        }
        Ok(consumed)
    }

    /// Ends the promise; answers what it still held.
    pub(crate) fn end(&mut self, status: ReservationStatus) -> Result<Decimal, NoLongerActive> {
        self.require_active()?;
        let held = self.quantity_left;
        self.quantity_left = Decimal::ZERO;
        self.status = status;
        Ok(held)
    }

    fn require_active(&self) -> Result<(), NoLongerActive> {
        if self.status == ReservationStatus::Active {
            Ok(())
        } else {
            Err(NoLongerActive { status: self.status })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ten() -> Reservation {
        let quantity: Decimal = "10".parse().unwrap();
        Reservation {
            id: ReservationId::generate(),
            item: InventoryItemId::generate(),
            product: ProductId::generate(),
            location: LocationId::generate(),
            unit: "kg".parse().unwrap(),
            quantity,
            quantity_left: quantity,
            status: ReservationStatus::Active,
            reference: None,
            expires_at: None,
            is_told: false,
            version: 1,
            created_at: DateTime::UNIX_EPOCH,
            created_by: UserId::generate(),
            updated_at: DateTime::UNIX_EPOCH,
            updated_by: UserId::generate(),
        }
    }

    #[test]
    fn a_partial_issue_leaves_the_rest_reserved() {
        let mut reservation = ten();
        assert_eq!(reservation.consume("4".parse().unwrap()), Ok("4".parse().unwrap()));
        assert_eq!(reservation.status, ReservationStatus::Active);
        assert_eq!(reservation.consume("8".parse().unwrap()), Ok("6".parse().unwrap()));
        assert_eq!(reservation.status, ReservationStatus::Consumed);
    }

    #[test]
    fn a_released_reservation_cannot_be_released_again() {
        let mut reservation = ten();
        assert_eq!(reservation.end(ReservationStatus::Released), Ok("10".parse().unwrap()));
        let again = reservation.end(ReservationStatus::Expired).unwrap_err();
        assert_eq!(again.status, ReservationStatus::Released);
    }
}
