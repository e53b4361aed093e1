//! What clients send about adjustments.

use async_graphql::InputObject;
use chassis::page::check_values;
use chassis::{Criteria, Filter, Nested, Refusals};
use primitives::{Decimal, LocationId, ProductId, StockAdjustmentId, StockMovementId};

use super::super::model::AdjustmentCriterion;
use super::super::service::{NewLimit, Step, TakeBack};
use super::StockAdjustmentStatus;
use crate::posting::Request;
use crate::posting::graphql::{AdjustStockLineInput, AdjustmentReason};

/// What a list of adjustments is narrowed by. All conditions must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct StockAdjustmentWhere {
    /// All of these hold, too.
    and: Option<Vec<StockAdjustmentWhere>>,
    /// At least one of these holds, too.
    or: Option<Vec<StockAdjustmentWhere>>,
    /// This does not hold.
    not: Option<Box<StockAdjustmentWhere>>,
    /// One of these ids.
    ids: Option<Vec<StockAdjustmentId>>,
    /// One of these numbers.
    numbers: Option<Vec<String>>,
    /// Standing at one of these.
    statuses: Option<Vec<StockAdjustmentStatus>>,
    /// With one of these products.
    product_ids: Option<Vec<ProductId>>,
    /// With something at one of these locations.
    location_ids: Option<Vec<LocationId>>,
}

impl Filter for StockAdjustmentWhere {
    type Criterion = AdjustmentCriterion;

    fn nested(&mut self) -> Nested<Self> {
        Nested { and: self.and.take(), or: self.or.take(), not: self.not.take() }
    }

    fn own(self, at: &str, refusals: &mut Refusals) -> Vec<Criteria<AdjustmentCriterion>> {
        check_values(self.ids.as_ref(), &format!("{at}.ids"), refusals);
        check_values(self.numbers.as_ref(), &format!("{at}.numbers"), refusals);
        check_values(self.product_ids.as_ref(), &format!("{at}.productIds"), refusals);
        check_values(self.location_ids.as_ref(), &format!("{at}.locationIds"), refusals);
        vec![Criteria::Is(AdjustmentCriterion {
            ids: self.ids,
            numbers: self.numbers,
            statuses: self.statuses.map(|all| all.into_iter().map(Into::into).collect()),
            products: self.product_ids,
            locations: self.location_ids,
        })]
    }
}

/// An adjustment to be begun.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct CreateStockAdjustmentInput {
    /// What there is to say; up to 500 characters.
    note: Option<String>,
    /// What is to be put right where; 1 to 500 lines.
    lines: Vec<AdjustStockLineInput>,
    /// The same key with the same input has one effect and answers the same, for 24 hours.
    idempotency_key: Option<String>,
}

/// Which adjustment takes a step.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct StockAdjustmentStepInput {
    /// Which adjustment.
    id: StockAdjustmentId,
    /// The version the step is based on; another one answers CONFLICT.
    expected_version: i32,
    /// The same key with the same input has one effect and answers the same, for 24 hours.
    idempotency_key: Option<String>,
}

/// Which adjustment takes a step, and why.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct StockAdjustmentReasonInput {
    /// Which adjustment.
    id: StockAdjustmentId,
    /// The version the step is based on; another one answers CONFLICT.
    expected_version: i32,
    /// Why; 10 to 500 characters.
    reason: String,
    /// The same key with the same input has one effect and answers the same, for 24 hours.
    idempotency_key: Option<String>,
}

/// Which movement is taken back, and why.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct ReverseMovementInput {
    /// Which movement.
    movement_id: StockMovementId,
    /// Why; 10 to 500 characters.
    reason: String,
    /// The same key with the same input has one effect and answers the same, for 24 hours.
    idempotency_key: Option<String>,
}

/// Up to which value a reason needs nobody's consent.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct SetAdjustmentLimitInput {
    /// Which reason.
    reason: AdjustmentReason,
    /// Up to which value, in the location's currency; 0 asks always.
    amount: Decimal,
    /// The version the change is based on, 0 while nobody has set it; another one answers CONFLICT.
    expected_version: i32,
    /// The same key with the same input has one effect and answers the same, for 24 hours.
    idempotency_key: Option<String>,
}

impl CreateStockAdjustmentInput {
    pub(super) fn into_request(self) -> (Request, Option<String>) {
        let lines = self.lines.into_iter().map(AdjustStockLineInput::into_entered).collect();
        (Request { reference: None, note: self.note, occurred_at: None, lines }, self.idempotency_key)
    }
}

impl StockAdjustmentStepInput {
    pub(super) fn into_step(self) -> (Step, Option<String>) {
        let Self { id, expected_version, idempotency_key } = self;
        (Step { id, expected_version, reason: String::new() }, idempotency_key)
    }
}

impl StockAdjustmentReasonInput {
    pub(super) fn into_step(self) -> (Step, Option<String>) {
        let Self { id, expected_version, reason, idempotency_key } = self;
        (Step { id, expected_version, reason }, idempotency_key)
    }
}

impl ReverseMovementInput {
    pub(super) fn into_back(self) -> (TakeBack, Option<String>) {
        let Self { movement_id: movement, reason, idempotency_key } = self;
        (TakeBack { movement, reason }, idempotency_key)
    }
}

impl SetAdjustmentLimitInput {
    pub(super) fn into_limit(self) -> (NewLimit, Option<String>) {
        let Self { reason, amount, expected_version, idempotency_key } = self;
        (NewLimit { reason: reason.into(), amount, expected_version }, idempotency_key)
    }
}
