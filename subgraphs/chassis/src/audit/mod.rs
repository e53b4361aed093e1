//! Who did what to which record, from where: the audit log.
//!
//! Every mutation is noted without its resolver's help. Its scope ([`scope`]) knows who asks, what for and from where; each
//! transaction that commits within it writes one entry as a part of itself, so there is no change without its entry and no entry
//! without its change. What was refused is noted when the answer is ready. The entries of a tenant form a chain of
//! hashes: whoever changes, removes or inserts one has to forge all that follow, and [`verify`] says where it broke.

mod append;
mod fields;
mod list;
mod redact;
mod row;
mod scope;
mod verify;

pub use list::{AuditEntry, AuditEntrySort, AuditOutcome, AuditWhere, list_audit_entries};
pub use verify::{BrokenChain, verify};

pub(crate) use append::{Heads, append};
pub(crate) use fields::is_mutation;
pub(crate) use scope::{Scope, note_refusals, scope};

use chrono::{DateTime, Utc};
use primitives::{TenantId, UserId};
use serde::Serialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The permission to read the log.
pub const VIEW: &str = "audit:view";

/// The hash before the first entry.
const GENESIS: [u8; 32] = [0; 32];

/// What an entry says, in the order in which it is hashed.
#[derive(Debug, Serialize)]
struct Content<'a> {
    tenant: TenantId,
    seq: i64,
    at: DateTime<Utc>,
    actor: Option<UserId>,
    operation: &'a str,
    input: &'a str,
    address: Option<&'a str>,
    client: Option<&'a str>,
    request_id: Option<&'a str>,
    outcome: AuditOutcome,
    codes: &'a str,
    subjects: &'a [Uuid],
}

impl Content<'_> {
    /// SHA-256 over the hash before and this entry as JSON.
    fn hash(&self, before: &[u8]) -> [u8; 32] {
        let text = serde_json::to_vec(self).expect("plain values always serialise");
        Sha256::new().chain_update(before).chain_update(text).finalize().into()
    }
}
