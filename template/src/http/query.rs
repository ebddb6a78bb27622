use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use serde::{Deserialize, de::DeserializeOwned};
use utoipa::IntoParams;

use crate::{
    error::{AppError, Code},
    types::PageRequest,
};

/// The query parameters: repeated names fill lists, unknown names are refused
/// (`#[serde(deny_unknown_fields)]` on `T`).
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = AppError;
    type Future = Ready<Result<Self, AppError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(parse(request.query_string()).map(Self))
    }
}

fn parse<T: DeserializeOwned>(query: &str) -> Result<T, AppError> {
    if !is_well_encoded(query) {
        return Err(
            AppError::new(Code::MalformedRequest).detail("The query is badly percent-encoded")
        );
    }
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    serde_path_to_error::deserialize(serde_html_form::Deserializer::new(pairs)).map_err(|error| {
        let text = error.inner().to_string();
        match text.split('`').nth(1) {
            Some(name) if text.starts_with("unknown field") => AppError::invalid(
                name,
                "unknown_parameter",
                "is not a parameter of this route",
            ),
            _ => AppError::invalid(error.path().to_string(), "invalid_value", text),
        }
    })
}

/// Each `%` starts two hexadecimal digits, and what they stand for is UTF-8 without NUL.
fn is_well_encoded(query: &str) -> bool {
    let digits =
        |rest: &str| rest.len() >= 2 && rest.bytes().take(2).all(|byte| byte.is_ascii_hexdigit());
    let escapes_are_whole = query.split('%').skip(1).all(digits);
    let lossless = url::form_urlencoded::parse(query.as_bytes()).all(|(name, value)| {
        !format!("{name}{value}").contains(['\0', char::REPLACEMENT_CHARACTER])
    });
    escapes_are_whole && lossless
}

/// The parameters of a route that answers with pages.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields, default)]
pub struct PageQuery {
    /// Which page; the first is 1.
    #[param(minimum = 1, default = 1)]
    page: Option<u32>,
    /// Rows on a page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    page_size: Option<u32>,
}

impl PageQuery {
    /// The page asked for.
    ///
    /// # Errors
    /// `validation_failed` when a number is out of range.
    pub fn request(&self) -> Result<PageRequest, AppError> {
        page_request(self.page, self.page_size)
    }
}

/// The page that `page` and `page_size` ask for, with their defaults.
///
/// # Errors
/// `validation_failed` when a number is out of range.
pub fn page_request(page: Option<u32>, page_size: Option<u32>) -> Result<PageRequest, AppError> {
    let page = page.unwrap_or(1);
    if page == 0 {
        return Err(AppError::invalid(
            "page",
            "out_of_range",
            "must be at least 1",
        ));
    }
    PageRequest::new(page, page_size.unwrap_or(PageRequest::DEFAULT_SIZE)).ok_or_else(|| {
        AppError::invalid(
            "page_size",
            "out_of_range",
            format!("must be from 1 to {}", PageRequest::MAX_SIZE),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_percent_encoding_and_nul_are_noticed() {
        for query in ["a=%", "a=%4", "a=%zz", "a=%ff", "a=%00", "%00=a"] {
            assert!(!is_well_encoded(query), "{query}");
        }
        assert!(is_well_encoded("a=%C3%A4+b&c=100%25"));
    }
}
