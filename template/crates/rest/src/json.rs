use std::collections::BTreeMap;

use actix_web::{
    FromRequest, HttpMessage, HttpRequest,
    dev::Payload,
    http::header,
    web::{Bytes, BytesMut, Data},
};
use futures_util::{StreamExt, future::LocalBoxFuture};
use serde::{Deserializer, de::DeserializeOwned};
use serde_json::{Map, Value};
use validator::{Validate, ValidationErrors};

use crate::{
    config::Settings,
    error::{AppError, Code},
};

/// How many members that cannot be read are told of: a body can hold thousands.
const MOST_FAULTS: usize = 100;

/// A JSON body that was read, understood and found valid, in that order: 413, 415, 400, 422.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned + Validate + 'static> FromRequest for Json<T> {
    type Error = AppError;
    type Future = LocalBoxFuture<'static, Result<Self, AppError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let payload = payload.take();
        Box::pin(async move {
            let body = read(&request, payload).await?;
            understand(&body).map(Self)
        })
    }
}

/// The body of a request for a row, unless the row is not `found`: that comes before what is wrong
/// with the body.
///
/// # Errors
/// What is wrong with the body; `not_found`.
pub async fn body_of<B>(
    body: Result<B, AppError>,
    found: impl Future<Output = Result<(), AppError>>,
) -> Result<B, AppError> {
    match body {
        Ok(body) => Ok(body),
        Err(error) => found.await.and(Err(error)),
    }
}

/// A body that is declared as JSON.
pub(super) async fn read(request: &HttpRequest, payload: Payload) -> Result<Bytes, AppError> {
    let body = all_of(request, payload).await?;
    match is_json(request) {
        true => Ok(body),
        false => {
            Err(AppError::new(Code::UnsupportedMediaType)
                .detail("Send Content-Type: application/json"))
        }
    }
}

/// What a body says.
pub(super) fn understand<T: DeserializeOwned + Validate>(body: &[u8]) -> Result<T, AppError> {
    let value: T = parse(body).map_err(|first| match first.code() {
        Code::ValidationFailed => all_faults::<T>(body).unwrap_or(first),
        _ => first,
    })?;
    value.validate()?;
    Ok(value)
}

/// Reading an object stops at the first member that cannot be read. Here each is read by itself, and
/// then the sound ones together, so that their rules are heard too.
fn all_faults<T: DeserializeOwned + Validate>(body: &[u8]) -> Option<AppError> {
    let mut members: Map<String, Value> = serde_json::from_slice(body).ok()?;
    let faults: BTreeMap<_, _> = members
        .iter()
        .filter_map(|(name, value)| Some((name.clone(), fault_of::<T>(name, value)?)))
        .take(MOST_FAULTS)
        .collect();
    members.retain(|name, _| !faults.contains_key(name));
    let broken = match value_of::<T, _>(Value::Object(members)) {
        Ok(value) => value
            .validate()
            .err()
            .and_then(|rules| of_others(rules, &faults)),
        Err(missing) => Some(missing).filter(|_| faults.is_empty()),
    };
    faults.into_values().chain(broken).reduce(AppError::and)
}

/// Why a member cannot be read, whatever else the body has.
fn fault_of<T: DeserializeOwned>(name: &str, value: &Value) -> Option<AppError> {
    let alone = Map::from_iter([(name.to_owned(), value.clone())]);
    let fault = value_of::<T, _>(Value::Object(alone)).err();
    fault.filter(|fault| fault.is_at(name))
}

/// The rules that members without a fault broke. Those between members are not among them: they
/// were judged without the faulty ones.
fn of_others(mut rules: ValidationErrors, faults: &BTreeMap<String, AppError>) -> Option<AppError> {
    rules
        .errors_mut()
        .retain(|name, _| name != "__all__" && !faults.contains_key(name.as_ref()));
    (!rules.is_empty()).then(|| rules.into())
}

