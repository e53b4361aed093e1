//! Which input is at fault when a scalar cannot be read.
//!
//! async-graphql says that a `Decimal` somewhere below the field is no decimal, but not where. This finds the places
//! again, after the fact and only then: it walks the query's arguments along the schema and tries each scalar.

use std::collections::HashMap;

use async_graphql::parser::types::{
    BaseType, ExecutableDocument, Field, FieldDefinition, InputValueDefinition, OperationType, Selection,
    SelectionSet, Type, TypeKind, TypeSystemDefinition,
};
use async_graphql::{InputType, Name, PathSegment, Pos, ServerError, Value, Variables};
use primitives::{CurrencyCode, Date, DateTime, Decimal, ProductId, graphql::Cursor};

use crate::error::Refusal;

/// How deep fragments are followed; validation refuses circles before anything runs.
const FRAGMENTS_DEPTH_MAX: usize = 8;

/// The parts of a schema that lead from a query to its scalars.
#[derive(Debug, Default)]
pub(super) struct Blame {
    fields: HashMap<Name, HashMap<Name, FieldDefinition>>,
    inputs: HashMap<Name, Vec<InputValueDefinition>>,
}

/// The query whose inputs are looked at.
pub(super) struct Suspect<'a> {
    pub(super) document: &'a ExecutableDocument,
    pub(super) operation: Option<&'a str>,
    pub(super) variables: &'a Variables,
}

impl Blame {
    /// Reads the schema; one that cannot be read blames nobody.
    pub(super) fn of(sdl: &str) -> Self {
        let mut blame = Self::default();
        let Ok(document) = async_graphql::parser::parse_schema(sdl) else { return blame };
        for definition in document.definitions {
            let TypeSystemDefinition::Type(definition) = definition else { continue };
            let name = definition.node.name.node;
            let fields = match definition.node.kind {
                TypeKind::Object(object) => object.fields,
                TypeKind::Interface(interface) => interface.fields,
                TypeKind::InputObject(input) => {
                    blame.inputs.insert(name, input.fields.into_iter().map(|field| field.node).collect());
                    continue;
                }
                _ => continue,
            };
            let fields = fields.into_iter().map(|field| (field.node.name.node.clone(), field.node)).collect();
            blame.fields.insert(name, fields);
        }
        blame
    }

    /// The inputs of the field at `error`'s path that cannot be read, each as a refusal at its path.
    pub(super) fn refusals(&self, suspect: &Suspect<'_>, error: &ServerError) -> Vec<Refusal> {
        let operation = suspect.document.operations.iter().find(|(name, _)| {
            suspect.operation.is_none_or(|wanted| name.is_some_and(|name| name.as_str() == wanted))
        });
        let Some((_, operation)) = operation else { return Vec::new() };
        let root = match operation.node.ty {
            OperationType::Query => "Query",
            OperationType::Mutation => "Mutation",
            OperationType::Subscription => "Subscription",
        };
        let keys: Vec<&str> = error.path.iter().filter_map(name_of).collect();
        let Some((last, parents)) = keys.split_last() else { return Vec::new() };
        let mut places = vec![(Name::new(root), &operation.node.selection_set.node)];
        for key in parents {
            let fields =
                places.iter().flat_map(|(parent, set)| self.selected(suspect.document, parent, set, key, 0));
            places = fields
                .map(|(shape, field)| (base(&shape.ty.node).clone(), &field.selection_set.node))
                .collect();
        }
        let mut refusals = Vec::new();
        let fields =
            places.iter().flat_map(|(parent, set)| self.selected(suspect.document, parent, set, last, 0));
        // Merged selections have the same arguments, so the first speaks for all.
        if let Some((shape, field)) = fields.into_iter().next() {
            for argument in &shape.arguments {
                self.argument(suspect, &argument.node, field, &mut refusals);
            }
        }
        refusals
    }

