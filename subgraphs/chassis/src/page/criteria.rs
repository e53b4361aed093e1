//! What a list is narrowed by: conditions combined with `and`, `or` and `not`, as every list's `where` offers them.

use sea_orm::Condition;
use sea_orm::sea_query::{Expr, ExprTrait};
use serde::Serialize;

use crate::error::{self, Code, Refusal, Refusals};

/// Nodes of one `where`: far more than a screen has fields.
const MAX_NODES: usize = 100;

/// Conditions of one kind, combined. Serialised, they tell a cursor which list it belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Criteria<C> {
    /// This holds.
    Is(C),
    /// All of these hold.
    All(Vec<Criteria<C>>),
    /// At least one of these holds.
    Any(Vec<Criteria<C>>),
    /// This does not hold.
    Not(Box<Criteria<C>>),
}

/// A `where` as clients write it: conditions of its own, and others of its kind below `and`, `or` and `not`.
pub trait Filter: Sized {
    /// What its own conditions become.
    type Criterion;

    /// Takes out the filters below it.
    fn nested(&mut self) -> Nested<Self>;

    /// Reads its own conditions, all of which must hold. Faults are named below the path `at`.
    fn own(self, at: &str, refusals: &mut Refusals) -> Vec<Criteria<Self::Criterion>>;
}

/// The filters below a [`Filter`].
#[derive(Debug)]
pub struct Nested<F> {
    /// All of these hold.
    pub and: Option<Vec<F>>,
    /// At least one of these holds.
    pub or: Option<Vec<F>>,
    /// This does not hold.
    pub not: Option<Box<F>>,
}

impl<C> Criteria<C> {
    /// Reads a list's arguments `where` and `search`, the latter as the list understands it.
    ///
    /// # Errors
    /// Everything that is wrong with either; `LIMIT_EXCEEDED` beyond 100 nodes.
    pub fn read<F: Filter<Criterion = C>>(
        filter: Option<F>,
        search: Option<Result<Self, Refusal>>,
    ) -> Result<Self, Refusals> {
        let mut refusals = Refusals::new();
        let mut parts: Vec<Self> =
            filter.map(|filter| read(filter, "where", &mut refusals)).into_iter().collect();
        parts.extend(search.and_then(|search| refusals.take(search)));
        let criteria = Self::All(parts);
        refusals.check(criteria.count() <= MAX_NODES, || {
            let message = format!("a filter has at most {MAX_NODES} conditions");
            Refusal::new(Code::LimitExceeded, "where", message)
        });
        if refusals.is_empty() { Ok(criteria) } else { Err(refusals) }
    }

    /// As SQL, given how one condition is written.
    pub fn condition(&self, write: &impl Fn(&C) -> Condition) -> Condition {
        let condition = match self {
            Self::Is(criterion) => write(criterion),
            Self::All(parts) => {
                parts.iter().fold(Condition::all(), |all, part| all.add(part.condition(write)))
            }
            Self::Any(parts) if parts.is_empty() => Condition::all().add(Expr::value(1).eq(0)),
            Self::Any(parts) => {
                parts.iter().fold(Condition::any(), |any, part| any.add(part.condition(write)))
            }
            Self::Not(part) => Condition::all().add(part.condition(write)).not(),
        };
        // Empty conditions are written out: a query builder drops them, and `or: [{}]` would turn into nothing.
        if condition.is_empty() { Condition::all().add(Expr::value(1).eq(1)) } else { condition }
    }

    /// The conditions, where all of them have to hold: none stands below `or` or `not`.
    pub fn conjunction(&self) -> Option<Vec<&C>> {
        match self {
            Self::Is(criterion) => Some(vec![criterion]),
            Self::All(parts) => {
                let parts: Option<Vec<_>> = parts.iter().map(Self::conjunction).collect();
                parts.map(|parts| parts.into_iter().flatten().collect())
            }
            Self::Any(_) | Self::Not(_) => None,
        }
    }

    fn count(&self) -> usize {
        match self {
            Self::Is(_) => 1,
            Self::All(parts) | Self::Any(parts) => 1 + parts.iter().map(Self::count).sum::<usize>(),
            Self::Not(part) => 1 + part.count(),
        }
    }
}

fn read<F: Filter>(mut filter: F, at: &str, refusals: &mut Refusals) -> Criteria<F::Criterion> {
    let Nested { and, or, not } = filter.nested();
    let mut each = |filters: Vec<F>, word: &str| -> Vec<_> {
        let places = (0..).map(|index: usize| format!("{at}.{word}.{index}"));
        places.zip(filters).map(|(place, filter)| read(filter, &place, refusals)).collect()
    };
    let and = and.map(|filters| Criteria::All(each(filters, "and")));
    let or = or.map(|filters| Criteria::Any(each(filters, "or")));
    let not = not.map(|filter| Criteria::Not(Box::new(read(*filter, &format!("{at}.not"), refusals))));
    let mut parts = filter.own(at, refusals);
    parts.extend([and, or, not].into_iter().flatten());
    Criteria::All(parts)
}

