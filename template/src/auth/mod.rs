//! Who may do what: this application's permissions, and the guards that routes put in front.

mod permissions;

pub use better_auth::{
    Admin, AllOf, AnyOf, Atomicity, AuthUser, Authenticator, BetterAuthId, Claims, Client,
    CurrentUser, Granted, Identity, InOrganization, KeySet, Member, Membership, OptionalUser,
    OrganizationOwner, Owner, Permission, Provisioning, Public, Rejection, Require,
    RequirePermission, RequireRole, RequireScope, Role, Scope, Sessions, Token, Verifier, WriteAs,
    authenticate, define_roles, guarded_scope, optional_user_scope, organization_scope,
    owner_scope, run_idempotent, run_idempotent_in, signed_in_scope, team_scope,
};
pub use permissions::{TasksDelete, TasksRead, TasksWrite};
