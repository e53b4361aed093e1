//! Adjustments with consent, and movements taken back, in the API.

mod input;

use std::sync::Arc;

use async_graphql::{Context, Enum, Object, SimpleObject};
use chassis::{Connection, Criteria, Loader, Order, PageArgs, Result, UserError, caller, outcome};
use primitives::{Date, DateTime, Decimal, Money, PostingId, Quantity, StockAdjustmentId};

use super::service::{self, Deed, Step};
use super::store::Limit;
use crate::act::graphql::DocumentStep;
use crate::foreign::{Product, User};
use crate::ledger;
use crate::ledger::graphql::{MovementReason, StockMovement};
use crate::location::graphql::{self as locations, Location};
use crate::schema::app;
use crate::stock::graphql::priced;
use input::{
    CreateStockAdjustmentInput, ReverseMovementInput, SetAdjustmentLimitInput, StockAdjustmentReasonInput,
    StockAdjustmentStepInput, StockAdjustmentWhere,
};

/// Where an adjustment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "super::AdjustmentStatus")]
pub(crate) enum StockAdjustmentStatus {
    /// Being written.
    Draft,
    /// Waits for somebody's consent.
    Pending,
    /// In the books.
    Posted,
    /// Taken back.
    Reversed,
    /// Given up.
    Cancelled,
}

/// In which order to list adjustments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum StockAdjustmentSort {
    /// Last begun first.
    CreatedAtDesc,
    /// First begun first.
    CreatedAtAsc,
}

/// Balances put right with somebody's consent.
#[derive(Clone, Debug)]
pub(crate) struct StockAdjustment(pub(crate) super::StockAdjustment);

/// Balances put right: at once within the limits of its reasons, beyond them with somebody's consent.
#[Object]
impl StockAdjustment {
    /// Identity of the adjustment.
    async fn id(&self) -> StockAdjustmentId {
        self.0.id
    }

    /// Its number, such as SA-2026-001, without gaps in a year; DRAFT and the end of its id until it is handed in.
    async fn number(&self) -> String {
        let id = self.0.id.to_string();
        self.0.number.clone().unwrap_or_else(|| format!("DRAFT-{}", &id[id.len() - 8..]))
    }

    /// Where it stands.
    async fn status(&self) -> StockAdjustmentStatus {
        self.0.status.into()
    }

    /// What there is to say about it.
    async fn note(&self) -> Option<&str> {
        self.0.note.as_deref()
    }

    /// Why it was sent back, given up or taken back.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// Its lines, at most 500, in their order.
    async fn lines(&self, ctx: &Context<'_>) -> Result<Vec<StockAdjustmentLine>> {
        let loader = ctx.data_unchecked::<Loader<StockAdjustmentId, AdjustmentLines>>();
        let lines = loader.load(self.0.id).await?.unwrap_or_default();
        Ok(lines.iter().cloned().map(StockAdjustmentLine).collect())
    }

    /// What it moves, without sign, as it was when it was handed in; null before, and without prices:view.
    async fn value(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        let caller = caller(ctx)?;
        Ok(self.0.value.and_then(|(value, currency)| priced(caller, Money::new(value, currency))))
    }

    /// The posting that brought it into the books.
    async fn posting_id(&self) -> Option<PostingId> {
        self.0.posting
    }

    /// The posting that took it back.
    async fn reversal_id(&self) -> Option<PostingId> {
        self.0.reversal
    }

    /// Who handed it in, and when; null while nobody did.
    async fn submitted(&self) -> Option<DocumentStep> {
        self.0.submitted.map(DocumentStep::from)
    }

    /// Who brought it into the books, and when.
    async fn posted(&self) -> Option<DocumentStep> {
        self.0.posted.map(DocumentStep::from)
    }

    /// Who took it back, and when.
    async fn reversed(&self) -> Option<DocumentStep> {
        self.0.reversed.map(DocumentStep::from)
    }

    /// Counts the changes; a step names the one it is based on.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When it was begun.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// Who began it.
    async fn created_by(&self) -> Option<User> {
        Some(User::from(self.0.created_by))
    }

    /// When it last changed.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }

    /// Who last changed it.
    async fn updated_by(&self) -> Option<User> {
        Some(User::from(self.0.updated_by))
    }
}

/// Lines of an adjustment, shared by everybody who asks for them in one request.
pub(crate) type AdjustmentLines = Arc<Vec<super::AdjustmentLine>>;

/// One balance to be put right.
#[derive(Clone, Debug)]
pub(crate) struct StockAdjustmentLine(super::AdjustmentLine);

