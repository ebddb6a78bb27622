//! Keys of Better Auth's apiKey plugin in place of tokens.

use actix_web::{
    HttpResponse, get,
    web::{Json, ServiceConfig},
};
use app::auth::{
    AuthUser, Member, RequirePermission, RequireScope, define_roles, guarded_scope,
    organization_scope, signed_in_scope,
};
use futures_util::future::join_all;
use mock_auth::{Behaviour, User};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::support::{Answer, TestApp, add_documented, eventually, run};

define_roles! {
    Permission NotesDelete = "notes:delete";
    Role OrganizationOwner = "owner";
    Scope NotesRead = "notes:read";
}

const ON: (&str, &str) = ("API_KEYS", "http");
const ME: &str = "/more/me";

mod handlers {
    use super::*;

    #[utoipa::path(params(RequireScope<NotesRead>), responses((status = 200)))]
    #[get("/me")]
    pub async fn me(_: RequireScope<NotesRead>, user: AuthUser) -> HttpResponse {
        HttpResponse::Ok().json(&*user)
    }

    #[utoipa::path(responses((status = 200)))]
    #[get("")]
    pub async fn delete_notes(_: RequirePermission<NotesDelete>) -> Json<bool> {
        Json(true)
    }

    /// Nothing here asks who calls.
    #[utoipa::path(responses((status = 200)))]
    #[get("/unguarded")]
    pub async fn unguarded() -> Json<bool> {
        Json(true)
    }

    #[utoipa::path(params(RequireScope<NotesRead>), responses((status = 200)))]
    #[get("/members")]
    pub async fn members(_: RequireScope<NotesRead>, member: Member) -> Json<Vec<String>> {
        Json(member.roles.clone())
    }

    #[utoipa::path(params(RequireScope<NotesRead>), responses((status = 200)))]
    #[get("/owners")]
    pub async fn owners(_: RequireScope<NotesRead>, _: Member<OrganizationOwner>) -> Json<bool> {
        Json(true)
    }
}

fn more_routes(config: &mut ServiceConfig) {
    add_documented(config, |config| {
        let notes = guarded_scope::<NotesDelete>("/notes").service(handlers::delete_notes);
        let organization = organization_scope("/organizations/{organization_id}")
            .service(handlers::members)
            .service(handlers::owners);
        let more = signed_in_scope("/more")
            .service(handlers::me)
            .service(handlers::unguarded);
        config.service(more.service(notes).service(organization));
    });
}

async fn started(settings: &[(&str, &str)]) -> TestApp {
    TestApp::start_with_settings_and_routes(&[&[ON], settings].concat(), more_routes).await
}

fn request(app: &TestApp, key: &str, path: &str) -> RequestBuilder {
    let request = app.anonymous().request(Method::GET, path);
    request.header("x-api-key", key)
}

async fn get(app: &TestApp, key: &str, path: &str) -> Answer {
    Answer::of(request(app, key, path)).await
}

#[actix_web::test]
async fn keys_are_not_accepted_unless_enabled() {
    let app = TestApp::start().await;
    let key = app.api_key(&User::named("alice"), Value::Null);
    let answer = get(&app, &key, "/api/me").await;
    answer.rejected(401, "token_missing");
    assert_eq!(app.api_key_checks(), 0);
}

#[actix_web::test]
async fn a_key_acts_as_its_user_with_its_own_permissions_and_no_roles() {
    let app = started(&[]).await;
    let admin = User {
        role: "admin".to_owned(),
        permissions: vec!["everything".to_owned()],
        ..User::named("root")
    };
    let key = app.api_key(&admin, json!({"notes": ["read", "delete"]}));
    let me = get(&app, &key, ME).await.ok();
    assert_eq!(me["uuid"], json!(admin.uuid));
    assert_eq!(me["roles"], json!([]));
    assert_eq!(me["permissions"], json!(["notes:read", "notes:delete"]));
    let answer = get(&app, &key, "/api/admin/users").await;
    answer.rejected(403, "forbidden");
}

#[actix_web::test]
async fn a_key_needs_no_scope() {
    let app = started(&[]).await;
    let key = app.api_key(&User::named("alice"), Value::Null);
    for path in ["/more/unguarded", "/api/me", ME] {
        get(&app, &key, path).await.ok();
    }
}

#[actix_web::test]
async fn a_key_has_no_role_of_its_user_in_organizations() {
    let app = started(&[]).await;
    let table = r#"CREATE TABLE member (id text, "organizationId" text, "userId" text, role text)"#;
    app.sql(table).await;
    let alice = User::named("alice");
    let values = format!("'1', 'acme', '{}', 'owner'", alice.id);
    app.sql(&format!("INSERT INTO member VALUES ({values})"))
        .await;
    let (members, owners) = (
        "/more/organizations/acme/members",
        "/more/organizations/acme/owners",
    );
    let key = app.api_key(&alice, Value::Null);
    get(&app, &key, owners).await.rejected(403, "forbidden");
    assert_eq!(get(&app, &key, members).await.ok(), json!([]));
    let alice = app.bearer(&app.token(&alice).sign());
    alice.get(owners).await.ok();
    assert_eq!(alice.get(members).await.ok(), json!(["owner"]));
}

#[actix_web::test]
async fn guards_read_the_permissions_of_the_key() {
    let app = started(&[]).await;
    let alice = User::named("alice");
    let reader = app.api_key(&alice, json!({"notes": ["read"]}));
    get(&app, &reader, "/more/notes")
        .await
        .rejected(403, "forbidden");
    let cleaner = app.api_key(&alice, json!({"notes": ["delete"]}));
    get(&app, &cleaner, "/more/notes").await.ok();
}

