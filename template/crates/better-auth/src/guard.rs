use std::{
    future::{Ready, ready},
    ops::Deref,
    sync::Arc,
};

use actix_web::{
    Error, FromRequest, HttpMessage, HttpRequest,
    body::MessageBody,
    dev::{Payload, ServiceRequest, ServiceResponse},
    http::{StatusCode, header},
    middleware::Next,
    web::Data,
};
use database::{Database, UserUuid};
use futures_util::future::LocalBoxFuture;
use rest::{
    AppError, Caller, Code, RouteTable, limit_address, limit_caller, telemetry::traces::in_span,
};

use crate::{
    api_keys::ApiKeys,
    authenticator::{Authenticator, Scheme},
    claims::Identity,
    entities::user,
    path_parameters::USER_ID,
    principal::Principal,
    provisioning::Provisioning,
    repositories::users,
    require_scope::check_is_open,
    session::Sessions,
};

/// Middleware of a scope for signed-in users: verifies the bearer token or session cookie before
/// anything else of the request is read, and stores the [`Principal`] for the guards. Without
/// valid credentials the response is 401, or 429 when its address has used up
/// RATE_LIMIT_PER_ADDRESS; when they cannot be verified, 503. A user who has used up
/// RATE_LIMIT_PER_USER gets 429. An OAuth client gets 403 on a route that no
/// [`RequireScope`](crate::RequireScope) opens to it.
///
/// # Errors
/// Never fails itself: a rejection is a response, so that outer middleware sees it.
pub async fn authenticate(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, Error> {
    match identify(request.request()).await {
        Ok(Some(principal)) => call_next_as(Some(principal), request, next).await,
        Ok(None) => Ok(reject(request, AppError::new(Code::TOKEN_MISSING))),
        Err(error) => Ok(reject(request, error)),
    }
}

/// Middleware of a scope for everyone: like [`authenticate`], but a request without credentials is
/// anonymous.
///
/// # Errors
/// Never fails itself: a rejection is a response, so that outer middleware sees it.
pub async fn authenticate_if_present(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, Error> {
    match identify(request.request()).await {
        Ok(principal) => call_next_as(principal, request, next).await,
        Err(error) => Ok(reject(request, error)),
    }
}

/// The response to a request without valid credentials, which counts against its address.
fn reject(request: ServiceRequest, error: AppError) -> ServiceResponse {
    let limited = match error.code().status() {
        StatusCode::UNAUTHORIZED | StatusCode::BAD_REQUEST | StatusCode::FORBIDDEN => {
            limit_address(request.request())
        }
        _ => Ok(()),
    };
    request.error_response(limited.err().unwrap_or(error))
}

async fn call_next_as(
    principal: Option<Principal>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, Error> {
    let user = principal.as_ref().and_then(Principal::user);
    let client = principal.as_ref().and_then(Principal::client);
    let impersonator = user.and_then(|user| user.impersonated_by.as_ref());
    let caller = Caller {
        user: user.map(|user| user.uuid),
        impersonated_by: impersonator.map(ToString::to_string),
        client: client.map(|client| client.id.clone()),
    };
    let limited = match (user, client) {
        (Some(user), _) => limit_caller(request.request(), &user.uuid),
        (None, Some(client)) => limit_caller(request.request(), &client.id),
        (None, None) => limit_address(request.request()),
    };
    request.extensions_mut().insert(caller);
    let is_open = |principal| check_is_open(principal, request.request());
    if let Err(error) = limited.and_then(|()| principal.as_ref().map_or(Ok(()), is_open)) {
        return Ok(request.error_response(error));
    }
    if let Some(principal) = principal {
        request.extensions_mut().insert(principal);
    }
    call_next(request, next).await
}

pub(crate) async fn call_next(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, Error> {
    let response = next.call(request).await?;
    Ok(response.map_into_boxed_body())
}

/// The caller that the request's credentials identify; `None` without credentials.
async fn identify(request: &HttpRequest) -> Result<Option<Principal>, AppError> {
    let principal = in_span("authenticate", verify(request)).await?;
    if let Some(user) = principal.as_ref().and_then(Principal::user) {
        let provisioning = app_data::<Provisioning>(request)?;
        provisioning.ensure_user(user).await?;
    }
    Ok(principal)
}

async fn verify(request: &HttpRequest) -> Result<Option<Principal>, AppError> {
    let authenticator = app_data::<Authenticator>(request)?;
    let sessions = app_data::<Sessions>(request)?;
    let api_keys = app_data::<ApiKeys>(request)?;
    if let Some(key) = api_keys.key(request)? {
        if request.headers().contains_key(header::AUTHORIZATION) || sessions.has_cookie(request) {
            let error = AppError::new(Code::INVALID_REQUEST);
            return Err(error.detail("An API key and another credential in one request"));
        }
        let user = Box::pin(api_keys.identify(request, key)).await;
        return user.map(|user| Some(Principal::Key(user)));
    }
    match authorization(request)? {
        Some((Scheme::Dpop, _)) if !authenticator.accepts_access_tokens() => {
            Err(AppError::new(Code::TOKEN_MISSING))
        }
        Some((scheme, token)) if scheme == Scheme::Dpop || !sessions.is_session_token(token) => {
            let principal = authenticator.authenticate(token).await;
            let principal = principal.map_err(|error| scheme.challenge(error))?;
            authenticator.check_scheme(scheme, token, &principal, request)?;
            Ok(Some(principal))
        }
        bearer => {
            let token = bearer.map(|(_, token)| token);
            // Boxed, because this rarely used future would enlarge the future of every request.
            let user = Box::pin(sessions.identify(request, token)).await?;
            Ok(user.map(Principal::User))
        }
    }
}

/// Scheme and token of the Authorization header. The scheme is case-insensitive (RFC 9110
/// section 11.1); two headers are rejected (RFC 6750 section 3.1).
fn authorization(request: &HttpRequest) -> Result<Option<(Scheme, &str)>, AppError> {
    let mut headers = request.headers().get_all(header::AUTHORIZATION);
    let Some(value) = headers.next() else {
        return Ok(None);
    };
    if headers.next().is_some() {
        let error = AppError::new(Code::INVALID_REQUEST);
        return Err(error.detail("More than one Authorization header"));
    }
    let text = value.to_str();
    let text = text.map_err(|_| AppError::new(Code::TOKEN_MALFORMED))?;
    let (scheme, token) = text.split_once(' ').unwrap_or((text, ""));
    if scheme.eq_ignore_ascii_case("bearer") {
        Ok(Some((Scheme::Bearer, token.trim())))
    } else if scheme.eq_ignore_ascii_case("dpop") {
        Ok(Some((Scheme::Dpop, token.trim())))
    } else {
        Err(AppError::new(Code::TOKEN_MISSING))
    }
}

pub(crate) fn app_data<T: 'static>(request: &HttpRequest) -> Result<&T, AppError> {
    let data = request.app_data::<Data<T>>().map(|data| data.as_ref());
    data.ok_or_else(|| {
        AppError::new(Code::INTERNAL_ERROR).with_source("the application lacks shared state")
    })
}

/// Guard: the caller is signed in. Derefs to their [`Identity`], which needs no database. Put it
/// first among a handler's arguments.
#[derive(Clone)]
pub struct AuthUser(Arc<Identity>);

impl Deref for AuthUser {
    type Target = Identity;

    fn deref(&self) -> &Identity {
        &self.0
    }
}

impl AuthUser {
    pub(crate) fn check(request: &HttpRequest) -> Result<Self, AppError> {
        let extensions = request.extensions();
        let user = Principal::of(&extensions)?.user().cloned();
        user.map(Self)
            .ok_or_else(|| AppError::new(Code::FORBIDDEN).detail("Requires a user"))
    }
}

impl FromRequest for AuthUser {
    type Error = AppError;
    type Future = Ready<Result<Self, AppError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::check(request))
    }
}

/// Guard of a route for everyone: the caller, if signed in. Its scope must be wrapped in
/// [`authenticate_if_present`], which rejects invalid credentials; without it the response is 500.
pub struct OptionalUser(pub Option<AuthUser>);

impl OptionalUser {
    fn check(request: &HttpRequest) -> Result<Self, AppError> {
        let is_under_middleware = request.extensions().get::<Caller>().is_some();
        if is_under_middleware {
            return match AuthUser::check(request) {
                Ok(user) => Ok(Self(Some(user))),
                Err(error) if error.code() == Code::TOKEN_MISSING => Ok(Self(None)),
                Err(error) => Err(error),
            };
        }
        // Without the middleware, invalid credentials would pass as anonymous.
        let error = AppError::new(Code::INTERNAL_ERROR);
        Err(error.with_source("the route is under no authentication middleware"))
    }
}

impl FromRequest for OptionalUser {
    type Error = AppError;
    type Future = Ready<Result<Self, AppError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::check(request))
    }
}

