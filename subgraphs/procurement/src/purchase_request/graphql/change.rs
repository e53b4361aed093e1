//! What requesters do with purchase requests.

use async_graphql::{Context, InputObject, MaybeUndefined, Object, SimpleObject};
use chassis::{Result, UserError, caller, outcome};
use primitives::{
    Date, Decimal, DepartmentId, LocationId, ProductId, PropertyId, PurchaseRequestId, VendorId,
};

use super::super::line::LineDraft;
use super::super::model::{self, Head};
use super::super::service::{self, NewRequest, Step, Stop};
use super::{LinesOf, Priority, PurchaseRequest};
use crate::{Buying, house};

/// The outcome of a change to a purchase request.
#[derive(Debug, SimpleObject)]
pub(crate) struct PurchaseRequestPayload {
    /// The purchase request as it is now; null when the change was refused.
    purchase_request: Option<PurchaseRequest>,
    /// Why the change was refused: everything that is wrong, in the order of the input. Empty on success.
    user_errors: Vec<UserError>,
}

impl From<(Option<model::PurchaseRequest>, Vec<UserError>)> for PurchaseRequestPayload {
    fn from((request, user_errors): (Option<model::PurchaseRequest>, Vec<UserError>)) -> Self {
        Self { purchase_request: request.map(PurchaseRequest), user_errors }
    }
}

/// One product that is asked for. What is missing may follow until the request is handed in.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct PurchaseRequestLineInput {
    /// What.
    product_id: ProductId,
    /// How much.
    #[graphql(default)]
    quantity: Decimal,
    /// In which unit, by its code.
    unit: String,
    /// Where it is to go.
    deliver_to: Option<LocationId>,
    /// By when it is needed, where that differs from the request.
    required_by: Option<Date>,
    /// From whom, where it matters; the best offer decides otherwise.
    vendor_id: Option<VendorId>,
    /// What one unit costs in the house's currency, where the offers are not to be asked.
    unit_price: Option<Decimal>,
    /// What is taken off, in the price's currency.
    #[graphql(default)]
    discount: Decimal,
    /// What is put on as tax, in the price's currency.
    #[graphql(default)]
    tax: Decimal,
    /// What there is to say; up to 500 characters.
    note: Option<String>,
}

impl From<PurchaseRequestLineInput> for LineDraft {
    fn from(input: PurchaseRequestLineInput) -> Self {
        Self {
            product_id: input.product_id,
            quantity: input.quantity,
            unit: input.unit,
            deliver_to: input.deliver_to,
            required_by: input.required_by,
            vendor_id: input.vendor_id,
            unit_price: input.unit_price,
            discount: input.discount,
            tax: input.tax,
            note: input.note,
        }
    }
}

/// A purchase request to draft. What is missing may follow until it is handed in.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct CreatePurchaseRequestInput {
    /// For which department.
    department_id: Option<DepartmentId>,
    /// For which property.
    property_id: Option<PropertyId>,
    /// From which day it is; today unless told.
    request_date: Option<Date>,
    /// By when everything is needed.
    required_by: Option<Date>,
    /// How urgent it is.
    #[graphql(default_with = "Priority::Normal")]
    priority: Priority,
    /// Why it is needed; 10 to 2,000 characters when it is handed in.
    #[graphql(default)]
    justification: String,
    /// What is asked for; at most 500 lines.
    #[graphql(default)]
    lines: Vec<PurchaseRequestLineInput>,
    /// The same key with the same input has one effect and one answer for 24 hours.
    idempotency_key: Option<String>,
}

/// A change to a draft. What is left out stays, null clears; lines are replaced as a whole.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct UpdatePurchaseRequestInput {
    /// Which purchase request.
    id: PurchaseRequestId,
    /// Its version as last seen.
    expected_version: i32,
    /// For which department.
    department_id: MaybeUndefined<DepartmentId>,
    /// For which property.
    property_id: MaybeUndefined<PropertyId>,
    /// From which day it is.
    request_date: Option<Date>,
    /// By when everything is needed.
    required_by: MaybeUndefined<Date>,
    /// How urgent it is.
    priority: Option<Priority>,
    /// Why it is needed.
    justification: Option<String>,
    /// What is asked for.
    lines: Option<Vec<PurchaseRequestLineInput>>,
}

impl UpdatePurchaseRequestInput {
    fn apply(&self, head: Head) -> Head {
        Head {
            department_id: given(&self.department_id, head.department_id),
            property_id: given(&self.property_id, head.property_id),
            request_date: self.request_date.unwrap_or(head.request_date),
            required_by: given(&self.required_by, head.required_by),
            priority: self.priority.map_or(head.priority, model::Priority::from),
            justification: self.justification.clone().unwrap_or(head.justification),
        }
    }
}

fn given<T: Copy>(input: &MaybeUndefined<T>, before: Option<T>) -> Option<T> {
    match input {
        MaybeUndefined::Undefined => before,
        MaybeUndefined::Null => None,
        MaybeUndefined::Value(value) => Some(*value),
    }
}

