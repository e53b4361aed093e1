//! Store requisitions in the API.

mod input;

use std::sync::Arc;

use async_graphql::{Context, Enum, Object, SimpleObject};
use chassis::{Connection, Criteria, Loader, Order, PageArgs, Result, UserError, caller, outcome};
use primitives::{Date, DateTime, Quantity, StoreRequisitionId};

use super::service::{self, Deed, Step};
use crate::act::graphql::DocumentStep;
use crate::foreign::{Product, User};
use crate::location::graphql::{self as locations, Location};
use crate::reservation::graphql::{self as reservations, Reservation};
use crate::schema::app;
use input::{
    CreateStoreRequisitionInput, StoreRequisitionClosingInput, StoreRequisitionQuantitiesInput,
    StoreRequisitionReasonInput, StoreRequisitionStepInput, StoreRequisitionWhere,
    UpdateStoreRequisitionInput,
};

/// Where a requisition stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "super::RequisitionStatus")]
pub(crate) enum StoreRequisitionStatus {
    /// Being written.
    Draft,
    /// Handed in.
    Submitted,
    /// May be issued.
    Approved,
    /// Some of what was approved was issued.
    PartiallyIssued,
    /// All that was approved was issued.
    Issued,
    /// Settled.
    Closed,
    /// Given up before anything was issued.
    Cancelled,
}

/// In which order to list requisitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum StoreRequisitionSort {
    /// Last begun first.
    CreatedAtDesc,
    /// First begun first.
    CreatedAtAsc,
}

/// What a kitchen, a bar or a department asks of a store.
#[derive(Clone, Debug)]
pub(crate) struct StoreRequisition(pub(crate) super::StoreRequisition);

/// What a kitchen, a bar or a department asks of a store.
#[Object]
impl StoreRequisition {
    /// Identity of the requisition.
    async fn id(&self) -> StoreRequisitionId {
        self.0.id
    }

    /// Its number, such as SR-2026-001, without gaps in a year; DRAFT and the end of its id until it is handed in.
    async fn number(&self) -> String {
        let id = self.0.id.to_string();
        self.0.number.clone().unwrap_or_else(|| format!("DRAFT-{}", &id[id.len() - 8..]))
    }

    /// The store that is asked.
    async fn from(&self, ctx: &Context<'_>) -> Result<Option<Location>> {
        locations::load(ctx, self.0.from).await
    }

    /// Who asks.
    async fn to(&self, ctx: &Context<'_>) -> Result<Option<Location>> {
        locations::load(ctx, self.0.to).await
    }

    /// When it is needed.
    async fn needed_on(&self) -> Option<Date> {
        self.0.needed_on
    }

    /// Where it stands.
    async fn status(&self) -> StoreRequisitionStatus {
        self.0.status.into()
    }

    /// What there is to say about it.
    async fn note(&self) -> Option<&str> {
        self.0.note.as_deref()
    }

    /// Why it was given up, or settled short.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// Its lines, at most 500, in their order.
    async fn lines(&self, ctx: &Context<'_>) -> Result<Vec<StoreRequisitionLine>> {
        let loader = ctx.data_unchecked::<Loader<StoreRequisitionId, RequisitionLines>>();
        let lines = loader.load(self.0.id).await?.unwrap_or_default();
        Ok(lines.iter().cloned().map(StoreRequisitionLine).collect())
    }

    /// Who handed it in, and when; null while nobody did.
    async fn submitted(&self) -> Option<DocumentStep> {
        self.0.submitted.map(DocumentStep::from)
    }

    /// Who allowed it, and when.
    async fn approved(&self) -> Option<DocumentStep> {
        self.0.approved.map(DocumentStep::from)
    }

    /// Who issued the last part of it, and when.
    async fn issued(&self) -> Option<DocumentStep> {
        self.0.issued.map(DocumentStep::from)
    }

