//! The SQL of a page: its order, and the condition "beyond this row".

use sea_orm::sea_query::{Expr, NullOrdering, SimpleExpr};
use sea_orm::{ColumnTrait, Condition, EntityTrait, ExprTrait, IntoSimpleExpr, QueryOrder, Select, Value};

use super::cursor::Position;
use super::{Order, SortKey};

/// `select` in the order of `keys`, turned around for a backward page.
pub(super) fn ordered<E: EntityTrait>(
    mut select: Select<E>,
    keys: &[SortKey<E::Column>],
    is_backward: bool,
) -> Select<E> {
    for key in keys {
        let (order, nulls) = match key.order.turned_if(is_backward) {
            Order::Ascending => (sea_orm::Order::Asc, NullOrdering::Last),
            Order::Descending => (sea_orm::Order::Desc, NullOrdering::First),
        };
        // Only where it can matter: an explicit null order may keep the database from using an index.
        select = if key.column.def().is_null() {
            select.order_by_with_nulls(key.column, order, nulls)
        } else {
            select.order_by(key.column, order)
        };
    }
    select
}

/// The rows beyond `position`: those which differ first in some key, and there in the right direction.
pub(super) fn beyond<C: ColumnTrait>(
    keys: &[SortKey<C>],
    position: &Position,
    is_backward: bool,
) -> Condition {
    if let Some(beyond) = beyond_row(keys, position, is_backward) {
        return Condition::all().add(beyond);
    }
    let mut beyond = Condition::any();
    for (depth, (key, value)) in keys.iter().zip(&position.0).enumerate() {
        let Some(further) = further(*key, value, is_backward) else { continue };
        let mut branch = Condition::all();
        for (key, value) in keys.iter().zip(&position.0).take(depth) {
            branch = branch.add(same(key.column, value));
        }
        beyond = beyond.add(branch.add(further));
    }
    beyond
}

/// The same as one comparison of rows, where every key has a value and runs the same way: of this one, and not of alternatives,
/// databases know that an index leads straight to it, however far down the list that is.
fn beyond_row<C: ColumnTrait>(
    keys: &[SortKey<C>],
    position: &Position,
    is_backward: bool,
) -> Option<SimpleExpr> {
    let (first, rest) = keys.split_first()?;
    let is_one_way = rest.iter().all(|key| key.order == first.order);
    if !is_one_way || keys.iter().any(|key| key.column.def().is_null()) || position.0.iter().any(is_missing) {
        return None;
    }
    let columns = Expr::tuple(keys.iter().map(|key| key.column.into_simple_expr()));
    let values = Expr::tuple(position.0.iter().cloned().map(SimpleExpr::from));
    Some(match first.order.turned_if(is_backward) {
        Order::Ascending => columns.gt(values),
        Order::Descending => columns.lt(values),
    })
}

fn same<C: ColumnTrait>(column: C, value: &Value) -> SimpleExpr {
    if is_missing(value) { column.is_null() } else { column.eq(value.clone()) }
}

/// `None` when nothing can be further: a missing value is the largest there is.
fn further<C: ColumnTrait>(key: SortKey<C>, value: &Value, is_backward: bool) -> Option<Condition> {
    let is_nullable = key.column.def().is_null();
    match (key.order.turned_if(is_backward), is_missing(value)) {
        (Order::Ascending, true) => None,
        (Order::Descending, true) => Some(Condition::all().add(key.column.is_not_null())),
        (Order::Ascending, false) if is_nullable => {
            Some(Condition::any().add(key.column.gt(value.clone())).add(key.column.is_null()))
        }
        (Order::Ascending, false) => Some(Condition::all().add(key.column.gt(value.clone()))),
        (Order::Descending, false) => Some(Condition::all().add(key.column.lt(value.clone()))),
    }
}

/// Whether `value` is the null of its type.
pub(super) fn is_missing(value: &Value) -> bool {
    *value == value.as_null()
}
