//! Tells OAuth clients where to get a token for the API (RFC 9728).

use actix_web::{
    middleware::from_fn,
    web::{Bytes, Data, ServiceConfig},
};
use rest::{ChallengeParameters, limit_addresses, openapi::static_json};
use serde_json::json;

use crate::algorithm;
use crate::config::{METADATA_PATH, OAuthSettings};

/// The metadata of the API as an OAuth resource, and the pointer to it in every challenge
/// (RFC 9728 section 5.1).
#[derive(Clone)]
pub struct ResourceMetadata {
    document: Bytes,
    /// The paths where clients look for it: with the path of OAUTH_AUDIENCE and, as many clients
    /// do, without.
    paths: Vec<String>,
    challenge: Data<ChallengeParameters>,
}

impl ResourceMetadata {
    /// The metadata of an API whose routes need these scopes.
    #[must_use]
    pub fn new(settings: &OAuthSettings, scopes: &[String]) -> Self {
        let document = json!({
            "resource": settings.audience,
            "authorization_servers": [settings.issuer],
            "scopes_supported": scopes,
            "bearer_methods_supported": ["header"],
            "dpop_signing_alg_values_supported": algorithm::NAMES,
        });
        let mut paths = vec![METADATA_PATH.to_owned(), settings.metadata_path()];
        paths.dedup();
        let challenge = format!(r#"resource_metadata="{}""#, settings.metadata_url());
        Self {
            document: document.to_string().into(),
            paths,
            challenge: Data::new(ChallengeParameters(challenge)),
        }
    }

    /// Registers the routes.
    pub fn serve(&self, config: &mut ServiceConfig) {
        config.app_data(self.challenge.clone());
        for path in &self.paths {
            let document = static_json(path, self.document.clone());
            config.service(document.wrap(from_fn(limit_addresses)));
        }
    }
}
