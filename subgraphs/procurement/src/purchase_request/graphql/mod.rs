//! Purchase requests in GraphQL: the types and their loaders, and in [`list`], [`change`] and [`decide`] what can be asked
//! and done.

mod change;
mod decide;
mod line;
mod list;

use async_graphql::{Context, Enum, Object, SimpleObject};
use chassis::saga::Saga;
use chassis::{Loader, RequestScope, Result, caller};
use primitives::{ApprovalId, Date, DateTime, Money, PurchaseRequestId};

use super::saga::PLAN;
use super::{approval, line as lines, model, service};
use crate::foreign::{Department, Location, Property, User};
use crate::{Buying, house, permission};

pub(crate) use change::PurchaseRequestMutation;
pub(crate) use decide::DecisionMutation;
pub(crate) use line::PurchaseRequestLine;
pub(crate) use list::{Awaiting, PurchaseRequestFilter, PurchaseRequestQuery, PurchaseRequestSort, awaiting};

/// Requests by id.
type ById = Loader<PurchaseRequestId, model::PurchaseRequest>;
/// Lines by request.
type LinesOf = Loader<PurchaseRequestId, Vec<lines::Line>>;
/// Approvals by request.
type ApprovalsOf = Loader<PurchaseRequestId, Vec<approval::Approval>>;

/// Lays this aggregate's loaders beside a request.
pub(crate) fn lay_loaders(app: &Buying, scope: &RequestScope, data: &mut async_graphql::Data) {
    let buying = app.clone();
    data.insert::<ById>(scope.loader(move |caller, ids| {
        let buying = buying.clone();
        async move { service::find_by_ids(&buying, &caller, ids).await }
    }));
    let buying = app.clone();
    data.insert::<LinesOf>(scope.loader(move |caller, ids| {
        let buying = buying.clone();
        async move { service::lines_of(&buying, &caller, ids).await }
    }));
    let buying = app.clone();
    data.insert::<ApprovalsOf>(scope.loader(move |caller, ids| {
        let buying = buying.clone();
        async move { service::approvals_of(&buying, &caller, ids).await }
    }));
}

/// The request with an id, batched with everything else that is asked.
pub(crate) async fn load(ctx: &Context<'_>, id: PurchaseRequestId) -> Result<Option<PurchaseRequest>> {
    Ok(ctx.data_unchecked::<ById>().load(id).await?.map(PurchaseRequest))
}

/// An amount that only those see who may see prices.
pub(crate) fn money(ctx: &Context<'_>, amount: Option<Money>) -> Result<Option<Money>> {
    let may = caller(ctx)?.may(permission::PRICES);
    Ok(amount.filter(|_| may))
}

/// Where a purchase request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "model::PurchaseRequestStatus")]
pub(crate) enum PurchaseRequestStatus {
    /// Being written.
    Draft,
    /// Waiting for somebody to approve.
    PendingApproval,
    /// May be ordered.
    Approved,
    /// Will not be bought as it is.
    Rejected,
    /// Given up.
    Cancelled,
    /// Some of it is on order.
    PartiallyOrdered,
    /// All of it is on order.
    Ordered,
}

/// How urgent it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "model::Priority")]
pub(crate) enum Priority {
    /// When it suits.
    Low,
    /// As usual.
    Normal,
    /// Before others.
    High,
    /// At once.
    Urgent,
}

/// Where a level of approval stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "approval::ApprovalStatus")]
pub(crate) enum ApprovalStatus {
    /// Its turn comes after the level before.
    Waiting,
    /// It is its turn.
    Pending,
    /// Yes.
    Approved,
    /// No.
    Rejected,
    /// Not like this.
    Returned,
    /// Nobody has to decide any more.
    Cancelled,
}

/// One level of approval, and who decided.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(crate) struct Approval {
    /// Identity.
    id: ApprovalId,
    /// Which time the request was handed in, from 1.
    submission: i32,
    /// Which level, from 1; it decides after the one before.
    level: i32,
    /// Where it stands.
    status: ApprovalStatus,
    /// Who decided.
    approver: Option<User>,
    /// In whose right, where somebody stood in.
    delegated_from: Option<User>,
    /// What they said.
    comment: Option<String>,
    /// When.
    decided_at: Option<DateTime>,
    /// Until when it has to decide; null before its turn has come.
    due_at: Option<DateTime>,
    #[graphql(skip)]
    level_of: approval::Approval,
}

#[async_graphql::ComplexObject]
impl Approval {
    /// Whether it should have decided by now and has not.
    async fn is_overdue(&self, ctx: &Context<'_>) -> bool {
        self.level_of.is_overdue(ctx.data_unchecked::<Buying>().clock.now())
    }

