//! A file that needs scrolling for its point is two files.

use crate::tree;

/// The most lines a source file may have.
const SOURCE_LINES_MAX: usize = 600;

/// The most lines a test file may have.
const TEST_LINES_MAX: usize = 900;

#[test]
fn no_file_outgrows_its_room() {
    let mut violations = Vec::new();
    for path in tree::all_rust_files() {
        let shown = tree::shown(&path);
        let limit = if shown.contains("tests/") { TEST_LINES_MAX } else { SOURCE_LINES_MAX };
        let lines = tree::text(&path).lines().count();
        if lines > limit {
            violations.push(format!("{shown}: {lines} lines, at most {limit}"));
        }
    }
    tree::expect_none("files that are too long", &violations);
}

/// Names that say nothing of what is inside.
const DRAWERS: [&str; 8] = ["utils", "util", "helpers", "helper", "common", "misc", "types", "manager"];

#[test]
fn no_file_is_a_drawer() {
    let mut violations = Vec::new();
    for path in tree::all_rust_files() {
        let shown = tree::shown(&path);
        if shown.trim_end_matches(".rs").split('/').any(|part| DRAWERS.contains(&part)) {
            violations.push(shown);
        }
    }
    tree::expect_none("files named by no noun", &violations);
}
