//! Processes that can be killed and started again.

use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

/// A command to start, and what runs of it.
#[derive(Debug)]
pub struct Process {
    /// What it is called.
    pub name: String,
    program: String,
    args: Vec<String>,
    log: PathBuf,
    child: Option<Child>,
}

impl Process {
    /// A process that is not running yet; what it says goes to `log`.
    pub fn new(name: &str, program: &str, args: &[String], log: PathBuf) -> Self {
        Self { name: name.to_owned(), program: program.to_owned(), args: args.to_vec(), log, child: None }
    }

    /// Starts it, whatever became of it before.
    ///
    /// # Panics
    /// When the program or the log cannot be opened.
    pub fn start(&mut self) {
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
    pub fn has_ended(&mut self) -> bool {
        self.child.as_mut().is_none_or(|child| child.try_wait().is_ok_and(|status| status.is_some()))
    }

    /// SIGKILL.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// SIGTERM, and waits for its end: whoever is asked in this way first finishes what is under way.
    pub fn end(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = Command::new("kill").arg(child.id().to_string()).status();
            let _ = child.wait();
        }
    }

    /// The end of what it said.
    pub fn said(&self) -> String {
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

/// Short commands of `carmen`, with the settings of whoever runs.
#[derive(Clone, Debug)]
pub struct Commands {
    /// Where `carmen` is.
    pub program: String,
    /// What is said with every command.
    pub settings: Vec<String>,
}

/// What a command came to.
#[derive(Debug)]
pub struct Answer {
    /// Whether it did what it was asked.
    pub is_success: bool,
    /// What it said; what it complained about too, when it failed.
    pub text: String,
}

impl Commands {
    /// The `carmen` beside this program, or the one that the variable CARMEN names.
    ///
    /// # Panics
    /// When the program does not know where it is.
    #[must_use]
    pub fn new(settings: Vec<String>) -> Self {
        let built = std::env::current_exe().expect("a program knows where it is");
        let beside =
            || built.ancestors().nth(2).expect("tests lie in deps").join("carmen").display().to_string();
        Self { program: std::env::var("CARMEN").unwrap_or_else(|_| beside()), settings }
    }

    /// Runs a command to its end.
    ///
    /// # Panics
    /// When the program cannot be started.
    pub async fn run(&self, args: &[&str]) -> Answer {
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
