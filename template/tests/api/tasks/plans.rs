//! What the database does for a list: how many statements, and by which indexes.

use std::sync::{Arc, Mutex};

use app::{
    repositories::tasks::{self, TaggedWith, TaskFilter},
    types::{Priority, TagName, TaskSort, TaskSortKey},
};
use better_auth::NATIVE_IDS;
use database::{Engine, ListRequest, PageRequest, SearchQuery, SortOrder, UserUuid};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};

use crate::support::TestApp;

/// Rows made by the database itself: `users` with 40 tags and 1,000 tasks each, two tags on every
/// third task.
async fn fill(db: &DatabaseConnection, users: u32) {
    let (uuid, time) = match Engine::current() {
        Engine::Sqlite => (
            "printf('00000000-0000-4000-8000-%012x', NUMBER)",
            "strftime('%Y-%m-%dT%H:%M:%S.000Z', 1767225600 + NUMBER * 60, 'unixepoch')",
        ),
        Engine::Postgres => (
            "('00000000-0000-4000-8000-' || lpad(to_hex(NUMBER), 12, '0'))::uuid",
            "timestamptz '2026-01-01T00:00:00Z' + NUMBER * interval '1 minute'",
        ),
    };
    let (uuid, time) = (
        |number: &str| uuid.replace("NUMBER", number),
        |number: &str| time.replace("NUMBER", number),
    );
    let inserts = inserts(users, &uuid, &time).map(|(last, insert)| {
        format!(
            "WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < {last}) {insert};"
        )
    });
    // The rows are right: PostgreSQL need not look up what each of them refers to.
    let trusted = match Engine::current() {
        Engine::Sqlite => "",
        Engine::Postgres => "SET LOCAL session_replication_role = replica;",
    };
    let script = format!("BEGIN; {trusted} {} COMMIT; ANALYZE", inserts.concat());
    db.execute_unprepared(&script).await.unwrap();
}

/// What [`fill`] inserts for each of the numbers from 0 to a last one.
fn inserts(
    users: u32,
    uuid: &dyn Fn(&str) -> String,
    time: &dyn Fn(&str) -> String,
) -> [(u32, String); 4] {
    [
        (
            users - 1,
            format!(
                r#"INSERT INTO "user" ({}, name, email, "emailVerified", "createdAt", "updatedAt")
                   SELECT {}, 'x', n || '@example.test', true, CURRENT_TIMESTAMP, CURRENT_TIMESTAMP FROM numbers"#,
                if NATIVE_IDS { "id" } else { "id, uuid" },
                if NATIVE_IDS { uuid("n") } else { format!("'u' || n, {}", uuid("n")) },
            ),
        ),
        (
            users * 40 - 1,
            format!(
                "INSERT INTO tags (id, user_id, name, version, created_at, updated_at)
                 SELECT {}, {}, 'tag ' || (n / {users}), 1, {}, {} FROM numbers",
                uuid("n"),
                uuid(&format!("n % {users}")),
                time("n"),
                time("n")
            ),
        ),
        (
            users * 1000 - 1,
            format!(
                "INSERT INTO tasks (id, user_id, title, completed, priority, due_date, version, created_at, updated_at)
                 SELECT {}, {}, 'title ' || (n * 7919 % 1000003), n % 3 = 0, CASE WHEN n % 5 < 3 THEN n % 5 + 1 END,
                     CASE WHEN n % 7 < 5 THEN {} END, 1, {}, {} FROM numbers",
                uuid("n"),
                uuid(&format!("n % {users}")),
                time("(n * 31 % 100000)"),
                time("n"),
                time("n")
            ),
        ),
        (
            users * 1000 - 1,
            format!(
                "INSERT INTO task_tags (task_id, tag_id)
                 SELECT {}, {} FROM numbers JOIN (SELECT 1 AS k UNION ALL SELECT 2) AS two ON true WHERE (n / {users}) % 3 = 0",
                uuid("n"),
                uuid(&format!("n % {users} + {users} * (n / {users} % 19 + k)"))
            ),
        ),
    ]
}

fn first_user() -> UserUuid {
    "00000000-0000-4000-8000-000000000000".parse().unwrap()
}

/// A connection that keeps what was asked of the database.
struct Observed {
    db: DatabaseConnection,
    statements: Arc<Mutex<Vec<Statement>>>,
}

