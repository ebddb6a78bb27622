//! What `search` finds, by its documented rule: each word of the query begins a word of the title
//! or the description; case, accents and punctuation make no difference.

use std::collections::BTreeSet;

use app::{
    entities::task,
    repositories::tasks::{self, TaskFilter},
    types::{Description, TaskSort, Title},
};
use database::{ListRequest, PageRequest, SearchQuery, UserUuid};
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use sea_orm::{ActiveValue::Set, DbBackend, TransactionTrait};
use serde_json::{Value, json};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use url::form_urlencoded::byte_serialize;

use crate::support::{Client, TestApp};

const NOTHING: [&str; 0] = [];

#[actix_web::test]
async fn another_users_tasks_are_never_found() {
    let app = TestApp::start().await;
    let (alice, bob) = (app.user("alice").await, app.user("bob").await);
    alice.task("Buy milk").await;
    assert_eq!(found(&alice, "milk").await, ["Buy milk"]);
    let digits = &alice.uuid().simple().to_string()[24..];
    for query in ["milk", "", digits, &format!("{digits}milk")] {
        assert_eq!(found(&bob, query).await, NOTHING, "{query}");
    }
}

/// The index tells owners apart by the end of their UUIDs.
#[actix_web::test]
async fn nor_are_those_of_a_user_whose_uuid_ends_alike() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let end = &alice.uuid().simple().to_string()[24..];
    let uuid = format!("00000000-0000-4000-8000-0000{end}");
    let twin = mock_auth::User {
        uuid: uuid.parse().unwrap(),
        id: uuid,
        ..mock_auth::User::named("twin")
    };
    app.add_row(&twin).await;
    let twin = app.bearer(&app.token(&twin).sign());
    alice.task("Buy milk").await;
    twin.task("Sell milk").await;
    assert_eq!(found(&alice, "milk").await, ["Buy milk"]);
    assert_eq!(found(&twin, "milk").await, ["Sell milk"]);
}

#[actix_web::test]
async fn a_query_that_is_too_long_or_cannot_be_read_is_rejected() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let path = |query: &str| format!("/api/me/tasks?search={query}");
    let long = "%C3%A4".repeat(256);
    alice.get(&path(&long)).await.invalid(&["search: too_long"]);
    alice.get(&path(&long[6..])).await.ok();
    for bad in ["%00", "a%ff", "%"] {
        alice
            .get(&path(bad))
            .await
            .rejected(400, "malformed_request");
    }
}

const TEXTS: [(char, &str, &str); 15] = [
    ('A', "Buy milk and bread", "two litres, semi-skimmed"),
    ('B', "Crème brûlée", "for the café in the Straße"),
    ('C', "CALL GRANDMOTHER", "don't forget: +1 (555) 010-4477"),
    ('D', "Naïve façade", "ÅNGSTRÖM Ελληνικός ΟΔΟΣ"),
    ('E', "牛乳を買う", "スーパーで ｶﾌｪ"),
    ('F', "한국어 공부", "매일 저녁"),
    ('G', "Release v2.10.3", "2e10 -3 1.5 0x1F 3rd abc123 123abc"),
    (
        'H',
        "Mail ada@example.test",
        r"https://example.test/a/b?c=d /usr/local/bin C:\temp",
    ),
    ('I', "the of to a", "and or not near"),
    (
        'J',
        r#"'quoted' "twice""#,
        "a*b c^d e:f (g) -- ; DROP TABLE tasks",
    ),
    ('K', "שלום עולם", "مَرْحَبًا"),
    ('L', "Party 🎉👩\u{200d}👧 time", "x² ½ ① ﬁne ™"),
    ('M', "𝒜𝓁𝑔𝑒𝒷𝓇𝒶 𞤀𞤣𞤤", "𐐀 𠮷野家"),
    ('N', "İstanbul ISPARTA", "ılık"),
    ('O', "snake_case camelCase", "tab\tnew\nline end."),
];

const EVERYTHING: &str = "ABCDEFGHIJKLMNO";

