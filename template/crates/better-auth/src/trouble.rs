//! Common problems of a deployment, with their remedies.

/// A common problem: what people see, why, and what to do. `docs/troubleshooting.md` of the
/// application has the same sentences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// A short, stable name for machine-readable output.
    pub name: &'static str,
    /// What people see.
    pub symptom: &'static str,
    /// Why it happens.
    pub cause: &'static str,
    /// What to do.
    pub remedy: &'static str,
}

impl Trouble {
    /// Every problem, in the order of `docs/troubleshooting.md`.
    pub const ALL: [Self; 17] = [
        Self::JWKS_TABLE_MISSING,
        Self::TABLES_OUTDATED,
        Self::UUID_CLAIM_MISSING,
        Self::DIFFERENT_DATABASES,
        Self::USE_SESSION_MISSING,
        Self::SESSION_TOKEN_SENT,
        Self::OTHER_KIND_OF_TOKEN,
        Self::ACCESS_TOKEN_WITHOUT_UUID,
        Self::TOKEN_TOO_LONG,
        Self::SESSIONS_ELSEWHERE,
        Self::NO_MATCHING_KEY,
        Self::TOKEN_EXPIRED,
        Self::ISSUER_OR_AUDIENCE_DIFFERS,
        Self::WRONG_ID_IN_PATH,
        Self::KEY_SET_UNREACHABLE,
        Self::ALGORITHM_NOT_ACCEPTED,
        Self::ORIGIN_NOT_ALLOWED,
    ];

    /// Better Auth's table `jwks` does not exist.
    pub const JWKS_TABLE_MISSING: Self = Self {
        name: "jwks_table_missing",
        symptom: r#"relation "jwks" does not exist"#,
        cause: "Better Auth's jwt plugin was added, but its table was not created.",
        remedy: "Run `npx auth migrate`, or let the tool that made Better Auth's other tables make this one.",
    };

    /// A table or column of Better Auth 1.7 is missing.
    pub const TABLES_OUTDATED: Self = Self {
        name: "tables_outdated",
        symptom: r#"column "token" of relation "session" does not exist"#,
        cause: "Better Auth's tables are older than 1.7 or were created by hand.",
        remedy: "Run `npx auth migrate`, which adds what is missing, or set BETTER_AUTH_NAMES where Better Auth has another name for it. Then run `cargo run -- doctor` again.",
    };

    /// The token carries no UUID of the user, or the table `user` has none.
    pub const UUID_CLAIM_MISSING: Self = Self {
        name: "uuid_claim_missing",
        symptom: "401, `Token has no usable uuid claim`",
        cause: "The token does not carry the user's UUID.",
        remedy: "Declare `uuid` in user.additionalFields and return it from definePayload of the jwt plugin. USER_UUID_CLAIM=sub is right only in a project with user_ids=native, or in a database of the API's own with USER_PROVISIONING=on.",
    };

    /// Better Auth writes to another database than this API reads.
    pub const DIFFERENT_DATABASES: Self = Self {
        name: "different_databases",
        symptom: "a newly registered user is not found",
        cause: "Better Auth and this API use different databases, or a second system registers users.",
        remedy: "Point DATABASE_URL and Better Auth's `database` to the same database and schema, and let only Better Auth register users; or give the API a database of its own, and set USER_PROVISIONING=on.",
    };

    /// The frontend imports Better Auth's client from the wrong entry point.
    pub const USE_SESSION_MISSING: Self = Self {
        name: "use_session_missing",
        symptom: "authClient.useSession is not a function",
        cause: "The client was imported from another entry point.",
        remedy: "Import createAuthClient from `better-auth/react`, the only entry point that has useSession.",
    };

    /// The frontend sends the session token instead of the JWT.
    pub const SESSION_TOKEN_SENT: Self = Self {
        name: "session_token_sent",
        symptom: "no authentication token available, or 401 token_malformed",
        cause: "The opaque session token was sent instead of the JWT.",
        remedy: "Send the JWT from `authClient.token()` (plugin jwtClient); session.session.token is not a JWT.",
    };

    /// A token of Better Auth's OAuth provider is sent instead of a session's.
    pub const OTHER_KIND_OF_TOKEN: Self = Self {
        name: "other_kind_of_token",
        symptom: "401 token_invalid, the token is not the JWT of a session",
        cause: "An OAuth client's access token, an ID token, a machine's token or a token bound to a key (cnf) was sent. None of them passes for a user's session.",
        remedy: "Send the JWT from `authClient.token()` (plugin jwtClient), or set OAUTH_AUDIENCE to accept access tokens of OAuth clients (docs/credentials.md).",
    };

