//! What a document asks of the stock, and every way it can be refused. Pure.

use chassis::{Code, Refusal};
use chrono::{DateTime, Utc};
use primitives::{Date, Decimal, LocationId, PostingId, ProductId, ReservationId, UserId};

use super::entry::EnteredCost;
use super::lot::LotChoice;
use crate::costing::{Slice, TooLarge};
use crate::ledger::MovementReason;
use crate::reservation::{NoLongerActive, ReservationStatus};
use crate::stock::Short;

/// A document larger than this is refused: it would hold its locks for too long.
pub(crate) const MAX_LINES: usize = 500;

/// What all lines of a document share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Heading {
    /// Identity of the posting.
    pub(crate) posting: PostingId,
    /// The document that causes it: its kind and id.
    pub(crate) reference: Option<(String, String)>,
    /// What the poster has to say.
    pub(crate) note: Option<String>,
    /// When it happened in the house.
    pub(crate) occurred_at: DateTime<Utc>,
    /// When it is written.
    pub(crate) posted_at: DateTime<Utc>,
    /// Who writes it.
    pub(crate) posted_by: UserId,
}

/// What one line does to the stock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Takes stock in at the cost entered, or at the item's own cost.
    Receive { reason: MovementReason, cost: Option<EnteredCost> },
    /// Takes stock out, consuming a reservation where one is named.
    Issue { reason: MovementReason, reservation: Option<ReservationId> },
    /// Corrects a balance by a signed quantity; what is added comes in at the cost entered or at
    /// the item's own.
    Adjust { reason: MovementReason, cost: Option<EnteredCost> },
    /// Moves stock to another location, consuming a reservation where one is named.
    Transfer { to: LocationId, reservation: Option<ReservationId> },
    /// Gives stock back to its vendor at what it cost in the receipt it came by.
    GiveBack { origin: Slice },
    /// Changes what is still held of a receipt by its share of an amount, by at most `most`; the quantity stays.
    Revalue { amount: Decimal, most: Decimal, origin: Slice },
    /// Promises stock to somebody.
    Reserve { expires_at: Option<DateTime<Utc>> },
}

/// One line of a document, in the product's base unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// Position in the request, for field paths.
    pub(crate) index: usize,
    /// Of which product.
    pub(crate) product: ProductId,
    /// At which location; the source of a transfer.
    pub(crate) location: LocationId,
    /// How much, in the base unit; signed for adjustments only.
    pub(crate) quantity: Decimal,
    /// Identity of the line in the causing document.
    pub(crate) reference_line: Option<String>,
    /// Which lot it names.
    pub(crate) lot: LotChoice,
    /// What it does.
    pub(crate) action: Action,
}

/// A document ready to be posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Document {
    /// What all lines share.
    pub(crate) heading: Heading,
    /// At least one, at most [`MAX_LINES`].
    pub(crate) lines: Vec<Line>,
}

impl Line {
    /// The input field that names its location.
    pub(crate) fn location_field(&self) -> &'static str {
        if matches!(self.action, Action::Transfer { .. }) { "fromLocationId" } else { "locationId" }
    }
}

impl Line {
    /// Whether it may bring a lot that nobody has seen before.
    pub(crate) fn may_bring_lot(&self) -> bool {
        match self.action {
            Action::Receive { .. } | Action::Transfer { .. } => true,
            Action::Adjust { .. } => self.quantity.is_positive(),
            Action::Issue { .. }
            | Action::GiveBack { .. }
            | Action::Revalue { .. }
            | Action::Reserve { .. } => false,
        }
    }
}

impl Document {
    /// The reservations its lines consume.
    pub(crate) fn consumed_reservations(&self) -> impl Iterator<Item = ReservationId> + '_ {
        self.lines.iter().filter_map(|line| match line.action {
            Action::Issue { reservation, .. } | Action::Transfer { reservation, .. } => reservation,
            _ => None,
        })
    }

    /// Whether any line writes to the ledger; promises do not.
    pub(crate) fn moves_stock(&self) -> bool {
        self.lines.iter().any(|line| !matches!(line.action, Action::Reserve { .. }))
    }
}

