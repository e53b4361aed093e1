//! Categories as rows. The only place of the aggregate that sees the table; every query starts at the tenant.

use std::collections::HashMap;

use chassis::{
    Connection, Criteria, Db, Error, PageRequest, Refusal, Result, SortKey, is_unique_violation, page,
};
use entities_product::category::{ActiveModel, Column, Entity, Model};
use primitives::{Audit, CategoryId, TenantId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, LockType};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};
use serde::Serialize;

use super::model::{Category, MAX_CHILDREN, name_key};

/// Rows of one INSERT.
const ROWS_PER_INSERT: usize = 1_000;

/// What a list of categories is narrowed by.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct CategoryCriterion {
    /// Directly below this one.
    pub(crate) parent_id: Option<CategoryId>,
    /// On this level.
    pub(crate) level: Option<i32>,
    /// With this in the name.
    pub(crate) search: Option<String>,
}

/// What a list of categories is sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SortedBy {
    NameAsc,
    NameDesc,
    LevelAsc,
    UpdatedAtDesc,
}

/// The categories of a tenant.
fn scoped(tenant: TenantId) -> Select<Entity> {
    Entity::find().filter(Column::TenantId.eq(tenant))
}

/// A page of the categories that meet `criteria`.
pub(crate) async fn list(
    db: &Db,
    tenant: TenantId,
    criteria: &Criteria<CategoryCriterion>,
    by: SortedBy,
    page: PageRequest,
) -> Result<Connection<Category>> {
    let select = scoped(tenant).filter(criteria.condition(&condition));
    let name = SortKey::ascending(Column::NameKey);
    let keys = match by {
        SortedBy::NameAsc => vec![name],
        SortedBy::NameDesc => vec![SortKey::descending(Column::NameKey)],
        SortedBy::LevelAsc => vec![SortKey::ascending(Column::Level), name],
        SortedBy::UpdatedAtDesc => vec![SortKey::descending(Column::UpdatedAt)],
    };
    Ok(page::list(db, select, &keys, Column::Id, page).await?.map(to_category))
}

fn condition(criterion: &CategoryCriterion) -> Condition {
    let CategoryCriterion { parent_id, level, search } = criterion;
    // Spelt out, so that `not` finds the roots, too.
    let below = |id| Condition::all().add(Column::ParentId.is_not_null()).add(Column::ParentId.eq(id));
    Condition::all()
        .add_option(parent_id.map(below))
        .add_option(level.map(|level| Column::Level.eq(level)))
        .add_option(search.as_ref().map(|search| Column::NameKey.contains(name_key(search))))
}

/// Categories by their ids, in one statement.
pub(crate) async fn find_by_ids(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    ids: Vec<CategoryId>,
) -> Result<HashMap<CategoryId, Category>> {
    let rows = scoped(tenant).filter(Column::Id.is_in(ids)).all(db).await?;
    Ok(rows.into_iter().map(|row| (row.id, to_category(row))).collect())
}

/// Children by parent, each family by name, in one statement.
pub(crate) async fn list_children_by_ids(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    ids: Vec<CategoryId>,
) -> Result<HashMap<CategoryId, Vec<Category>>> {
    // Families are bounded when they are written; the limit keeps a damaged table from flooding an answer.
    let most = MAX_CHILDREN.saturating_mul(ids.len() as u64);
    let rows = scoped(tenant)
        .filter(Column::ParentId.is_in(ids))
        .order_by_asc(Column::NameKey)
        .order_by_asc(Column::Id)
        .limit(most)
        .all(db)
        .await?;
    let mut families: HashMap<CategoryId, Vec<Category>> = HashMap::new();
    for row in rows {
        if let Some(parent_id) = row.parent_id {
            families.entry(parent_id).or_default().push(to_category(row));
        }
    }
    Ok(families)
}

/// The tenant's whole tree, locked in id order until the transaction ends: two moves that cross must not make a circle.
pub(crate) async fn lock_tree(tx: &impl ConnectionTrait, tenant: TenantId) -> Result<Vec<Category>> {
    let rows = scoped(tenant).order_by_asc(Column::Id).lock(LockType::Update).all(tx).await?;
    Ok(rows.into_iter().map(to_category).collect())
}

/// Writes new categories, many rows per statement.
pub(crate) async fn insert(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    categories: &[Category],
) -> Result<()> {
    for chunk in categories.chunks(ROWS_PER_INSERT) {
        let rows = chunk.iter().map(|category| from_category(tenant, category));
        Entity::insert_many(rows).exec_without_returning(tx).await.map_err(taken)?;
    }
    Ok(())
}

/// Writes a changed category over the version before it.
pub(crate) async fn save(tx: &impl ConnectionTrait, tenant: TenantId, category: &Category) -> Result<()> {
    let written = Entity::update_many()
        .set(from_category(tenant, category))
        .filter(Column::TenantId.eq(tenant))
        .filter(Column::Id.eq(category.id))
        .filter(Column::Version.eq(category.version - 1))
        .exec(tx)
        .await
        .map_err(taken)?;
    if written.rows_affected == 1 {
        Ok(())
    } else {
        Err(Error::internal(format!(
            "{} was locked and is not at version {}",
            category.id,
            category.version - 1
        )))
    }
}

/// Moves everything below a moved category up or down with it.
pub(crate) async fn shift_levels(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    ids: Vec<CategoryId>,
    by: i16,
) -> Result<()> {
    if ids.is_empty() || by == 0 {
        return Ok(());
    }
    Entity::update_many()
        .col_expr(Column::Level, Expr::col(Column::Level).add(by))
        .filter(Column::TenantId.eq(tenant))
        .filter(Column::Id.is_in(ids))
        .exec(tx)
        .await?;
    Ok(())
}

fn to_category(row: Model) -> Category {
    Category {
        id: row.id,
        parent_id: row.parent_id,
        level: row.level,
        name: row.name,
        local_name: row.local_name,
        audit: Audit {
            created_at: row.created_at,
            created_by: row.created_by,
            updated_at: row.updated_at,
            updated_by: row.updated_by,
        },
        version: row.version,
    }
}

fn from_category(tenant: TenantId, category: &Category) -> ActiveModel {
    ActiveModel {
        id: Set(category.id),
        tenant_id: Set(tenant),
        parent_id: Set(category.parent_id),
        sibling_scope: Set(category.parent_id.map_or(tenant.as_uuid(), CategoryId::as_uuid)),
        level: Set(category.level),
        name: Set(category.name.clone()),
        local_name: Set(category.local_name.clone()),
        name_key: Set(name_key(&category.name)),
        created_at: Set(category.audit.created_at),
        created_by: Set(category.audit.created_by),
        updated_at: Set(category.audit.updated_at),
        updated_by: Set(category.audit.updated_by),
        version: Set(category.version),
    }
}

/// The unique index said no: somebody gave a sibling the same name since the tree was read.
fn taken(error: DbErr) -> Error {
    if is_unique_violation(&error) {
        Refusal::duplicate("name", "there is already a category with this name here").into()
    } else {
        error.into()
    }
}
