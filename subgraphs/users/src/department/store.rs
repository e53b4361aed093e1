//! Departments as rows; every query starts at the tenant.

use std::collections::HashMap;

use chassis::{Connection, Db, Error, PageRequest, Refusal, Result, SortKey, is_unique_violation, page};
use entities_users::department::{ActiveModel, Column, Entity, Model};
use primitives::{Audit, DepartmentId, TenantId, UserId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::LockType;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};
use serde::Serialize;

use super::model::{DEPARTMENTS_MAX, Department, DepartmentFacts};

/// What a list of departments is narrowed by. All that is given must hold.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct DepartmentCriterion {
    pub(crate) ids: Option<Vec<DepartmentId>>,
    pub(crate) parent_id: Option<DepartmentId>,
    pub(crate) head_id: Option<UserId>,
    pub(crate) is_root: bool,
}

fn scoped(tenant: TenantId) -> Select<Entity> {
    Entity::find().filter(Column::TenantId.eq(tenant))
}

/// What a list of departments is sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SortedBy {
    CodeAsc,
    NameAsc,
    UpdatedAtDesc,
}

/// A page of the departments that meet `criterion`.
pub(crate) async fn list(
    db: &Db,
    tenant: TenantId,
    criterion: &DepartmentCriterion,
    by: SortedBy,
    page: PageRequest,
) -> Result<Connection<Department>> {
    let mut select = scoped(tenant);
    if let Some(ids) = &criterion.ids {
        select = select.filter(Column::Id.is_in(ids.iter().copied()));
    }
    if let Some(parent) = criterion.parent_id {
        select = select.filter(Column::ParentId.eq(parent));
    }
    if let Some(head) = criterion.head_id {
        select = select.filter(Column::HeadId.eq(head));
    }
    if criterion.is_root {
        select = select.filter(Column::ParentId.is_null());
    }
    let sort = [match by {
        SortedBy::CodeAsc => SortKey::ascending(Column::Code),
        SortedBy::NameAsc => SortKey::ascending(Column::Name),
        SortedBy::UpdatedAtDesc => SortKey::descending(Column::UpdatedAt),
    }];
    Ok(page::list(db, select, &sort, Column::Id, page).await?.map(to_department))
}

/// Departments by their ids, in one statement.
pub(crate) async fn find_by_ids(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    mut ids: Vec<DepartmentId>,
) -> Result<HashMap<DepartmentId, Department>> {
    ids.sort();
    ids.dedup();
    let rows = scoped(tenant).filter(Column::Id.is_in(ids)).all(db).await?;
    Ok(rows.into_iter().map(|row| (row.id, to_department(row))).collect())
}

/// Children by parent, each family by code, in one statement.
pub(crate) async fn list_children_by_ids(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    ids: Vec<DepartmentId>,
) -> Result<HashMap<DepartmentId, Vec<Department>>> {
    let select = scoped(tenant).filter(Column::ParentId.is_in(ids)).order_by_asc(Column::Code);
    let mut families: HashMap<DepartmentId, Vec<Department>> = HashMap::new();
    for row in select.limit(DEPARTMENTS_MAX as u64).all(db).await? {
        if let Some(parent) = row.parent_id {
            families.entry(parent).or_default().push(to_department(row));
        }
    }
    Ok(families)
}

/// The tenant's whole tree, locked in id order until the transaction ends: two moves that cross must not make a circle.
pub(crate) async fn lock_tree(tx: &impl ConnectionTrait, tenant: TenantId) -> Result<Vec<Department>> {
    let rows = scoped(tenant).order_by_asc(Column::Id).lock(LockType::Update).all(tx).await?;
    Ok(rows.into_iter().map(to_department).collect())
}

/// Writes new departments.
pub(crate) async fn insert(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    departments: &[Department],
) -> Result<()> {
    let rows = departments.iter().map(|department| from_department(tenant, department));
    Entity::insert_many(rows).exec_without_returning(tx).await.map_err(taken)?;
    Ok(())
}

/// Writes a changed department that was locked before.
pub(crate) async fn save(tx: &impl ConnectionTrait, tenant: TenantId, department: &Department) -> Result<()> {
    Entity::update_many()
        .set(from_department(tenant, department))
        .filter(Column::TenantId.eq(tenant))
        .filter(Column::Id.eq(department.id))
        .exec(tx)
        .await
        .map_err(taken)?;
    Ok(())
}

fn to_department(row: Model) -> Department {
    Department {
        id: row.id,
        facts: DepartmentFacts {
            code: row.code,
            name: row.name,
            parent_id: row.parent_id,
            head_id: row.head_id,
            cost_centre: row.cost_centre,
        },
        audit: Audit {
            created_at: row.created_at,
            created_by: row.created_by,
            updated_at: row.updated_at,
            updated_by: row.updated_by,
        },
        version: row.version,
    }
}

fn from_department(tenant: TenantId, department: &Department) -> ActiveModel {
    let facts = department.facts.clone();
    ActiveModel {
        id: Set(department.id),
        tenant_id: Set(tenant),
        parent_id: Set(facts.parent_id),
        code: Set(facts.code),
        name: Set(facts.name),
        head_id: Set(facts.head_id),
        cost_centre: Set(facts.cost_centre),
        created_at: Set(department.audit.created_at),
        created_by: Set(department.audit.created_by),
        updated_at: Set(department.audit.updated_at),
        updated_by: Set(department.audit.updated_by),
        version: Set(department.version),
    }
}

/// The unique index said no: somebody took the code since the tree was read.
fn taken(error: DbErr) -> Error {
    if is_unique_violation(&error) {
        Refusal::duplicate("code", "there is already a department with this code").into()
    } else {
        error.into()
    }
}
