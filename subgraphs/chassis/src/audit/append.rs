//! Writing an entry as a part of the change's own transaction.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::SubsecRound;
use primitives::{TenantId, UserId};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, QueryTrait, Statement};
use uuid::Uuid;

use super::scope::{Scope, current};
use super::{AuditOutcome, Content, GENESIS, row};
use crate::db::Batch;
use crate::error::{Error, Result};
use crate::outbox::Event;
use crate::telemetry;

/// Takes the tenant's next place and answers it with the hash before. The row stays locked until the transaction ends: a
/// chain has one end.
const ADVANCE: &str = "INSERT INTO audit_head (tenant_id, seq, hash) VALUES ($1, 1, $2) \
    ON CONFLICT (tenant_id) DO UPDATE SET seq = audit_head.seq + 1 RETURNING seq, hash";
const SEAL: &str = "UPDATE audit_head SET seq = $2, hash = $3 WHERE tenant_id = $1";

/// Rows of one INSERT.
const ROWS_PER_STATEMENT: usize = 500;

/// The ends of tenants' chains, as far as an open transaction has moved them: the database need not be asked for what this
/// transaction has told it.
#[derive(Debug, Default)]
pub(crate) struct Heads(Mutex<HashMap<TenantId, Head>>);

/// The last place that was taken, and its hash.
type Head = (i64, [u8; 32]);

impl Heads {
    /// What was written since the last savepoint is undone: the database has to be asked again.
    pub(crate) fn forget(&self) {
        self.known().clear();
    }

    fn known(&self) -> MutexGuard<'_, HashMap<TenantId, Head>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Notes the running mutation in its transaction, which publishes `events`. Outside of a mutation there is nothing to note:
/// timers and consumers act on what somebody did before.
pub(crate) async fn append(
    (tx, heads): (&impl ConnectionTrait, &Heads),
    parting: &mut Batch,
    events: &[Event],
) -> Result<()> {
    let Some(scope) = current() else { return Ok(()) };
    // Signing in: who it is only shows in what happened.
    let tenant = scope.tenant.or_else(|| events.first().map(|event| event.tenant));
    let actor = scope.actor.or_else(|| events.first().and_then(|event| event.actor));
    let Some(tenant) = tenant else { return Ok(()) };
    let subjects: BTreeSet<Uuid> = events.iter().map(|event| event.aggregate).collect();
    let subjects: Vec<Uuid> = subjects.into_iter().collect();
    entry((tx, heads, parting), &scope, (tenant, actor), (AuditOutcome::Done, ""), &subjects).await?;
    scope.note_commit();
    Ok(())
}

/// Takes a place at the end of the tenant's chain, and leaves the entry to be written with the rest.
pub(super) async fn entry(
    (tx, heads, parting): (&impl ConnectionTrait, &Heads, &mut Batch),
    scope: &Scope,
    (tenant, actor): (TenantId, Option<UserId>),
    (outcome, codes): (AuditOutcome, &str),
    subjects: &[Uuid],
) -> Result<()> {
    let known = heads.known().get(&tenant).copied();
    let (seq, before) = match known {
        Some((last, hash)) => (last + 1, hash),
        None => advance(tx, tenant).await?,
    };
    let request_id = telemetry::origin().request_id;
    let content = Content {
        tenant,
        seq,
        // What a database gives back is what was hashed.
        at: scope.clock.now().trunc_subsecs(6),
        actor,
        operation: &scope.operation,
        input: &scope.input,
        address: scope.address.as_deref(),
        client: scope.client.as_deref(),
        request_id: request_id.as_deref(),
        outcome,
        codes,
        subjects,
    };
    let hash = content.hash(&before);
    let entry = row::ActiveModel {
        tenant_id: Set(tenant.as_uuid()),
        seq: Set(seq),
        at: Set(content.at),
        actor_id: Set(actor.map(UserId::as_uuid)),
        operation: Set(scope.operation.clone()),
        input: Set(scope.input.clone()),
        address: Set(scope.address.clone()),
        client: Set(scope.client.clone()),
        request_id: Set(request_id.clone()),
        outcome: Set(outcome.word().to_owned()),
        codes: Set(codes.to_owned()),
        subjects: Set(serde_json::to_string(subjects).map_err(Error::internal)?),
        hash: Set(hash.to_vec()),
    };
    let backend = tx.get_database_backend();
    parting.push(row::Entity::insert(entry).build(backend));
    let rows: Vec<_> = subjects.iter().map(|subject| index(tenant, *subject, seq)).collect();
    for chunk in rows.chunks(ROWS_PER_STATEMENT) {
        parting.push(row::subject::Entity::insert_many(chunk.to_vec()).build(backend));
    }
    let values = [tenant.as_uuid().into(), seq.into(), hash.to_vec().into()];
    parting.push(Statement::from_sql_and_values(backend, SEAL, values));
    heads.known().insert(tenant, (seq, hash));
    Ok(())
}

fn index(tenant: TenantId, subject: Uuid, seq: i64) -> row::subject::ActiveModel {
    row::subject::ActiveModel { tenant_id: Set(tenant.as_uuid()), subject_id: Set(subject), seq: Set(seq) }
}

async fn advance(tx: &impl ConnectionTrait, tenant: TenantId) -> Result<Head> {
    let values = [tenant.as_uuid().into(), GENESIS.to_vec().into()];
    let statement = Statement::from_sql_and_values(tx.get_database_backend(), ADVANCE, values);
    let head = tx.query_one_raw(statement).await?;
    let head = head.ok_or_else(|| Error::internal("the end of the audit chain answered no row"))?;
    let hash: Vec<u8> = head.try_get_by_index(1)?;
    let hash = hash.try_into().map_err(|_| Error::internal("the end of the audit chain is no SHA-256"))?;
    Ok((head.try_get_by_index(0)?, hash))
}
