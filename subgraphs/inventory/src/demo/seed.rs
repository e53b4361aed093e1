//! Posting the plan.

use std::collections::HashMap;

use chassis::{Caller, Environment, Error, Refusal, Refusals, Result, Tx};
use primitives::{PostingId, ProductId, Unit};

use super::plan::{Calendar, DAYS, DemoProduct, Plan, Planned, location_id, morning};
use crate::catalogue::{Known, Tracking};
use crate::location::Location;
use crate::posting::{Document, Heading};
use crate::{catalogue, location, posting};

/// Days that are posted in one transaction.
const DAYS_PER_BATCH: usize = 4;

/// Fills the caller's tenant with three months of stock movements. What is there already stays; answers how many documents
/// were new. `progress` hears how many more days are done.
///
/// # Errors
/// `Refused` when the plan breaks a rule, `Internal` when the database fails.
pub async fn seed(
    environment: &Environment,
    caller: &Caller,
    plan: &Plan<'_>,
    progress: impl Fn(usize) + Send + Sync,
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
        let batch = &days.flat_map(|day| calendar.day(day)).collect::<Vec<_>>();
        written += db.write(|tx| async move { post(&tx, caller, batch, units).await }).await?;
        progress(count);
    }
    Ok(written)
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

/// Posts the documents of some days, unless the first of them has left its mark.
async fn post(
    tx: &Tx,
    caller: &Caller,
    batch: &[Planned],
    units: &HashMap<ProductId, Unit>,
) -> Result<usize> {
    let (Some(first), Some(last)) = (batch.first(), batch.last()) else { return Ok(0) };
    let mark = (first.reference.0.as_str(), first.reference.1.as_str());
    if !posting::store::effects_in(&**tx, caller.tenant, mark).await?.is_empty() {
        return Ok(0);
    }
    let documents: Vec<Document> = batch.iter().map(|planned| document(planned, caller)).collect();
    let mut book = posting::service::open_in(tx, caller.tenant, &documents, units, last.at).await?;
    for (document, planned) in documents.iter().zip(batch) {
        let refused = book.post(document);
        if !refused.is_empty() {
            let refusals: Vec<Refusal> = refused.into_iter().map(Refusal::from).collect();
            tracing::error!(reference = planned.reference.1, "a demo document was refused");
            return Err(Error::Refused(Refusals::from(refusals)));
        }
    }
    posting::service::save_in(tx, caller.tenant, &mut book, caller.user).await?;
    Ok(documents.len())
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
