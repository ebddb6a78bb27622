//! How OAuth clients find out whom to ask for a token (RFC 9728).

use actix_web::{
    HttpResponse,
    web::{self, Bytes, Data, ServiceConfig},
};
use rest::ChallengeParameters;
use serde_json::json;

use crate::algorithm;
use crate::config::{METADATA_PATH, OAuthSettings};

/// The metadata of the API as an OAuth resource, and the pointer to it in every challenge
/// (RFC 9728 section 5.1).
#[derive(Clone)]
pub struct ResourceMetadata {
    document: Bytes,
    /// Where clients look for it: with the path of OAUTH_AUDIENCE, and, as many do, without.
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
            let document = self.document.clone();
            let answer = move || {
                let document = document.clone();
                async move {
                    HttpResponse::Ok()
                        .content_type("application/json")
                        .body(document)
                }
            };
            config.route(path, web::get().to(answer));
        }
    }
}