/// One balance to be put right.
#[Object]
impl StockAdjustmentLine {
    /// Its place on the sheet, from 0.
    async fn position(&self) -> i32 {
        self.0.position
    }

    /// Of which product.
    async fn product(&self) -> Product {
        Product::new(self.0.product)
    }

    /// At which location.
    async fn location(&self, ctx: &Context<'_>) -> Result<Option<Location>> {
        locations::load(ctx, self.0.location).await
    }

    /// By how much; negative takes stock away.
    async fn quantity(&self) -> Quantity {
        Quantity::new(self.0.quantity, self.0.unit)
    }

    /// Why.
    async fn reason(&self) -> MovementReason {
        self.0.reason.into()
    }

    /// Which lot is meant.
    async fn lot_number(&self) -> Option<&str> {
        self.0.lot.as_deref()
    }

    /// The last day it is good.
    async fn expiry(&self) -> Option<Date> {
        self.0.expiry
    }
}

/// The adjustment after a step, or why the step was refused.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct StockAdjustmentPayload {
    /// The adjustment; null where the step was refused.
    stock_adjustment: Option<StockAdjustment>,
    /// What to mend: everything at once.
    user_errors: Vec<UserError>,
}

/// What took a movement back, or why that was refused.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct ReverseMovementPayload {
    /// The ledger lines that take it back, one per lot it moved; null where that was refused.
    movements: Option<Vec<StockMovement>>,
    /// What to mend.
    user_errors: Vec<UserError>,
}

/// Up to which value a reason needs nobody's consent.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub(crate) struct AdjustmentLimit {
    /// Which reason.
    reason: MovementReason,
    /// Up to which value, in the location's currency.
    amount: Decimal,
    /// Counts the changes; 0 while nobody has set it.
    version: i32,
    /// When it was last set.
    updated_at: Option<DateTime>,
    /// Who last set it.
    updated_by: Option<User>,
}

impl From<Limit> for AdjustmentLimit {
    fn from(limit: Limit) -> Self {
        Self {
            reason: limit.reason.into(),
            amount: limit.amount,
            version: limit.version,
            updated_at: limit.updated.map(|(at, _)| at.into()),
            updated_by: limit.updated.map(|(_, by)| by.into()),
        }
    }
}

/// The limit as it is now, or why it was not set.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct SetAdjustmentLimitPayload {
    /// The limit; null where it was refused.
    limit: Option<AdjustmentLimit>,
    /// What to mend.
    user_errors: Vec<UserError>,
}

/// Queries about adjustments.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct AdjustmentQuery;

#[Object]
impl AdjustmentQuery {
    /// Adjustments of the tenant.
    #[expect(
        clippy::too_many_arguments,
        reason = "the arguments of a connection field with a filter and an order"
    )]
    async fn stock_adjustments(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Conditions that must hold.")] filter: Option<StockAdjustmentWhere>,
        #[graphql(desc = "In which order.", default_with = "StockAdjustmentSort::CreatedAtDesc")]
        sort: StockAdjustmentSort,
        #[graphql(desc = "How many from the start; 10 where nothing is said, at most 100.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Continue behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end; never together with first.")] last: Option<i32>,
        #[graphql(desc = "Continue before this cursor.")] before: Option<String>,
    ) -> Result<Connection<StockAdjustment>> {
        let criteria = Criteria::read(filter, None)?;
        let order = match sort {
            StockAdjustmentSort::CreatedAtDesc => Order::Descending,
            StockAdjustmentSort::CreatedAtAsc => Order::Ascending,
        };
        let page = PageArgs::new(first, after, last, before);
        Ok(service::list(app(ctx), caller(ctx)?, &criteria, order, page).await?.map(StockAdjustment))
    }

    /// One adjustment; null where the tenant has no such adjustment.
    async fn stock_adjustment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Identity of the adjustment.")] id: StockAdjustmentId,
    ) -> Result<Option<StockAdjustment>> {
        load(ctx, id).await
    }

    /// Up to which value each reason needs nobody's consent.
    async fn adjustment_limits(&self, ctx: &Context<'_>) -> Result<Vec<AdjustmentLimit>> {
        let limits = service::limits(app(ctx), caller(ctx)?).await?;
        Ok(limits.into_iter().map(AdjustmentLimit::from).collect())
    }
}

/// Mutations of adjustments.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct AdjustmentMutation;

