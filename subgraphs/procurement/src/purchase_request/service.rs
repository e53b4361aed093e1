//! What people do with purchase requests.

use std::collections::HashMap;

use chassis::idempotency::{self, Attempt};
use chassis::numbering;
use chassis::{Caller, Connection, Criteria, Error, Order, PageArgs, Result, Tx};
use chrono::Datelike;
use primitives::{Act, Decimal, PurchaseRequestId, UserId};
use serde::Serialize;

use super::approval::{Approval, ApprovalStatus, Case, LeftOut, levels};
use super::line::{Line, LineDraft, read_lines};
use super::model::{Command, Head, PurchaseRequest};
use super::saga;
use super::store::{self, RequestCriterion, SortedBy};
use super::submission::{examine, questions};
use crate::approval_rule::model::Rule;
use crate::authority::model::Authority;
use crate::budget::service::Ledger;
use crate::{Buying, approval_rule, authority, event, house, market, organisation, permission};

/// The kind of document, as approval rights name it.
const DOCUMENT: &str = "PURCHASE_REQUEST";

/// A purchase request to draft.
#[derive(Clone, Debug, Serialize)]
pub struct NewRequest {
    /// Its head.
    pub head: Head,
    /// Its lines.
    pub lines: Vec<LineDraft>,
    /// Under which key the request may be repeated.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

/// A step in a request's life.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    /// Which request.
    pub id: PurchaseRequestId,
    /// Its version as last seen.
    pub expected_version: i32,
    /// Why, where a reason is needed.
    pub reason: String,
    /// Under which key the request may be repeated.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

/// An approval.
#[derive(Clone, Debug, Serialize)]
pub struct Approve {
    /// Which request.
    pub id: PurchaseRequestId,
    /// Its version as last seen.
    pub expected_version: i32,
    /// Lines that are left out.
    pub left_out: Vec<LeftOut>,
    /// What there is to say.
    pub comment: Option<String>,
    /// Under which key the request may be repeated.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

/// Drafts a purchase request. Answers its lines too, unless it was drafted before under the same key.
///
/// # Errors
/// `Forbidden`, or what cannot be stored of it.
pub async fn create(
    app: &Buying,
    caller: &Caller,
    new: &NewRequest,
) -> Result<(PurchaseRequest, Option<Vec<Line>>)> {
    caller.require(permission::CREATE)?;
    let act = app.act(caller);
    let key = new.idempotency_key.as_deref();
    let attempt = &Attempt::try_new(caller, "createPurchaseRequest", key, new, act.at)?;
    app.db
        .write(|tx| async move {
            let mut drafted = None;
            let work = async {
                let lines = read_lines(&new.lines)?;
                let request = PurchaseRequest::draft(new.head.clone(), caller.user, act);
                store::draft(&tx, caller.tenant, &request, &lines);
                tx.publish(event::request_created(caller.tenant, &request));
                drafted = Some(lines);
                Ok(request)
            };
            let request = idempotency::once(&tx, attempt, work).await?;
            Ok((request, drafted))
        })
        .await
}

/// Changes a draft; `change` gets the head as it is. Lines are replaced as a whole.
///
/// # Errors
/// `Forbidden`, `Conflict`, `INVALID_STATE`, or what cannot be stored of it.
pub async fn update(
    app: &Buying,
    caller: &Caller,
    (id, expected_version): (PurchaseRequestId, i32),
    change: impl Fn(Head) -> Head + Send + Sync,
    lines: Option<&[LineDraft]>,
) -> Result<PurchaseRequest> {
    caller.require(permission::UPDATE)?;
    let act = app.act(caller);
    let change = &change;
    app.db
        .write(|tx| async move {
            let mut request = require(&tx, caller, (id, expected_version)).await?.request;
            require_own(&request, caller)?;
            request.take(Command::Edit, act)?;
            request.head = change(request.head.clone());
            if let Some(lines) = lines {
                store::replace_lines(&*tx, caller.tenant, (id, &read_lines(lines)?)).await?;
                request.total = Decimal::ZERO;
            }
            store::save(&*tx, caller.tenant, &request).await?;
            Ok(request)
        })
        .await
}

/// Hands a draft in: checked, priced, numbered, and given to its first approver.
///
/// # Errors
/// Everything that is wrong with it; `Unavailable` when a service that is asked does not answer.
pub async fn submit(app: &Buying, caller: &Caller, step: &Step) -> Result<PurchaseRequest> {
    caller.require(permission::SUBMIT)?;
    let act = app.act(caller);
    let attempt =
        &Attempt::try_new(caller, "submitPurchaseRequest", step.idempotency_key.as_deref(), step, act.at)?;
    // Asked before the transaction; that the lines are still these is what the version says.
    let found = store::find_by_ids(app.db.read(), caller.tenant, vec![step.id]).await?.remove(&step.id);
    let head = found.filter(|request| may_see(caller, request)).map(|request| request.head);
    let organisation = &organisation::look(app, caller, head.as_ref()).await?;
    let lines = store::lines_of(app.db.read(), caller.tenant, vec![step.id]).await?.remove(&step.id);
    let market = &market::look(app, caller, &questions(&lines.unwrap_or_default())).await?;
    app.db
        .write(|tx| async move {
            let work = async {
                let mut case = require(&tx, caller, (step.id, step.expected_version)).await?;
                require_own(&case.request, caller)?;
                case.request.take(Command::Submit, act)?;
                case.request.time_zone = organisation.zone_of(case.request.head.property_id);
                let today = house::day_in(case.request.time_zone.as_deref(), act.at);
                let mut refusals = organisation.check(&case.request.head);
                let total = refusals.take(examine(&case.request.head, &mut case.lines, market, today));
                refusals.into_result()?;
                let total = total.unwrap_or_default();
                let rules = approval_rule::store::list(&*tx, caller.tenant).await?.rules;
                hand_in(&mut case, &approval_rule::model::levels(&rules, total), total, act);
                if case.request.number.is_none() {
                    let day = case.request.head.request_date;
                    case.request.number =
                        Some(numbering::next(&*tx, caller.tenant, ("PR", day.get().year())).await?);
                }
                store::save_case(&*tx, caller.tenant, &case).await?;
                Box::pin(follow(&tx, caller, &case)).await?;
                tx.publish(event::request_submitted(caller.tenant, &case.request));
                tx.publish(event::approval_requested(caller.tenant, &case.request));
                Ok(case.request)
            };
            idempotency::once(&tx, attempt, work).await
        })
        .await
}

/// What the request takes of the department's budget now.
async fn follow(tx: &Tx, caller: &Caller, case: &Case) -> Result<()> {
    let mut ledger = Ledger::default();
    ledger.follow_request(case);
    ledger.settle(tx, caller.tenant).await
}

/// Hands it in: a new submission, whose first level is to decide.
pub(crate) fn hand_in(case: &mut Case, wanted: &[Rule], total: Decimal, act: Act) {
    let request = &mut case.request;
    request.submission += 1;
    request.total = total;
    request.submitted_at = Some(act.at);
    request.level = wanted.first().map_or(1, |rule| rule.level);
    case.approvals.extend(levels(wanted, (request.submission, total), act));
}

/// Approves the level whose turn it is.
///
/// # Errors
/// `SOD_VIOLATION`, `LIMIT_EXCEEDED`, `INVALID_STATE`, `Conflict`, or what is wrong with the input.
pub async fn approve(app: &Buying, caller: &Caller, wanted: &Approve) -> Result<PurchaseRequest> {
    caller.require(permission::APPROVE)?;
    let act = app.act(caller);
    let key = wanted.idempotency_key.as_deref();
    let attempt = &Attempt::try_new(caller, "approvePurchaseRequest", key, wanted, act.at)?;
    let authority = &authority::of(app, caller, DOCUMENT).await?;
    app.db
        .write(|tx| async move {
            let work = async {
                let mut case = require(&tx, caller, (wanted.id, wanted.expected_version)).await?;
                let said = (wanted.left_out.as_slice(), wanted.comment.as_deref());
                let is_last = case.approve(authority, said, act)?;
                store::save_case(&*tx, caller.tenant, &case).await?;
                Box::pin(follow(&tx, caller, &case)).await?;
                if is_last {
                    let approved = (caller.tenant, wanted.id.as_uuid(), case.request.version);
                    chassis::saga::begin(&tx, &saga::PLAN, approved, act.at, |it| saga::approved(it, act.at))
                        .await?;
                }
                tx.publish(match is_last {
                    true => event::request_approved(caller.tenant, &case.request, &case.lines),
                    false => event::approval_requested(caller.tenant, &case.request),
                });
                Ok(case.request)
            };
            idempotency::once(&tx, attempt, work).await
        })
        .await
}

/// What a requester or an approver does about a request apart from approving it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Stop {
    /// The approver says no.
    Reject,
    /// The approver asks for changes.
    Return,
    /// The requester takes it back.
    Recall,
    /// The requester gives it up.
    Cancel,
    /// The requester starts again after a no.
    Revise,
}

impl Stop {
    fn permission(self) -> &'static str {
        match self {
            Self::Reject | Self::Return => permission::APPROVE,
            Self::Recall | Self::Cancel | Self::Revise => permission::UPDATE,
        }
    }