impl Observed {
    async fn open(app: &TestApp) -> Self {
        let url = app.database_url().replacen("postgresql:", "postgres:", 1);
        let mut db = sea_orm::Database::connect(url).await.unwrap();
        let statements = Arc::new(Mutex::new(Vec::new()));
        let seen = statements.clone();
        db.set_metric_callback(move |info| seen.lock().unwrap().push(info.statement.clone()));
        Self { db, statements }
    }

    fn take(&self) -> Vec<Statement> {
        std::mem::take(&mut self.statements.lock().unwrap())
    }

    /// How the database goes about it, a line for each step.
    async fn plan(&self, statement: Statement) -> Vec<String> {
        let (explain, column) = match Engine::current() {
            Engine::Sqlite => ("EXPLAIN QUERY PLAN", "detail"),
            Engine::Postgres => ("EXPLAIN", "QUERY PLAN"),
        };
        let statement = Statement {
            sql: format!("{explain} {}", statement.sql),
            ..statement
        };
        let rows = self.db.query_all_raw(statement).await.unwrap();
        self.take();
        let line = |row: &sea_orm::QueryResult| row.try_get("", column).unwrap();
        rows.iter().map(line).collect()
    }
}

fn page_of(size: u32) -> ListRequest {
    PageRequest::new(1, size).unwrap().into()
}

#[actix_web::test]
async fn a_page_costs_no_more_statements_when_it_is_longer() {
    let app = TestApp::start().await;
    let observed = Observed::open(&app).await;
    fill(&observed.db, 1).await;
    let (filter, sort) = (TaskFilter::default(), TaskSort::default());
    observed.take();
    for size in [1, 20, 100] {
        let page = tasks::list(first_user(), &filter, sort, &page_of(size), &observed.db)
            .await
            .unwrap();
        assert_eq!((page.items.len(), page.total), (size as usize, Some(1000)));
        let tags: usize = page.items.iter().map(|item| item.tags.len()).sum();
        assert!(size == 1 || tags > 0, "no tags on {size} tasks");
        let statements = observed.take();
        assert_eq!(statements.len(), 1, "{size}: {statements:#?}");
    }
}

#[actix_web::test]
async fn a_page_by_cursor_counts_nothing_nor_does_one_without_a_total() {
    let app = TestApp::start().await;
    let observed = Observed::open(&app).await;
    fill(&observed.db, 1).await;
    let (filter, sort) = (TaskFilter::default(), TaskSort::default());
    let uncounted = ListRequest {
        total: false,
        ..page_of(20)
    };
    let list = async |request: &ListRequest| {
        observed.take();
        let page = tasks::list(first_user(), &filter, sort, request, &observed.db);
        let page = page.await.unwrap();
        assert_eq!((page.total, page.total_pages), (None, None));
        let statements = observed.take();
        let [statement] = statements.as_slice() else {
            panic!("{statements:#?}")
        };
        let sql = statement.sql.to_lowercase();
        assert!(!sql.contains("count("), "{sql}");
        page.next_cursor
    };
    let next = ListRequest {
        cursor: list(&uncounted).await,
        ..page_of(20)
    };
    assert!(next.cursor.is_some());
    list(&next).await;
}

#[actix_web::test]
async fn every_filter_and_order_of_100_000_tasks_goes_by_an_index() {
    let app = TestApp::start().await;
    let observed = Observed::open(&app).await;
    fill(&observed.db, 100).await;
    observed.take();
    filters_go_by_an_index(&observed).await;
    orders_are_those_of_an_index(&observed).await;
}

async fn filters_go_by_an_index(observed: &Observed) {
    let tags = |names: &[&str], untagged| TaskFilter {
        tags: Some(TaggedWith {
            names: names
                .iter()
                .map(|name| TagName::parse(name).unwrap())
                .collect(),
            untagged,
        }),
        ..TaskFilter::default()
    };
    let (early, late) = ("2026-01-10T00:00:00Z", "2026-01-20T00:00:00Z");
    for filter in [
        TaskFilter::default(),
        TaskFilter {
            completed: Some(true),
            ..TaskFilter::default()
        },
        TaskFilter {
            priority: Some(Priority::High),
            ..TaskFilter::default()
        },
        TaskFilter {
            due_before: early.parse().ok(),
            ..TaskFilter::default()
        },
        TaskFilter {
            due_after: late.parse().ok(),
            ..TaskFilter::default()
        },
        tags(&["tag 3"], false),
        tags(&["tag 3", "tag 4"], true),
        tags(&[], true),
        TaskFilter {
            search: SearchQuery::parse("title 79").unwrap(),
            ..TaskFilter::default()
        },
        TaskFilter {
            include_deleted: true,
            ..TaskFilter::default()
        },
    ] {
        tasks::list(
            first_user(),
            &filter,
            TaskSort::default(),
            &page_of(20),
            &observed.db,
        )
        .await
        .unwrap();
        for statement in observed.take() {
            let plan = observed.plan(statement).await;
            assert!(!scans(&plan), "{filter:?}: {plan:#?}");
        }
    }
}

