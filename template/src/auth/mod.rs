//! Who is calling: Better Auth's key set, its tokens, and the guards that routes put in front.

mod claims;
mod guard;
mod key_set;
mod keys;
mod require;
mod session;
mod verifier;

pub use claims::{Claims, Identity};
pub use guard::{
    AuthUser, Authenticator, CurrentUser, OptionalUser, Owner, authenticate,
    authenticate_if_present, owner_only,
};
pub use key_set::{KeySet, VerificationKey};
pub use keys::{KeyStore, KeysUnavailable};
pub use require::{Require, RequirePermission, RequireRole, require};
pub use session::Sessions;
pub use verifier::{Rejection, Token, Verifier};
