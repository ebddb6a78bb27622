//! Demo data for development: two users with tasks and tags.

use std::{collections::HashMap, fmt};

use sea_orm::ConnectionTrait;
use uuid::Uuid;
use validator::ValidationError;

use crate::{
    database::Database,
    error::AppError,
    repositories::{
        tags::{self, NewTag, TagFilter},
        tasks::{self, NewTask, TaskFilter},
        users::{self, NewUser},
    },
    types::{
        BetterAuthId, Color, ListRequest, Priority, TagName, TaskSort, Title, UserUuid, UtcDateTime,
    },
};

/// How many rows were added.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Added {
    /// Rows of `user`.
    pub users: u64,
    /// Rows of `tags`.
    pub tags: u64,
    /// Rows of `tasks`.
    pub tasks: u64,
}

impl fmt::Display for Added {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} users, {} tags, {} tasks",
            self.users, self.tags, self.tasks
        )
    }
}

/// The demo users; their ids never change.
#[must_use]
pub fn users() -> [NewUser; 2] {
    [("demo", "Demo", 0xd1), ("guest", "Guest", 0xd2)].map(|(id, name, number)| {
        let uuid = UserUuid::from(Uuid::from_u128(
            0x0000_0000_0000_4000_8000_0000_0000_0000 | number,
        ));
        NewUser {
            id: BetterAuthId::of_user(uuid, id),
            uuid,
            email: format!("{id}@example.test"),
            name: name.to_owned(),
        }
    })
}

/// What to try with a token of the first one: paths, and curl's options behind them.
pub const REQUESTS: &[&str] = &[
    "/api/me",
    "/api/me/tasks",
    r#"/api/me/tasks --json '{"title":"Water the plants"}'"#,
];

/// What an administrator may do to everybody's rows.
pub const PERMISSIONS: &[&str] = &["tasks:delete"];

const TAGS: [(&str, &str); 2] = [("home", "#1E90FF"), ("work", "#FF8C00")];
const TASKS: [DemoTask; 3] = [
    DemoTask {
        title: "Buy milk",
        priority: Priority::Low,
        due_in_days: 1,
        tag: Some("home"),
    },
    DemoTask {
        title: "Send the report",
        priority: Priority::High,
        due_in_days: 2,
        tag: Some("work"),
    },
    DemoTask {
        title: "Call grandmother",
        priority: Priority::Medium,
        due_in_days: 5,
        tag: None,
    },
];

struct DemoTask {
    title: &'static str,
    priority: Priority,
    due_in_days: i64,
    tag: Option<&'static str>,
}

impl DemoTask {
    fn to_new(&self) -> NewTask {
        NewTask {
            title: parsed(Title::parse(self.title)),
            description: None,
            completed: false,
            priority: Some(self.priority),
            due_date: Some(UtcDateTime::now().plus_seconds(self.due_in_days * 86_400)),
            reminder_at: None,
            recurrence_pattern: None,
            recurrence_config: None,
        }
    }
}

/// Adds what is missing; safe to repeat. A user who has tasks or tags already gets no more.
///
/// # Errors
/// When the database fails; then nothing is added.
pub async fn seed(db: &Database) -> Result<Added, AppError> {
    db.write(async |transaction| {
        let mut added = Added::default();
        for user in users() {
            let owner = user.uuid;
            added.users += u64::from(users::insert_missing(user, transaction).await?);
            if is_new(owner, transaction).await? {
                add_rows(owner, transaction).await?;
                added.tags += TAGS.len() as u64;
                added.tasks += TASKS.len() as u64;
            }
        }
        Ok(added)
    })
    .await
}

async fn is_new(owner: UserUuid, db: &impl ConnectionTrait) -> Result<bool, AppError> {
    let first = ListRequest::default();
    let (any, newest) = (TaskFilter::default(), TaskSort::default());
    let tasks = tasks::list(owner, &any, newest, &first, db).await?.total;
    let tags = tags::list(owner, &TagFilter::default(), &first, db).await?;
    Ok(tasks + tags.total == 0)
}

async fn add_rows(owner: UserUuid, db: &impl ConnectionTrait) -> Result<(), AppError> {
    let mut by_name = HashMap::new();
    for (name, color) in TAGS {
        let new = NewTag {
            name: parsed(TagName::parse(name)),
            color: Some(parsed(Color::parse(color))),
        };
        by_name.insert(name, tags::insert(owner, new, db).await?);
    }
    for demo in TASKS {
        let task = tasks::insert(owner, demo.to_new(), db).await?;
        let tag = demo.tag.and_then(|name| by_name.get(name));
        let tags: Vec<_> = tag.map(|tag| tag.id).into_iter().collect();
        tasks::add_tags(owner, &[task.id], &tags, db).await?;
    }
    Ok(())
}

fn parsed<T>(text: Result<T, ValidationError>) -> T {
    text.expect("the demo's texts keep the rules")
}
