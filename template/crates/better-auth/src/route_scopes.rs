use actix_web::middleware::from_fn;
use rest::{
    Code,
    openapi::{Access, Credentials, Group, ScopeService},
};
use utoipa_actix_web::scope::scope;

use crate::{
    access::Requirement,
    guard::{authenticate, authenticate_if_present, owner_only},
    member::members_only,
    path_parameters::{ORGANIZATION_ID, TEAM_ID, USER_ID},
    require::require,
};

const SIGNED_IN: Access = Access {
    guard: || "signed in".to_owned(),
    credentials: Some(Credentials::Required),
    ..Access::NONE
};
const OPTIONAL_USER: Access = Access {
    guard: || "everyone, signed in or not".to_owned(),
    credentials: Some(Credentials::Optional),
    ..Access::NONE
};
const OWNER: Access = Access {
    guard: || "the owner".to_owned(),
    codes: &[Code::FORBIDDEN],
    parameters: &[USER_ID],
    ..Access::NONE
};
const ORGANIZATION: Access = Access {
    guard: || "a member of the organization".to_owned(),
    codes: &[Code::FORBIDDEN],
    parameters: &[ORGANIZATION_ID],
    ..Access::NONE
};
const TEAM: Access = Access {
    guard: || "a member of the team".to_owned(),
    codes: &[Code::FORBIDDEN],
    parameters: &[TEAM_ID],
    ..Access::NONE
};

/// A scope for signed-in users, with [`authenticate`] as its middleware.
///
/// ```
/// # use actix_web::get;
/// # use better_auth::{AuthUser, signed_in_scope};
/// # use utoipa_actix_web::service_config::ServiceConfig;
/// /// Greets the caller.
/// #[utoipa::path(responses((status = 200)))]
/// #[get("/hello")]
/// async fn hello(user: AuthUser) -> String {
///     format!("Hello {}", user.id)
/// }
///
/// fn configure(config: &mut ServiceConfig) {
///     config.service(signed_in_scope("/api").service(hello));
/// }
/// ```
#[must_use]
pub fn signed_in_scope(path: &'static str) -> Group<impl ScopeService> {
    Group::new(scope(path).wrap(from_fn(authenticate)), SIGNED_IN)
}

/// A scope for everyone, signed in or not, with [`authenticate_if_present`] as its middleware.
#[must_use]
pub fn optional_user_scope(path: &'static str) -> Group<impl ScopeService> {
    let scope = scope(path).wrap(from_fn(authenticate_if_present));
    Group::new(scope, OPTIONAL_USER)
}

/// A scope for the user whom `{user_id}` in its path names, with [`owner_only`] as its middleware.
/// It goes into a [`signed_in_scope`].
#[must_use]
pub fn owner_scope(path: &'static str) -> Group<impl ScopeService> {
    Group::new(scope(path).wrap(from_fn(owner_only)), OWNER)
}

/// A scope for members of the organization that `{organization_id}` in its path names, with
/// [`members_only`] as its middleware. It goes into a [`signed_in_scope`]; its routes have the guard
/// [`Member`](crate::Member).
#[must_use]
pub fn organization_scope(path: &'static str) -> Group<impl ScopeService> {
    Group::new(scope(path).wrap(from_fn(members_only)), ORGANIZATION)
}

/// A scope for members of the team that `{team_id}` in its path names. It goes into an
/// [`organization_scope`], to which the team must belong.
#[must_use]
pub fn team_scope(path: &'static str) -> Group<impl ScopeService> {
    Group::new(scope(path).wrap(from_fn(members_only)), TEAM)
}

/// A scope for callers who hold `R`, with [`require`] as its middleware. It goes into a
/// [`signed_in_scope`].
#[must_use]
pub fn guarded_scope<R: Requirement>(path: &'static str) -> Group<impl ScopeService> {
    let access = Access {
        guard: R::describe,
        codes: &[Code::FORBIDDEN],
        ..Access::NONE
    };
    Group::new(scope(path).wrap(from_fn(require::<R>)), access)
}
