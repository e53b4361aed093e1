//! Goldens: committed text that a test compares with what the code says today.

use std::path::Path;

use crate::subgraph::Subgraph;

/// Set to 1, tests rewrite their goldens instead of comparing; the diff is then reviewed like code.
const ACCEPT: &str = "CARMEN_ACCEPT";

/// Compares `text` with the committed file at `path`.
///
/// # Panics
/// When they differ: the message names the first line that does, and how to accept the change.
#[track_caller]
pub fn check_golden(path: impl AsRef<Path>, text: &str) {
    let path = path.as_ref();
    if std::env::var(ACCEPT).is_ok_and(|value| value == "1") {
        std::fs::write(path, text).unwrap_or_else(|error| panic!("cannot write {}: {error}", path.display()));
        return;
    }
    let golden = std::fs::read_to_string(path).unwrap_or_default();
    if golden == text {
        return;
    }
    let (mut old, mut new) = (golden.lines(), text.lines());
    let line = (1..).zip(std::iter::from_fn(|| match (old.next(), new.next()) {
        (None, None) => None,
        pair => Some(pair),
    }));
    let first = line.into_iter().find(|(_, (old, new))| old != new);
    panic!("{} is stale; first difference: {first:?}; accept it with {ACCEPT}=1", path.display());
}

/// Compares the subgraph's SDL with `schema.graphql` in `crate_dir` (pass `env!("CARGO_MANIFEST_DIR")`).
///
/// # Panics
/// When they differ.
#[track_caller]
pub fn check_sdl(crate_dir: &str, subgraph: &Subgraph) {
    check_golden(Path::new(crate_dir).join("schema.graphql"), subgraph.sdl());
}
