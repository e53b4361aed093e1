//! The same request twice has one effect: idempotency keys.
//!
//! A key belongs to one person. It is claimed, used and filled with the answer in the transaction of the effect itself,
//! so a crash leaves either both or neither. The answer is kept for 24 hours.

use chrono::{DateTime, TimeDelta, Utc};
use primitives::{TenantId, UserId};
use sea_orm::{ConnectionTrait, Statement};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::caller::Caller;
use crate::db::{Db, Tx};
use crate::error::{Code, Error, Refusal, Result};

/// The longest key a client may send.
const KEY_CHARS_MAX: usize = 128;

/// How long an answer is replayed.
const LIFETIME: TimeDelta = TimeDelta::hours(24);

const CLAIM: &str = "INSERT INTO idempotency (tenant_id, user_id, idempotency_key, request_hash, created_at) \
    VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tenant_id, user_id, idempotency_key) DO UPDATE \
    SET request_hash = excluded.request_hash, created_at = excluded.created_at, result = NULL \
    WHERE idempotency.created_at <= $6";
const RECALL: &str = "SELECT request_hash, result FROM idempotency \
    WHERE tenant_id = $1 AND user_id = $2 AND idempotency_key = $3";
const FILL: &str = "UPDATE idempotency SET result = $4 \
    WHERE tenant_id = $1 AND user_id = $2 AND idempotency_key = $3";
const PRUNE: &str = "DELETE FROM idempotency WHERE created_at <= $1";

/// One request for an effect, with the key under which it may be repeated.
#[derive(Clone, Debug)]
pub struct Attempt {
    tenant: TenantId,
    user: UserId,
    claim: Option<Claim>,
    now: DateTime<Utc>,
}

#[derive(Clone, Debug)]
struct Claim {
    key: String,
    hash: Vec<u8>,
}

impl Attempt {
    /// An attempt of `caller` at `operation` with `request` (the input without its key). Without a key it simply runs.
    ///
    /// # Errors
    /// `Refused` when the key is empty or too long; `Internal` when the request cannot be serialised.
    pub fn try_new(
        caller: &Caller,
        operation: &str,
        key: Option<&str>,
        request: &impl Serialize,
        now: DateTime<Utc>,
    ) -> Result<Self> {
        let claim = match key {
            None => None,
            Some(key) if key.trim().is_empty() || key.chars().count() > KEY_CHARS_MAX => {
                let message = format!("an idempotency key has 1 to {KEY_CHARS_MAX} characters");
                return Err(Refusal::invalid("idempotencyKey", message).into());
            }
            Some(key) => Some(Claim { key: key.to_owned(), hash: hash(operation, request)? }),
        };
        Ok(Self { tenant: caller.tenant, user: caller.user, claim, now })
    }
}

/// Runs `work` in `tx` unless the attempt's key was used before: then the first answer is given again.
///
/// # Errors
/// `Refused` with `IDEMPOTENCY_MISMATCH` when the key was used with another request; whatever `work` answers.
pub async fn once<T, Fut>(tx: &Tx, attempt: &Attempt, work: Fut) -> Result<T>
where
    T: Serialize + DeserializeOwned,
    Fut: Future<Output = Result<T>>,
{
    let Some(claim) = &attempt.claim else { return work.await };
    if let Some(result) = recall(tx, attempt, claim).await? {
        tx.repeats();
        return serde_json::from_value(result).map_err(Error::internal);
    }
    let answer = work.await?;
    let result = serde_json::to_value(&answer).map_err(Error::internal)?;
    tx.later(statement(tx, FILL, attempt, claim, vec![result.into()]));
    Ok(answer)
}

/// Deletes the keys whose answers are no longer replayed; answers how many there were.
///
/// # Errors
/// `Internal` when the database fails.
pub async fn prune(db: &Db, now: DateTime<Utc>) -> Result<u64> {
    let limit = now - LIFETIME;
    db.write(|tx| async move {
        let statement = Statement::from_sql_and_values(tx.get_database_backend(), PRUNE, [limit.into()]);
        Ok(tx.execute_raw(statement).await?.rows_affected())
    })
    .await
}

/// Claims the key; answers the stored result when somebody had claimed it before. A concurrent claim of the same key
/// waits in the database for the first one's commit.
async fn recall(tx: &Tx, attempt: &Attempt, claim: &Claim) -> Result<Option<Value>> {
    let expired = attempt.now - LIFETIME;
    let values = vec![claim.hash.clone().into(), attempt.now.into(), expired.into()];
    if run(tx, CLAIM, attempt, claim, values).await? > 0 {
        return Ok(None);
    }
    let row = tx.query_one_raw(statement(tx, RECALL, attempt, claim, Vec::new())).await?;
    let row = row.ok_or_else(|| Error::internal("a claimed idempotency key has no row"))?;
    if row.try_get_by_index::<Vec<u8>>(0)? != claim.hash {
        let message = "this idempotency key was used before with another input";
        return Err(Refusal::new(Code::IdempotencyMismatch, "idempotencyKey", message).into());
    }
    row.try_get_by_index::<Option<Value>>(1)?
        .ok_or_else(|| Error::internal("a committed idempotency key has no result"))
        .map(Some)
}

async fn run(
    tx: &Tx,
    sql: &str,
    attempt: &Attempt,
    claim: &Claim,
    values: Vec<sea_orm::Value>,
) -> Result<u64> {
    Ok(tx.execute_raw(statement(tx, sql, attempt, claim, values)).await?.rows_affected())
}

fn statement(
    tx: &Tx,
    sql: &str,
    attempt: &Attempt,
    claim: &Claim,
    further: Vec<sea_orm::Value>,
) -> Statement {
    let key = [attempt.tenant.as_uuid().into(), attempt.user.as_uuid().into(), claim.key.clone().into()];
    Statement::from_sql_and_values(tx.get_database_backend(), sql, key.into_iter().chain(further))
}

fn hash(operation: &str, request: &impl Serialize) -> Result<Vec<u8>> {
    let body = serde_json::to_vec(request).map_err(Error::internal)?;
    let mut hash = Sha256::new();
    hash.update(operation.as_bytes());
    hash.update([0]);
    hash.update(&body);
    Ok(hash.finalize().to_vec())
}
