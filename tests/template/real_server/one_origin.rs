//! The API and Better Auth behind the proxy that compose starts.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::deployment::{Deployment, Engine, free_origin};
use super::process::{READY_WITHIN, succeed};
use super::root;

impl Deployment {
    /// Puts both behind the proxy of compose, which then has the address that the world knows.
    fn use_proxy(&mut self) {
        let address = free_origin().replace("http://127.0.0.1", "https://localhost");
        // So that the API has metadata for OAuth clients.
        self.api_settings.push(("OAUTH_AUDIENCE", address.clone()));
        self.proxy = Some(address);
    }

    /// Starts the proxy as compose does; its certificates and the port for plain HTTP are of this deployment.
    fn start_proxy(&mut self) {
        let plain = free_origin();
        let (_, port) = plain.rsplit_once(':').unwrap();
        let data = self.folder.path().join("proxy");
        let shown = root().join("template/deploy/proxy/Caddyfile");
        let global = format!(
            "{{\n\tadmin off\n\thttp_port {port}\n\tskip_install_trust\n\tstorage file_system {}\n}}\n",
            data.display()
        );
        let file = self.folder.path().join("Caddyfile");
        let ready = format!("http://127.0.0.1:{port} {{\n\trespond 200\n}}\n");
        let text = format!("{global}import {}\n{ready}", shown.display());
        fs::write(&file, text).unwrap();
        let mut caddy = self.command(Path::new("caddy"), &plain, &self.api_database);
        caddy
            .args(["run", "--config"])
            .arg(file)
            .env("API_ADDRESS", self.api.trim_start_matches("http://"))
            .env("WEB_ADDRESS", self.auth.trim_start_matches("http://"));
        self.serve(caddy, &format!("{plain}/"));
        let certificate = data.join("certificates/local/localhost/localhost.crt");
        let deadline = Instant::now() + READY_WITHIN;
        while !certificate.exists() {
            assert!(Instant::now() < deadline, "there is no certificate");
            thread::sleep(Duration::from_millis(25));
        }
    }

    /// Stops the API alone.
    fn stop_api(&mut self) {
        self.servers.remove(1);
    }

    /// Asks the proxy for this path.
    fn asking(&self, path: &str) -> Command {
        let mut node = self.node_command("ask.ts");
        node.arg(path);
        node
    }
}

fn behind_proxy() -> Deployment {
    let mut deployment = Deployment::new(Engine::Sqlite);
    deployment.use_proxy();
    deployment.migrate();
    deployment.start("compose.mjs");
    deployment.start_proxy();
    deployment
}

pub fn everything_is_behind_the_proxy() {
    behind_proxy().node("check-one-origin.ts");
}

pub fn requests_wait_for_the_api() {
    let mut deployment = behind_proxy();
    deployment.stop_api();
    let mut asking = deployment.asking("/health/live");
    let mut asking = asking.stdout(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(asking.stdout.take().unwrap());
    said.read_line(&mut String::new()).unwrap();
    deployment.start_api();
    assert!(asking.wait().unwrap().success());
    succeed(&mut deployment.asking("/health/ready"));
}