    fn argument(
        &self,
        suspect: &Suspect<'_>,
        argument: &InputValueDefinition,
        field: &Field,
        refusals: &mut Vec<Refusal>,
    ) {
        let name = argument.name.node.as_str();
        let Some(given) = field.get_argument(name) else { return };
        let look_up = |name: Name| suspect.variables.get(&name).cloned().ok_or(());
        if let Ok(value) = given.node.clone().into_const_with(look_up) {
            self.value(&argument.ty.node, &value, name, refusals);
        }
    }

    fn value(&self, kind: &Type, value: &Value, path: &str, refusals: &mut Vec<Refusal>) {
        match (&kind.base, value) {
            (_, Value::Null) => {}
            (BaseType::List(item), Value::List(values)) => {
                for (index, value) in values.iter().enumerate() {
                    self.value(item, value, &format!("{path}.{index}"), refusals);
                }
            }
            (BaseType::List(item), value) => self.value(item, value, path, refusals),
            (BaseType::Named(name), Value::Object(values)) if self.inputs.contains_key(name) => {
                for field in &self.inputs[name] {
                    if let Some(value) = values.get(&field.name.node) {
                        self.value(&field.ty.node, value, &format!("{path}.{}", field.name.node), refusals);
                    }
                }
            }
            (BaseType::Named(name), value) => {
                if let Some(reason) = unreadable(name, value) {
                    // Below the mutation's `input`, as in every other refusal.
                    let field = path.strip_prefix("input.").unwrap_or(path);
                    refusals.push(Refusal::invalid(field, reason));
                }
            }
        }
    }

    /// The fields selected under the response key `key`, with their definitions.
    fn selected<'a>(
        &'a self,
        document: &'a ExecutableDocument,
        parent: &Name,
        set: &'a SelectionSet,
        key: &str,
        depth: usize,
    ) -> Vec<(&'a FieldDefinition, &'a Field)> {
        let mut found = Vec::new();
        for selection in set.items.iter().filter(|_| depth <= FRAGMENTS_DEPTH_MAX) {
            let (condition, inner) = match &selection.node {
                Selection::Field(field) if field.node.response_key().node == key => {
                    let shape = self.fields.get(parent).and_then(|fields| fields.get(&field.node.name.node));
                    found.extend(shape.map(|shape| (shape, &field.node)));
                    continue;
                }
                Selection::Field(_) => continue,
                Selection::InlineFragment(fragment) => {
                    (fragment.node.type_condition.as_ref(), &fragment.node.selection_set)
                }
                Selection::FragmentSpread(spread) => {
                    let Some(fragment) = document.fragments.get(&spread.node.fragment_name.node) else {
                        continue;
                    };
                    (Some(&fragment.node.type_condition), &fragment.node.selection_set)
                }
            };
            let parent = condition.map_or(parent, |condition| &condition.node.on.node);
            found.extend(self.selected(document, parent, &inner.node, key, depth + 1));
        }
        found
    }
}

fn name_of(segment: &PathSegment) -> Option<&str> {
    match segment {
        PathSegment::Field(name) => Some(name),
        PathSegment::Index(_) => None,
    }
}

fn base(kind: &Type) -> &Name {
    match &kind.base {
        BaseType::Named(name) => name,
        BaseType::List(item) => base(item),
    }
}

/// Why the scalar called `name` refuses `value`; `None` when it does not, or is no scalar of ours.
fn unreadable(name: &str, value: &Value) -> Option<String> {
    match name {
        "Decimal" => reason::<Decimal>(value),
        "Date" => reason::<Date>(value),
        "DateTime" => reason::<DateTime>(value),
        "CurrencyCode" => reason::<CurrencyCode>(value),
        "Cursor" => reason::<Cursor>(value),
        // Any id of ours: they all have the same form.
        "ID" => reason::<ProductId>(value),
        _ => None,
    }
}

fn reason<T: InputType>(value: &Value) -> Option<String> {
    let error = T::parse(Some(value.clone())).err()?.into_server_error(Pos::default());
    let prefix = format!("Failed to parse \"{}\": ", T::type_name());
    Some(error.message.strip_prefix(&prefix).map_or(error.message.clone(), str::to_owned))
}
