use std::{collections::BTreeMap, time::Duration};

use actix_web::{
    FromRequest, HttpMessage, HttpRequest,
    dev::Payload,
    http::header,
    mime,
    web::{Bytes, BytesMut, Data},
};
use database::text::violated_rule;
use futures_util::{StreamExt, future::LocalBoxFuture};
use serde::{Deserializer, de::DeserializeOwned};
use serde_json::{Map, Value};
use tokio::time::timeout;
use utoipa::{
    ToSchema,
    openapi::{RefOr, Schema},
};
use validator::{Validate, ValidationErrors};

use crate::{AppError, Code, Limits};

/// The most fields whose errors are reported: a body can hold thousands.
pub(crate) const MAX_ERRORS: usize = 100;

/// A JSON body that was read, parsed and validated. In this order, the errors are 408 or 413, 415,
/// 400, 422.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned + Validate + ToSchema + 'static> FromRequest for Json<T> {
    type Error = AppError;
    type Future = LocalBoxFuture<'static, Result<Self, AppError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let payload = payload.take();
        Box::pin(async move {
            let body = read(&request, payload).await?;
            parse_and_validate(&body).map(Self)
        })
    }
}

/// A body that is declared as JSON.
pub(super) async fn read(request: &HttpRequest, payload: Payload) -> Result<Bytes, AppError> {
    let body = all_of(request, payload).await?;
    let unsupported = |detail| AppError::new(Code::UNSUPPORTED_MEDIA_TYPE).detail(detail);
    if is_encoded(request) {
        // RFC 7694 section 3.
        let error = unsupported("Send the body without Content-Encoding");
        return Err(error.header(header::ACCEPT_ENCODING, "identity".to_owned()));
    }
    if is_json(request) {
        Ok(body)
    } else {
        Err(unsupported("Send Content-Type: application/json"))
    }
}

/// Parses and validates a body; reports every error at once.
pub(super) fn parse_and_validate<T: DeserializeOwned + Validate + ToSchema>(
    body: &[u8],
) -> Result<T, AppError> {
    let value: T = parse(body).map_err(|first| match first.code() {
        Code::VALIDATION_FAILED => all_errors::<T>(body).unwrap_or(first),
        _ => first,
    })?;
    value.validate()?;
    Ok(value)
}

/// Deserializing an object stops at its first error. Here each field is read by itself, so that
/// every error is reported; rules between fields are only checked once all fields are valid.
fn all_errors<T: DeserializeOwned + Validate + ToSchema>(body: &[u8]) -> Option<AppError> {
    let mut fields: Map<String, Value> = serde_json::from_slice(body).ok()?;
    let required = required_fields::<T>();
    let missing = required.iter().filter(|name| !fields.contains_key(*name));
    let missing: Vec<_> = missing.map(|name| is_missing(name)).collect();
    let error_of = |(name, value): (&String, &Value)| {
        if value.is_null() && required.contains(name) {
            return Some((name.clone(), is_missing(name)));
        }
        Some((name.clone(), error_in::<T>(name, value)?))
    };
    let invalid: BTreeMap<_, _> = fields
        .iter()
        .filter_map(error_of)
        .take(MAX_ERRORS)
        .collect();
    fields.retain(|name, _| !invalid.contains_key(name));
    let rules = value_of::<T, _>(Value::Object(fields)).ok();
    let rules = rules.and_then(|value| rules_of_others(value.validate().err()?, &invalid));
    invalid
        .into_values()
        .chain(missing)
        .chain(rules)
        .reduce(AppError::merge_errors)
}

/// The fields that the schema requires.
fn required_fields<T: ToSchema>() -> Vec<String> {
    match T::schema() {
        RefOr::T(Schema::Object(object)) => object.required,
        _ => Vec::new(),
    }
}

fn is_missing(name: &str) -> AppError {
    AppError::invalid(name, "required", "is required")
}

/// The error of one field, read without the rest of the body; for an object, every error in it.
fn error_in<T: DeserializeOwned>(name: &str, value: &Value) -> Option<AppError> {
    let read = |value: Value| {
        let alone = Map::from_iter([(name.to_owned(), value)]);
        value_of::<T, _>(Value::Object(alone)).err()
    };
    let whole = read(value.clone()).filter(|error| error.is_at(name))?;
    let fields = value.as_object().into_iter().flatten();
    let inner = fields.filter_map(|(field, value)| {
        let alone = Map::from_iter([(field.clone(), value.clone())]);
        read(Value::Object(alone)).filter(|error| error.is_at(&format!("{name}.{field}")))
    });
    let inner = inner.take(MAX_ERRORS).reduce(AppError::merge_errors);
    inner.or(Some(whole))
}

