//! Carmen with its demo: in one process, or as a fleet.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use carmen_fleet::{Commands, Fleet, Process, free_port};
use serde_json::{Value, json};

/// How long it may take to start, demo data included.
const START: Duration = Duration::from_secs(3_600);

/// A running Carmen, and somebody who may do everything in it.
#[derive(Debug)]
pub(crate) struct House {
    running: Running,
    commands: Commands,
    address: String,
    token: String,
}

#[derive(Debug)]
enum Running {
    /// Everything in one process, on SQLite in a folder that is given or goes with it.
    Alone(Process, Option<tempfile::TempDir>),
    /// A process for each service, on PostgreSQL and Redis.
    Fleet(Box<Fleet>),
}

impl House {
    /// Starts one process with the demo of this size: s, m or l; in `folder`, where that was filled before.
    pub(crate) async fn alone(size: &str, folder: Option<String>) -> Self {
        let own = folder.is_none().then(|| tempfile::tempdir().expect("a temporary folder can be made"));
        let folder = own
            .as_ref()
            .map_or_else(|| PathBuf::from(folder.unwrap_or_default()), |own| own.path().to_owned());
        let address = format!("127.0.0.1:{}", free_port());
        let data = ["--data-dir".to_owned(), folder.display().to_string()];
        let commands = Commands::new(data.to_vec());
        let mut args =
            ["--log", "warn", "dev", "--seed", size, "--listen", &address].map(str::to_owned).to_vec();
        args.extend(data);
        let mut process = Process::new("carmen", &commands.program, &args, folder.join("carmen.log"));
        process.start();
        let until = Instant::now() + START;
        let url = format!("http://{address}/health/ready");
        while !reqwest::get(&url).await.is_ok_and(|answer| answer.status().is_success()) {
            assert!(!process.has_ended() && Instant::now() < until, "{}", process.said());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Self::with(Running::Alone(process, own), commands, address).await
    }

    /// Starts a fleet whose PostgreSQL waits for the disk, as one does where data matters.
    pub(crate) async fn distributed() -> Self {
        let fleet = Fleet::start(&[]).await;
        let (commands, address) = (fleet.commands(), format!("127.0.0.1:{}", fleet.router()));
        Self::with(Running::Fleet(Box::new(fleet)), commands, address).await
    }

    async fn with(running: Running, commands: Commands, address: String) -> Self {
        let token = commands.run(&["token", "--user", "admin@andaman.example"]).await;
        assert!(token.is_success, "{}", token.text);
        Self { running, commands, address, token: token.text }
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
        match &mut self.running {
            Running::Alone(process, _folder) => process.end(),
            Running::Fleet(fleet) => fleet.stop_services(),
        }
        let proof = self.commands.run(&["prove"]).await;
        assert!(proof.is_success, "{}", proof.text);
        println!("{}", proof.text.lines().last().unwrap_or_default());
    }
}