#[rustfmt::skip]
const QUERIES: [(&str, &str); 106] = [
    // No word at all.
    ("", EVERYTHING), (" \t\n", EVERYTHING), ("-- ;", EVERYTHING), ("🎉", EVERYTHING), ("\u{301}", EVERYTHING), ("\"", EVERYTHING),
    ("'", EVERYTHING), ("*", EVERYTHING), ("<->", EVERYTHING),
    // Words and their beginnings, in any order.
    ("milk", "A"), ("mil", "A"), ("m", "AH"), ("ilk", ""), ("milky", ""), ("bread milk", "A"), ("milk mi milk", "A"), ("milk creme", ""),
    ("tw", "AJ"), ("two bread", "A"), ("  milk\t\n", "A"), ("milk,bread", "A"),
    // Hyphens and other marks between words.
    ("semi-skimmed", "A"), ("skimmed semi", "A"), ("semiskimmed", ""), ("don't", "C"), ("dont", ""), ("snake", "O"), ("case", "O"),
    ("camel_case", "O"), ("camelcase", "O"), ("new line", "O"), ("newline", ""), ("end.", "O"),
    // Case.
    ("MILK", "A"), ("grandmother", "C"), ("strasse", "B"), ("STRASSE", "B"), ("straße", "B"), ("straẞe", "B"), ("οδός", "D"), ("ΟΔΌΣ", "D"),
    ("ελληνικοσ", "D"), ("istanbul", "N"), ("İSTANBUL", "N"), ("ısparta", "N"), ("ilik", "N"), ("𐐨", "M"), ("𞤢𞤁", "M"),
    // Accents and points.
    ("creme", "B"), ("crème", "B"), ("cre\u{300}me", "B"), ("CRÊME BRULEE", "B"), ("cafe\u{301}", "B"), ("naive facade", "D"),
    ("angstrom", "D"), ("مرحبا", "K"), ("مَرْحَبًا", "K"), ("שלום", "K"), ("שָׁלוֹם", "K"),
    // Scripts without spaces, and those that compose their letters.
    ("牛", "E"), ("牛乳", "E"), ("乳", ""), ("スーパー", "E"), ("カフェ", "E"), ("ｶﾌｪ", "E"), ("한국", "F"), ("하", "F"), ("ㅎ", "F"), ("국", ""),
    ("𠮷", "M"), ("algebra", "M"),
    // Digits, and what other indexes take for numbers, addresses and paths.
    ("1", "CGL"), ("2", "GL"), ("v2", "G"), ("v2.10.3", "G"), ("10 3", "G"), ("2e10", "G"), ("-3", "G"), ("1.5", "CG"), ("0x1f", "G"),
    ("3rd", "G"), ("abc123", "G"), ("abc", "G"), ("123", "G"), ("555 010", "C"), ("x2", "L"), ("fine", "L"),
    ("ada@example.test", "H"), ("example.test", "H"), ("https://example.test/a/b?c=d", "H"), ("/usr/local", "H"), (r"c:\temp", "H"),
    // What is common, and what a query language would take for itself.
    ("the", "BI"), ("of to", "I"), ("milk AND bread", "A"), ("milk OR creme", ""), ("NOT milk", ""), ("NEAR(or, not)", "I"), ("mil*", "A"),
    ("^milk", "A"), ("!milk", "A"), ("milk:*", "A"), ("search_text:milk", ""), (r#""milk bread""#, "A"), ("'; DROP TABLE tasks; --", "J"),
    ("milk' | 'creme", ""),
];

#[actix_web::test]
async fn a_query_finds_the_texts_that_hold_all_its_words() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    for (_, title, description) in TEXTS {
        let body = json!({"title": title, "description": description});
        alice.post("/api/me/tasks", body).await.created();
    }
    for (query, expected) in QUERIES {
        let found: BTreeSet<String> = found(&alice, query).await.into_iter().collect();
        let found: String = TEXTS
            .iter()
            .filter(|(_, title, _)| found.contains(*title))
            .map(|(key, ..)| key)
            .collect();
        assert_eq!(found, expected, "{query:?}");
    }
}

