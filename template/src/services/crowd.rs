//! Many users with tasks and tags, for load tests. The same in every run, so that it can be
//! repeated and enlarged; tokens for them can be made by name (`User::named` of `mock-auth`).

use aws_lc_rs::digest::{SHA256, digest};
use uuid::Builder;

use super::demo::Added;
use crate::{
    database::Database,
    entities::{tag, task, task_tag},
    error::AppError,
    repositories::{bulk, users::NewUser},
    types::{
        BetterAuthId, Color, Operator, Priority, SearchText, TagId, TagName, TaskId, Title,
        UserUuid, UtcDateTime,
    },
};

/// How many of each.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Users.
    pub users: u32,
    /// Tasks of each user.
    pub tasks: u32,
    /// Tags on each task; a user has twice as many.
    pub tags: u32,
}

/// Users in one transaction.
const USERS: u32 = 100;
/// Tasks in one transaction.
const TASKS: usize = 5_000;
/// 2026-01-01T00:00:00Z in milliseconds: when the first task of each user was made.
const BEGINNING: i64 = 1_767_225_600_000;
const MINUTE: i64 = 60_000;
const DAY: i64 = 1_440 * MINUTE;

const VERBS: [&str; 7] = ["Buy", "Send", "Call", "Clean", "Repair", "Find", "Paint"];
const THINGS: [&str; 11] = [
    "milk",
    "the report",
    "grandmother",
    "the kitchen",
    "the bicycle",
    "a present",
    "the fence",
    "the piano",
    "bread",
    "the dentist",
    "the boat",
];

/// Adds what is missing of so many users and their rows. A user whose id or address somebody else
/// has is left out. `progress` hears how many rows of `user` and `tasks` were looked at.
///
/// # Errors
/// When the database fails; what was added before stays.
pub async fn gather(
    operator: Operator,
    size: Size,
    db: &Database,
    mut progress: impl FnMut(u64),
) -> Result<Added, AppError> {
    let mut added = Added::default();
    let mut first = 1;
    while first <= size.users {
        let last = size.users.min(first + USERS - 1);
        let owners: Vec<_> = (first..=last).map(Member::numbered).collect();
        let owners = add_users(operator, owners, size.tags, db, &mut added).await?;
        progress(u64::from(last - first + 1));
        let mut tasks = owners
            .iter()
            .flat_map(|owner| (0..size.tasks).map(move |number| (owner, number)));
        loop {
            let tasks: Vec<_> = tasks.by_ref().take(TASKS).collect();
            if tasks.is_empty() {
                break;
            }
            let looked_at = tasks.len() as u64;
            added.tasks += add_tasks(operator, &tasks, size.tags, db).await?;
            progress(looked_at);
        }
        first = last + 1;
    }
    Ok(added)
}

/// Adds users with their tags; returns those who are there now.
async fn add_users(
    operator: Operator,
    members: Vec<Member>,
    tags: u32,
    db: &Database,
    added: &mut Added,
) -> Result<Vec<Member>, AppError> {
    let users: Vec<_> = members.iter().map(Member::to_new).collect();
    db.write(async |transaction| {
        added.users += bulk::insert_missing_users(operator, &users, transaction).await?;
        let present = bulk::present(operator, &users, transaction).await?;
        let members: Vec<_> = members
            .into_iter()
            .filter(|member| present.contains(&member.uuid))
            .collect();
        let tags = members
            .iter()
            .flat_map(|member| (0..2 * tags).map(|number| member.tag(number)));
        added.tags += bulk::insert_missing(operator, tags.collect(), transaction).await?;
        Ok(members)
    })
    .await
}

async fn add_tasks(
    operator: Operator,
    tasks: &[(&Member, u32)],
    tags: u32,
    db: &Database,
) -> Result<u64, AppError> {
    let rows = tasks.iter().map(|(member, number)| member.task(*number));
    let links = tasks
        .iter()
        .flat_map(|(member, number)| (0..tags).map(|tag| member.link(*number, tag, tags)));
    db.write(async |transaction| {
        let added = bulk::insert_missing(operator, rows.collect(), transaction).await?;
        bulk::insert_missing(operator, links.collect(), transaction).await?;
        Ok(added)
    })
    .await
}

