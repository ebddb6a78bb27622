/// The name of a table, column, index, trigger or schema as it is written in SQL.
#[must_use]
pub fn quoted(name: &str) -> String {
    format!(r#""{}""#, name.replace('"', r#""""#))
}
