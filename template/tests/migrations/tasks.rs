//! The tables of tasks and tags, compared by catalogue and by inserting rows.

use crate::{
    better_auth::{ADA, NOW, user},
    catalogue::{NONE, belongs_to, catalogue, differences},
    test_database::TestDatabase,
};

const TABLES: [&str; 3] = ["tags", "tasks", "task_tags"];

#[tokio::test]
async fn the_tables_are_as_specified() {
    let database = TestDatabase::migrated().await;
    let (uuid, time, json) = if database.is_sqlite() {
        ("text", "text", "text")
    } else {
        ("uuid", "timestamp(3) with time zone", "jsonb")
    };
    let expected = format!(
        "\
tags.id {uuid} not null primary key
tags.user_id {uuid} not null
tags.name text not null
tags.color text
tags.version integer not null default 1
tags.created_at {time} not null
tags.updated_at {time} not null
tags.deleted_at {time}
task_tags.task_id {uuid} not null primary key
task_tags.tag_id {uuid} not null primary key
tasks.user_id {uuid} not null
tasks.title text not null
tasks.description text
tasks.completed boolean not null default false
tasks.priority smallint
tasks.due_date {time}
tasks.reminder_at {time}
tasks.recurrence_pattern text
tasks.recurrence_config {json}
tasks.version integer not null default 1
tasks.created_at {time} not null
tasks.updated_at {time} not null
tasks.deleted_at {time}
tags (user_id) references user (uuid) on delete cascade
task_tags (tag_id) references tags (id) on delete cascade
task_tags (task_id) references tasks (id) on delete cascade
tasks (user_id) references user (uuid) on delete cascade
tags (user_id) index tags_user_id_idx
tags (user_id,name) unique index tags_user_id_name_key where deleted_at IS NULL
task_tags (tag_id) index task_tags_tag_id_idx
tasks (user_id) index tasks_user_id_idx
tasks (user_id,created_at,id) index tasks_user_id_created_at_id_idx where deleted_at IS NULL
tasks (user_id,due_date,id) index tasks_user_id_due_date_id_idx where deleted_at IS NULL
tasks (user_id,priority,id) index tasks_user_id_priority_id_idx where deleted_at IS NULL
tasks (user_id,title,id) index tasks_user_id_title_id_idx where deleted_at IS NULL"
    );
    let mut actual = catalogue(&database).await;
    actual.retain(|line| TABLES.iter().any(|table| belongs_to(line, table)));
    let mut expected: Vec<String> = expected.lines().map(str::to_owned).collect();
    expected.extend(lines_of_engine(&database).map(str::to_owned));
    assert_eq!(differences(&actual, &expected), NONE);
}

/// Each engine searches words in its own way.
fn lines_of_engine(database: &TestDatabase) -> impl Iterator<Item = &'static str> {
    let lines: &[&str] = if database.is_sqlite() {
        &[
            "tasks.rowid integer primary key",
            "tasks.id text not null",
            "tasks.search_text text not null default ''",
            "tasks (id) unique constraint",
        ]
    } else {
        &[
            "tasks.id uuid not null primary key",
            "tasks.search_text text not null default ''::text",
            "tasks (array_to_tsvector(string_to_array(search_text, ' '::text))) \
             index tasks_search_text_idx",
        ]
    };
    lines.iter().copied()
}

#[tokio::test]
async fn a_row_that_breaks_a_rule_is_rejected() {
    let database = with_task().await;
    for (rule, statement) in [
        ("a tag's name is not empty", tag("2", "name", "''")),
        (
            "a tag's name has at most 50 characters",
            tag("3", "name", &format!("'{}'", "é".repeat(51))),
        ),
        (
            "a colour has six digits",
            tag("4", "name, color", "'work', '#12345'"),
        ),
        (
            "a colour is hexadecimal",
            tag("5", "name, color", "'work', '#12345g'"),
        ),
        (
            "a live name is unique for its user",
            tag("6", "name", "'home'"),
        ),
        ("a priority is at least 1", task("7", "priority", "0")),
        ("a priority is at most 3", task("8", "priority", "4")),
        ("a task has a title", task("9", "title", "NULL")),
        (
            "a reminder comes before the due date",
            task("b", "due_date, reminder_at", &format!("'{NOW}', '{NOW}'")),
        ),
        (
            "a recurrence pattern is one of four",
            task("c", "recurrence_pattern", "'yearly'"),
        ),
        (
            "a custom recurrence has a configuration",
            task("d", "recurrence_pattern", "'custom'"),
        ),
        (
            "another recurrence has none",
            task("e", "recurrence_config", "'{}'"),
        ),
        (
            "a task belongs to a user",
            task("a", "title", "'x'").replace(ADA, &id("f")),
        ),
    ] {
        assert!(database.run(&statement).await.is_err(), "{rule}");
    }
}

