//! Processes that can be killed and started again.

use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

/// A command to start, and what runs of it.
#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) name: String,
    program: String,
    args: Vec<String>,
    log: PathBuf,
    child: Option<Child>,
}

impl Process {
    /// A process that is not running yet; what it says goes to `log`.
    pub(crate) fn new(name: &str, program: &str, args: &[String], log: PathBuf) -> Self {
        Self { name: name.to_owned(), program: program.to_owned(), args: args.to_vec(), log, child: None }
    }

    pub(crate) fn start(&mut self) {
        let log = File::options().create(true).append(true).open(&self.log).expect("a log can be written");
        let mut command = Command::new(&self.program);
        command
            .args(&self.args)
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a file has two handles"));
        // Outside of the tree, where whoever it runs as may be.
        command.stderr(log).current_dir("/tmp");
        self.child =
            Some(command.spawn().unwrap_or_else(|error| panic!("{} does not start: {error}", self.program)));
    }

    /// Whether it ended by itself.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.as_mut().is_none_or(|child| child.try_wait().is_ok_and(|status| status.is_some()))
    }

    /// SIGKILL.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// The end of what it said.
    pub(crate) fn said(&self) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(30)..].join("\n")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Short commands of `carmen`, with the settings of the fleet.
#[derive(Clone, Debug)]
pub(crate) struct Commands {
    pub(crate) program: String,
    pub(crate) settings: Vec<String>,
}

/// What a command came to.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) is_success: bool,
    pub(crate) text: String,
}

impl Commands {
    /// Runs a command to its end.
    pub(crate) async fn run(&self, args: &[&str]) -> Answer {
        let mut command = Command::new(&self.program);
        command.args(args).args(&self.settings).stdin(Stdio::null());
        let ran =
            tokio::task::spawn_blocking(move || command.output()).await.expect("a command is waited for");
        let Output { status, stdout, stderr } =
            ran.unwrap_or_else(|error| panic!("carmen does not start: {error}"));
        let mut text = String::from_utf8_lossy(&stdout).trim().to_owned();
        if !status.success() {
            text.push_str(&String::from_utf8_lossy(&stderr));
        }
        Answer { is_success: status.success(), text }
    }
}
