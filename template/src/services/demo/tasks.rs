//! Tasks and tags of the demo users.

use std::collections::HashMap;

use sea_orm::{ActiveValue::Set, ConnectionTrait};
use validator::ValidationError;

use database::{ListRequest, UserUuid, UtcDateTime};

use crate::{
    entities::{tag, task},
    error::AppError,
    repositories::{
        tags::{self, TagFilter},
        tasks::{self, TaskFilter},
    },
    types::{Color, Priority, TagName, TaskSort, Title},
};

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
    fn columns(&self) -> task::ActiveModel {
        let due_date = UtcDateTime::now().plus_seconds(self.due_in_days * 86_400);
        task::ActiveModel {
            title: Set(parsed(Title::parse(self.title))),
            description: Set(None),
            completed: Set(false),
            priority: Set(Some(self.priority)),
            due_date: Set(Some(due_date)),
            reminder_at: Set(None),
            recurrence_pattern: Set(None),
            recurrence_config: Set(None),
            ..Default::default()
        }
    }
}

/// Adds rows for the owners who have no tasks and no tags; returns how many tags and tasks were
/// added.
pub(super) async fn add(
    owners: [UserUuid; 2],
    db: &impl ConnectionTrait,
) -> Result<(u64, u64), AppError> {
    let (mut tags, mut tasks) = (0, 0);
    for owner in owners {
        if is_new(owner, db).await? {
            add_rows(owner, db).await?;
            tags += TAGS.len() as u64;
            tasks += TASKS.len() as u64;
        }
    }
    Ok((tags, tasks))
}

async fn is_new(owner: UserUuid, db: &impl ConnectionTrait) -> Result<bool, AppError> {
    let first = ListRequest {
        total: false,
        ..ListRequest::default()
    };
    let (any, newest) = (TaskFilter::default(), TaskSort::default());
    let tasks = tasks::list(owner, &any, newest, &first, db).await?;
    let tags = tags::list(owner, &TagFilter::default(), &first, db).await?;
    Ok(tasks.items.is_empty() && tags.items.is_empty())
}

async fn add_rows(owner: UserUuid, db: &impl ConnectionTrait) -> Result<(), AppError> {
    let mut by_name = HashMap::new();
    for (name, color) in TAGS {
        let tag = tag::ActiveModel {
            name: Set(parsed(TagName::parse(name))),
            color: Set(Some(parsed(Color::parse(color)))),
            ..Default::default()
        };
        by_name.insert(name, tags::insert(owner, tag, db).await?);
    }
    for demo in TASKS {
        let task = tasks::build(owner, demo.columns())?;
        let task = tasks::insert(owner, task, db).await?;
        let tag = demo.tag.and_then(|name| by_name.get(name));
        let tags: Vec<_> = tag.map(|tag| tag.id).into_iter().collect();
        tasks::add_tags(owner, &[task.id], &tags, db).await?;
    }
    Ok(())
}

fn parsed<T>(text: Result<T, ValidationError>) -> T {
    text.expect("the demo's texts keep the rules")
}
