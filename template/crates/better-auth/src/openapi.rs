//! What the OpenAPI document says about credentials.

use std::collections::BTreeSet;

use database::UserUuid;
use rest::{
    Code,
    openapi::{Authentication, Route},
};
use utoipa::{
    ToSchema,
    openapi::{
        ObjectBuilder, OneOfBuilder, Ref, Required, Type,
        path::{Parameter, ParameterBuilder, ParameterIn},
        security::{
            ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, OpenIdConnect, SecurityScheme,
        },
    },
};

use crate::api_keys::API_KEY;
use crate::config::{BetterAuthSettings, OAuthSettings, SessionSettings, SessionVerification};
use crate::path_parameters::{ORGANIZATION_ID, TEAM_ID, USER_ID};

/// How callers authenticate: with a bearer token, and with the other credentials that the settings
/// accept.
#[must_use]
pub fn authentication(settings: Option<&BetterAuthSettings>) -> Authentication {
    let sessions = settings.map(|settings| &settings.sessions);
    let oauth = settings.and_then(|settings| settings.tokens.oauth.as_ref());
    let takes_api_keys = settings.is_some_and(|settings| settings.api_keys.is_some());
    let mut codes = credential_codes(sessions, takes_api_keys);
    // Every route without a scope is closed to OAuth clients.
    codes.extend(oauth.map(|_| Code::FORBIDDEN));
    Authentication {
        schemes: security_schemes(sessions, takes_api_keys),
        codes,
        parameters: vec![
            user_id(),
            id(
                ORGANIZATION_ID,
                "The id of an organization that you are a member of.",
            ),
            id(TEAM_ID, "The id of a team that you are a member of."),
        ],
        oauth: oauth.map(|oauth| (OAUTH.to_owned(), oauth_scheme(oauth))),
    }
}

/// The issuer's metadata tells clients how to get a token (OpenID Connect Discovery).
fn oauth_scheme(settings: &OAuthSettings) -> SecurityScheme {
    let url = format!("{}/.well-known/openid-configuration", settings.issuer);
    let description = format!("An access token for `resource={}`.", settings.audience);
    SecurityScheme::OpenIdConnect(OpenIdConnect::with_description(url, description))
}

fn security_schemes(
    sessions: Option<&SessionSettings>,
    takes_api_keys: bool,
) -> Vec<(String, SecurityScheme)> {
    let token = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some("A token of Better Auth: `GET /api/auth/token` there."));
    let token = ("bearer".to_owned(), SecurityScheme::Http(token.build()));
    let cookie = |name: String| {
        let cookie = ApiKeyValue::with_description(name.as_str(), "Better Auth's session cookie.");
        (name, SecurityScheme::ApiKey(ApiKey::Cookie(cookie)))
    };
    let cookies = sessions.map_or_else(Vec::new, |sessions| sessions.cookie_names.clone());
    [token]
        .into_iter()
        .chain(cookies.into_iter().map(cookie))
        .chain(takes_api_keys.then(api_key))
        .collect()
}

fn api_key() -> (String, SecurityScheme) {
    let description = "A key of Better Auth's apiKey plugin.";
    let key = ApiKeyValue::with_description(API_KEY.as_str(), description);
    (
        "api_key".to_owned(),
        SecurityScheme::ApiKey(ApiKey::Header(key)),
    )
}

/// The name of the security scheme for access tokens of OAuth clients.
const OAUTH: &str = "oauth";

/// Every scope that a route needs, in order.
#[must_use]
pub fn scopes(routes: &[Route]) -> Vec<String> {
    let scopes = routes.iter().flat_map(|route| &route.scopes);
    let scopes: BTreeSet<_> = scopes.collect();
    scopes.into_iter().cloned().collect()
}

/// The problems that authentication can answer with: rejected credentials, credentials that cannot
/// be verified, and rate limits.
fn credential_codes(sessions: Option<&SessionSettings>, takes_api_keys: bool) -> Vec<Code> {
    let asks_better_auth = takes_api_keys
        || sessions.is_some_and(|settings| settings.verification == SessionVerification::Http);
    let mut codes = vec![
        Code::INVALID_REQUEST,
        Code::TOKEN_MISSING,
        Code::TOKEN_EXPIRED,
        Code::TOKEN_MALFORMED,
        Code::TOKEN_INVALID,
        Code::RATE_LIMITED,
        Code::JWKS_UNAVAILABLE,
        Code::DATABASE_UNAVAILABLE,
    ];
    codes.extend(asks_better_auth.then_some(Code::AUTH_UNAVAILABLE));
    codes
}

fn id(name: &str, description: &str) -> Parameter {
    let id = ObjectBuilder::new().schema_type(Type::String);
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some(description))
        .schema(Some(id))
        .example(Some("3rQ8oXzKc1WmBv7LtYp5GhNd2JfSaEu9".into()))
        .build()
}

fn user_id() -> Parameter {
    let me = ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(["me"]));
    let either = OneOfBuilder::new()
        .item(me)
        .item(Ref::from_schema_name(UserUuid::name()));
    ParameterBuilder::new()
        .name(USER_ID)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some("Your UUID, in any case, or `me`."))
        .schema(Some(either))
        .example(Some("me".into()))
        .build()
}