    /// What was to be approved at this level. Null without the permission to see prices.
    async fn amount_seen(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        money(ctx, Some(Money::new(self.level_of.amount, house::CURRENCY)))
    }
}

impl From<approval::Approval> for Approval {
    fn from(level: approval::Approval) -> Self {
        Self {
            id: level.id,
            submission: level.submission,
            level: level.level,
            status: level.status.into(),
            approver: level.approver.map(User::from),
            delegated_from: level.delegated_from.map(User::from),
            comment: level.comment.clone(),
            decided_at: level.decided_at.map(DateTime::from),
            due_at: level.due_at.map(DateTime::from),
            level_of: level,
        }
    }
}

/// A purchase request as clients see it.
#[derive(Clone, Debug)]
pub(crate) struct PurchaseRequest(pub(crate) model::PurchaseRequest);

/// What somebody asks to be bought.
#[Object]
impl PurchaseRequest {
    /// Identity.
    async fn id(&self) -> PurchaseRequestId {
        self.0.id
    }

    /// Its number, `PR-2026-001`, from the first time it is handed in; it keeps it whatever happens.
    async fn number(&self) -> Option<&str> {
        self.0.number.as_deref()
    }

    /// Where it stands.
    async fn status(&self) -> PurchaseRequestStatus {
        self.0.status.into()
    }

    /// The store that ran low and so began it; null where a person did.
    async fn replenishes(&self) -> Option<Location> {
        self.0.replenishes.map(Location::from)
    }

    /// Why it was sent back, taken back, refused or given up.
    async fn status_reason(&self) -> Option<&str> {
        self.0.status_reason.as_deref()
    }

    /// Counts the attempts after a no, from 1.
    async fn revision(&self) -> i32 {
        self.0.revision
    }

    /// The level whose turn it is to approve; null when nobody's is.
    async fn current_level(&self) -> Option<i32> {
        Some(self.0.level).filter(|level| *level > 0)
    }

    /// Who asks.
    async fn requested_by(&self) -> User {
        self.0.requested_by.into()
    }

    /// For which department.
    async fn department(&self) -> Option<Department> {
        self.0.head.department_id.map(Department::from)
    }

    /// For which property.
    async fn property(&self) -> Option<Property> {
        self.0.head.property_id.map(Property::from)
    }

    /// From which day it is.
    async fn request_date(&self) -> Date {
        self.0.head.request_date
    }

    /// By when everything is needed.
    async fn required_by(&self) -> Option<Date> {
        self.0.head.required_by
    }

    /// How urgent it is.
    async fn priority(&self) -> Priority {
        self.0.head.priority.into()
    }

    /// Why it is needed.
    async fn justification(&self) -> &str {
        &self.0.head.justification
    }

    /// What it comes to in the house's currency, since it was handed in; 0 before. Null without the permission to see prices.
    async fn total(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        money(ctx, Some(Money::new(self.0.total, house::CURRENCY)))
    }

    /// What it asks for, at most 500 lines.
    async fn lines(&self, ctx: &Context<'_>) -> Result<Vec<PurchaseRequestLine>> {
        let lines = ctx.data_unchecked::<LinesOf>().load(self.0.id).await?.unwrap_or_default();
        Ok(lines.into_iter().map(PurchaseRequestLine).collect())
    }

    /// Who has to approve and who did, oldest first: at most five levels for each time it was handed in.
    async fn approvals(&self, ctx: &Context<'_>) -> Result<Vec<Approval>> {
        let levels = ctx.data_unchecked::<ApprovalsOf>().load(self.0.id).await?.unwrap_or_default();
        Ok(levels.into_iter().map(Approval::from).collect())
    }

    /// When it was handed in last.
    async fn submitted_at(&self) -> Option<DateTime> {
        self.0.submitted_at.map(DateTime::from)
    }

    /// When the stores said what they keep of it, after it was approved; null until then, and what is to be ordered may become less.
    async fn reserved_at(&self) -> Option<DateTime> {
        self.0.reserved_at.map(DateTime::from)
    }

    /// What it set in motion in other services, the last time it did. Null without the permission to see that.
    async fn saga(&self, ctx: &Context<'_>) -> Result<Option<Saga>> {
        chassis::saga::latest(ctx, &PLAN, self.0.id.as_uuid()).await
    }

    /// When it was created.
    async fn created_at(&self) -> DateTime {
        self.0.audit.created_at.into()
    }

    /// Who created it.
    async fn created_by(&self) -> Option<User> {
        self.0.audit.created_by.map(User::from)
    }

    /// When it was changed last.
    async fn updated_at(&self) -> DateTime {
        self.0.audit.updated_at.into()
    }

    /// Who changed it last.
    async fn updated_by(&self) -> Option<User> {
        self.0.audit.updated_by.map(User::from)
    }

    /// Counts the changes; send it back as `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
}