    /// An access token carries no UUID of the user.
    pub const ACCESS_TOKEN_WITHOUT_UUID: Self = Self {
        name: "access_token_without_uuid",
        symptom: "401, `Token has no usable uuid claim`, for an OAuth access token",
        cause: "The OAuth provider does not add the user's UUID to access tokens.",
        remedy: "Return `uuid` from customAccessTokenClaims of oauthProvider (docs/credentials.md).",
    };

    /// The token is longer than the API accepts.
    pub const TOKEN_TOO_LONG: Self = Self {
        name: "token_too_long",
        symptom: "401 token_malformed, `Token is longer than 8 KiB`, or 431 with an empty body",
        cause: "The token carries the whole user, perhaps with a picture in it.",
        remedy: "Return only what the API needs from definePayload of the jwt plugin: uuid, email, name, role and permissions, not the image.",
    };

    /// Better Auth keeps its sessions where the API does not look.
    pub const SESSIONS_ELSEWHERE: Self = Self {
        name: "sessions_elsewhere",
        symptom: "401 for every session cookie, although Better Auth knows the session",
        cause: "SESSION_VERIFICATION=database reads the table session, but Better Auth keeps sessions in a secondary storage such as Redis, or in cookies alone; or its address is wrong for http.",
        remedy: "Set SESSION_VERIFICATION=http for a secondary storage, and BETTER_AUTH_URL to where Better Auth answers; with sessions in cookies alone leave it off and send tokens. If nobody has signed in yet, sign in and run doctor again.",
    };

    /// No usable key fits the token.
    pub const NO_MATCHING_KEY: Self = Self {
        name: "no_matching_key",
        symptom: "401, no key fits the token",
        cause: "The key set is empty, outdated or from another server.",
        remedy: "Check that JWKS_URL belongs to the server that signed the token, sign in once so that Better Auth creates a key, and send SIGHUP to fetch the key set now.",
    };

    /// The token has expired, or the clocks differ.
    pub const TOKEN_EXPIRED: Self = Self {
        name: "token_expired",
        symptom: "401 token_expired",
        cause: "The token's lifetime of 15 minutes is over, or the clocks of the servers differ.",
        remedy: "Let the client fetch a new token shortly before exp, or once after a 401, and synchronize both clocks by NTP.",
    };

    /// Tokens carry another issuer or audience than expected.
    pub const ISSUER_OR_AUDIENCE_DIFFERS: Self = Self {
        name: "issuer_or_audience_differs",
        symptom: "401 although the signature is valid",
        cause: "The issuer (`iss`) or the audience (`aud`) is not the expected one.",
        remedy: "Set BETTER_AUTH_URL to Better Auth's baseURL, or JWT_ISSUER and JWT_AUDIENCE to the values in its tokens, without a trailing slash.",
    };

    /// The path contains Better Auth's id instead of the UUID.
    pub const WRONG_ID_IN_PATH: Self = Self {
        name: "wrong_id_in_path",
        symptom: "403 although the user is right",
        cause: "The path contains Better Auth's string id instead of the UUID.",
        remedy: "Put the uuid from GET /api/me, or `me`, into the path, never Better Auth's id.",
    };

    /// The key set cannot be fetched, or is not a key set.
    pub const KEY_SET_UNREACHABLE: Self = Self {
        name: "key_set_unreachable",
        symptom: "503 jwks_unavailable, the key set cannot be fetched",
        cause: "The auth server is down or unreachable, or its address is wrong.",
        remedy: "Start the auth server, and set BETTER_AUTH_URL, BETTER_AUTH_BASE_PATH or JWKS_URL to an address where `curl` finds the key set from this machine.",
    };

    /// Better Auth signs with an algorithm that is not accepted.
    pub const ALGORITHM_NOT_ACCEPTED: Self = Self {
        name: "algorithm_not_accepted",
        symptom: "401 for every token, a key's alg is not allowed",
        cause: "Better Auth signs with an algorithm that this API does not accept.",
        remedy: "Set keyPairConfig.alg of the jwt plugin to EdDSA, ES256, RS256 or PS256, and include it in JWT_ALGORITHMS.",
    };

    /// The page's origin is not allowed by CORS.
    pub const ORIGIN_NOT_ALLOWED: Self = Self {
        name: "origin_not_allowed",
        symptom: "the browser reports a CORS error",
        cause: "The page's origin is not allowed, or cookies are sent although CORS_ALLOW_CREDENTIALS is false.",
        remedy: "Add the page's exact origin to CORS_ALLOWED_ORIGINS, and set CORS_ALLOW_CREDENTIALS=true only if cookies are sent.",
    };
}
