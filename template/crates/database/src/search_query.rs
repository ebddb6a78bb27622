//! The condition that a row holds the words that are searched for, in each engine's index.
//!
//! The table `{table}` has a column `search_text` ([`crate::SearchText`]); on SQLite the FTS5 table
//! `{table}_search` indexes it, on PostgreSQL a GIN index over the words.

use sea_orm::{EntityTrait, prelude::Expr};

use crate::{Engine, SearchQuery, UserUuid};

/// The condition that a row of the owner in the table `E` has every word of `query`; `None` without
/// a word.
///
/// It limits what is read to the owner's part of the index and is no guard: the query that it goes
/// into still asks for the owner.
#[must_use]
pub fn matches<E: EntityTrait>(owner: UserUuid, query: &SearchQuery) -> Option<Expr> {
    let entity = E::default();
    let table = entity.table_name();
    let condition = match Engine::current() {
        Engine::Postgres => format!(
            "array_to_tsvector(string_to_array({table}.search_text, ' ')) @@ CAST($1 AS tsquery)"
        ),
        Engine::Sqlite => format!(
            "{table}.rowid IN (SELECT rowid FROM {table}_search WHERE {table}_search MATCH ?)"
        ),
    };
    let words = index_query(owner, query, Engine::current());
    (!query.is_empty()).then(|| Expr::cust_with_values(condition, [words]))
}

/// Each word quoted and as a prefix. Words are letters and digits, so none ends its quotes.
fn index_query(owner: UserUuid, query: &SearchQuery, engine: Engine) -> String {
    let (quoted, and): (fn(String) -> String, _) = match engine {
        Engine::Postgres => (|word| format!("'{word}':*"), " & "),
        Engine::Sqlite => (|word| format!("\"{word}\" *"), " AND "),
    };
    let words: Vec<String> = query.words_of(owner).map(quoted).collect();
    words.join(and)
}
