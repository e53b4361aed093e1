//! Carmen in a process of its own, on data set S.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// How long it may take to start, demo data included.
const START: Duration = Duration::from_secs(120);

/// A running Carmen.
#[derive(Debug)]
pub(crate) struct House {
    child: Child,
    folder: tempfile::TempDir,
    address: String,
    token: String,
}

impl House {
    /// Starts one.
    pub(crate) async fn open() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr());
        let address = port.expect("a port is free").to_string();
        let mut command = Command::new(carmen());
        command
            .args(["--log", "warn", "dev", "--seed", "s", "--listen", &address])
            .arg("--data-dir")
            .arg(folder.path());
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn();
        let child = child.unwrap_or_else(|error| panic!("{}: {error}", carmen().display()));
        let mut house = Self { child, folder, address, token: String::new() };
        house.ready().await;
        house.token = house.run(&["token", "--user", "admin@andaman.example"]);
        house
    }

    async fn ready(&mut self) {
        let until = Instant::now() + START;
        let url = format!("http://{}/health/ready", self.address);
        while !reqwest::get(&url).await.is_ok_and(|answer| answer.status().is_success()) {
            assert!(Instant::now() < until, "Carmen does not get ready");
            assert!(self.child.try_wait().is_ok_and(|ended| ended.is_none()), "Carmen has ended");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// What a short command says.
    fn run(&self, arguments: &[&str]) -> String {
        let ran = Command::new(carmen()).args(arguments).arg("--data-dir").arg(self.folder.path()).output();
        let ran = ran.unwrap_or_else(|error| panic!("{}: {error}", carmen().display()));
        assert!(ran.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&ran.stderr));
        String::from_utf8_lossy(&ran.stdout).trim().to_owned()
    }

    /// An operation, ready to be sent by this client.
    pub(crate) fn post(&self, client: &reqwest::Client, body: &Value) -> reqwest::RequestBuilder {
        client.post(format!("http://{}/graphql", self.address)).bearer_auth(&self.token).json(body)
    }

    /// The data of a query.
    pub(crate) async fn data(&self, query: &str) -> Value {
        let answer = self.post(&reqwest::Client::new(), &json!({ "query": query })).send().await;
        let mut answer: Value = answer.expect("Carmen answers").json().await.expect("the answer is JSON");
        assert!(answer.get("errors").is_none(), "{answer}");
        answer["data"].take()
    }

    /// Ends it and has every invariant proven over what it left behind.
    pub(crate) async fn close(mut self) {
        let ended = Command::new("kill").arg(self.child.id().to_string()).status();
        assert!(ended.is_ok_and(|ended| ended.success()), "Carmen can be ended");
        let _ = self.child.wait();
        let proof = self.run(&["prove"]);
        println!("{}", proof.lines().last().unwrap_or_default());
    }
}

impl Drop for House {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The `carmen` beside this benchmark, or the one that CARMEN names.
fn carmen() -> PathBuf {
    let here = std::env::current_exe().expect("a program knows where it is");
    let beside = || here.ancestors().nth(2).expect("benchmarks lie in deps").join("carmen");
    std::env::var_os("CARMEN").map_or_else(beside, PathBuf::from)
}