/// One of the crowd: `user0001` and so on.
struct Member {
    name: String,
    uuid: UserUuid,
}

impl Member {
    fn numbered(number: u32) -> Self {
        let name = format!("user{number:04}");
        let uuid = UserUuid::from(Builder::from_random_bytes(bytes(&name)).into_uuid());
        Self { name, uuid }
    }

    fn to_new(&self) -> NewUser {
        let alphabet = ('a'..='z').chain('A'..='Z').chain('0'..='9');
        let alphabet: Vec<_> = alphabet.collect();
        let letter = |byte: u8| alphabet[usize::from(byte) % alphabet.len()];
        let id: String = bytes::<32>(&self.name).map(letter).iter().collect();
        NewUser {
            id: BetterAuthId::of_user(self.uuid, &id),
            uuid: self.uuid,
            email: format!("{}@example.test", self.name),
            name: self.name.clone(),
        }
    }

    fn tag(&self, number: u32) -> tag::Model {
        let made = at(BEGINNING);
        let [red, green, blue] = bytes(&format!("{}/color/{number}", self.name));
        tag::Model {
            id: self.tag_id(number),
            user_id: self.uuid,
            name: TagName::parse(&format!("tag{number:02}")).expect("a short name"),
            color: Color::parse(&format!("#{red:02x}{green:02x}{blue:02x}")).ok(),
            version: 1,
            created_at: made,
            updated_at: made,
            deleted_at: None,
        }
    }

    fn task(&self, number: u32) -> task::Model {
        let millis = BEGINNING + i64::from(number) * MINUTE;
        let made = at(millis);
        let index = number as usize;
        let words = (VERBS[index % VERBS.len()], THINGS[index % THINGS.len()]);
        let title = format!("{} {} {number}", words.0, words.1);
        let due = millis + i64::from(number % 365) * DAY;
        let priorities = [
            None,
            Some(Priority::Low),
            Some(Priority::Medium),
            Some(Priority::High),
        ];
        task::Model {
            id: self.task_id(number),
            user_id: self.uuid,
            title: Title::parse(&title).expect("a line"),
            description: None,
            completed: number.is_multiple_of(3),
            priority: priorities[index % priorities.len()],
            due_date: number.is_multiple_of(2).then(|| at(due)),
            reminder_at: None,
            recurrence_pattern: None,
            recurrence_config: None,
            search_text: SearchText::new(self.uuid, &[&title]),
            version: 1,
            created_at: made,
            updated_at: made,
            deleted_at: None,
        }
    }

    /// The `tag`th of `tags` on a task: tasks take turns.
    fn link(&self, task: u32, tag: u32, tags: u32) -> task_tag::Model {
        task_tag::Model {
            task_id: self.task_id(task),
            tag_id: self.tag_id((task + tag) % (2 * tags)),
        }
    }

    fn task_id(&self, number: u32) -> TaskId {
        let random = bytes(&format!("{}/task/{number}", self.name));
        let millis = BEGINNING + i64::from(number) * MINUTE;
        let id = Builder::from_unix_timestamp_millis(millis.cast_unsigned(), &random);
        TaskId::from(id.into_uuid())
    }

    fn tag_id(&self, number: u32) -> TagId {
        let random = bytes(&format!("{}/tag/{number}", self.name));
        let id = Builder::from_unix_timestamp_millis(BEGINNING.cast_unsigned(), &random);
        TagId::from(id.into_uuid())
    }
}

fn at(millis: i64) -> UtcDateTime {
    UtcDateTime::from_millis(millis).expect("a time of this century")
}

/// The first bytes of the text's hash: random to look at, and always the same.
fn bytes<const N: usize>(text: &str) -> [u8; N] {
    let hash = digest(&SHA256, text.as_bytes());
    std::array::from_fn(|index| hash.as_ref()[index])
}