    /// Who settled it or gave it up, and when.
    async fn closed(&self) -> Option<DocumentStep> {
        self.0.closed.map(DocumentStep::from)
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

/// Lines of a requisition, shared by everybody who asks for them in one request.
pub(crate) type RequisitionLines = Arc<Vec<super::RequisitionLine>>;

/// One product of a requisition.
#[derive(Clone, Debug)]
pub(crate) struct StoreRequisitionLine(super::RequisitionLine);

/// One product of a requisition.
#[Object]
impl StoreRequisitionLine {
    /// Its place on the sheet, from 0.
    async fn position(&self) -> i32 {
        self.0.position
    }

    /// What is asked for.
    async fn product(&self) -> Product {
        Product::new(self.0.product)
    }

    /// How much was asked for.
    async fn requested(&self) -> Quantity {
        Quantity::new(self.0.requested, self.0.unit)
    }

    /// How much was allowed; nothing while nobody decided.
    async fn approved(&self) -> Quantity {
        Quantity::new(self.0.approved, self.0.unit)
    }

    /// How much left the store.
    async fn issued(&self) -> Quantity {
        Quantity::new(self.0.issued, self.0.unit)
    }

    /// The reservation it was promised under.
    async fn reservation(&self, ctx: &Context<'_>) -> Result<Option<Reservation>> {
        match self.0.reservation {
            Some(id) => reservations::load(ctx, id).await,
            None => Ok(None),
        }
    }
}

/// The requisition after a step, or why the step was refused.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct StoreRequisitionPayload {
    /// The requisition; null where the step was refused.
    store_requisition: Option<StoreRequisition>,
    /// What to mend: everything at once.
    user_errors: Vec<UserError>,
}

/// Queries about requisitions.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct RequisitionQuery;

#[Object]
impl RequisitionQuery {
    /// Requisitions of the tenant.
    #[expect(
        clippy::too_many_arguments,
        reason = "the arguments of a connection field with a filter and an order"
    )]
    async fn store_requisitions(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Conditions that must hold.")] filter: Option<StoreRequisitionWhere>,
        #[graphql(desc = "In which order.", default_with = "StoreRequisitionSort::CreatedAtDesc")]
        sort: StoreRequisitionSort,
        #[graphql(desc = "How many from the start; 10 where nothing is said, at most 100.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Continue behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end; never together with first.")] last: Option<i32>,
        #[graphql(desc = "Continue before this cursor.")] before: Option<String>,
    ) -> Result<Connection<StoreRequisition>> {
        let criteria = Criteria::read(filter, None)?;
        let order = match sort {
            StoreRequisitionSort::CreatedAtDesc => Order::Descending,
            StoreRequisitionSort::CreatedAtAsc => Order::Ascending,
        };
        let page = PageArgs::new(first, after, last, before);
        Ok(service::list(app(ctx), caller(ctx)?, &criteria, order, page).await?.map(StoreRequisition))
    }

    /// One requisition; null where the tenant has no such requisition.
    async fn store_requisition(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Identity of the requisition.")] id: StoreRequisitionId,
    ) -> Result<Option<StoreRequisition>> {
        load(ctx, id).await
    }
}

/// Mutations of requisitions.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct RequisitionMutation;

#[Object]
impl RequisitionMutation {
    /// Begins a requisition.
    async fn create_store_requisition(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked of which store.")] input: CreateStoreRequisitionInput,
    ) -> Result<StoreRequisitionPayload> {
        let (wanted, key) = input.into_wanted();
        payload(ctx, service::create(app(ctx), caller(ctx)?, wanted, key.as_deref()).await).await
    }

    /// Writes a draft anew, with all of its lines.
    async fn update_store_requisition(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which draft, and what is asked for now.")] input: UpdateStoreRequisitionInput,
    ) -> Result<StoreRequisitionPayload> {
        let (which, wanted, key) = input.into_wanted();
        payload(ctx, service::update(app(ctx), caller(ctx)?, which, wanted, key.as_deref()).await).await
    }

    /// Hands a requisition in: it gets its number.
    async fn submit_store_requisition(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which requisition.")] input: StoreRequisitionStepInput,
    ) -> Result<StoreRequisitionPayload> {
        take(ctx, Deed::Submit, input.into_step()).await
    }

    /// Allows a requisition, all of it or less.
    async fn approve_store_requisition(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which requisition, and how much of it.")] input: StoreRequisitionQuantitiesInput,
    ) -> Result<StoreRequisitionPayload> {
        take(ctx, Deed::Approve, input.into_step()).await
    }

    /// Issues what was allowed: stock leaves the store, and a reservation it was promised under is consumed.
    async fn issue_store_requisition(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is issued.")] input: StoreRequisitionQuantitiesInput,
    ) -> Result<StoreRequisitionPayload> {
        take(ctx, Deed::Issue, input.into_step()).await
    }

    /// Settles a requisition: what was allowed and not issued has to be explained.
    async fn close_store_requisition(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which requisition, and why something is missing.")]
        input: StoreRequisitionClosingInput,
    ) -> Result<StoreRequisitionPayload> {
        take(ctx, Deed::Close, input.into_step()).await
    }

    /// Gives a requisition up before anything was issued.
    async fn cancel_store_requisition(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which requisition, and why.")] input: StoreRequisitionReasonInput,
    ) -> Result<StoreRequisitionPayload> {
        take(ctx, Deed::Cancel, input.into_step()).await
    }
}

async fn take(
    ctx: &Context<'_>,
    deed: Deed,
    (step, key): (Step, Option<String>),
) -> Result<StoreRequisitionPayload> {
    payload(ctx, service::take(app(ctx), caller(ctx)?, deed, step, key.as_deref()).await).await
}

/// Reads the requisition back as it stands now: the loader may remember it as it was before.
async fn payload(ctx: &Context<'_>, result: Result<StoreRequisitionId>) -> Result<StoreRequisitionPayload> {
    let (id, user_errors) = outcome(result)?;
    let store_requisition = match id {
        Some(id) => service::changed(app(ctx), caller(ctx)?, id).await?.map(StoreRequisition),
        None => None,
    };
    Ok(StoreRequisitionPayload { store_requisition, user_errors })
}

/// A requisition through the request's loader.
pub(crate) async fn load(ctx: &Context<'_>, id: StoreRequisitionId) -> Result<Option<StoreRequisition>> {
    let loader = ctx.data_unchecked::<Loader<StoreRequisitionId, super::StoreRequisition>>();
    Ok(loader.load(id).await?.map(StoreRequisition))
}
