//! Writing the plan down.

use chassis::{BoxFuture, Caller, Environment, Error, Progress, Result, Tx, numbering};
use primitives::{Act, BudgetId, Decimal, TenantId};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use super::chance::parts;
use super::life::{Life, Numbers, Walk};
use super::plan::{DAYS, Plan, at};
use crate::approval_rule::model::standard;
use crate::budget::model::{Budget, Owner};
use crate::budget::service::Ledger;
use crate::purchase_order::store::OPEN;
use crate::vendor_invoice::model::InvoiceStatus;
use crate::{
    budget, credit_note, event, goods_received_note, purchase_order, purchase_request, vendor_invoice,
};

/// Requests whose lives are written in one transaction.
const LIVES_PER_BATCH: usize = 50;

/// Fills the caller's tenant with three months of buying. Where something was bought before, nothing is done; answers how
/// many requests were new. `progress` hears how many more are done.
///
/// # Errors
/// `Refused` when the plan breaks a rule, `Internal` when the database fails.
pub fn seed<'a>(
    environment: &'a Environment,
    caller: &'a Caller,
    plan: &'a Plan<'a>,
    progress: &'a Progress<'a>,
) -> BoxFuture<'a, Result<usize>> {
    Box::pin(fill(environment, caller, plan, progress))
}

async fn fill(
    environment: &Environment,
    caller: &Caller,
    plan: &Plan<'_>,
    progress: &Progress<'_>,
) -> Result<usize> {
    let count = plan.size.requests();
    let is_empty = plan.products.is_empty() || plan.departments.is_empty() || plan.stores.is_empty();
    let known = entities_procurement::purchase_request::Entity::find()
        .filter(entities_procurement::purchase_request::Column::TenantId.eq(caller.tenant))
        .count(environment.db.read())
        .await?;
    if is_empty || known > 0 {
        progress(count);
        return Ok(0);
    }
    let (lives, numbers) = &lives(plan)?;
    // All or nothing: an interrupted run leaves nothing that a later one would take for everything.
    environment
        .db
        .write(|tx| async move {
            budgets(&tx, caller.tenant, plan).await?;
            for batch in lives.chunks(LIVES_PER_BATCH) {
                write(&tx, caller.tenant, batch).await?;
                progress(batch.len());
            }
            for (kind, last) in &numbers.0 {
                for _ in 0..*last {
                    numbering::next(&*tx, caller.tenant, (kind, 2026)).await?;
                }
            }
            Ok(lives.len())
        })
        .await
}

/// The lives of all requests, and the numbers that were given out.
pub(super) fn lives(plan: &Plan<'_>) -> Result<(Vec<Life>, Numbers)> {
    let count = plan.size.requests();
    let (mut numbers, rules, mut lives) = (Numbers::default(), standard(), Vec::with_capacity(count));
    for n in 0..count {
        let name = format!("request {n}");
        let walk = Walk { plan, rules: &rules, numbers: &mut numbers, name };
        lives.push(walk.live(n * DAYS / count).map_err(Error::Refused)?);
    }
    Ok((lives, numbers))
}

async fn budgets(tx: &Tx, tenant: TenantId, plan: &Plan<'_>) -> Result<()> {
    let act = Act { at: at(0, 0), by: Some(plan.approvers[2]) };
    for month in [0, 31, 62] {
        for department in &plan.departments {
            let owner = Owner::on(*department, at(month, 1).date_naive().into());
            let mut budget = Budget::new(owner, None, Decimal::from_whole(plan.size.budget()), act);
            let words = [plan.house, "budget", &month.to_string(), &department.to_string()];
            let (millis, entropy) = parts(&words);
            budget.id = BudgetId::from_parts(millis, entropy);
            budget::store::insert(&**tx, tenant, &budget).await?;
        }
    }
    Ok(())
}

/// Writes lives as they ended, and what they take of budgets.
async fn write(tx: &Tx, tenant: TenantId, lives: &[Life]) -> Result<()> {
    let mut ledger = Ledger::default();
    for life in lives {
        let Some(case) = &life.case else { continue };
        purchase_request::store::insert_case(&**tx, tenant, case).await?;
        ledger.follow_request(case);
        for (order, lines) in &life.orders {
            purchase_order::store::insert(&**tx, tenant, order, lines).await?;
            if OPEN.contains(&order.status) {
                tx.publish(event::order("po.sent", tenant, order, lines));
            }
        }
        for (note, lines) in &life.notes {
            goods_received_note::store::insert(&**tx, tenant, note, lines).await?;
        }
        for (credit, lines) in &life.credits {
            credit_note::store::insert(&**tx, tenant, credit, lines).await?;
        }
        for (invoice, lines) in &life.invoices {
            vendor_invoice::store::insert(&**tx, tenant, invoice, lines).await?;
            let is_spent = [InvoiceStatus::Approved, InvoiceStatus::Paid].contains(&invoice.status);
            for (_, order_lines) in life.orders.iter().filter(|_| is_spent) {
                ledger.spend(lines, order_lines);
            }
        }
    }
    for (order, lines) in lives.iter().flat_map(|life| &life.orders) {
        ledger.follow_order(tx, tenant, (order.status, lines)).await?;
    }
    ledger.settle(tx, tenant).await
}
