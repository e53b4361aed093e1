//! Finding the files that the rules speak about.

use std::path::{Path, PathBuf};

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the root").to_path_buf()
}

/// The folders that hold our crates.
const FAMILIES: [&str; 4] = ["entities", "migrations", "subgraphs", "router"];

/// The folder of every crate of ours, `tests` and `benches` included.
pub(crate) fn crates() -> Vec<PathBuf> {
    let root = root();
    let mut found = vec![root.join("tests"), root.join("benches")];
    for family in FAMILIES {
        let entries = std::fs::read_dir(root.join(family)).expect("each family is a folder of crates");
        found.extend(
            entries
                .map(|entry| entry.expect("readable").path())
                .filter(|path| path.join("Cargo.toml").exists()),
        );
    }
    found.sort();
    found
}

/// Every Rust file below a folder, sorted.
pub(crate) fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                if path.file_name().is_none_or(|name| name != "target" && name != "snapshots") {
                    open.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Every Rust file of every crate of ours.
pub(crate) fn all_rust_files() -> Vec<PathBuf> {
    crates().iter().flat_map(|folder| rust_files(folder)).collect()
}

/// A path as the reader knows it: relative to the root, with forward slashes.
pub(crate) fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string().replace('\\', "/")
}

/// The text of a file.
pub(crate) fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", shown(path)))
}

/// Fails with all violations at once.
pub(crate) fn expect_none(rule: &str, violations: &[String]) {
    assert!(violations.is_empty(), "{rule}:\n  {}\n", violations.join("\n  "));
}