async fn all_of(request: &HttpRequest, mut payload: Payload) -> Result<Bytes, AppError> {
    let limit = request
        .app_data::<Data<Settings>>()
        .map_or(0, |settings| settings.max_body_bytes);
    let too_large = || AppError::new(Code::BodyTooLarge).detail(format!("At most {limit} bytes"));
    let declared = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse().ok());
    if declared.is_some_and(|length: usize| length > limit) {
        return Err(too_large());
    }
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk
            .map_err(|error| AppError::new(Code::MalformedRequest).because(error.to_string()))?;
        if body.len() + chunk.len() > limit {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

fn is_json(request: &HttpRequest) -> bool {
    let essence = request.content_type().trim().to_ascii_lowercase();
    essence == "application/json"
        || essence.starts_with("application/") && essence.ends_with("+json")
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, AppError> {
    if holds_nul(body) {
        return Err(AppError::new(Code::MalformedRequest).detail("The body holds a NUL character"));
    }
    let value = value_of(&mut serde_json::Deserializer::from_slice(body));
    // What follows a bad value decides whether it was JSON at all.
    let syntax = serde_json::from_slice::<serde::de::IgnoredAny>(body);
    syntax.map_err(|_| AppError::new(Code::MalformedRequest).detail("The body is not JSON"))?;
    // Serde would take the elements of an array as the members, in their order.
    match body.trim_ascii_start().first() {
        Some(b'{') => value,
        _ => Err(AppError::invalid("", "invalid_value", "must be an object")),
    }
}

fn value_of<'de, T: DeserializeOwned, D>(json: D) -> Result<T, AppError>
where
    D: Deserializer<'de, Error = serde_json::Error>,
{
    serde_path_to_error::deserialize(json).map_err(|error| refuse(&error))
}

/// The fault as field, code and message; serde names an unknown, missing or repeated member in backticks.
fn refuse(error: &serde_path_to_error::Error<serde_json::Error>) -> AppError {
    let text = error.inner().to_string();
    let place = error.path().to_string();
    let place = if place == "." { "" } else { place.as_str() };
    let message = text.split(" at line ").next().unwrap_or_default();
    let code = match message.split('`').next() {
        Some("unknown field ") => "unknown_field",
        Some("missing field ") => "required",
        Some("duplicate field ") => "invalid_value",
        _ => return AppError::invalid(place, "invalid_value", message),
    };
    let member = message.split('`').nth(1).unwrap_or_default();
    let field = match place.strip_suffix(member) {
        Some(_) => place.to_owned(),
        None if place.is_empty() => member.to_owned(),
        None => format!("{place}.{member}"),
    };
    AppError::invalid(field, code, message)
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
    fn a_fault_is_placed_by_its_whole_path() {
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

    #[derive(Debug, serde::Deserialize, Validate)]
    #[serde(deny_unknown_fields)]
    #[validate(schema(function = never))]
    struct Form {
        #[serde(default)]
        #[validate(required, length(max = 3, code = "too_long"))]
        name: Option<String>,
        #[serde(default)]
        #[validate(range(max = 9, code = "too_large"))]
        count: u32,
        #[serde(default)]
        #[validate(length(max = 1, code = "too_many"))]
        times: Vec<u8>,
    }

    fn never(_: &Form) -> Result<(), validator::ValidationError> {
        Err(validator::ValidationError::new("never"))
    }

    fn faults_of(body: &[u8]) -> Vec<String> {
        let error = understand::<Form>(body).expect_err("it is wrong");
        let problem = serde_json::to_value(error.problem("id")).expect("it is JSON");
        let faults = problem["errors"].as_array().cloned().unwrap_or_default();
        let told = |fault: Value| format!("{} {}", fault["field"], fault["code"]).replace('"', "");
        faults.into_iter().map(told).collect()
    }

    #[test]
    fn every_fault_of_a_body_is_told() {
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
                r#"{"name":7,"count":10,"x":1}"#,
                vec!["name invalid_value", "x unknown_field", "count too_large"],
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
            assert_eq!(faults_of(body.as_bytes()), told, "{body}");
        }
    }

    #[test]
    fn of_very_many_faults_the_first_are_told() {
        let members: Map<_, _> = (0..5000).map(|n| (format!("x{n}"), Value::Null)).collect();
        let body = serde_json::to_vec(&members).expect("it is JSON");
        assert_eq!(faults_of(&body).len(), MOST_FAULTS);
    }

    #[test]
    fn nul_is_noticed_in_every_spelling() {
        assert!(holds_nul(b"{\"a\":\"\0\"}"));
        assert!(holds_nul(br#"{"a":"\u0000"}"#));
        assert!(holds_nul(br#"{"a":"\\\u0000"}"#));
        assert!(!holds_nul(br#"{"a":"\\u0000"}"#));
    }
}
