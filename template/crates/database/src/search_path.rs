//! `?schema=NAME` of a PostgreSQL URL, as Prisma writes it: the schema that holds the tables.

use url::form_urlencoded;

#[cfg(feature = "postgres")]
use crate::quoted;

/// Splits a URL: the URL without the parameter, which drivers do not know, and the schema.
pub(crate) fn split_schema(url: &str) -> (String, Option<String>) {
    let Some((address, query)) = url.split_once('?') else {
        return (url.to_owned(), None);
    };
    let is_schema = |parameter: &&str| parameter.starts_with("schema=");
    let (schemas, others): (Vec<_>, Vec<_>) = query.split('&').partition(is_schema);
    let schema = schemas.last().and_then(|parameter| {
        let (_, value) = form_urlencoded::parse(parameter.as_bytes()).next()?;
        (!value.is_empty()).then(|| value.into_owned())
    });
    let others = others.join("&");
    let url = if others.is_empty() {
        address.to_owned()
    } else {
        format!("{address}?{others}")
    };
    (url, schema)
}

/// Sets the search path of a new connection. Poolers reject it among the start-up options.
#[cfg(feature = "postgres")]
pub(crate) async fn set_search_path(
    connection: &mut sqlx::PgConnection,
    schema: &str,
) -> Result<(), sqlx::Error> {
    let set = sqlx::query("SELECT set_config('search_path', $1, false)").bind(quoted(schema));
    set.execute(connection).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_is_taken_out_of_the_url_and_nothing_else() {
        for (url, rest, schema) in [
            ("postgres://db/app", "postgres://db/app", None),
            (
                "postgres://db/app?schema=auth",
                "postgres://db/app",
                Some("auth"),
            ),
            (
                "postgres://db/app?sslmode=require&schema=my%20auth&options=-c%20a=b",
                "postgres://db/app?sslmode=require&options=-c%20a=b",
                Some("my auth"),
            ),
            ("postgres://db/app?schema=", "postgres://db/app", None),
            (
                "postgres://db/app?myschema=x",
                "postgres://db/app?myschema=x",
                None,
            ),
        ] {
            let expected = (rest.to_owned(), schema.map(str::to_owned));
            assert_eq!(split_schema(url), expected, "{url}");
        }
    }
}