/// Which purchase request is taken one step further.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct PurchaseRequestTransitionInput {
    /// Which purchase request.
    id: PurchaseRequestId,
    /// Its version as last seen.
    expected_version: i32,
    /// The same key with the same input has one effect and one answer for 24 hours.
    idempotency_key: Option<String>,
}

impl From<PurchaseRequestTransitionInput> for Step {
    fn from(input: PurchaseRequestTransitionInput) -> Self {
        Self {
            id: input.id,
            expected_version: input.expected_version,
            reason: String::new(),
            idempotency_key: input.idempotency_key,
        }
    }
}

/// Which purchase request is stopped, and why.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct StopPurchaseRequestInput {
    /// Which purchase request.
    id: PurchaseRequestId,
    /// Its version as last seen.
    expected_version: i32,
    /// Why; 10 to 2,000 characters.
    reason: String,
    /// The same key with the same input has one effect and one answer for 24 hours.
    idempotency_key: Option<String>,
}

impl From<StopPurchaseRequestInput> for Step {
    fn from(input: StopPurchaseRequestInput) -> Self {
        Self {
            id: input.id,
            expected_version: input.expected_version,
            reason: input.reason,
            idempotency_key: input.idempotency_key,
        }
    }
}

pub(super) async fn stop(ctx: &Context<'_>, stop: Stop, step: Step) -> Result<PurchaseRequestPayload> {
    let app = ctx.data_unchecked::<Buying>();
    outcome(service::stop(app, caller(ctx)?, stop, &step).await).map(PurchaseRequestPayload::from)
}

/// What requesters do.
#[derive(Debug, Default)]
pub(crate) struct PurchaseRequestMutation;

#[Object]
impl PurchaseRequestMutation {
    /// Drafts a purchase request.
    async fn create_purchase_request(
        &self,
        ctx: &Context<'_>,
        input: CreatePurchaseRequestInput,
    ) -> Result<PurchaseRequestPayload> {
        let app = ctx.data_unchecked::<Buying>();
        let head = Head {
            department_id: input.department_id,
            property_id: input.property_id,
            request_date: input.request_date.unwrap_or_else(|| house::day(app.clock.now())),
            required_by: input.required_by,
            priority: input.priority.into(),
            justification: input.justification,
        };
        let lines = input.lines.into_iter().map(LineDraft::from).collect();
        let new = NewRequest { head, lines, idempotency_key: input.idempotency_key };
        let (created, user_errors) = outcome(service::create(app, caller(ctx)?, &new).await)?;
        let request = created.map(|(request, lines)| {
            if let Some(lines) = lines {
                ctx.data_unchecked::<LinesOf>().know(request.id, lines);
            }
            request
        });
        Ok((request, user_errors).into())
    }

    /// Changes a draft.
    async fn update_purchase_request(
        &self,
        ctx: &Context<'_>,
        mut input: UpdatePurchaseRequestInput,
    ) -> Result<PurchaseRequestPayload> {
        let lines: Option<Vec<LineDraft>> =
            input.lines.take().map(|lines| lines.into_iter().map(LineDraft::from).collect());
        let app = ctx.data_unchecked::<Buying>();
        let wanted = (input.id, input.expected_version);
        let changed = service::update(app, caller(ctx)?, wanted, |head| input.apply(head), lines.as_deref());
        outcome(changed.await).map(PurchaseRequestPayload::from)
    }

    /// Hands a draft in: it is checked as a whole, priced, numbered, and given to its first approver.
    async fn submit_purchase_request(
        &self,
        ctx: &Context<'_>,
        input: PurchaseRequestTransitionInput,
    ) -> Result<PurchaseRequestPayload> {
        let app = ctx.data_unchecked::<Buying>();
        outcome(service::submit(app, caller(ctx)?, &input.into()).await).map(PurchaseRequestPayload::from)
    }

    /// Takes a request back that nobody has decided about yet; it is a draft again.
    async fn recall_purchase_request(
        &self,
        ctx: &Context<'_>,
        input: StopPurchaseRequestInput,
    ) -> Result<PurchaseRequestPayload> {
        stop(ctx, Stop::Recall, input.into()).await
    }

    /// Gives a request up of which nothing is on order.
    async fn cancel_purchase_request(
        &self,
        ctx: &Context<'_>,
        input: StopPurchaseRequestInput,
    ) -> Result<PurchaseRequestPayload> {
        stop(ctx, Stop::Cancel, input.into()).await
    }

    /// Makes a rejected request a draft again, as a new revision.
    async fn revise_purchase_request(
        &self,
        ctx: &Context<'_>,
        input: PurchaseRequestTransitionInput,
    ) -> Result<PurchaseRequestPayload> {
        stop(ctx, Stop::Revise, input.into()).await
    }
}
