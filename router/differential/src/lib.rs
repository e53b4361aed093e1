//! The net that catches what examples miss: random federated graphs with random data are asked random operations twice, once
//! through planner and executor over their subgraphs, once as ONE schema over all the data. The answers must be the same.
//!
//! [`run`] draws graphs from a seed (`graph` on top of `draft`), gives them data (`data`), and asks operations (`operation`);
//! `router_fixture::difference` says when two answers are the same, `shrink` makes what fails small, and the outcome is a
//! fixture: a folder ready to be copied to `router/fixture/tests/cases`, where it keeps the fault from coming back. For tests
//! only; nothing in production depends on it.

mod case;
mod data;
mod dice;
mod draft;
mod graph;
mod operation;
mod reachability;
mod shrink;

pub use reachability::{Reachability, reachability};

use case::{Ready, Verdict};
use dice::Dice;
use operation::Operation;
use router_composition::SubgraphSource;
use serde_json::json;
use shrink::Failure;
use std::collections::BTreeMap;
use std::time::Duration;

/// What a run came to.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The graphs that composed.
    pub graphs: usize,
    /// The graphs that did not compose, by the code of the first error.
    pub refused: BTreeMap<String, usize>,
    /// The operations answered twice.
    pub operations: usize,
    /// The operations drawn that were not valid.
    pub invalid: usize,
    /// The cases in which the answers differ, small and ready to be copied.
    pub failures: Vec<String>,
}

/// Draws graphs from the seeds until `graphs` of them compose, and asks `operations` valid operations of each.
#[must_use]
pub fn run(seeds: impl IntoIterator<Item = u64>, graphs: usize, operations: usize) -> Report {
    let mut report = Report::default();
    for seed in seeds {
        if report.graphs == graphs || report.failures.len() >= 5 {
            break;
        }
        graph(seed, operations, &mut report);
    }
    report
}

/// The subgraphs of a random graph in which three of four lack a key: it is there, but does not resolve.
#[must_use]
pub fn sources(seed: u64) -> Vec<SubgraphSource> {
    let mut dice = Dice::new(seed);
    let is_loose = dice.chance(30);
    let mut sdls = graph::subgraphs(&mut dice, is_loose);
    for _ in 0..dice.roll(4) {
        let at = dice.roll(sdls.len());
        let keys: Vec<usize> = sdls[at].1.match_indices("\") ").map(|(at, _)| at + 1).collect();
        let is_key = |place: &usize| {
            sdls[at].1[..*place].rsplit('@').next().is_some_and(|last| last.starts_with("key("))
        };
        let keys: Vec<usize> = keys.into_iter().filter(is_key).collect();
        if !keys.is_empty() {
            let place = *dice.pick(&keys);
            sdls[at].1.insert_str(place, ", resolvable: false");
        }
    }
    let source = |(name, sdl)| SubgraphSource { name, url: String::new(), sdl };
    sdls.into_iter().map(source).collect()
}

fn graph(seed: u64, operations: usize, report: &mut Report) {
    let mut dice = Dice::new(seed);
    // Subgraphs that disagree on nullability and data that break it would cut different things off.
    let (is_loose, is_faulty) = [(false, false), (true, false), (false, true)][dice.roll(3)];
    let sdls = graph::subgraphs(&mut dice, is_loose);
    let bare = match Ready::new(&sdls, &json!({})) {
        Ok(bare) => bare,
        Err(refusal) => {
            let code = refusal.split(['[', ']']).nth(1).unwrap_or(&refusal).to_owned();
            *report.refused.entry(code).or_default() += 1;
            return;
        }
    };
    let data = data::data(&mut dice, bare.world.supergraph(), is_faulty);
    let ready = Ready::new(&sdls, &data).expect("it composed before, and data are JSON");
    report.graphs += 1;
    let (mut asked, mut drawn) = (0, 0);
    while asked < operations && drawn < operations * 4 {
        drawn += 1;
        let operation = Operation::random(&mut dice, &ready.world.supergraph().api);
        if asked == 0 && !ready.is_planned_alike(&operation) {
            report.failures.push(format!("seed {seed}: two plans for one operation: {}", operation.text()));
        }
        match ready.judge(&operation) {
            Verdict::Invalid => report.invalid += 1,
            Verdict::Same => asked += 1,
            Verdict::Differs(_) => {
                let failure = Failure { sdls: sdls.clone(), data: data.clone(), operation };
                report.failures.push(describe(seed, failure));
                break;
            }
        }
    }
    report.operations += asked;
}

fn describe(seed: u64, failure: Failure) -> String {
    let seconds = std::env::var("DIFFERENTIAL_SHRINK").ok().and_then(|text| text.parse().ok()).unwrap_or(40);
    let small = shrink::shrink(failure, Duration::from_secs(seconds));
    let verdict = Ready::new(&small.sdls, &small.data).map(|ready| ready.judge(&small.operation));
    let folder = case::folder(&small.sdls, &small.data, &small.operation);
    match verdict {
        Ok(Verdict::Differs(how)) => format!("seed {seed}: {how}\n{folder}"),
        other => format!("seed {seed}: {other:?}\n{folder}"),
    }
}
