//! The condition that a row contains the searched words, by the index of each engine.
//!
//! The table `{table}` has a column `search_text` ([`crate::SearchText`]); on SQLite the FTS5 table
//! `{table}_search` indexes it, on PostgreSQL a GIN index over the words.

use sea_orm::{EntityTrait, Value, prelude::Expr};

use crate::{Engine, SearchQuery, UserUuid};

/// Keeps PostgreSQL from using a generic plan, which knows neither how rare the words are nor how
/// many rows the owner has, and so reads all of the owner's rows. This condition makes the generic
/// plan look expensive; in a plan for the actual values, `true` removes it.
const PLANNED_FOR_ITS_WORDS: &str =
    "($2 OR (SELECT count(*) FROM generate_series(1, 1000000000)) = 0)";

/// The condition that a row of the owner in the table `E` has every word of `query`; `None` if the
/// query has no words.
///
/// It limits reading to the owner's part of the index, but is no access check: the query must still
/// filter by owner.
#[must_use]
pub fn matches<E: EntityTrait>(owner: UserUuid, query: &SearchQuery) -> Option<Expr> {
    let entity = E::default();
    let table = entity.table_name();
    let words = index_query(owner, query, Engine::current());
    let condition = match Engine::current() {
        Engine::Postgres => Expr::cust_with_values(
            format!(
                "array_to_tsvector(string_to_array({table}.search_text, ' ')) @@ CAST($1 AS tsquery) \
                 AND {PLANNED_FOR_ITS_WORDS}"
            ),
            [Value::from(words), true.into()],
        ),
        Engine::Sqlite => Expr::cust_with_values(
            format!(
                "{table}.rowid IN (SELECT rowid FROM {table}_search WHERE {table}_search MATCH ?)"
            ),
            [words],
        ),
    };
    (!query.is_empty()).then_some(condition)
}

/// The words, each quoted and as a prefix. They are letters and digits, so none can end its quotes.
fn index_query(owner: UserUuid, query: &SearchQuery, engine: Engine) -> String {
    let (quoted, and): (fn(String) -> String, _) = match engine {
        Engine::Postgres => (|word| format!("'{word}':*"), " & "),
        Engine::Sqlite => (|word| format!("\"{word}\" *"), " AND "),
    };
    let words: Vec<String> = query.words_of(owner).map(quoted).collect();
    words.join(and)
}
