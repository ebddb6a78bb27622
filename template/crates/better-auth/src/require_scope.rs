use std::{
    fmt,
    future::{Ready, ready},
    marker::PhantomData,
    ops::Deref,
    sync::Arc,
};

use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload};
use rest::{
    AppError, Caller, Candidates, Code, RouteTable,
    openapi::{Route, scope_parameter},
};
use utoipa::{
    IntoParams,
    openapi::path::{Parameter, ParameterIn},
};

use crate::{access_token::OAuthClient, dpop, principal::Principal};

/// What an OAuth client may be allowed to do; declared by [`define_roles!`](crate::define_roles).
pub trait Scope: 'static {
    /// The scope as access tokens name it.
    const NAME: &'static str;
}

/// Guard: opens the route to access tokens of OAuth clients that have the scope `S`; other clients
/// are 403 with `error="insufficient_scope"`. Users who are signed in themselves, and their API
/// keys, need no scope.
///
/// Name it in `params(...)` of the route too: without that, the route is closed to OAuth clients.
///
/// ```
/// use actix_web::get;
/// use better_auth::{AuthUser, RequireScope};
/// better_auth::define_roles! {
///     /// Reads the user's notes.
///     Scope NotesRead = "notes:read";
/// }
///
/// /// How many notes the caller has.
/// #[utoipa::path(params(RequireScope<NotesRead>), responses((status = 200)))]
/// #[get("/notes/count")]
/// async fn count_notes(_: RequireScope<NotesRead>, user: AuthUser) -> String {
///     format!("Notes of {}", user.uuid)
/// }
/// ```
/// Anything but a scope does not compile:
/// ```compile_fail,E0277
/// # use better_auth::{Admin, RequireScope};
/// async fn handler(_: RequireScope<Admin>) {}
/// ```
pub struct RequireScope<S: Scope>(PhantomData<S>);

/// Checks that the route is open to the caller: users and their API keys may call every route, an
/// OAuth client only one that declares a scope, and only with that scope. An undocumented route is
/// closed to OAuth clients.
pub(crate) fn check_is_open(principal: &Principal, request: &HttpRequest) -> Result<(), AppError> {
    let Some(client) = principal.client() else {
        return Ok(());
    };
    let routes = RouteTable::of(request).map(|table| table.candidates(request));
    let Candidates { first, others } = routes.unwrap_or_default();
    let is_open = |route: &&Route| !route.scopes.is_empty();
    let is_documented = !(first.is_empty() && others.is_empty());
    if !is_documented || !first.iter().chain(&others).all(is_open) {
        let error = AppError::new(Code::FORBIDDEN).detail("This route is closed to OAuth clients");
        return Err(challenged(client, error, ""));
    }
    let decisive = if first.is_empty() { others } else { first };
    let mut scopes = decisive.iter().flat_map(|route| &route.scopes);
    scopes.try_for_each(|scope| check_scope(client, scope))
}

fn check_scope(client: &OAuthClient, scope: &str) -> Result<(), AppError> {
    if client.has_scope(scope) {
        return Ok(());
    }
    let required = format!("the scope {scope}");
    let error = AppError::insufficient_scope(&required, &[scope]);
    Err(challenged(client, error, &format!(r#", scope="{scope}""#)))
}

/// The error with a challenge for the scheme that the client's token was sent with.
fn challenged(client: &OAuthClient, error: AppError, more: &str) -> AppError {
    if client.key_thumbprint.is_none() {
        return error;
    }
    error.challenge_by(dpop::challenge("insufficient_scope") + more)
}

impl<S: Scope> RequireScope<S> {
    fn check(request: &HttpRequest) -> Result<Self, AppError> {
        let extensions = request.extensions();
        match extensions.get::<Principal>().map(Principal::client) {
            Some(Some(client)) => check_scope(client, S::NAME)?,
            Some(None) => {}
            // An anonymous caller of a route for everyone.
            None if extensions.contains::<Caller>() => {}
            None => return Err(AppError::new(Code::TOKEN_MISSING)),
        }
        Ok(Self(PhantomData))
    }
}

impl<S: Scope> IntoParams for RequireScope<S> {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![scope_parameter(S::NAME)]
    }
}

impl<S: Scope> fmt::Debug for RequireScope<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RequireScope({})", S::NAME)
    }
}

impl<S: Scope> FromRequest for RequireScope<S> {
    type Error = AppError;
    type Future = Ready<Result<Self, AppError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::check(request))
    }
}

/// Guard: the caller is an OAuth client that acts for itself (`client_credentials`), never for a
/// user. Like any access token it needs a [`RequireScope`] beside it.
///
/// ```
/// # use actix_web::get;
/// use better_auth::{Client, RequireScope};
/// # better_auth::define_roles! { Scope StatisticsRead = "statistics:read"; }
///
/// /// How much there is of everything.
/// #[utoipa::path(params(RequireScope<StatisticsRead>), responses((status = 200)))]
/// #[get("/statistics")]
/// async fn statistics(_: RequireScope<StatisticsRead>, client: Client) -> String {
///     format!("Statistics for {}", client.id)
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Client(Arc<OAuthClient>);

impl Deref for Client {
    type Target = OAuthClient;

    fn deref(&self) -> &OAuthClient {
        &self.0
    }
}

impl Client {
    fn check(request: &HttpRequest) -> Result<Self, AppError> {
        let extensions = request.extensions();
        match Principal::of(&extensions)? {
            Principal::Machine(client) => Ok(Self(client.clone())),
            Principal::User(_) | Principal::Key(_) | Principal::Delegate(..) => {
                let error = AppError::new(Code::FORBIDDEN);
                Err(error.detail("Requires a client that acts for itself (client_credentials)"))
            }
        }
    }
}

impl FromRequest for Client {
    type Error = AppError;
    type Future = Ready<Result<Self, AppError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::check(request))
    }
}
