use actix_web::http::StatusCode;
use utoipa::{
    IntoParams,
    openapi::{
        Components, Header, HeaderBuilder, ObjectBuilder, Ref, RefOr, Required, Response,
        ResponseBuilder, Type,
        path::{Operation, Parameter, ParameterBuilder, ParameterIn},
    },
};

use database::IdempotencyKey;

use super::{
    operations, schemas,
    versions::{Precondition, Versions},
};
use crate::Key;

pub(super) const IDEMPOTENCY_KEY: &str = "Idempotency-Key";

/// The headers of responses: name, description, example.
const HEADERS: [(&str, &str, &str); 10] = [
    (
        "Cache-Control",
        "Who may store the response: the caller alone, and only with an ETag.",
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
        "The path of the new row.",
        "/api/018f3c1a-7b6e-7c3d-9f2a-4b5c6d7e8f90/notes/01936f2b-0c1d-7e4f-8a3b-5c6d7e8f9a0b",
    ),
    (
        "RateLimit",
        "What is left of the limit, and in how many seconds there is more.",
        "\"user\";r=0;t=1",
    ),
    (
        "RateLimit-Policy",
        "The limit: how many requests in how many seconds.",
        "\"user\";q=600;w=60",
    ),
    ("Retry-After", "How many seconds to wait.", "5"),
    (
        "Vary",
        "Which request headers the response depends on.",
        "Authorization, Cookie, X-API-Key",
    ),
    (
        "WWW-Authenticate",
        "What is wrong with the credentials (RFC 6750 section 3).",
        "Bearer realm=\"api\", error=\"invalid_token\"",
    ),
    (
        "X-Request-Id",
        "The id of the request, in the log too.",
        "01936f2b-2e3f-7061-8c5d-7e8f9a0b1c2d",
    ),
];

/// Adds the components that operations refer to: headers of responses and of requests, and the
/// response 304.
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
        share(components, parameter);
    }
    let mut unchanged = ResponseBuilder::new()
        .description("The caller already has this version.")
        .build();
    name(
        &mut unchanged,
        &["Cache-Control", "ETag", "Vary", "X-Request-Id"],
    );
    let responses = &mut components.responses;
    responses.insert("not_modified".to_owned(), RefOr::T(unchanged));
}

/// Adds a parameter that operations refer to by its name.
pub(super) fn share(components: &mut Components, parameter: Parameter) {
    let parameters = &mut components.parameters;
    parameters.insert(parameter.name.clone(), RefOr::T(parameter));
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

/// Documents that a POST takes an Idempotency-Key: `params(Key)`.
impl IntoParams for Key {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![idempotency_key()]
    }
}

fn idempotency_key() -> Parameter {
    let key = ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(1))
        .max_length(Some(IdempotencyKey::MAX_KEY_LENGTH))
        .pattern(Some("^[!-~]+$"));
    request_header(IDEMPOTENCY_KEY)
        .schema(Some(key))
        .example(Some("8e03978e-40d5-43e8-bc93-6894a57f9324".into()))
        .description(Some(
            "Names this attempt, best by a UUID: sent again with the same body within 24 hours, it \
             does nothing more and has the same response. With another body it is rejected.",
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

/// Documents the headers that a request may have, and those of successful responses.
pub(super) fn complete(
    operation: &mut Operation,
    precondition: Option<Precondition>,
    versions: &Versions,
) {
    let personal = operations::asks_for_credentials(operation);
    for (status, response) in &mut operation.responses.responses {
        let status = status.parse().unwrap_or(StatusCode::OK);
        if let (RefOr::T(response), true) = (response, status.is_success()) {
            complete_response(response, status, personal, versions);
        }
    }
    let parameters = operation.parameters.get_or_insert_default();
    for parameter in parameters.iter_mut() {
        if let RefOr::T(header) = parameter
            && header.parameter_in == ParameterIn::Header
        {
            *parameter = reference(&header.name);
        }
    }
    parameters.extend(precondition.map(|it| reference(it.header())));
    if precondition == Some(Precondition::IfNoneMatch) {
        let unchanged = Ref::from_response_name("not_modified");
        let responses = &mut operation.responses.responses;
        responses.insert("304".to_owned(), unchanged.into());
    }
}

/// Whether the operation has this shared parameter.
pub(super) fn refers_to(operation: &Operation, parameter: &str) -> bool {
    let mut parameters = operation.parameters.iter().flatten();
    parameters.any(|it| *it == reference(parameter))
}

/// Refers to a shared parameter.
pub(super) fn reference(parameter: &str) -> RefOr<Parameter> {
    RefOr::Ref(Ref::new(format!("#/components/parameters/{parameter}")))
}

fn complete_response(
    response: &mut Response,
    status: StatusCode,
    personal: bool,
    versions: &Versions,
) {
    if response.description.is_empty() {
        let reason = status.canonical_reason();
        response.description = reason.unwrap_or_default().to_owned();
    }
    let names = [
        ("X-Request-Id", true),
        ("Cache-Control", personal),
        ("Vary", personal),
        ("Location", status == StatusCode::CREATED),
        ("ETag", versions.are_in(response)),
        (
            "Link",
            operations::schema_of(response).is_some_and(schemas::is_page),
        ),
    ];
    let names = names.into_iter().filter(|(_, is_there)| *is_there);
    name(response, &names.map(|(name, _)| name).collect::<Vec<_>>());
}

/// Documents that a response has these headers.
pub(super) fn name(response: &mut Response, names: &[&str]) {
    let headers = names.iter().map(|name| {
        let reference = Ref::new(format!("#/components/headers/{name}"));
        ((*name).to_owned(), RefOr::<Header>::Ref(reference))
    });
    response.headers.extend(headers);
}
