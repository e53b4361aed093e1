//! Speaking to whoever started the process: answers on standard output, everything else on standard error.

use std::io::Write;

/// Prints an answer on standard output. A closed pipe (`carmen plan … | head`) is no error.
pub fn say(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// Prints a remark on standard error.
pub fn complain(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}