    fn event(self) -> &'static str {
        match self {
            Self::Reject => "pr.rejected",
            Self::Return => "pr.returned",
            Self::Recall => "pr.recalled",
            Self::Cancel => "pr.cancelled",
            Self::Revise => "pr.revised",
        }
    }
}

/// Stops a request on its way, or starts it again.
///
/// # Errors
/// `SOD_VIOLATION`, `INVALID_STATE`, `Conflict`, or what is wrong with the reason.
pub async fn stop(app: &Buying, caller: &Caller, stop: Stop, step: &Step) -> Result<PurchaseRequest> {
    caller.require(stop.permission())?;
    let act = app.act(caller);
    let attempt = &Attempt::try_new(caller, stop.event(), step.idempotency_key.as_deref(), step, act.at)?;
    app.db
        .write(|tx| async move {
            let work = async {
                let mut case = require(&tx, caller, (step.id, step.expected_version)).await?;
                stop_case(&mut case, caller, (stop, &step.reason), act)?;
                store::save_case(&*tx, caller.tenant, &case).await?;
                Box::pin(follow(&tx, caller, &case)).await?;
                if stop == Stop::Cancel {
                    let (given_up, why) = (case.request.version, (step.reason.trim(), case.request.version));
                    let subject = (caller.tenant, step.id.as_uuid(), given_up);
                    chassis::saga::follow(&tx, &saga::PLAN, subject, |it| saga::cancelled(it, why, act.at))
                        .await?;
                }
                tx.publish(event::request_stopped(stop.event(), caller.tenant, &case.request));
                Ok(case.request)
            };
            idempotency::once(&tx, attempt, work).await
        })
        .await
}

