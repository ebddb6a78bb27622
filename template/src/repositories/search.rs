//! The condition that a task holds what is searched for, in the words of each engine's index.

use sea_orm::prelude::Expr;

use crate::types::{Engine, SearchQuery, UserUuid};

/// That a task of the owner holds every word of `query`; `None` where there is nothing to search
/// for. It bounds what is read to the owner's part of the index, and is no guard: the query that
/// it goes into asks for the owner all the same.
pub(super) fn holds(owner: UserUuid, query: &SearchQuery) -> Option<Expr> {
    let condition = match Engine::current() {
        Engine::Postgres => {
            "array_to_tsvector(string_to_array(tasks.search_text, ' ')) @@ CAST($1 AS tsquery)"
        }
        Engine::Sqlite => {
            "tasks.rowid IN (SELECT rowid FROM tasks_search WHERE tasks_search MATCH ?)"
        }
    };
    let matching = matching(owner, query, Engine::current());
    (!query.is_empty()).then(|| Expr::cust_with_values(condition, [matching]))
}

/// Each word quoted and as a beginning. Words are letters and digits, so none ends its quotes.
fn matching(owner: UserUuid, query: &SearchQuery, engine: Engine) -> String {
    let (quoted, and): (fn(String) -> String, _) = match engine {
        Engine::Postgres => (|word| format!("'{word}':*"), " & "),
        Engine::Sqlite => (|word| format!("\"{word}\" *"), " AND "),
    };
    let words: Vec<String> = query.words_of(owner).map(quoted).collect();
    words.join(and)
}
