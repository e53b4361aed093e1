//! Carmen as it runs in production: PostgreSQL, Redis, a process for each subgraph, the router. Each can be killed.

mod process;
mod servers;
mod services;

use std::collections::BTreeMap;
use std::io::Write;
use std::net::TcpListener;
use std::time::{Duration, Instant};

use rand::RngExt;

pub use process::{Answer, Commands, Process};
use servers::{postgres, redis, wait_for};

/// How long anything may take to start, on a machine that does other things too.
pub(crate) const START: Duration = Duration::from_secs(90);

/// Everything that runs, in the order in which it has to start.
#[derive(Debug)]
pub struct Fleet {
    postgres: Process,
    redis: Process,
    services: Vec<(Process, u16)>,
    postgres_port: u16,
    redis_port: u16,
    commands: Commands,
    /// Who has still to be killed before somebody is killed again.
    doomed: Vec<usize>,
    revived: BTreeMap<String, u32>,
    folder: tempfile::TempDir,
}

impl Fleet {
    /// Starts everything with the small demo data; `settings` are PostgreSQL's, as `name=value`.
    ///
    /// # Panics
    /// When something does not start.
    pub async fn start(settings: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let (postgres_port, redis_port) = (free_port(), free_port());
        let mut postgres = postgres(folder.path(), postgres_port, settings);
        postgres.start();
        let mut redis = redis(folder.path(), redis_port);
        redis.start();
        wait_for(&mut postgres, postgres_port).await;
        wait_for(&mut redis, redis_port).await;
        let commands = Commands::new(vec![
            "--data-dir".to_owned(),
            folder.path().display().to_string(),
            "--database-url".to_owned(),
            format!("postgres://postgres@127.0.0.1:{postgres_port}/carmen_{{service}}"),
            "--redis-url".to_owned(),
            format!("redis://127.0.0.1:{redis_port}/"),
        ]);
        // It takes connections before it takes queries.
        let mut seeded = commands.run(&["seed", "--size", "s"]).await;
        while !seeded.is_success && seeded.text.contains("starting up") {
            seeded = commands.run(&["seed", "--size", "s"]).await;
        }
        assert!(seeded.is_success, "{}", seeded.text);
        let services = services::services(folder.path(), &commands);
        let (doomed, revived) = (Vec::new(), BTreeMap::new());
        let mut fleet =
            Self { postgres, redis, services, postgres_port, redis_port, commands, doomed, revived, folder };
        for at in 0..fleet.services.len() {
            fleet.services[at].0.start();
        }
        for at in 0..fleet.services.len() {
            fleet.ready(at).await;
        }
        fleet
    }

    /// Where the router listens.
    ///
    /// # Panics
    /// Never: there is a router.
    #[must_use]
    pub fn router(&self) -> u16 {
        self.services.last().expect("the router is the last").1
    }

    /// Short commands over the same databases.
    #[must_use]
    pub fn commands(&self) -> Commands {
        self.commands.clone()
    }

    /// Kills one process, whichever chance picks, and starts it again a moment later; answers its name. Everybody's turn comes
    /// before anybody's comes again.
    ///
    /// # Panics
    /// When the killed server does not start again.
    pub async fn kill_one(&mut self) -> String {
        let pause = Duration::from_millis(rand::rng().random_range(0..1_000));
        if self.doomed.is_empty() {
            self.doomed = (0..self.services.len() + 2).collect();
        }
        let victim = self.doomed.swap_remove(rand::rng().random_range(0..self.doomed.len()));
        if victim < self.services.len() {
            self.services[victim].0.kill();
            tokio::time::sleep(pause).await;
            self.services[victim].0.start();
            return self.services[victim].0.name.clone();
        }
        let (process, port) = match victim - self.services.len() {
            0 => (&mut self.postgres, self.postgres_port),
            _ => (&mut self.redis, self.redis_port),
        };
        process.kill();
        tokio::time::sleep(pause).await;
        // What the killed server forked may hold its memory for a moment longer; a server that finds that ends again.
        process.start();
        wait_for(process, port).await;
        process.name.clone()
    }

    /// Starts again what ended by itself, as whoever runs a fleet would: a service may give up when it finds no database.
    pub fn revive(&mut self) {
        let servers = [&mut self.postgres, &mut self.redis];
        for process in self.services.iter_mut().map(|(service, _)| service).chain(servers) {
            if process.has_ended() {
                *self.revived.entry(process.name.clone()).or_default() += 1;
                process.start();
            }
        }
    }

    /// Who was started again without having been killed, how often.
    #[must_use]
    pub fn revived(&self) -> &BTreeMap<String, u32> {
        &self.revived
    }

    /// Ends router and subgraphs, so that nothing writes any more.
    pub fn stop_services(&mut self) {
        for (service, _) in &mut self.services {
            service.kill();
        }
    }

    async fn ready(&mut self, at: usize) {
        let (service, port) = &mut self.services[at];
        let until = Instant::now() + START;
        loop {
            let ready = reqwest::get(format!("http://127.0.0.1:{port}/health/ready")).await;
            if ready.is_ok_and(|ready| ready.status().is_success()) {
                return;
            }
            assert!(!service.has_ended(), "{} ended:\n{}", service.name, service.said());
            assert!(Instant::now() < until, "{} does not get ready:\n{}", service.name, service.said());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        if std::thread::panicking() {
            for (service, _) in &self.services {
                let _ = writeln!(std::io::stderr(), "== {}\n{}", service.name, service.said());
            }
        }
        self.services.clear();
        // A killed postmaster leaves its processes behind for a moment, and they write into the folder.
        self.postgres.kill();
        std::thread::sleep(Duration::from_millis(500));
        let _ = std::fs::remove_dir_all(self.folder.path());
    }
}

/// A port nobody listens on.
///
/// # Panics
/// When all are taken.
#[must_use]
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").expect("a port is free").local_addr().expect("it has an address").port()
}
