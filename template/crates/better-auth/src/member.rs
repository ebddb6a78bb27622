use std::{
    borrow::Cow,
    fmt,
    future::{Ready, ready},
    marker::PhantomData,
    ops::Deref,
    sync::Arc,
};

use actix_web::{
    Error, FromRequest, HttpMessage, HttpRequest,
    body::MessageBody,
    dev::{Payload, ServiceRequest, ServiceResponse},
    middleware::Next,
};
use percent_encoding::percent_decode_str;
use rest::{AppError, Code};

use crate::{
    access::{Grants, Requirement, Role},
    claims::Identity,
    guard::{AuthUser, app_data, call_next},
    organizations::{Membership, Organizations},
    path_parameters::{ORGANIZATION_ID, TEAM_ID},
    principal::Principal,
};

/// Any member of the organization, whatever their role.
#[derive(Debug)]
pub enum AnyMember {}

impl Requirement for AnyMember {
    fn is_met(_: Grants<'_>) -> bool {
        true
    }

    fn describe() -> String {
        "a member".to_owned()
    }

    fn scope() -> Vec<&'static str> {
        Vec::new()
    }
}

impl Role for AnyMember {
    type Itself = Self;
}

/// Guard: the caller is a member of the organization in the path and has the role `R` in it. Its
/// scope must be an [`organization_scope`](crate::organization_scope), which lets members in alone.
///
/// Roles of an organization are declared like any role; `owner`, `admin` and `member` are those of
/// Better Auth.
///
/// ```
/// use better_auth::{Admin, AnyOf, Member};
/// better_auth::define_roles! {
///     /// Who founded the organization.
///     Role OrganizationOwner = "owner";
/// }
///
/// async fn list_projects(member: Member) -> String {
///     format!("projects of {}", member.organization_id)
/// }
///
/// async fn delete_project(member: Member<AnyOf<(OrganizationOwner, Admin)>>) -> String {
///     format!("deleted by {}", member.user().uuid)
/// }
/// ```
/// Permissions of the user do not count inside an organization, and do not compile:
/// ```compile_fail,E0277
/// # use better_auth::Member;
/// # better_auth::define_roles! { Permission ReportsRead = "reports:read"; }
/// async fn handler(member: Member<ReportsRead>) {}
/// ```
pub struct Member<R: Role = AnyMember> {
    user: AuthUser,
    membership: Arc<Membership>,
    role: PhantomData<R>,
}

impl<R: Role> Member<R> {
    /// The caller.
    #[must_use]
    pub fn user(&self) -> &Identity {
        &self.user
    }

    fn check(request: &HttpRequest) -> Result<Self, AppError> {
        let user = AuthUser::check(request)?;
        let membership = request.extensions().get::<Arc<Membership>>().cloned();
        // Only the ids that the middleware checked: a `{team_id}` outside its scope was not
        // checked.
        let is_checked = |it: &Arc<Membership>| {
            path_id(request, ORGANIZATION_ID).as_deref() == Some(&it.organization_id)
                && path_id(request, TEAM_ID).as_deref() == it.team_id.as_deref()
        };
        let membership = membership.filter(is_checked).ok_or_else(|| {
            let error = AppError::new(Code::INTERNAL_ERROR);
            error.with_source(
                "the route is not in an organization_scope, or has {team_id} outside a team_scope",
            )
        })?;
        let grants = Grants {
            roles: &membership.roles,
            permissions: &[],
        };
        if !R::is_met(grants) {
            let required = format!("{} in the organization", R::describe());
            return Err(AppError::insufficient_scope(&required, &[]));
        }
        Ok(Self {
            user,
            membership,
            role: PhantomData,
        })
    }
}

impl<R: Role> Deref for Member<R> {
    type Target = Membership;

    fn deref(&self) -> &Membership {
        &self.membership
    }
}

impl<R: Role> fmt::Debug for Member<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Member({:?})", self.membership)
    }
}

impl<R: Role> FromRequest for Member<R> {
    type Error = AppError;
    type Future = Ready<Result<Self, AppError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::check(request))
    }
}

/// Middleware of a scope `/{organization_id}`: only members of the organization get in. With
/// `{team_id}` in the path too, only members of that team. Everyone else is 403 `forbidden`.
///
/// # Errors
/// Never fails itself: a rejection is a response, so that outer middleware sees it.
pub async fn members_only(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, Error> {
    match find_membership(request.request()).await {
        Ok(membership) => {
            request.extensions_mut().insert(membership);
            call_next(request, next).await
        }
        Err(error) => Ok(request.error_response(error)),
    }
}

async fn find_membership(request: &HttpRequest) -> Result<Arc<Membership>, AppError> {
    let user = AuthUser::check(request)?;
    let organization = path_id(request, ORGANIZATION_ID).unwrap_or_default();
    let team = path_id(request, TEAM_ID);
    let organizations = app_data::<Organizations>(request)?;
    let membership = organizations.membership(&user, &organization, team.as_deref());
    let membership = membership
        .await?
        .ok_or_else(|| AppError::new(Code::FORBIDDEN).detail("The path belongs to others"))?;
    match request.extensions().get() {
        // An API key has no roles: those in the organization belong to the user.
        Some(Principal::Key(_)) => Ok(Arc::new(Membership {
            roles: Vec::new(),
            ..Membership::clone(&membership)
        })),
        _ => Ok(membership),
    }
}

/// An id in the path. The router leaves `%`, `/` and `+` encoded.
fn path_id<'a>(request: &'a HttpRequest, name: &str) -> Option<Cow<'a, str>> {
    let id = request.match_info().get(name)?;
    Some(percent_decode_str(id).decode_utf8_lossy())
}
