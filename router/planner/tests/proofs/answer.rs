//! The client's answer as a plan describes it, against what the operation asks for by the letter of the GraphQL
//! specification: the same keys for every concrete type, with the same types, under the same conditions, in the same order.
//! Every combination of the boolean variables is tried.

use apollo_compiler::ast::Value;
use apollo_compiler::executable::{Directive, Field, Selection, SelectionSet};
use apollo_compiler::{ExecutableDocument, Name, Node};
use indexmap::{IndexMap, IndexSet};
use router_planner::{Shape, ShapeField, ShapeKind};
use router_schema::Supergraph;

/// Everything in which a plan's answer differs from the operation.
pub(crate) fn differences(
    supergraph: &Supergraph,
    document: &ExecutableDocument,
    shape: &Shape,
) -> IndexSet<String> {
    let operation = document.operations.iter().next().expect("there is an operation");
    let variables: Vec<Name> = operation.variables.iter().map(|variable| variable.name.clone()).collect();
    let mut found = IndexSet::new();
    for round in 0..(1usize << variables.len()) {
        let yes = variables.iter().enumerate().filter(|(at, _)| round & (1 << at) != 0);
        let yes = yes.map(|(_, variable)| variable.clone()).collect();
        let is_conditional = !variables.is_empty();
        let mut check = Check { supergraph, yes, is_conditional, found: &mut found };
        let set = &operation.selection_set;
        check.object(&set.ty, shape, &[set], "");
    }
    found
}

struct Check<'a> {
    supergraph: &'a Supergraph,
    /// The variables that are true.
    yes: IndexSet<Name>,
    is_conditional: bool,
    found: &'a mut IndexSet<String>,
}

impl Check<'_> {
    fn object(&mut self, ty: &Name, shape: &Shape, sets: &[&SelectionSet], path: &str) {
        let mut asked: IndexMap<Name, Vec<&Node<Field>>> = IndexMap::new();
        sets.iter().for_each(|set| self.collect(set, ty, &mut asked));
        let shown: Vec<&ShapeField> = shape
            .fields
            .iter()
            .filter(|field| field.condition.holds(|variable| self.yes.contains(variable)))
            .filter(|field| field.on.as_ref().is_none_or(|on| on.contains(ty)))
            .collect();
        let mut wanted: Vec<&Name> = asked.keys().collect();
        let mut given: Vec<&Name> = shown.iter().map(|field| &field.response_key).collect();
        if self.is_conditional {
            // A key that is asked for twice keeps its first place also when only the second one applies.
            wanted.sort();
            given.sort();
        }
        if wanted != given {
            self.found.insert(format!("at `{path}` ({ty}): has {given:?}, asked for {wanted:?}"));
            return;
        }
        let mut sources: IndexMap<&Name, &Node<Field>> = IndexMap::new();
        for field in shown {
            let asked = &asked[&field.response_key];
            let other = sources.insert(&field.source, asked[0]);
            if other.is_some_and(|other| other.name != asked[0].name || other.arguments != asked[0].arguments)
            {
                self.found.insert(format!("at `{path}` ({ty}): `{}` means two calls", field.source));
            }
            self.field(field, asked, path);
        }
    }

    fn field(&mut self, field: &ShapeField, asked: &[&Node<Field>], path: &str) {
        let path = format!("{path}.{}", field.response_key);
        if field.ty != *asked[0].ty() {
            self.found.insert(format!("`{path}` is a {}, asked for {}", field.ty, asked[0].ty()));
        }
        let is_meta = matches!(field.kind, ShapeKind::Introspection | ShapeKind::Typename(_));
        if is_meta != asked[0].name.starts_with("__") {
            self.found.insert(format!("`{path}` is taken for another kind of field"));
        }
        if let ShapeKind::Object(below) = &field.kind {
            let sets: Vec<&SelectionSet> = asked.iter().map(|field| &field.selection_set).collect();
            for ty in self.supergraph.possible_types(field.ty.inner_named_type()) {
                self.object(&ty, below, &sets, &path);
            }
        }
    }

    /// `CollectFields` of the specification.
    fn collect<'s>(&self, set: &'s SelectionSet, ty: &Name, into: &mut IndexMap<Name, Vec<&'s Node<Field>>>) {
        let matches = |on: &Name| on == ty || self.supergraph.possible_types(on).contains(ty);
        for selection in &set.selections {
            if !self.applies(selection.directives()) {
                continue;
            }
            match selection {
                Selection::Field(field) => into.entry(field.response_key().clone()).or_default().push(field),
                Selection::InlineFragment(inline) => {
                    if inline.type_condition.as_ref().is_none_or(matches) {
                        self.collect(&inline.selection_set, ty, into);
                    }
                }
                Selection::FragmentSpread(spread) => {
                    panic!("random operations have no named fragments, found {}", spread.fragment_name)
                }
            }
        }
    }

    fn applies(&self, directives: &[Node<Directive>]) -> bool {
        directives.iter().all(|directive| {
            let argument = directive.arguments.iter().find(|argument| argument.name == "if");
            let value = argument.is_none_or(|argument| match argument.value.as_ref() {
                Value::Boolean(value) => *value,
                Value::Variable(variable) => self.yes.contains(variable),
                other => panic!("{other} is no condition"),
            });
            if directive.name == "skip" { !value } else { value }
        })
    }
}
