//! What clients send about counts.

use async_graphql::InputObject;
use chassis::page::check_values;
use chassis::{Criteria, Filter, Nested, Refusals};
use primitives::{Decimal, LocationId, ProductId, StockCountId};

use super::super::model::CountCriterion;
use super::super::service::{Plan, Step};
use super::{StockCountMode, StockCountStatus};
use crate::posting::Portion;

/// What a list of counts is narrowed by. All conditions must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct StockCountWhere {
    /// All of these hold, too.
    and: Option<Vec<StockCountWhere>>,
    /// At least one of these holds, too.
    or: Option<Vec<StockCountWhere>>,
    /// This does not hold.
    not: Option<Box<StockCountWhere>>,
    /// One of these ids.
    ids: Option<Vec<StockCountId>>,
    /// One of these numbers.
    numbers: Option<Vec<String>>,
    /// At one of these locations.
    location_ids: Option<Vec<LocationId>>,
    /// Standing at one of these.
    statuses: Option<Vec<StockCountStatus>>,
    /// In one of these modes.
    modes: Option<Vec<StockCountMode>>,
}

impl Filter for StockCountWhere {
    type Criterion = CountCriterion;

    fn nested(&mut self) -> Nested<Self> {
        Nested { and: self.and.take(), or: self.or.take(), not: self.not.take() }
    }

    fn own(self, at: &str, refusals: &mut Refusals) -> Vec<Criteria<CountCriterion>> {
        check_values(self.ids.as_ref(), &format!("{at}.ids"), refusals);
        check_values(self.numbers.as_ref(), &format!("{at}.numbers"), refusals);
        check_values(self.location_ids.as_ref(), &format!("{at}.locationIds"), refusals);
        vec![Criteria::Is(CountCriterion {
            ids: self.ids,
            numbers: self.numbers,
            locations: self.location_ids,
            statuses: self.statuses.map(|all| all.into_iter().map(Into::into).collect()),
            modes: self.modes.map(|all| all.into_iter().map(Into::into).collect()),
        })]
    }
}

/// A count to be planned.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct PlanStockCountInput {
    /// Where to count.
    location_id: LocationId,
    /// What happens to the location meanwhile.
    #[graphql(default_with = "StockCountMode::Frozen")]
    mode: StockCountMode,
    /// What to count, at most 500 products; everything at the location where nothing is said.
    product_ids: Option<Vec<ProductId>>,
    /// By how many percent of the expected quantity a line may differ without being counted again: 0 to 100, 0 where
    /// nothing is said.
    tolerance_percent: Option<Decimal>,
    /// What there is to say; up to 500 characters.
    note: Option<String>,
    /// The same key with the same input has one effect and answers the same, for 24 hours.
    pub(super) idempotency_key: Option<String>,
}

/// A step of a count.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct StockCountStepInput {
    /// Which count.
    id: StockCountId,
    /// The version the step is based on; another one answers CONFLICT.
    expected_version: i32,
    /// The same key with the same input has one effect and answers the same, for 24 hours.
    idempotency_key: Option<String>,
}

/// A step of a count that somebody will want to be explained.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct StockCountReasonInput {
    /// Which count.
    id: StockCountId,
    /// The version the step is based on; another one answers CONFLICT.
    expected_version: i32,
    /// Why; 10 to 500 characters.
    reason: String,
    /// The same key with the same input has one effect and answers the same, for 24 hours.
    idempotency_key: Option<String>,
}

/// What was found.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct RecordStockCountInput {
    /// Which count.
    id: StockCountId,
    /// The version the step is based on; another one answers CONFLICT.
    expected_version: i32,
    /// What was found; 1 to 500 lines. In later rounds only what is counted again.
    lines: Vec<RecordStockCountLineInput>,
    /// The same key with the same input has one effect and answers the same, for 24 hours.
    idempotency_key: Option<String>,
}

/// What was found of one product.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct RecordStockCountLineInput {
    /// Of which product.
    product_id: ProductId,
    /// How much was found, 0 where nothing was.
    quantity: Decimal,
    /// In which unit, by its code; the product's base unit where nothing is said.
    unit: Option<String>,
}

impl PlanStockCountInput {
    pub(super) fn into_plan(self) -> Plan {
        Plan {
            location: self.location_id,
            mode: self.mode.into(),
            products: self.product_ids.unwrap_or_default(),
            tolerance_percent: self.tolerance_percent.unwrap_or(Decimal::ZERO),
            note: self.note,
        }
    }
}

impl StockCountStepInput {
    pub(super) fn into_step(self) -> (Step, Option<String>) {
        let Self { id, expected_version, idempotency_key } = self;
        (Step { id, expected_version, reason: String::new() }, idempotency_key)
    }
}

impl StockCountReasonInput {
    pub(super) fn into_step(self) -> (Step, Option<String>) {
        let Self { id, expected_version, reason, idempotency_key } = self;
        (Step { id, expected_version, reason }, idempotency_key)
    }
}

impl RecordStockCountInput {
    pub(super) fn into_found(self) -> (Step, Vec<Portion>, Option<String>) {
        let Self { id, expected_version, lines, idempotency_key } = self;
        let found = lines
            .into_iter()
            .map(|line| Portion { product: line.product_id, quantity: line.quantity, unit: line.unit })
            .collect();
        (Step { id, expected_version, reason: String::new() }, found, idempotency_key)
    }
}
