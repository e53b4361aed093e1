//! Following a chain from its beginning.

use std::fmt;

use primitives::{TenantId, UserId};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement};
use uuid::Uuid;

use super::{AuditOutcome, Content, GENESIS, row};
use crate::db::Db;
use crate::error::Result;

/// Entries read at a time.
const BATCH: u64 = 1_000;

/// The first place where a tenant's chain does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenChain {
    /// Whose chain.
    pub tenant: TenantId,
    /// Which entry; one more than the last when the end was cut off.
    pub seq: i64,
}

impl fmt::Display for BrokenChain {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "the audit log of tenant {} is not as it was written from entry {} on",
            self.tenant, self.seq
        )
    }
}

/// Recomputes every tenant's chain; answers how many entries there are and where chains are broken.
///
/// # Errors
/// `Internal` when the database fails.
pub async fn verify(db: &Db) -> Result<(u64, Vec<BrokenChain>)> {
    let heads = "SELECT tenant_id, seq, hash FROM audit_head ORDER BY tenant_id";
    let heads = db.read().query_all_raw(Statement::from_string(db.backend(), heads)).await?;
    let (mut count, mut broken) = (0, Vec::new());
    for head in heads {
        let tenant = TenantId::from_uuid(head.try_get_by_index(0)?);
        let (last, end): (i64, Vec<u8>) = (head.try_get_by_index(1)?, head.try_get_by_index(2)?);
        let (read, hash, fault) = follow(db, tenant).await?;
        count += read.unsigned_abs();
        let fault = fault.or_else(|| (read != last || hash != end).then_some(read + 1));
        broken.extend(fault.map(|seq| BrokenChain { tenant, seq }));
    }
    Ok((count, broken))
}

/// How many entries hold from the beginning, the hash after them, and the first that does not hold.
async fn follow(db: &Db, tenant: TenantId) -> Result<(i64, Vec<u8>, Option<i64>)> {
    let (mut seq, mut hash) = (0, GENESIS.to_vec());
    loop {
        let rows = row::Entity::find()
            .filter(row::Column::TenantId.eq(tenant.as_uuid()))
            .filter(row::Column::Seq.gt(seq))
            .order_by_asc(row::Column::Seq)
            .limit(BATCH)
            .all(db.read())
            .await?;
        if rows.is_empty() {
            return Ok((seq, hash, None));
        }
        for row in rows {
            match rehashed(&row, &hash).filter(|_| row.seq == seq + 1) {
                Some(again) if again == row.hash.as_slice() => (seq, hash) = (row.seq, row.hash),
                _ => return Ok((seq, hash, Some(seq + 1))),
            }
        }
    }
}

/// The hash that an entry should have; `None` when it cannot have been written by us.
fn rehashed(row: &row::Model, before: &[u8]) -> Option<[u8; 32]> {
    let subjects: Vec<Uuid> = serde_json::from_str(&row.subjects).ok()?;
    let content = Content {
        tenant: TenantId::from_uuid(row.tenant_id),
        seq: row.seq,
        at: row.at,
        actor: row.actor_id.map(UserId::from_uuid),
        operation: &row.operation,
        input: &row.input,
        address: row.address.as_deref(),
        client: row.client.as_deref(),
        request_id: row.request_id.as_deref(),
        outcome: AuditOutcome::of_word(&row.outcome)?,
        codes: &row.codes,
        subjects: &subjects,
    };
    Some(content.hash(before))
}
