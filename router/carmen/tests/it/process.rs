//! Running the binary.

use serde_json::{Value, json};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// A started process; killed when it is dropped.
#[derive(Debug)]
pub(crate) struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn carmen(data: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_carmen"));
    command.args(args).env("CARMEN_DATA_DIR", data).current_dir(data).env_remove("CARMEN_LISTEN");
    command
}

/// Runs a command to its end.
pub(crate) fn run(data: &Path, args: &[&str]) -> Output {
    carmen(data, args).stdin(Stdio::null()).output().unwrap()
}

/// What a command that must succeed says on standard output.
pub(crate) fn say(data: &Path, args: &[&str]) -> String {
    let output = run(data, args);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

/// Starts a server and waits until it is ready.
pub(crate) async fn serve(data: &Path, port: u16, args: &[&str]) -> Process {
    let listen = format!("127.0.0.1:{port}");
    let mut args = args.to_vec();
    args.extend(["--listen", &listen]);
    let mut process = Process(carmen(data, &args).stdout(Stdio::null()).spawn().unwrap());
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        let ready = reqwest::get(format!("http://{listen}/health/ready")).await;
        if ready.is_ok_and(|ready| ready.status().is_success()) {
            return process;
        }
        assert_eq!(process.0.try_wait().unwrap(), None, "{args:?} ended");
        assert!(Instant::now() < until, "{args:?} does not get ready");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// A port that nobody listens on.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// The whole response of a server to an operation.
pub(crate) async fn ask(port: u16, token: Option<&str>, query: &str) -> Value {
    let mut post = reqwest::Client::new().post(format!("http://127.0.0.1:{port}/graphql"));
    if let Some(token) = token {
        post = post.bearer_auth(token);
    }
    post.json(&json!({ "query": query })).send().await.unwrap().json().await.unwrap()
}