#[Object]
impl AdjustmentMutation {
    /// Begins an adjustment.
    async fn create_stock_adjustment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be put right.")] input: CreateStockAdjustmentInput,
    ) -> Result<StockAdjustmentPayload> {
        let (request, key) = input.into_request();
        payload(ctx, service::create(app(ctx), caller(ctx)?, request, key.as_deref()).await).await
    }

    /// Hands an adjustment in: within the limits of its reasons it is posted, beyond them it waits for somebody's consent.
    async fn submit_stock_adjustment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which adjustment.")] input: StockAdjustmentStepInput,
    ) -> Result<StockAdjustmentPayload> {
        take(ctx, Deed::Submit, input.into_step()).await
    }

    /// Consents to an adjustment that somebody else handed in: it is posted.
    async fn approve_stock_adjustment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which adjustment.")] input: StockAdjustmentStepInput,
    ) -> Result<StockAdjustmentPayload> {
        take(ctx, Deed::Approve, input.into_step()).await
    }

    /// Sends an adjustment back.
    async fn reject_stock_adjustment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which adjustment, and why.")] input: StockAdjustmentReasonInput,
    ) -> Result<StockAdjustmentPayload> {
        take(ctx, Deed::Reject, input.into_step()).await
    }

    /// Takes a posted adjustment back: the opposite is posted.
    async fn reverse_stock_adjustment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which adjustment, and why.")] input: StockAdjustmentReasonInput,
    ) -> Result<StockAdjustmentPayload> {
        take(ctx, Deed::Reverse, input.into_step()).await
    }

    /// Gives an adjustment up before it was posted.
    async fn cancel_stock_adjustment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which adjustment, and why.")] input: StockAdjustmentReasonInput,
    ) -> Result<StockAdjustmentPayload> {
        take(ctx, Deed::Cancel, input.into_step()).await
    }

    /// Takes one movement back, once: what had left comes back at what it left with, what had come leaves at what it costs now.
    /// Movements of transfers, counts, requisitions, adjustments and deliveries are taken back by their documents.
    async fn reverse_movement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which movement, and why.")] input: ReverseMovementInput,
    ) -> Result<ReverseMovementPayload> {
        let (back, key) = input.into_back();
        let taken = service::reverse_movement(app(ctx), caller(ctx)?, back, key.as_deref()).await;
        let (taken, user_errors) = outcome(taken)?;
        let movements = match taken {
            Some(taken) => {
                let lines = ledger::service::by_seq_range(app(ctx), caller(ctx)?, taken.ledger).await?;
                Some(lines.into_iter().map(StockMovement).collect())
            }
            None => None,
        };
        Ok(ReverseMovementPayload { movements, user_errors })
    }

    /// Decides up to which value a reason needs nobody's consent.
    async fn set_adjustment_limit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The reason and its limit.")] input: SetAdjustmentLimitInput,
    ) -> Result<SetAdjustmentLimitPayload> {
        let (limit, key) = input.into_limit();
        let set = service::set_limit(app(ctx), caller(ctx)?, limit, key.as_deref()).await;
        let (reason, user_errors) = outcome(set)?;
        let limits = service::current_limits(app(ctx), caller(ctx)?).await?;
        let limit = limits.into_iter().find(|limit| reason == Some(limit.reason));
        Ok(SetAdjustmentLimitPayload { limit: limit.map(AdjustmentLimit::from), user_errors })
    }
}

async fn take(
    ctx: &Context<'_>,
    deed: Deed,
    (step, key): (Step, Option<String>),
) -> Result<StockAdjustmentPayload> {
    payload(ctx, service::take(app(ctx), caller(ctx)?, deed, step, key.as_deref()).await).await
}

/// Reads the adjustment back as it stands now: the loader may remember it as it was before.
async fn payload(ctx: &Context<'_>, result: Result<StockAdjustmentId>) -> Result<StockAdjustmentPayload> {
    let (id, user_errors) = outcome(result)?;
    let stock_adjustment = match id {
        Some(id) => service::changed(app(ctx), caller(ctx)?, id).await?.map(StockAdjustment),
        None => None,
    };
    Ok(StockAdjustmentPayload { stock_adjustment, user_errors })
}

/// An adjustment through the request's loader.
pub(crate) async fn load(ctx: &Context<'_>, id: StockAdjustmentId) -> Result<Option<StockAdjustment>> {
    let loader = ctx.data_unchecked::<Loader<StockAdjustmentId, super::StockAdjustment>>();
    Ok(loader.load(id).await?.map(StockAdjustment))
}
