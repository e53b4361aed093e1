//! What can be asked about purchase requests.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use chassis::page::check_values;
use chassis::{Connection, Criteria, Filter, Nested, Order, PageArgs, Refusal, Refusals, Result, caller};
use primitives::{Date, Decimal, DepartmentId, LocationId, PurchaseRequestId, UserId};

use super::super::store::{RequestCriterion, SortedBy};
use super::super::{model, service};
use super::{PurchaseRequest, PurchaseRequestStatus, load};
use crate::Buying;

/// What a list of purchase requests is narrowed by. All conditions must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct PurchaseRequestFilter {
    /// All of these hold, too.
    and: Option<Vec<PurchaseRequestFilter>>,
    /// At least one of these holds, too.
    or: Option<Vec<PurchaseRequestFilter>>,
    /// This does not hold.
    not: Option<Box<PurchaseRequestFilter>>,
    /// One of these ids.
    ids: Option<Vec<PurchaseRequestId>>,
    /// In one of these states.
    status: Option<Vec<PurchaseRequestStatus>>,
    /// For one of these departments.
    department_ids: Option<Vec<DepartmentId>>,
    /// Of one of these people.
    requested_by_ids: Option<Vec<UserId>>,
    /// Coming to at least this, in the house's currency.
    total_from: Option<Decimal>,
    /// Coming to at most this, in the house's currency.
    total_to: Option<Decimal>,
    /// Dated on this day or later.
    dated_from: Option<Date>,
    /// Dated on this day or earlier.
    dated_to: Option<Date>,
    /// Begun because one of these stores ran low.
    replenishes_location_ids: Option<Vec<LocationId>>,
}

/// What a list of purchase requests is sorted by. Equals are told apart by id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub(crate) enum PurchaseRequestSort {
    /// Latest change first.
    #[default]
    UpdatedAtDesc,
    /// By number, lowest first.
    NumberAsc,
    /// By number, highest first.
    NumberDesc,
    /// Cheapest first.
    TotalAsc,
    /// Dearest first.
    TotalDesc,
    /// What is needed soonest first.
    RequiredByAsc,
    /// Handed in first first; what never was, last.
    SubmittedAtAsc,
    /// Handed in last first; what never was, before.
    SubmittedAtDesc,
}

impl PurchaseRequestSort {
    fn by(self) -> (SortedBy, Order) {
        match self {
            Self::UpdatedAtDesc => (SortedBy::UpdatedAt, Order::Descending),
            Self::NumberAsc => (SortedBy::Number, Order::Ascending),
            Self::NumberDesc => (SortedBy::Number, Order::Descending),
            Self::TotalAsc => (SortedBy::Total, Order::Ascending),
            Self::TotalDesc => (SortedBy::Total, Order::Descending),
            Self::RequiredByAsc => (SortedBy::RequiredBy, Order::Ascending),
            Self::SubmittedAtAsc => (SortedBy::SubmittedAt, Order::Ascending),
            Self::SubmittedAtDesc => (SortedBy::SubmittedAt, Order::Descending),
        }
    }
}

impl Filter for PurchaseRequestFilter {
    type Criterion = RequestCriterion;

    fn nested(&mut self) -> Nested<Self> {
        Nested { and: self.and.take(), or: self.or.take(), not: self.not.take() }
    }

    fn own(self, at: &str, refusals: &mut Refusals) -> Vec<Criteria<RequestCriterion>> {
        check_values(self.ids.as_ref(), &format!("{at}.ids"), refusals);
        check_values(self.department_ids.as_ref(), &format!("{at}.departmentIds"), refusals);
        check_values(self.requested_by_ids.as_ref(), &format!("{at}.requestedByIds"), refusals);
        let stores = self.replenishes_location_ids;
        check_values(stores.as_ref(), &format!("{at}.replenishesLocationIds"), refusals);
        vec![Criteria::Is(RequestCriterion {
            ids: self.ids,
            statuses: self
                .status
                .map(|all| all.into_iter().map(model::PurchaseRequestStatus::from).collect()),
            departments: self.department_ids,
            requesters: self.requested_by_ids,
            total_from: self.total_from,
            total_to: self.total_to,
            dated_from: self.dated_from,
            dated_to: self.dated_to,
            replenishes: stores,
            words: Vec::new(),
        })]
    }
}

