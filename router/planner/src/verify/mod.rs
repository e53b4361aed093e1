//! Proof that a plan is sound: what every fetch asks for exists and can be resolved where it is asked, what is sent along was
//! fetched before, and every leaf of the client's answer comes from somewhere.
//!
//! The plan is run without data: each fetch adds to a tree of what the merged data will hold, once for every assignment of
//! the variables that decide what runs. Debug builds do this for every plan.

mod fetch;
mod selection;
mod shape;
mod tree;

use crate::plan::{Condition, Plan, Shape, ShapeKind};
use apollo_compiler::Name;
use indexmap::{IndexMap, IndexSet};
use router_schema::Supergraph;
use std::collections::BTreeSet;
use tree::Tree;

/// Up to this many variables all their assignments are tried, beyond it only the simple ones.
const VARIABLES_MAX: usize = 6;

/// Checks a plan. No findings means that it is sound.
#[must_use]
pub fn verify(supergraph: &Supergraph, plan: &Plan) -> Vec<String> {
    let mut findings = IndexSet::new();
    let ancestors = ancestors(plan, &mut findings);
    let mut keys = IndexMap::new();
    for assignment in assignments(plan) {
        let mut run = Run {
            supergraph,
            plan,
            ancestors: &ancestors,
            assignment,
            tree: Tree::new(),
            keys: &mut keys,
            findings: &mut findings,
        };
        if let Some(root) = supergraph.root(plan.operation) {
            let root = IndexSet::from([root.clone()]);
            run.tree.add_types(0, usize::MAX, &root, &root);
        }
        run.all_fetches();
        run.client_shape();
    }
    findings.extend(keys.into_values().flatten());
    findings.into_iter().collect()
}

/// One run of the plan under one assignment of its variables.
struct Run<'a> {
    supergraph: &'a Supergraph,
    plan: &'a Plan,
    /// Per fetch: all fetches that are done before it starts.
    ancestors: &'a [BTreeSet<usize>],
    assignment: IndexMap<Name, bool>,
    tree: Tree,
    /// By fetch and type of the objects that it is for: why it cannot ask for any of them; none once it can in one of the runs.
    keys: &'a mut IndexMap<(usize, Name), Option<String>>,
    findings: &'a mut IndexSet<String>,
}

impl Run<'_> {
    fn holds(&self, condition: &Condition) -> bool {
        condition.holds(|name| self.assignment.get(name).copied().unwrap_or(false))
    }

    /// The type at the root of the merged data.
    fn root(&self) -> IndexSet<Name> {
        self.supergraph.root(self.plan.operation).into_iter().cloned().collect()
    }

    fn find(&mut self, finding: String) {
        self.findings.insert(finding);
    }
}

fn ancestors(plan: &Plan, findings: &mut IndexSet<String>) -> Vec<BTreeSet<usize>> {
    let mut all: Vec<BTreeSet<usize>> = Vec::new();
    for (at, fetch) in plan.fetches.iter().enumerate() {
        let mut before = BTreeSet::new();
        for dep in &fetch.depends_on {
            let dep = dep.0 as usize;
            match all.get(dep) {
                Some(further) => {
                    before.extend(further.iter().copied());
                    before.insert(dep);
                }
                None => {
                    findings.insert(format!("fetch {at} waits for {dep}, which does not come before it"));
                }
            }
        }
        all.push(before);
    }
    all
}

/// The assignments of the plan's variables to try.
fn assignments(plan: &Plan) -> Vec<IndexMap<Name, bool>> {
    let mut names: IndexSet<Name> = IndexSet::new();
    for fetch in &plan.fetches {
        add_variables(&fetch.condition, &mut names);
    }
    add_shape_variables(&plan.shape, &mut names);
    let names: Vec<Name> = names.into_iter().collect();
    let assign = |value: &dyn Fn(usize) -> bool| {
        names.iter().enumerate().map(|(at, name)| (name.clone(), value(at))).collect()
    };
    if names.len() <= VARIABLES_MAX {
        return (0..1usize << names.len()).map(|bits| assign(&|at| bits >> at & 1 == 1)).collect();
    }
    let mut all = vec![assign(&|_| true), assign(&|_| false)];
    for flipped in 0..names.len() {
        all.push(assign(&|at| at == flipped));
        all.push(assign(&|at| at != flipped));
    }
    all
}

fn add_variables(condition: &Condition, names: &mut IndexSet<Name>) {
    names.extend(condition.any.iter().flatten().map(|test| test.variable.clone()));
}

fn add_shape_variables(shape: &Shape, names: &mut IndexSet<Name>) {
    for field in &shape.fields {
        add_variables(&field.condition, names);
        if let ShapeKind::Object(below) = &field.kind {
            add_shape_variables(below, names);
        }
    }
}
