//! The fleet: PostgreSQL, Redis, a process for each subgraph, the router.

use std::collections::BTreeMap;
use std::io::Write;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use rand::RngExt;

use crate::process::{Commands, Process};

const SUBGRAPHS: [&str; 6] = ["identity", "inventory", "procurement", "product", "users", "vendor"];

/// How long anything may take to start, on a machine that does other things too.
const START: Duration = Duration::from_secs(90);

/// Everything that runs, in the order in which it has to start.
#[derive(Debug)]
pub(crate) struct Fleet {
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
    /// Starts everything with the small demo data.
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let (postgres_port, redis_port) = (free_port(), free_port());
        let mut postgres = postgres(folder.path(), postgres_port);
        postgres.start();
        let mut redis = redis(folder.path(), redis_port);
        redis.start();
        wait_for(&mut postgres, postgres_port).await;
        wait_for(&mut redis, redis_port).await;
        let commands = commands(folder.path(), postgres_port, redis_port);
        // It takes connections before it takes queries.
        let mut seeded = commands.run(&["seed", "--size", "s"]).await;
        while !seeded.is_success && seeded.text.contains("starting up") {
            seeded = commands.run(&["seed", "--size", "s"]).await;
        }
        assert!(seeded.is_success, "{}", seeded.text);
        let services = services(folder.path(), &commands);
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
    pub(crate) fn router(&self) -> u16 {
        self.services.last().expect("the router is the last").1
    }

    /// Short commands over the same databases.
    pub(crate) fn commands(&self) -> Commands {
        self.commands.clone()
    }

