//! Campaigns in GraphQL: the types and their loaders here, what can be asked and done in [`list`] and [`change`], what is
//! done with invitations in [`invitation`], and what vendors see in [`portal`].

mod change;
mod invitation;
mod list;
mod portal;

use async_graphql::{Context, Enum, Object};
use chassis::page::PositionSort;
use chassis::saga::Saga;
use chassis::{Connection, Criteria, Loader, PageArgs, RequestScope, Result, caller};
use primitives::graphql::UnitStub;
use primitives::{CampaignId, Date, DateTime, Decimal, InvitationId, ProductId};

use super::invitation::Price;
use super::saga::PLAN;
use super::store::InvitationCriterion;
use super::{line, model, service};
use crate::Purchasing;
use crate::foreign::{Product, User};

pub(crate) use change::CampaignMutation;
pub(crate) use invitation::{Invitation, InvitationMutation, InvitationStatus};
pub(crate) use list::CampaignQuery;
pub(crate) use portal::{PortalMutation, PortalQuery};

/// Campaigns by id.
type ById = Loader<CampaignId, model::Campaign>;
/// Invitations by id.
type InvitationsById = Loader<InvitationId, super::invitation::Invitation>;
/// The prices in invitations.
type Prices = Loader<InvitationId, Vec<Price>>;

/// Lays this aggregate's loaders beside a request.
pub(crate) fn lay_loaders(app: &Purchasing, scope: &RequestScope, data: &mut async_graphql::Data) {
    let purchasing = app.clone();
    data.insert::<ById>(scope.loader(move |caller, ids| {
        let purchasing = purchasing.clone();
        async move { service::find_by_ids(&purchasing, &caller, ids).await }
    }));
    let purchasing = app.clone();
    data.insert::<InvitationsById>(scope.loader(move |caller, ids| {
        let purchasing = purchasing.clone();
        async move { service::find_invitations_by_ids(&purchasing, &caller, ids).await }
    }));
    let purchasing = app.clone();
    data.insert::<Prices>(scope.loader(move |caller, ids| {
        let purchasing = purchasing.clone();
        async move { service::prices_by_ids(&purchasing, &caller, ids).await }
    }));
}

/// The campaign with an id, batched with everything else the request asks.
pub(crate) async fn load(ctx: &Context<'_>, id: CampaignId) -> Result<Option<Campaign>> {
    Ok(ctx.data_unchecked::<ById>().load(id).await?.map(Campaign))
}

/// Where a campaign stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "model::CampaignStatus")]
pub(crate) enum CampaignStatus {
    /// Being prepared.
    Draft,
    /// Vendors answer.
    Active,
    /// Vendors may look, and not answer for the time being.
    Paused,
    /// Over; what was approved comes into force.
    Completed,
    /// Given up.
    Cancelled,
}

/// A campaign as clients see it.
#[derive(Clone, Debug)]
pub(crate) struct Campaign(pub(super) model::Campaign);

/// A round of asking vendors for prices.
#[Object]
impl Campaign {
    /// Identity.
    async fn id(&self) -> CampaignId {
        self.0.id
    }

    /// Its number, such as CP-2026-001.
    async fn number(&self) -> &str {
        &self.0.number
    }

    /// What it is called.
    async fn name(&self) -> &str {
        &self.0.facts.name
    }

    /// From when on vendors may answer.
    async fn starts_at(&self) -> DateTime {
        self.0.facts.starts_at.into()
    }

    /// Until when. Then its tokens open nothing any more, and it completes by itself.
    async fn ends_at(&self) -> DateTime {
        self.0.facts.ends_at.into()
    }

    /// The first day for which prices are asked.
    async fn valid_from(&self) -> Date {
        self.0.facts.window.from
    }

    /// The last day for which prices are asked.
    async fn valid_to(&self) -> Date {
        self.0.facts.window.to
    }

    /// Where it stands.
    async fn status(&self) -> CampaignStatus {
        self.0.status.into()
    }

    /// Why it was cancelled.
    async fn status_reason(&self) -> Option<&str> {
        self.0.status_reason.as_deref()
    }

    /// What it asks for.
    #[expect(
        clippy::too_many_arguments,
        reason = "a connection field takes four arguments for its page alone"
    )]
    async fn lines(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "For one of these products; for any unless told.")] product_ids: Option<
            Vec<ProductId>,
        >,
        #[graphql(desc = "In which order.", default)] sort: PositionSort,
        #[graphql(desc = "How many from the start: 1 to 100, 10 unless told.")] first: Option<i32>,
        #[graphql(desc = "Continue after this cursor of the same list.")] after: Option<String>,
        #[graphql(desc = "How many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Continue before this cursor of the same list.")] before: Option<String>,
    ) -> Result<Connection<CampaignLine>> {
        let app = ctx.data_unchecked::<Purchasing>();
        let page = PageArgs::new(first, after, last, before);
        Ok(service::list_lines(app, caller(ctx)?, (self.0.id, product_ids), sort, page)
            .await?
            .map(CampaignLine))
    }

    /// Who was asked; by default in the order in which they were invited.
    #[expect(
        clippy::too_many_arguments,
        reason = "a connection field takes four arguments for its page alone"
    )]
    async fn invitations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "In one of these states; in any unless told.")] status: Option<
            Vec<InvitationStatus>,
        >,
        #[graphql(desc = "In which order.", default)] sort: PositionSort,
        #[graphql(desc = "How many from the start: 1 to 100, 10 unless told.")] first: Option<i32>,
        #[graphql(desc = "Continue after this cursor of the same list.")] after: Option<String>,
        #[graphql(desc = "How many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Continue before this cursor of the same list.")] before: Option<String>,
    ) -> Result<Connection<Invitation>> {
        let statuses = status.map(|all| all.into_iter().map(Into::into).collect());
        let criteria = Criteria::Is(InvitationCriterion { campaign_ids: Some(vec![self.0.id]), statuses });
        let app = ctx.data_unchecked::<Purchasing>();
        let page = PageArgs::new(first, after, last, before);
        Ok(service::list_invitations(app, caller(ctx)?, &criteria, sort, page).await?.map(Invitation))
    }

    /// What it set in motion when it was closed. Null without the permission to see that.
    async fn saga(&self, ctx: &Context<'_>) -> Result<Option<Saga>> {
        chassis::saga::latest(ctx, &PLAN, self.0.id.as_uuid()).await
    }

    /// When it was created.
    async fn created_at(&self) -> DateTime {
        self.0.audit.created_at.into()
    }

    /// Who created it; null when the platform did.
    async fn created_by(&self) -> Option<User> {
        self.0.audit.created_by.map(User::from)
    }

    /// When it was changed last.
    async fn updated_at(&self) -> DateTime {
        self.0.audit.updated_at.into()
    }

    /// Who changed it last; null when the platform did.
    async fn updated_by(&self) -> Option<User> {
        self.0.audit.updated_by.map(User::from)
    }

    /// Counts the changes; send it back as `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

/// A line as clients see it.
#[derive(Clone, Debug)]
pub(crate) struct CampaignLine(line::CampaignLine);

/// A product that a campaign asks for.
#[Object]
impl CampaignLine {
    /// The product.
    async fn product(&self) -> Product {
        Product { id: self.0.product_id }
    }

    /// The unit that is to be priced.
    async fn unit(&self) -> UnitStub {
        self.0.unit.into()
    }

    /// How much the house expects to buy, in the unit.
    async fn quantity(&self) -> Option<Decimal> {
        self.0.quantity
    }
}
