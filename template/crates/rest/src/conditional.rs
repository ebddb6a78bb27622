use std::future::{Ready, ready};

use actix_web::{
    FromRequest, HttpRequest, HttpResponse, Responder,
    body::BoxBody,
    dev::Payload,
    http::{
        Method,
        header::{self, ETag, EntityTag, Header, IfNoneMatch},
    },
};
use database::VersionPrecondition;
use serde::Serialize;

use crate::{AppError, Code};

/// The header If-Match: which versions of a row a write is meant for (RFC 9110 section 13.1.1).
/// Weak tags match nothing.
pub struct IfMatch(pub VersionPrecondition);

impl FromRequest for IfMatch {
    type Error = AppError;
    type Future = Ready<Result<Self, AppError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self(expected(request))))
    }
}

fn expected(request: &HttpRequest) -> VersionPrecondition {
    if !request.headers().contains_key(header::IF_MATCH) {
        return unexpected(request);
    }
    match header::IfMatch::parse(request) {
        Ok(header::IfMatch::Any) => VersionPrecondition::Any,
        Ok(header::IfMatch::Items(tags)) => {
            let strong = tags.into_iter().filter(|tag| !tag.weak);
            VersionPrecondition::OneOf(strong.map(|tag| tag.tag().to_owned()).collect())
        }
        Err(_) => VersionPrecondition::OneOf(Vec::new()),
    }
}

/// The versions that a write is not meant for (If-None-Match, RFC 9110 section 13.1.2).
fn unexpected(request: &HttpRequest) -> VersionPrecondition {
    if request.method().is_safe() || !request.headers().contains_key(header::IF_NONE_MATCH) {
        return VersionPrecondition::Any;
    }
    match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => VersionPrecondition::OneOf(Vec::new()),
        Ok(IfNoneMatch::Items(tags)) => {
            let tags = tags.iter().map(|tag| tag.tag().to_owned());
            VersionPrecondition::NoneOf(tags.collect())
        }
        Err(_) => VersionPrecondition::Any,
    }
}

/// A row with a version, which is its ETag.
pub trait Versioned {
    /// The version; each change raises it.
    fn version(&self) -> i32;
}

/// One row as a response, with its ETag; 304 where the caller has it already (If-None-Match,
/// RFC 9110 section 13.1.2).
pub struct Row<T>(pub T);

/// The version as an ETag.
pub(super) fn etag(row: &impl Versioned) -> EntityTag {
    EntityTag::new_strong(row.version().to_string())
}

impl<T: Versioned + Serialize> Responder for Row<T> {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let tag = etag(&self.0);
        // A write has looked at it before.
        if request.method().is_safe() && !expected(request).accepts(self.0.version()) {
            return HttpResponse::from_error(AppError::new(Code::PRECONDITION_FAILED));
        }
        if is_known(request, &tag) {
            return HttpResponse::NotModified()
                .insert_header(ETag(tag))
                .finish();
        }
        HttpResponse::Ok().insert_header(ETag(tag)).json(self.0)
    }
}

fn is_known(request: &HttpRequest, tag: &EntityTag) -> bool {
    if request.method() != Method::GET || !request.headers().contains_key(header::IF_NONE_MATCH) {
        return false;
    }
    match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(known)) => known.iter().any(|known| known.weak_eq(tag)),
        Err(_) => false,
    }
}
