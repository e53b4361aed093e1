//! What can be done with amendments.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chassis::{Result, UserError, caller, outcome};
use primitives::{Date, Decimal, PurchaseOrderAmendmentId, PurchaseOrderId, PurchaseOrderLineId};

use super::super::change::LineChange;
use super::super::model;
use super::super::service::{self, Decision, Step, Wish};
use super::PurchaseOrderAmendment;
use crate::Buying;

/// The outcome of an amendment.
#[derive(Debug, SimpleObject)]
pub(crate) struct PurchaseOrderAmendmentPayload {
    /// The amendment as it is now: applied, or waiting for approval; null when it was refused.
    amendment: Option<PurchaseOrderAmendment>,
    /// Why it was refused: everything that is wrong, in the order of the input. Empty on success.
    user_errors: Vec<UserError>,
}

impl From<(Option<model::Amendment>, Vec<UserError>)> for PurchaseOrderAmendmentPayload {
    fn from((amendment, user_errors): (Option<model::Amendment>, Vec<UserError>)) -> Self {
        Self { amendment: amendment.map(PurchaseOrderAmendment), user_errors }
    }
}

/// An order line as it is to be. What is left out stays.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct AmendedOrderLineInput {
    /// Which line.
    order_line_id: PurchaseOrderLineId,
    /// How much is ordered: not less than came, not more than was approved.
    quantity: Option<Decimal>,
    /// What one unit costs, in the order's currency.
    unit_price: Option<Decimal>,
}

/// How an order is to be changed that the vendor has.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct AmendPurchaseOrderInput {
    /// Which order.
    id: PurchaseOrderId,
    /// Its version as last seen.
    expected_version: i32,
    /// Which lines change; at most 500.
    #[graphql(default, validator(max_items = 500))]
    lines: Vec<AmendedOrderLineInput>,
    /// By when it is to come, where that changes.
    delivery_date: Option<Date>,
    /// Why; 10 to 2,000 characters.
    reason: String,
    /// The same key with the same input has one effect and one answer for 24 hours.
    idempotency_key: Option<String>,
}

/// A decision about an amendment.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct DecideAmendmentInput {
    /// Which amendment.
    id: PurchaseOrderAmendmentId,
    /// Its version as last seen.
    expected_version: i32,
    /// What there is to say; 10 to 2,000 characters. Needed to reject.
    comment: Option<String>,
    /// The same key with the same input has one effect and one answer for 24 hours.
    idempotency_key: Option<String>,
}

async fn decide(
    ctx: &Context<'_>,
    input: DecideAmendmentInput,
    decision: Decision,
) -> Result<PurchaseOrderAmendmentPayload> {
    let DecideAmendmentInput { id, expected_version, comment, idempotency_key } = input;
    let step = Step { id, expected_version, decision, comment, idempotency_key };
    let app = ctx.data_unchecked::<Buying>();
    outcome(service::decide(app, caller(ctx)?, &step).await).map(PurchaseOrderAmendmentPayload::from)
}

/// Changes of orders that vendors have.
#[derive(Debug, Default)]
pub(crate) struct AmendmentMutation;

#[Object]
impl AmendmentMutation {
    /// Changes an order that the vendor has. Where it gets more than a tenth, or more than 5,000, dearer than what was let go
    /// out, the change waits for approval.
    async fn amend_purchase_order(
        &self,
        ctx: &Context<'_>,
        input: AmendPurchaseOrderInput,
    ) -> Result<PurchaseOrderAmendmentPayload> {
        let changes = input.lines.into_iter().map(|line| LineChange {
            line: line.order_line_id,
            quantity: line.quantity,
            unit_price: line.unit_price,
        });
        let wish = Wish {
            order_id: input.id,
            expected_version: input.expected_version,
            changes: changes.collect(),
            delivery_date: input.delivery_date,
            reason: input.reason,
            idempotency_key: input.idempotency_key,
        };
        let app = ctx.data_unchecked::<Buying>();
        outcome(service::propose(app, caller(ctx)?, &wish).await).map(PurchaseOrderAmendmentPayload::from)
    }

    /// Lets an order be changed. Not one's own order or amendment, and not beyond one's limit.
    async fn approve_purchase_order_amendment(
        &self,
        ctx: &Context<'_>,
        input: DecideAmendmentInput,
    ) -> Result<PurchaseOrderAmendmentPayload> {
        decide(ctx, input, Decision::Approve).await
    }

    /// Leaves an order as it is.
    async fn reject_purchase_order_amendment(
        &self,
        ctx: &Context<'_>,
        input: DecideAmendmentInput,
    ) -> Result<PurchaseOrderAmendmentPayload> {
        decide(ctx, input, Decision::Reject).await
    }

    /// Gives an amendment up that waits.
    async fn withdraw_purchase_order_amendment(
        &self,
        ctx: &Context<'_>,
        input: DecideAmendmentInput,
    ) -> Result<PurchaseOrderAmendmentPayload> {
        decide(ctx, input, Decision::Withdraw).await
    }
}
