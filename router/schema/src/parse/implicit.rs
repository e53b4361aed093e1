//! What a supergraph leaves unsaid.
//!
//! Join spec v0.1 places entities and root fields but not value types, and lists key fields only for the type's owner; v0.2
//! does not say which subgraph knows which union member or enum value. Here the model is completed from what is said: a value
//! type is wherever a field placed in a subgraph can lead to it.

use super::Join;
use super::definitions::{output_fields, plain};
use super::graphs::Graphs;
use crate::field_set::{FieldSet, Selection};
use crate::model::{SubgraphId, TypeInfo};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{Name, Schema};
use indexmap::{IndexMap, IndexSet};

/// Completes the model in place; says nothing new about a supergraph that says everything.
pub(crate) fn complete(schema: &Schema, join: &Join, graphs: &Graphs, types: &mut IndexMap<Name, TypeInfo>) {
    let unplaced: IndexSet<Name> =
        types.values().filter(|info| info.subgraphs.is_empty()).map(|info| info.name.clone()).collect();
    place_roots(schema, types);
    for graph in graphs.all() {
        place_reachable(schema, join, graph, &unplaced, types);
    }
    add_referenced_fields(types);
    fill_abstract_types(schema, join, types);
    for info in types.values_mut() {
        info.subgraphs.sort_keys();
        info.fields.values_mut().for_each(|field| field.subgraphs.sort_keys());
    }
}

/// A type without placement of its own is where its placed fields are: the root types of v0.1.
fn place_roots(schema: &Schema, types: &mut IndexMap<Name, TypeInfo>) {
    for (_, root) in schema.schema_definition.iter_root_operations() {
        let Some(info) = types.get_mut(root.as_str()) else { continue };
        let placed: Vec<_> = info.fields.values().flat_map(|field| field.subgraphs.keys().copied()).collect();
        for graph in placed {
            info.subgraphs.entry(graph).or_default();
        }
    }
}

/// Places into `graph` the unplaced types that its fields can lead to.
fn place_reachable(
    schema: &Schema,
    join: &Join,
    graph: SubgraphId,
    unplaced: &IndexSet<Name>,
    types: &mut IndexMap<Name, TypeInfo>,
) {
    if unplaced.is_empty() {
        return;
    }
    let mut seen: IndexSet<Name> = IndexSet::new();
    let mut queue: Vec<Name> = types
        .values()
        .filter(|info| info.subgraphs.contains_key(&graph))
        .map(|info| info.name.clone())
        .collect();
    while let Some(name) = queue.pop() {
        if !seen.insert(name.clone()) {
            continue;
        }
        let Some(definition) = schema.types.get(&name) else { continue };
        let is_root = schema.schema_definition.iter_root_operations().any(|(_, root)| root.name == name);
        if unplaced.contains(&name) && !is_root {
            let info = types.get_mut(&name).expect("an unplaced type is in the model");
            info.subgraphs.entry(graph).or_default();
            for (field_name, field) in output_fields(definition).into_iter().flatten() {
                if !field.directives.has(&join.name("field")) {
                    let known = info.fields.get_mut(field_name).expect("the model has every field");
                    known.subgraphs.entry(graph).or_insert_with(|| plain(&field.ty));
                }
            }
        }
        let info = &types[&name];
        let is_present =
            |field: &Name| info.fields.get(field).is_some_and(|f| f.subgraphs.contains_key(&graph));
        let mut next = neighbours(schema, definition, is_present);
        if unplaced.contains(&name) {
            // Only of a value type is it certain that its interfaces are known here too.
            next.extend(declared_interfaces(definition).cloned());
        }
        // A placed type that is not here stays away: nothing in this subgraph returns it.
        next.retain(|next| {
            unplaced.contains(next) || types.get(next).is_some_and(|info| info.subgraphs.contains_key(&graph))
        });
        queue.extend(next);
    }
}

/// The types that a value or a definition of this type mentions, through the fields that are present.
fn neighbours(schema: &Schema, definition: &ExtendedType, is_present: impl Fn(&Name) -> bool) -> Vec<Name> {
    let mut found = Vec::new();
    for (name, field) in output_fields(definition).into_iter().flatten() {
        if is_present(name) {
            found.push(field.ty.inner_named_type().clone());
            found.extend(field.arguments.iter().map(|argument| argument.ty.inner_named_type().clone()));
        }
    }
    match definition {
        ExtendedType::Interface(interface) => {
            let implementers = schema.types.values().filter(|other| implements(other, &interface.name));
            found.extend(implementers.map(|other| other.name().clone()));
        }
        ExtendedType::Union(union) => found.extend(union.members.iter().map(|member| member.name.clone())),
        ExtendedType::InputObject(input) => {
            found.extend(input.fields.values().map(|field| field.ty.inner_named_type().clone()));
        }
        ExtendedType::Object(_) | ExtendedType::Scalar(_) | ExtendedType::Enum(_) => {}
    }
    found
}

