//! Posting in the API: one mutation per verb, each with up to 500 lines.

mod input;

use std::collections::BTreeSet;

use async_graphql::{Context, Object, SimpleObject};
use chassis::{Result, UserError, caller, outcome};
use primitives::{DateTime, InventoryItemId, PostingId};

use super::Request;
use super::service::{self, Operation, Posted};
use crate::ledger::graphql::StockMovement;
use crate::reservation::graphql::Reservation;
use crate::schema::app;
use crate::stock::graphql::InventoryItem;
use crate::{ledger, permission, reservation, stock};
use input::{AdjustStockInput, IssueStockInput, ReceiveStockInput, ReserveStockInput, TransferStockInput};
pub(crate) use input::{AdjustStockLineInput, AdjustmentReason};

/// Lines that were posted together.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct StockPosting {
    /// Identity of the posting.
    id: PostingId,
    /// When it happened in the house.
    occurred_at: DateTime,
    /// When it was written.
    posted_at: DateTime,
    /// The ledger lines it wrote, in order.
    movements: Vec<StockMovement>,
    /// The balances it changed, as they stand now.
    items: Vec<InventoryItem>,
}

macro_rules! posting_payloads {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, SimpleObject)]
        pub(crate) struct $name {
            /// What was posted; null where anything was refused.
            posting: Option<StockPosting>,
            /// What to mend: everything that is wrong with any line, at once.
            user_errors: Vec<UserError>,
        }
    )+};
}

posting_payloads! {
    /// What came in, or why it was refused.
    ReceiveStockPayload,
    /// What went out, or why it was refused.
    IssueStockPayload,
    /// What was put right, or why it was refused.
    AdjustStockPayload,
    /// What moved, or why it was refused.
    TransferStockPayload,
}

/// What was promised, or why it was refused.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct ReserveStockPayload {
    /// One reservation per line, in the order of the lines; null where anything was refused.
    reservations: Option<Vec<Reservation>>,
    /// What to mend: everything that is wrong with any line, at once.
    user_errors: Vec<UserError>,
}

const RECEIVE: Operation =
    Operation { name: "receiveStock", permission: permission::RECEIVE, is_limited: false };
const ISSUE: Operation = Operation { name: "issueStock", permission: permission::ISSUE, is_limited: false };
const ADJUST: Operation = Operation { name: "adjustStock", permission: permission::ADJUST, is_limited: true };
const TRANSFER: Operation =
    Operation { name: "transferStock", permission: permission::TRANSFER, is_limited: false };
const RESERVE: Operation =
    Operation { name: "reserveStock", permission: permission::RESERVE, is_limited: false };

/// Mutations that move or promise stock.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PostingMutation;

#[Object]
impl PostingMutation {
    /// Takes stock in. At a DIRECT location it is used up at once and leaves no balance.
    async fn receive_stock(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What comes in.")] input: ReceiveStockInput,
    ) -> Result<ReceiveStockPayload> {
        let key = input.idempotency_key.clone();
        let (posting, user_errors) = post(ctx, RECEIVE, input.into_request(), key).await?;
        Ok(ReceiveStockPayload { posting, user_errors })
    }

    /// Takes stock out. More than is available answers INSUFFICIENT_STOCK, unless the location allows negative stock.
    async fn issue_stock(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What goes out.")] input: IssueStockInput,
    ) -> Result<IssueStockPayload> {
        let key = input.idempotency_key.clone();
        let (posting, user_errors) = post(ctx, ISSUE, input.into_request(), key).await?;
        Ok(IssueStockPayload { posting, user_errors })
    }

    /// Puts balances right. Beyond the limit of its reason (LIMIT_EXCEEDED) that takes somebody with inventory:approve, or an
    /// adjustment that one consents to.
    async fn adjust_stock(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is put right.")] input: AdjustStockInput,
    ) -> Result<AdjustStockPayload> {
        let key = input.idempotency_key.clone();
        let (posting, user_errors) = post(ctx, ADJUST, input.into_request(), key).await?;
        Ok(AdjustStockPayload { posting, user_errors })
    }

    /// Moves stock between two locations, with its value.
    async fn transfer_stock(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What moves.")] input: TransferStockInput,
    ) -> Result<TransferStockPayload> {
        let key = input.idempotency_key.clone();
        let (posting, user_errors) = post(ctx, TRANSFER, input.into_request(), key).await?;
        Ok(TransferStockPayload { posting, user_errors })
    }

    /// Promises stock: it stays on the shelf and is no longer available to others.
    async fn reserve_stock(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is promised.")] input: ReserveStockInput,
    ) -> Result<ReserveStockPayload> {
        let key = input.idempotency_key.clone();
        let posted =
            service::post(app(ctx), caller(ctx)?, RESERVE, input.into_request(), key.as_deref()).await;
        let (posted, user_errors) = outcome(posted)?;
        let reservations = match posted {
            Some(posted) => Some(reservations(ctx, posted).await?),
            None => None,
        };
        Ok(ReserveStockPayload { reservations, user_errors })
    }
}

async fn post(
    ctx: &Context<'_>,
    operation: Operation,
    request: Request,
    key: Option<String>,
) -> Result<(Option<StockPosting>, Vec<UserError>)> {
    let posted = service::post(app(ctx), caller(ctx)?, operation, request, key.as_deref()).await;
    let (posted, user_errors) = outcome(posted)?;
    let posting = match posted {
        Some(posted) => Some(posting(ctx, posted).await?),
        None => None,
    };
    Ok((posting, user_errors))
}

/// Reads back what was written, so that a repeated request answers like the first one. Not through loaders: those may
/// remember how things were before.
async fn posting(ctx: &Context<'_>, posted: Posted) -> Result<StockPosting> {
    let (app, caller) = (app(ctx), caller(ctx)?);
    let movements = match posted.ledger {
        Some(range) => ledger::service::by_seq_range(app, caller, range).await?,
        None => Vec::new(),
    };
    let ids: BTreeSet<InventoryItemId> = movements.iter().map(|movement| movement.item).collect();
    let ids: Vec<InventoryItemId> = ids.into_iter().collect();
    let items = stock::service::changed(app, caller, &ids).await?;
    Ok(StockPosting {
        id: posted.posting,
        occurred_at: posted.occurred_at.into(),
        posted_at: posted.posted_at.into(),
        movements: movements.into_iter().map(StockMovement).collect(),
        items: items.into_iter().map(InventoryItem).collect(),
    })
}

async fn reservations(ctx: &Context<'_>, posted: Posted) -> Result<Vec<Reservation>> {
    let made = reservation::service::changed(app(ctx), caller(ctx)?, &posted.reservations).await?;
    let position = |id| posted.reservations.iter().position(|made| *made == id);
    let mut made: Vec<Reservation> = made.into_iter().map(Reservation).collect();
    made.sort_by_key(|reservation| position(reservation.0.id));
    Ok(made)
}
