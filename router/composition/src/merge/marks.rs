//! Descriptions and the directives that reach the supergraph.

use super::Merger;
use super::merged::{Graph, Notes};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::ingest::{Directives, Federation};
use apollo_compiler::ast::{Argument, Directive, Value};
use apollo_compiler::{Name, Node};
use indexmap::IndexMap;
use router_schema::apollo_compiler;
use std::collections::BTreeSet;
use std::rc::Rc;

/// One element in one subgraph: its description and its directives.
pub(crate) type Source<'a, D> = (Graph, Option<&'a Node<str>>, &'a D);

type Applications<'a> = Vec<(Graph, &'a Node<Directive>)>;

impl Merger<'_> {
    /// The description and the directives of a merged element.
    pub(crate) fn notes<D: Directives>(&mut self, coordinate: &str, sources: &[Source<'_, D>]) -> Notes {
        let description =
            self.description(coordinate, sources.iter().map(|(graph, text, _)| (*graph, *text)));
        Notes { description, marks: self.marks(coordinate, sources) }
    }

    /// The description that most subgraphs give; of equally many the first.
    fn description<'d>(
        &mut self,
        coordinate: &str,
        all: impl Iterator<Item = (Graph, Option<&'d Node<str>>)>,
    ) -> Option<Node<str>> {
        let mut counts: IndexMap<&str, (usize, Graph, &Node<str>)> = IndexMap::new();
        for (graph, text) in all.filter_map(|(graph, text)| Some((graph, text?))) {
            if !text.trim().is_empty() {
                counts.entry(text.trim()).or_insert((0, graph, text)).0 += 1;
            }
        }
        let most = counts.values().map(|(count, ..)| *count).max()?;
        let (chosen, _) = counts.iter().find(|(_, (count, ..))| *count == most)?;
        // What subgraphs add to a root is described as theirs.
        let is_root = matches!(coordinate, "Query" | "Mutation" | "Subscription" | "schema");
        let other = counts.iter().find(|(text, _)| *text != chosen && !is_root);
        if let Some((_, (_, graph, text))) = other {
            let message = format!("{coordinate} is described differently elsewhere; this text is not shown");
            let note = Diagnostic::note(Code::InconsistentDescription, message)
                .at(&self.subgraphs[*graph], text.location())
                .coordinate(coordinate)
                .hint("describe it alike everywhere, or only where it is at home");
            self.diagnostics.push(note);
        }
        Some(Node::new_str(chosen))
    }

    /// The merged directives of one element, under their usual names and in a fixed order.
    pub(crate) fn marks<D: Directives>(
        &mut self,
        coordinate: &str,
        sources: &[Source<'_, D>],
    ) -> Vec<Directive> {
        let subgraphs = self.subgraphs;
        let all = |which: Federation| -> Applications<'_> {
            let of = |(graph, _, directives): &(Graph, _, _)| (*graph, *directives);
            sources
                .iter()
                .map(of)
                .flat_map(|(graph, list): (Graph, &D)| {
                    subgraphs[graph].all(list, which).map(move |one| (graph, one))
                })
                .collect()
        };
        let mut merged = Vec::new();
        for which in [Federation::Inaccessible, Federation::Authenticated] {
            if !all(which).is_empty() {
                merged.push(directive(which.spec_name(), Vec::new()));
            }
        }
        type Merge = fn(&[&Node<Directive>]) -> Option<Directive>;
        let combined: [(Federation, Merge); 4] = [
            (Federation::RequiresScopes, |all| security(Federation::RequiresScopes, "scopes", all)),
            (Federation::Policy, |all| security(Federation::Policy, "policies", all)),
            (Federation::Cost, cost),
            (Federation::ListSize, list_size),
        ];
        for (which, merge) in combined {
            let applications = all(which);
            let plain: Vec<_> = applications.iter().map(|(_, one)| *one).collect();
            merged.extend(merge(&plain));
            let code = Code::MergedNonRepeatableDirectiveArguments;
            self.note_differing(code, coordinate, which.spec_name(), &applications);
        }
        let tags = all(Federation::Tag);
        let tags: BTreeSet<_> = tags.into_iter().filter_map(|(_, tag)| string(tag, "name")).collect();
        merged.extend(
            tags.into_iter().map(|tag| directive("tag", vec![("name", Value::String(tag.to_owned()))])),
        );
        for built_in in ["specifiedBy", "deprecated", "oneOf"] {
            let found = named(sources, built_in, |_| true);
            merged.extend(self.most_common(coordinate, built_in, &found));
        }
        merged.extend(self.composed_marks(coordinate, sources));
        merged
    }

    /// The directives that `@composeDirective` asks for.
    fn composed_marks<D: Directives>(
        &mut self,
        coordinate: &str,
        sources: &[Source<'_, D>],
    ) -> Vec<Directive> {
        let mut merged = Vec::new();
        for composed in Rc::clone(&self.composed).iter() {
            let found = named(sources, &composed.definition.name, |graph| composed.graphs.contains(&graph));
            if composed.definition.repeatable {
                let mut seen = BTreeSet::new();
                let new = found.iter().filter(|(_, one)| seen.insert(arguments_text(one)));
                merged.extend(new.map(|(_, one)| Directive::clone(one)));
            } else {
                merged.extend(self.most_common(coordinate, &composed.definition.name, &found));
            }
        }
        merged
    }

    /// The application that most subgraphs agree on; of equally many the first.
    fn most_common(
        &mut self,
        coordinate: &str,
        name: &str,
        applications: &Applications<'_>,
    ) -> Option<Directive> {
        let mut counts: IndexMap<String, (usize, &Node<Directive>)> = IndexMap::new();
        for (_, application) in applications {
            counts.entry(arguments_text(application)).or_insert((0, application)).0 += 1;
        }
        let most = counts.values().map(|(count, _)| *count).max()?;
        let (_, chosen) = counts.values().find(|(count, _)| *count == most)?;
        self.note_differing(
            Code::InconsistentNonRepeatableDirectiveArguments,
            coordinate,
            name,
            applications,
        );
        Some(Directive::clone(chosen))
    }

    fn note_differing(&mut self, code: Code, coordinate: &str, name: &str, applications: &Applications<'_>) {
        let Some((_, first)) = applications.first() else { return };
        let first = arguments_text(first);
        let Some((graph, odd)) = applications.iter().find(|(_, one)| arguments_text(one) != first) else {
            return;
        };
        let spread = self.spread_of(
            applications.iter().map(|(graph, one)| (*graph, format!("@{name}{}", arguments_text(one)))),
        );
        let (message, hint) = if code == Code::MergedNonRepeatableDirectiveArguments {
            (
                format!("the arguments of @{name} on {coordinate} were merged: {spread}"),
                "see that what comes of it is meant",
            )
        } else {
            (
                format!(
                    "@{name} on {coordinate} has different arguments, of which the commonest are kept: {spread}"
                ),
                "write the same arguments everywhere",
            )
        };
        let note = Diagnostic::note(code, message).at(&self.subgraphs[*graph], odd.location());
        self.diagnostics.push(note.coordinate(coordinate).hint(hint));
    }
}

fn named<'a, D: Directives>(
    sources: &[Source<'a, D>],
    name: &'a str,
    is_wanted: impl Fn(Graph) -> bool,
) -> Applications<'a> {
    sources
        .iter()
        .filter(|(graph, ..)| is_wanted(*graph))
        .flat_map(|(graph, _, directives)| directives.named(name).map(move |one| (*graph, one)))
        .collect()
}

