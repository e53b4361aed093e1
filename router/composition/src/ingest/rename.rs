//! Root types under their usual names: a supergraph has `Query`, `Mutation` and `Subscription`, whatever the subgraph
//! calls its own.

use super::Subgraph;
use super::document::MACHINERY_FIELDS;
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use apollo_compiler::ast::{self, OperationType, Type};
use apollo_compiler::schema::{Component, ExtendedType};
use apollo_compiler::{Name, Schema};
use router_schema::apollo_compiler;

/// Renames the roots and removes federation's fields from them; `false` when a name is taken.
pub(super) fn settle_roots(subgraph: &mut Subgraph, diagnostics: &mut Vec<Diagnostic>) -> bool {
    let before = diagnostics.len();
    let roots: Vec<_> = subgraph
        .schema
        .schema_definition
        .iter_root_operations()
        .map(|(operation, name)| (operation, name.name.clone()))
        .collect();
    for (operation, code) in [
        (OperationType::Query, Code::RootQueryUsed),
        (OperationType::Mutation, Code::RootMutationUsed),
        (OperationType::Subscription, Code::RootSubscriptionUsed),
    ] {
        let usual = operation.default_type_name();
        let actual = roots.iter().find(|(root, _)| *root == operation).map(|(_, name)| name);
        if actual.is_none_or(|actual| *actual != usual) {
            if let Some(taken) = subgraph.schema.types.get(&usual) {
                let message = format!("the type {usual} is not the {operation} root of this subgraph");
                let diagnostic = Diagnostic::error(code, message)
                    .at(subgraph, taken.name().location())
                    .coordinate(usual.as_str())
                    .hint("the supergraph gives this name to the root type: rename the type");
                diagnostics.push(diagnostic);
            } else if let Some(actual) = actual {
                rename(&mut subgraph.schema, actual, &usual);
            }
        }
    }
    let is_complete = diagnostics.len() == before;
    if is_complete {
        remove_machinery(&mut subgraph.schema);
    }
    is_complete
}

fn remove_machinery(schema: &mut Schema) {
    schema.types.shift_remove("_Service");
    let Some(ExtendedType::Object(query)) = schema.types.get_mut("Query") else { return };
    query.make_mut().fields.retain(|name, _| !MACHINERY_FIELDS.contains(&name.as_str()));
    if query.fields.is_empty() {
        schema.types.shift_remove("Query");
        schema.schema_definition.make_mut().query = None;
    }
}

fn rename(schema: &mut Schema, from: &Name, to: &Name) {
    let Some(index) = schema.types.get_index_of(from) else { return };
    let (_, mut definition) = schema.types.shift_remove_index(index).expect("the index was just found");
    if let ExtendedType::Object(object) = &mut definition {
        object.make_mut().name = to.clone();
    }
    schema.types.shift_insert(index, to.clone(), definition);
    let roots = schema.schema_definition.make_mut();
    for root in [&mut roots.query, &mut roots.mutation, &mut roots.subscription].into_iter().flatten() {
        if root.name == *from {
            root.name = to.clone();
        }
    }
    for definition in schema.types.values_mut().filter(|definition| !definition.is_built_in()) {
        match definition {
            ExtendedType::Object(object) if mentions(&object.fields, from) => {
                object.make_mut().fields.values_mut().for_each(|field| rename_in(field, from, to));
            }
            ExtendedType::Interface(interface) if mentions(&interface.fields, from) => {
                interface.make_mut().fields.values_mut().for_each(|field| rename_in(field, from, to));
            }
            ExtendedType::Union(union) if union.members.contains(from) => {
                let members = &mut union.make_mut().members;
                *members =
                    members.iter().map(|m| if m.name == *from { to.into() } else { m.clone() }).collect();
            }
            _ => {}
        }
    }
}

fn mentions(
    fields: &apollo_compiler::collections::IndexMap<Name, Component<ast::FieldDefinition>>,
    name: &Name,
) -> bool {
    fields.values().any(|field| field.ty.inner_named_type() == name)
}

fn rename_in(field: &mut Component<ast::FieldDefinition>, from: &Name, to: &Name) {
    if field.ty.inner_named_type() == from {
        let renamed = with_inner(&field.ty, to);
        field.make_mut().ty = renamed;
    }
}

/// The same list and null structure around another named type.
fn with_inner(ty: &Type, name: &Name) -> Type {
    match ty {
        Type::Named(_) => Type::Named(name.clone()),
        Type::NonNullNamed(_) => Type::NonNullNamed(name.clone()),
        Type::List(inner) => Type::List(Box::new(with_inner(inner, name))),
        Type::NonNullList(inner) => Type::NonNullList(Box::new(with_inner(inner, name))),
    }
}