#[actix_web::test]
async fn keys_that_are_nobodys_are_rejected() {
    let app = started(&[]).await;
    let alice = User::named("alice");
    let banned = User {
        banned: true,
        ..User::named("mallory")
    };
    let banned = app.api_key(&banned, Value::Null);
    let revoked = app.api_key(&alice, Value::Null);
    app.revoke_api_key(&revoked);
    let organization = app.api_key_of_organization(&alice, "acme");
    for (name, key, code) in [
        ("unknown", "AbCdEf", "token_invalid"),
        ("banned", &banned, "token_invalid"),
        ("revoked", &revoked, "token_invalid"),
        ("an organization's", &organization, "token_invalid"),
        ("empty", "", "token_malformed"),
        ("long", &"x".repeat(513), "token_malformed"),
    ] {
        let answer = get(&app, key, ME).await;
        let found = (answer.status, answer.json()["code"].clone());
        assert_eq!(found, (401, json!(code)), "{name}");
    }
    let good = app.api_key(&alice, Value::Null);
    get(&app, &good, ME).await.ok();
}

#[actix_web::test]
async fn a_key_beside_another_credential_is_an_invalid_request() {
    let app = started(&[("SESSION_VERIFICATION", "http")]).await;
    let alice = User::named("alice");
    let key = app.api_key(&alice, Value::Null);
    let token = app.token(&alice).sign();
    let with_token = request(&app, &key, ME).bearer_auth(token);
    let cookie = app.session_cookie(&app.sign_in(&alice));
    let with_cookie = request(&app, &key, ME).header("cookie", cookie);
    let with_key = request(&app, &key, ME).header("x-api-key", &key);
    for request in [with_token, with_cookie, with_key] {
        Answer::of(request).await.rejected(400, "invalid_request");
    }
    let with_theme = request(&app, &key, ME).header("cookie", "theme=dark");
    Answer::of(with_theme).await.ok();
}

#[actix_web::test]
async fn a_look_up_is_remembered_and_shared() {
    let app = started(&[]).await;
    let key = app.api_key(&User::named("alice"), Value::Null);
    let answers = (0..20).map(|_| get(&app, &key, ME));
    for answer in join_all(answers).await {
        answer.ok();
    }
    assert_eq!(app.api_key_checks(), 1);
}

#[actix_web::test]
async fn a_revoked_key_is_out_when_the_look_up_is_old() {
    let app = started(&[("SESSION_CACHE_TTL", "1")]).await;
    let key = app.api_key(&User::named("alice"), Value::Null);
    get(&app, &key, ME).await.ok();
    app.revoke_api_key(&key);
    eventually(async || get(&app, &key, ME).await.status == 401).await;
}

#[actix_web::test]
async fn made_up_keys_reach_better_auth_only_so_often() {
    let app = started(&[("SESSION_MAX_LOOKUPS", "5")]).await;
    let key = app.api_key(&User::named("alice"), Value::Null);
    get(&app, &key, ME).await.ok();
    let keys: Vec<_> = (0..30).map(|number| format!("junk{number}")).collect();
    for answer in join_all(keys.iter().map(|key| get(&app, key, ME))).await {
        assert!([401, 503].contains(&answer.status), "{}", answer.text);
    }
    assert!(app.api_key_checks() <= 6, "{}", app.api_key_checks());
    get(&app, &key, ME).await.ok();
}

#[actix_web::test]
async fn made_up_keys_of_one_address_leave_look_ups_to_others() {
    let proxies = ("TRUSTED_PROXIES", "127.0.0.1");
    let app = started(&[("SESSION_MAX_LOOKUPS", "3"), proxies]).await;
    let send = async |key: &str, address: &str| {
        let request = request(&app, key, ME).header("x-forwarded-for", address);
        Answer::of(request).await
    };
    for number in 0..10 {
        send(&format!("junk{number}"), "203.0.113.9").await;
    }
    let key = app.api_key(&User::named("alice"), Value::Null);
    let spent = send("junk", "203.0.113.9").await;
    spent.rejected(503, "auth_unavailable");
    send(&key, "198.51.100.1").await.ok();
    assert_eq!(app.api_key_checks(), 4);
}

#[actix_web::test]
async fn a_key_that_cannot_be_checked_is_not_wrong() {
    let app = started(&[]).await;
    let key = app.api_key(&User::named("alice"), Value::Null);
    for behaviour in [
        Behaviour::Status(500),
        Behaviour::Status(404),
        Behaviour::Body {
            content_type: "application/json".into(),
            bytes: br#"{"valid":true}"#.into(),
        },
    ] {
        app.behave_for_sessions(behaviour);
        let answer = get(&app, &key, ME).await;
        answer.rejected(503, "auth_unavailable");
    }
    app.behave_for_sessions(Behaviour::Answer);
    get(&app, &key, ME).await.ok();
}

#[actix_web::test]
async fn doctor_asks_the_endpoint_that_verifies_keys() {
    let app = started(&[]).await;
    let report = |url: String| {
        let settings = [
            ("BETTER_AUTH_URL", app.origin()),
            ("DATABASE_URL", app.database_url().to_owned()),
            ("API_KEYS", "http".to_owned()),
            ("API_KEYS_URL", url),
        ];
        let settings = settings.each_ref().map(|(name, value)| (*name, &**value));
        String::from_utf8(run(&["doctor"], &settings).stdout).unwrap()
    };
    let good = report(String::new());
    assert!(
        good.contains("/api/auth/api-key/check verifies API keys"),
        "{good}"
    );
    let missing = report(format!("{}/nowhere", app.origin()));
    assert!(missing.contains("failed   api keys"), "{missing}");
}
