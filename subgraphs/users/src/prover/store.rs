//! Reads what the prover judges.

use entities_users::{assignment, delegation, department, property, user};
use primitives::{PropertyId, TenantId};
use sea_orm::{
    AccessMode, ColumnTrait, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    EntityTrait, IsolationLevel, QueryFilter, QueryOrder, QuerySelect, TransactionTrait,
};

use super::model::{AssignmentFacts, DelegationFacts, DepartmentFacts, Facts, UserFacts};
use crate::delegation::model::DelegationStatus;
use crate::user::model::UserStatus;

/// A transaction that sees one moment of the database, whatever is changed meanwhile.
pub(super) async fn snapshot(db: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    match db.get_database_backend() {
        DbBackend::Postgres => {
            db.begin_with_config(Some(IsolationLevel::RepeatableRead), Some(AccessMode::ReadOnly)).await
        }
        // In WAL mode every SQLite transaction reads from one snapshot.
        _ => db.begin().await,
    }
}

/// Every tenant that has people or departments.
pub(super) async fn tenants_across_tenants(db: &impl ConnectionTrait) -> Result<Vec<TenantId>, DbErr> {
    let users = user::Entity::find().select_only().column(user::Column::TenantId).distinct();
    let mut tenants: Vec<TenantId> = users.into_tuple().all(db).await?;
    let houses = department::Entity::find().select_only().column(department::Column::TenantId).distinct();
    tenants.extend(houses.into_tuple::<TenantId>().all(db).await?);
    tenants.sort_unstable();
    tenants.dedup();
    Ok(tenants)
}

/// Everything the rules are about.
pub(super) async fn facts(db: &impl ConnectionTrait, tenant: TenantId) -> Result<Facts, DbErr> {
    let users = user::Entity::find()
        .filter(user::Column::TenantId.eq(tenant))
        .order_by_asc(user::Column::Id)
        .all(db)
        .await?;
    let departments = department::Entity::find()
        .filter(department::Column::TenantId.eq(tenant))
        .order_by_asc(department::Column::Id)
        .all(db)
        .await?;
    let properties: Vec<PropertyId> = property::Entity::find()
        .filter(property::Column::TenantId.eq(tenant))
        .select_only()
        .column(property::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    let assignments =
        assignment::Entity::find().filter(assignment::Column::TenantId.eq(tenant)).all(db).await?;
    let open = [DelegationStatus::Scheduled, DelegationStatus::Active].map(DelegationStatus::code);
    let delegations = delegation::Entity::find()
        .filter(delegation::Column::TenantId.eq(tenant))
        .filter(delegation::Column::Status.is_in(open))
        .all(db)
        .await?;
    Ok(Facts {
        users: users.into_iter().map(user_facts).collect(),
        departments: departments
            .into_iter()
            .map(|row| DepartmentFacts { id: row.id, parent: row.parent_id, head: row.head_id })
            .collect(),
        properties: properties.into_iter().collect(),
        assignments: assignments.into_iter().map(assignment_facts).collect(),
        delegations: delegations.into_iter().map(delegation_facts).collect(),
    })
}

fn user_facts(row: user::Model) -> UserFacts {
    UserFacts { id: row.id, is_active: row.status == UserStatus::Active.code(), manager: row.manager_id }
}

fn assignment_facts(row: assignment::Model) -> AssignmentFacts {
    AssignmentFacts {
        id: row.id,
        user: row.user_id,
        property: row.property_id,
        department: row.department_id,
    }
}

fn delegation_facts(row: delegation::Model) -> DelegationFacts {
    DelegationFacts {
        id: row.id,
        from: row.from_id,
        to: row.to_id,
        limit: (row.limit_amount, row.limit_currency),
    }
}
