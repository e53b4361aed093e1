//! What clients send about requisitions.

use async_graphql::InputObject;
use chassis::page::check_values;
use chassis::{Criteria, Filter, Nested, Refusals};
use primitives::{Date, Decimal, LocationId, ProductId, ReservationId, StoreRequisitionId};

use super::super::model::RequisitionCriterion;
use super::super::service::{Asked, Step, Wanted};
use super::StoreRequisitionStatus;
use crate::posting::Portion;

/// What a list of requisitions is narrowed by. All conditions must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct StoreRequisitionWhere {
    /// All of these hold, too.
    and: Option<Vec<StoreRequisitionWhere>>,
    /// At least one of these holds, too.
    or: Option<Vec<StoreRequisitionWhere>>,
    /// This does not hold.
    not: Option<Box<StoreRequisitionWhere>>,
    /// One of these ids.
    ids: Option<Vec<StoreRequisitionId>>,
    /// One of these numbers.
    numbers: Option<Vec<String>>,
    /// Asked of one of these locations.
    from_location_ids: Option<Vec<LocationId>>,
    /// Asked by one of these locations.
    to_location_ids: Option<Vec<LocationId>>,
    /// Standing at one of these.
    statuses: Option<Vec<StoreRequisitionStatus>>,
    /// With one of these products.
    product_ids: Option<Vec<ProductId>>,
    /// Needed before this day.
    needed_before: Option<Date>,
}

impl Filter for StoreRequisitionWhere {
    type Criterion = RequisitionCriterion;

    fn nested(&mut self) -> Nested<Self> {
        Nested { and: self.and.take(), or: self.or.take(), not: self.not.take() }
    }

    fn own(self, at: &str, refusals: &mut Refusals) -> Vec<Criteria<RequisitionCriterion>> {
        check_values(self.ids.as_ref(), &format!("{at}.ids"), refusals);
        check_values(self.numbers.as_ref(), &format!("{at}.numbers"), refusals);
        check_values(self.from_location_ids.as_ref(), &format!("{at}.fromLocationIds"), refusals);
        check_values(self.to_location_ids.as_ref(), &format!("{at}.toLocationIds"), refusals);
        check_values(self.product_ids.as_ref(), &format!("{at}.productIds"), refusals);
        vec![Criteria::Is(RequisitionCriterion {
            ids: self.ids,
            numbers: self.numbers,
            from: self.from_location_ids,
            to: self.to_location_ids,
            statuses: self.statuses.map(|all| all.into_iter().map(Into::into).collect()),
            products: self.product_ids,
            needed_before: self.needed_before,
        })]
    }
}

/// A requisition to be begun. A draft may have no lines yet.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct CreateStoreRequisitionInput {
    /// The store that is asked.
    from_location_id: LocationId,
    /// Who asks; valued in the same currency. At a DIRECT location what is issued is used up at once.
    to_location_id: LocationId,
    /// When it is needed; not in the past when it is handed in.
    needed_on: Option<Date>,
    /// What there is to say; up to 500 characters.
    note: Option<String>,
    /// What is asked for; up to 500 products, each once.
    #[graphql(default)]
    lines: Vec<StoreRequisitionLineInput>,
    /// The same key with the same input has one effect and answers the same, for 24 hours.
    idempotency_key: Option<String>,
}

/// A draft written anew.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct UpdateStoreRequisitionInput {
    /// Which draft.
    id: StoreRequisitionId,
    /// The version the change is based on; another one answers CONFLICT.
    expected_version: i32,
    /// The store that is asked.
    from_location_id: LocationId,
    /// Who asks.
    to_location_id: LocationId,
    /// When it is needed.
    needed_on: Option<Date>,
    /// What there is to say; up to 500 characters.
    note: Option<String>,
    /// What is asked for, in place of all lines so far.
    lines: Vec<StoreRequisitionLineInput>,
    /// The same key with the same input has one effect and answers the same, for 24 hours.
    idempotency_key: Option<String>,
}

/// One product that is asked for.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct StoreRequisitionLineInput {
    /// What is asked for.
    product_id: ProductId,
    /// How much, more than zero.
    quantity: Decimal,
    /// In which unit, by its code; the product's base unit where nothing is said.
    unit: Option<String>,
    /// The reservation it was promised under; issuing consumes it.
    reservation_id: Option<ReservationId>,
}

