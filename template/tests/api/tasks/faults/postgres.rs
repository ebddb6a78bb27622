//! PostgreSQL behind a proxy that does to connections what restarts and networks do.

use futures_util::future::join;
use sea_orm::{ConnectionTrait, Database, DatabaseTransaction, TransactionTrait};
use url::Url;

use super::{Api, database_of_user, proxy::Proxy, unavailable};
use crate::support::{TestDatabase, eventually};

macro_rules! ignored_tests {
    ($($name:ident: $given:expr, $body:expr;)*) => {$(
        #[actix_web::test]
        #[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL: cargo test --test api tasks::faults::postgres -- --ignored"]
        async fn $name() {
            let broken = Broken::start($given).await;
            let body: fn(Broken) -> _ = $body;
            body(broken).await;
        }
    )*};
}

ignored_tests! {
    a_restart_is_unavailable_at_once_and_service_returns_by_itself: &[], restart;
    requests_under_way_when_the_server_goes_are_unavailable: &[], cut_under_way;
    a_peer_that_falls_silent_holds_nobody_up_for_long: &[("REQUEST_TIMEOUT", "4"), ("DATABASE_MAX_CONNECTIONS", "2")], silence;
    a_statement_that_takes_too_long_is_unavailable: &[("DATABASE_STATEMENT_TIMEOUT", "1")], slow_statement;
    requests_do_not_wait_long_for_a_free_connection: &[("DATABASE_STATEMENT_TIMEOUT", "30"), ("DATABASE_MAX_CONNECTIONS", "1")], exhausted_pool;
}

/// The API with its database behind the proxy.
struct Broken {
    api: Api,
    proxy: Proxy,
    database: TestDatabase,
}

impl Broken {
    async fn start(given: &[(&str, &str)]) -> Self {
        let database = database_of_user().await;
        let mut url = Url::parse(database.url()).unwrap();
        assert!(
            url.scheme().starts_with("postgres"),
            "TEST_DATABASE_URL must name a server"
        );
        let server = (url.host_str().unwrap(), url.port().unwrap_or(5432));
        let proxy = Proxy::to(&format!("{}:{}", server.0, server.1)).await;
        url.set_host(Some("127.0.0.1")).unwrap();
        url.set_port(Some(proxy.address().port())).unwrap();
        let api = Api::serve(url.as_str(), given).await;
        api.post("before").await.created();
        Self {
            api,
            proxy,
            database,
        }
    }

    /// Keeps every statement on tasks waiting until the transaction ends.
    async fn lock_tasks(&self) -> DatabaseTransaction {
        let url = self.database.url().replacen("postgresql:", "postgres:", 1);
        let transaction = Database::connect(url).await.unwrap().begin().await.unwrap();
        let lock = "LOCK TABLE tasks IN ACCESS EXCLUSIVE MODE";
        transaction.execute_unprepared(lock).await.unwrap();
        transaction
    }

    async fn works_again(&self) {
        eventually(async || self.api.post("after").await.status == 201).await;
        for _ in 0..8 {
            self.api.get("/api/me/tasks").await.ok();
        }
    }
}

async fn restart(mut broken: Broken) {
    broken.proxy.stop().await;
    for _ in 0..2 {
        let api = &broken.api;
        let (read, written) = join(api.get("/api/me/tasks"), api.post("during")).await;
        unavailable(&read);
        unavailable(&written);
        api.get("/health/ready").await.rejected(503, "not_ready");
        api.get("/api/me").await.ok();
    }
    broken.proxy.start().await;
    broken.works_again().await;
}

async fn cut_under_way(mut broken: Broken) {
    let lock = broken.lock_tasks().await;
    let api = &broken.api;
    let cut = async {
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        broken.proxy.stop().await;
    };
    let requests = join(api.get("/api/me/tasks"), api.post("under way"));
    let ((read, written), ()) = join(requests, cut).await;
    unavailable(&read);
    unavailable(&written);
    lock.rollback().await.unwrap();
    broken.proxy.start().await;
    broken.works_again().await;
}

async fn silence(broken: Broken) {
    broken.proxy.fall_silent();
    for _ in 0..2 {
        let api = &broken.api;
        let (read, written) = join(api.get("/api/me/tasks"), api.post("during")).await;
        unavailable(&read);
        unavailable(&written);
    }
    broken.proxy.speak();
    broken.works_again().await;
    let lock = broken.lock_tasks().await;
    let silence = async {
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        broken.proxy.fall_silent();
    };
    let api = &broken.api;
    let requests = join(api.get("/api/me/tasks"), api.post("under way"));
    let ((read, written), ()) = join(requests, silence).await;
    unavailable(&read);
    unavailable(&written);
    lock.rollback().await.unwrap();
    broken.proxy.speak();
    broken.works_again().await;
}

async fn slow_statement(broken: Broken) {
    let lock = broken.lock_tasks().await;
    unavailable(&broken.api.get("/api/me/tasks").await);
    unavailable(&broken.api.post("during").await);
    lock.rollback().await.unwrap();
    broken.works_again().await;
}

async fn exhausted_pool(broken: Broken) {
    let lock = broken.lock_tasks().await;
    let api = &broken.api;
    let holder = async {
        let request = api.request(reqwest::Method::GET, "/api/me/tasks");
        request
            .timeout(std::time::Duration::from_secs(20))
            .send()
            .await
    };
    let others = async {
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        unavailable(&api.post("during").await);
        unavailable(&api.get("/api/me/tags").await);
        lock.rollback().await.unwrap();
    };
    let (held, ()) = join(holder, others).await;
    assert_eq!(held.unwrap().status(), 200);
    broken.works_again().await;
}