#[tokio::test]
async fn a_row_within_the_rules_is_accepted() {
    let database = with_task().await;
    for statement in [
        tag(
            "2",
            "name, color",
            &format!("'{}', '#00aaFF'", "é".repeat(50)),
        ),
        task("3", "title, priority", "'high', 3"),
        task("4", "title, priority", "'low', 1"),
        task("5", "reminder_at", &format!("'{NOW}'")),
        task("6", "recurrence_pattern", "'daily'"),
        task(
            "7",
            "recurrence_pattern, recurrence_config",
            "'custom', '{}'",
        ),
    ] {
        database.run(&statement).await.unwrap();
    }
}

#[tokio::test]
async fn the_name_of_a_deleted_tag_can_be_used_again() {
    let database = with_task().await;
    let delete = format!("UPDATE tags SET deleted_at = '{NOW}'");
    database.run(&delete).await.unwrap();
    database.run(&tag("2", "name", "'home'")).await.unwrap();
}

#[tokio::test]
async fn deleting_a_user_deletes_their_tasks_and_tags() {
    let database = with_task().await;
    let tables = ["tags", "tasks", "task_tags"];
    assert_eq!(database.count(&tables).await, [1; 3]);

    database.run(r#"DELETE FROM "user""#).await.unwrap();

    assert_eq!(database.count(&tables).await, [0; 3]);
}

#[tokio::test]
async fn deleting_a_task_or_a_tag_deletes_only_their_link() {
    for table in ["tasks", "tags"] {
        let database = with_task().await;
        database.run(&format!("DELETE FROM {table}")).await.unwrap();
        assert_eq!(database.count(&["task_tags", "user"]).await, [0, 1]);
    }
}

/// A user with a session, an account, a tag and a task that carries it.
async fn with_task() -> TestDatabase {
    let database = TestDatabase::migrated().await;
    let session = id("5");
    let account = id("6");
    let rows = format!(
        r#"{};
        INSERT INTO session (id, "expiresAt", token, "createdAt", "updatedAt", "userId")
            VALUES ('{session}', '{NOW}', 'token', '{NOW}', '{NOW}', '{ADA}');
        INSERT INTO account (id, "accountId", "providerId", "userId", "createdAt", "updatedAt")
            VALUES ('{account}', 'ada', 'credential', '{ADA}', '{NOW}', '{NOW}');
        {}; {};
        INSERT INTO task_tags (task_id, tag_id) VALUES ('{}', '{}')"#,
        user(ADA),
        tag("1", "name", "'home'"),
        task("1", "title", "'sweep'"),
        id("1"),
        id("1"),
    );
    database.run(&rows).await.unwrap();
    database
}

fn tag(digit: &str, columns: &str, values: &str) -> String {
    insert("tags", digit, columns, values)
}

fn task(digit: &str, columns: &str, values: &str) -> String {
    if columns.contains("title") {
        insert("tasks", digit, columns, values)
    } else {
        insert(
            "tasks",
            digit,
            &format!("title, {columns}"),
            &format!("'x', {values}"),
        )
    }
}

fn insert(table: &str, digit: &str, columns: &str, values: &str) -> String {
    format!(
        "INSERT INTO {table} (id, user_id, created_at, updated_at, {columns})
         VALUES ('{}', '{ADA}', '{NOW}', '{NOW}', {values})",
        id(digit)
    )
}

fn id(digit: &str) -> String {
    format!("00000000-0000-7000-8000-00000000000{digit}")
}