/// So much of a product.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct StoreRequisitionQuantityInput {
    /// Of which product.
    product_id: ProductId,
    /// How much.
    quantity: Decimal,
    /// In which unit, by its code; the product's base unit where nothing is said.
    unit: Option<String>,
}

/// Which requisition takes a step.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct StoreRequisitionStepInput {
    /// Which requisition.
    id: StoreRequisitionId,
    /// The version the step is based on; another one answers CONFLICT.
    expected_version: i32,
    /// The same key with the same input has one effect and answers the same, for 24 hours.
    idempotency_key: Option<String>,
}

/// How much of a requisition is allowed, or issued.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct StoreRequisitionQuantitiesInput {
    /// Which requisition.
    id: StoreRequisitionId,
    /// The version the step is based on; another one answers CONFLICT.
    expected_version: i32,
    /// How much of each product. When it is allowed, products that are not named are allowed whole; when it is issued, they stay.
    /// Everything where nothing is said.
    lines: Option<Vec<StoreRequisitionQuantityInput>>,
    /// The same key with the same input has one effect and answers the same, for 24 hours.
    idempotency_key: Option<String>,
}

/// Which requisition is settled.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct StoreRequisitionClosingInput {
    /// Which requisition.
    id: StoreRequisitionId,
    /// The version the step is based on; another one answers CONFLICT.
    expected_version: i32,
    /// Why something is missing; 10 to 500 characters. Needed where anything is.
    reason: Option<String>,
    /// The same key with the same input has one effect and answers the same, for 24 hours.
    idempotency_key: Option<String>,
}

/// Which requisition is given up.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct StoreRequisitionReasonInput {
    /// Which requisition.
    id: StoreRequisitionId,
    /// The version the step is based on; another one answers CONFLICT.
    expected_version: i32,
    /// Why; 10 to 500 characters.
    reason: String,
    /// The same key with the same input has one effect and answers the same, for 24 hours.
    idempotency_key: Option<String>,
}

impl CreateStoreRequisitionInput {
    pub(super) fn into_wanted(self) -> (Wanted, Option<String>) {
        let wanted = Wanted {
            from: self.from_location_id,
            to: self.to_location_id,
            needed_on: self.needed_on,
            note: self.note,
            lines: self.lines.into_iter().map(asked).collect(),
        };
        (wanted, self.idempotency_key)
    }
}

impl UpdateStoreRequisitionInput {
    pub(super) fn into_wanted(self) -> ((StoreRequisitionId, i32), Wanted, Option<String>) {
        let wanted = Wanted {
            from: self.from_location_id,
            to: self.to_location_id,
            needed_on: self.needed_on,
            note: self.note,
            lines: self.lines.into_iter().map(asked).collect(),
        };
        ((self.id, self.expected_version), wanted, self.idempotency_key)
    }
}

impl StoreRequisitionStepInput {
    pub(super) fn into_step(self) -> (Step, Option<String>) {
        let Self { id, expected_version, idempotency_key } = self;
        (Step { id, expected_version, reason: None, lines: None }, idempotency_key)
    }
}

impl StoreRequisitionQuantitiesInput {
    pub(super) fn into_step(self) -> (Step, Option<String>) {
        let Self { id, expected_version, lines, idempotency_key } = self;
        let lines = lines.map(|lines| lines.into_iter().map(portion).collect());
        (Step { id, expected_version, reason: None, lines }, idempotency_key)
    }
}

impl StoreRequisitionClosingInput {
    pub(super) fn into_step(self) -> (Step, Option<String>) {
        let Self { id, expected_version, reason, idempotency_key } = self;
        (Step { id, expected_version, reason, lines: None }, idempotency_key)
    }
}

impl StoreRequisitionReasonInput {
    pub(super) fn into_step(self) -> (Step, Option<String>) {
        let Self { id, expected_version, reason, idempotency_key } = self;
        (Step { id, expected_version, reason: Some(reason), lines: None }, idempotency_key)
    }
}

fn asked(line: StoreRequisitionLineInput) -> Asked {
    let StoreRequisitionLineInput { product_id: product, quantity, unit, reservation_id: reservation } = line;
    Asked { portion: Portion { product, quantity, unit }, reservation }
}

fn portion(line: StoreRequisitionQuantityInput) -> Portion {
    let StoreRequisitionQuantityInput { product_id: product, quantity, unit } = line;
    Portion { product, quantity, unit }
}