#[actix_web::test]
async fn a_search_follows_what_happens_to_a_task() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let body = json!({"title": "Buy milk", "description": "two litres"});
    let task = alice.post("/api/me/tasks", body).await.created();
    let path = format!("/api/me/tasks/{}", task["id"].as_str().unwrap());

    alice.patch(&path, json!({"title": "Buy bread"})).await.ok();
    assert_eq!(found(&alice, "milk").await, NOTHING);
    assert_eq!(found(&alice, "bread litres").await, ["Buy bread"]);

    alice.patch(&path, json!({"completed": true})).await.ok();
    assert_eq!(found(&alice, "bread litres").await, ["Buy bread"]);

    alice.patch(&path, json!({"description": null})).await.ok();
    assert_eq!(found(&alice, "litres").await, NOTHING);

    alice.delete(&path).await;
    assert_eq!(found(&alice, "bread").await, NOTHING);
    let deleted = alice.get("/api/me/tasks?search=bread&include_deleted=true");
    assert_eq!(titles(&deleted.await.ok()), ["Buy bread"]);

    alice.post(&format!("{path}/restore"), json!({})).await.ok();
    assert_eq!(found(&alice, "bread").await, ["Buy bread"]);
}

#[actix_web::test]
async fn the_index_outlives_cascades_and_vacuum() {
    let app = TestApp::start().await;
    let (alice, bob) = (app.user("alice").await, app.user("bob").await);
    for number in 0..5 {
        alice.task(&format!("Buy milk {number}")).await;
    }
    bob.task("Sell milk").await;
    app.sql(r#"DELETE FROM "user" WHERE name = 'alice'"#).await;
    app.sql("VACUUM").await;
    let alice = app.user("alice").await;
    alice.task("Pour milk").await;
    assert_eq!(found(&alice, "milk").await, ["Pour milk"]);
    assert_eq!(found(&bob, "milk").await, ["Sell milk"]);
    if app.db().get_database_backend() == DbBackend::Sqlite {
        // Fails where the index and the texts differ.
        app.sql("INSERT INTO tasks_search (tasks_search, rank) VALUES ('integrity-check', 1)")
            .await;
    }
}

#[actix_web::test]
async fn a_search_goes_with_filters_orders_pages_and_cursors() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    for number in 0..5 {
        let body = json!({"title": format!("milk {number}"), "completed": number % 2 == 0});
        alice.post("/api/me/tasks", body).await.created();
        alice.task(&format!("bread {number}")).await;
    }
    let list = "/api/me/tasks?search=MILK&status=complete&sort_by=title&order=asc&page_size=2";
    let first = alice.get(list).await.ok();
    assert_eq!(
        (&first["total"], titles(&first)),
        (&json!(3), vec!["milk 0", "milk 2"])
    );
    let cursor = first["next_cursor"].as_str().unwrap();
    for (next, total) in [
        (format!("{list}&page=2"), json!(3)),
        (format!("{list}&cursor={cursor}"), Value::Null),
    ] {
        let next = alice.get(&next).await.ok();
        assert_eq!((&next["total"], titles(&next)), (&total, vec!["milk 4"]));
    }
    let elsewhere = list.replace("MILK", "bread");
    alice
        .get(&format!("{elsewhere}&cursor={cursor}"))
        .await
        .rejected(400, "cursor_invalid");
}

#[actix_web::test]
async fn no_text_is_too_strange_to_be_stored_and_found() {
    let app = TestApp::start().await;
    let alice = app.user("alice").await;
    let mut texts: Vec<String> = [
        "a",
        "가",
        "𝒜",
        "\u{fdfa}",
        "\u{301}",
        "e\u{301}\u{323}",
        "\u{200d}",
        "\u{202e}א",
        "' ",
        "\"",
        "⑴ ",
        "\u{10ffff}",
        "x\u{feff}",
    ]
    .iter()
    .map(|part| part.repeat(10_000 / part.chars().count()))
    .collect();
    let mut runner = runner(40);
    let anything = proptest::collection::vec(any::<char>(), 0..600);
    for _ in 0..40 {
        let text = anything.new_tree(&mut runner).unwrap().current();
        texts.push(text.into_iter().filter(|c| !c.is_control()).collect());
    }
    for (number, text) in texts.iter().enumerate() {
        let title = format!("text {number}");
        let body = json!({"title": title, "description": text});
        alice.post("/api/me/tasks", body).await.created();
        let beginning: String = text.chars().take(255).collect();
        let found = found(&alice, &beginning).await;
        assert!(found.contains(&title), "{beginning:?}");
    }
}

