//! Who is calling: Better Auth's key set, its tokens, and the guards that routes put in front.

mod authenticator;
mod claims;
pub mod fetch;
mod guard;
mod key_set;
mod key_source;
mod keys;
mod provisioning;
mod require;
mod session;
mod verdicts;
mod verifier;

pub use authenticator::Authenticator;
pub use claims::{Claims, Identity};
pub use guard::{
    AuthUser, CurrentUser, OptionalUser, Owner, authenticate, authenticate_if_present, owner_only,
};
pub use key_set::{KeySet, NotAKeySet, RefusedKey, VerificationKey};
pub use keys::{KeyStore, KeysUnavailable, Look};
pub use provisioning::Provisioning;
pub use require::{Require, RequirePermission, RequireRole, require};
pub use session::Sessions;
pub use verifier::{Jws, Lifetime, Rejection, Token, Verifier};
