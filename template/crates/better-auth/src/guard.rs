use std::{
    future::{Ready, ready},
    ops::Deref,
    sync::Arc,
};

use actix_web::{
    Error, FromRequest, HttpMessage, HttpRequest,
    body::MessageBody,
    dev::{Payload, ServiceRequest, ServiceResponse},
    http::header,
    middleware::Next,
    web::Data,
};
use futures_util::future::LocalBoxFuture;

use super::{
    authenticator::Authenticator, claims::Identity, provisioning::Provisioning, session::Sessions,
};
use crate::{
    database::Database,
    entities::user,
    error::{AppError, Code},
    http::{Caller, RouteTable},
    repositories::users,
    types::UserUuid,
};

/// The middleware of every closed scope: verifies the token before anything else of the request
/// is looked at, and leaves the identity where the guards find it. It answers errors itself: an
/// `Err` would make outer middleware skip what it does to answers.
pub async fn authenticate(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    match identify(request.request()).await {
        Ok(Some(identity)) => go_on(request, Some(identity), next).await,
        Ok(None) => Ok(request.error_response(AppError::new(Code::TokenMissing))),
        Err(error) => Ok(request.error_response(error)),
    }
}

/// The same for a scope that is open to everybody: absent credentials are nobody's, wrong ones
/// are refused all the same.
pub async fn authenticate_if_present(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    match identify(request.request()).await {
        Ok(identity) => go_on(request, identity, next).await,
        Err(error) => Ok(request.error_response(error)),
    }
}

async fn go_on(
    request: ServiceRequest,
    identity: Option<Arc<Identity>>,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, Error> {
    let caller = identity.as_ref().map(|identity| identity.uuid);
    request.extensions_mut().insert(Caller(caller));
    if let Some(identity) = identity {
        request.extensions_mut().insert(identity);
    }
    next.call(request)
        .await
        .map(ServiceResponse::map_into_boxed_body)
}

/// Who the credentials stand for, with a row where that is our task; `None` without any.
async fn identify(request: &HttpRequest) -> Result<Option<Arc<Identity>>, AppError> {
    let caller = verify(request).await?;
    if let Some(caller) = &caller {
        shared::<Provisioning>(request)?.provide(caller).await?;
    }
    Ok(caller)
}

async fn verify(request: &HttpRequest) -> Result<Option<Arc<Identity>>, AppError> {
    let sessions = shared::<Sessions>(request)?;
    match bearer_token(request)? {
        Some(token) if !sessions.reads(token) => {
            let authenticator = shared::<Authenticator>(request)?;
            authenticator.authenticate(token).await.map(Some)
        }
        // Boxed: every request would carry the room that the rare one needs.
        bearer => Box::pin(sessions.identify(request, bearer)).await,
    }
}

/// The token of the one Authorization header. The scheme's case does not matter (RFC 9110
/// section 11.1); two headers are a contradiction (RFC 6750 section 3.1).
fn bearer_token(request: &HttpRequest) -> Result<Option<&str>, AppError> {
    let mut headers = request.headers().get_all(header::AUTHORIZATION);
    let Some(value) = headers.next() else {
        return Ok(None);
    };
    if headers.next().is_some() {
        return Err(
            AppError::new(Code::InvalidRequest).detail("More than one Authorization header")
        );
    }
    let text = value.to_str();
    let text = text.map_err(|_| AppError::new(Code::TokenMalformed))?;
    let (scheme, token) = text.split_once(' ').unwrap_or((text, ""));
    match scheme.eq_ignore_ascii_case("bearer") {
        true => Ok(Some(token.trim())),
        false => Err(AppError::new(Code::TokenMissing)),
    }
}

fn shared<T: 'static>(request: &HttpRequest) -> Result<&T, AppError> {
    let data = request.app_data::<Data<T>>().map(|data| data.as_ref());
    data.ok_or_else(|| {
        AppError::new(Code::InternalError).because("the application lacks shared state")
    })
}

/// Guard: the caller is signed in. Put it first among a handler's arguments.
#[derive(Clone)]
pub struct AuthUser(Arc<Identity>);

impl Deref for AuthUser {
    type Target = Identity;

    fn deref(&self) -> &Identity {
        &self.0
    }
}

impl AuthUser {
    pub(super) fn of(request: &HttpRequest) -> Result<Self, AppError> {
        let identity = request.extensions().get::<Arc<Identity>>().cloned();
        identity
            .map(Self)
            .ok_or_else(|| AppError::new(Code::TokenMissing))
    }
}

impl FromRequest for AuthUser {
    type Error = AppError;
    type Future = Ready<Result<Self, AppError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request))
    }
}

/// Guard of a route that is open to everybody: who is signed in, if anybody. Its scope is under
/// [`authenticate_if_present`], which has refused wrong credentials already.
pub struct OptionalUser(pub Option<AuthUser>);

impl OptionalUser {
    fn of(request: &HttpRequest) -> Result<Self, AppError> {
        let checked = request.extensions().get::<Caller>().is_some();
        match checked {
            true => Ok(Self(AuthUser::of(request).ok())),
            // Nobody looked at the credentials: wrong ones would pass for none.
            false => Err(AppError::new(Code::InternalError)
                .because("the route is under no authentication middleware")),
        }
    }
}

impl FromRequest for OptionalUser {
    type Error = AppError;
    type Future = Ready<Result<Self, AppError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request))
    }
}

/// Guard: the caller is signed in, has a row and is not banned; here it is.
pub struct CurrentUser(pub user::Model);

impl FromRequest for CurrentUser {
    type Error = AppError;
    type Future = LocalBoxFuture<'static, Result<Self, AppError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let user = AuthUser::of(&request)?;
            let database = shared::<Database>(&request)?;
            let row = users::find(user.uuid, database.reader()).await?;
            let row = row.ok_or_else(|| AppError::new(Code::UserUnknown))?;
            match users::is_banned(row.uuid, database.reader()).await? {
                true => Err(AppError::new(Code::TokenInvalid).because("the user is banned")),
                false => Ok(Self(row)),
            }
        })
    }
}

/// Guard: `{user_id}` in the path is the caller, by UUID in any case or as `me`.
#[derive(Clone, Copy, Debug)]
pub struct Owner(UserUuid);

impl Owner {
    /// Whose rows the request is about.
    #[must_use]
    pub fn uuid(self) -> UserUuid {
        self.0
    }

    fn of(request: &HttpRequest) -> Result<Self, AppError> {
        let caller = AuthUser::of(request)?.uuid;
        let named = request.match_info().get("user_id").unwrap_or_default();
        match named == "me" || named.parse() == Ok(caller) {
            true => Ok(Self(caller)),
            false => Err(AppError::new(Code::Forbidden).detail("The path belongs to another user")),
        }
    }
}

impl FromRequest for Owner {
    type Error = AppError;
    type Future = Ready<Result<Self, AppError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request))
    }
}

/// The same guard for a whole scope `/{user_id}`, unknown routes in it included.
pub async fn owner_only(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    match Owner::of(request.request()) {
        Ok(_) => next
            .call(request)
            .await
            .map(ServiceResponse::map_into_boxed_body),
        // `/api/profile` fits `/api/{user_id}` too when only its method is wrong.
        Err(error) => {
            let wrong_method = RouteTable::of(request.request())
                .and_then(|routes| routes.wrong_method_on_fixed(request.path()));
            Ok(request.error_response(wrong_method.unwrap_or(error)))
        }
    }
}
