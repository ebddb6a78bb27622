use std::{
    borrow::Cow,
    collections::BTreeMap,
    future::{Ready, ready},
};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use database::{ListRequest, PageRequest, text::violated_rule};
use percent_encoding::percent_decode_str;
use serde::{Deserialize, de::DeserializeOwned};
use url::form_urlencoded;
use utoipa::IntoParams;
use validator::{Validate, ValidationError};

use crate::{AppError, Code, json::MAX_ERRORS};

/// The query parameters: repeated names fill lists, unknown names are rejected
/// (`#[serde(deny_unknown_fields)]` on `T`).
pub struct Query<T>(pub T);

impl<T: DeserializeOwned + Validate> FromRequest for Query<T> {
    type Error = AppError;
    type Future = Ready<Result<Self, AppError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(parse(request.query_string()).map(Self))
    }
}

/// The query of a list: `page`, `page_size`, `cursor` and `total`, which every list takes, and `T` with its
/// own parameters.
pub struct ListQuery<T> {
    /// Its own parameters.
    pub filter: T,
    /// The part of the list.
    pub request: ListRequest,
}

impl<T: DeserializeOwned + Validate> FromRequest for ListQuery<T> {
    type Error = AppError;
    type Future = Ready<Result<Self, AppError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(parse_list(request.query_string()))
    }
}

fn parse_list<T: DeserializeOwned + Validate>(query: &str) -> Result<ListQuery<T>, AppError> {
    let is_shared = |name: &str| ["page", "page_size", "cursor", "total"].contains(&name);
    let (shared, own): (Vec<_>, Vec<_>) =
        form_urlencoded::parse(query.as_bytes()).partition(|(name, _)| is_shared(name));
    check_encoding(query)?;
    match (
        parse_pairs::<T>(&own),
        parse_pairs::<ListParameters>(&shared),
    ) {
        (Ok(filter), Ok(parameters)) => Ok(ListQuery {
            filter,
            request: parameters.request(),
        }),
        (Err(error), Ok(_)) | (Ok(_), Err(error)) => Err(error),
        (Err(own), Err(shared)) => Err(own.merge_errors(shared)),
    }
}

fn parse<T: DeserializeOwned + Validate>(query: &str) -> Result<T, AppError> {
    check_encoding(query)?;
    parse_pairs(&form_urlencoded::parse(query.as_bytes()).collect::<Vec<_>>())
}

type Pair<'a> = (Cow<'a, str>, Cow<'a, str>);