/// Both engines are held to this one model, so that they agree with each other.
#[actix_web::test]
async fn a_thousand_random_texts_are_found_as_the_rule_says() {
    let app = TestApp::start().await;
    let owner: UserUuid = app.user("alice").await.uuid().into();
    let mut runner = runner(1000);
    let texts: Vec<String> = (0..1000)
        .map(|_| text().new_tree(&mut runner).unwrap().current())
        .collect();
    let transaction = app.db().begin().await.unwrap();
    for (number, text) in texts.iter().enumerate() {
        let columns = task::ActiveModel {
            title: Set(Title::parse(&format!("_{number}_")).unwrap()),
            description: Set(Some(Description::parse(text).unwrap())),
            completed: Set(false),
            priority: Set(None),
            due_date: Set(None),
            reminder_at: Set(None),
            recurrence_pattern: Set(None),
            recurrence_config: Set(None),
            ..Default::default()
        };
        let task = tasks::build(owner, columns).unwrap();
        tasks::insert(owner, task, &transaction).await.unwrap();
    }
    transaction.commit().await.unwrap();
    let texts: Vec<Vec<String>> = texts.iter().map(|text| words(text)).collect();
    let first = ListRequest::from(PageRequest::new(1, 100).unwrap());
    let mut hits = 0;
    for _ in 0..1000 {
        let query = text().new_tree(&mut runner).unwrap().current();
        let filter = TaskFilter {
            search: SearchQuery::parse(&query).unwrap(),
            ..TaskFilter::default()
        };
        let page = tasks::list(owner, &filter, TaskSort::default(), &first, app.db());
        let page = page.await.unwrap();
        let expected: Vec<usize> = (0..1000)
            .filter(|number| holds(number, &texts[*number], &words(&query)))
            .collect();
        assert_eq!(page.total, Some(expected.len() as u64), "{query:?}");
        let mut found: Vec<usize> = page
            .items
            .iter()
            .map(|item| item.task.title.as_str().trim_matches('_').parse().unwrap())
            .collect();
        found.reverse();
        assert!(expected.ends_with(&found), "{query:?}");
        hits += usize::from(!found.is_empty());
    }
    assert!((200..900).contains(&hits), "{hits} queries found something");
}

fn holds(number: &usize, text: &[String], query: &[String]) -> bool {
    let number = number.to_string();
    let mut all = text.iter().chain([&number]).collect::<Vec<_>>();
    all.dedup();
    query
        .iter()
        .all(|beginning| all.iter().any(|word| word.starts_with(beginning)))
}

/// The rule, said again in other words.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for c in text.nfkd().filter(|c| !is_combining_mark(*c)) {
        let folded: String = c.to_lowercase().flat_map(char::to_uppercase).collect();
        if folded.chars().all(char::is_alphanumeric) {
            words.last_mut().unwrap().push_str(&folded)
        } else {
            words.push(String::new())
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Short texts of few letters, so that many are found, in which everything may stand next to
/// everything.
fn text() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        6 => "[abcAB]{1,3}",
        2 => "[0-9０-９²½①]{1,3}",
        2 => "[äÄßſẞſİıσςΣé]{1,2}",
        2 => "[牛乳買がｶ가각ᄀ]{1,2}",
        1 => "[אבمبक़िกำ]{1,2}",
        1 => "[𝒜𐐀𐐨𞤀𞤢𠮷🎉]{1,2}",
        1 => "[\u{300}-\u{304}\u{200d}\u{200e}\u{ad}\u{feff}]",
        1 => r#"['"()*:^+,;.@/\\&|!<>{}%_~`-]{1,2}"#,
        1 => Just(" AND ".to_owned()),
        1 => Just(" NOT ".to_owned()),
        8 => Just(" ".to_owned()),
        1 => any::<char>().prop_filter("no control", |c| !c.is_control()).prop_map(String::from),
    ];
    proptest::collection::vec(part, 1..8).prop_map(|parts| parts.concat())
}

/// The same texts on every run: a failure stays a failure.
fn runner(cases: u32) -> TestRunner {
    let config = Config {
        cases,
        ..Config::default()
    };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

/// The titles found, in alphabetical order.
async fn found(user: &Client, query: &str) -> Vec<String> {
    let query: String = byte_serialize(query.as_bytes()).collect();
    let page = user
        .get(&format!("/api/me/tasks?page_size=100&search={query}"))
        .await
        .ok();
    let mut titles: Vec<String> = titles(&page).into_iter().map(str::to_owned).collect();
    titles.sort();
    titles
}

fn titles(page: &Value) -> Vec<&str> {
    let items = page["items"].as_array().unwrap().iter();
    items.map(|task| task["title"].as_str().unwrap()).collect()
}
