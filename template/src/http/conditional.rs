use std::future::{Ready, ready};

use actix_web::{
    FromRequest, HttpRequest, HttpResponse, Responder,
    body::BoxBody,
    dev::Payload,
    http::{
        Method, StatusCode,
        header::{self, ETag, EntityTag, Header, IfNoneMatch},
    },
};
use serde::Serialize;

use crate::{error::AppError, types::Expected};

/// The header If-Match: which versions of a row a write is meant for (RFC 9110 section 13.1.1).
/// Weak tags match nothing.
pub struct IfMatch(pub Expected);

impl FromRequest for IfMatch {
    type Error = AppError;
    type Future = Ready<Result<Self, AppError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self(expected(request))))
    }
}

fn expected(request: &HttpRequest) -> Expected {
    if !request.headers().contains_key(header::IF_MATCH) {
        return Expected::Any;
    }
    match header::IfMatch::parse(request) {
        Ok(header::IfMatch::Any) => Expected::Any,
        Ok(header::IfMatch::Items(tags)) => {
            let strong = tags.into_iter().filter(|tag| !tag.weak);
            Expected::OneOf(strong.map(|tag| tag.tag().to_owned()).collect())
        }
        Err(_) => Expected::OneOf(Vec::new()),
    }
}

/// What has a version: it is the ETag.
pub trait Versioned {
    /// Raised by each change.
    fn version(&self) -> i32;
}

/// One row as an answer, with its ETag; 304 where the caller has it already (If-None-Match,
/// RFC 9110 section 13.1.2).
pub struct Row<T> {
    row: T,
    /// Where it can be found, if it is new.
    location: Option<String>,
}

impl<T: Versioned + Serialize> Row<T> {
    /// 200, or 304.
    pub fn found(row: T) -> Self {
        Self {
            row,
            location: None,
        }
    }

    /// 201 with Location.
    pub fn created(location: String, row: T) -> Self {
        Self {
            row,
            location: Some(location),
        }
    }
}

impl<T: Versioned + Serialize> Responder for Row<T> {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let tag = EntityTag::new_strong(self.row.version().to_string());
        if is_known(request, &tag) {
            return HttpResponse::NotModified()
                .insert_header(ETag(tag))
                .finish();
        }
        let mut answer = HttpResponse::Ok();
        answer.insert_header(ETag(tag));
        if let Some(location) = self.location {
            answer
                .status(StatusCode::CREATED)
                .insert_header((header::LOCATION, location));
        }
        answer.json(self.row)
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