fn parse_pairs<T: DeserializeOwned + Validate>(pairs: &[Pair<'_>]) -> Result<T, AppError> {
    match read::<T>(pairs) {
        Ok(parameters) => {
            parameters.validate()?;
            Ok(parameters)
        }
        Err(first) => Err(all_errors::<T>(pairs).unwrap_or(first)),
    }
}

fn check_encoding(query: &str) -> Result<(), AppError> {
    if is_well_encoded(query) {
        return Ok(());
    }
    Err(AppError::new(Code::MALFORMED_REQUEST).detail("The query is badly percent-encoded"))
}

fn read<T: DeserializeOwned>(pairs: &[Pair<'_>]) -> Result<T, AppError> {
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish();
    let pairs = form_urlencoded::parse(query.as_bytes());
    serde_path_to_error::deserialize(serde_html_form::Deserializer::new(pairs)).map_err(|error| {
        let (text, path) = (error.inner().to_string(), error.path().to_string());
        let place = path.split('[').next().unwrap_or_default();
        if let Some((code, message)) = violated_rule(&text) {
            return AppError::invalid(place, code.to_owned(), message);
        }
        match text.split('`').nth(1) {
            Some(name) if text.starts_with("unknown field") => AppError::invalid(
                name,
                "unknown_parameter",
                "is not a parameter of this route",
            ),
            _ => AppError::invalid(place, "invalid_value", text),
        }
    })
}

/// Reading stops at the first error. No parameter is required, so each can be read by itself, and
/// then every error is known.
fn all_errors<T: DeserializeOwned + Validate>(pairs: &[Pair<'_>]) -> Option<AppError> {
    let mut by_name = BTreeMap::<_, Vec<Pair<'_>>>::new();
    for pair in pairs {
        by_name
            .entry(pair.0.clone())
            .or_default()
            .push(pair.clone());
    }
    let errors = by_name.into_values().filter_map(|own| {
        let parameter = read::<T>(&own);
        parameter.and_then(|one| Ok(one.validate()?)).err()
    });
    errors.take(MAX_ERRORS).reduce(AppError::merge_errors)
}

/// Each `%` starts two hexadecimal digits, and what they stand for is UTF-8 without NUL.
fn is_well_encoded(query: &str) -> bool {
    let digits =
        |rest: &str| rest.len() >= 2 && rest.bytes().take(2).all(|byte| byte.is_ascii_hexdigit());
    let escapes_are_whole = query.split('%').skip(1).all(digits);
    let decoded = percent_decode_str(query).decode_utf8();
    escapes_are_whole && decoded.is_ok_and(|text| !text.contains('\0'))
}

/// The parameters of a route that answers with pages.
#[derive(Debug, Default, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields, default)]
pub struct PageQuery {
    /// Which page; the first is 1.
    #[validate(range(min = 1, code = "out_of_range", message = "must be at least 1"))]
    #[param(
        minimum = 1,
        maximum = 4_294_967_295_u32,
        format = "uint32",
        default = 1
    )]
    page: Option<u32>,
    /// Rows on a page.
    #[validate(custom(function = check_page_size))]
    #[param(minimum = 1, maximum = 100, default = 20)]
    page_size: Option<u32>,
    /// Whether `total` and `total_pages` are told.
    #[param(default = true)]
    total: Option<bool>,
}

impl PageQuery {
    /// The page asked for.
    #[must_use]
    pub fn request(&self) -> ListRequest {
        ListRequest {
            total: self.total.unwrap_or(true),
            ..page_request(self.page, self.page_size).into()
        }
    }
}

/// The parameters of a route that answers with one row.
#[derive(Debug, Default, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields, default)]
pub struct GetQuery {
    /// Returns a deleted row too.
    #[param(default = false)]
    pub include_deleted: bool,
}

/// The parameters that every [`ListQuery`] takes, for its documentation.
#[derive(Debug, Default, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields, default)]
#[validate(schema(function = page_or_cursor))]
pub struct ListParameters {
    /// Which page; the first is 1.
    #[validate(range(min = 1, code = "out_of_range", message = "must be at least 1"))]
    #[param(
        minimum = 1,
        maximum = 4_294_967_295_u32,
        format = "uint32",
        default = 1
    )]
    page: Option<u32>,
    /// Rows on a page.
    #[validate(custom(function = check_page_size))]
    #[param(minimum = 1, maximum = 100, default = 20)]
    page_size: Option<u32>,
    /// A `next_cursor`: the list goes on there, in place of `page`. The other parameters must be
    /// the same as before, but for `page_size`.
    cursor: Option<String>,
    /// Whether `total` and `total_pages` are told, which takes time in long lists; never with
    /// `cursor`.
    #[param(default = true)]
    total: Option<bool>,
}

impl ListParameters {
    fn request(self) -> ListRequest {
        ListRequest {
            page: page_request(self.page, self.page_size),
            cursor: self.cursor.filter(|cursor| !cursor.is_empty()),
            total: self.total.unwrap_or(true),
        }
    }
}

/// The page that `page` and `page_size` ask for, with their defaults; both are valid.
fn page_request(page: Option<u32>, page_size: Option<u32>) -> PageRequest {
    let size = page_size.unwrap_or(PageRequest::DEFAULT_SIZE);
    PageRequest::new(page.unwrap_or(1), size).unwrap_or_default()
}

