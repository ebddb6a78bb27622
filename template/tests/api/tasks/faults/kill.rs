//! The program killed under load.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use nix::sys::signal::Signal;
use sea_orm::{ConnectionTrait, Database, Statement};

use super::{Api, database_of_user};

const MOMENTS: u32 = 20;
const WRITERS: usize = 4;

#[actix_web::test]
#[ignore = "takes long: cargo test --test api tasks::faults::kill -- --ignored"]
async fn what_was_answered_is_there_after_a_kill() {
    let database = database_of_user().await;
    let answered = Arc::new(Mutex::new(BTreeSet::new()));
    for _ in 0..MOMENTS {
        let api = Arc::new(Api::serve(database.url(), &[]).await);
        let writers: Vec<_> = (0..WRITERS)
            .map(|_| actix_web::rt::spawn(write_until_killed(api.clone(), answered.clone())))
            .collect();
        let moment = Duration::from_millis(u64::from(rand_below(400)) + 20);
        tokio::time::sleep(moment).await;
        api.program.signal(Signal::SIGKILL);
        for writer in writers {
            writer.await.unwrap();
        }
    }
    let answered = answered.lock().unwrap().clone();
    let stored = stored(database.url()).await;
    assert!(answered.len() > 100, "only {} writes", answered.len());
    let lost: Vec<_> = answered.difference(&stored).collect();
    assert!(
        lost.is_empty(),
        "{} of {}: {lost:?}",
        lost.len(),
        answered.len()
    );
}

async fn write_until_killed(api: Arc<Api>, answered: Arc<Mutex<BTreeSet<String>>>) {
    loop {
        let request = api
            .request(reqwest::Method::POST, "/api/me/tasks")
            .header("content-type", "application/json")
            .body(r#"{"title":"x"}"#);
        let Ok(answer) = request.send().await else {
            return;
        };
        // The status line is the answer, whether or not the body follows it.
        assert_eq!(answer.status(), 201);
        let location = answer.headers()["location"].to_str().unwrap();
        let (_, id) = location.rsplit_once('/').unwrap();
        answered.lock().unwrap().insert(id.to_owned());
    }
}

async fn stored(url: &str) -> BTreeSet<String> {
    let database = Database::connect(url.replacen("postgresql:", "postgres:", 1))
        .await
        .unwrap();
    let query = "SELECT CAST(id AS text) FROM tasks";
    let query = Statement::from_string(database.get_database_backend(), query);
    let rows = database.query_all_raw(query).await.unwrap();
    rows.iter()
        .map(|row| row.try_get_by_index(0).unwrap())
        .collect()
}

fn rand_below(most: u32) -> u32 {
    let random = uuid::Uuid::new_v4().as_u128();
    u32::try_from(random % u128::from(most)).unwrap()
}
