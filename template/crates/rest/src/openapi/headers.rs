use actix_web::http::StatusCode;
use utoipa::openapi::{
    Components, Header, HeaderBuilder, ObjectBuilder, Ref, RefOr, Required, Response,
    ResponseBuilder, Type,
    path::{Operation, Parameter, ParameterBuilder, ParameterIn},
};

use super::{
    ADMINISTERED, OWNED,
    versions::{Precondition, Versions},
};
use crate::types::KeyedRequest;

/// The headers of answers: name, what it says, an example.
const HEADERS: [(&str, &str, &str); 8] = [
    (
        "Cache-Control",
        "Who may keep the answer: its caller alone, and only where there is an ETag.",
        "no-store",
    ),
    ("ETag", "The row's version, in quotes.", "\"3\""),
    (
        "Link",
        "The pages around this one (RFC 8288): first, prev, next, last.",
        "</api/admin/users?page=2>; rel=\"next\"",
    ),
    (
        "Location",
        "Where the new row is.",
        "/api/018f3c1a-7b6e-7c3d-9f2a-4b5c6d7e8f90/notes/01936f2b-0c1d-7e4f-8a3b-5c6d7e8f9a0b",
    ),
    ("Retry-After", "How many seconds to wait.", "5"),
    (
        "Vary",
        "What else the answer depends on.",
        "Authorization, Cookie",
    ),
    (
        "WWW-Authenticate",
        "What is wrong with the credentials (RFC 6750 section 3).",
        "Bearer realm=\"api\", error=\"invalid_token\"",
    ),
    (
        "X-Request-Id",
        "Names the request, in the log too.",
        "01936f2b-2e3f-7061-8c5d-7e8f9a0b1c2d",
    ),
];

/// Adds what operations refer to: headers of answers and of requests, and the answer that says
/// that nothing has changed.
pub(super) fn add(components: &mut Components) {
    for (name, description, example) in HEADERS {
        let header = HeaderBuilder::new()
            .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
            .description(Some(description))
            .example(Some(example.into()));
        let headers = &mut components.headers;
        headers.insert(name.to_owned(), RefOr::T(header.build()));
    }
    for parameter in [if_match(), if_none_match(), idempotency_key()] {
        let parameters = &mut components.parameters;
        parameters.insert(parameter.name.clone(), RefOr::T(parameter));
    }
    let mut unchanged = ResponseBuilder::new()
        .description("The caller has this version already.")
        .build();
    name(
        &mut unchanged,
        &["Cache-Control", "ETag", "Vary", "X-Request-Id"],
    );
    let responses = &mut components.responses;
    responses.insert("not_modified".to_owned(), RefOr::T(unchanged));
}

fn if_match() -> Parameter {
    request_header("If-Match")
        .description(Some(
            "The ETag that the row must still have, or several, or `*`; else nothing is changed.",
        ))
        .build()
}

fn if_none_match() -> Parameter {
    request_header("If-None-Match")
        .description(Some(
            "The ETag of the version that the caller has, or several, or `*`.",
        ))
        .build()
}

fn idempotency_key() -> Parameter {
    let key = ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(1))
        .max_length(Some(KeyedRequest::MAX_KEY_LENGTH))
        .pattern(Some("^[!-~]+$"));
    request_header("Idempotency-Key")
        .schema(Some(key))
        .example(Some("8e03978e-40d5-43e8-bc93-6894a57f9324".into()))
        .description(Some(
            "Names this attempt, best by a UUID: sent again with the same body within 24 hours, it \
             does nothing more and has the same answer. With another body it is refused.",
        ))
        .build()
}

fn request_header(name: &str) -> ParameterBuilder {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .example(Some("\"3\"".into()))
}

/// Documents the headers that a request may have, and those of its good answers.
pub(super) fn complete(
    operation: &mut Operation,
    method: &str,
    path: &str,
    precondition: Option<Precondition>,
    versions: &Versions,
) {
    let personal = super::asks_for_credentials(operation);
    for (status, answer) in &mut operation.responses.responses {
        let status = status.parse().unwrap_or(StatusCode::OK);
        if let (RefOr::T(answer), true) = (answer, status.is_success()) {
            complete_answer(answer, status, personal, versions);
        }
    }
    let key = takes_key(method, path).then_some("Idempotency-Key");
    let names = key
        .into_iter()
        .chain(precondition.map(Precondition::header));
    let parameters = operation.parameters.get_or_insert_default();
    parameters.extend(names.map(|name| {
        let parameter = Ref::new(format!("#/components/parameters/{name}"));
        RefOr::Ref(parameter)
    }));
    if precondition == Some(Precondition::IfNoneMatch) {
        let unchanged = Ref::from_response_name("not_modified");
        let responses = &mut operation.responses.responses;
        responses.insert("304".to_owned(), unchanged.into());
    }
}

/// What a user adds or does, a second attempt must not do again.
fn takes_key(method: &str, path: &str) -> bool {
    method == "post" && (path.starts_with(OWNED) || path.starts_with(ADMINISTERED))
}

fn complete_answer(answer: &mut Response, status: StatusCode, personal: bool, versions: &Versions) {
    if answer.description.is_empty() {
        let reason = status.canonical_reason();
        answer.description = reason.unwrap_or_default().to_owned();
    }
    let names = [
        ("X-Request-Id", true),
        ("Cache-Control", personal),
        ("Vary", personal),
        ("Location", status == StatusCode::CREATED),
        ("ETag", versions.are_in(answer)),
        (
            "Link",
            super::schema_of(answer).is_some_and(|name| name.starts_with("Page_")),
        ),
    ];
    let names = names.into_iter().filter(|(_, is_there)| *is_there);
    name(answer, &names.map(|(name, _)| name).collect::<Vec<_>>());
}

/// Says that an answer has these headers.
pub(super) fn name(answer: &mut Response, names: &[&str]) {
    let headers = names.iter().map(|name| {
        let reference = Ref::new(format!("#/components/headers/{name}"));
        ((*name).to_owned(), RefOr::<Header>::Ref(reference))
    });
    answer.headers.extend(headers);
}