    /// Kills one process, whichever chance picks, and starts it again a moment later; answers its name. Everybody's turn comes
    /// before anybody's comes again.
    pub(crate) async fn kill_one(&mut self) -> String {
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
    pub(crate) fn revive(&mut self) {
        let servers = [&mut self.postgres, &mut self.redis];
        for process in self.services.iter_mut().map(|(service, _)| service).chain(servers) {
            if process.has_ended() {
                *self.revived.entry(process.name.clone()).or_default() += 1;
                process.start();
            }
        }
    }

    /// Who was started again without having been killed, how often.
    pub(crate) fn revived(&self) -> &BTreeMap<String, u32> {
        &self.revived
    }

    /// Ends router and subgraphs, so that nothing writes any more.
    pub(crate) async fn stop_services(&mut self) {
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

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").expect("a port is free").local_addr().expect("it has an address").port()
}

/// Waits until somebody listens; a server that ended at its start is started again.
async fn wait_for(process: &mut Process, port: u16) {
    let until = Instant::now() + START;
    while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        assert!(Instant::now() < until, "{} does not start:\n{}", process.name, process.said());
        if process.has_ended() {
            process.start();
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

fn postgres(folder: &Path, port: u16) -> Process {
    let bin = newest_postgres();
    let data = folder.join("postgres");
    std::fs::create_dir(&data).expect("a folder can be made");
    // PostgreSQL refuses to run as root.
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout == b"0\n");
    let mut prefix: Vec<String> = Vec::new();
    if is_root {
        let owned = Command::new("chown").arg("postgres:postgres").arg(&data).status();
        assert!(owned.is_ok_and(|owned| owned.success()), "the folder can be given to postgres");
        let open = Command::new("chmod").arg("755").arg(folder).status();
        assert!(open.is_ok_and(|open| open.success()), "the folder can be entered by postgres");
        prefix =
            ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"].map(str::to_owned).to_vec();
    }
    let db = data.join("db").display().to_string();
    let run = |program: &str, args: &[String]| {
        let mut all = prefix.clone();
        all.push(bin.join(program).display().to_string());
        all.extend_from_slice(args);
        all
    };
    let init = run("initdb", &["-A", "trust", "-N", "-U", "postgres", "-D", &db].map(str::to_owned));
    let made = Command::new(&init[0]).args(&init[1..]).current_dir("/tmp").output().expect("initdb runs");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    // A kill leaves the operating system standing, so what was written is there without waiting for the disk.
    let settings = ["listen_addresses=127.0.0.1", "max_connections=300", "fsync=off"];
    let mut args: Vec<String> =
        ["-D", &db, "-p", &port.to_string(), "-k", &data.display().to_string()].map(str::to_owned).to_vec();
    args.extend(settings.iter().flat_map(|setting| ["-c".to_owned(), (*setting).to_owned()]));
    let server = run("postgres", &args);
    Process::new("postgres", &server[0], &server[1..], folder.join("postgres.log"))
}

fn newest_postgres() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .expect("PostgreSQL is installed (apt-get install postgresql)");
    let newest = versions.filter_map(|version| version.ok()?.file_name().to_str()?.parse::<u32>().ok()).max();
    PathBuf::from(format!("/usr/lib/postgresql/{}/bin", newest.expect("a version is installed")))
}

fn redis(folder: &Path, port: u16) -> Process {
    // It keeps nothing: each kill loses everything that was on its way.
    let args = ["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
    Process::new("redis", "redis-server", &args.map(str::to_owned), folder.join("redis.log"))
}

/// The `carmen` beside this test, or the one that CARMEN names.
fn commands(folder: &Path, postgres: u16, redis: u16) -> Commands {
    let built = std::env::current_exe().expect("a test knows where it is");
    let beside = built.ancestors().nth(2).expect("tests lie in deps").join("carmen").display().to_string();
    let settings = [
        "--data-dir".to_owned(),
        folder.display().to_string(),
        "--database-url".to_owned(),
        format!("postgres://postgres@127.0.0.1:{postgres}/carmen_{{service}}"),
        "--redis-url".to_owned(),
        format!("redis://127.0.0.1:{redis}/"),
    ];
    Commands { program: std::env::var("CARMEN").unwrap_or(beside), settings: settings.to_vec() }
}

fn services(folder: &Path, commands: &Commands) -> Vec<(Process, u16)> {
    let ports = SUBGRAPHS.map(|_| free_port());
    let fleet: Vec<(&str, u16)> = SUBGRAPHS.into_iter().zip(ports).collect();
    let jwks = format!("http://127.0.0.1:{}/.well-known/jwks.json", ports[0]);
    let mut services: Vec<_> = fleet
        .iter()
        .map(|(name, port)| {
            let mut args = vec!["subgraph".to_owned(), (*name).to_owned()];
            args.extend([
                "--listen".to_owned(),
                format!("127.0.0.1:{port}"),
                "--jwks-url".to_owned(),
                jwks.clone(),
            ]);
            for (peer, port) in fleet.iter().filter(|(peer, _)| peer != name) {
                args.extend(["--peer".to_owned(), format!("{peer}=http://127.0.0.1:{port}/graphql")]);
            }
            args.extend(commands.settings.clone());
            (Process::new(name, &commands.program, &args, folder.join(format!("{name}.log"))), *port)
        })
        .collect();
    services.push(router(folder, commands, &fleet, &jwks));
    services
}

fn router(folder: &Path, commands: &Commands, fleet: &[(&str, u16)], jwks: &str) -> (Process, u16) {
    let subgraphs: String = fleet
        .iter()
        .map(|(name, port)| {
            let schema = format!("{}/../subgraphs/{name}/schema.graphql", env!("CARGO_MANIFEST_DIR"));
            format!("  {name}:\n    routing_url: http://127.0.0.1:{port}/graphql\n    schema:\n      file: {schema}\n")
        })
        .collect();
    let supergraph = folder.join("fleet.yaml");
    std::fs::write(&supergraph, format!("federation_version: =2.5\nsubgraphs:\n{subgraphs}"))
        .expect("a file can be written");
    let config = folder.join("router.yaml");
    let issuer = format!(
        "auth:\n  issuers:\n    - issuer: carmen-identity\n      audience: carmen\n      jwks_url: {jwks}\n"
    );
    std::fs::write(&config, issuer).expect("a file can be written");
    let port = free_port();
    let args = [
        "router",
        "--supergraph",
        &supergraph.display().to_string(),
        "--config",
        &config.display().to_string(),
        "--listen",
        &format!("127.0.0.1:{port}"),
    ];
    (Process::new("router", &commands.program, &args.map(str::to_owned), folder.join("router.log")), port)
}
