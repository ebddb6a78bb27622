//! The program is killed in the middle of its work.

use std::{
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use ::migration::Migrator;
use database::migration;

use crate::{
    adoption::{columns, dump, dump_of, made_by_better_auth},
    better_auth::Variant,
    catalogue::catalogue,
    runs::all,
    test_database::TestDatabase,
};

const KILLS: u32 = 24;

/// Each kill is at another moment of the run; half of the databases are to be adopted.
#[tokio::test]
#[ignore = "takes a minute: cargo test --test migrations -- --ignored"]
async fn a_run_that_is_killed_leaves_nothing_half_done() {
    let clean = catalogue(&TestDatabase::migrated().await).await;
    let adopted = made_by_better_auth(Variant::Shown, "").await;
    adopted.up().await.unwrap();
    let adopted = catalogue(&adopted).await;
    let whole_run = duration_of_a_run().await;
    let mut killed_in_the_middle = 0;
    for kill in 0..KILLS {
        let database = TestDatabase::empty().await;
        if kill % 2 == 0 {
            let variant = Variant::Shown;
            database.run(&variant.tables(&database)).await.unwrap();
            database.run(&variant.rows()).await.unwrap();
        }
        let (rows, before) = (columns(&database).await, dump(&database).await);

        let mut run = start(&database);
        thread::sleep(whole_run * kill / KILLS + jitter());
        run.kill().unwrap();
        killed_in_the_middle += u32::from(!run.wait().unwrap().success());
        let applied = migration::status::<Migrator>(&database.url).await.unwrap();
        let applied = applied.iter().filter(|(_, applied)| *applied).count();
        assert!([0, all().len()].contains(&applied), "{applied}");

        assert!(start(&database).wait().unwrap().success());
        let expected = if kill % 2 == 0 { &adopted } else { &clean };
        let now = catalogue(&database).await;
        assert_eq!(&now, expected, "after kill {kill}");
        assert_eq!(dump_of(&database, &rows).await, before, "after kill {kill}");
    }
    assert!(killed_in_the_middle >= KILLS / 4, "{killed_in_the_middle}");
}

fn start(database: &TestDatabase) -> Child {
    let program = std::env::var(concat!("CARGO_BIN_EXE_", env!("CARGO_PKG_NAME"))).unwrap();
    Command::new(program)
        .args(["migrate", "up"])
        .current_dir(std::env::temp_dir())
        .env_clear()
        .env("DATABASE_URL", &database.url)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// The shortest of a few: a busy machine must not spread the kills beyond the end of most runs.
async fn duration_of_a_run() -> Duration {
    let mut shortest = Duration::MAX;
    for _ in 0..3 {
        let database = TestDatabase::empty().await;
        let began = Instant::now();
        assert!(start(&database).wait().unwrap().success());
        shortest = shortest.min(began.elapsed());
    }
    shortest
}

fn jitter() -> Duration {
    let random = uuid::Uuid::new_v4().as_u128() % 5_000;
    Duration::from_micros(u64::try_from(random).unwrap())
}
