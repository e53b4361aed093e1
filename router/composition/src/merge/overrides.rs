//! `@override`: a field moves from one subgraph to another, at once or behind a label.

use super::Merger;
use super::merged::Graph;
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::ingest::Federation;
use apollo_compiler::ast::{Directive, FieldDefinition};
use apollo_compiler::{Name, Node};
use router_schema::apollo_compiler;
use std::collections::BTreeMap;

/// Who overrides a field, and from whom.
#[derive(Debug, Default)]
pub(crate) struct Overrides {
    /// By the overriding subgraph: the source as written, and the label.
    pub(crate) overriding: BTreeMap<Graph, (String, Option<String>)>,
    /// By the overridden subgraph: the label, if there is one.
    pub(crate) overridden: BTreeMap<Graph, Option<String>>,
    /// One of them was refused; what follows from that needs no diagnostic of its own.
    pub(crate) is_refused: bool,
}

impl Overrides {
    /// Whether the subgraph gave the field away for good.
    pub(crate) fn is_gone(&self, graph: Graph) -> bool {
        matches!(self.overridden.get(&graph), Some(None))
    }
}

impl Merger<'_> {
    /// Reads and checks the overrides of one field.
    pub(crate) fn overrides(
        &mut self,
        parent: &Name,
        sources: &[(Graph, &Node<FieldDefinition>)],
    ) -> Overrides {
        let mut overrides = Overrides::default();
        for (graph, field) in sources {
            let subgraph = &self.subgraphs[*graph];
            let Some(directive) = subgraph.first(&field.directives, Federation::Override) else { continue };
            let text = |name| directive.specified_argument_by_name(name).and_then(|value| value.as_str());
            let Some(from) = text("from") else { continue };
            let label = text("label").map(ToOwned::to_owned);
            if let Some((code, message, hint)) = self.override_fault(parent, (*graph, field), sources, from) {
                overrides.is_refused = true;
                self.say_at(code, message, hint, (*graph, directive), (parent, field));
                continue;
            }
            if let Some(label) = label.as_deref().filter(|label| !is_label(label)) {
                let message = format!("\"{label}\" is neither a name nor a percentage");
                overrides.is_refused = true;
                let hint = "write a name such as \"new-pricing\", or \"percent(25)\"".to_owned();
                self.say_at(Code::OverrideLabelInvalid, message, hint, (*graph, directive), (parent, field));
                continue;
            }
            let source = sources.iter().find(|(graph, _)| self.subgraphs[*graph].name == from);
            if let Some((source, overridden)) = source {
                self.note_override((*graph, directive), (*source, overridden), parent, label.as_deref());
                overrides.overridden.insert(*source, label.clone());
            }
            overrides.overriding.insert(*graph, (from.to_owned(), label));
        }
        overrides
    }

    fn override_fault(
        &mut self,
        parent: &Name,
        (graph, field): (Graph, &Node<FieldDefinition>),
        sources: &[(Graph, &Node<FieldDefinition>)],
        from: &str,
    ) -> Option<(Code, String, String)> {
        let subgraph = &self.subgraphs[graph];
        let coordinate = format!("{parent}.{}", field.name);
        if subgraph.schema.get_interface(parent).is_some() {
            let message = format!("{coordinate} is a field of an interface and cannot be overridden");
            return Some((
                Code::OverrideOnInterface,
                message,
                "override it on the implementations".to_owned(),
            ));
        }
        if subgraph.name == from {
            let message = format!("{coordinate} overrides itself: \"{from}\" is this very subgraph");
            return Some((
                Code::OverrideFromSelfError,
                message,
                "name the subgraph that the field moves away from".to_owned(),
            ));
        }
        let collides = |marked: &str, name: &str| {
            let message = format!("{coordinate} cannot be overridden: it is marked @{marked} in {name}");
            Some((
                Code::OverrideCollisionWithAnotherDirective,
                message,
                format!("remove @override or @{marked}"),
            ))
        };
        if subgraph.has(&field.directives, Federation::External) {
            return collides("external", &subgraph.name);
        }
        let Some(index) = self.subgraphs.iter().position(|other| other.name == from) else {
            self.warn_about_missing_source(graph, from, &coordinate, field);
            return None;
        };
        let other = &self.subgraphs[index];
        let Some((_, source)) = sources.iter().find(|(graph, _)| *graph == index) else {
            let message = format!("{coordinate} is overridden from {from}, which no longer has it");
            let note = Diagnostic::note(Code::OverrideDirectiveCanBeRemoved, message)
                .at(subgraph, field.name.location())
                .coordinate(coordinate)
                .hint("remove @override");
            self.diagnostics.push(note);
            return None;
        };
        if other.has(&source.directives, Federation::Override) {
            let message = format!("{coordinate} is overridden from {from}, which overrides it itself");
            return Some((
                Code::OverrideSourceHasOverride,
                message,
                "keep one of the two overrides".to_owned(),
            ));
        }
        for which in [Federation::External, Federation::Requires, Federation::Provides] {
            if other.has(&source.directives, which) {
                return collides(which.spec_name(), from);
            }
        }
        None
    }

    /// What is left to do of a move.
    fn note_override(
        &mut self,
        (graph, directive): (Graph, &Node<Directive>),
        (source, field): (Graph, &Node<FieldDefinition>),
        parent: &Name,
        label: Option<&str>,
    ) {
        let coordinate = format!("{parent}.{}", field.name);
        let (new, old) = (&self.subgraphs[graph], &self.subgraphs[source]);
        let note = match label {
            Some(label) => {
                let message = format!("{coordinate} is moving here from {}, by \"{label}\"", old.name);
                Diagnostic::note(Code::OverrideMigrationInProgress, message)
                    .at(new, directive.location())
                    .hint("remove the label when every request may come here")
            }
            None if !old.terms(parent, &field.name).is_used => {
                let message = format!("{coordinate} is overridden by {} and used by nothing here", new.name);
                Diagnostic::note(Code::OverriddenFieldCanBeRemoved, message)
                    .at(old, field.name.location())
                    .hint("remove the field")
            }
            None => return,
        };
        self.diagnostics.push(note.coordinate(coordinate));
    }

    fn warn_about_missing_source(
        &mut self,
        graph: Graph,
        from: &str,
        coordinate: &str,
        field: &Node<FieldDefinition>,
    ) {
        let names = self.subgraphs.iter().map(|subgraph| subgraph.name.as_str());
        let similar = names.into_iter().find(|name| name.eq_ignore_ascii_case(from));
        let mut warning = Diagnostic::warning(
            Code::FromSubgraphDoesNotExist,
            format!("{coordinate} overrides a field of \"{from}\", which is no subgraph"),
        )
        .at(&self.subgraphs[graph], field.name.location())
        .coordinate(coordinate);
        warning = match similar {
            Some(name) => warning.hint(format!("write \"{name}\"")),
            None => warning.hint("remove @override when the subgraph is gone for good"),
        };
        self.diagnostics.push(warning);
    }

    pub(crate) fn say_at(
        &mut self,
        code: Code,
        message: String,
        hint: String,
        (graph, directive): (Graph, &Node<Directive>),
        (parent, field): (&Name, &Node<FieldDefinition>),
    ) {
        let diagnostic = Diagnostic::error(code, message)
            .at(&self.subgraphs[graph], directive.location())
            .coordinate(format!("{parent}.{}", field.name))
            .hint(hint);
        self.diagnostics.push(diagnostic);
    }
}

/// A name, or `percent(x)` with up to eight decimal places.
fn is_label(label: &str) -> bool {
    if let Some(number) = label.strip_prefix("percent(").and_then(|rest| rest.strip_suffix(')')) {
        let (whole, decimals) = number.split_once('.').unwrap_or((number, "0"));
        let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let is_in_range = || number.parse::<f64>().is_ok_and(|number| number <= 100.0);
        return is_digits(whole) && is_digits(decimals) && decimals.len() <= 8 && is_in_range();
    }
    let mut characters = label.chars();
    characters.next().is_some_and(|first| first.is_ascii_alphabetic())
        && characters.all(|c| c.is_ascii_alphanumeric() || "_-:./".contains(c))
}

#[cfg(test)]
mod tests {
    use super::is_label;

    #[test]
    fn labels_are_names_or_percentages() {
        for good in ["a", "new-pricing", "a/b.c:d_1", "percent(0)", "percent(100)", "percent(12.5)"] {
            assert!(is_label(good), "{good}");
        }
        for bad in
            ["", "1a", "a b", "percent(101)", "percent()", "percent(-1)", "percent(1e1)", "percent(1.)"]
        {
            assert!(!is_label(bad), "{bad}");
        }
    }
}
