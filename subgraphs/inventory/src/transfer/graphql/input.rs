//! What clients send about transfers.

use async_graphql::InputObject;
use chassis::page::check_values;
use chassis::{Criteria, Filter, Nested, Refusals};
use primitives::{Decimal, LocationId, ProductId, StockTransferId};

use super::super::model::TransferCriterion;
use super::super::service::{Step, Wanted};
use super::StockTransferStatus;
use crate::posting::Portion;

/// What a list of transfers is narrowed by. All conditions must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct StockTransferWhere {
    /// All of these hold, too.
    and: Option<Vec<StockTransferWhere>>,
    /// At least one of these holds, too.
    or: Option<Vec<StockTransferWhere>>,
    /// This does not hold.
    not: Option<Box<StockTransferWhere>>,
    /// One of these ids.
    ids: Option<Vec<StockTransferId>>,
    /// One of these numbers.
    numbers: Option<Vec<String>>,
    /// From one of these locations.
    from_location_ids: Option<Vec<LocationId>>,
    /// To one of these locations.
    to_location_ids: Option<Vec<LocationId>>,
    /// Standing at one of these.
    statuses: Option<Vec<StockTransferStatus>>,
    /// With one of these products.
    product_ids: Option<Vec<ProductId>>,
}

impl Filter for StockTransferWhere {
    type Criterion = TransferCriterion;

    fn nested(&mut self) -> Nested<Self> {
        Nested { and: self.and.take(), or: self.or.take(), not: self.not.take() }
    }

    fn own(self, at: &str, refusals: &mut Refusals) -> Vec<Criteria<TransferCriterion>> {
        check_values(self.ids.as_ref(), &format!("{at}.ids"), refusals);
        check_values(self.numbers.as_ref(), &format!("{at}.numbers"), refusals);
        check_values(self.from_location_ids.as_ref(), &format!("{at}.fromLocationIds"), refusals);
        check_values(self.to_location_ids.as_ref(), &format!("{at}.toLocationIds"), refusals);
        check_values(self.product_ids.as_ref(), &format!("{at}.productIds"), refusals);
        vec![Criteria::Is(TransferCriterion {
            ids: self.ids,
            numbers: self.numbers,
            from: self.from_location_ids,
            to: self.to_location_ids,
            statuses: self.statuses.map(|all| all.into_iter().map(Into::into).collect()),
            products: self.product_ids,
        })]
    }
}

/// A transfer to be asked for.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct CreateStockTransferInput {
    /// Where stock is taken from.
    from_location_id: LocationId,
    /// Where it goes; valued in the same currency. At a DIRECT location it is used up when it is received.
    to_location_id: LocationId,
    /// The TRANSIT location it lies at on its way; the first one in the currency, by code, where nothing is said.
    transit_location_id: Option<LocationId>,
    /// What there is to say; up to 500 characters.
    note: Option<String>,
    /// What moves; 1 to 500 products, each once.
    lines: Vec<StockTransferLineInput>,
    /// The same key with the same input has one effect and answers the same, for 24 hours.
    idempotency_key: Option<String>,
}

/// So much of a product.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct StockTransferLineInput {
    /// What moves.
    product_id: ProductId,
    /// How much, more than zero.
    quantity: Decimal,
    /// In which unit, by its code; the product's base unit where nothing is said.
    unit: Option<String>,
}

/// Which transfer is allowed.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct StockTransferApprovalInput {
    /// Which transfer.
    id: StockTransferId,
    /// The version the step is based on; another one answers CONFLICT.
    expected_version: i32,
    /// The same key with the same input has one effect and answers the same, for 24 hours.
    idempotency_key: Option<String>,
}

/// What of a transfer leaves or arrives.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct StockTransferMovementInput {
    /// Which transfer.
    id: StockTransferId,
    /// The version the step is based on; another one answers CONFLICT.
    expected_version: i32,
    /// What moves: products that are not named do not. Everything where nothing is said.
    lines: Option<Vec<StockTransferLineInput>>,
    /// The same key with the same input has one effect and answers the same, for 24 hours.
    idempotency_key: Option<String>,
}

/// Which transfer is settled.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct StockTransferClosingInput {
    /// Which transfer.
    id: StockTransferId,
    /// The version the step is based on; another one answers CONFLICT.
    expected_version: i32,
    /// Why something is missing; 10 to 500 characters. Needed where anything is.
    reason: Option<String>,
    /// The same key with the same input has one effect and answers the same, for 24 hours.
    idempotency_key: Option<String>,
}

/// Which transfer is given up.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct StockTransferReasonInput {
    /// Which transfer.
    id: StockTransferId,
    /// The version the step is based on; another one answers CONFLICT.
    expected_version: i32,
    /// Why; 10 to 500 characters.
    reason: String,
    /// The same key with the same input has one effect and answers the same, for 24 hours.
    idempotency_key: Option<String>,
}

impl CreateStockTransferInput {
    pub(super) fn into_wanted(self) -> (Wanted, Option<String>) {
        let wanted = Wanted {
            from: self.from_location_id,
            to: self.to_location_id,
            via: self.transit_location_id,
            note: self.note,
            lines: portions(self.lines),
        };
        (wanted, self.idempotency_key)
    }
}

impl StockTransferApprovalInput {
    pub(super) fn into_step(self) -> (Step, Option<String>) {
        let Self { id, expected_version, idempotency_key } = self;
        (Step { id, expected_version, reason: None, lines: None }, idempotency_key)
    }
}

impl StockTransferMovementInput {
    pub(super) fn into_step(self) -> (Step, Option<String>) {
        let Self { id, expected_version, lines, idempotency_key } = self;
        (Step { id, expected_version, reason: None, lines: lines.map(portions) }, idempotency_key)
    }
}

impl StockTransferClosingInput {
    pub(super) fn into_step(self) -> (Step, Option<String>) {
        let Self { id, expected_version, reason, idempotency_key } = self;
        (Step { id, expected_version, reason, lines: None }, idempotency_key)
    }
}

impl StockTransferReasonInput {
    pub(super) fn into_step(self) -> (Step, Option<String>) {
        let Self { id, expected_version, reason, idempotency_key } = self;
        (Step { id, expected_version, reason: Some(reason), lines: None }, idempotency_key)
    }
}

fn portions(lines: Vec<StockTransferLineInput>) -> Vec<Portion> {
    let portion = |line: StockTransferLineInput| Portion {
        product: line.product_id,
        quantity: line.quantity,
        unit: line.unit,
    };
    lines.into_iter().map(portion).collect()
}
