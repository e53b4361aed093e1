//! Reading sagas.

use std::collections::HashMap;

use async_graphql::{Context, Data, Enum, ID, InputObject};
use primitives::{SagaId, TenantId};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder};
use serde::Serialize;
use uuid::Uuid;

use super::model::{Plan, Saga, SagaStatus};
use super::{row, store};
use crate::caller::{Caller, caller};
use crate::connection::Connection;
use crate::db::Db;
use crate::error::{Error, Refusals, Result};
use crate::loader::Loader;
use crate::machine::Word;
use crate::page::{self, Criteria, Filter, Nested, PageArgs, SortKey, check_values};
use crate::request::RequestScope;

/// The latest saga of each document, by kind and document.
pub type Latest = Loader<(&'static str, Uuid), Saga>;

/// In which order to list sagas.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum SagaSort {
    /// Begun last first.
    #[default]
    StartedAtDesc,
    /// Begun first first.
    StartedAtAsc,
}

/// Which sagas. Conditions side by side must all hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct SagaWhere {
    /// Of these kinds.
    kinds: Option<Vec<String>>,
    /// In these states.
    statuses: Option<Vec<SagaStatus>>,
    /// About these documents.
    subject_ids: Option<Vec<ID>>,
    /// All of these hold.
    and: Option<Vec<SagaWhere>>,
    /// At least one of these holds.
    or: Option<Vec<SagaWhere>>,
    /// This does not hold.
    not: Option<Box<SagaWhere>>,
}

/// One condition on a saga.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Criterion {
    /// It is of one of these kinds.
    Kind(Vec<String>),
    /// It is in one of these states.
    Status(Vec<SagaStatus>),
    /// It is about one of these documents.
    Subject(Vec<Uuid>),
}

impl Filter for SagaWhere {
    type Criterion = Criterion;

    fn nested(&mut self) -> Nested<Self> {
        Nested { and: self.and.take(), or: self.or.take(), not: self.not.take() }
    }

    fn own(self, at: &str, refusals: &mut Refusals) -> Vec<Criteria<Criterion>> {
        check_values(self.kinds.as_ref(), &format!("{at}.kinds"), refusals);
        check_values(self.statuses.as_ref(), &format!("{at}.statuses"), refusals);
        check_values(self.subject_ids.as_ref(), &format!("{at}.subjectIds"), refusals);
        let criteria = [
            self.kinds.map(Criterion::Kind),
            self.statuses.map(Criterion::Status),
            // What is no id names no document.
            self.subject_ids
                .map(|ids| Criterion::Subject(ids.iter().filter_map(|id| id.parse().ok()).collect())),
        ];
        criteria.into_iter().flatten().map(Criteria::Is).collect()
    }
}

impl Criterion {
    fn condition(&self) -> Condition {
        use row::Column::{Kind, Status, SubjectId};
        Condition::all().add(match self {
            Self::Kind(kinds) => Kind.is_in(kinds),
            Self::Status(statuses) => Status.is_in(statuses.iter().map(|status| status.code())),
            Self::Subject(ids) => SubjectId.is_in(ids.iter().copied()),
        })
    }
}

/// A page of the caller's tenant's sagas.
///
/// # Errors
/// `Forbidden` without `sagas:view`; `Refused` when filter or page are no good; `Internal` when the database fails.
pub async fn list_sagas(
    db: &Db,
    caller: &Caller,
    filter: Option<SagaWhere>,
    sort: SagaSort,
    page: PageArgs,
) -> Result<Connection<Saga>> {
    caller.require(super::VIEW)?;
    let criteria = Criteria::read(filter, None)?;
    let select = scoped(caller.tenant).filter(criteria.condition(&Criterion::condition));
    let sort = [match sort {
        SagaSort::StartedAtDesc => SortKey::descending(row::Column::StartedAt),
        SagaSort::StartedAtAsc => SortKey::ascending(row::Column::StartedAt),
    }];
    let found = page::list(db, select, &sort, row::Column::Id, page.check(&criteria)?).await?;
    let rows = found.as_edges().iter().map(|edge| edge.node.clone()).collect();
    let mut sagas = store::with_steps(db.read(), caller.tenant, rows).await?.into_iter();
    found.try_map(|_| sagas.next().ok_or_else(|| Error::internal("every row of a page is a saga")))
}

/// A saga of the caller's tenant.
///
/// # Errors
/// `Forbidden` without `sagas:view`; `Internal` when the database fails.
pub async fn find_saga(db: &Db, caller: &Caller, id: SagaId) -> Result<Option<Saga>> {
    caller.require(super::VIEW)?;
    let row = scoped(caller.tenant).filter(row::Column::Id.eq(id.as_uuid())).one(db.read()).await?;
    Ok(store::with_steps(db.read(), caller.tenant, row.into_iter().collect()).await?.pop())
}

/// Lays the loader of documents' sagas beside a request.
pub fn lay_loader(db: &Db, scope: &RequestScope, data: &mut Data) {
    let db = db.clone();
    data.insert::<Latest>(scope.loader(move |caller, keys| {
        let db = db.clone();
        async move { latest_of(&db, caller.tenant, keys).await }
    }));
}

/// The latest saga of a document; `None` for one that began none, and for a caller without `sagas:view`.
///
/// # Errors
/// `Internal` when the database fails.
pub async fn latest(ctx: &Context<'_>, plan: &Plan, subject: Uuid) -> Result<Option<Saga>> {
    if !caller(ctx)?.may(super::VIEW) {
        return Ok(None);
    }
    ctx.data_unchecked::<Latest>().load((plan.kind, subject)).await
}

async fn latest_of(
    db: &Db,
    tenant: TenantId,
    keys: Vec<(&'static str, Uuid)>,
) -> Result<HashMap<(&'static str, Uuid), Saga>> {
    let rows = scoped(tenant)
        .filter(row::Column::SubjectId.is_in(keys.iter().map(|(_, subject)| *subject)))
        .order_by_asc(row::Column::BegunVersion)
        .all(db.read())
        .await?;
    // The later one of a document takes the place of the earlier one.
    let rows: HashMap<(Uuid, String), row::Model> =
        rows.into_iter().map(|row| ((row.subject_id, row.kind.clone()), row)).collect();
    let sagas = store::with_steps(db.read(), tenant, rows.into_values().collect()).await?;
    let keyed = sagas.into_iter().filter_map(|saga| {
        let key = keys.iter().find(|(kind, subject)| *kind == saga.kind && *subject == saga.subject)?;
        Some((*key, saga))
    });
    Ok(keyed.collect())
}

fn scoped(tenant: TenantId) -> sea_orm::Select<row::Entity> {
    row::Entity::find().filter(row::Column::TenantId.eq(tenant.as_uuid()))
}
