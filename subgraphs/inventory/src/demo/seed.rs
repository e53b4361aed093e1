//! Posting the plan.

use std::collections::HashMap;

use chassis::{BoxFuture, Caller, Environment, Error, Progress, Refusal, Refusals, Result, Tx};
use primitives::{Decimal, PostingId, ProductId};

use super::calendar::{Calendar, Planned};
use super::filing::Office;
use super::papers::Paper;
use super::plan::{DAYS, DemoProduct, Plan, location_id, morning, small};
use crate::catalogue::{Known, Tracking};
use crate::location::Location;
use crate::posting::{Document, Heading};
use crate::stock::service::{PolicyChange, set_policy_in};
use crate::stock::{InventoryItem, Policy};
use crate::{catalogue, location, posting, stock};

/// Days that are posted in one transaction.
const DAYS_PER_BATCH: usize = 4;
/// Products whose items are read in one statement.
const PRODUCTS_AT_ONCE: usize = 200;

/// Fills the caller's tenant with three months of stock movements. What is there already stays; answers how many documents
/// were new. `progress` hears how many more days are done.
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
    let units =
        &plan.products.iter().map(|product| (product.id, product.base_unit)).collect::<HashMap<_, _>>();
    let db = &environment.db;
    db.write(|tx| async move { lay_out(&tx, caller, plan).await }).await?;
    let mut calendar = Calendar::new(plan);
    let mut written = 0;
    for first in (0..DAYS).step_by(DAYS_PER_BATCH) {
        let days = first..(first + DAYS_PER_BATCH).min(DAYS);
        let count = days.len();
        let batch = &days.map(|day| calendar.day(day)).collect::<Vec<_>>();
        written += db
            .write(|tx| async move {
                if is_there(&tx, caller, batch).await? {
                    return Ok(0);
                }
                let office = Office { tx: &tx, caller, crew: plan.crew, units };
                let mut written = 0;
                for (documents, papers) in batch {
                    written += day(&office, plan.tells(), documents, papers).await?;
                }
                Ok(written)
            })
            .await?;
        db.optimize().await?;
        progress(count);
    }
    db.write(|tx| async move { decide(&tx, caller, plan).await }).await?;
    Ok(written)
}

/// Decides how much there should be of what lies in stores, where nobody has decided it yet. Of one product in nine there is too
/// little now.
async fn decide(tx: &Tx, caller: &Caller, plan: &Plan<'_>) -> Result<()> {
    let products: Vec<ProductId> = plan.products.iter().map(|product| product.id).collect();
    let codes: HashMap<ProductId, &str> =
        plan.products.iter().map(|product| (product.id, product.code.as_str())).collect();
    for products in products.chunks(PRODUCTS_AT_ONCE) {
        let items = stock::store::by_products(&**tx, caller.tenant, products).await?;
        let undecided = |item: &&InventoryItem| {
            item.policy == Policy::default() && plan.stores().contains(&item.location)
        };
        for item in items.iter().filter(undecided) {
            let code = codes.get(&item.product).copied().unwrap_or_default();
            let change =
                PolicyChange { item: item.id, expected_version: item.version, policy: policy(code, item) };
            set_policy_in(tx, caller, change, morning(DAYS)).await?;
        }
    }
    Ok(())
}

/// A point at which it is bought again, three times as much after buying, and never more than four times.
fn policy(code: &str, item: &InventoryItem) -> Policy {
    let least = Decimal::from_whole(15 + small(&["point", code], 20));
    let whole = item.holding.on_hand.round_to(0).unwrap_or_default();
    let is_short = small(&["short", code], 9) == 0;
    let point = if is_short { least.max(whole.checked_add(Decimal::ONE).unwrap_or(whole)) } else { least };
    let times = |times: i32| point.checked_mul(Decimal::from_whole(times));
    Policy {
        min: point.checked_div(Decimal::from_whole(2)).and_then(|half| half.round_to(0)),
        par: times(3),
        max: times(4),
        reorder_point: Some(point),
        reorder_quantity: None,
        lead_time_days: Some(1 + small(&["lead", code], 5)),
    }
}

/// Creates the locations and remembers the products, unless they are there.
async fn lay_out(tx: &Tx, caller: &Caller, plan: &Plan<'_>) -> Result<()> {
    let now = morning(0);
    let ids: Vec<_> = plan.house.places().iter().map(|place| location_id(plan.house, place.code)).collect();
    let known = location::store::by_ids(&**tx, caller.tenant, &ids).await?;
    for (place, id) in plan.house.places().iter().zip(ids) {
        if known.iter().any(|location| location.id == id) {
            continue;
        }
        let location = Location {
            id,
            code: place.code.to_owned(),
            name: place.name.to_owned(),
            kind: place.kind,
            currency: place.currency,
            allow_negative: false,
            cost_method: place.cost_method,
            property: None,
            locked_by: None,
            version: 1,
            created_at: now,
            created_by: caller.user,
            updated_at: now,
            updated_by: caller.user,
        };
        location::service::insert_in(tx, caller, &location).await?;
    }
    let mut learned: Vec<Known> = plan.products.iter().map(described).collect();
    learned.sort_by_key(|product| product.id);
    catalogue::remember_in(tx, caller.tenant, &learned, now).await
}

fn described(product: &DemoProduct) -> Known {
    let (lot, expiry) = (product.is_kept_by_lots, product.is_kept_by_lots);
    Known {
        id: product.id,
        base_unit: product.base_unit,
        tracking: Some(Tracking { lot, expiry }),
        category: None,
    }
}

/// Whether the first document of these days has left its mark.
async fn is_there(tx: &Tx, caller: &Caller, batch: &[(Vec<Planned>, Vec<Paper>)]) -> Result<bool> {
    let Some(first) = batch.iter().flat_map(|(documents, _)| documents).next() else { return Ok(true) };
    let mark = (first.reference.0.as_str(), first.reference.1.as_str());
    Ok(!posting::store::effects_in(&**tx, caller.tenant, [mark]).await?.is_empty())
}

/// Posts the documents of a day, and then does what is done on paper.
async fn day(office: &Office<'_>, tells: bool, planned: &[Planned], papers: &[Paper]) -> Result<usize> {
    let Office { tx, caller, units, .. } = *office;
    if let Some(last) = planned.last() {
        let documents: Vec<Document> = planned.iter().map(|planned| document(planned, caller)).collect();
        let mut book = posting::service::open_in(tx, caller.tenant, &documents, units, last.at).await?;
        for (document, planned) in documents.iter().zip(planned) {
            let refused = book.post(document);
            if !refused.is_empty() {
                let refusals: Vec<Refusal> = refused.into_iter().map(Refusal::from).collect();
                tracing::error!(reference = planned.reference.1, "a demo document was refused");
                return Err(Error::Refused(Refusals::from(refusals)));
            }
        }
        if tells {
            posting::service::save_in(tx, caller.tenant, &mut book, caller.user).await?;
        } else {
            posting::service::write_in(tx, caller.tenant, &mut book).await?;
        }
    }
    for paper in papers {
        office.file(paper).await.inspect_err(|_| tracing::error!(?paper, "a demo paper was refused"))?;
    }
    Ok(planned.len() + papers.len())
}

fn document(planned: &Planned, caller: &Caller) -> Document {
    let heading = Heading {
        posting: PostingId::generate(),
        reference: Some(planned.reference.clone()),
        note: None,
        occurred_at: planned.at,
        posted_at: planned.at,
        posted_by: caller.user,
    };
    Document { heading, lines: planned.lines.clone() }
}
