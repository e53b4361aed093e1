//! Filling a database with a plan, through the same rules as any other product and many rows per statement.

use chassis::{BoxFuture, Caller, Environment, Error, Progress, Result, Tx};
use primitives::{Act, ProductId};

use super::plan::{BASE_MILLIS, Plan};
use crate::category::model::{Category, CategoryDraft, Surroundings};
use crate::product::draft::ProductDraft;
use crate::product::model::{Neighbours, Packaging, Product, ProductStatus};
use crate::{category, event, product};

/// Products of one transaction: few enough to keep other writers waiting only for a moment.
const PRODUCTS_PER_TRANSACTION: usize = 2_000;

/// Fills the caller's tenant with a plan. What is there already stays, so an interrupted run can be repeated; answers how
/// many products were new. `progress` hears how many more products are done.
///
/// # Errors
/// `Refused` when the plan breaks a rule of the catalogue, `Internal` when the database fails.
pub fn seed<'a>(
    environment: &'a Environment,
    caller: &'a Caller,
    plan: &'a Plan,
    progress: &'a Progress<'a>,
) -> BoxFuture<'a, Result<usize>> {
    Box::pin(fill(environment, caller, plan, progress))
}

async fn fill(
    environment: &Environment,
    caller: &Caller,
    plan: &Plan,
    progress: &Progress<'_>,
) -> Result<usize> {
    let at = i64::try_from(BASE_MILLIS).ok().and_then(chrono::DateTime::from_timestamp_millis);
    let act = Act {
        at: at.ok_or_else(|| Error::internal("the demo's base date is a date"))?,
        by: Some(caller.user),
    };
    let db = &environment.db;
    db.write(|tx| async move { seed_categories(&tx, caller, plan, act).await }).await?;
    let mut written = 0;
    let ids: Vec<ProductId> = plan.products.iter().map(|product| product.id).collect();
    for (ids, drafts) in
        ids.chunks(PRODUCTS_PER_TRANSACTION).zip(plan.drafts.chunks(PRODUCTS_PER_TRANSACTION))
    {
        written += db.write(|tx| async move { seed_products(&tx, caller, (ids, drafts), act).await }).await?;
        progress(ids.len());
    }
    Ok(written)
}

async fn seed_categories(tx: &Tx, caller: &Caller, plan: &Plan, act: Act) -> Result<()> {
    let mut tree = category::store::lock_tree(tx, caller.tenant).await?;
    let mut new = Vec::new();
    for planned in &plan.categories {
        if tree.iter().any(|category| category.id == planned.id) {
            continue;
        }
        let siblings = tree.iter().filter(|category| category.parent_id == planned.parent);
        let around = Surroundings {
            parent_level: tree
                .iter()
                .find(|category| Some(category.id) == planned.parent)
                .map(|parent| parent.level),
            has_namesake: siblings.clone().any(|category| category.name == planned.name),
            siblings: siblings.count() as u64,
        };
        let draft = CategoryDraft { name: planned.name.to_owned(), local_name: None };
        let category = Category::register(planned.id, &draft, planned.parent, around, act)?;
        tree.push(category.clone());
        new.push(category);
    }
    category::store::insert(tx, caller.tenant, &new).await
}

async fn seed_products(
    tx: &Tx,
    caller: &Caller,
    (ids, drafts): (&[ProductId], &[ProductDraft]),
    act: Act,
) -> Result<usize> {
    let known = product::store::find_by_ids(tx, caller.tenant, ids.to_vec()).await?;
    // A plan is consistent in itself; what stands in the way of it from outside meets the unique indices.
    let neighbours = Neighbours { has_category: true, ..Neighbours::default() };
    let mut new: Vec<(Product, Packaging)> = Vec::new();
    for (id, draft) in ids.iter().zip(drafts).filter(|(id, _)| !known.contains_key(id)) {
        let (mut product, packaging) = Product::register(*id, draft, &neighbours, act)?;
        tx.publish(event::product_created(caller, &product));
        product.activate(&packaging, &[], act)?;
        tx.publish(event::product_status_changed(caller, &product, ProductStatus::Draft));
        new.push((product, packaging));
    }
    product::store::insert(tx, caller.tenant, &new).await?;
    Ok(new.len())
}
