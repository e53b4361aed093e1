//! The SQL of a page: its order, and the condition "beyond this row".

use sea_orm::sea_query::{Expr, NullOrdering, SelectStatement};
use sea_orm::{ColumnTrait, Condition, ExprTrait, IntoSimpleExpr, Value};

use super::cursor::Position;
use super::{Order, SortKey};

/// What sorts a statement.
pub(super) type Sorting = (Expr, sea_orm::Order, Option<NullOrdering>);

/// The order of `keys`, turned around for a backward page; `name` says what a column is called.
pub(super) fn sorting<C: ColumnTrait>(
    keys: &[SortKey<C>],
    is_backward: bool,
    name: impl Fn(C) -> Expr,
) -> Vec<Sorting> {
    let of_key = |key: &SortKey<C>| {
        let (order, nulls) = match key.order.turned_if(is_backward) {
            Order::Ascending => (sea_orm::Order::Asc, NullOrdering::Last),
            Order::Descending => (sea_orm::Order::Desc, NullOrdering::First),
        };
        // Only where it can matter: an explicit null order may keep the database from using an index.
        (name(key.column), order, key.column.def().is_null().then_some(nulls))
    };
    keys.iter().map(of_key).collect()
}

/// Puts `statement` in an order.
pub(super) fn sorted(statement: &mut SelectStatement, sorting: &[Sorting]) {
    for (expression, order, nulls) in sorting.iter().cloned() {
        match nulls {
            Some(nulls) => statement.order_by_expr_with_nulls(expression, order, nulls),
            None => statement.order_by_expr(expression, order),
        };
    }
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
fn beyond_row<C: ColumnTrait>(keys: &[SortKey<C>], position: &Position, is_backward: bool) -> Option<Expr> {
    let (first, rest) = keys.split_first()?;
    let is_one_way = rest.iter().all(|key| key.order == first.order);
    if !is_one_way || keys.iter().any(|key| key.column.def().is_null()) || position.0.iter().any(is_missing) {
        return None;
    }
    let columns = Expr::tuple(keys.iter().map(|key| key.column.into_simple_expr()));
    let values = Expr::tuple(position.0.iter().cloned().map(Expr::from));
    Some(match first.order.turned_if(is_backward) {
        Order::Ascending => columns.gt(values),
        Order::Descending => columns.lt(values),
    })
}

fn same<C: ColumnTrait>(column: C, value: &Value) -> Expr {
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
