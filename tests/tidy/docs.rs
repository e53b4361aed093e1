//! Every file opens by saying what it owns; the project speaks of itself only.

use crate::tree;

#[test]
fn every_file_says_what_it_is() {
    let violations: Vec<String> = tree::all_rust_files()
        .into_iter()
        .filter(|path| !tree::text(path).trim_start().starts_with("//!"))
        .map(|path| tree::shown(&path))
        .collect();
    tree::expect_none("files without an opening `//!`", &violations);
}

#[test]
fn every_service_has_a_readme() {
    let violations: Vec<String> = tree::crates()
        .into_iter()
        .filter(|folder| tree::shown(folder).starts_with("subgraphs/"))
        .filter(|folder| !folder.join("README.md").exists())
        .map(|folder| tree::shown(&folder))
        .collect();
    tree::expect_none("services without a README.md", &violations);
}