/// Guard: the caller is signed in, has a row in `user` and is not banned. Holds that row.
pub struct CurrentUser(pub user::Model);

impl CurrentUser {
    /// # Errors
    /// `user_unknown`, `token_invalid`, or when the database fails.
    pub(crate) async fn of(user: &AuthUser, request: &HttpRequest) -> Result<Self, AppError> {
        let database = app_data::<Database>(request)?;
        let row = users::find_with_ban(user.uuid, database.read()).await?;
        let row = row.ok_or_else(|| AppError::new(Code::USER_UNKNOWN))?;
        if row.is_banned() {
            return Err(AppError::new(Code::TOKEN_INVALID).with_source("the user is banned"));
        }
        Ok(Self(row.user))
    }
}

impl FromRequest for CurrentUser {
    type Error = AppError;
    type Future = LocalBoxFuture<'static, Result<Self, AppError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Self::of(&AuthUser::check(&request)?, &request).await })
    }
}

/// Guard: `{user_id}` in the path is the caller, by UUID in any case or as `me`. Otherwise 403
/// `forbidden`.
#[derive(Clone, Copy, Debug)]
pub struct Owner(UserUuid);

impl Owner {
    /// The caller's UUID: the owner of the rows that the path names.
    #[must_use]
    pub fn uuid(self) -> UserUuid {
        self.0
    }

