//! What grows with the number of tasks: requests of a user who has a tenth of all, among 10,000 users,
//! with 100,000 tasks and with a million. Draws it too.

use std::{fmt::Write, fs, path::Path, time::Instant};

use mock_auth::User;
use reqwest::blocking::{Client, RequestBuilder};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{Bench, Engine, Fresh, Server, TOKEN_LIFETIME, median};

/// How many there are.
struct Size {
    users: u32,
    smaller: u32,
    larger: u32,
    last_page: u32,
    rounds: usize,
}

const WHOLE: Size = Size {
    users: 10_000,
    smaller: 100_000,
    larger: 1_000_000,
    last_page: 100,
    rounds: 60,
};
const TRIAL: Size = Size {
    users: 5,
    smaller: 500,
    larger: 5_000,
    last_page: 2,
    rounds: 1,
};

/// A name, and the query of a list of tasks.
const LISTS: [(&str, &str); 18] = [
    ("first page", ""),
    ("first page without total", "total=false"),
    ("100th page by number", "page=LAST"),
    ("100th page without total", "page=LAST&total=false"),
    ("100th page by cursor", "cursor=CURSOR"),
    ("status", "status=complete"),
    ("priority", "priority=high"),
    ("due before", "due_before=2026-01-20T00:00:00Z"),
    ("one tag", "tag=tag2"),
    ("no tag", "tag=none"),
    ("due date, ascending", "sort_by=due_date&order=asc"),
    ("due date, descending", "sort_by=due_date&order=desc"),
    ("priority, ascending", "sort_by=priority&order=asc"),
    ("priority, descending", "sort_by=priority&order=desc"),
    ("title", "sort_by=title&order=asc"),
    ("oldest first", "order=asc"),
    ("search, all fit", "search=task"),
    ("search, few fit", "search=10000"),
];

const FIRST_USER: &str = "user0001";
const CREATE: &str = "create";
const PATCH: &str = "patch";

/// Milliseconds of a request with fewer and with more tasks.
type Row = (&'static str, [f64; 2]);

pub fn measure(bench: &Bench, engine: &Engine) {
    let size = if bench.is_whole { WHOLE } else { TRIAL };
    let smaller = Stage::new(bench, engine, &size, size.smaller);
    let larger = Stage::new(bench, engine, &size, size.larger);
    let names = LISTS.iter().map(|(name, _)| *name).chain([CREATE, PATCH]);
    let times: Vec<Row> = names
        .map(|name| (name, times(name, [&smaller, &larger], size.rounds)))
        .collect();
    println!(
        "\n{}: ms with {} and {} tasks",
        engine.name(),
        size.smaller,
        size.larger
    );
    for (name, [before, after]) in &times {
        println!(
            "{name:28} {before:8.2} {after:8.2} {:6.2} ×",
            after / before
        );
    }
    if bench.is_whole {
        let file = format!("scale-{}.svg", engine.name().to_lowercase());
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join(file);
        fs::write(&target, draw(engine.name(), &size, &times)).expect("the plot is written");
        println!("drawn: {}", target.display());
    }
}

/// The medians of alternating requests.
fn times(name: &str, stages: [&Stage; 2], rounds: usize) -> [f64; 2] {
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..=rounds {
        for (stage, times) in stages.iter().zip(&mut times) {
            times.push(stage.milliseconds(name));
        }
    }
    // The first request opens connections and prepares statements.
    times.map(|times| median(times[1..].to_vec()))
}

/// A program on a database of its own.
struct Stage<'a> {
    server: Server,
    token: String,
    http: Client,
    last_page: u32,
    cursor: String,
    task: String,
    // Dropped last.
    _database: Fresh<'a>,
}

impl<'a> Stage<'a> {
    fn new(bench: &'a Bench, engine: &'a Engine, size: &Size, tasks: u32) -> Self {
        let database = Fresh::new(bench, engine, &format!("tasks{tasks}"));
        bench.fill(&database.url, size.users, &rows(engine, size, tasks));
        bench.execute(&database.url, "ANALYZE");
        if let Engine::Postgres(_) = engine {
            // New words stand in a list of their own, beside the index, until then.
            bench.execute(&database.url, "VACUUM tasks");
        }
        let user = User::named(FIRST_USER);
        let mut stage = Self {
            server: Server::start(&database.url, &bench.auth),
            token: bench.auth.token(&user).expires_in(TOKEN_LIFETIME).sign(),
            http: Client::new(),
            last_page: size.last_page,
            cursor: String::new(),
            task: String::new(),
            _database: database,
        };
        let page = stage.list(&format!("page={}", size.last_page - 1));
        stage.cursor = page["next_cursor"].as_str().expect("a cursor").to_owned();
        stage.task = page["items"][0]["id"].as_str().expect("an id").to_owned();
        stage
    }