fn implements(definition: &ExtendedType, interface: &Name) -> bool {
    declared_interfaces(definition).any(|declared| declared == interface)
}

fn declared_interfaces(definition: &ExtendedType) -> impl Iterator<Item = &Name> {
    let declared = match definition {
        ExtendedType::Object(object) => Some(&object.implements_interfaces),
        ExtendedType::Interface(interface) => Some(&interface.implements_interfaces),
        _ => None,
    };
    declared.into_iter().flatten().map(|component| &component.name)
}

/// A subgraph that names fields in a key, a `@requires` or a `@provides` defines them, even where v0.1 does not list it. It
/// resolves those of its keys; the others it only refers to.
fn add_referenced_fields(types: &mut IndexMap<Name, TypeInfo>) {
    let mut references: Vec<(SubgraphId, Name, FieldSet, bool)> = Vec::new();
    for info in types.values() {
        for (graph, here) in &info.subgraphs {
            let keys = here.keys.iter().map(|key| (*graph, info.name.clone(), key.fields.clone(), false));
            references.extend(keys);
        }
    }
    for info in types.values() {
        for field in info.fields.values() {
            for (graph, here) in &field.subgraphs {
                let requires = here.requires.clone().map(|set| (*graph, info.name.clone(), set, true));
                let target = field.ty.inner_named_type().clone();
                let provides = here.provides.clone().map(|set| (*graph, target, set, true));
                references.extend(requires.into_iter().chain(provides));
            }
        }
    }
    for (graph, parent, set, is_external) in references {
        add_fields(types, (graph, is_external), &parent, &set);
    }
}

fn add_fields(
    types: &mut IndexMap<Name, TypeInfo>,
    terms: (SubgraphId, bool),
    parent: &Name,
    set: &FieldSet,
) {
    let (graph, is_external) = terms;
    for selection in &set.selections {
        match selection {
            Selection::Inline(inline) => add_fields(types, terms, &inline.on, &inline.selections),
            Selection::Field(selected) => {
                let Some(field) = types.get_mut(parent).and_then(|info| info.fields.get_mut(&selected.name))
                else {
                    continue;
                };
                let target = field.ty.inner_named_type().clone();
                // A field that no subgraph lists belongs to an interface object and is placed on purpose.
                if !field.subgraphs.is_empty() && !field.subgraphs.contains_key(&graph) {
                    let mut referred = plain(&field.ty);
                    referred.is_external = is_external;
                    field.subgraphs.insert(graph, referred);
                }
                if !selected.selections.is_empty() {
                    if let Some(info) = types.get_mut(&target) {
                        info.subgraphs.entry(graph).or_default();
                    }
                    add_fields(types, terms, &target, &selected.selections);
                }
            }
        }
    }
}

/// Before v0.2 nothing says which subgraph knows which implementation, before v0.3 which knows which member or value: it is
/// those that it defines.
fn fill_abstract_types(schema: &Schema, join: &Join, types: &mut IndexMap<Name, TypeInfo>) {
    let placement: IndexMap<Name, IndexSet<SubgraphId>> =
        types.iter().map(|(name, info)| (name.clone(), info.subgraphs.keys().copied().collect())).collect();
    let is_in =
        |name: &Name, graph: &SubgraphId| placement.get(name).is_some_and(|graphs| graphs.contains(graph));
    for info in types.values_mut() {
        let definition = &schema.types[&info.name];
        let says_implements = definition.directives().has(&join.name("implements"));
        let says_members = definition.directives().has(&join.name("unionMember"));
        for (graph, here) in &mut info.subgraphs {
            if !says_implements {
                let known = declared_interfaces(definition).filter(|interface| is_in(interface, graph));
                here.implements.extend(known.cloned());
            }
            match definition {
                ExtendedType::Union(union) if !says_members => {
                    let members = union.members.iter().filter(|member| is_in(&member.name, graph));
                    here.members.extend(members.map(|member| member.name.clone()));
                }
                ExtendedType::Enum(values) => {
                    let unsaid =
                        values.values.values().filter(|v| !v.directives.has(&join.name("enumValue")));
                    here.values.extend(unsaid.map(|value| value.value.clone()));
                }
                _ => {}
            }
        }
    }
}
