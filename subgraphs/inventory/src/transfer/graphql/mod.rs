//! Transfers in two steps in the API.

mod input;

use std::sync::Arc;

use async_graphql::{Context, Enum, Object, SimpleObject};
use chassis::{Connection, Criteria, Loader, Order, PageArgs, Result, UserError, caller, outcome};
use primitives::{DateTime, Quantity, StockTransferId};

use super::service::{self, Deed, Step};
use crate::act::graphql::DocumentStep;
use crate::foreign::{Product, User};
use crate::location::graphql::{self as locations, Location};
use crate::schema::app;
use input::{
    CreateStockTransferInput, StockTransferApprovalInput, StockTransferClosingInput,
    StockTransferMovementInput, StockTransferReasonInput, StockTransferWhere,
};

/// Where a transfer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "super::TransferStatus")]
pub(crate) enum StockTransferStatus {
    /// Asked for.
    Draft,
    /// May be shipped.
    Approved,
    /// On its way.
    Shipped,
    /// Some of it has arrived.
    PartiallyReceived,
    /// All of it has arrived.
    Received,
    /// Settled; what did not arrive is lost.
    Closed,
    /// Given up before anything left.
    Cancelled,
}

/// In which order to list transfers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum StockTransferSort {
    /// Last asked for first.
    CreatedAtDesc,
    /// First asked for first.
    CreatedAtAsc,
}

/// Stock that goes from one location to another in two steps.
#[derive(Clone, Debug)]
pub(crate) struct StockTransfer(pub(crate) super::StockTransfer);

/// Stock that goes from one location to another: shipped here, received there, and nobody's in between.
#[Object]
impl StockTransfer {
    /// Identity of the transfer.
    async fn id(&self) -> StockTransferId {
        self.0.id
    }

    /// Its number, such as TR-2026-001; without gaps in a year.
    async fn number(&self) -> &str {
        &self.0.number
    }

    /// Where stock is taken from.
    async fn from(&self, ctx: &Context<'_>) -> Result<Option<Location>> {
        locations::load(ctx, self.0.from).await
    }

    /// Where it lies on its way.
    async fn via(&self, ctx: &Context<'_>) -> Result<Option<Location>> {
        locations::load(ctx, self.0.via).await
    }

    /// Where it goes.
    async fn to(&self, ctx: &Context<'_>) -> Result<Option<Location>> {
        locations::load(ctx, self.0.to).await
    }

    /// Where it stands.
    async fn status(&self) -> StockTransferStatus {
        self.0.status.into()
    }

    /// What there is to say about it.
    async fn note(&self) -> Option<&str> {
        self.0.note.as_deref()
    }

    /// Why it was given up, or why something is missing.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// Its lines, at most 500, in their order.
    async fn lines(&self, ctx: &Context<'_>) -> Result<Vec<StockTransferLine>> {
        let loader = ctx.data_unchecked::<Loader<StockTransferId, TransferLines>>();
        let lines = loader.load(self.0.id).await?.unwrap_or_default();
        Ok(lines.iter().cloned().map(StockTransferLine).collect())
    }

    /// Who allowed it, and when; null while nobody did.
    async fn approved(&self) -> Option<DocumentStep> {
        self.0.approved.map(DocumentStep::from)
    }

    /// Who let it leave, and when.
    async fn shipped(&self) -> Option<DocumentStep> {
        self.0.shipped.map(DocumentStep::from)
    }

    /// Who took in the last part of it, and when.
    async fn received(&self) -> Option<DocumentStep> {
        self.0.received.map(DocumentStep::from)
    }

    /// Who settled it or gave it up, and when.
    async fn closed(&self) -> Option<DocumentStep> {
        self.0.closed.map(DocumentStep::from)
    }

    /// Counts the changes; a step names the one it is based on.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When it was asked for.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// Who asked for it.
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

/// Lines of a transfer, shared by everybody who asks for them in one request.
pub(crate) type TransferLines = Arc<Vec<super::TransferLine>>;

/// One product of a transfer.
#[derive(Clone, Debug)]
pub(crate) struct StockTransferLine(super::TransferLine);

/// One product of a transfer.
#[Object]
impl StockTransferLine {
    /// Its place on the sheet, from 0.
    async fn position(&self) -> i32 {
        self.0.position
    }

    /// What moves.
    async fn product(&self) -> Product {
        Product::new(self.0.product)
    }

    /// What was asked for.
    async fn requested(&self) -> Quantity {
        Quantity::new(self.0.requested, self.0.unit)
    }

    /// What left.
    async fn shipped(&self) -> Quantity {
        Quantity::new(self.0.shipped, self.0.unit)
    }

    /// What arrived.
    async fn received(&self) -> Quantity {
        Quantity::new(self.0.received, self.0.unit)
    }

