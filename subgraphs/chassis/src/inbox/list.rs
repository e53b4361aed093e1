//! Reading dead letters.

use async_graphql::{Enum, InputObject};
use primitives::{DateTime, DeadLetterId, EventId};
use sea_orm::sea_query::{BinOper, Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};
use serde::Serialize;

use super::row::{Column, Entity};
use super::{DeadLetter, REPLAY};
use crate::caller::Caller;
use crate::connection::Connection;
use crate::db::Db;
use crate::error::{Refusals, Result};
use crate::page::{self, Criteria, Filter, Nested, PageArgs, SortKey, check_values};

/// In which order to list dead letters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum DeadLetterSort {
    /// Failed last first.
    #[default]
    FailedAtDesc,
    /// Failed first first.
    FailedAtAsc,
}

/// Which dead letters. Conditions side by side must all hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct DeadLetterWhere {
    /// Published by these services.
    sources: Option<Vec<String>>,
    /// That these services could not act on.
    consumers: Option<Vec<String>>,
    /// Of these types: `pr.approved`.
    types: Option<Vec<String>>,
    /// These events.
    event_ids: Option<Vec<EventId>>,
    /// Failed at this moment or later.
    from: Option<DateTime>,
    /// Failed before this moment.
    before: Option<DateTime>,
    /// All of these hold.
    and: Option<Vec<DeadLetterWhere>>,
    /// At least one of these holds.
    or: Option<Vec<DeadLetterWhere>>,
    /// This does not hold.
    not: Option<Box<DeadLetterWhere>>,
}

/// One condition on a dead letter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Criterion {
    /// One of these published it.
    Source(Vec<String>),
    /// One of these could not act on it.
    Consumer(Vec<String>),
    /// It is of one of these types.
    Kind(Vec<String>),
    /// It is one of these.
    Event(Vec<EventId>),
    /// Not earlier.
    From(DateTime),
    /// Earlier.
    Before(DateTime),
}

impl Filter for DeadLetterWhere {
    type Criterion = Criterion;

    fn nested(&mut self) -> Nested<Self> {
        Nested { and: self.and.take(), or: self.or.take(), not: self.not.take() }
    }

    fn own(self, at: &str, refusals: &mut Refusals) -> Vec<Criteria<Criterion>> {
        check_values(self.sources.as_ref(), &format!("{at}.sources"), refusals);
        check_values(self.consumers.as_ref(), &format!("{at}.consumers"), refusals);
        check_values(self.types.as_ref(), &format!("{at}.types"), refusals);
        check_values(self.event_ids.as_ref(), &format!("{at}.eventIds"), refusals);
        let criteria = [
            self.sources.map(Criterion::Source),
            self.consumers.map(Criterion::Consumer),
            self.types.map(Criterion::Kind),
            self.event_ids.map(Criterion::Event),
            self.from.map(Criterion::From),
            self.before.map(Criterion::Before),
        ];
        criteria.into_iter().flatten().map(Criteria::Is).collect()
    }
}

impl Criterion {
    fn condition(&self) -> Condition {
        Condition::all().add(match self {
            Self::Source(names) => Column::Source.is_in(names),
            Self::Consumer(names) => Column::Consumer.is_in(names),
            // Both databases know this operator; the type stands in the event only.
            Self::Kind(kinds) => Expr::col((Entity, Column::Event))
                .binary(BinOper::Custom("->>"), Expr::cust("'type'"))
                .is_in(kinds.iter().map(String::as_str)),
            Self::Event(ids) => Column::EventId.is_in(ids.iter().map(|id| id.as_uuid())),
            Self::From(at) => Column::FailedAt.gte(at.get()),
            Self::Before(at) => Column::FailedAt.lt(at.get()),
        })
    }
}

/// A page of the caller's tenant's dead letters: of those that wait, or of those that were replayed.
///
/// # Errors
/// `Forbidden` without `events:replay`; `Refused` when filter or page are no good; `Internal` when the database fails.
pub async fn list_dead_letters(
    db: &Db,
    caller: &Caller,
    (filter, is_replayed): (Option<DeadLetterWhere>, bool),
    sort: DeadLetterSort,
    page: PageArgs,
) -> Result<Connection<DeadLetter>> {
    caller.require(REPLAY)?;
    let criteria = Criteria::read(filter, None)?;
    let mine = Entity::find()
        .filter(Column::TenantId.eq(caller.tenant.as_uuid()))
        .filter(criteria.condition(&Criterion::condition));
    let select = match is_replayed {
        true => mine.filter(Column::ReplayedAt.is_not_null()),
        false => mine.filter(Column::ReplayedAt.is_null()),
    };
    let sort = [match sort {
        DeadLetterSort::FailedAtDesc => SortKey::descending(Column::FailedAt),
        DeadLetterSort::FailedAtAsc => SortKey::ascending(Column::FailedAt),
    }];
    let page = page.check(&(criteria, is_replayed))?;
    Ok(page::list(db, select, &sort, Column::Id, page).await?.map(DeadLetter::from))
}

/// A dead letter of the caller's tenant.
///
/// # Errors
/// `Internal` when the database fails.
pub async fn find_dead_letter(db: &Db, caller: &Caller, id: DeadLetterId) -> Result<Option<DeadLetter>> {
    let mine = Entity::find_by_id(id.as_uuid());
    let found = mine.filter(Column::TenantId.eq(caller.tenant.as_uuid())).one(db.read()).await?;
    Ok(found.map(DeadLetter::from))
}
