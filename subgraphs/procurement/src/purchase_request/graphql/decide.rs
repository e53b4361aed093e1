//! What approvers do with purchase requests.

use async_graphql::{Context, InputObject, Object};
use chassis::{Result, caller, outcome};
use primitives::{PurchaseRequestId, PurchaseRequestLineId};

use super::super::approval::LeftOut;
use super::super::service::{self, Approve, Step, Stop};
use super::change::{PurchaseRequestPayload, stop};
use crate::Buying;

/// A line that is not approved.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct LeaveOutInput {
    /// Which line.
    line_id: PurchaseRequestLineId,
    /// Why; 10 to 2,000 characters.
    reason: String,
}

/// What is approved.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct ApprovePurchaseRequestInput {
    /// Which purchase request.
    id: PurchaseRequestId,
    /// Its version as last seen: nobody approves what they have not read.
    expected_version: i32,
    /// Lines that are left out; the others are approved.
    #[graphql(default)]
    leave_out: Vec<LeaveOutInput>,
    /// What there is to say; 10 to 2,000 characters.
    comment: Option<String>,
    /// The same key with the same input has one effect and one answer for 24 hours.
    idempotency_key: Option<String>,
}

/// What is rejected or returned.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct RefusePurchaseRequestInput {
    /// Which purchase request.
    id: PurchaseRequestId,
    /// Its version as last seen.
    expected_version: i32,
    /// Why; 10 to 2,000 characters.
    comment: String,
    /// The same key with the same input has one effect and one answer for 24 hours.
    idempotency_key: Option<String>,
}

impl From<RefusePurchaseRequestInput> for Step {
    fn from(input: RefusePurchaseRequestInput) -> Self {
        Self {
            id: input.id,
            expected_version: input.expected_version,
            reason: input.comment,
            idempotency_key: input.idempotency_key,
        }
    }
}

/// What approvers do.
#[derive(Debug, Default)]
pub(crate) struct DecisionMutation;

#[Object]
impl DecisionMutation {
    /// Approves the level whose turn it is. Not one's own request, not twice, and not beyond one's limit.
    async fn approve_purchase_request(
        &self,
        ctx: &Context<'_>,
        input: ApprovePurchaseRequestInput,
    ) -> Result<PurchaseRequestPayload> {
        let left_out =
            input.leave_out.into_iter().map(|each| LeftOut { line: each.line_id, reason: each.reason });
        let wanted = Approve {
            id: input.id,
            expected_version: input.expected_version,
            left_out: left_out.collect(),
            comment: input.comment,
            idempotency_key: input.idempotency_key,
        };
        let app = ctx.data_unchecked::<Buying>();
        outcome(service::approve(app, caller(ctx)?, &wanted).await).map(PurchaseRequestPayload::from)
    }

    /// Says no. The requester may revise the request and hand it in again.
    async fn reject_purchase_request(
        &self,
        ctx: &Context<'_>,
        input: RefusePurchaseRequestInput,
    ) -> Result<PurchaseRequestPayload> {
        stop(ctx, Stop::Reject, input.into()).await
    }

    /// Asks the requester for changes; the request is a draft again.
    async fn return_purchase_request(
        &self,
        ctx: &Context<'_>,
        input: RefusePurchaseRequestInput,
    ) -> Result<PurchaseRequestPayload> {
        stop(ctx, Stop::Return, input.into()).await
    }
}
