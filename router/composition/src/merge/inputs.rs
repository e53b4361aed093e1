//! Arguments and input objects: what every subgraph accepts.
//!
//! Only what all subgraphs know is kept, since a client's value may be sent to any of them; something required may not be
//! dropped.

use super::merged::{Graph, JoinField, MergedInput};
use super::{Definitions, Merger, field_types};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use apollo_compiler::ast::{FieldDefinition, InputValueDefinition, Value};
use apollo_compiler::{Name, Node};
use indexmap::IndexMap;
use router_schema::apollo_compiler;

/// The definitions of one argument or input field, with the subgraph of each.
type Sources<'a> = Vec<(Graph, &'a Node<InputValueDefinition>)>;

/// How the two kinds of input speak of themselves.
struct Wording {
    required_missing: Code,
    dropped: Code,
    type_mismatch: Code,
    default_mismatch: Code,
    noun: &'static str,
}

const ARGUMENT: Wording = Wording {
    required_missing: Code::RequiredArgumentMissingInSomeSubgraph,
    dropped: Code::InconsistentArgumentPresence,
    type_mismatch: Code::FieldArgumentTypeMismatch,
    default_mismatch: Code::FieldArgumentDefaultMismatch,
    noun: "argument",
};

const INPUT_FIELD: Wording = Wording {
    required_missing: Code::RequiredInputFieldMissingInSomeSubgraph,
    dropped: Code::InconsistentInputObjectField,
    type_mismatch: Code::FieldTypeMismatch,
    default_mismatch: Code::InputFieldDefaultMismatch,
    noun: "input field",
};

