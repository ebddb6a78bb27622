//! The settings of Better Auth, read from the environment.

mod api_keys;
mod auth_server;
mod oauth;
mod sessions;
mod tokens;

pub use api_keys::ApiKeySettings;
pub(crate) use oauth::METADATA_PATH;
pub use oauth::OAuthSettings;
pub use sessions::{SessionSettings, SessionVerification};
pub use tokens::{KeyStoreSettings, TokenSettings};

use database::EnvReader;

use crate::{config::auth_server::AuthServer, schema::NameOverrides};

/// The address of Better Auth, and the rules for its tokens and sessions.
#[derive(Clone, Debug)]
pub struct BetterAuthSettings {
    /// The origin of BETTER_AUTH_URL.
    pub origin: String,
    /// The key set and the rules for tokens.
    pub tokens: TokenSettings,
    /// Whether session cookies and session tokens are accepted, and how they are verified.
    pub sessions: SessionSettings,
    /// Where API keys are verified; `None` = they are not accepted.
    pub api_keys: Option<ApiKeySettings>,
    /// USER_PROVISIONING: whether the first valid token of a user creates their row.
    pub user_provisioning: bool,
    /// BETTER_AUTH_NAMES: names of Better Auth's tables and columns that cannot be recognized.
    pub names: NameOverrides,
}

impl BetterAuthSettings {
    /// Reads the settings; `env` collects the errors.
    pub fn read(env: &mut EnvReader<'_>) -> Self {
        let server = AuthServer::read(env);
        Self {
            origin: server.url.origin().ascii_serialization(),
            tokens: TokenSettings::read(env, &server),
            sessions: SessionSettings::read(env, &server),
            api_keys: ApiKeySettings::read(env, &server),
            user_provisioning: env.choice("USER_PROVISIONING", &[("off", false), ("on", true)]),
            names: NameOverrides::read(env),
        }
    }
}

#[cfg(test)]
pub(crate) fn settings(given: &[(&str, &str)]) -> Result<BetterAuthSettings, String> {
    let lookup = |name: &str| {
        let (_, value) = given.iter().find(|(given, _)| *given == name)?;
        Some((*value).to_owned())
    };
    database::read_settings(lookup, BetterAuthSettings::read).map_err(|error| error.to_string())
}