/// The arguments in one order, to compare applications by.
fn arguments_text(directive: &Directive) -> String {
    let mut arguments: Vec<_> = directive
        .arguments
        .iter()
        .map(|argument| format!("{}: {}", argument.name, argument.value.serialize().no_indent()))
        .collect();
    arguments.sort();
    if arguments.is_empty() { String::new() } else { format!("({})", arguments.join(", ")) }
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

/// The longest list, whatever slices or is sized anywhere, and one slicing argument demanded only where all demand it.
fn list_size(applications: &[&Node<Directive>]) -> Option<Directive> {
    let (first, rest) = applications.split_first()?;
    if rest.is_empty() {
        return Some(Directive { name: name("listSize"), arguments: first.arguments.clone() });
    }
    let given = |argument: &'static str| {
        applications.iter().filter_map(move |one| one.specified_argument_by_name(argument))
    };
    let mut arguments = Vec::new();
    if let Some(longest) = given("assumedSize").max_by_key(|value| value.to_i32()) {
        arguments.push(("assumedSize", Value::clone(longest)));
    }
    for lists in ["slicingArguments", "sizedFields"] {
        let named = given(lists).flat_map(|list| list.as_list().unwrap_or_default());
        let union: BTreeSet<_> = named.filter_map(|one| one.as_str()).collect();
        if given(lists).next().is_some() {
            let items = union.into_iter().map(|one| Node::new(Value::String(one.to_owned()))).collect();
            arguments.push((lists, Value::List(items)));
        }
    }
    if given("requireOneSlicingArgument").next().is_some() {
        let is_demanded = given("requireOneSlicingArgument").all(|value| value.to_bool() != Some(false));
        arguments.push(("requireOneSlicingArgument", Value::Boolean(is_demanded)));
    }
    Some(directive("listSize", arguments))
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
