//! TLS between the API and PostgreSQL: a server of its own with certificates of its own.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::real_server::{Ids, api_binary, root, succeed};

/// A certification authority, and a server that it vouches for under the name `localhost`.
struct Authority(TempDir);

impl Authority {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let own = Self(folder);
        own.openssl("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=authority -keyout ca.key -out ca.crt");
        own.openssl("req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=localhost -keyout server.key -out server.csr");
        fs::write(own.folder().join("names"), "subjectAltName=DNS:localhost").unwrap();
        own.openssl("x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile names -out server.crt");
        own
    }

    fn folder(&self) -> &Path {
        self.0.path()
    }

    fn openssl(&self, arguments: &str) {
        let mut openssl = Command::new("openssl");
        succeed(
            openssl
                .args(arguments.split(' '))
                .current_dir(self.folder()),
        );
    }
}

/// A PostgreSQL server with the authority's certificate, gone when dropped.
struct Server {
    folder: String,
    port: String,
}

impl Server {
    fn start(authority: &Authority) -> Self {
        let output = Command::new(root().join("scripts/postgres"))
            .arg("start")
            .env("POSTGRES_TLS", authority.folder())
            .output()
            .unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let value = |name: &str| {
            let rest = printed.split_once(&format!("{name}=")).unwrap().1;
            rest.split_whitespace().next().unwrap().to_owned()
        };
        let url = value("TEST_DATABASE_URL");
        let (_, port) = url.trim_end_matches("/postgres").rsplit_once(':').unwrap();
        Self {
            folder: value("POSTGRES_DIR"),
            port: port.to_owned(),
        }
    }

    /// Brings the schema up to date and adds rows: both ways in which the program connects.
    fn seed(&self, host: &str, mode: &str, authority: &Authority) -> Output {
        let authority = authority.folder().join("ca.crt");
        let url = format!(
            "postgresql://postgres@{host}:{}/postgres?sslmode={mode}&sslrootcert={}",
            self.port,
            authority.display()
        );
        Command::new(api_binary(Ids::Hybrid))
            .arg("seed")
            .env_clear()
            .env("DATABASE_URL", url)
            .current_dir(self.folder())
            .output()
            .unwrap()
    }

    /// Where no .env file is.
    fn folder(&self) -> &Path {
        Path::new("/")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let stopped = Command::new(root().join("scripts/postgres"))
            .arg("stop")
            .env("POSTGRES_DIR", &self.folder)
            .status();
        assert!(
            std::thread::panicking() || stopped.is_ok_and(|status| status.success()),
            "{} is left behind",
            self.folder
        );
    }
}

#[test]
#[ignore = "needs openssl and PostgreSQL: cargo test faults -- --ignored"]
fn errors_of_tls_are_rejected() {
    let (ours, foreign) = (Authority::new(), Authority::new());
    let server = Server::start(&ours);
    for (host, mode, authority) in [
        ("localhost", "verify-full", &foreign),
        ("localhost", "verify-ca", &foreign),
        // The certificate is for another name.
        ("127.0.0.1", "verify-full", &ours),
    ] {
        let output = server.seed(host, mode, authority);
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{host} {mode}");
        assert!(
            complaint.contains("no TLS connection could be made"),
            "{host} {mode}: {complaint}"
        );
    }
    for (host, mode) in [("localhost", "verify-full"), ("127.0.0.1", "verify-ca")] {
        let output = server.seed(host, mode, &ours);
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{host} {mode}: {complaint}");
    }
}