    fn list(&self, query: &str) -> Value {
        let url = format!("{}/api/me/tasks?{query}", self.server.url);
        let text = self.send(self.http.get(url));
        serde_json::from_str(&text).expect("a page")
    }

    fn send(&self, request: RequestBuilder) -> String {
        let response = request.bearer_auth(&self.token).send().expect("an answer");
        let status = response.status();
        let text = response.text().expect("a whole answer");
        assert!(status.is_success(), "{status}: {text}");
        text
    }

    fn milliseconds(&self, name: &str) -> f64 {
        let tasks = format!("{}/api/me/tasks", self.server.url);
        let request = match name {
            CREATE => self
                .http
                .post(tasks)
                .body(json!({"title": "Sow"}).to_string()),
            PATCH => {
                let task = format!("{tasks}/{}", self.task);
                self.http
                    .patch(task)
                    .body(json!({"title": Uuid::new_v4()}).to_string())
            }
            list => {
                let (_, query) = LISTS
                    .iter()
                    .find(|(name, _)| *name == list)
                    .expect("a list");
                let own = query
                    .replace("LAST", &self.last_page.to_string())
                    .replace("CURSOR", &self.cursor);
                self.http.get(format!("{tasks}?{own}"))
            }
        };
        let began = Instant::now();
        self.send(request.header("content-type", "application/json"));
        began.elapsed().as_secs_f64() * 1e3
    }
}

/// Statements that add tags and tasks: a tenth to the first user, the others' shares are equal.
fn rows(engine: &Engine, size: &Size, tasks: u32) -> Vec<String> {
    let time = match engine {
        Engine::Sqlite => "'2026-01-' || (n % 20 + 10) || 'T00:00:00.000Z'",
        Engine::Postgres(_) => "timestamptz '2026-01-10T00:00:00Z' + n % 20 * interval '1 day'",
    };
    let owner = "substr(CAST(uuid AS text), 29)";
    let insert = |last: u32, users: &str| {
        format!(
            r#"INSERT INTO tasks (id, user_id, title, completed, priority, due_date, search_text, version, created_at, updated_at)
               SELECT {{uuid}}, uuid, 'Task ' || n, n % 3 = 0, CASE WHEN n % 5 < 3 THEN n % 5 + 1 END,
                   CASE WHEN n % 7 < 5 THEN {time} END, {owner} || 'task ' || {owner} || n, 1, {time}, {time}
               FROM "user", {{1..{last}}} WHERE {users}"#
        )
    };
    let (of_the_first, of_others) = (tasks / 10, tasks / 10 * 9 / size.users);
    vec![
        r#"INSERT INTO tags (id, user_id, name, version, created_at, updated_at)
           SELECT {uuid}, uuid, 'tag' || n, 1, '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z' FROM "user", {1..4}"#
            .to_owned(),
        insert(of_the_first, &format!("email = '{FIRST_USER}@example.test'")),
        insert(of_others, "true"),
        "INSERT INTO task_tags (task_id, tag_id) SELECT tasks.id, tags.id \
         FROM tasks JOIN tags ON tags.user_id = tasks.user_id WHERE tasks.completed AND tags.name IN ('tag1', 'tag2')"
            .to_owned(),
    ]
}

const STYLE: &str = "text { font: 13px system-ui, sans-serif; fill: #1f2328 } .small { fill: #8c959f } .large { fill: #0969da } \
    @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .small { fill: #7d8590 } .large { fill: #58a6ff } }";

/// Two bars for each request; their labels say the milliseconds.
fn draw(engine: &str, size: &Size, rows: &[Row]) -> String {
    let longest = rows
        .iter()
        .flat_map(|(_, times)| *times)
        .fold(0.0, f64::max);
    let height = 60 + rows.len() * 40;
    let mut svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 {height}" width="760" height="{height}"><style>{STYLE}</style>
<text x="0" y="20">{engine}: milliseconds of a request with {} tasks (first bar) and {} (second)</text>
"#,
        size.smaller, size.larger
    );
    for (index, (name, times)) in rows.iter().enumerate() {
        let y = 50 + index * 40;
        writeln!(svg, r#"<text x="0" y="{}">{name}</text>"#, y + 17).expect("text");
        for (line, (time, class)) in times.iter().zip(["small", "large"]).enumerate() {
            let (top, width) = (y + line * 15, (time / longest * 440.0).max(1.0));
            writeln!(
                svg,
                r#"<rect class="{class}" x="220" y="{top}" width="{width:.1}" height="12" rx="2"/><text x="{:.1}" y="{}">{time:.2}</text>"#,
                228.0 + width,
                top + 11
            )
            .expect("text");
        }
    }
    svg + "</svg>\n"
}
