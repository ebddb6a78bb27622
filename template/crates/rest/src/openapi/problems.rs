use std::collections::{BTreeMap, BTreeSet};

use actix_web::http::StatusCode;
use serde::{
    Deserialize,
    de::value::{self, StrDeserializer},
};
use utoipa::{
    ToSchema,
    openapi::{
        AllOfBuilder, Components, ContentBuilder, ObjectBuilder, Ref, RefOr, Response,
        ResponseBuilder, Type,
        example::{Example, ExampleBuilder},
        path::{Operation, Parameter, ParameterIn},
    },
};

use super::{ADMINISTERED, OWNED, headers};
use crate::error::{AppError, Code, Problem};

/// What can be wrong with a body.
const BODY: [Code; 4] = [
    Code::MalformedRequest,
    Code::BodyTooLarge,
    Code::UnsupportedMediaType,
    Code::ValidationFailed,
];
const EXAMPLE_ID: &str = "01936f2b-2e3f-7061-8c5d-7e8f9a0b1c2d";

/// What can be wrong with credentials, or keep them from being verified.
pub(super) fn of_credentials(asks_better_auth: bool) -> Vec<Code> {
    let mut codes = vec![
        Code::InvalidRequest,
        Code::TokenMissing,
        Code::TokenExpired,
        Code::TokenMalformed,
        Code::TokenInvalid,
        Code::JwksUnavailable,
        Code::DatabaseUnavailable,
    ];
    codes.extend(asks_better_auth.then_some(Code::AuthUnavailable));
    codes
}

/// Gives an operation its problems. A handler names those of its own by their codes, in the
/// description of an answer of that status.
pub(super) fn complete(
    operation: &mut Operation,
    path: &str,
    credentials: &[Code],
    components: &mut Components,
) {
    let mut codes = usual_codes(operation, path, credentials);
    codes.extend(own_codes(operation));
    for (status, codes) in by_status(codes) {
        let names: Vec<_> = codes.iter().map(Code::to_string).collect();
        let name = names.join("_or_");
        let reference = Ref::from_response_name(&name);
        let shared = components.responses.entry(name);
        shared.or_insert_with(|| RefOr::T(refusal(status, &codes)));
        let responses = &mut operation.responses.responses;
        responses.insert(status.as_str().to_owned(), reference.into());
    }
}

/// What can go wrong because of where the operation is and of what it reads.
fn usual_codes(operation: &Operation, path: &str, credentials: &[Code]) -> BTreeSet<Code> {
    let parameters = || operation.parameters.iter().flatten().filter_map(inline);
    let reads = |place| parameters().any(|it| it.parameter_in == place);
    let shares = |name| {
        operation
            .parameters
            .iter()
            .flatten()
            .any(|it| is_shared(it, name))
    };
    let usual: [(bool, &[Code]); 10] = [
        (true, &[Code::InternalError]),
        (super::asks_for_credentials(operation), credentials),
        (
            path.starts_with(OWNED) || path.starts_with(ADMINISTERED),
            &[Code::Forbidden],
        ),
        (reads(ParameterIn::Path), &[Code::NotFound]),
        (
            reads(ParameterIn::Query),
            &[Code::MalformedRequest, Code::ValidationFailed],
        ),
        (
            parameters().any(|it| it.name == "cursor"),
            &[Code::CursorInvalid],
        ),
        (shares("If-Match"), &[Code::PreconditionFailed]),
        (
            shares("Idempotency-Key"),
            &[Code::MalformedRequest, Code::ValidationFailed],
        ),
        (operation.request_body.is_some(), &BODY),
        (
            operation.responses.responses.contains_key("201"),
            &[Code::UserUnknown],
        ),
    ];
    let usual = usual.into_iter().filter(|(can_be, _)| *can_be);
    usual.flat_map(|(_, codes)| codes).copied().collect()
}

fn inline(parameter: &RefOr<Parameter>) -> Option<&Parameter> {
    match parameter {
        RefOr::T(parameter) => Some(parameter),
        RefOr::Ref(_) => None,
    }
}

fn is_shared(parameter: &RefOr<Parameter>, name: &str) -> bool {
    match parameter {
        RefOr::Ref(shared) => shared.ref_location.ends_with(&format!("/{name}")),
        RefOr::T(_) => false,
    }
}

fn own_codes(operation: &Operation) -> Vec<Code> {
    let answers = operation.responses.responses.values();
    let words = answers.flat_map(|answer| match answer {
        RefOr::T(answer) => answer.description.split([',', ':', ' ']),
        RefOr::Ref(_) => "".split([',', ':', ' ']),
    });
    let code = |word| Code::deserialize(StrDeserializer::<value::Error>::new(word)).ok();
    words.filter_map(code).collect()
}

fn by_status(codes: BTreeSet<Code>) -> BTreeMap<StatusCode, Vec<Code>> {
    let mut by_status = BTreeMap::<_, Vec<_>>::new();
    for code in codes {
        by_status.entry(code.status()).or_default().push(code);
    }
    by_status
}

/// The answer that stands for these codes, with an example of each.
fn refusal(status: StatusCode, codes: &[Code]) -> Response {
    let only = ObjectBuilder::new()
        .property(
            "status",
            ObjectBuilder::new()
                .schema_type(Type::Integer)
                .enum_values(Some([status.as_u16()])),
        )
        .property(
            "code",
            ObjectBuilder::new()
                .schema_type(Type::String)
                .enum_values(Some(codes.iter().map(Code::to_string))),
        );
    let problem = AllOfBuilder::new()
        .item(Ref::from_schema_name(Problem::name()))
        .item(only);
    let content = ContentBuilder::new()
        .schema(Some(problem))
        .examples_from_iter(codes.iter().map(|code| (code.to_string(), example(*code))))
        .build();
    let titles = codes
        .iter()
        .map(|code| format!("`{code}`: {}.", code.title()));
    let mut response = ResponseBuilder::new()
        .description(titles.collect::<Vec<_>>().join(" "))
        .content("application/problem+json", content)
        .build();
    let own = match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => &["WWW-Authenticate"][..],
        StatusCode::BAD_REQUEST if codes.contains(&Code::InvalidRequest) => &["WWW-Authenticate"],
        StatusCode::SERVICE_UNAVAILABLE => &["Retry-After"],
        _ => &[],
    };
    headers::name(&mut response, &["X-Request-Id"]);
    headers::name(&mut response, own);
    response
}

fn example(code: Code) -> Example {
    let error = match code {
        Code::ValidationFailed => {
            AppError::invalid("title", "too_long", "must be at most 255 characters")
        }
        Code::NotReady => AppError::new(code).checks([("database", "failing"), ("keys", "ok")]),
        _ => AppError::new(code),
    };
    ExampleBuilder::new()
        .summary(code.title())
        .value(serde_json::to_value(error.problem(EXAMPLE_ID)).ok())
        .build()
}
