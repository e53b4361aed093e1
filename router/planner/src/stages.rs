//! How a plan came about, stage by stage, for people: `carmen plan --stages`.

use crate::normalize::NormalField;
use crate::plan::Plan;
use crate::render;
use crate::search::Cursor;
use crate::targets::Candidate;
use apollo_compiler::Name;
use indexmap::IndexSet;
use router_schema::{SubgraphId, Supergraph};
use std::collections::HashMap;
use std::fmt::{self, Write};

/// The stages of planning one operation. Prints them under headings, in order.
#[derive(Clone, Debug)]
pub struct Stages {
    /// The operation with fragments inlined and conditions collected.
    pub normal: String,
    /// Where a field could go, with what each way costs; only fields that leave the subgraph they are met in.
    pub options: String,
    /// The normal operation with the subgraphs that serve each field.
    pub tree: String,
    /// The fetches and what each waits for.
    pub dag: String,
    /// The plan.
    pub plan: Plan,
}

impl fmt::Display for Stages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stages = [
            ("Normal operation", &self.normal),
            ("Options", &self.options),
            ("Chosen tree", &self.tree),
            ("Fetches", &self.dag),
        ];
        for (heading, text) in stages {
            writeln!(f, "# {heading}\n{text}")?;
        }
        write!(f, "# Plan\n{}", self.plan)
    }
}

/// What a search writes down on its way when somebody wants to see it.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    options: String,
    /// By the client's field: who serves it.
    served: HashMap<u32, IndexSet<SubgraphId>>,
}

impl Trace {
    pub(crate) fn serves(&mut self, field: &NormalField, subgraph: SubgraphId) {
        self.served.entry(field.origin).or_default().insert(subgraph);
    }

    /// A field of the object under the cursor and the ways to it.
    pub(crate) fn jumps(
        &mut self,
        supergraph: &Supergraph,
        cursor: &Cursor,
        field: &NormalField,
        candidates: &[Candidate<(SubgraphId, Name)>],
    ) {
        let path = render::path(&cursor.path);
        let dot = if path.is_empty() { "" } else { "." };
        let from = &supergraph.subgraph(cursor.subgraph).name;
        let _ = writeln!(self.options, "{path}{dot}{} from {from}:", field.key);
        for candidate in candidates {
            let (subgraph, ty) = &candidate.target;
            self.option(&format!("{} as {ty}", supergraph.subgraph(*subgraph).name), candidate.cost);
        }
    }

    /// A root field and the subgraphs that it can be asked of.
    pub(crate) fn roots(
        &mut self,
        supergraph: &Supergraph,
        field: &NormalField,
        candidates: &[Candidate<SubgraphId>],
    ) {
        let _ = writeln!(self.options, "{} at the root:", field.key);
        for candidate in candidates {
            self.option(&supergraph.subgraph(candidate.target).name, candidate.cost);
        }
    }

    fn option(&mut self, target: &str, cost: crate::targets::Cost) {
        let crate::targets::Cost { missing, hops, fetches, .. } = cost;
        let _ = write!(self.options, "  {target}: {hops} hops, {fetches} more fetches");
        if missing > 0 {
            let _ = write!(self.options, ", {missing} fields stay open");
        }
        self.options.push('\n');
    }

    pub(crate) fn finish(self, supergraph: &Supergraph, fields: &[NormalField], plan: Plan) -> Stages {
        let (mut normal, mut tree) = (String::new(), String::new());
        print(fields, 0, &mut normal, &|_| String::new());
        print(fields, 0, &mut tree, &|field| {
            let served = self.served.get(&field.origin).into_iter().flatten();
            let names: Vec<&str> = served.map(|id| supergraph.subgraph(*id).name.as_str()).collect();
            if names.is_empty() { String::new() } else { format!("  <- {}", names.join(", ")) }
        });
        Stages { normal, options: self.options, tree, dag: dag(&plan), plan }
    }
}

fn print(fields: &[NormalField], depth: usize, out: &mut String, remark: &dyn Fn(&NormalField) -> String) {
    for field in fields {
        out.push_str(&"  ".repeat(depth));
        if field.key != field.name {
            let _ = write!(out, "{}: ", field.key);
        }
        out.push_str(&field.name);
        for (at, argument) in field.arguments.iter().enumerate() {
            let open = if at == 0 { "(" } else { ", " };
            let _ = write!(out, "{open}{}: {}", argument.name, argument.value.serialize().no_indent());
        }
        if !field.arguments.is_empty() {
            out.push(')');
        }
        if let Some(on) = &field.on {
            let names: Vec<&str> = on.iter().map(Name::as_str).collect();
            let _ = write!(out, " on {}", names.join("|"));
        }
        if let Some(guard) = render::guard(&field.condition) {
            let _ = write!(out, " {guard}");
        }
        out.push_str(&remark(field));
        out.push('\n');
        print(&field.fields, depth + 1, out, remark);
    }
}

fn dag(plan: &Plan) -> String {
    let mut out = String::new();
    for fetch in &plan.fetches {
        let _ = write!(out, "{} {}", fetch.id.0, fetch.service);
        if !fetch.path.is_empty() {
            let places: Vec<String> = fetch.places().map(render::path).collect();
            let _ = write!(out, " at {}", places.join(", "));
        }
        if !fetch.depends_on.is_empty() {
            let before: Vec<String> = fetch.depends_on.iter().map(|dep| dep.0.to_string()).collect();
            let _ = write!(out, " after {}", before.join(", "));
        }
        if let Some(guard) = render::guard(&fetch.condition) {
            let _ = write!(out, " {guard}");
        }
        out.push('\n');
    }
    out
}
