//! The specification of the new routes.

use super::{
    Names,
    access::Actors,
    field::Column,
    repository::{Filter, filters},
    template::{each, fill},
};
use crate::resource::{Kind, Resource, Target};

const HEAD: &str = r##"use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Client, $documentTestApp};

const $PATH: &str = "$path";

/// What $a_words is made of; greater numbers give greater values.
$body
$add
#[actix_web::test]
async fn nobody_reaches_$plural_without_a_token() {
    let app = TestApp::start().await;
    let (nobody, row) = (app.anonymous(), format!("{$PATH}/x"));
    for answer in [
        nobody.get($PATH).await,
        nobody.post($PATH, json!({})).await,
        nobody.get(&row).await,
        nobody.put(&row, json!({})).await,
        nobody.patch(&row, json!({})).await,
        nobody.delete(&row).await,
        nobody.post(&format!("{row}/restore"), Value::Null).await,
    ] {
        answer.refused(401, "token_missing");
    }
}
"##;

const OWNED: &str = r##"
#[actix_web::test]
async fn another_users_path_is_forbidden() {
    let app = TestApp::start().await;
    let (alice, bob) = (app.user("alice").await, app.user("bob").await);
    let path = format!("/api/{}/$segment", alice.uuid());
    bob.get(&path).await.refused(403, "forbidden");
    bob.post(&path, $body_of_bob).await.refused(403, "forbidden");
}

#[actix_web::test]
async fn another_users_row_is_not_found_and_not_listed() {
    let app = TestApp::start().await;
    let (alice, bob) = (app.user("alice").await, app.user("bob").await);
    let row = add($alice, 1).await;
    let path = path_of(&row);
    for answer in [
        bob.get(&path).await,
        bob.get(&format!("{path}?include_deleted=true")).await,
        bob.put(&path, $body_of_bob).await,
        bob.patch(&path, json!({})).await,
        bob.delete(&path).await,
        bob.post(&format!("{path}/restore"), Value::Null).await,
    ] {
        answer.refused(404, "not_found");
    }
    assert_eq!(bob.get($PATH).await.ok()["total"], 0);
    assert_eq!(alice.get(&path).await.ok(), row);
}
"##;

const ADMINISTERED: &str = r##"
#[actix_web::test]
async fn $plural_are_for_the_role_admin_alone() {
    let app = TestApp::start().await;
    let row = add($admin, 1).await;
    let (alice, path) = (app.user("alice").await, path_of(&row));
    for answer in [
        alice.get($PATH).await,
        alice.post($PATH, json!({})).await,
        alice.get(&path).await,
        alice.put(&path, json!({})).await,
        alice.patch(&path, json!({})).await,
        alice.delete(&path).await,
        alice.post(&format!("{path}/restore"), Value::Null).await,
    ] {
        answer.refused(403, "forbidden");
    }
}
"##;

const PUBLIC: &str = r##"
#[actix_web::test]
async fn everybody_reads_live_$plural_and_writes_none() {
    let app = TestApp::start().await;
    let (alice, nobody) = ($user, app.anonymous());
    let (live, gone) = (add($alice, 0).await, add($alice, 1).await);
    alice.delete(&path_of(&gone)).await;
    let public = |row: &Value| format!("/api/$segment/{}", row["id"].as_str().unwrap());
    assert_eq!(nobody.get(&public(&live)).await.ok(), live);
    nobody.get(&public(&gone)).await.refused(404, "not_found");
    let list = nobody.get("/api/$segment?include_deleted=true").await.ok();
    assert_eq!(list["items"], json!([live]));
    for answer in [
        nobody.post("/api/$segment", json!({})).await,
        nobody.delete(&public(&live)).await,
    ] {
        answer.refused(405, "method_not_allowed");
    }
}
"##;

const REFERENCES: &str = r##"
#[actix_web::test]
async fn what_it_refers_to_has_to_be_there() {
    let app = TestApp::start().await;
    $people
    let path = path_of(&add($alice, 1).await);
    for (member, code, ids) in [
$references    ] {
        let fault = format!("{member}: {code}");
        for id in ids {
            let mut wrong = body($alice, 1).await;
            wrong[member] = json!(id);
            alice.post($PATH, wrong.clone()).await.invalid(&[&fault]);
            alice.put(&path, wrong).await.invalid(&[&fault]);
            let change = json!({member: id});
            alice.patch(&path, change).await.invalid(&[&fault]);
        }
    }
}