async fn orders_are_those_of_an_index(observed: &Observed) {
    use {SortOrder::*, TaskSortKey::*};

    for by in [CreatedAt, DueDate, Priority, Title] {
        for order in [Asc, Desc] {
            let sort = TaskSort { by, order };
            let any = TaskFilter::default();
            let first = tasks::list(first_user(), &any, sort, &page_of(20), &observed.db)
                .await
                .unwrap();
            let next = ListRequest {
                cursor: first.next_cursor,
                ..page_of(20)
            };
            tasks::list(first_user(), &any, sort, &next, &observed.db)
                .await
                .unwrap();
            for statement in observed.take() {
                let plan = observed.plan(statement).await;
                assert!(!scans(&plan), "{sort:?}: {plan:#?}");
                // PostgreSQL has one index for each key that may be absent.
                let against = matches!((by, order), (DueDate, Desc) | (Priority, Asc));
                let may_sort = against && Engine::current() == Engine::Postgres;
                assert!(may_sort || !sorts_tasks(&plan), "{sort:?}: {plan:#?}");
            }
        }
    }
}

#[actix_web::test]
async fn a_search_goes_by_the_index_of_words() {
    let app = TestApp::start().await;
    let observed = Observed::open(&app).await;
    fill(&observed.db, 10).await;
    let owner = "substr(CAST(user_id AS text), 29)";
    let words = format!("{owner} || 'title ' || {owner} || substr(title, 7)");
    app.sql(&format!("UPDATE tasks SET search_text = {words}"))
        .await;
    // PostgreSQL keeps new words in a list of their own, beside the index, until then.
    app.sql("VACUUM").await;
    app.sql("ANALYZE").await;
    observed.take();
    let filter = TaskFilter {
        search: SearchQuery::parse("title 7919").unwrap(),
        ..TaskFilter::default()
    };
    let sort = TaskSort::default();
    let page = tasks::list(first_user(), &filter, sort, &page_of(20), &observed.db)
        .await
        .unwrap();
    let found = page.total.unwrap();
    assert!((1..50).contains(&found), "{found}");
    let of_tasks = |statement: &Statement| statement.sql.contains("search");
    let statements: Vec<_> = observed.take().into_iter().filter(of_tasks).collect();
    assert_eq!(statements.len(), 1, "{statements:#?}");
    let by_words = [
        "Bitmap Index Scan on tasks_search_text_idx",
        "SCAN tasks_search VIRTUAL TABLE INDEX",
    ];
    for statement in statements {
        let plan = observed.plan(statement).await;
        let is_by_words = |step: &&String| by_words.iter().any(|by| step.contains(by));
        // For the page and for the total.
        assert_eq!(plan.iter().filter(is_by_words).count(), 2, "{plan:#?}");
    }
}

/// Whether a table of ours is read from one end to the other.
fn scans(plan: &[String]) -> bool {
    let tables = ["tasks", "tags", "task_tags"];
    plan.iter().any(|step| {
        tables.iter().any(|table| {
            step.contains(&format!("Seq Scan on {table} "))
                || format!("{step} ").starts_with(&format!("SCAN {table} "))
        })
    })
}

/// Whether tasks are sorted, rather than read in order. The few rows of a page are sorted, with their
/// tags by name.
fn sorts_tasks(plan: &[String]) -> bool {
    let before_page = plan.iter().take_while(|step| *step != "SCAN page");
    before_page.into_iter().any(|step| {
        step.contains("Sort Key: tasks.") && !step.contains("tags.name")
            || step.starts_with("USE TEMP B-TREE FOR ORDER BY")
    })
}
