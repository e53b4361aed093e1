//! Cases that failed once, as folders: the subgraphs' SDLs, `data.json`, `query.graphql` and `variables.json`.

use crate::case::{Ready, Verdict};
use serde_json::Value;
use std::fs;
use std::io;
use std::path::Path;

/// Replays one folder; what differs, or nothing.
///
/// # Errors
/// When the folder cannot be read.
pub fn replay(folder: &Path) -> io::Result<Option<String>> {
    let mut sdls = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        if path.extension().is_some_and(|extension| extension == "graphql") && name != "query" {
            sdls.push((name, fs::read_to_string(&path)?));
        }
    }
    sdls.sort();
    let data: Value = serde_json::from_str(&fs::read_to_string(folder.join("data.json"))?)?;
    let variables = serde_json::from_str(&fs::read_to_string(folder.join("variables.json"))?)?;
    let query = fs::read_to_string(folder.join("query.graphql"))?;
    let ready = match Ready::new(&sdls, &data) {
        Ok(ready) => ready,
        Err(refusal) => return Ok(Some(refusal)),
    };
    Ok(match ready.judge_text(&query, &variables) {
        Verdict::Same => None,
        Verdict::Invalid => Some("the operation is not valid".to_owned()),
        Verdict::Differs(how) => Some(how),
    })
}
