//! Assignments as rows; every query starts at the tenant.

use std::collections::HashMap;

use chassis::{Error, Refusal, Result, is_unique_violation};
use entities_users::assignment::{ActiveModel, Column, Entity, Model};
use primitives::{AssignmentId, TenantId, UserId};
use sea_orm::ActiveValue::Set;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};

use super::model::{ASSIGNMENTS_PER_USER_MAX, Assignment};

fn scoped(tenant: TenantId) -> Select<Entity> {
    Entity::find().filter(Column::TenantId.eq(tenant))
}

/// Where users work, in one statement; oldest first.
pub(crate) async fn list_by_users(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    users: Vec<UserId>,
) -> Result<HashMap<UserId, Vec<Assignment>>> {
    let most = ASSIGNMENTS_PER_USER_MAX.saturating_mul(users.len()) as u64;
    let select = scoped(tenant).filter(Column::UserId.is_in(users)).order_by_asc(Column::Id).limit(most);
    let mut places: HashMap<UserId, Vec<Assignment>> = HashMap::new();
    for row in select.all(db).await? {
        places.entry(row.user_id).or_default().push(to_assignment(row)?);
    }
    Ok(places)
}

/// Writes new assignments.
pub(crate) async fn insert(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    assignments: &[Assignment],
) -> Result<()> {
    let rows = assignments.iter().map(|assignment| from_assignment(tenant, assignment));
    let rows = rows.collect::<Result<Vec<_>>>()?;
    Entity::insert_many(rows).exec_without_returning(tx).await.map_err(taken)?;
    Ok(())
}

/// Takes an assignment away; answers it as it was.
pub(crate) async fn remove(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    id: AssignmentId,
) -> Result<Option<Assignment>> {
    let Some(row) = scoped(tenant).filter(Column::Id.eq(id)).one(tx).await? else { return Ok(None) };
    let gone =
        Entity::delete_many().filter(Column::TenantId.eq(tenant)).filter(Column::Id.eq(id)).exec(tx).await?;
    // Of two who take it away at once, one finds nothing left.
    if gone.rows_affected == 0 { Ok(None) } else { to_assignment(row).map(Some) }
}

fn to_assignment(row: Model) -> Result<Assignment> {
    Ok(Assignment {
        id: row.id,
        user_id: row.user_id,
        property_id: row.property_id,
        department_id: row.department_id,
        location_ids: serde_json::from_value(row.location_ids).map_err(Error::internal)?,
        role: row.role,
        created_at: row.created_at,
        created_by: row.created_by,
    })
}

fn from_assignment(tenant: TenantId, assignment: &Assignment) -> Result<ActiveModel> {
    Ok(ActiveModel {
        id: Set(assignment.id),
        tenant_id: Set(tenant),
        user_id: Set(assignment.user_id),
        property_id: Set(assignment.property_id),
        department_id: Set(assignment.department_id),
        location_ids: Set(serde_json::to_value(&assignment.location_ids).map_err(Error::internal)?),
        role: Set(assignment.role.clone()),
        created_at: Set(assignment.created_at),
        created_by: Set(assignment.created_by),
    })
}

/// The unique index said no: somebody assigned the same since it was looked up.
fn taken(error: DbErr) -> Error {
    if is_unique_violation(&error) {
        Refusal::duplicate("departmentId", "the user works in this department of this property already")
            .into()
    } else {
        error.into()
    }
}
