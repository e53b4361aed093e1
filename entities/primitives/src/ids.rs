//! Typed ids: a vendor's id cannot be passed where a product's is expected.
//!
//! Every id is a UUIDv7, opaque to clients and ordered by creation, which keeps database indices compact. The list is
//! alphabetical and append-only: a word that leaves it would orphan the events that mention it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// The text is not an id in the hyphenated form `01920000-0000-7000-8000-000000000001`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an id: a hyphenated UUID is expected")]
pub struct IdError;

/// Reads the hyphenated form only: braces, URNs and bare hex would give one thing several spellings.
fn parse(text: &str) -> Result<Uuid, IdError> {
    if text.len() != 36 {
        return Err(IdError);
    }
    Uuid::try_parse(text).map_err(|_| IdError)
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "sea-orm", derive(sea_orm::DeriveValueType))]
        pub struct $name(Uuid);

        impl $name {
            /// A fresh id, ordered by the system's clock.
            pub fn generate() -> Self {
                Self(Uuid::now_v7())
            }

            /// A fresh id carrying the given instant, for callers whose clock is injected.
            pub fn at(instant: chrono::DateTime<chrono::Utc>) -> Self {
                let seconds = u64::try_from(instant.timestamp()).unwrap_or(0);
                Self(Uuid::new_v7(uuid::Timestamp::from_unix(
                    uuid::NoContext,
                    seconds,
                    instant.timestamp_subsec_nanos(),
                )))
            }

            /// The UUIDv7-shaped id of a generated record: same instant and entropy, same id.
            pub fn from_parts(unix_millis: u64, entropy: [u8; 10]) -> Self {
                Self(uuid::Builder::from_unix_timestamp_millis(unix_millis, &entropy).into_uuid())
            }

            /// Wraps an id that is already known to name this kind of thing.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The bare UUID, for places that do not know the type.
            pub const fn as_uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(out)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(out, "{}({})", stringify!($name), self.0.as_hyphenated())
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                parse(text).map(Self)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Uuid {
                id.0
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        #[cfg(feature = "sea-orm")]
        impl sea_orm::TryFromU64 for $name {
            // Ids are never made by the database, so a generated integer can only be a mistake.
            fn try_from_u64(_: u64) -> Result<Self, sea_orm::DbErr> {
                Err(sea_orm::DbErr::ConvertFromU64(stringify!($name)))
            }
        }

        #[cfg(feature = "graphql")]
        $crate::graphql::id_scalar!($name);
    )+};
}

ids! {
    /// A sign-in account.
    AccountId,
    /// A step of an approval.
    ApprovalId,
    /// Where somebody works, and as what.
    AssignmentId,
    /// A property that products of a tenant can have.
    AttributeDefinitionId,
    /// A round of asking vendors for prices.
    CampaignId,
    /// A product that a campaign asks for.
    CampaignLineId,
    /// What a department may spend in a month.
    BudgetId,
    /// A product category.
    CategoryId,
    /// What is agreed with a vendor for a time.
    ContractId,
    /// One product of a contract.
    ContractLineId,
    /// What is left of one receipt at a FIFO item.
    CostLayerId,
    /// What a vendor owes for what it was not to be paid for.
    CreditNoteId,
    /// One product of a credit note.
    CreditNoteLineId,
    /// An event that could not be acted on.
    DeadLetterId,
    /// Rights that somebody lends to somebody else for a while.
    DelegationId,
    /// A part of the house that spends money of its own.
    DepartmentId,
    /// A published fact; consumers remember it to act once.
    EventId,
    /// The rate of two currencies on a day.
    ExchangeRateId,
    /// Goods that a vendor brought.
    GoodsReceivedNoteId,
    /// One product of a delivery.
    GoodsReceivedNoteLineId,
    /// A sheet of products that is taken over.
    ImportId,
    /// One product at one location.
    InventoryItemId,
    /// What one vendor was asked in a campaign.
    InvitationId,
    /// A place where stock lies.
    LocationId,
    /// Units of a product that were made, or came, together.
    LotId,
    /// The movements booked by one command.
    PostingId,
    /// One price of a price list.
    PriceLineId,
    /// A vendor's price list.
    PriceListId,
    /// A thing that is bought, stocked, used or sold.
    ProductId,
    /// A hotel, a restaurant: what stands at an address.
    PropertyId,
    /// A change to an order that the vendor has.
    PurchaseOrderAmendmentId,
    /// An order to a vendor.
    PurchaseOrderId,
    /// One product of an order.
    PurchaseOrderLineId,
    /// A request to buy.
    PurchaseRequestId,
    /// One product of a request to buy.
    PurchaseRequestLineId,
    /// Stock promised to somebody.
    ReservationId,
    /// A bundle of permissions.
    RoleId,
    /// A piece of work that spans services, step by step.
    SagaId,
    /// A sign-in session.
    SessionId,
    /// A key that signs access tokens.
    SigningKeyId,
    /// A wording of what a product has to be.
    SpecificationId,
    /// Balances put right, with somebody's consent.
    StockAdjustmentId,
    /// A count of what lies at a location.
    StockCountId,
    /// One line of the stock ledger.
    StockMovementId,
    /// A month of the stock's books.
    StockPeriodId,
    /// Stock moving between two locations.
    StockTransferId,
    /// What a kitchen asks of a store.
    StoreRequisitionId,
    /// A customer of the platform: everything belongs to exactly one.
    TenantId,
    /// A product's own ratio between two units.
    UnitConversionId,
    /// A person.
    UserId,
    /// A person to talk to at a vendor.
    VendorContactId,
    /// A supplier.
    VendorId,
    /// What a vendor wants to be paid for.
    VendorInvoiceId,
    /// One product of a vendor's invoice.
    VendorInvoiceLineId,
    /// What a tenant has agreed with one vendor about one product.
    VendorProductId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_what_it_prints() {
        let id = ProductId::generate();
        assert_eq!(id.to_string().parse(), Ok(id));
        let json = serde_json::to_string(&id).unwrap();
        assert_eq!(json, format!("\"{id}\""));
        assert_eq!(serde_json::from_str::<ProductId>(&json).unwrap(), id);
    }

    #[test]
    fn only_the_hyphenated_form_is_an_id() {
        let id = "01920000-0000-7000-8000-000000000001";
        assert!(id.parse::<VendorId>().is_ok());
        for spelling in
            ["", "1", "019200000000700080000000000000 01", "{01920000-0000-7000-8000-000000000001}"]
        {
            assert_eq!(spelling.parse::<VendorId>(), Err(IdError), "{spelling}");
        }
        assert_eq!("01920000000070008000000000000001".parse::<VendorId>(), Err(IdError));
        assert_eq!(format!("urn:uuid:{id}").parse::<VendorId>(), Err(IdError));
    }

    #[test]
    fn ids_sort_by_the_instant_they_carry() {
        let early = chrono::DateTime::from_timestamp(1_780_000_000, 0).unwrap();
        let late = chrono::DateTime::from_timestamp(1_780_000_001, 0).unwrap();
        assert!(ProductId::at(early) < ProductId::at(late));
        assert_eq!(ProductId::at(early).as_uuid().get_version_num(), 7);
    }

    #[test]
    fn equal_parts_make_equal_ids() {
        let id = CategoryId::from_parts(1_780_000_000_000, [7; 10]);
        assert_eq!(id, CategoryId::from_parts(1_780_000_000_000, [7; 10]));
        assert_ne!(id, CategoryId::from_parts(1_780_000_000_000, [8; 10]));
        assert_eq!(id.as_uuid().get_version_num(), 7);
    }
}
