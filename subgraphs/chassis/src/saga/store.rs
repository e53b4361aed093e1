//! Sagas as rows.

use std::collections::HashMap;

use primitives::{SagaId, TenantId};
use sea_orm::sea_query::LockType;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::model::{Plan, Saga, SagaStep, read};
use super::row::{self, step};
use crate::error::{Error, Result};
use crate::machine::Word;

/// Writes a saga that has just begun.
pub(super) async fn insert(tx: &impl ConnectionTrait, tenant: TenantId, saga: &Saga) -> Result<()> {
    row::Entity::insert(head(tenant, saga)).exec_without_returning(tx).await?;
    let steps = saga.steps.iter().zip(0..).map(|(each, position)| line(tenant, saga.id, (each, position)));
    step::Entity::insert_many(steps).exec_without_returning(tx).await?;
    Ok(())
}

/// The latest saga of a document that had begun by this version, locked.
pub(super) async fn lock(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    plan: &Plan,
    (subject, version): (Uuid, i32),
) -> Result<Option<Saga>> {
    let found = row::Entity::find()
        .filter(row::Column::TenantId.eq(tenant.as_uuid()))
        .filter(row::Column::Kind.eq(plan.kind))
        .filter(row::Column::SubjectId.eq(subject))
        .filter(row::Column::BegunVersion.lte(version))
        .order_by_desc(row::Column::BegunVersion)
        .limit(1)
        .lock(LockType::Update)
        .one(tx)
        .await?;
    let Some(found) = found else { return Ok(None) };
    Ok(with_steps(tx, tenant, vec![found]).await?.pop())
}

/// Writes what changed.
pub(super) async fn save(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    (before, after): (&Saga, &Saga),
) -> Result<()> {
    row::Entity::update(head(tenant, after)).exec(tx).await?;
    for (position, each) in (0..).zip(&after.steps) {
        if before.steps.iter().zip(0..).any(|(known, at)| at == position && known == each) {
            continue;
        }
        step::Entity::update(line(tenant, after.id, (each, position))).exec(tx).await?;
    }
    Ok(())
}

/// Sagas with their steps, in the order of the rows.
pub(super) async fn with_steps(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    rows: Vec<row::Model>,
) -> Result<Vec<Saga>> {
    let found = step::Entity::find()
        .filter(step::Column::TenantId.eq(tenant.as_uuid()))
        .filter(step::Column::SagaId.is_in(rows.iter().map(|row| row.id)))
        .order_by_asc(step::Column::SagaId)
        .order_by_asc(step::Column::Position)
        .all(db)
        .await?;
    let mut steps: HashMap<Uuid, Vec<SagaStep>> = HashMap::new();
    for row in found {
        steps.entry(row.saga_id).or_default().push(SagaStep::try_from(row)?);
    }
    let saga = |row: row::Model| {
        Ok(Saga {
            steps: steps.remove(&row.id).unwrap_or_default(),
            id: SagaId::from_uuid(row.id),
            kind: row.kind,
            status: read(&row.status)?,
            reason: row.reason,
            started_at: row.started_at.into(),
            updated_at: row.updated_at.into(),
            finished_at: row.finished_at.map(Into::into),
            version: row.version,
            subject: row.subject_id,
            begun_version: row.begun_version,
            undone_version: row.undone_version,
        })
    };
    rows.into_iter().map(saga).collect()
}

impl TryFrom<step::Model> for SagaStep {
    type Error = Error;

    fn try_from(row: step::Model) -> Result<Self> {
        Ok(Self {
            name: row.name,
            undo: row.undo,
            status: read(&row.status)?,
            attempts: row.attempts,
            error: row.error,
            started_at: row.started_at.map(Into::into),
            finished_at: row.finished_at.map(Into::into),
        })
    }
}

fn head(tenant: TenantId, saga: &Saga) -> row::ActiveModel {
    row::ActiveModel {
        id: Set(saga.id.as_uuid()),
        tenant_id: Set(tenant.as_uuid()),
        kind: Set(saga.kind.clone()),
        subject_id: Set(saga.subject),
        begun_version: Set(saga.begun_version),
        undone_version: Set(saga.undone_version),
        status: Set(saga.status.code().to_owned()),
        reason: Set(saga.reason.clone()),
        started_at: Set(saga.started_at.get()),
        updated_at: Set(saga.updated_at.get()),
        finished_at: Set(saga.finished_at.map(primitives::DateTime::get)),
        version: Set(saga.version),
    }
}

fn line(tenant: TenantId, saga: SagaId, (each, position): (&SagaStep, i32)) -> step::ActiveModel {
    step::ActiveModel {
        saga_id: Set(saga.as_uuid()),
        position: Set(position),
        tenant_id: Set(tenant.as_uuid()),
        name: Set(each.name.clone()),
        undo: Set(each.undo.clone()),
        status: Set(each.status.code().to_owned()),
        attempts: Set(each.attempts),
        error: Set(each.error.clone()),
        started_at: Set(each.started_at.map(primitives::DateTime::get)),
        finished_at: Set(each.finished_at.map(primitives::DateTime::get)),
    }
}
