use actix_web::{
    HttpRequest, HttpResponse, Responder,
    body::BoxBody,
    http::{Uri, header},
};
use database::Page;
use serde::Serialize;
use url::form_urlencoded;

/// A page as a response, with links to other pages in the header Link (RFC 8288).
pub struct List<T>(pub Page<T>);

impl<T: Serialize> Responder for List<T> {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let link = |(relation, target)| format!(r#"<{target}>; rel="{relation}""#);
        let links: Vec<_> = links(request.uri(), &self.0).map(link).collect();
        HttpResponse::Ok()
            .insert_header((header::LINK, links.join(", ")))
            .json(self.0)
    }
}

/// Links to the first, previous, next and last page. Cursors only lead forward, and the last page
/// is only known if the rows were counted.
fn links<T>(uri: &Uri, page: &Page<T>) -> impl Iterator<Item = (&'static str, String)> {
    let by_cursor = parameters(uri).any(|(name, _)| name == "cursor");
    let numbered = |number: u64| Some(target(uri, "page", &number.to_string()));
    let number = u64::from(page.page);
    let last = page.total_pages.map(|last| last.max(1));
    let next = match (by_cursor, &page.next_cursor) {
        (true, Some(cursor)) => Some(target(uri, "cursor", cursor)),
        (false, _) if page.goes_on => numbered(number + 1),
        _ => None,
    };
    let previous = if by_cursor || number == 1 {
        None
    } else {
        numbered(last.map_or(number - 1, |last| last.min(number - 1)))
    };
    let last = last.filter(|_| !by_cursor).and_then(numbered);
    [
        ("first", numbered(1)),
        ("prev", previous),
        ("next", next),
        ("last", last),
    ]
    .into_iter()
    .filter_map(|(relation, target)| Some((relation, target?)))
}

fn parameters(uri: &Uri) -> form_urlencoded::Parse<'_> {
    form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
}

/// The URL of another page of the same list.
fn target(uri: &Uri, name: &str, value: &str) -> String {
    let kept = parameters(uri).filter(|(name, _)| name != "page" && name != "cursor");
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(kept)
        .append_pair(name, value)
        .finish();
    format!("{}?{query}", uri.path())
}