    /// What never arrived, once the transfer is closed.
    async fn lost(&self) -> Quantity {
        Quantity::new(self.0.lost, self.0.unit)
    }

    /// What is on its way.
    async fn in_transit(&self) -> Quantity {
        Quantity::new(self.0.in_transit(), self.0.unit)
    }
}

/// The transfer after a step, or why the step was refused.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct StockTransferPayload {
    /// The transfer; null where the step was refused.
    stock_transfer: Option<StockTransfer>,
    /// What to mend: everything at once.
    user_errors: Vec<UserError>,
}

/// Queries about transfers.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct TransferQuery;

#[Object]
impl TransferQuery {
    /// Transfers of the tenant.
    #[expect(
        clippy::too_many_arguments,
        reason = "the arguments of a connection field with a filter and an order"
    )]
    async fn stock_transfers(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Conditions that must hold.")] filter: Option<StockTransferWhere>,
        #[graphql(desc = "In which order.", default_with = "StockTransferSort::CreatedAtDesc")]
        sort: StockTransferSort,
        #[graphql(desc = "How many from the start; 10 where nothing is said, at most 100.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Continue behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end; never together with first.")] last: Option<i32>,
        #[graphql(desc = "Continue before this cursor.")] before: Option<String>,
    ) -> Result<Connection<StockTransfer>> {
        let criteria = Criteria::read(filter, None)?;
        let order = match sort {
            StockTransferSort::CreatedAtDesc => Order::Descending,
            StockTransferSort::CreatedAtAsc => Order::Ascending,
        };
        let page = PageArgs::new(first, after, last, before);
        Ok(service::list(app(ctx), caller(ctx)?, &criteria, order, page).await?.map(StockTransfer))
    }

    /// One transfer; null where the tenant has no such transfer.
    async fn stock_transfer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Identity of the transfer.")] id: StockTransferId,
    ) -> Result<Option<StockTransfer>> {
        load(ctx, id).await
    }
}

/// Mutations of transfers.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct TransferMutation;

#[Object]
impl TransferMutation {
    /// Asks for stock to go from one location to another.
    async fn create_stock_transfer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to go where.")] input: CreateStockTransferInput,
    ) -> Result<StockTransferPayload> {
        let (wanted, key) = input.into_wanted();
        payload(ctx, service::create(app(ctx), caller(ctx)?, wanted, key.as_deref()).await).await
    }

    /// Allows a transfer to be shipped.
    async fn approve_stock_transfer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which transfer.")] input: StockTransferApprovalInput,
    ) -> Result<StockTransferPayload> {
        take(ctx, Deed::Approve, input.into_step()).await
    }

    /// Lets a transfer leave: stock is taken from its source, and is nobody's until it is received.
    async fn ship_stock_transfer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What leaves.")] input: StockTransferMovementInput,
    ) -> Result<StockTransferPayload> {
        take(ctx, Deed::Ship, input.into_step()).await
    }

    /// Takes in what arrived; more than is on its way answers OVER_RECEIPT.
    async fn receive_stock_transfer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What arrived.")] input: StockTransferMovementInput,
    ) -> Result<StockTransferPayload> {
        take(ctx, Deed::Receive, input.into_step()).await
    }

    /// Settles a transfer: what has not arrived is written off as lost, and has to be explained.
    async fn close_stock_transfer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which transfer, and why something is missing.")] input: StockTransferClosingInput,
    ) -> Result<StockTransferPayload> {
        take(ctx, Deed::Close, input.into_step()).await
    }

    /// Gives a transfer up before anything left.
    async fn cancel_stock_transfer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which transfer, and why.")] input: StockTransferReasonInput,
    ) -> Result<StockTransferPayload> {
        take(ctx, Deed::Cancel, input.into_step()).await
    }
}

async fn take(
    ctx: &Context<'_>,
    deed: Deed,
    (step, key): (Step, Option<String>),
) -> Result<StockTransferPayload> {
    payload(ctx, service::take(app(ctx), caller(ctx)?, deed, step, key.as_deref()).await).await
}

/// Reads the transfer back as it stands now: the loader may remember it as it was before.
async fn payload(ctx: &Context<'_>, result: Result<StockTransferId>) -> Result<StockTransferPayload> {
    let (id, user_errors) = outcome(result)?;
    let stock_transfer = match id {
        Some(id) => service::changed(app(ctx), caller(ctx)?, id).await?.map(StockTransfer),
        None => None,
    };
    Ok(StockTransferPayload { stock_transfer, user_errors })
}

/// A transfer through the request's loader.
pub(crate) async fn load(ctx: &Context<'_>, id: StockTransferId) -> Result<Option<StockTransfer>> {
    let loader = ctx.data_unchecked::<Loader<StockTransferId, super::StockTransfer>>();
    Ok(loader.load(id).await?.map(StockTransfer))
}
