//! Lists by keyset: validated page arguments, cursors that know their filter, and the query itself.
//!
//! A cursor is base64url JSON of the sort values, the id and a hash of the filter; it is opaque to clients but not a
//! secret. Pages never use OFFSET, so a page deep in a list costs what the first one costs.

mod criteria;
mod cursor;
mod keyset;
mod position;
pub(crate) mod together;

use sea_orm::sea_query::{Expr, SelectStatement};
use sea_orm::{
    EntityTrait, IdenStatic, IntoSimpleExpr, ModelTrait, QueryFilter, QuerySelect, QueryTrait, Select,
};
use serde::Serialize;

use crate::connection::{Connection, Edge, PageInfo};
use crate::db::Db;
use crate::error::{Refusal, Refusals, Result};
use cursor::{FilterHash, Position};

pub use criteria::{Criteria, Filter, Nested, check_argument, check_values};
pub use position::PositionSort;

/// The page size when none is asked for.
pub const PAGE_DEFAULT: u64 = 10;

/// The largest page.
pub const PAGE_MAX: u64 = 100;

/// The four arguments of a connection field, as the client sent them.
#[derive(Clone, Debug, Default)]
pub struct PageArgs {
    first: Option<i32>,
    after: Option<String>,
    last: Option<i32>,
    before: Option<String>,
}

impl PageArgs {
    /// The arguments in the order in which the field declares them.
    pub fn new(first: Option<i32>, after: Option<String>, last: Option<i32>, before: Option<String>) -> Self {
        Self { first, after, last, before }
    }

    /// Checks the arguments. `filter` is everything else that decides what the list contains (`where`, `search`); a
    /// cursor made under another filter is refused later.
    ///
    /// # Errors
    /// `Refused` with every violation at `first`, `last`, `after` or `before`.
    pub fn check(self, filter: &impl Serialize) -> Result<PageRequest> {
        let mut refusals = Refusals::new();
        let has_both = self.first.is_some() && self.last.is_some();
        refusals.check(!has_both, || Refusal::invalid("last", "first and last cannot be used together"));
        let mixes =
            (self.last.is_some() && self.after.is_some()) || (self.last.is_none() && self.before.is_some());
        refusals.check(!mixes || has_both, || {
            Refusal::invalid(
                if self.after.is_some() { "after" } else { "before" },
                "after goes with first, before goes with last",
            )
        });
        for (name, size) in [("first", self.first), ("last", self.last)] {
            let fits = size.is_none_or(|size| (1..=PAGE_MAX as i32).contains(&size));
            refusals
                .check(fits, || Refusal::invalid(name, format!("{name} must be between 1 and {PAGE_MAX}")));
        }
        refusals.into_result()?;
        let is_backward = self.last.is_some();
        let size = self.first.or(self.last).and_then(|size| u64::try_from(size).ok());
        Ok(PageRequest {
            size: size.unwrap_or(PAGE_DEFAULT),
            is_backward,
            cursor: if is_backward { self.before } else { self.after },
            filter: FilterHash::of(filter)?,
        })
    }
}

/// Checked page arguments.
#[derive(Clone, Debug)]
pub struct PageRequest {
    size: u64,
    is_backward: bool,
    cursor: Option<String>,
    filter: FilterHash,
}

/// Which way a list runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Order {
    /// Smallest first.
    Ascending,
    /// Largest first.
    Descending,
}

impl Order {
    fn turned_if(self, turn: bool) -> Self {
        match (self, turn) {
            (Self::Ascending, true) => Self::Descending,
            (Self::Descending, true) => Self::Ascending,
            (order, false) => order,
        }
    }
}

/// One column a list is sorted by. Missing values count as largest, in both databases.
#[derive(Clone, Copy, Debug)]
pub struct SortKey<C> {
    /// The column.
    pub column: C,
    /// Which way.
    pub order: Order,
}

impl<C> SortKey<C> {
    /// Smallest first.
    pub fn ascending(column: C) -> Self {
        Self { column, order: Order::Ascending }
    }

    /// Largest first.
    pub fn descending(column: C) -> Self {
        Self { column, order: Order::Descending }
    }
}

/// One page of `select`, sorted by `sort` and, among equals, by `id`. One statement for all such pages that a request asks for at
/// the same time; a second one counts if and when `totalCount` is asked for.
///
/// # Errors
/// `Refused` at `after` or `before` when the cursor is not one of this list; `Internal` when the database fails.
pub async fn list<E>(
    db: &Db,
    select: Select<E>,
    sort: &[SortKey<E::Column>],
    id: E::Column,
    request: PageRequest,
) -> Result<Connection<E::Model>>
where
    E: EntityTrait,
    E::Model: Sync,
    E::Column: Send + Sync,
{
    let keys = with_id(sort, id);
    let filter = request.filter.with_order(&keys);
    let total = select.clone().into_query();
    let mut page = select;
    if let Some(cursor) = &request.cursor {
        let field = if request.is_backward { "before" } else { "after" };
        let position =
            Position::read(cursor, &filter, keys.len()).map_err(|reason| Refusal::invalid(field, reason))?;
        page = page.filter(keyset::beyond(&keys, &position, request.is_backward));
    }
    let mut page = page.limit(request.size + 1).into_query();
    let sorting = keyset::sorting(&keys, request.is_backward, |column| column.into_simple_expr());
    keyset::sorted(&mut page, &sorting);
    let outside = keyset::sorting(&keys, request.is_backward, |column| Expr::col(column.as_str()));
    let rows = together::rows::<E::Model>(db, page, outside).await?;
    page_of::<E>(db, rows, total, (&keys, &filter, &request))
}

/// The id breaks ties in the direction of the last key, so that one index can serve the whole order.
fn with_id<C: Copy>(sort: &[SortKey<C>], id: C) -> Vec<SortKey<C>> {
    let order = sort.last().map_or(Order::Ascending, |key| key.order);
    sort.iter().copied().chain([SortKey { column: id, order }]).collect()
}

/// A page of rows, the last of which only tells that there are more; `total` counts the whole list.
fn page_of<E>(
    db: &Db,
    mut rows: Vec<E::Model>,
    total: SelectStatement,
    (keys, filter, request): (&[SortKey<E::Column>], &FilterHash, &PageRequest),
) -> Result<Connection<E::Model>>
where
    E: EntityTrait,
    E::Model: Sync,
    E::Column: Send + Sync,
{
    let has_more = rows.len() as u64 > request.size;
    rows.truncate(usize::try_from(request.size).unwrap_or(usize::MAX));
    if request.is_backward {
        rows.reverse();
    }
    let mut edges = Vec::with_capacity(rows.len());
    for row in rows {
        let values = keys.iter().map(|key| row.get(key.column)).collect();
        edges.push(Edge { cursor: Position::of(values).write(filter)?, node: row });
    }
    let (has_previous_page, has_next_page) = match request.is_backward {
        true => (has_more, request.cursor.is_some()),
        false => (request.cursor.is_some(), has_more),
    };
    let info = PageInfo {
        has_next_page,
        has_previous_page,
        start_cursor: edges.first().map(|edge| edge.cursor.clone()),
        end_cursor: edges.last().map(|edge| edge.cursor.clone()),
    };
    let db = db.clone();
    Ok(Connection::new(edges, info, move || {
        let (db, total) = (db.clone(), total.clone());
        async move { together::count(&db, total).await }
    }))
}
