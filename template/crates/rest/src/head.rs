use actix_web::{
    Error, HttpMessage, HttpRequest,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::Method,
    middleware::Next,
};

/// Left in the extensions of a HEAD request, whose method is GET from then on.
struct WasHead;

/// The method that the client sent.
#[must_use]
pub fn sent_method(request: &HttpRequest) -> Method {
    if request.extensions().contains::<WasHead>() {
        return Method::HEAD;
    }
    request.method().clone()
}

/// HEAD is routed as GET (RFC 9110 section 9.3.2); the protocol layer leaves the body out.
pub async fn head_as_get(
    mut request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
        request.extensions_mut().insert(WasHead);
    }
    next.call(request).await
}
