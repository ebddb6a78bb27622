//! The program is killed in the middle of its work.

use std::{
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::{
    adoption::{columns, dump, dump_of},
    better_auth::Variant,
    catalogue::catalogue,
    command::program,
    database::TestDatabase,
    runs::all,
};

const KILLS: u32 = 24;

/// Each time at another moment of the run, on an empty database and on one to be adopted.
#[tokio::test]
#[ignore = "takes a minute: cargo test --workspace --test migrations -- --ignored"]
async fn a_run_that_is_killed_leaves_nothing_half_done() {
    let clean = TestDatabase::migrated().await;
    let (expected, whole_run) = (catalogue(&clean).await, duration_of_a_run().await);
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
        let applied = migration::status(&database.url).await.unwrap();
        let applied = applied.iter().filter(|(_, applied)| *applied).count();
        assert!([0, all().len()].contains(&applied), "{applied}");

        assert!(start(&database).wait().unwrap().success());
        let adopted = |line: &String| line.starts_with("adopted_tables");
        let mut now = catalogue(&database).await;
        now.retain(|line| !adopted(line));
        assert!(same(&now, &expected), "after kill {kill}");
        assert_eq!(dump_of(&database, &rows).await, before, "after kill {kill}");
    }
    assert!(killed_in_the_middle >= KILLS / 4, "{killed_in_the_middle}");
}

/// The order of a table's columns tells which were there first.
fn same(one: &[String], other: &[String]) -> bool {
    let sorted = |lines: &[String]| {
        let mut lines = lines.to_vec();
        lines.sort();
        lines
    };
    sorted(one) == sorted(other)
}

fn start(database: &TestDatabase) -> Child {
    let mut command: Command = program(&database.url);
    command.stdout(Stdio::null()).spawn().unwrap()
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
