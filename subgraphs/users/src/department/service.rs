//! What people do with departments.

use std::collections::HashMap;

use chassis::idempotency::{self, Attempt};
use chassis::{Caller, Connection, Error, PageArgs, Refusal, Result, Tx};
use primitives::{DepartmentId, UserId};

use super::model::{Department, DepartmentFacts, House};
use super::store::{self, DepartmentCriterion};
use crate::{People, event, permission, user};

/// Founds a department.
pub async fn create_department(
    app: &People,
    caller: &Caller,
    facts: &DepartmentFacts,
    key: Option<&str>,
) -> Result<Department> {
    caller.require(permission::MANAGE_HOUSE)?;
    let act = app.act(caller);
    let attempt = &Attempt::try_new(caller, "createDepartment", key, facts, act.at)?;
    app.db
        .write(|tx| async move {
            let work = async {
                let tree = store::lock_tree(&*tx, caller.tenant).await?;
                let has_head = has_head(&tx, caller, facts.head_id).await?;
                let house = House { tree: &tree, has_head };
                let department = Department::found(DepartmentId::at(act.at), facts.clone(), house, act)?;
                store::insert(&*tx, caller.tenant, std::slice::from_ref(&department)).await?;
                if department.facts.head_id.is_some() {
                    tx.publish(event::head_changed(caller.tenant, &department, None));
                }
                Ok(department)
            };
            idempotency::once(&tx, attempt, work).await
        })
        .await
}

/// Changes what is known about a department; `change` gets the facts as they are.
pub async fn update_department(
    app: &People,
    caller: &Caller,
    (id, expected_version): (DepartmentId, i32),
    change: impl Fn(DepartmentFacts) -> DepartmentFacts + Send + Sync,
) -> Result<Department> {
    caller.require(permission::MANAGE_HOUSE)?;
    let act = app.act(caller);
    let change = &change;
    app.db
        .write(|tx| async move {
            let tree = store::lock_tree(&*tx, caller.tenant).await?;
            let found = tree.iter().find(|department| department.id == id).cloned();
            let mut department = found.ok_or_else(|| Error::not_found_at("department", "id"))?;
            if department.version != expected_version {
                return Err(Error::conflict(department.version));
            }
            let head = department.facts.head_id;
            let facts = change(department.facts.clone());
            let has_head = has_head(&tx, caller, facts.head_id).await?;
            department.describe(facts, House { tree: &tree, has_head }, act)?;
            store::save(&*tx, caller.tenant, &department).await?;
            if department.facts.head_id != head {
                tx.publish(event::head_changed(caller.tenant, &department, head));
            }
            Ok(department)
        })
        .await
}

/// Whether the named head is an active user, who cannot leave before the transaction ends.
async fn has_head(tx: &Tx, caller: &Caller, head: Option<UserId>) -> Result<bool> {
    let Some(head) = head else { return Ok(false) };
    let found = user::store::lock(&**tx, caller.tenant, head).await?;
    Ok(found.is_some_and(|user| user.is_active()))
}

/// A page of the departments that meet `criterion`.
pub(crate) async fn list_departments(
    app: &People,
    caller: &Caller,
    criterion: &DepartmentCriterion,
    by: store::SortedBy,
    page: PageArgs,
) -> Result<Connection<Department>> {
    if criterion.ids.as_ref().is_some_and(|ids| ids.len() > 500) {
        return Err(Refusal::invalid("where.ids", "a list of values has at most 500").into());
    }
    store::list(&app.db, caller.tenant, criterion, by, page.check(criterion)?).await
}

/// Departments by their ids. Everybody who signs in may know the house.
pub(crate) async fn find_by_ids(
    app: &People,
    caller: &Caller,
    ids: Vec<DepartmentId>,
) -> Result<HashMap<DepartmentId, Department>> {
    store::find_by_ids(app.db.read(), caller.tenant, ids).await
}

/// What lies directly below departments.
pub(crate) async fn list_children_by_ids(
    app: &People,
    caller: &Caller,
    ids: Vec<DepartmentId>,
) -> Result<HashMap<DepartmentId, Vec<Department>>> {
    store::list_children_by_ids(app.db.read(), caller.tenant, ids).await
}
