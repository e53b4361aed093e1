//! The proof of composition against the planner: in random graphs, most of which lack a key that others need, and in the graphs of
//! composition's own cases.
//!
//! `REACHABILITY_SEED` chooses other graphs (default 1), `REACHABILITY_GRAPHS` more of them.

use router_composition::SubgraphSource;
use router_differential::{reachability, sources};
use std::path::Path;

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

fn text(sources: &[SubgraphSource]) -> String {
    sources.iter().map(|source| format!("=== {}\n{}", source.name, source.sdl)).collect()
}

#[test]
fn what_is_proven_has_a_plan_and_what_is_refused_has_none() {
    let seed = number("REACHABILITY_SEED", 1);
    let (mut proven, mut refused, mut queries) = (0, 0, 0);
    let mut differences = Vec::new();
    for number in 0..number("REACHABILITY_GRAPHS", 1_500) {
        let sources = sources(seed * 1_000_003 + number);
        let found = reachability(&sources);
        queries += found.queries;
        match found.is_proven {
            Some(true) => proven += 1,
            Some(false) => refused += 1,
            None => {}
        }
        if !found.differences.is_empty() {
            let what = found.differences.join("\n");
            differences.push(format!("\n\n##### graph {number}:\n{what}\n{}", text(&sources)));
        }
    }
    assert!(
        differences.is_empty(),
        "{} graphs: {}",
        differences.len(),
        differences[..differences.len().min(5)].concat()
    );
    eprintln!("seed {seed}: {proven} graphs proven, {refused} refused, {queries} queries");
    assert!(proven > 100 && refused > 100, "{proven} graphs proven, {refused} refused");
}

#[test]
fn proof_and_planner_agree_on_the_cases_of_composition() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("../composition/tests/cases");
    let (mut proven, mut refused, mut differences) = (0, 0, Vec::new());
    for case in std::fs::read_dir(cases).expect("the folder of cases is there") {
        let case = case.expect("its entries can be read").path();
        let found = reachability(&read(&case.join("subgraphs")));
        proven += usize::from(found.is_proven == Some(true));
        refused += usize::from(found.is_proven == Some(false));
        differences.extend(found.differences.iter().map(|what| format!("{}: {what}", case.display())));
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert!(proven > 25 && refused > 5, "{proven} graphs proven, {refused} refused");
}

fn read(folder: &Path) -> Vec<SubgraphSource> {
    let files = std::fs::read_dir(folder).expect("a case has subgraphs");
    let source = |file: std::fs::DirEntry| {
        let name = file.path().file_stem().expect("files have names").to_string_lossy().into_owned();
        let sdl = std::fs::read_to_string(file.path()).expect("an SDL is text");
        SubgraphSource { name, url: String::new(), sdl }
    };
    files.map(|file| source(file.expect("its entries can be read"))).collect()
}
