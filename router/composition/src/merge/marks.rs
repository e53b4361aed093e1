//! Descriptions and the directives that reach the supergraph.

use super::merged::Graph;
use crate::ingest::{Directives, Federation, Subgraph};
use apollo_compiler::ast::{Argument, Directive, Value};
use apollo_compiler::{Name, Node};
use indexmap::IndexMap;
use router_schema::apollo_compiler;
use std::collections::BTreeSet;

/// The description that most subgraphs give; of equally many the first.
pub(crate) fn description<'a>(all: impl Iterator<Item = Option<&'a Node<str>>>) -> Option<Node<str>> {
    let mut counts: IndexMap<&str, usize> = IndexMap::new();
    for text in all.flatten().filter(|text| !text.trim().is_empty()) {
        *counts.entry(text.as_str()).or_default() += 1;
    }
    let most = counts.values().copied().max()?;
    counts.iter().find(|(_, count)| **count == most).map(|(text, _)| Node::new_str(text))
}

/// The merged directives of one element, under their usual names and in a fixed order.
pub(crate) fn merge<D: Directives>(subgraphs: &[Subgraph], sources: &[(Graph, &D)]) -> Vec<Directive> {
    let all = |which: Federation| {
        sources
            .iter()
            .flat_map(move |(graph, directives)| subgraphs[*graph].all(*directives, which))
            .collect::<Vec<_>>()
    };
    let mut merged = Vec::new();
    for which in [Federation::Inaccessible, Federation::Authenticated] {
        if !all(which).is_empty() {
            merged.push(directive(which.spec_name(), Vec::new()));
        }
    }
    merged.extend(security(Federation::RequiresScopes, "scopes", &all(Federation::RequiresScopes)));
    merged.extend(security(Federation::Policy, "policies", &all(Federation::Policy)));
    let tags: BTreeSet<_> = all(Federation::Tag).into_iter().filter_map(|tag| string(tag, "name")).collect();
    merged
        .extend(tags.into_iter().map(|tag| directive("tag", vec![("name", Value::String(tag.to_owned()))])));
    merged.extend(cost(&all(Federation::Cost)));
    if let Some(size) = all(Federation::ListSize).first() {
        merged.push(Directive { name: name("listSize"), arguments: size.arguments.clone() });
    }
    for built_in in ["specifiedBy", "deprecated", "oneOf"] {
        let found = sources.iter().flat_map(|(_, directives)| directives.named(built_in)).next();
        merged.extend(found.map(|found| Directive::clone(found)));
    }
    merged
}

/// Scopes and policies are alternatives of conjunctions. Whoever reads the merged field must satisfy every subgraph that asks
/// for some, so each alternative of one is joined with each of the other.
fn security(which: Federation, argument: &str, applications: &[&Node<Directive>]) -> Option<Directive> {
    let mut combined: Option<BTreeSet<BTreeSet<String>>> = None;
    for application in applications {
        let alternatives: BTreeSet<BTreeSet<String>> = application
            .specified_argument_by_name(argument)
            .and_then(|value| value.as_list())
            .unwrap_or_default()
            .iter()
            .map(|all| {
                all.as_list()
                    .unwrap_or_default()
                    .iter()
                    .filter_map(|one| one.as_str())
                    .map(str::to_owned)
                    .collect()
            })
            .collect();
        combined = Some(match combined {
            None => alternatives,
            Some(so_far) => so_far
                .iter()
                .flat_map(|left| alternatives.iter().map(move |right| left.union(right).cloned().collect()))
                .collect(),
        });
    }
    let list = |items: Vec<Value>| Value::List(items.into_iter().map(Node::new).collect());
    let alternatives =
        combined?.into_iter().map(|all| list(all.into_iter().map(Value::String).collect())).collect();
    Some(directive(which.spec_name(), vec![(argument, list(alternatives))]))
}

/// The dearest of the costs: an estimate may be too high but not too low.
fn cost(applications: &[&Node<Directive>]) -> Option<Directive> {
    let weight =
        |one: &&&Node<Directive>| one.specified_argument_by_name("weight").and_then(|value| value.to_i32());
    let dearest = applications.iter().max_by_key(weight)?;
    Some(Directive { name: name("cost"), arguments: dearest.arguments.clone() })
}

pub(crate) fn directive(name_text: &str, arguments: Vec<(&str, Value)>) -> Directive {
    let arguments = arguments
        .into_iter()
        .map(|(argument, value)| Node::new(Argument { name: name(argument), value: Node::new(value) }))
        .collect();
    Directive { name: name(name_text), arguments }
}

fn string<'a>(directive: &'a Directive, argument: &str) -> Option<&'a str> {
    directive.specified_argument_by_name(argument).and_then(|value| value.as_str())
}

fn name(text: &str) -> Name {
    Name::new_unchecked(text)
}