fn stop_case(case: &mut Case, caller: &Caller, (stop, reason): (Stop, &str), act: Act) -> Result<()> {
    // Saying no needs no limit.
    let authority =
        Authority { user: caller.user, own: crate::authority::model::Limit::Nothing, lent: Vec::new() };
    match stop {
        Stop::Reject => case.refuse((Command::Reject, ApprovalStatus::Rejected), &authority, reason, act)?,
        Stop::Return => case.refuse((Command::Return, ApprovalStatus::Returned), &authority, reason, act)?,
        Stop::Recall | Stop::Cancel | Stop::Revise => {
            require_own(&case.request, caller)?;
            match stop {
                Stop::Recall => case.recall(reason, act)?,
                Stop::Cancel => case.cancel(reason, act)?,
                _ => case.request.revise(act)?,
            }
        }
    }
    Ok(())
}

/// The request as last seen, locked. One that the caller may not see does not exist.
async fn require(tx: &Tx, caller: &Caller, (id, version): (PurchaseRequestId, i32)) -> Result<Case> {
    let case = store::lock(&**tx, caller.tenant, id).await?.filter(|case| may_see(caller, &case.request));
    let case = case.ok_or_else(|| Error::not_found_at("purchase request", "id"))?;
    if case.request.version == version { Ok(case) } else { Err(Error::conflict(case.request.version)) }
}

fn require_own(request: &PurchaseRequest, caller: &Caller) -> Result<()> {
    if caller.may(permission::OVERRIDE) { Ok(()) } else { Ok(request.require_requester(caller.user)?) }
}

/// Whether the caller may see everybody's requests.
fn may_see_all(caller: &Caller) -> bool {
    [permission::VIEW_ALL, permission::APPROVE, permission::OVERRIDE].iter().any(|held| caller.may(held))
}

fn may_see(caller: &Caller, request: &PurchaseRequest) -> bool {
    request.requested_by == caller.user || may_see_all(caller)
}

/// A page of the requests that the caller may see and that meet `criteria`.
pub(crate) async fn list(
    app: &Buying,
    caller: &Caller,
    criteria: &Criteria<RequestCriterion>,
    sort: (SortedBy, Order),
    page: PageArgs,
) -> Result<Connection<PurchaseRequest>> {
    caller.require(permission::VIEW)?;
    let only: Option<UserId> = (!may_see_all(caller)).then_some(caller.user);
    store::list(&app.db, (caller.tenant, only), criteria, sort, page.check(criteria)?).await
}

/// A page of what waits for the caller's approval.
pub(crate) async fn list_awaiting(
    app: &Buying,
    caller: &Caller,
    (criteria, only_overdue): (&Criteria<RequestCriterion>, bool),
    sort: (SortedBy, Order),
    page: PageArgs,
) -> Result<Connection<PurchaseRequest>> {
    caller.require(permission::APPROVE)?;
    let most = authority::of(app, caller, DOCUMENT).await?.most();
    let due_by = only_overdue.then(|| app.clock.now());
    let page = page.check(&(caller.user, criteria, only_overdue))?;
    store::list_awaiting(&app.db, caller.tenant, (caller.user, most, due_by), criteria, sort, page).await
}

/// Requests by their ids, as far as the caller may see them.
pub(crate) async fn find_by_ids(
    app: &Buying,
    caller: &Caller,
    ids: Vec<PurchaseRequestId>,
) -> Result<HashMap<PurchaseRequestId, PurchaseRequest>> {
    caller.require(permission::VIEW)?;
    let mut found = store::find_by_ids(app.db.read(), caller.tenant, ids).await?;
    found.retain(|_, request| may_see(caller, request));
    Ok(found)
}

/// The lines of requests that were found before.
pub(crate) async fn lines_of(
    app: &Buying,
    caller: &Caller,
    ids: Vec<PurchaseRequestId>,
) -> Result<HashMap<PurchaseRequestId, Vec<Line>>> {
    store::lines_of(app.db.read(), caller.tenant, ids).await
}

/// The approvals of requests that were found before.
pub(crate) async fn approvals_of(
    app: &Buying,
    caller: &Caller,
    ids: Vec<PurchaseRequestId>,
) -> Result<HashMap<PurchaseRequestId, Vec<Approval>>> {
    store::approvals_of(app.db.read(), caller.tenant, ids).await
}