    fn check(request: &HttpRequest, caller: &AuthUser) -> Result<Self, AppError> {
        let caller = caller.uuid;
        let user_id = request.match_info().get(USER_ID).unwrap_or_default();
        if user_id == "me" || user_id.parse() == Ok(caller) {
            Ok(Self(caller))
        } else {
            Err(AppError::new(Code::FORBIDDEN).detail("The path belongs to another user"))
        }
    }
}

impl FromRequest for Owner {
    type Error = AppError;
    type Future = Ready<Result<Self, AppError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(AuthUser::check(request).and_then(|user| Self::check(request, &user)))
    }
}

/// [`Owner`] for a whole scope `/{user_id}`, also for unknown routes in it.
///
/// # Errors
/// Never fails itself: a rejection is a response, so that outer middleware sees it.
pub async fn owner_only(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, Error> {
    let user = AuthUser::check(request.request());
    match user.and_then(|user| Owner::check(request.request(), &user)) {
        Ok(_) => call_next(request, next).await,
        // With a wrong method, `/api/profile` matches `/api/{user_id}`: then answer 405.
        Err(error) => {
            let wrong_method = RouteTable::of(request.request())
                .and_then(|routes| routes.wrong_method_on_fixed(request.path()));
            Ok(request.error_response(wrong_method.unwrap_or(error)))
        }
    }
}
