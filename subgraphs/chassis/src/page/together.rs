//! Lists inside lists: what a request asks at the same time and in the same words is read in one statement.
//!
//! The lists of siblings (the lines of each of ten orders) differ in nothing but values, so their statements have the same text. A
//! [`Loader`] for each text, beside the running request, gathers them, and they become the branches of one `UNION ALL`, each with its own
//! filter, cursor and limit. So each list reads what it would read alone: a window function would read all lists to their ends.
//! No store and no resolver knows of it; who pages, batches. A request's only list is read by the statement it always was.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

use futures::future::try_join_all;
use futures::{Stream, StreamExt, stream};
use sea_orm::sea_query::{Asterisk, Expr, Func, Query, SelectStatement, UnionType};
use sea_orm::{ConnectionTrait, FromQueryResult, QueryResult, Statement};

use super::keyset::{Sorting, sorted};
use crate::db::Db;
use crate::error::{Error, Result};
use crate::loader::Loader;

/// Lists of one statement: those of a full page of parents. Planning a union takes PostgreSQL longer than reading it.
const LISTS_MAX: usize = 100;

/// Values of one statement, so that its text stays far below SQLite's million bytes even with the longest filters.
const VALUES_MAX: usize = 5_000;

/// Which of the lists a row belongs to.
const NTH: &str = "nth_list";

/// The rows of one list; shared, since equal questions have one answer.
type Rows = Arc<Vec<QueryResult>>;

tokio::task_local! {
    static QUESTIONS: Questions;
}

/// What a running request asks, by its words: who asks something else waits for nobody.
#[derive(Clone)]
struct Questions {
    db: Db,
    open: Arc<Mutex<Open>>,
}

type Open = HashMap<String, Loader<Question, Rows>>;

/// A statement that reads one list. Questions with equal text and values are one question.
#[derive(Clone)]
struct Question(Arc<Asked>);

struct Asked {
    query: SelectStatement,
    statement: Statement,
    /// The order of `query`, in the names that its columns have outside of it.
    sorting: Vec<Sorting>,
}

impl PartialEq for Question {
    fn eq(&self, other: &Self) -> bool {
        self.0.statement == other.0.statement
    }
}

impl Eq for Question {}

impl Hash for Question {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.statement.sql.hash(state);
        self.0.statement.values.as_ref().map(|values| &values.0).hash(state);
    }
}

impl Questions {
    fn of(db: &Db) -> Self {
        Self { db: db.clone(), open: Arc::default() }
    }

    /// The loader of questions in these words. It is dropped with its first batch, and nothing is remembered: a stream goes on for
    /// long, and in a mutation the same list may be asked for before a change and after it.
    fn worded(&self, sql: &str) -> Loader<Question, Rows> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(loader) = open.get(sql) {
            return loader.clone();
        }
        let (db, weak, words) = (self.db.clone(), Arc::downgrade(&self.open), sql.to_owned());
        let loader = Loader::forgetful(move |questions| {
            if let Some(open) = weak.upgrade() {
                open.lock().unwrap_or_else(PoisonError::into_inner).remove(&words);
            }
            let db = db.clone();
            async move { ask(&db, &questions).await }
        });
        open.insert(sql.to_owned(), loader.clone());
        loader
    }
}

/// Runs a request whose lists are in `db`.
pub(crate) async fn scope<F: Future>(db: &Db, request: F) -> F::Output {
    QUESTIONS.scope(Questions::of(db), request).await
}

/// Like [`scope`], for a request that is answered again and again.
pub(crate) fn scope_stream<S>(db: &Db, mut answers: S) -> impl Stream<Item = S::Item> + use<S>
where
    S: Stream + Unpin,
{
    let questions = Questions::of(db);
    stream::poll_fn(move |cx| QUESTIONS.sync_scope(questions.clone(), || answers.poll_next_unpin(cx)))
}

/// The rows of `query`, which `sorting` puts in order; read along with others' when a request asks.
pub(super) async fn rows<R: FromQueryResult>(
    db: &Db,
    query: SelectStatement,
    sorting: Vec<Sorting>,
) -> Result<Vec<R>> {
    let statement = db.backend().build(&query);
    let rows = match QUESTIONS.try_with(Clone::clone) {
        Ok(questions) => {
            let loader = questions.worded(&statement.sql);
            loader.load(Question(Arc::new(Asked { query, statement, sorting }))).await?
        }
        Err(_) => Some(Arc::new(db.read().query_all_raw(statement).await?)),
    };
    let rows = rows.ok_or_else(|| Error::internal("a list that was asked for was not read"))?;
    Ok(rows.iter().map(|row| R::from_query_result(row, "")).collect::<std::result::Result<_, _>>()?)
}

/// How many rows `query` has; counted along with others' when a request asks.
pub(super) async fn count(db: &Db, query: SelectStatement) -> Result<u64> {
    let count = Func::count(Expr::col(Asterisk));
    let query = Query::select().expr_as(count, "total").from_subquery(query, "list").take();
    let counted = rows::<Counted>(db, query, Vec::new()).await?;
    Ok(counted.first().map_or(0, |counted| counted.total.unsigned_abs()))
}

#[derive(FromQueryResult)]
struct Counted {
    total: i64,
}

/// The answers of questions with the same text.
async fn ask(db: &Db, questions: &[Question]) -> Result<HashMap<Question, Rows>> {
    let values = questions.first().and_then(|question| question.0.statement.values.as_ref());
    let most = VALUES_MAX / values.map_or(1, |values| values.0.len().max(1));
    let statements = questions.chunks(most.clamp(1, LISTS_MAX)).map(|some| ask_together(db, some));
    Ok(try_join_all(statements).await?.into_iter().flatten().collect())
}

/// The same, in one statement.
async fn ask_together(db: &Db, questions: &[Question]) -> Result<Vec<(Question, Rows)>> {
    let rows = match questions {
        [only] => db.read().query_all_raw(only.0.statement.clone()).await?,
        several => db.read().query_all(&united(several)).await?,
    };
    let mut lists: Vec<Vec<QueryResult>> = questions.iter().map(|_| Vec::new()).collect();
    for row in rows {
        let nth = if questions.len() == 1 { 0 } else { row.try_get::<i32>("", NTH)? };
        let list = usize::try_from(nth).ok().and_then(|nth| lists.get_mut(nth));
        list.ok_or_else(|| Error::internal("a row belongs to no list"))?.push(row);
    }
    Ok(questions.iter().cloned().zip(lists.into_iter().map(Arc::new)).collect())
}

/// One statement of several. SQLite lets no branch have an order of its own, unless it is a table's.
fn united(questions: &[Question]) -> SelectStatement {
    let mut branches = (0_i32..).zip(questions).map(|(nth, question)| {
        Query::select()
            .column(("list", Asterisk))
            .expr_as(Expr::Constant(nth.into()), NTH)
            .from_subquery(question.0.query.clone(), "list")
            .take()
    });
    let mut all = branches.next().unwrap_or_default();
    all.unions(branches.map(|branch| (UnionType::All, branch)));
    // A union promises no order, not even that of its branches.
    sorted(&mut all, questions.first().map_or(&[], |question| &question.0.sorting));
    all
}
