use std::ops::Deref;

use actix_web::{
    Error, FromRequest, HttpRequest,
    body::MessageBody,
    dev::{Payload, ServiceRequest, ServiceResponse},
    middleware::Next,
};
use database::audit::Author;
use futures_util::future::LocalBoxFuture;
use rest::{AppError, RequestId};

use crate::{
    access::{Granted, Grants, Permission, Requirement, Role},
    claims::Identity,
    guard::{AuthUser, CurrentUser, call_next},
    ids::BetterAuthId,
};

/// Guard: the caller is signed in and holds `R`, which may mix roles and permissions
/// ([`RequireRole`] and [`RequirePermission`] do not). Otherwise 403 `forbidden`, which names `R`.
///
/// ```
/// use better_auth::{Admin, AnyOf, Require};
/// # better_auth::define_roles! { Permission ReportsRead = "reports:read"; }
///
/// async fn read_reports(reader: Require<AnyOf<(Admin, ReportsRead)>>) -> String {
///     format!("{} may read reports", reader.id)
/// }
/// ```
pub struct Require<R> {
    user: AuthUser,
    granted: Granted<R>,
}

/// Guard: the caller holds a role.
///
/// ```
/// # use better_auth::{Admin, RequireRole};
/// async fn handler(admin: RequireRole<Admin>) {}
/// ```
/// Anything but a role does not compile, nor does a name that is not declared:
/// ```compile_fail,E0277
/// # use better_auth::RequireRole;
/// # better_auth::define_roles! { Permission ReportsRead = "reports:read"; }
/// async fn handler(admin: RequireRole<ReportsRead>) {}
/// ```
/// ```compile_fail,E0432
/// use better_auth::Administrator;
/// ```
pub type RequireRole<R> = Require<<R as Role>::Itself>;

/// Guard: the caller holds a permission.
///
/// ```
/// # use better_auth::RequirePermission;
/// # better_auth::define_roles! { Permission ReportsRead = "reports:read"; }
/// async fn handler(reader: RequirePermission<ReportsRead>) {}
/// ```
/// A role does not compile:
/// ```compile_fail,E0277
/// # use better_auth::{Admin, RequirePermission};
/// async fn handler(cleaner: RequirePermission<Admin>) {}
/// ```
pub type RequirePermission<P> = Require<<P as Permission>::Itself>;

impl<R: Requirement> Require<R> {
    /// Proof of the check, for functions that read or change rows of all users.
    ///
    /// Only a check creates one:
    /// ```compile_fail,E0423
    /// # use better_auth::{Admin, Granted};
    /// # let author = database::audit::Author::new(uuid::Uuid::nil().into(), None, "");
    /// let forged: Granted<Admin> = Granted(author, std::marker::PhantomData);
    /// ```
    #[must_use]
    pub fn witness(&self) -> Granted<R> {
        self.granted
    }

    fn check(user: AuthUser, request: &HttpRequest) -> Result<Self, AppError> {
        let grants = Grants {
            roles: &user.roles,
            permissions: &user.permissions,
        };
        let impersonator = user.impersonated_by.as_ref().map(BetterAuthId::as_str);
        let caller = Author::new(
            user.uuid,
            impersonator,
            RequestId::of_request(request).as_str(),
        );
        match Granted::check(grants, caller) {
            Some(granted) => Ok(Self { user, granted }),
            None => Err(AppError::insufficient_scope(&R::describe(), &R::scope())),
        }
    }
}

impl<R> Deref for Require<R> {
    type Target = Identity;

    fn deref(&self) -> &Identity {
        &self.user
    }
}

/// A token outlives its user, and what it grants reaches other users' rows: for a change, the user's
/// row must still be there, and without a ban.
impl<R: Requirement + 'static> FromRequest for Require<R> {
    type Error = AppError;
    type Future = LocalBoxFuture<'static, Result<Self, AppError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let checked = Self::check(AuthUser::check(&request)?, &request)?;
            if !request.method().is_safe() {
                CurrentUser::of(&checked.user, &request).await?;
            }
            Ok(checked)
        })
    }
}

/// [`Require`] for a whole scope, also for unknown routes and wrong methods in it; the middleware of a
/// [`guarded_scope`](crate::guarded_scope).
///
/// # Errors
/// Never fails: a rejection is a response, so that outer middleware sees it.
pub async fn require<R: Requirement>(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, Error> {
    let user = AuthUser::check(request.request());
    match user.and_then(|user| Require::<R>::check(user, request.request())) {
        Ok(_) => call_next(request, next).await,
        Err(error) => Ok(request.error_response(error)),
    }
}
