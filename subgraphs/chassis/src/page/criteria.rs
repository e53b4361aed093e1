//! What a list is narrowed by: conditions combined with `and`, `or` and `not`, as every list's `where` offers them.

use sea_orm::Condition;
use sea_orm::sea_query::{Expr, ExprTrait};
use serde::Serialize;

use crate::error::{Code, Refusal, Refusals};

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

    /// Takes it apart. Faults are named below the path `at`.
    fn split(self, at: &str, refusals: &mut Refusals) -> Split<Self>;
}

/// A [`Filter`] taken apart.
#[derive(Debug)]
pub struct Split<F: Filter> {
    /// Its own conditions.
    pub own: F::Criterion,
    /// All of these hold.
    pub and: Option<Vec<F>>,
    /// At least one of these holds.
    pub or: Option<Vec<F>>,
    /// This does not hold.
    pub not: Option<Box<F>>,
}

impl<C> Criteria<C> {
    /// Reads the argument `where`.
    ///
    /// # Errors
    /// Everything that the filter's parts refuse; `LIMIT_EXCEEDED` beyond 100 nodes.
    pub fn read<F: Filter<Criterion = C>>(filter: F) -> Result<Self, Refusals> {
        let mut refusals = Refusals::new();
        let criteria = nested(filter, "where", &mut refusals);
        refusals.check(criteria.count() <= MAX_NODES, || {
            let message = format!("a filter has at most {MAX_NODES} conditions");
            Refusal::new(Code::LimitExceeded, "where", message)
        });
        if refusals.is_empty() { Ok(criteria) } else { Err(refusals) }
    }

    /// As SQL, given how one condition is written.
    pub fn condition(&self, write: &impl Fn(&C) -> Condition) -> Condition {
        match self {
            Self::Is(criterion) => write(criterion),
            Self::All(parts) => {
                parts.iter().fold(Condition::all(), |all, part| all.add(part.condition(write)))
            }
            // Without a way to hold it does not hold; an empty condition would be left out of the statement.
            Self::Any(parts) if parts.is_empty() => Condition::all().add(Expr::value(1).eq(0)),
            Self::Any(parts) => {
                parts.iter().fold(Condition::any(), |any, part| any.add(part.condition(write)))
            }
            Self::Not(part) => Condition::all().add(part.condition(write)).not(),
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

fn nested<F: Filter>(filter: F, at: &str, refusals: &mut Refusals) -> Criteria<F::Criterion> {
    let Split { own, and, or, not } = filter.split(at, refusals);
    let mut parts = vec![Criteria::Is(own)];
    let mut each = |filters: Vec<F>, word: &str| -> Vec<_> {
        let places = (0..).map(|index: usize| format!("{at}.{word}.{index}"));
        places.zip(filters).map(|(place, filter)| nested(filter, &place, refusals)).collect()
    };
    if let Some(filters) = and {
        parts.push(Criteria::All(each(filters, "and")));
    }
    if let Some(filters) = or {
        parts.push(Criteria::Any(each(filters, "or")));
    }
    if let Some(filter) = not {
        parts.push(Criteria::Not(Box::new(nested(*filter, &format!("{at}.not"), refusals))));
    }
    if parts.len() == 1 { parts.remove(0) } else { Criteria::All(parts) }
}

/// Refuses a list of values that is longer than any client needs and a database likes.
pub fn check_values<T>(values: Option<&Vec<T>>, at: &str, refusals: &mut Refusals) {
    const MAX_VALUES: usize = 500;
    let holds = values.is_none_or(|values| values.len() <= MAX_VALUES);
    refusals.check(holds, || Refusal::invalid(at, format!("a list of values has at most {MAX_VALUES}")));
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

        fn split(self, at: &str, refusals: &mut Refusals) -> Split<Self> {
            refusals.check(self.least >= 0, || Refusal::invalid(&format!("{at}.least"), "below zero"));
            Split { own: self.least, and: self.and, or: self.or, not: self.not }
        }
    }

    fn least(least: i32) -> Sizes {
        Sizes { least, ..Sizes::default() }
    }

    fn sql(filter: Sizes) -> String {
        let criteria = Criteria::read(filter).expect("a good filter");
        let column = || Expr::col(Alias::new("size"));
        let condition = criteria.condition(&|least| Condition::all().add(column().gte(*least)));
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
    fn faults_name_their_place_and_all_come_out() {
        let filter =
            Sizes { or: Some(vec![least(1), least(-1)]), not: Some(Box::new(least(-2))), ..least(0) };
        let refusals = Criteria::read(filter).expect_err("two faults");
        let fields: Vec<String> = refusals.as_slice().iter().map(|each| each.field.join(".")).collect();
        assert_eq!(fields, ["where.or.1.least", "where.not.least"]);
    }

    #[test]
    fn a_filter_is_bounded() {
        let many = Sizes { or: Some((0..100).map(least).collect()), ..least(0) };
        assert_eq!(Criteria::read(many).expect_err("too many").as_slice()[0].code, Code::LimitExceeded);
    }
}
