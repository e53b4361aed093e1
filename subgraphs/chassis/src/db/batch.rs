//! Statements whose answers nobody reads, sent to the database in one go.
//!
//! SQLite runs on a thread of its own, so each statement costs two switches between threads, far more than a small insert takes;
//! what a transaction writes last (its audit entry, its events) is half of what it says. PostgreSQL's protocol takes one statement
//! with values at a time: there they simply follow each other.

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement, Value, Values};

/// Statements in the order in which they will run.
#[derive(Debug, Default)]
pub(crate) struct Batch(Vec<Statement>);

impl Batch {
    /// Adds one at the end.
    pub(crate) fn push(&mut self, statement: Statement) {
        self.0.push(statement);
    }

    /// Runs all of them; the first that fails is the last that ran.
    pub(crate) async fn run(self, tx: &impl ConnectionTrait) -> Result<(), DbErr> {
        if tx.get_database_backend() == DbBackend::Sqlite && self.0.len() > 1 {
            return tx.execute_raw(joined(self.0)).await.map(drop);
        }
        for statement in self.0 {
            tx.execute_raw(statement).await?;
        }
        Ok(())
    }
}

/// All of them as one text with one list of values.
fn joined(statements: Vec<Statement>) -> Statement {
    let (mut sql, mut values) = (String::new(), Vec::new());
    for statement in statements {
        let own = statement.values.map_or_else(Vec::new, |values| values.0);
        in_order(&statement.sql, own, (&mut sql, &mut values));
        sql.push_str(";\n");
    }
    Statement { sql, values: Some(Values(values)), db_backend: DbBackend::Sqlite }
}

/// Numbered places of values become places in order: numbers would count from the beginning of the whole text.
fn in_order(statement: &str, own: Vec<Value>, (sql, values): (&mut String, &mut Vec<Value>)) {
    let mut pieces = statement.split('$');
    sql.push_str(pieces.next().unwrap_or_default());
    let mut is_numbered = false;
    for piece in pieces {
        let digits = piece.bytes().take_while(u8::is_ascii_digit).count();
        let number: Option<usize> = piece[..digits].parse().ok();
        match number.and_then(|number| own.get(number.checked_sub(1)?)) {
            Some(value) => {
                is_numbered = true;
                values.push(value.clone());
                sql.push('?');
                sql.push_str(&piece[digits..]);
            }
            None => {
                sql.push('$');
                sql.push_str(piece);
            }
        }
    }
    if !is_numbered {
        values.extend(own);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_become_places_in_order() {
        let numbered = Statement::from_sql_and_values(
            DbBackend::Sqlite,
            "UPDATE a SET x = $2 WHERE id = $1 AND y <> $2",
            [1.into(), 2.into()],
        );
        let ordered = Statement::from_sql_and_values(
            DbBackend::Sqlite,
            "INSERT INTO b VALUES (?, ?)",
            [3.into(), 4.into()],
        );
        let all = joined(vec![numbered, ordered]);
        assert_eq!(all.sql, "UPDATE a SET x = ? WHERE id = ? AND y <> ?;\nINSERT INTO b VALUES (?, ?);\n");
        assert_eq!(all.values, Some(Values(vec![2.into(), 1.into(), 2.into(), 3.into(), 4.into()])));
    }
}
