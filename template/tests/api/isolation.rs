//! Every operation of the document rejects callers who may not use it. The cases are derived from the
//! document: a new resource is covered before anybody writes a test for it.

use mock_auth::User;

use crate::support::{Answer, Client, Document, Ids, Operation, TestApp};

const NOWHERE: &str = "018f3c1a-7b6e-7c3d-9f2a-4b5c6d7e8f90";

/// Ids of rows that nobody has, for every parameter there is.
fn nowhere(operation: &Operation) -> Ids {
    let names = operation.ids().into_iter();
    names.map(|name| (name, NOWHERE.to_owned())).collect()
}

/// Calls it with a body that is right and with none: neither is looked at.
async fn is_rejected(
    document: &Document,
    client: &Client,
    operation: &Operation,
    owner: &str,
    rejection: (u16, &str),
) {
    let rows = nowhere(operation);
    let right = document.call(client, operation, owner, &rows, &rows).await;
    let path = operation.path_with(client, owner, &rows);
    let none = Answer::of(client.request(operation.method.clone(), &path)).await;
    for answer in [right, none] {
        let (status, code) = rejection;
        assert_eq!(
            answer.status, status,
            "{} {path}: {}",
            operation.id, answer.text
        );
        answer.rejected(status, code);
    }
}

#[actix_web::test]
async fn no_closed_operation_answers_nobody() {
    let app = TestApp::start().await;
    let document = Document::of(&app).await;
    let mut closed = document.operations();
    closed.retain(Operation::is_closed);
    assert!(closed.len() >= 3, "only {}", closed.len());
    for operation in closed {
        let nobody = app.anonymous();
        is_rejected(&document, &nobody, &operation, "me", (401, "token_missing")).await;
    }
}

#[actix_web::test]
async fn no_operation_that_looks_at_credentials_takes_wrong_ones() {
    let app = TestApp::start().await;
    let document = Document::of(&app).await;
    let forged = app.token(&User::named("alice")).tampered_signature().sign();
    let expired = app.token(&User::named("alice")).expires_in(-3600).sign();
    let mut protected = document.operations();
    protected.retain(Operation::looks_at_credentials);
    assert!(protected.len() >= 3, "only {}", protected.len());
    for operation in protected {
        for (token, code) in [
            (forged.as_str(), "token_invalid"),
            (&expired, "token_expired"),
            ("x", "token_malformed"),
        ] {
            let client = app.bearer(token);
            is_rejected(&document, &client, &operation, "me", (401, code)).await;
        }
    }
}

#[actix_web::test]
async fn no_operation_answers_at_another_owners_path_or_a_malformed_one() {
    let app = TestApp::start().await;
    let document = Document::of(&app).await;
    let (alice, bob) = (app.user("alice").await, app.user("bob").await);
    let alices = alice.uuid().to_string();
    let without_hyphens = bob.uuid().simple().to_string();
    for operation in document.operations() {
        if operation.is_owned() {
            for owner in [
                &alices,
                alice.organization(),
                &without_hyphens,
                NOWHERE,
                "ME",
                "x",
                "%00",
                "me%20",
            ] {
                is_rejected(&document, &bob, &operation, owner, (403, "forbidden")).await;
            }
        }
    }
}

#[actix_web::test]
async fn another_owners_path_is_closed_whatever_is_behind_it() {
    let app = TestApp::start().await;
    let (alice, bob) = (app.user("alice").await, app.user("bob").await);
    let of_organization = |client: &Client| format!("organizations/{}", client.organization());
    for owner in [
        &alice.uuid().to_string(),
        NOWHERE,
        "x",
        &of_organization(&alice),
        "organizations/x",
    ] {
        let answer = bob.get(&format!("/api/{owner}/anything")).await;
        answer.rejected(403, "forbidden");
    }
    for owner in [&bob.uuid().to_string(), "me", &of_organization(&bob)] {
        let answer = bob.get(&format!("/api/{owner}/anything")).await;
        answer.rejected(404, "not_found");
    }
}

#[actix_web::test]
async fn a_malformed_id_is_not_found_whatever_the_body() {
    let app = TestApp::start().await;
    let document = Document::of(&app).await;
    let bob = app.user("bob").await;
    let bobs = document.rows_of(&bob).await;
    for operation in document.operations_on_rows() {
        for name in operation.ids() {
            for malformed in ["x", "1", "%00", &NOWHERE.replace('-', "")] {
                let mut rows = bobs.clone();
                rows.insert(name.clone(), malformed.to_owned());
                let answer = document.call(&bob, &operation, "me", &rows, &bobs).await;
                assert_eq!(answer.status, 404, "{} {name}={malformed}", operation.id);
            }
        }
    }
}