/// The rules that the other fields violate. Rules between fields are left out, because they were
/// checked without the invalid fields.
fn rules_of_others(
    mut rules: ValidationErrors,
    invalid: &BTreeMap<String, AppError>,
) -> Option<AppError> {
    rules
        .errors_mut()
        .retain(|name, _| name != "__all__" && !invalid.contains_key(name.as_ref()));
    (!rules.is_empty()).then(|| rules.into())
}

async fn all_of(request: &HttpRequest, payload: Payload) -> Result<Bytes, AppError> {
    let limits = request.app_data::<Data<Limits>>();
    let limit = limits.map_or(0, |limits| limits.max_body_bytes);
    let longest = limits.map_or(Duration::MAX, |limits| limits.body_timeout());
    let declared = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse().ok());
    if declared.is_some_and(|length: usize| length > limit) {
        return Err(too_large(limit));
    }
    timeout(longest, collect(payload, limit))
        .await
        .unwrap_or_else(|_| Err(AppError::new(Code::REQUEST_TIMEOUT)))
}

async fn collect(mut payload: Payload, limit: usize) -> Result<Bytes, AppError> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| {
            AppError::new(Code::MALFORMED_REQUEST).with_source(error.to_string())
        })?;
        if body.len() + chunk.len() > limit {
            return Err(too_large(limit));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

fn too_large(limit: usize) -> AppError {
    AppError::new(Code::BODY_TOO_LARGE).detail(format!("At most {limit} bytes"))
}

fn is_encoded(request: &HttpRequest) -> bool {
    let mut encodings = request.headers().get_all(header::CONTENT_ENCODING);
    encodings.any(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity"))
}

fn is_json(request: &HttpRequest) -> bool {
    let is_one = request.headers().get_all(header::CONTENT_TYPE).count() == 1;
    let media_type = request.mime_type().ok().flatten();
    let is_json = |name: mime::Name<'_>| name == "json";
    is_one
        && media_type.is_some_and(|it| {
            it.type_() == "application"
                && (is_json(it.subtype()) || it.suffix().is_some_and(is_json))
        })
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, AppError> {
    if holds_nul(body) {
        return Err(AppError::new(Code::MALFORMED_REQUEST).detail("The body holds a NUL character"));
    }
    let no_json = || AppError::new(Code::MALFORMED_REQUEST).detail("The body is not JSON");
    let text = std::str::from_utf8(body).map_err(|_| no_json())?;
    let value = value_of(&mut serde_json::Deserializer::from_str(text));
    // The value is invalid; only the whole text shows whether it was JSON at all.
    serde_json::from_str::<serde::de::IgnoredAny>(text).map_err(|_| no_json())?;
    // Serde would take the elements of an array as the fields, in their order.
    match body.trim_ascii_start().first() {
        Some(b'{') => value,
        _ => Err(AppError::invalid("", "invalid_value", "must be an object")),
    }
}

fn value_of<'de, T: DeserializeOwned, D>(json: D) -> Result<T, AppError>
where
    D: Deserializer<'de, Error = serde_json::Error>,
{
    serde_path_to_error::deserialize(json).map_err(|error| explain(&error))
}

/// The error as field, code and message. A rule has its own code; serde puts the name of an
/// unknown, missing or repeated field in backticks.
fn explain(error: &serde_path_to_error::Error<serde_json::Error>) -> AppError {
    let text = error.inner().to_string();
    let place = error.path().to_string();
    let place = if place == "." { "" } else { place.as_str() };
    if let Some((code, message)) = violated_rule(&text) {
        return AppError::invalid(place, code.to_owned(), message);
    }
    let message = text.split(" at line ").next().unwrap_or_default();
    let (code, explanation) = match message.split('`').next() {
        Some("unknown field ") => ("unknown_field", message),
        Some("missing field ") => ("required", "is required"),
        Some("duplicate field ") => ("invalid_value", message),
        _ => return AppError::invalid(place, "invalid_value", message),
    };
    let name = message.split('`').nth(1).unwrap_or_default();
    let field = match place.strip_suffix(name) {
        Some(_) => place.to_owned(),
        None if place.is_empty() => name.to_owned(),
        None => format!("{place}.{name}"),
    };
    AppError::invalid(field, code, explanation)
}

/// A NUL as itself or as `\u0000`: PostgreSQL cannot store it.
fn holds_nul(body: &[u8]) -> bool {
    let escaped = |at: usize| {
        body[..at]
            .iter()
            .rev()
            .take_while(|byte| **byte == b'\\')
            .count()
            % 2
            == 0
    };
    body.contains(&0)
        || body
            .windows(6)
            .enumerate()
            .any(|(at, window)| window == br"\u0000" && escaped(at))
}

#[cfg(test)]
mod tests {
    use database::text::{at_most, deserialize_by_rule};

    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        #[expect(dead_code, reason = "only read into")]
        list: Vec<Inner>,
    }

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[expect(dead_code, reason = "only read into")]
        name: String,
    }

    #[test]
    fn an_error_is_placed_by_its_whole_path() {
        for (body, field, code) in [
            (r#"{}"#, "list", "required"),
            (r#"{"list":[],"x":1}"#, "x", "unknown_field"),
            (r#"{"list":[{}]}"#, "list[0].name", "required"),
            (
                r#"{"list":[{"name":"a"},{"name":"b","x":1}]}"#,
                "list[1].x",
                "unknown_field",
            ),
            (r#"{"list":[{"name":1}]}"#, "list[0].name", "invalid_value"),
            (r#"[]"#, "", "invalid_value"),
        ] {
            let error = parse::<Outer>(body.as_bytes()).expect_err(body);
            let problem = serde_json::to_value(error.problem("id")).expect("it is JSON");
            assert_eq!(
                (
                    &problem["errors"][0]["field"],
                    &problem["errors"][0]["code"]
                ),
                (&field.into(), &code.into()),
                "{body}"
            );
        }
    }

    #[derive(Debug, serde::Deserialize, Validate, ToSchema)]
    #[serde(deny_unknown_fields)]
    #[validate(schema(function = never))]
    struct Form {
        #[expect(dead_code, reason = "only read into")]
        #[schema(value_type = String)]
        name: Short,
        #[serde(default)]
        #[validate(range(max = 9, code = "too_large"))]
        count: u32,
        #[serde(default)]
        #[validate(length(max = 1, code = "too_many"))]
        times: Vec<u8>,
    }

    #[derive(Debug)]
    struct Short;

    impl<'de> serde::Deserialize<'de> for Short {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            deserialize_by_rule(deserializer, |text| at_most(text, 3).map(|()| Self))
        }
    }

    fn never(_: &Form) -> Result<(), validator::ValidationError> {
        Err(validator::ValidationError::new("never"))
    }

    fn errors_of(body: &[u8]) -> Vec<String> {
        let error = parse_and_validate::<Form>(body).expect_err("it is wrong");
        let problem = serde_json::to_value(error.problem("id")).expect("it is JSON");
        let errors = problem["errors"].as_array().cloned().unwrap_or_default();
        let told = |error: Value| format!("{} {}", error["field"], error["code"]).replace('"', "");
        errors.into_iter().map(told).collect()
    }

    #[test]
    fn every_error_of_a_body_is_reported() {
        for (body, told) in [
            (
                r#"{"count":"1","times":[300]}"#,
                vec![
                    "count invalid_value",
                    "times[0] invalid_value",
                    "name required",
                ],
            ),
            (
                r#"{"name":"abc","count":10,"x":1}"#,
                vec!["x unknown_field", "count too_large"],
            ),
            (
                r#"{"name":"abcd","count":-1}"#,
                vec!["count invalid_value", "name too_long"],
            ),
            (
                r#"{"name":"abc","count":1,"count":2}"#,
                vec!["count invalid_value"],
            ),
            (r#"{"name":"abc"}"#, vec!["__all__ never"]),
        ] {
            assert_eq!(errors_of(body.as_bytes()), told, "{body}");
        }
    }

    #[test]
    fn only_the_first_of_very_many_errors_are_reported() {
        let fields = (0..5000).map(|n| (format!("x{n}"), Value::Null));
        let fields: Map<_, _> = fields.chain([("name".to_owned(), "abc".into())]).collect();
        let body = serde_json::to_vec(&fields).expect("it is JSON");
        assert_eq!(errors_of(&body).len(), MAX_ERRORS);
        let body = serde_json::json!({ "inner": fields });
        let body = serde_json::to_vec(&body).expect("it is JSON");
        let error = parse_and_validate::<Nested>(&body).expect_err("it is wrong");
        let problem = serde_json::to_value(error.problem("id")).expect("it is JSON");
        let errors = problem["errors"].as_array().map(Vec::len);
        assert_eq!(errors, Some(MAX_ERRORS));
    }

    #[derive(Debug, serde::Deserialize, Validate, ToSchema)]
    struct Nested {
        #[expect(dead_code, reason = "only read into")]
        #[schema(value_type = Object)]
        inner: Inner,
    }

    #[test]
    fn nul_is_noticed_in_every_spelling() {
        assert!(holds_nul(b"{\"a\":\"\0\"}"));
        assert!(holds_nul(br#"{"a":"\u0000"}"#));
        assert!(holds_nul(br#"{"a":"\\\u0000"}"#));
        assert!(!holds_nul(br#"{"a":"\\u0000"}"#));
    }
}
