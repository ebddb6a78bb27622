use actix_web::{
    FromRequest, HttpMessage, HttpRequest,
    dev::Payload,
    http::header,
    web::{Bytes, BytesMut, Data},
};
use futures_util::{StreamExt, future::LocalBoxFuture};
use serde::de::DeserializeOwned;
use validator::Validate;

use crate::{
    config::Settings,
    error::{AppError, Code},
};

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
    let value: T = parse(body)?;
    value.validate()?;
    Ok(value)
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
    let mut json = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| refuse(&error));
    // What follows a bad value decides whether it was JSON at all.
    let syntax = serde_json::from_slice::<serde::de::IgnoredAny>(body);
    syntax.map_err(|_| AppError::new(Code::MalformedRequest).detail("The body is not JSON"))?;
    value
}

/// The fault as field, code and message; serde names an unknown or missing member in backticks.
fn refuse(error: &serde_path_to_error::Error<serde_json::Error>) -> AppError {
    let text = error.inner().to_string();
    let place = error.path().to_string();
    let place = if place == "." { "" } else { place.as_str() };
    let message = text.split(" at line ").next().unwrap_or_default();
    let code = match message.split('`').next() {
        Some("unknown field ") => "unknown_field",
        Some("missing field ") => "required",
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

    #[test]
    fn nul_is_noticed_in_every_spelling() {
        assert!(holds_nul(b"{\"a\":\"\0\"}"));
        assert!(holds_nul(br#"{"a":"\u0000"}"#));
        assert!(holds_nul(br#"{"a":"\\\u0000"}"#));
        assert!(!holds_nul(br#"{"a":"\\u0000"}"#));
    }
}