/// The id of a row that was deleted.
async fn deleted(client: &Client, collection: &str, id: &str) -> String {
    let row = Document::add(client, id).await;
    let answer = client.delete(&format!("{collection}/{row}")).await;
    assert_eq!(answer.status, 204);
    row
}
"##;

const REST: &str = r##"
#[actix_web::test]
async fn what_breaks_a_limit_is_refused_member_by_member() {
    let app = TestApp::start().await;
    let alice = $user;
    let path = path_of(&add($alice, 1).await);
    for (member, value, code) in [
$faults    ] {
        let fault = format!("{member}: {code}");
        let mut body = $body_of_alice;
        body[member] = value.clone();
        alice.post($PATH, body.clone()).await.invalid(&[&fault]);
        alice.put(&path, body).await.invalid(&[&fault]);
        let change = json!({member: value});
        alice.patch(&path, change).await.invalid(&[&fault]);
    }
$required$together    let unknown = json!({"unknown": 1});
    alice.patch(&path, unknown).await.invalid(&["unknown: unknown_field"]);
}

#[actix_web::test]
async fn a_write_meant_for_another_version_changes_nothing() {
    let app = TestApp::start().await;
    let alice = $user;
    let row = add($alice, 1).await;
    let path = path_of(&row);
    for (method, path, body) in [
        (Method::PUT, path.clone(), $body_of_alice),
        (Method::PATCH, path.clone(), json!({})),
        (Method::DELETE, path.clone(), Value::Null),
        (Method::POST, format!("{path}/restore"), Value::Null),
    ] {
        let sent = alice.with(("if-match", r#""2""#), method, &path, body);
        sent.await.refused(412, "precondition_failed");
    }
    let known = ("if-none-match", r#""1""#);
    let unchanged = alice.with(known, Method::GET, &path, Value::Null).await;
    assert_eq!((unchanged.status, unchanged.header("etag")), (304, r#""1""#));
    assert_eq!(alice.get(&path).await.ok(), row);
}

#[actix_web::test]
async fn the_same_request_twice_adds_one() {
    let app = TestApp::start().await;
    let alice = $user;
    let (key, body) = (("idempotency-key", "k"), $body_of_alice);
    let first = alice.with(key, Method::POST, $PATH, body.clone()).await;
    let second = alice.with(key, Method::POST, $PATH, body).await;
    assert_eq!(first.created(), second.created());
    assert_eq!(alice.get($PATH).await.ok()["total"], 1);
}

#[actix_web::test]
async fn $a_row_is_answered_as_it_was_sent() {
    let app = TestApp::start().await;
    let alice = $user;
    let body = $body_of_alice;
    let answer = alice.post($PATH, body.clone()).await;
    let row = answer.created();
    for (member, value) in body.as_object().unwrap() {
        assert_eq!(&row[member], value, "{member}");
    }
    assert_eq!(answer.header("etag"), r#""1""#);
    let path = $location;
    assert_eq!(answer.header("location"), path);
    assert_eq!(alice.get(&path).await.ok(), row);
}

#[actix_web::test]
async fn $a_row_is_changed_replaced_deleted_and_restored() {
    let app = TestApp::start().await;
    let alice = $user;
    let row = add($alice, 0).await;
    let path = path_of(&row);
    assert_eq!(alice.patch(&path, json!({})).await.ok(), row);
$changed
    assert_eq!(alice.delete(&path).await.status, 204);
    for answer in [
        alice.get(&path).await,
        alice.patch(&path, json!({})).await,
        alice.delete(&path).await,
    ] {
        answer.refused(404, "not_found");
    }
    assert_eq!(alice.get($PATH).await.ok()["total"], 0);
    let gone = alice.get(&format!("{path}?include_deleted=true")).await.ok();
    assert!(gone["deleted_at"].is_string());
    let all = alice.get(&format!("{$PATH}?include_deleted=true")).await.ok();
    assert_eq!(all["items"], json!([gone]));
    let restore = format!("{path}/restore");
    let back = alice.post(&restore, Value::Null).await.ok();
    assert_eq!(back["deleted_at"], Value::Null);
    assert_eq!(alice.get(&path).await.ok(), back);
}

#[actix_web::test]
async fn lists_sort_both_ways_page_by_page_and_by_cursor() {
    let app = TestApp::start().await;
    let alice = $user;
    let mut ids = Vec::new();
    for number in 0..3 {
        ids.push(add($alice, number).await["id"].clone());
    }
    for sort in [$sorts] {
        assert_eq!(walk(&alice, &format!("{sort}order=asc")).await, ids, "{sort}");
        ids.reverse();
        assert_eq!(walk(&alice, &format!("{sort}order=desc")).await, ids, "{sort}");
        let second = format!("{$PATH}?{sort}page_size=1&page=2");
        let page = alice.get(&second).await.ok();
        assert_eq!((&page["items"][0]["id"], &page["total"]), (&ids[1], &json!(3)));
        ids.reverse();
    }
    for (parameter, fault) in [
        ("page=0", "page: out_of_range"),
        ("page_size=101", "page_size: out_of_range"),
        ("page=1&cursor=x", "cursor: not_with_page"),
        ("unknown=1", "unknown: unknown_parameter"),
    ] {
        let answer = alice.get(&format!("{$PATH}?{parameter}")).await;
        answer.invalid(&[fault]);
    }
    let answer = alice.get(&format!("{$PATH}?cursor=x")).await;
    answer.refused(400, "cursor_invalid");
}

/// The ids of a list, read one by one along its cursors.
async fn walk(client: &Client, query: &str) -> Vec<Value> {
    let (mut ids, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = client.get(&format!("{$PATH}?{query}&page_size=1{cursor}")).await.ok();
        ids.push(page["items"][0]["id"].clone());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return ids,
        }
    }
}
"##;

const NULLS: &str = r##"
#[actix_web::test]
async fn those_without_a_value_come_last_both_ways() {
    let app = TestApp::start().await;
    let alice = $user;
    let with = add($alice, 1).await["id"].clone();
    for member in [$nullable] {
        let mut body = $body_of_alice;
        body[member] = Value::Null;
        let without = alice.post($PATH, body).await.created();
        for order in ["asc", "desc"] {
            let query = format!("sort_by={member}&order={order}");
            let ids = walk(&alice, &query).await;
            assert_eq!(ids.last(), Some(&without["id"]), "{query}");
            assert!(ids.contains(&with), "{query}");
        }
        alice.delete(&path_of(&without)).await;
    }
}
"##;

const FILTERS: &str = r##"
#[actix_web::test]
async fn a_list_holds_what_fits_its_filters() {
    let app = TestApp::start().await;
    let alice = $user;
    let (_, high) = (add($alice, 0).await, add($alice, 2).await);
    for (parameter, member, fitting) in [
$filters    ] {
        let value = match &high[member] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let query = format!("{$PATH}?{parameter}={value}");
        assert_eq!(alice.get(&query).await.ok()["total"], fitting, "{parameter}");
    }
}
"##;

const CHANGED: &str = r##"    let changed = alice.patch(&path, json!({"$member": $change})).await.ok();
    assert_eq!((&changed["$member"], &changed["version"]), (&json!($change), &json!(2)));
    let replaced = alice.put(&path, $body_again).await.ok();
    assert_eq!((&replaced["$member"], &replaced["version"]), (&row["$member"], &json!(3)));
"##;

const ADD: &str = r##"async fn add($parameters, number: u8) -> Value {
    let answer = client.post($PATH, body($arguments, number)$wait).await;
    answer.created()
}

fn path_of(row: &Value) -> String {
    format!("{$PATH}/{}", row["id"].as_str().unwrap())
}
"##;

const REQUIRED: &str = r##"    for member in [$members] {
        let mut body = $body_of_alice;
        body.as_object_mut().unwrap().remove(member);
        let fault = format!("{member}: required");
        alice.post($PATH, body).await.invalid(&[&fault]);
    }
"##;

const TOGETHER: &str = r##"    let mut body = $body_of_alice;
$breaks    alice.post($PATH, body).await.invalid(&[$found]);
"##;

/// What tests pass on to make a row: whoever makes it, and the application where somebody else has
/// to make what it refers to.
struct Makers {
    refers: bool,
    needs_app: bool,
}

impl Makers {
    fn of(columns: &[Column]) -> Self {
        let targets = || columns.iter().filter_map(target);
        Self {
            refers: targets().next().is_some(),
            needs_app: targets().any(|it| !it.owned),
        }
    }

    /// For `add`, which sends the body.
    fn parameters(&self) -> &'static str {
        match self.needs_app {
            true => "app: &TestApp, client: &Client",
            false => "client: &Client",
        }
    }

    fn arguments(&self, client: &str) -> String {
        match self.needs_app {
            true => format!("&app, {client}"),
            false => client.to_owned(),
        }
    }

    /// A body, in a test.
    fn body(&self, client: &str, number: u8) -> String {
        match self.refers {
            true => format!("body({}, {number}).await", self.arguments(client)),
            false => format!("body({number})"),
        }
    }
}

fn target<'a>(column: &'a Column<'a>) -> Option<&'a Target> {
    match column.kind() {
        Kind::References(target) => Some(target),
        _ => None,
    }
}

pub fn tests(resource: &Resource, names: &Names) -> String {
    let columns = Column::all(resource);
    let actors = Actors::of(resource);
    let makers = Makers::of(&columns);
    let filters = filters(&columns);
    let sortable: Vec<_> = columns.iter().filter(|it| it.is_sortable()).collect();
    let nullable: Vec<_> = sortable.iter().filter(|it| it.is_nullable()).collect();
    let parts = [
        (true, HEAD),
        (actors.is_owned, OWNED),
        (!actors.is_owned, ADMINISTERED),
        (actors.is_public, PUBLIC),
        (makers.refers, REFERENCES),
        (true, REST),
        (!nullable.is_empty(), NULLS),
        (!filters.is_empty(), FILTERS),
    ];
    let text: String = parts
        .iter()
        .filter_map(|(is_there, part)| is_there.then_some(*part))
        .collect();
    let (user, path, location) = match actors.is_owned {
        true => (
            "app.user(\"alice\").await",
            "/api/me/$segment",
            "format!(\"/api/{}/$segment/{}\", alice.uuid(), row[\"id\"].as_str().unwrap())",
        ),
        false => ("app.admin().await", "/api/admin/$segment", "path_of(&row)"),
    };
    let quoted = |names: Vec<String>| names.join(", ");
    let mut sorts = vec!["\"\"".to_owned()];
    sorts.extend(
        sortable
            .iter()
            .map(|it| format!("\"sort_by={}&\"", it.name())),
    );
    let gaps = [
        (
            "document",
            if makers.refers { "Document, " } else { "" }.to_owned(),
        ),
        ("PATH", resource.names.plural().to_uppercase()),
        ("path", path.to_owned()),
        ("body", body(&columns, &makers)),
        ("add", add(&makers)),
        ("body_of_bob", makers.body("&bob", 1)),
        ("body_of_alice", makers.body("&alice", 1)),
        ("body_again", makers.body("&alice", 0)),
        ("alice", makers.arguments("&alice")),
        ("admin", makers.arguments("&app.admin().await")),
        ("user", user.to_owned()),
        ("location", location.to_owned()),
        ("people", people(&columns, user)),
        ("references", each(&columns, references)),
        ("faults", each(&columns, faults)),
        ("required", required(&columns, &makers)),
        ("together", together(&columns, &makers)),
        ("changed", changed(&columns, &makers)),
        ("sorts", quoted(sorts)),
        (
            "nullable",
            quoted(
                nullable
                    .iter()
                    .map(|it| format!("\"{}\"", it.name()))
                    .collect(),
            ),
        ),
        ("filters", each(&filters, filter)),
    ];
    let text = fill(&fill(&text, &gaps), &gaps);
    names.fill(&text)
}

fn body(columns: &[Column], makers: &Makers) -> String {
    let values = |number: u8| {
        each(columns, |it| match target(it) {
            Some(target) => {
                let maker = if target.owned {
                    "client"
                } else {
                    "&app.admin().await"
                };
                let id = target.names.id();
                format!(
                    "            \"{}\": Document::add({maker}, \"{id}\").await,\n",
                    it.name()
                )
            }
            None => format!("            \"{}\": {},\n", it.name(), it.sample(number)),
        })
    };
    let arms: String = ["0", "1", "_"]
        .iter()
        .zip(0..)
        .map(|(pattern, number)| {
            format!(
                "        {pattern} => json!({{\n{}        }}),\n",
                values(number)
            )
        })
        .collect();
    let owned = columns.iter().filter_map(target).any(|it| it.owned);
    let parameters = match (owned, makers.needs_app) {
        (false, false) => "",
        (true, false) => "client: &Client, ",
        (false, true) => "app: &TestApp, _: &Client, ",
        (true, true) => "app: &TestApp, client: &Client, ",
    };
    let is_async = if makers.refers { "async " } else { "" };
    format!(
        "{is_async}fn body({parameters}number: u8) -> Value {{\n    match number {{\n{arms}    }}\n}}\n"
    )
}

fn add(makers: &Makers) -> String {
    let call = match (makers.refers, makers.needs_app) {
        (true, true) => "body(app, client, number).await",
        (true, false) => "body(client, number).await",
        (false, _) => "body(number)",
    };
    let text = ADD.replace("body($arguments, number)$wait", call);
    text.replace("$parameters", makers.parameters())
}

fn people(columns: &[Column], user: &str) -> String {
    match columns.iter().filter_map(target).any(|it| it.owned) {
        true => format!("let (alice, bob) = ({user}, app.user(\"bob\").await);"),
        false => format!("let alice = {user};"),
    }
}

fn references(column: &Column) -> String {
    let Some(target) = target(column) else {
        return String::new();
    };
    let (name, id, segment) = (column.name(), target.names.id(), target.names.segment());
    let singular = target.names.singular();
    let ids = match target.owned {
        true => format!(
            "Document::add(&bob, \"{id}\").await, \
             deleted(&alice, \"/api/me/{segment}\", \"{id}\").await"
        ),
        false => format!("deleted(&app.admin().await, \"/api/admin/{segment}\", \"{id}\").await"),
    };
    format!("        (\"{name}\", \"unknown_{singular}\", vec![{ids}]),\n")
}

fn faults(column: &Column) -> String {
    let name = column.name();
    let line = |(value, code): (String, &str)| {
        format!("        (\"{name}\", json!({value}), \"{code}\"),\n")
    };
    column.faults().into_iter().map(line).collect()
}

fn required(columns: &[Column], makers: &Makers) -> String {
    let required = columns.iter().filter(|it| it.is_required());
    let required: Vec<_> = required.map(|it| format!("\"{}\"", it.name())).collect();
    match required.is_empty() {
        true => String::new(),
        false => fill(
            REQUIRED,
            &[
                ("members", required.join(", ")),
                ("body_of_alice", makers.body("&alice", 1)),
            ],
        ),
    }
}

/// Rules that are broken together are all named.
fn together(columns: &[Column], makers: &Makers) -> String {
    let rules = columns.iter().filter_map(|it| {
        let (value, code) = it.faults().into_iter().next()?;
        (code != "invalid_value").then_some((it.name(), value, code))
    });
    let mut rules: Vec<_> = rules.collect();
    if rules.len() < 2 {
        return String::new();
    }
    rules.sort();
    let broken = each(&rules, |(name, value, _)| {
        format!("    body[\"{name}\"] = json!({value});\n")
    });
    let found: Vec<_> = rules
        .iter()
        .map(|(name, _, code)| format!("\"{name}: {code}\""))
        .collect();
    fill(
        TOGETHER,
        &[
            ("breaks", broken),
            ("found", found.join(", ")),
            ("body_of_alice", makers.body("&alice", 1)),
        ],
    )
}

/// A change of the first member that can have two values.
fn changed(columns: &[Column], makers: &Makers) -> String {
    let differs = |it: &&Column| target(it).is_none() && it.sample(0) != it.sample(2);
    let Some(column) = columns.iter().find(differs) else {
        return String::new();
    };
    fill(
        CHANGED,
        &[
            ("member", column.name().to_owned()),
            ("change", column.sample(2)),
            ("body_again", makers.body("&alice", 0)),
        ],
    )
}

/// How many of the rows with the values 0 and 2 fit where the parameter is the latter.
fn filter(filter: &Filter) -> String {
    let column = filter.column;
    let is_same = target(column).is_none() && column.sample(0) == column.sample(2);
    let fitting = match (filter.comparison, is_same) {
        ("lt", true) => 0,
        ("lte", _) | (_, true) => 2,
        _ => 1,
    };
    format!(
        "        (\"{}\", \"{}\", {fitting}),\n",
        filter.name,
        column.name()
    )
}
