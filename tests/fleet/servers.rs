//! PostgreSQL and Redis of our own, in a temporary folder.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::START;
use crate::process::Process;

/// Waits until somebody listens; a server that ended at its start is started again.
pub(crate) async fn wait_for(process: &mut Process, port: u16) {
    let until = Instant::now() + START;
    while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        assert!(Instant::now() < until, "{} does not start:\n{}", process.name, process.said());
        if process.has_ended() {
            process.start();
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

pub(crate) fn postgres(folder: &Path, port: u16, settings: &[&str]) -> Process {
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
    let mut args: Vec<String> =
        ["-D", &db, "-p", &port.to_string(), "-k", &data.display().to_string()].map(str::to_owned).to_vec();
    let settings = ["listen_addresses=127.0.0.1", "max_connections=300"].iter().chain(settings);
    args.extend(settings.flat_map(|setting| ["-c".to_owned(), (*setting).to_owned()]));
    let server = run("postgres", &args);
    Process::new("postgres", &server[0], &server[1..], folder.join("postgres.log"))
}

fn newest_postgres() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .expect("PostgreSQL is installed (apt-get install postgresql)");
    let newest = versions.filter_map(|version| version.ok()?.file_name().to_str()?.parse::<u32>().ok()).max();
    PathBuf::from(format!("/usr/lib/postgresql/{}/bin", newest.expect("a version is installed")))
}

pub(crate) fn redis(folder: &Path, port: u16) -> Process {
    // It keeps nothing: each kill loses everything that was on its way.
    let args = ["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
    Process::new("redis", "redis-server", &args.map(str::to_owned), folder.join("redis.log"))
}
