//! Setting budgets, and following what documents take of them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chassis::idempotency::{self, Attempt};
use chassis::{Caller, Connection, Criteria, Error, Order, PageArgs, Refusals, Result, Tx, check_seen};
use primitives::{BudgetId, CategoryId, Date, Decimal, DepartmentId, PurchaseRequestLineId, TenantId};
use serde::Serialize;

use super::model::{
    Budget, Claim, Owner, Shift, Stage, check_amount, claims_of_order, claims_of_request, exceeded,
};
use super::store::{self, BudgetCriterion, SortedBy};
use crate::purchase_order::model::{OrderLine, PurchaseOrderStatus};
use crate::purchase_request::approval::Case;
use crate::vendor_invoice::matching::InvoiceLine;
use crate::{Buying, permission};

/// A budget that is to be.
#[derive(Clone, Debug, Serialize)]
pub struct Wanted {
    /// Of which department.
    pub department: DepartmentId,
    /// For which category of products; all that have no budget of their own without one.
    pub category: Option<CategoryId>,
    /// A day of the month.
    pub month: Date,
    /// How much may be spent, in the house's currency.
    pub amount: Decimal,
    /// Its version as last seen; none for a new one.
    pub expected_version: Option<i32>,
    /// Under which key the request may be repeated.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

/// Sets what a department may spend in a month.
///
/// # Errors
/// `Forbidden`, `Conflict`, `LIMIT_EXCEEDED` below what is committed, or what is wrong with the amount.
pub async fn set(app: &Buying, caller: &Caller, wanted: &Wanted) -> Result<Budget> {
    caller.require(permission::BUDGETS)?;
    let act = app.act(caller);
    let attempt = &Attempt::try_new(caller, "setBudget", wanted.idempotency_key.as_deref(), wanted, act.at)?;
    app.db
        .write(|tx| async move {
            let work = async {
                check_amount(wanted.amount).into_result()?;
                let owner = Owner::on(wanted.department, wanted.month);
                let found = store::lock(&*tx, caller.tenant, (owner, wanted.category)).await?;
                let version = found.as_ref().map(|budget| budget.version);
                check_seen(version, wanted.expected_version, ("budget", "departmentId"))?;
                match found {
                    Some(mut budget) => {
                        budget.allow(wanted.amount, act)?;
                        store::save(&*tx, caller.tenant, &budget).await?;
                        Ok(budget)
                    }
                    None => {
                        let budget = Budget::new(owner, wanted.category, wanted.amount, act);
                        match store::insert(&*tx, caller.tenant, &budget).await? {
                            true => Ok(budget),
                            false => Err(Error::conflict(1)),
                        }
                    }
                }
            };
            idempotency::once(&tx, attempt, work).await
        })
        .await
}

/// What a transaction takes of budgets and gives back. Gathered while documents change and settled once, at its end, so
/// that budgets are locked briefly and in the order of their ids.
#[derive(Debug, Default)]
pub(crate) struct Ledger(Vec<Claim>);

impl Ledger {
    /// Follows a request as it is now.
    pub(crate) fn follow_request(&mut self, case: &Case) {
        self.0.extend(claims_of_request(case));
    }

    /// Follows an order as it is now.
    ///
    /// # Errors
    /// `Internal` when the database fails.
    pub(crate) async fn follow_order(
        &mut self,
        tx: &Tx,
        tenant: TenantId,
        (status, lines): (PurchaseOrderStatus, &[OrderLine]),
    ) -> Result<()> {
        let ids = lines.iter().map(|line| line.id).collect();
        let paid = store::paid_of(&**tx, tenant, ids).await?;
        self.0.extend(claims_of_order(status, lines, &paid));
        Ok(())
    }

    /// Takes what was invoiced for good.
    pub(crate) fn spend(&mut self, invoice: &[InvoiceLine], order: &[OrderLine]) {
        for line in invoice {
            let Some(from) = order.iter().find(|each| each.id == line.charge.order_line) else { continue };
            self.0.push(Claim {
                source: line.id.as_uuid(),
                stage: Stage::Actual,
                request: from.request_id,
                category: from.category,
                amount: line.base_amount,
            });
        }
    }

    /// Moves the sums of the budgets.
    ///
    /// # Errors
    /// `BUDGET_EXCEEDED` with the `shortfall` of every budget that is not enough.
    pub(crate) async fn settle(self, tx: &Tx, tenant: TenantId) -> Result<()> {
        let claims = self.0;
        let sources = claims.iter().map(|claim| claim.source).collect();
        let taken = store::commitments(&**tx, tenant, sources).await?;
        let fresh =
            claims.iter().filter(|claim| claim.amount.is_positive() && !taken.contains_key(&claim.source));
        let requests = fresh.map(|claim| claim.request).collect();
        let owners = store::owners_of(&**tx, tenant, requests).await?;
        let budgets =
            store::of_owners(&**tx, tenant, &owners.values().copied().collect::<BTreeSet<_>>()).await?;
        let mut shifts: BTreeMap<BudgetId, Shift> = BTreeMap::new();
        let mut written = Vec::new();
        for claim in &claims {
            let (budget, before) = match taken.get(&claim.source) {
                Some(taken) => *taken,
                None => match owners.get(&claim.request).and_then(|owner| find(&budgets, *owner, claim)) {
                    Some(budget) => (budget, Decimal::ZERO),
                    None => continue,
                },
            };
            if before == claim.amount {
                continue;
            }
            let shift = shifts.entry(budget).or_default();
            shift.add(claim, before).ok_or_else(|| Error::internal("stored amounts add up"))?;
            written.push((budget, claim));
        }
        let mut refusals = Refusals::new();
        for (budget, shift) in shifts.iter().filter(|(_, shift)| !shift.is_nothing()) {
            if !store::shift(&**tx, tenant, (*budget, shift)).await? {
                let budget = store::by_id(&**tx, tenant, *budget).await?;
                let budget = budget.ok_or_else(|| Error::internal("a budget that is taken of is there"))?;
                refusals.push(exceeded(&budget, shift));
            }
        }
        refusals.into_result()?;
        store::put_commitments(&**tx, tenant, &written).await
    }
}

/// The budget of the category, or the department's for all that have none of their own.
fn find(
    budgets: &HashMap<(Owner, Option<CategoryId>), Budget>,
    owner: Owner,
    claim: &Claim,
) -> Option<BudgetId> {
    let own = claim.category.and_then(|category| budgets.get(&(owner, Some(category))));
    own.or_else(|| budgets.get(&(owner, None))).map(|budget| budget.id)
}

/// A page of the budgets that meet `criteria`.
pub(crate) async fn list(
    app: &Buying,
    caller: &Caller,
    criteria: &Criteria<BudgetCriterion>,
    sort: (SortedBy, Order),
    page: PageArgs,
) -> Result<Connection<Budget>> {
    caller.require(permission::VIEW)?;
    store::list(&app.db, caller.tenant, criteria, sort, page.check(criteria)?).await
}

/// The budgets that lines of requests that were found before take something of.
pub(crate) async fn of_request_lines(
    app: &Buying,
    caller: &Caller,
    lines: Vec<PurchaseRequestLineId>,
) -> Result<HashMap<PurchaseRequestLineId, Budget>> {
    let sources = lines.into_iter().map(PurchaseRequestLineId::as_uuid).collect();
    let found = store::of_sources(app.db.read(), caller.tenant, sources).await?;
    Ok(found.into_iter().map(|(source, budget)| (PurchaseRequestLineId::from_uuid(source), budget)).collect())
}
