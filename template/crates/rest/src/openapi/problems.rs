use std::collections::{BTreeMap, BTreeSet};

use actix_web::http::StatusCode;
use serde_json::Value;
use utoipa::{
    IntoParams, ToSchema,
    openapi::{
        AllOfBuilder, Components, ContentBuilder, ObjectBuilder, Ref, RefOr, Response,
        ResponseBuilder, Type,
        example::{Example, ExampleBuilder},
        path::{Operation, Parameter, ParameterIn},
    },
};

use super::{headers, operations, versions::Precondition};
use crate::{AppError, Code, ListParameters, Problem};

/// The problems of a request body.
const BODY: [Code; 5] = [
    Code::MALFORMED_REQUEST,
    Code::REQUEST_TIMEOUT,
    Code::BODY_TOO_LARGE,
    Code::UNSUPPORTED_MEDIA_TYPE,
    Code::VALIDATION_FAILED,
];
const EXAMPLE_ID: &str = "01936f2b-2e3f-7061-8c5d-7e8f9a0b1c2d";

/// The extension that holds codes until the document is complete.
pub(super) const X_CODES: &str = "x-codes";

/// Documents an operation's problems: the usual ones, and those that its groups and its handler
/// name by their codes.
pub(super) fn complete(
    method: &str,
    operation: &mut Operation,
    credentials: &[Code],
    known: &[Code],
    components: &mut Components,
) {
    let mut codes = usual_codes(method, operation, credentials);
    codes.extend(own_codes(operation, known));
    for (status, codes) in by_status(codes) {
        let names: Vec<_> = codes.iter().map(Code::to_string).collect();
        let name = names.join("_or_");
        let reference = Ref::from_response_name(&name);
        let shared = components.responses.entry(name);
        shared.or_insert_with(|| RefOr::T(problem_response(status, &codes)));
        let responses = &mut operation.responses.responses;
        responses.insert(status.as_str().to_owned(), reference.into());
    }
}

/// The problems that follow from what the operation reads and creates.
fn usual_codes(method: &str, operation: &Operation, credentials: &[Code]) -> BTreeSet<Code> {
    let parameters = || operation.parameters.iter().flatten();
    let reads = |place| {
        parameters()
            .filter_map(inline)
            .any(|it| it.parameter_in == place)
    };
    let shares = |name| parameters().any(|it| is_shared(it, name));
    let is_list = ListParameters::into_params(|| None).iter().all(|of_lists| {
        parameters()
            .filter_map(inline)
            .any(|it| it.name == of_lists.name)
    });
    let usual: [(bool, &[Code]); 9] = [
        (true, &[Code::INTERNAL_ERROR]),
        (operations::asks_for_credentials(operation), credentials),
        (reads(ParameterIn::Path), &[Code::NOT_FOUND]),
        (
            reads(ParameterIn::Query),
            &[Code::MALFORMED_REQUEST, Code::VALIDATION_FAILED],
        ),
        (is_list, &[Code::CURSOR_INVALID]),
        (
            shares(Precondition::IfMatch.header()),
            &[Code::PRECONDITION_FAILED],
        ),
        (
            shares(headers::IDEMPOTENCY_KEY),
            &[Code::MALFORMED_REQUEST, Code::VALIDATION_FAILED],
        ),
        (operation.request_body.is_some(), &BODY),
        (
            method != "get" && operations::asks_for_credentials(operation),
            &[Code::USER_UNKNOWN],
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

fn own_codes(operation: &Operation, known: &[Code]) -> Vec<Code> {
    let responses = operation.responses.responses.values();
    let of_responses = responses.filter_map(|response| match response {
        RefOr::T(response) => response.extensions.as_ref(),
        RefOr::Ref(_) => None,
    });
    let extensions = of_responses.chain(&operation.extensions);
    let names = extensions.filter_map(|extensions| extensions.get(X_CODES)?.as_array());
    let code = |name: &Value| known.iter().find(|code| name == code.name()).copied();
    names.flatten().filter_map(code).collect()
}

fn by_status(codes: BTreeSet<Code>) -> BTreeMap<StatusCode, Vec<Code>> {
    let mut by_status = BTreeMap::<_, Vec<_>>::new();
    for code in codes {
        by_status.entry(code.status()).or_default().push(code);
    }
    by_status
}

/// The response with one of these codes, with an example of each.
fn problem_response(status: StatusCode, codes: &[Code]) -> Response {
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
        StatusCode::BAD_REQUEST if codes.contains(&Code::INVALID_REQUEST) => &["WWW-Authenticate"],
        StatusCode::SERVICE_UNAVAILABLE => &["Retry-After"],
        StatusCode::TOO_MANY_REQUESTS => &["Retry-After", "RateLimit", "RateLimit-Policy"],
        _ => &[],
    };
    headers::name(&mut response, &["X-Request-Id"]);
    headers::name(&mut response, own);
    response
}

fn example(code: Code) -> Example {
    let error = match code {
        Code::VALIDATION_FAILED => {
            AppError::invalid("title", "too_long", "must be at most 255 characters")
        }
        Code::NOT_READY => AppError::new(code).checks([("database", "failing"), ("keys", "ok")]),
        _ => AppError::new(code),
    };
    ExampleBuilder::new()
        .summary(code.title())
        .value(serde_json::to_value(error.problem(EXAMPLE_ID)).ok())
        .build()
}
