//! What can be done with goods received notes.

use async_graphql::{Context, InputObject, MaybeUndefined, Object, SimpleObject};
use chassis::{Caller, Result, UserError, caller, outcome};
use primitives::{Date, Decimal, GoodsReceivedNoteId, PurchaseOrderId, PurchaseOrderLineId};

use super::super::line::Count;
use super::super::model::{self, Head};
use super::super::service::{self, NewNote, Step};
use super::{GoodsReceivedNote, Split};
use crate::{Buying, house};

/// The outcome of a change to a goods received note.
#[derive(Debug, SimpleObject)]
pub(crate) struct GoodsReceivedNotePayload {
    /// The note as it is now; null when the change was refused.
    goods_received_note: Option<GoodsReceivedNote>,
    /// Why the change was refused: everything that is wrong, in the order of the input. Empty on success.
    user_errors: Vec<UserError>,
}

impl From<(Option<model::GoodsReceivedNote>, Vec<UserError>)> for GoodsReceivedNotePayload {
    fn from((note, user_errors): (Option<model::GoodsReceivedNote>, Vec<UserError>)) -> Self {
        Self { goods_received_note: note.map(GoodsReceivedNote), user_errors }
    }
}

/// What was counted of an order line, in its unit.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct GoodsReceivedNoteLineInput {
    /// Which line of the order.
    order_line_id: PurchaseOrderLineId,
    /// How much came.
    #[graphql(default)]
    delivered_quantity: Decimal,
    /// How much of it is kept.
    #[graphql(default)]
    accepted_quantity: Decimal,
    /// How much goes back.
    #[graphql(default)]
    rejected_quantity: Decimal,
    /// How much is broken.
    #[graphql(default)]
    damaged_quantity: Decimal,
    /// How much came on top for nothing.
    #[graphql(default)]
    free_quantity: Decimal,
    /// The lot; up to 64 characters.
    lot: Option<String>,
    /// Until when it keeps.
    expiry: Option<Date>,
    /// What there is to say; up to 500 characters.
    remark: Option<String>,
}

impl From<GoodsReceivedNoteLineInput> for Count {
    fn from(input: GoodsReceivedNoteLineInput) -> Self {
        Self {
            order_line: input.order_line_id,
            delivered: input.delivered_quantity,
            accepted: input.accepted_quantity,
            rejected: input.rejected_quantity,
            damaged: input.damaged_quantity,
            free: input.free_quantity,
            lot: input.lot,
            expiry: input.expiry,
            remark: input.remark,
        }
    }
}

/// A note to draft.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct CreateGoodsReceivedNoteInput {
    /// For which order.
    order_id: PurchaseOrderId,
    /// The number of the vendor's delivery note; up to 64 characters.
    delivery_note: Option<String>,
    /// On which day it came; today unless told.
    received_on: Option<Date>,
    /// Freight, duty and the like, in the order's currency.
    #[graphql(default)]
    extra_costs: Decimal,
    /// How they are shared among the lines.
    #[graphql(default_with = "Split::Value")]
    extra_cost_split: Split,
    /// What was counted so far; at most 500 lines.
    #[graphql(default)]
    lines: Vec<GoodsReceivedNoteLineInput>,
    /// The same key with the same input has one effect and one answer for 24 hours.
    idempotency_key: Option<String>,
}

/// A change to a draft. What is left out stays, null clears; lines are replaced as a whole.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct UpdateGoodsReceivedNoteInput {
    /// Which note.
    id: GoodsReceivedNoteId,
    /// Its version as last seen.
    expected_version: i32,
    /// The number of the vendor's delivery note.
    delivery_note: MaybeUndefined<String>,
    /// On which day it came.
    received_on: Option<Date>,
    /// Freight, duty and the like, in the order's currency.
    extra_costs: Option<Decimal>,
    /// How they are shared among the lines.
    extra_cost_split: Option<Split>,
    /// What was counted.
    lines: Option<Vec<GoodsReceivedNoteLineInput>>,
}

impl UpdateGoodsReceivedNoteInput {
    fn apply(&self, head: Head) -> Head {
        let delivery_note = match &self.delivery_note {
            MaybeUndefined::Undefined => head.delivery_note,
            MaybeUndefined::Null => None,
            MaybeUndefined::Value(note) => Some(note.clone()),
        };
        Head {
            delivery_note,
            received_on: self.received_on.unwrap_or(head.received_on),
            extra_costs: self.extra_costs.unwrap_or(head.extra_costs),
            split: self.extra_cost_split.map_or(head.split, model::Split::from),
        }
    }
}