/// Refuses a list of values that is longer than any client needs and a database likes.
pub fn check_values<T>(values: Option<&Vec<T>>, at: &str, refusals: &mut Refusals) {
    const MAX_VALUES: usize = 500;
    let holds = values.is_none_or(|values| values.len() <= MAX_VALUES);
    refusals.check(holds, || Refusal::invalid(at, format!("a list of values has at most {MAX_VALUES}")));
}

/// Checks the values of an argument that a list of parts is narrowed by.
///
/// # Errors
/// `Refused` at `field` when there are too many.
pub fn check_argument<T>(values: Option<&Vec<T>>, field: &str) -> error::Result<()> {
    let mut refusals = Refusals::new();
    check_values(values, field, &mut refusals);
    refusals.into_result()
}

#[cfg(test)]
mod tests {
    use super::*;
    use sea_orm::sea_query::{Alias, Query, SqliteQueryBuilder};

    #[derive(Default)]
    struct Sizes {
        least: i32,
        and: Option<Vec<Sizes>>,
        or: Option<Vec<Sizes>>,
        not: Option<Box<Sizes>>,
    }

    impl Filter for Sizes {
        type Criterion = i32;

        fn nested(&mut self) -> Nested<Self> {
            Nested { and: self.and.take(), or: self.or.take(), not: self.not.take() }
        }

        fn own(self, at: &str, refusals: &mut Refusals) -> Vec<Criteria<i32>> {
            refusals.check(self.least >= 0, || Refusal::invalid(&format!("{at}.least"), "below zero"));
            vec![Criteria::Is(self.least)]
        }
    }

    /// A filter with this has no condition of its own.
    const UNASKED: i32 = i32::MAX;

    fn least(least: i32) -> Sizes {
        Sizes { least, ..Sizes::default() }
    }

    fn sql(filter: Sizes) -> String {
        let criteria = Criteria::read(Some(filter), None).expect("a good filter");
        let column = || Expr::col(Alias::new("size"));
        let condition = criteria.condition(&|least| {
            Condition::all().add_option((*least != UNASKED).then(|| column().gte(*least)))
        });
        let mut select = Query::select();
        select.column(Alias::new("size")).from(Alias::new("t")).cond_where(condition);
        let text = select.to_string(SqliteQueryBuilder);
        text.split_once("WHERE ").map_or_else(String::new, |(_, condition)| condition.to_owned())
    }

    #[test]
    fn conditions_nest_as_they_are_written() {
        assert_eq!(sql(least(1)), r#""size" >= 1"#);
        let either = Sizes { or: Some(vec![least(2), least(3)]), ..least(1) };
        assert_eq!(sql(either), r#""size" >= 1 AND ("size" >= 2 OR "size" >= 3)"#);
        let neither =
            Sizes { not: Some(Box::new(Sizes { and: Some(vec![least(2)]), ..least(1) })), ..least(0) };
        assert_eq!(sql(neither), r#""size" >= 0 AND (NOT ("size" >= 1 AND "size" >= 2))"#);
    }

    #[test]
    fn no_alternative_means_nothing_holds() {
        assert_eq!(sql(Sizes { or: Some(Vec::new()), ..least(1) }), r#""size" >= 1 AND 1 = 0"#);
    }

    #[test]
    fn a_filter_without_conditions_holds_always() {
        let anything = Sizes { or: Some(vec![least(UNASKED), least(3)]), ..least(1) };
        assert_eq!(sql(anything), r#""size" >= 1 AND (1 = 1 OR "size" >= 3)"#);
        let nothing = Sizes { not: Some(Box::new(least(UNASKED))), ..least(1) };
        assert_eq!(sql(nothing), r#""size" >= 1 AND (NOT 1 = 1)"#);
    }

    #[test]
    fn nested_conditions_are_counted() {
        let leaf = || Criteria::Is(1);
        let tree = Criteria::All(vec![leaf(), Criteria::Not(Box::new(Criteria::Any(vec![leaf(), leaf()])))]);
        assert_eq!(tree.count(), 6);
    }

    #[test]
    fn faults_name_their_place_and_all_come_out() {
        let filter =
            Sizes { or: Some(vec![least(1), least(-1)]), not: Some(Box::new(least(-2))), ..least(0) };
        let refusals = Criteria::read(Some(filter), None).expect_err("two faults");
        let fields: Vec<String> = refusals.as_slice().iter().map(|each| each.field.join(".")).collect();
        assert_eq!(fields, ["where.or.1.least", "where.not.least"]);
    }

    #[test]
    fn a_filter_is_bounded() {
        let many = Sizes { or: Some((0..100).map(least).collect()), ..least(0) };
        assert_eq!(
            Criteria::read(Some(many), None).expect_err("too many").as_slice()[0].code,
            Code::LimitExceeded
        );
    }
}