/// Why a line cannot be posted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum StockRefused {
    /// No such product in this tenant.
    #[error("product not found")]
    UnknownProduct,
    /// No such location in this tenant; names the input field.
    #[error("location not found")]
    UnknownLocation(&'static str),
    /// No such reservation in this tenant.
    #[error("reservation not found")]
    UnknownReservation,
    /// Not enough available.
    #[error(transparent)]
    Short(#[from] Short),
    /// Zero or negative where stock is moved.
    #[error("{}", at_least(*.whole))]
    NotPositive {
        /// The unit counts whole things.
        whole: bool,
    },
    /// Less than nothing where nothing would be fine.
    #[error("Quantity must be at least 0")]
    BelowNothing,
    /// An adjustment by nothing.
    #[error("an adjustment changes the quantity by something other than zero")]
    Nothing,
    /// A fraction of something that is counted.
    #[error("{unit} allows {places} decimal places")]
    TooPrecise {
        /// Code of the unit.
        unit: String,
        /// How many places it allows.
        places: u32,
    },
    /// One billion or more.
    #[error("the quantity must be below 1000000000")]
    QuantityTooLarge,
    /// A price below zero, or one billion and more.
    #[error("the unit cost must be at least 0 and below 1000000000")]
    BadUnitCost,
    /// No such unit of measure.
    #[error("there is no unit {0}")]
    UnknownUnit(String),
    /// The product cannot be measured in this unit.
    #[error("there is no conversion from {from} to {to} for this product")]
    NoConversion {
        /// The unit asked for.
        from: String,
        /// The product's base unit.
        to: String,
    },
    /// A write-off that adds, or a find that takes away.
    #[error("{}", wrong_sign(*.decreases))]
    WrongSign {
        /// The reason only takes away.
        decreases: bool,
    },
    /// Nothing lies at a direct location; names the input field.
    #[error("a direct location holds no stock: what it receives is used up at once")]
    DirectHoldsNothing(&'static str),
    /// A count is under way there; names the input field.
    #[error("the location is locked until its count ends")]
    LocationLocked(&'static str),
    /// Source and target are the same.
    #[error("stock cannot be transferred to the location it is at")]
    SameLocation,
    /// Source and target are valued in different currencies.
    #[error("stock valued in {from} cannot be transferred to a location valued in {to}")]
    CurrencyDiffers {
        /// Currency of the source.
        from: String,
        /// Currency of the target.
        to: String,
    },
    /// The reservation is for another product or location.
    #[error("the reservation is for another product or location")]
    ReservationElsewhere,
    /// The reservation holds nothing any more.
    #[error(transparent)]
    ReservationOver(#[from] NoLongerActive),
    /// An expiry that is over already.
    #[error("the reservation would expire before it begins")]
    ExpiresInThePast,
    /// The month it happened in is closed.
    #[error("the books are closed for everything before {before}")]
    PeriodClosed {
        /// Up to which day they are.
        before: Date,
    },
    /// The same document line has moved this stock before.
    #[error("this document line has already been posted")]
    PostedBefore,
    /// The product is kept by lots, and none was named.
    #[error("this product is kept by lots: which one is it?")]
    LotMissing,
    /// No such lot of the product.
    #[error("there is no such lot of this product")]
    UnknownLot,
    /// A lot was named where there are none.
    #[error("this product is not kept by lots here")]
    NotKeptByLots,
    /// The lot is on hold, called back or past its date.
    #[error("this lot may not be used: it is on hold, called back or past its date")]
    LotUnusable,
    /// The number of the lot is empty or too long.
    #[error("a lot number has 1 to 64 characters")]
    BadLotNumber,
    /// The lot is known with another date.
    #[error("this lot is known with another date: {known}")]
    OtherExpiry {
        /// The date it is known with.
        known: String,
    },
    /// The product has a date, and none was named.
    #[error("this product needs the date until which it is good")]
    ExpiryMissing,
    /// What comes in is past its date.
    #[error("this lot is past its date")]
    LotOver,
    /// The identity of the causing line is empty or too long.
    #[error("a line id has 1 to 64 characters")]
    BadLineId,
    /// A sum left the range of a decimal.
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
}

/// A refusal and the line it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LineRefused {
    /// Position of the line in the request.
    pub(crate) index: usize,
    /// What is wrong with it.
    pub(crate) refused: StockRefused,
}

impl StockRefused {
    /// The stable code of the refusal.
    pub(crate) fn code(&self) -> Code {
        match self {
            Self::UnknownProduct | Self::UnknownLocation(_) | Self::UnknownReservation | Self::UnknownLot => {
                Code::NotFound
            }
            Self::Short(_) => Code::InsufficientStock,
            Self::NoConversion { .. } => Code::UnitConversionMissing,
            Self::ReservationOver(_) => Code::InvalidState,
            Self::PostedBefore => Code::Duplicate,
            Self::LocationLocked(_) => Code::LocationLocked,
            Self::PeriodClosed { .. } => Code::PeriodClosed,
            _ => Code::ValidationError,
        }
    }

    /// The field of the line the refusal is about.
    pub(crate) fn field(&self) -> &'static str {
        match self {
            Self::UnknownProduct => "productId",
            Self::UnknownLocation(field) | Self::DirectHoldsNothing(field) | Self::LocationLocked(field) => {
                field
            }
            Self::SameLocation | Self::CurrencyDiffers { .. } => "toLocationId",
            Self::UnknownReservation | Self::ReservationElsewhere | Self::ReservationOver(_) => {
                "reservationId"
            }
            Self::BadUnitCost => "unitCost",
            Self::UnknownUnit(_) | Self::NoConversion { .. } => "unit",
            Self::ExpiresInThePast => "expiresAt",
            Self::PeriodClosed { .. } => "occurredAt",
            Self::PostedBefore | Self::BadLineId => "lineId",
            Self::LotMissing
            | Self::UnknownLot
            | Self::NotKeptByLots
            | Self::LotUnusable
            | Self::BadLotNumber => "lotNumber",
            Self::OtherExpiry { .. } | Self::ExpiryMissing | Self::LotOver => "expiry",
            Self::Short(_)
            | Self::NotPositive { .. }
            | Self::BelowNothing
            | Self::Nothing
            | Self::TooPrecise { .. }
            | Self::QuantityTooLarge
            | Self::WrongSign { .. }
            | Self::TooLarge(_) => "quantity",
        }
    }

    /// Facts a client may act on, as name and value.
    pub(crate) fn facts(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Short(short) => {
                vec![("available", short.available.to_string()), ("requested", short.requested.to_string())]
            }
            Self::ReservationOver(over) => vec![
                ("from", over.status.code().to_owned()),
                ("to", ReservationStatus::Consumed.code().to_owned()),
            ],
            Self::NoConversion { from, to } => vec![("from", from.clone()), ("to", to.clone())],
            Self::PeriodClosed { before } => vec![("closedBefore", before.to_string())],
            Self::OtherExpiry { known } => vec![("known", known.clone())],
            _ => Vec::new(),
        }
    }
}

impl From<LineRefused> for Refusal {
    fn from(line: LineRefused) -> Self {
        let LineRefused { index, refused } = line;
        let refusal = Self::new(refused.code(), refused.field(), refused.to_string());
        // The day is the document's, not the line's.
        let is_of_line = !matches!(refused, StockRefused::PeriodClosed { .. });
        let refusal = if is_of_line { refusal.below(&format!("lines.{index}")) } else { refusal };
        refused.facts().into_iter().fold(refusal, |refusal, (name, value)| refusal.with(name, value))
    }
}

fn at_least(whole: bool) -> &'static str {
    if whole { "Quantity must be at least 1" } else { "Quantity must be greater than 0" }
}

fn wrong_sign(decreases: bool) -> &'static str {
    if decreases {
        "this reason takes stock away, so the quantity must be negative"
    } else {
        "this reason adds stock, so the quantity must be positive"
    }
}
