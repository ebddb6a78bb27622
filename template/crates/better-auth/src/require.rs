use std::{
    future::{Ready, ready},
    ops::Deref,
};

use actix_web::{
    Error, FromRequest, HttpRequest,
    body::MessageBody,
    dev::{Payload, ServiceRequest, ServiceResponse},
    middleware::Next,
};

use super::{claims::Identity, guard::AuthUser};
use crate::{
    error::AppError,
    types::{Granted, Held, Permission, Requirement, Role},
};

/// Guard: the caller is signed in and holds `R`, which may mix roles and permissions.
/// [`RequireRole`] and [`RequirePermission`] take nothing but their kind.
///
/// ```
/// use app::{auth::Require, types::{Admin, AnyOf}};
/// # app::types::declare! { Permission ReportsRead = "reports:read"; }
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
/// # use app::{auth::RequireRole, types::Admin};
/// async fn handler(admin: RequireRole<Admin>) {}
/// ```
/// What is no role does not compile, nor does a name that is not declared:
/// ```compile_fail,E0277
/// # use app::auth::RequireRole;
/// # app::types::declare! { Permission ReportsRead = "reports:read"; }
/// async fn handler(admin: RequireRole<ReportsRead>) {}
/// ```
/// ```compile_fail,E0432
/// use app::types::Administrator;
/// ```
pub type RequireRole<R> = Require<<R as Role>::Itself>;

/// Guard: the caller holds a permission.
///
/// ```
/// # use app::auth::RequirePermission;
/// # app::types::declare! { Permission ReportsRead = "reports:read"; }
/// async fn handler(reader: RequirePermission<ReportsRead>) {}
/// ```
/// A role is none:
/// ```compile_fail,E0277
/// # use app::{auth::RequirePermission, types::Admin};
/// async fn handler(cleaner: RequirePermission<Admin>) {}
/// ```
pub type RequirePermission<P> = Require<<P as Permission>::Itself>;

impl<R: Requirement> Require<R> {
    /// What functions that touch everybody's rows ask for.
    ///
    /// One cannot be made by hand:
    /// ```compile_fail,E0423
    /// # use app::types::{Admin, Granted};
    /// let forged: Granted<Admin> = Granted(std::marker::PhantomData);
    /// ```
    #[must_use]
    pub fn witness(&self) -> Granted<R> {
        self.granted
    }

    fn of(request: &HttpRequest) -> Result<Self, AppError> {
        let user = AuthUser::of(request)?;
        let held = Held {
            roles: &user.roles,
            permissions: &user.permissions,
        };
        match Granted::check(held) {
            Some(granted) => Ok(Self { user, granted }),
            None => Err(AppError::lacks(&R::describe(), &R::scope())),
        }
    }
}

impl<R> Deref for Require<R> {
    type Target = Identity;

    fn deref(&self) -> &Identity {
        &self.user
    }
}

impl<R: Requirement> FromRequest for Require<R> {
    type Error = AppError;
    type Future = Ready<Result<Self, AppError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request))
    }
}

/// The same guard for a whole scope, unknown routes and wrong methods in it included:
/// `.wrap(from_fn(auth::require::<Admin>))`.
///
/// # Errors
/// None: refusals are answers, so that outer middleware sees them.
pub async fn require<R: Requirement>(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    match Require::<R>::of(request.request()) {
        Ok(_) => next
            .call(request)
            .await
            .map(ServiceResponse::map_into_boxed_body),
        Err(error) => Ok(request.error_response(error)),
    }
}
