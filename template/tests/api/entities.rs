//! Our models against rows as Better Auth writes them.

use app::entities::{account, jwks, session, user, verification};
use sea_orm::{EntityTrait, ModelTrait};

use crate::support::TestApp;

/// Better Auth makes either letters and digits or UUIDs.
const ID: &str = "018f3c1a-7b6e-4c3d-9f2a-4b5c6d7e8f90";
const TIME: &str = "2026-11-20T15:26:01.398Z";

async fn only<E: EntityTrait>(app: &TestApp) -> E::Model
where
    E::Model: ModelTrait<Entity = E>,
{
    E::find().one(app.db()).await.unwrap().unwrap()
}

#[actix_web::test]
async fn rows_written_by_better_auth_can_be_read() {
    let app = TestApp::start().await;
    for row in [
        format!(
            r#"INSERT INTO "user" (id, name, email, "emailVerified", "createdAt", "updatedAt", role)
               VALUES ('{ID}', 'Alice', 'alice@example.test', '0', '{TIME}', '{TIME}', 'user')"#
        ),
        format!(
            r#"INSERT INTO session (id, "expiresAt", token, "createdAt", "updatedAt", "userId")
               VALUES ('{ID}', '{TIME}', 'secret', '{TIME}', '{TIME}', '{ID}')"#
        ),
        format!(
            r#"INSERT INTO account (id, "accountId", "providerId", "userId", password, "createdAt", "updatedAt")
               VALUES ('{ID}', '{ID}', 'credential', '{ID}', 'secret', '{TIME}', '{TIME}')"#
        ),
        format!(
            r#"INSERT INTO verification (id, identifier, value, "expiresAt", "createdAt", "updatedAt")
               VALUES ('{ID}', 'alice@example.test', 'secret', '{TIME}', '{TIME}', '{TIME}')"#
        ),
        format!(
            r#"INSERT INTO jwks (id, "publicKey", "privateKey", "createdAt", alg, crv)
               VALUES ('{ID}', '{{}}', 'secret', '{TIME}', 'EdDSA', 'Ed25519')"#
        ),
    ] {
        app.sql(&row).await;
    }
    let user = only::<user::Entity>(&app).await;
    assert_eq!(
        (user.created_at.to_string().as_str(), user.email_verified),
        (TIME, false)
    );
    let session = only::<session::Entity>(&app).await;
    assert_eq!(
        (session.user_id, session.token.expose()),
        (user.id, "secret")
    );
    let account = only::<account::Entity>(&app).await;
    let verification = only::<verification::Entity>(&app).await;
    let jwks = only::<jwks::Entity>(&app).await;
    let debug = format!("{:?} {account:?} {verification:?} {jwks:?}", session.token);
    assert!(!debug.contains("secret"), "{debug}");
}
