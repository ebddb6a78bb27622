//! Lets an Actix application accept users who sign in with Better Auth.
//!
//! Routes lie in a [`signed_in_scope`], or in any scope that [`authenticate`] wraps, as below. That
//! middleware verifies what the request carries: a bearer token (a JWT, against Better Auth's key
//! set), or whatever else the settings accept: a session cookie, an access token of an OAuth client,
//! an API key. The guards [`AuthUser`], [`Owner`], [`CurrentUser`], [`RequireRole`],
//! [`RequirePermission`] and [`RequireScope`] are extractors that read its result; put them first
//! among a handler's arguments. The crate also has Better Auth's tables as [`entities`], and the
//! commands `doctor` and `verify-token`.
//!
//! ```
//! use actix_web::{get, middleware::from_fn, web};
//! use better_auth::{Admin, AuthUser, RequireRole, authenticate};
//!
//! #[get("/hello")]
//! async fn hello(user: AuthUser) -> String {
//!     format!("Hello {}", user.name.as_deref().unwrap_or("there"))
//! }
//!
//! #[get("/reports")]
//! async fn reports(admin: RequireRole<Admin>) -> String {
//!     format!("Reports for {}", admin.id)
//! }
//!
//! let scope = web::scope("/api").wrap(from_fn(authenticate)).service(hello).service(reports);
//! ```

mod access;
mod access_token;
mod algorithm;
mod api_keys;
mod auth_client;
mod authenticator;
mod claims;
pub mod commands;
pub mod config;
mod dpop;
pub mod entities;
pub mod export;
pub mod fetch;
mod fingerprint;
mod guard;
mod ids;
mod in_organization;
mod json_object;
mod jwk;
mod key_set;
mod key_source;
mod key_store;
mod look_ups;
mod member;
pub mod metrics;
pub mod openapi;
mod organizations;
mod path_parameters;
mod principal;
mod provisioning;
pub mod repositories;
mod require;
mod require_scope;
mod resource_metadata;
mod route_scopes;
mod run_idempotent;
pub mod schema;
mod session;
mod token;
mod token_cache;
mod token_kind;
pub mod trouble;
mod used_proofs;
mod verifier;
mod write_as;

pub use access::{
    Admin, AllOf, AnyOf, Granted, Grants, OrganizationOwner, Permission, Public, Requirement, Role,
};
pub use access_token::{AccessToken, OAuthClient};
pub use api_keys::ApiKeys;
pub use authenticator::Authenticator;
pub use claims::{Claims, Identity, Lifetime};
pub use guard::{
    AuthUser, CurrentUser, OptionalUser, Owner, authenticate, authenticate_if_present, owner_only,
};
pub use ids::{BetterAuthId, NATIVE_IDS};
pub use in_organization::InOrganization;
pub use jwk::{RejectedKey, VerificationKey};
pub use key_set::{KeySet, NotAKeySet};
pub use key_store::{KeySnapshot, KeyStore, KeysUnavailable};
pub use member::{AnyMember, Member, members_only};
pub use organizations::{Membership, Organizations};
pub use principal::Principal;
pub use provisioning::Provisioning;
pub use require::{Require, RequirePermission, RequireRole, require};
pub use require_scope::{Client, RequireScope, Scope};
pub use resource_metadata::ResourceMetadata;
pub use route_scopes::{
    guarded_scope, optional_user_scope, organization_scope, owner_scope, signed_in_scope,
    team_scope,
};
pub use run_idempotent::{Atomicity, run_idempotent, run_idempotent_in};
pub use session::Sessions;
pub use token::{Jws, Rejection, Token};
pub use token_kind::TokenKind;
pub use verifier::{Verified, Verifier};
pub use write_as::WriteAs;