/// The words of a search.
fn words(search: &str) -> std::result::Result<Criteria<RequestCriterion>, Refusal> {
    let search = search.to_lowercase();
    let words: Vec<String> = search.split_whitespace().map(str::to_owned).collect();
    if search.chars().count() > 100 || words.len() > 8 {
        return Err(Refusal::invalid("search", "a search has at most 100 characters and 8 words"));
    }
    Ok(Criteria::Is(RequestCriterion { words, ..RequestCriterion::default() }))
}

/// What of the things that wait for somebody's approval is asked for, and how.
#[derive(Debug)]
pub(crate) struct Awaiting {
    pub(crate) filter: Option<PurchaseRequestFilter>,
    pub(crate) overdue: bool,
    /// The longest waiting first unless told.
    pub(crate) sort: Option<PurchaseRequestSort>,
    pub(crate) page: PageArgs,
}

/// A page of what waits for the caller's approval.
pub(crate) async fn awaiting(ctx: &Context<'_>, asked: Awaiting) -> Result<Connection<PurchaseRequest>> {
    let Awaiting { filter, overdue, sort, page } = asked;
    let (app, criteria) = (ctx.data_unchecked::<Buying>(), Criteria::read(filter, None)?);
    let sort = sort.unwrap_or(PurchaseRequestSort::SubmittedAtAsc).by();
    let found = service::list_awaiting(app, caller(ctx)?, (&criteria, overdue), sort, page).await?;
    Ok(found.map(PurchaseRequest))
}

/// Questions about purchase requests.
#[derive(Debug, Default)]
pub(crate) struct PurchaseRequestQuery;

#[Object]
impl PurchaseRequestQuery {
    /// The purchase requests that the caller may see: the own ones, everybody's with `procurement:view-all` or
    /// `procurement:approve`.
    #[expect(
        clippy::too_many_arguments,
        reason = "a connection field takes four arguments for its page alone"
    )]
    async fn purchase_requests(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Conditions that must hold.")] filter: Option<PurchaseRequestFilter>,
        #[graphql(desc = "Words that must be found in number or justification.")] search: Option<String>,
        #[graphql(desc = "The order; latest change first unless told.")] sort: Option<PurchaseRequestSort>,
        #[graphql(desc = "How many from the start: 1 to 100, 10 unless told.")] first: Option<i32>,
        #[graphql(desc = "Continue after this cursor of the same list.")] after: Option<String>,
        #[graphql(desc = "How many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Continue before this cursor of the same list.")] before: Option<String>,
    ) -> Result<Connection<PurchaseRequest>> {
        let criteria = Criteria::read(filter, search.as_deref().map(words))?;
        let sort = sort.unwrap_or_default().by();
        let page = PageArgs::new(first, after, last, before);
        let app = ctx.data_unchecked::<Buying>();
        Ok(service::list(app, caller(ctx)?, &criteria, sort, page).await?.map(PurchaseRequest))
    }

    /// The purchase request with this id; null when there is none that the caller may see.
    async fn purchase_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which purchase request.")] id: PurchaseRequestId,
    ) -> Result<Option<PurchaseRequest>> {
        load(ctx, id).await
    }

    /// What waits for the caller to approve and lies within the caller's limit.
    #[expect(
        clippy::too_many_arguments,
        reason = "a connection field takes four arguments for its page alone"
    )]
    async fn my_approvals(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Conditions that must hold.")] filter: Option<PurchaseRequestFilter>,
        #[graphql(desc = "Only what should have been decided by now.", default)] overdue: bool,
        #[graphql(desc = "The order; longest waiting first unless told.")] sort: Option<PurchaseRequestSort>,
        #[graphql(desc = "How many from the start: 1 to 100, 10 unless told.")] first: Option<i32>,
        #[graphql(desc = "Continue after this cursor of the same list.")] after: Option<String>,
        #[graphql(desc = "How many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Continue before this cursor of the same list.")] before: Option<String>,
    ) -> Result<Connection<PurchaseRequest>> {
        let page = PageArgs::new(first, after, last, before);
        awaiting(ctx, Awaiting { filter, overdue, sort, page }).await
    }

    #[graphql(entity)]
    async fn find_purchase_request_by_id(
        &self,
        ctx: &Context<'_>,
        id: ID,
    ) -> Result<Option<PurchaseRequest>> {
        match id.parse() {
            Ok(id) => load(ctx, id).await,
            Err(_) => Ok(None),
        }
    }
}
