//! What can be done with purchase orders.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chassis::{Result, UserError, caller, outcome};
use primitives::{Date, Decimal, PurchaseOrderId, PurchaseRequestLineId, VendorId};

use super::super::conversion::Wanted;
use super::super::service::{self, Action, Conversion, Step};
use super::PurchaseOrder;
use crate::Buying;

/// The outcome of a conversion.
#[derive(Debug, SimpleObject)]
pub(crate) struct ConvertToPurchaseOrdersPayload {
    /// The orders that were made, one per vendor, currency and place; null when that was refused.
    purchase_orders: Option<Vec<PurchaseOrder>>,
    /// Why it was refused: everything that is wrong, in the order of the input. Empty on success.
    user_errors: Vec<UserError>,
}

/// The outcome of a change to a purchase order.
#[derive(Debug, SimpleObject)]
pub(crate) struct PurchaseOrderPayload {
    /// The purchase order as it is now; null when the change was refused.
    purchase_order: Option<PurchaseOrder>,
    /// Why the change was refused: everything that is wrong, in the order of the input. Empty on success.
    user_errors: Vec<UserError>,
}

/// An approved line that is ordered.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct OrderLineInput {
    /// Which line of which request.
    line_id: PurchaseRequestLineId,
    /// How much of it, in its unit; all that is not on order yet unless told.
    quantity: Option<Decimal>,
    /// From whom, where the line names nobody.
    vendor_id: Option<VendorId>,
}

/// What is to be ordered.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct ConvertToPurchaseOrdersInput {
    /// Of which approved lines: 1 to 500.
    lines: Vec<OrderLineInput>,
    /// By when it is to come.
    delivery_date: Option<Date>,
    /// The same key with the same input has one effect and one answer for 24 hours.
    idempotency_key: Option<String>,
}

/// Which purchase order is taken one step further.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct PurchaseOrderTransitionInput {
    /// Which purchase order.
    id: PurchaseOrderId,
    /// Its version as last seen.
    expected_version: i32,
    /// Why; 10 to 2,000 characters. Needed to return, cancel, or close before everything came.
    reason: Option<String>,
    /// The same key with the same input has one effect and one answer for 24 hours.
    idempotency_key: Option<String>,
}

/// What the vendor said.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct AcknowledgePurchaseOrderInput {
    /// Which purchase order.
    id: PurchaseOrderId,
    /// Its version as last seen.
    expected_version: i32,
    /// What the vendor calls it; up to 64 characters.
    vendor_reference: Option<String>,
    /// When the vendor will deliver, where that differs.
    delivery_date: Option<Date>,
    /// The same key with the same input has one effect and one answer for 24 hours.
    idempotency_key: Option<String>,
}

async fn step(
    ctx: &Context<'_>,
    mut input: PurchaseOrderTransitionInput,
    action: impl FnOnce(String) -> Action,
) -> Result<PurchaseOrderPayload> {
    let action = action(input.reason.take().unwrap_or_default());
    let PurchaseOrderTransitionInput { id, expected_version, idempotency_key, .. } = input;
    run(ctx, Step { id, expected_version, action, idempotency_key }).await
}

async fn run(ctx: &Context<'_>, step: Step) -> Result<PurchaseOrderPayload> {
    let app = ctx.data_unchecked::<Buying>();
    let (order, user_errors) = outcome(service::step(app, caller(ctx)?, &step).await)?;
    Ok(PurchaseOrderPayload { purchase_order: order.map(PurchaseOrder), user_errors })
}

/// Changes of purchase orders.
#[derive(Debug, Default)]
pub(crate) struct PurchaseOrderMutation;

#[Object]
impl PurchaseOrderMutation {
    /// Makes orders from approved lines: one per vendor, currency and place. Never more is on order than was approved.
    async fn convert_to_purchase_orders(
        &self,
        ctx: &Context<'_>,
        input: ConvertToPurchaseOrdersInput,
    ) -> Result<ConvertToPurchaseOrdersPayload> {
        let lines = input.lines.into_iter().map(|each| Wanted {
            line: each.line_id,
            quantity: each.quantity,
            vendor: each.vendor_id,
        });
        let wanted = Conversion {
            lines: lines.collect(),
            delivery_date: input.delivery_date,
            idempotency_key: input.idempotency_key,
        };
        let app = ctx.data_unchecked::<Buying>();
        let (orders, user_errors) = outcome(service::create(app, caller(ctx)?, &wanted).await)?;
        let purchase_orders = orders.map(|orders| orders.into_iter().map(PurchaseOrder).collect());
        Ok(ConvertToPurchaseOrdersPayload { purchase_orders, user_errors })
    }

    /// Hands an order in for approval.
    async fn submit_purchase_order(
        &self,
        ctx: &Context<'_>,
        input: PurchaseOrderTransitionInput,
    ) -> Result<PurchaseOrderPayload> {
        step(ctx, input, |_| Action::Submit).await
    }

    /// Lets an order go out. Not one's own, and not beyond one's limit.
    async fn approve_purchase_order(
        &self,
        ctx: &Context<'_>,
        input: PurchaseOrderTransitionInput,
    ) -> Result<PurchaseOrderPayload> {
        step(ctx, input, |_| Action::Approve).await
    }

    /// Asks for changes.
    async fn return_purchase_order(
        &self,
        ctx: &Context<'_>,
        input: PurchaseOrderTransitionInput,
    ) -> Result<PurchaseOrderPayload> {
        step(ctx, input, Action::Return).await
    }

    /// Notes that the vendor has the order.
    async fn send_purchase_order(
        &self,
        ctx: &Context<'_>,
        input: PurchaseOrderTransitionInput,
    ) -> Result<PurchaseOrderPayload> {
        step(ctx, input, |_| Action::Send).await
    }

    /// Notes that the vendor will deliver.
    async fn acknowledge_purchase_order(
        &self,
        ctx: &Context<'_>,
        input: AcknowledgePurchaseOrderInput,
    ) -> Result<PurchaseOrderPayload> {
        let action = Action::Acknowledge(input.vendor_reference, input.delivery_date);
        let (id, expected_version) = (input.id, input.expected_version);
        run(ctx, Step { id, expected_version, action, idempotency_key: input.idempotency_key }).await
    }

    /// Expects nothing more; what did not come goes back to the requests and may be ordered again.
    async fn close_purchase_order(
        &self,
        ctx: &Context<'_>,
        input: PurchaseOrderTransitionInput,
    ) -> Result<PurchaseOrderPayload> {
        step(ctx, input, Action::Close).await
    }

    /// Gives an order up of which nothing came; what was on order goes back to the requests.
    async fn cancel_purchase_order(
        &self,
        ctx: &Context<'_>,
        input: PurchaseOrderTransitionInput,
    ) -> Result<PurchaseOrderPayload> {
        step(ctx, input, Action::Cancel).await
    }

    /// Expects again what did not come of an order that was closed within the last 30 days, as far as it was not ordered
    /// elsewhere meanwhile.
    async fn reopen_purchase_order(
        &self,
        ctx: &Context<'_>,
        input: PurchaseOrderTransitionInput,
    ) -> Result<PurchaseOrderPayload> {
        step(ctx, input, Action::Reopen).await
    }
}