impl Merger<'_> {
    pub(crate) fn merge_arguments(
        &mut self,
        parent: &Name,
        field: &Name,
        owners: &[(Graph, &Node<FieldDefinition>)],
    ) -> IndexMap<Name, MergedInput> {
        let mut arguments: IndexMap<Name, Sources<'_>> = IndexMap::new();
        let contextual = self.contextual_arguments(parent, field, owners);
        for (graph, owner) in owners {
            for argument in owner.arguments.iter().filter(|argument| !contextual.contains(&argument.name)) {
                arguments.entry(argument.name.clone()).or_default().push((*graph, argument));
            }
        }
        let expected: Vec<_> = owners.iter().map(|(graph, _)| *graph).collect();
        let coordinate = |name: &Name| format!("{parent}.{field}({name}:)");
        self.merge_inputs(&arguments, &expected, &ARGUMENT, &coordinate)
    }

    pub(crate) fn merge_input_object(
        &mut self,
        name: &Name,
        definitions: &Definitions<'_>,
    ) -> IndexMap<Name, MergedInput> {
        let mut fields: IndexMap<Name, Sources<'_>> = IndexMap::new();
        for (graph, definition) in definitions {
            for field in definition.as_input_object().into_iter().flat_map(|input| input.fields.values()) {
                fields.entry(field.name.clone()).or_default().push((*graph, &field.node));
            }
        }
        let expected: Vec<_> = definitions.iter().map(|(graph, _)| *graph).collect();
        let mut merged =
            self.merge_inputs(&fields, &expected, &INPUT_FIELD, &|field| format!("{name}.{field}"));
        for (field, merged) in &mut merged {
            let differs = fields[field].iter().any(|(_, source)| *source.ty != merged.ty);
            if differs {
                let joins = fields[field].iter().map(|(graph, source)| JoinField {
                    ty: Some(source.ty.as_ref().clone()),
                    ..JoinField::plain(*graph)
                });
                merged.join = Some(joins.collect());
            }
        }
        if merged.is_empty() && expected.len() > 1 {
            let message =
                format!("the subgraphs {} have no field of {name} in common", self.listed(&expected));
            let (graph, first) = definitions[0];
            let diagnostic = Diagnostic::error(Code::EmptyMergedInputType, message)
                .at(&self.subgraphs[graph], first.name().location())
                .coordinate(name.as_str())
                .hint("rename the input type in one of them, or add a common field");
            self.diagnostics.push(diagnostic);
        }
        merged
    }

    fn merge_inputs(
        &mut self,
        inputs: &IndexMap<Name, Sources<'_>>,
        expected: &[Graph],
        wording: &Wording,
        coordinate: &dyn Fn(&Name) -> String,
    ) -> IndexMap<Name, MergedInput> {
        let mut merged = IndexMap::new();
        for (name, sources) in inputs {
            if sources.len() < expected.len() {
                self.report_missing(sources, expected, wording, &coordinate(name));
                continue;
            }
            let types: Vec<_> = sources.iter().map(|(_, input)| input.ty.as_ref()).collect();
            let Some(ty) = field_types::input(&types) else {
                let spread = self
                    .spread_of(sources.iter().map(|(graph, input)| (*graph, format!("\"{}\"", input.ty))));
                let message =
                    format!("the {} {} has types that do not fit: {spread}", wording.noun, coordinate(name));
                self.say_input(
                    wording.type_mismatch,
                    message,
                    "give it one type; only nullability may differ",
                    odd_one(sources, |i| i.ty.to_string()),
                    coordinate(name),
                );
                continue;
            };
            if types.iter().any(|one| **one != ty) {
                let odd = sources.iter().find(|(_, input)| *input.ty != ty).copied().unwrap_or(sources[0]);
                let spread = self
                    .spread_of(sources.iter().map(|(graph, input)| (*graph, format!("\"{}\"", input.ty))));
                let message =
                    format!("the {} {} is \"{ty}\" in the graph: {spread}", wording.noun, coordinate(name));
                self.note_input(Code::InconsistentButCompatibleArgumentType, message, odd, coordinate(name));
            }
            let default = self.merge_default(sources, wording, &coordinate(name));
            let elements: Vec<_> = sources
                .iter()
                .map(|(graph, input)| (*graph, input.description.as_ref(), &input.directives))
                .collect();
            let notes = self.notes(&coordinate(name), &elements);
            merged.insert(name.clone(), MergedInput { notes, ty, default, join: None });
        }
        merged
    }

    fn report_missing(
        &mut self,
        sources: &Sources<'_>,
        expected: &[Graph],
        wording: &Wording,
        coordinate: &str,
    ) {
        let present: Vec<_> = sources.iter().map(|(graph, _)| *graph).collect();
        let missing: Vec<_> = expected.iter().copied().filter(|graph| !present.contains(graph)).collect();
        let (noun, missing) = (wording.noun, self.listed(&missing));
        match sources.iter().find(|(_, input)| input.is_required()) {
            Some((graph, input)) => {
                let message = format!("the {noun} {coordinate} is required but missing in {missing}");
                self.say_input(
                    wording.required_missing,
                    message,
                    "make it optional here, or add it everywhere",
                    (*graph, input),
                    coordinate.to_owned(),
                );
            }
            None => {
                let (graph, input) = sources[0];
                let message = format!("the {noun} {coordinate} is left out: it is missing in {missing}");
                let diagnostic = Diagnostic::note(wording.dropped, message)
                    .at(&self.subgraphs[graph], input.name.location())
                    .coordinate(coordinate);
                self.diagnostics.push(diagnostic.hint("add it everywhere to let clients use it"));
            }
        }
    }

    /// There is a default only if all subgraphs have one, and then the same.
    fn merge_default(
        &mut self,
        sources: &Sources<'_>,
        wording: &Wording,
        coordinate: &str,
    ) -> Option<Node<Value>> {
        let defaults: Vec<_> = sources
            .iter()
            .filter_map(|(graph, input)| Some((*graph, input.default_value.as_ref()?)))
            .collect();
        let (_, first) = defaults.first()?;
        if defaults.iter().any(|(_, default)| default != first) {
            let spread = self.spread_of(
                defaults.iter().map(|(graph, default)| (*graph, default.serialize().no_indent().to_string())),
            );
            let message = format!("the {} {coordinate} has different default values: {spread}", wording.noun);
            let odd = odd_one(sources, |input| {
                input.default_value.as_ref().map(|v| v.to_string()).unwrap_or_default()
            });
            self.say_input(
                wording.default_mismatch,
                message,
                "give it the same default everywhere, or none",
                odd,
                coordinate.to_owned(),
            );
            return None;
        }
        if defaults.len() < sources.len() {
            let missing: Vec<_> = sources
                .iter()
                .filter(|(_, input)| input.default_value.is_none())
                .map(|(graph, _)| *graph)
                .collect();
            let message = format!(
                "the {} {coordinate} has no default value in the graph, since it has none in {}",
                wording.noun,
                self.listed(&missing)
            );
            let with = sources.iter().find(|(_, input)| input.default_value.is_some());
            let with = with.copied().unwrap_or(sources[0]);
            self.note_input(Code::InconsistentDefaultValuePresence, message, with, coordinate.to_owned());
            return None;
        }
        Some(Node::clone(first))
    }

    fn note_input(
        &mut self,
        code: Code,
        message: String,
        (graph, input): (Graph, &Node<InputValueDefinition>),
        coordinate: String,
    ) {
        let note = Diagnostic::note(code, message).at(&self.subgraphs[graph], input.name.location());
        self.diagnostics.push(note.coordinate(coordinate).hint("declare it alike everywhere"));
    }

    fn say_input(
        &mut self,
        code: Code,
        message: String,
        hint: &str,
        (graph, input): (Graph, &Node<InputValueDefinition>),
        coordinate: String,
    ) {
        let diagnostic = Diagnostic::error(code, message).at(&self.subgraphs[graph], input.name.location());
        self.diagnostics.push(diagnostic.coordinate(coordinate).hint(hint));
    }
}

/// The first source that differs from the first one.
fn odd_one<'a>(
    sources: &Sources<'a>,
    of: impl Fn(&InputValueDefinition) -> String,
) -> (Graph, &'a Node<InputValueDefinition>) {
    let first = of(sources[0].1);
    sources.iter().find(|(_, input)| of(input) != first).copied().unwrap_or(sources[0])
}
