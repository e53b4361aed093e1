//! Reading the log.

use async_graphql::{Enum, ID, InputObject, SimpleObject};
use primitives::{DateTime, UserId};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};
use serde::Serialize;
use uuid::Uuid;

use super::row::{self, subject};
use crate::caller::Caller;
use crate::connection::Connection;
use crate::db::Db;
use crate::error::{Refusals, Result};
use crate::page::{self, Criteria, Filter, Nested, PageArgs, SortKey, check_values};

/// What came of what somebody asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum, Serialize)]
pub enum AuditOutcome {
    /// It was done.
    Done,
    /// It was refused, for reasons that the person can mend.
    Refused,
    /// It was not allowed, or failed.
    Failed,
}

impl AuditOutcome {
    /// As it is stored.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Done => "DONE",
            Self::Refused => "REFUSED",
            Self::Failed => "FAILED",
        }
    }

    pub(super) fn of_word(word: &str) -> Option<Self> {
        [Self::Done, Self::Refused, Self::Failed].into_iter().find(|outcome| outcome.word() == word)
    }
}

/// Somebody did something, or tried to.
#[derive(Clone, Debug, PartialEq, SimpleObject)]
#[graphql(shareable)]
pub struct AuditEntry {
    /// Its place in the tenant's log: 1, 2, 3 …
    pub seq: i64,
    /// When.
    pub at: DateTime,
    /// Who; null when nobody had signed in.
    pub actor_id: Option<UserId>,
    /// What was asked for: the mutation's name.
    pub operation: String,
    /// With which arguments, as JSON text. Secrets are left out; of a very long input the beginning is kept.
    pub input: String,
    /// What came of it.
    pub outcome: AuditOutcome,
    /// Why it was not done.
    pub codes: Vec<String>,
    /// The ids of the records that were changed.
    pub subject_ids: Vec<ID>,
    /// The network address it came from, with those of the proxies between.
    pub address: Option<String>,
    /// The program it came from.
    pub client: Option<String>,
    /// The id under which the request was logged.
    pub request_id: Option<String>,
    /// SHA-256 over this entry and the hash of the one before, in hexadecimal.
    pub hash: String,
}

impl From<row::Model> for AuditEntry {
    fn from(row: row::Model) -> Self {
        Self {
            seq: row.seq,
            at: row.at.into(),
            actor_id: row.actor_id.map(UserId::from_uuid),
            operation: row.operation,
            input: row.input,
            outcome: AuditOutcome::of_word(&row.outcome).unwrap_or(AuditOutcome::Failed),
            codes: row.codes.split(',').filter(|code| !code.is_empty()).map(str::to_owned).collect(),
            subject_ids: serde_json::from_str::<Vec<String>>(&row.subjects)
                .unwrap_or_default()
                .into_iter()
                .map(ID)
                .collect(),
            address: row.address,
            client: row.client,
            request_id: row.request_id,
            hash: row.hash.iter().map(|byte| format!("{byte:02x}")).collect(),
        }
    }
}

/// In which order to list entries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum AuditEntrySort {
    /// Latest first.
    #[default]
    AtDesc,
    /// Earliest first.
    AtAsc,
}

/// Which entries. Conditions side by side must all hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct AuditWhere {
    /// Of these people.
    actor_ids: Option<Vec<UserId>>,
    /// About these records.
    subject_ids: Option<Vec<ID>>,
    /// These mutations, by their names.
    operations: Option<Vec<String>>,
    /// With these outcomes.
    outcomes: Option<Vec<AuditOutcome>>,
    /// At this moment or later.
    from: Option<DateTime>,
    /// Before this moment.
    before: Option<DateTime>,
    /// All of these hold.
    and: Option<Vec<AuditWhere>>,
    /// At least one of these holds.
    or: Option<Vec<AuditWhere>>,
    /// This does not hold.
    not: Option<Box<AuditWhere>>,
}

/// One condition on an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Criterion {
    /// One of these people did it.
    Actor(Vec<UserId>),
    /// One of these records was changed.
    Subject(Vec<Uuid>),
    /// One of these was asked for.
    Operation(Vec<String>),
    /// It came to one of these.
    Outcome(Vec<AuditOutcome>),
    /// Not earlier.
    From(DateTime),
    /// Earlier.
    Before(DateTime),
}

impl Filter for AuditWhere {
    type Criterion = Criterion;

    fn nested(&mut self) -> Nested<Self> {
        Nested { and: self.and.take(), or: self.or.take(), not: self.not.take() }
    }

    fn own(self, at: &str, refusals: &mut Refusals) -> Vec<Criteria<Criterion>> {
        check_values(self.actor_ids.as_ref(), &format!("{at}.actorIds"), refusals);
        check_values(self.subject_ids.as_ref(), &format!("{at}.subjectIds"), refusals);
        check_values(self.operations.as_ref(), &format!("{at}.operations"), refusals);
        check_values(self.outcomes.as_ref(), &format!("{at}.outcomes"), refusals);
        let criteria = [
            self.actor_ids.map(Criterion::Actor),
            // What is no id names no record.
            self.subject_ids
                .map(|ids| Criterion::Subject(ids.iter().filter_map(|id| id.parse().ok()).collect())),
            self.operations.map(Criterion::Operation),
            self.outcomes.map(Criterion::Outcome),
            self.from.map(Criterion::From),
            self.before.map(Criterion::Before),
        ];
        criteria.into_iter().flatten().map(Criteria::Is).collect()
    }
}

impl Criterion {
    fn condition(&self, caller: &Caller) -> Condition {
        use row::Column::{ActorId, At, Operation, Outcome, Seq};
        Condition::all().add(match self {
            Self::Actor(ids) => ActorId.is_in(ids.iter().map(|id| id.as_uuid())),
            Self::Subject(ids) => {
                let mut about = Query::select();
                about
                    .column(subject::Column::Seq)
                    .from(subject::Entity)
                    .and_where(Expr::col(subject::Column::TenantId).eq(caller.tenant.as_uuid()))
                    .and_where(Expr::col(subject::Column::SubjectId).is_in(ids.iter().copied()));
                Seq.in_subquery(about)
            }
            Self::Operation(names) => Operation.is_in(names),
            Self::Outcome(outcomes) => Outcome.is_in(outcomes.iter().map(|outcome| outcome.word())),
            Self::From(at) => At.gte(at.get()),
            Self::Before(at) => At.lt(at.get()),
        })
    }
}

/// A page of the caller's tenant's log.
///
/// # Errors
/// `Forbidden` without `audit:view`; `Refused` when filter or page are no good; `Internal` when the database fails.
pub async fn list_audit_entries(
    db: &Db,
    caller: &Caller,
    filter: Option<AuditWhere>,
    sort: AuditEntrySort,
    page: PageArgs,
) -> Result<Connection<AuditEntry>> {
    caller.require(super::VIEW)?;
    let criteria = Criteria::read(filter, None)?;
    let select = row::Entity::find()
        .filter(row::Column::TenantId.eq(caller.tenant.as_uuid()))
        .filter(criteria.condition(&|criterion: &Criterion| criterion.condition(caller)));
    let sort = [match sort {
        AuditEntrySort::AtDesc => SortKey::descending(row::Column::At),
        AuditEntrySort::AtAsc => SortKey::ascending(row::Column::At),
    }];
    let found = page::list(db, select, &sort, row::Column::Seq, page.check(&criteria)?).await?;
    Ok(found.map(AuditEntry::from))
}
