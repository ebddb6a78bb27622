//! Better Auth's `jwks`: the keys that sign its tokens.

use database::{SecretText, UtcDateTime};
use sea_orm::entity::prelude::*;

use crate::ids::BetterAuthId;

/// A row of `jwks`.
#[derive(Clone, Debug, PartialEq, DeriveModel, DeriveActiveModel)]
pub struct Model {
    /// The key's id (`kid`).
    pub id: BetterAuthId,
    /// The public JWK.
    pub public_key: String,
    /// The private JWK, encrypted by Better Auth.
    pub private_key: SecretText,
    /// When the key was created.
    pub created_at: UtcDateTime,
    /// When Better Auth stops signing with it.
    pub expires_at: Option<UtcDateTime>,
    /// The algorithm, for example `EdDSA`.
    pub alg: Option<String>,
    /// The curve, for example `Ed25519`.
    pub crv: Option<String>,
}

entity!(Jwks: Id, PublicKey, PrivateKey, CreatedAt, ExpiresAt, Alg, Crv);
