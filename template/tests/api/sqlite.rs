//! How SQLite was built: `.cargo/config.toml` says it, and a cargo that does not read the file
//! would leave it out in silence.

use sea_orm::{ConnectionTrait, Database, DbBackend, Statement};

#[actix_web::test]
async fn connections_share_no_lock_for_counting_memory() {
    let database = Database::connect("sqlite::memory:").await.unwrap();
    let options = Statement::from_string(DbBackend::Sqlite, "PRAGMA compile_options");
    let rows = database.query_all_raw(options).await.unwrap();
    let options: Vec<String> = rows
        .iter()
        .map(|row| row.try_get_by_index(0).unwrap())
        .collect();
    assert!(options.contains(&"DEFAULT_MEMSTATUS=0".to_owned()));
    assert!(!options.contains(&"ENABLE_MEMORY_MANAGEMENT".to_owned()));
}