fn check_page_size(size: u32) -> Result<(), ValidationError> {
    match PageRequest::new(1, size) {
        Some(_) => Ok(()),
        None => Err(ValidationError::new("out_of_range")
            .with_message(format!("must be from 1 to {}", PageRequest::MAX_SIZE).into())),
    }
}

/// A cursor and a page exclude each other.
fn page_or_cursor(query: &ListParameters) -> Result<(), ValidationError> {
    let cursor = query.cursor.as_deref().unwrap_or_default();
    if query.page.is_none() || cursor.is_empty() {
        return Ok(());
    }
    let mut error = ValidationError::new("not_with_page")
        .with_message("takes the place of page: send one of them".into());
    error.add_param("field".into(), &"cursor");
    Err(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use database::UtcDateTime;

    #[derive(Debug, Default, Deserialize, Validate)]
    #[serde(deny_unknown_fields, default)]
    struct Parameters {
        #[validate(range(min = 1, code = "out_of_range"))]
        page: Option<u32>,
        word: Vec<String>,
    }

    #[test]
    fn every_bad_parameter_is_named() {
        for (query, expected) in [
            ("page=0", vec!["page"]),
            ("page=x&page=1", vec!["page"]),
            ("page=1&page=2", vec!["page"]),
            ("b=1&word=x&page=0&a=1&b=2", vec!["a", "b", "page"]),
        ] {
            let error = parse::<Parameters>(query).expect_err(query);
            let problem = serde_json::to_value(error.problem("id")).expect("it is JSON");
            let errors = problem["errors"].as_array().cloned().unwrap_or_default();
            let fields: Vec<_> = errors.iter().map(|error| error["field"].clone()).collect();
            assert_eq!(fields, expected, "{query}");
        }
    }

    #[test]
    fn only_the_first_of_very_many_bad_parameters_are_named() {
        let query: Vec<_> = (0..5000).map(|n| format!("x{n}=1")).collect();
        let error = parse::<Parameters>(&query.join("&")).expect_err("they are unknown");
        let problem = serde_json::to_value(error.problem("id")).expect("it is JSON");
        let errors = problem["errors"].as_array().map(Vec::len);
        assert_eq!(errors, Some(MAX_ERRORS));
    }

    #[test]
    fn a_repeated_parameter_fills_a_list() {
        let parameters = parse::<Parameters>("word=a&page=2&word=b").expect("it is valid");
        assert_eq!(parameters.word, ["a", "b"]);
        assert_eq!(parameters.page, Some(2));
    }

    #[test]
    fn bad_percent_encoding_and_nul_are_noticed() {
        for query in ["a=%", "a=%4", "a=%zz", "a=%ff", "a=%00", "%00=a"] {
            assert!(!is_well_encoded(query), "{query}");
        }
        for query in ["a=%C3%A4+b&c=100%25", "a=%EF%BF%BD"] {
            assert!(is_well_encoded(query), "{query}");
        }
    }

    #[derive(Debug, Deserialize, Validate)]
    struct Until {
        until: UtcDateTime,
    }

    #[test]
    fn times_are_read_as_they_are_in_bodies() {
        let read = |query| parse::<Until>(query).map(|query| query.until.to_string());
        for (query, utc) in [
            ("until=2026-12-01T09:30:00Z", "2026-12-01T09:30:00.000Z"),
            (
                "until=2026-12-01T09:30:00%2B09:00",
                "2026-12-01T00:30:00.000Z",
            ),
            ("until=2026-12-01+09:30", "2026-12-01T09:30:00.000Z"),
        ] {
            assert_eq!(read(query).ok().as_deref(), Some(utc), "{query}");
        }
        for query in ["until=2026-12-01", "until=", "until=2026-12-01T23:59:60Z"] {
            let rejected = read(query).expect_err("no time");
            let problem = serde_json::to_value(rejected.problem("")).expect("JSON");
            assert_eq!(problem["code"], "validation_failed");
            assert_eq!(problem["errors"][0]["field"], "until", "{query}");
        }
    }
}