/// Which note is taken one step further.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct GoodsReceivedNoteTransitionInput {
    /// Which note.
    id: GoodsReceivedNoteId,
    /// Its version as last seen.
    expected_version: i32,
    /// Why; 10 to 2,000 characters. Needed to give it up.
    reason: Option<String>,
    /// The same key with the same input has one effect and one answer for 24 hours.
    idempotency_key: Option<String>,
}

impl From<GoodsReceivedNoteTransitionInput> for Step {
    fn from(input: GoodsReceivedNoteTransitionInput) -> Self {
        Self {
            id: input.id,
            expected_version: input.expected_version,
            reason: input.reason.unwrap_or_default(),
            idempotency_key: input.idempotency_key,
        }
    }
}

/// The use cases and who asks.
fn at<'a>(ctx: &Context<'a>) -> Result<(&'a Buying, &'a Caller)> {
    let caller: &Caller = caller(ctx)?;
    Ok((ctx.data_unchecked::<Buying>(), caller))
}

/// Changes of goods received notes.
#[derive(Debug, Default)]
pub(crate) struct GoodsReceivedNoteMutation;

#[Object]
impl GoodsReceivedNoteMutation {
    /// Begins to count a delivery.
    async fn create_goods_received_note(
        &self,
        ctx: &Context<'_>,
        input: CreateGoodsReceivedNoteInput,
    ) -> Result<GoodsReceivedNotePayload> {
        let (app, caller) = at(ctx)?;
        let head = Head {
            delivery_note: input.delivery_note,
            // The service dates it; where is known there.
            received_on: input.received_on.unwrap_or_else(|| house::day(app.clock.now())),
            extra_costs: input.extra_costs,
            split: input.extra_cost_split.into(),
        };
        let counts = input.lines.into_iter().map(Count::from).collect();
        let (order_id, received_on) = (input.order_id, input.received_on);
        let idempotency_key = input.idempotency_key;
        let new = NewNote { order_id, head, received_on, counts, idempotency_key };
        outcome(service::create(app, caller, &new).await).map(GoodsReceivedNotePayload::from)
    }

    /// Changes the count.
    async fn update_goods_received_note(
        &self,
        ctx: &Context<'_>,
        mut input: UpdateGoodsReceivedNoteInput,
    ) -> Result<GoodsReceivedNotePayload> {
        let counts: Option<Vec<Count>> =
            input.lines.take().map(|lines| lines.into_iter().map(Count::from).collect());
        let (app, caller) = at(ctx)?;
        let wanted = (input.id, input.expected_version);
        let changed = service::update(app, caller, wanted, |head| input.apply(head), counts.as_deref());
        outcome(changed.await).map(GoodsReceivedNotePayload::from)
    }

    /// Says that the count is complete: it is checked as a whole, numbered, and extra costs are shared.
    async fn receive_goods_received_note(
        &self,
        ctx: &Context<'_>,
        input: GoodsReceivedNoteTransitionInput,
    ) -> Result<GoodsReceivedNotePayload> {
        let (app, caller) = at(ctx)?;
        outcome(service::receive_note(app, caller, &input.into()).await).map(GoodsReceivedNotePayload::from)
    }

    /// Takes the goods over: they count as received, and inventory takes what was kept in. Never more than was ordered and
    /// is tolerated. Where inventory refuses, the note says why and the order waits for the goods again.
    async fn commit_goods_received_note(
        &self,
        ctx: &Context<'_>,
        input: GoodsReceivedNoteTransitionInput,
    ) -> Result<GoodsReceivedNotePayload> {
        let (app, caller) = at(ctx)?;
        outcome(service::commit(app, caller, &input.into()).await).map(GoodsReceivedNotePayload::from)
    }

    /// Gives a note up that was not committed.
    async fn void_goods_received_note(
        &self,
        ctx: &Context<'_>,
        input: GoodsReceivedNoteTransitionInput,
    ) -> Result<GoodsReceivedNotePayload> {
        let (app, caller) = at(ctx)?;
        outcome(service::void(app, caller, &input.into()).await).map(GoodsReceivedNotePayload::from)
    }
}
