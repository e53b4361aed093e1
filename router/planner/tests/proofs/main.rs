//! What plans cost, over graphs composed from subgraphs. In debug builds the planner verifies each of its plans by itself.

mod claims;
mod graphs;

use router_planner::Plan;
use std::collections::BTreeMap;

/// What a plan costs: how many fetches are waited for one after another, and how often each subgraph is asked.
pub(crate) fn cost(plan: &Plan) -> String {
    let mut depth: Vec<usize> = Vec::new();
    let mut asked: BTreeMap<&str, usize> = BTreeMap::new();
    for fetch in &plan.fetches {
        depth.push(1 + fetch.depends_on.iter().map(|dep| depth[dep.0 as usize]).max().unwrap_or(0));
        *asked.entry(&fetch.service).or_default() += 1;
    }
    let asked: Vec<String> = asked.iter().map(|(service, times)| format!("{service} {times}")).collect();
    format!("{} in a row: {}", depth.into_iter().max().unwrap_or(0), asked.join(", "))
}
