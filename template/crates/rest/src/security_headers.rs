use actix_web::{
    HttpRequest,
    http::header::{self, HeaderMap, HeaderName, HeaderValue},
    web::Data,
};

use crate::TrustedProxies;

const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName =
    HeaderName::from_static("cross-origin-resource-policy");

/// The headers of every response, unless it has its own (OWASP's REST security cheat sheet). Pages
/// of other origins still read responses by CORS; they cannot embed or frame them.
const HEADERS: [(HeaderName, &str); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (CROSS_ORIGIN_RESOURCE_POLICY, "same-origin"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; frame-ancestors 'none'",
    ),
];
/// A year, for this host alone: what other hosts of the domain serve is not known here.
const STRICT_TRANSPORT_SECURITY: &str = "max-age=31536000";

/// Sets the headers. Browsers are told to stay with https (RFC 6797) if `by_https`.
pub(crate) fn set(headers: &mut HeaderMap, by_https: bool) {
    for (name, value) in HEADERS {
        set_if_absent(headers, name, value);
    }
    if by_https {
        let name = header::STRICT_TRANSPORT_SECURITY;
        set_if_absent(headers, name, STRICT_TRANSPORT_SECURITY);
    }
}

fn set_if_absent(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    if !headers.contains_key(&name) {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

/// Whether the client spoke https to a trusted proxy: the first value of X-Forwarded-Proto. A value
/// that a client made up does no harm, because browsers ignore the header in responses over http
/// (RFC 6797 section 8.1).
pub(crate) fn came_by_https(request: &HttpRequest) -> bool {
    let Some(proxies) = request.app_data::<Data<TrustedProxies>>() else {
        return false;
    };
    let by_proxy = request
        .peer_addr()
        .is_some_and(|peer| proxies.contain(peer.ip()));
    let protocol = request.headers().get(header::X_FORWARDED_PROTO);
    let protocol = protocol.and_then(|value| value.to_str().ok());
    let first = protocol.and_then(|value| value.split(',').next());
    by_proxy && first.is_some_and(|first| first.trim().eq_ignore_ascii_case("https"))
}
