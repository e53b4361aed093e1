//! What people do with the tree: add, rename, move, look up.

use std::collections::HashMap;

use chassis::idempotency::{self, Attempt};
use chassis::{Caller, Connection, Criteria, Error, PageArgs, Result};
use primitives::CategoryId;
use serde::Serialize;

use super::model::{Category, CategoryDraft, Surroundings, name_key};
use super::store::{self, CategoryCriterion, SortedBy};
use crate::{Catalogue, event, permission};

/// A category to add to the tree.
#[derive(Clone, Debug, Serialize)]
pub struct NewCategory {
    /// Its names.
    pub draft: CategoryDraft,
    /// Below which one; a root has none.
    pub parent_id: Option<CategoryId>,
    /// Under which key the request may be repeated.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

/// Adds a category.
pub async fn create_category(app: &Catalogue, caller: &Caller, new: &NewCategory) -> Result<Category> {
    caller.require(permission::CREATE)?;
    let act = app.act(caller);
    let attempt = &Attempt::try_new(caller, "createCategory", new.idempotency_key.as_deref(), new, act.at)?;
    app.db
        .write(|tx| async move {
            let work = async {
                let tree = store::lock_tree(&tx, caller.tenant).await?;
                let around = surroundings(&tree, new.parent_id, &new.draft.name, None);
                let id = CategoryId::at(act.at);
                let category = Category::register(id, &new.draft, new.parent_id, around, act)?;
                store::insert(&tx, caller.tenant, std::slice::from_ref(&category)).await?;
                Ok(category)
            };
            idempotency::once(&tx, attempt, work).await
        })
        .await
}

/// Gives a category other names; `None` leaves a name alone.
pub async fn update_category(
    app: &Catalogue,
    caller: &Caller,
    (id, expected_version): (CategoryId, i32),
    name: Option<&str>,
    local_name: Option<Option<&str>>,
) -> Result<Category> {
    caller.require(permission::UPDATE)?;
    let act = app.act(caller);
    app.db
        .write(|tx| async move {
            let tree = store::lock_tree(&tx, caller.tenant).await?;
            let mut category = require(&tree, id, expected_version)?;
            let draft = CategoryDraft {
                name: name.map_or_else(|| category.name.clone(), str::to_owned),
                local_name: local_name
                    .map_or_else(|| category.local_name.clone(), |name| name.map(str::to_owned)),
            };
            let around = surroundings(&tree, category.parent_id, &draft.name, Some(id));
            category.rename(&draft, around.has_namesake, act)?;
            store::save(&tx, caller.tenant, &category).await?;
            Ok(category)
        })
        .await
}

/// Hangs a category, with everything below it, under another parent or makes it a root.
pub async fn move_category(
    app: &Catalogue,
    caller: &Caller,
    (id, expected_version): (CategoryId, i32),
    parent_id: Option<CategoryId>,
) -> Result<Category> {
    caller.require(permission::UPDATE)?;
    let act = app.act(caller);
    app.db
        .write(|tx| async move {
            let tree = store::lock_tree(&tx, caller.tenant).await?;
            let mut category = require(&tree, id, expected_version)?;
            let below = descendants(&tree, id);
            let around = surroundings(&tree, parent_id, &category.name, Some(id));
            let (old_parent, old_level) = (category.parent_id, category.level);
            category.move_under(parent_id, around, &below, act)?;
            store::save(&tx, caller.tenant, &category).await?;
            let ids = below.iter().map(|child| child.id).collect();
            store::shift_levels(&tx, caller.tenant, ids, category.level - old_level).await?;
            tx.publish(event::category_moved(caller, &category, old_parent));
            Ok(category)
        })
        .await
}

fn require(tree: &[Category], id: CategoryId, expected_version: i32) -> Result<Category> {
    let category = tree.iter().find(|category| category.id == id);
    let category = category.ok_or_else(|| Error::not_found_at("category", "id"))?;
    if category.version == expected_version {
        Ok(category.clone())
    } else {
        Err(Error::conflict(category.version))
    }
}

/// The place below `parent_id`, as the category `itself` would find it.
fn surroundings(
    tree: &[Category],
    parent_id: Option<CategoryId>,
    name: &str,
    itself: Option<CategoryId>,
) -> Surroundings {
    let parent = parent_id.and_then(|parent_id| tree.iter().find(|category| category.id == parent_id));
    let siblings = || tree.iter().filter(|other| other.parent_id == parent_id && Some(other.id) != itself);
    let key = name_key(name);
    Surroundings {
        parent_level: parent.map(|parent| parent.level),
        has_namesake: siblings().any(|other| name_key(&other.name) == key),
        siblings: siblings().count() as u64,
    }
}

fn descendants(tree: &[Category], id: CategoryId) -> Vec<Category> {
    let children = |id: CategoryId| tree.iter().filter(move |category| category.parent_id == Some(id));
    // Three levels: below a root there are children and grandchildren, and nothing further.
    children(id).flat_map(|child| std::iter::once(child).chain(children(child.id))).cloned().collect()
}

/// Categories by their ids, for whoever points at them.
pub(crate) async fn find_by_ids(
    app: &Catalogue,
    caller: &Caller,
    ids: Vec<CategoryId>,
) -> Result<HashMap<CategoryId, Category>> {
    caller.require(permission::VIEW)?;
    store::find_by_ids(app.db.read(), caller.tenant, ids).await
}

/// Children by parent.
pub(crate) async fn list_children_by_ids(
    app: &Catalogue,
    caller: &Caller,
    ids: Vec<CategoryId>,
) -> Result<HashMap<CategoryId, Vec<Category>>> {
    caller.require(permission::VIEW)?;
    store::list_children_by_ids(app.db.read(), caller.tenant, ids).await
}

/// A page of the categories that meet `criteria`.
pub(crate) async fn list_categories(
    app: &Catalogue,
    caller: &Caller,
    criteria: &Criteria<CategoryCriterion>,
    sort: SortedBy,
    page: PageArgs,
) -> Result<Connection<Category>> {
    caller.require(permission::VIEW)?;
    store::list(&app.db, caller.tenant, criteria, sort, page.check(criteria)?).await
}