#[actix_web::test]
async fn what_is_for_administrators_is_forbidden_to_everybody_else() {
    let app = TestApp::start().await;
    let document = Document::of(&app).await;
    let bob = app.user("bob").await;
    let mut administered = document.operations();
    administered.retain(|operation| !operation.is_owned() && operation.answers("403"));
    assert!(!administered.is_empty());
    for operation in administered {
        is_rejected(&document, &bob, &operation, "me", (403, "forbidden")).await;
    }
}

/// What these tests make their rows with, and those of scaffolded resources.
#[actix_web::test]
async fn a_row_of_each_kind_is_made_with_whatever_it_refers_to() {
    let app = TestApp::start().await;
    let document = Document::of(&app).await;
    let (alice, bob) = (app.user("alice").await, app.user("bob").await);
    for (kind, alices) in document.rows_of(&alice).await {
        assert_ne!(Document::add(&bob, &kind).await, alices, "{kind}");
    }
}

/// Bob's rows with alice's in the place of one of them, and of all.
fn mixtures(operation: &Operation, alices: &Ids, bobs: &Ids) -> Vec<Ids> {
    let names = operation.ids();
    let of_alice = |name: &String| (name.clone(), alices[name].clone());
    let one = |name| bobs.clone().into_iter().chain([of_alice(name)]).collect();
    let mut mixtures: Vec<Ids> = names.iter().map(one).collect();
    mixtures.push(
        bobs.clone()
            .into_iter()
            .chain(names.iter().map(of_alice))
            .collect(),
    );
    mixtures.dedup();
    mixtures
}

#[actix_web::test]
async fn another_users_row_is_not_found_and_stays_as_it_is() {
    let app = TestApp::start().await;
    let document = Document::of(&app).await;
    let (alice, bob) = (app.user("alice").await, app.user("bob").await);
    for operation in document.operations_on_rows() {
        let bobs = document.rows_of(&bob).await;
        let alices = document.rows_of(&alice).await;
        document.connect(&alice, &operation, &alices).await;
        let before = document.look(&alice, &alices).await;
        for rows in mixtures(&operation, &alices, &bobs) {
            let answer = document.call(&bob, &operation, "me", &rows, &bobs).await;
            assert_eq!(
                answer.status, 404,
                "{} on {rows:?}: {}",
                operation.id, answer.text
            );
            answer.rejected(404, "not_found");
        }
        assert_eq!(
            document.look(&alice, &alices).await,
            before,
            "{}",
            operation.id
        );
        // The same call is right for its owner.
        let answer = document
            .call(&alice, &operation, "me", &alices, &alices)
            .await;
        assert!(answer.status < 300, "{}: {}", operation.id, answer.text);
    }
}

#[actix_web::test]
async fn another_users_row_in_a_body_is_rejected_and_stays_as_it_is() {
    let app = TestApp::start().await;
    let document = Document::of(&app).await;
    let (alice, bob) = (app.user("alice").await, app.user("bob").await);
    let bobs = document.rows_of(&bob).await;
    let alices = document.rows_of(&alice).await;
    let (bob_before, alice_before) = (
        document.look(&bob, &bobs).await,
        document.look(&alice, &alices).await,
    );
    for operation in document.operations() {
        if operation.is_owned() && document.body_names_rows(&operation, &alices) {
            let answer = document.call(&bob, &operation, "me", &bobs, &alices).await;
            let rejected = [404, 422].contains(&answer.status);
            assert!(rejected, "{}: {}", operation.id, answer.text);
        }
    }
    assert_eq!(document.look(&bob, &bobs).await, bob_before);
    assert_eq!(document.look(&alice, &alices).await, alice_before);
}

#[actix_web::test]
async fn no_list_holds_another_users_rows() {
    let app = TestApp::start().await;
    let document = Document::of(&app).await;
    let (alice, bob) = (app.user("alice").await, app.user("bob").await);
    let alices = document.rows_of(&alice).await;
    let bobs = document.rows_of(&bob).await;
    let nothing = Ids::new();
    let mut seen = String::new();
    for operation in document.operations() {
        if operation.is_owned() && operation.method == "GET" {
            let answer = document.call(&bob, &operation, "me", &bobs, &nothing).await;
            answer.ok();
            seen += &answer.text;
        }
    }
    assert!(bobs.values().all(|id| seen.contains(id)), "{seen}");
    assert!(!alices.values().any(|id| seen.contains(id)), "{seen}");
}
