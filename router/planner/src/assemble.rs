//! Groups → plan: operation texts, dependencies by position, the client's shape.

use crate::normalize::{NormalField, is_composite};
use crate::plan::{
    Condition, Fetch, FetchId, Plan, Representation, Shape, ShapeField, ShapeKind, VariableTest,
};
use crate::root::is_meta;
use crate::search::Search;
use crate::selection::{Item, SetId};
use apollo_compiler::Name;
use apollo_compiler::ast::{OperationType, Value};
use apollo_compiler::executable::Operation;
use apollo_compiler::schema::ExtendedType;
use indexmap::IndexSet;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// Turns what the search found into the plan.
pub(crate) fn assemble(mut search: Search<'_>, operation: &Operation, fields: &[NormalField]) -> Plan {
    let order = ordered(&mut search);
    let position: BTreeMap<usize, u32> =
        order.iter().enumerate().map(|(at, group)| (*group, u32::try_from(at).unwrap_or(u32::MAX))).collect();
    let kept: BTreeSet<usize> = order.iter().copied().collect();
    let mut fetches = Vec::new();
    for group in &order {
        let deps = reduced(&search, &kept, *group);
        let depends_on = deps.iter().filter_map(|dep| position.get(dep)).map(|at| FetchId(*at)).collect();
        fetches.push(fetch(&search, operation, *group, FetchId(position[group]), depends_on));
    }
    let root = operation.selection_set.ty.clone();
    let shape = shape(&search, Some(&root), fields);
    Plan { operation: operation.operation_type, fetches, shape }
}

/// The groups that ask for something, each after those it depends on.
fn ordered(search: &mut Search<'_>) -> Vec<usize> {
    for group in 0..search.groups.len() {
        let set = search.groups[group].set;
        search.selections.prune(set);
    }
    let live: BTreeSet<usize> = (0..search.groups.len())
        .filter(|group| !search.selections.items(search.groups[*group].set).is_empty())
        .filter(|group| !search.groups[*group].condition.is_never())
        .collect();
    let mut order: Vec<usize> = Vec::new();
    let mut open: Vec<usize> = live.iter().copied().collect();
    while !open.is_empty() {
        let ready = open.iter().position(|group| {
            search.groups[*group].deps.iter().all(|dep| !live.contains(dep) || order.contains(dep))
        });
        order.push(open.remove(ready.unwrap_or(0)));
    }
    order
}

/// The dependencies that no other dependency implies.
fn reduced(search: &Search<'_>, kept: &BTreeSet<usize>, group: usize) -> BTreeSet<usize> {
    let direct: BTreeSet<usize> = search.groups[group].deps.intersection(kept).copied().collect();
    direct
        .iter()
        .copied()
        .filter(|dep| !direct.iter().any(|other| other != dep && reaches(search, *other, *dep)))
        .collect()
}

fn reaches(search: &Search<'_>, from: usize, to: usize) -> bool {
    search.groups[from].deps.iter().any(|dep| *dep == to || reaches(search, *dep, to))
}

fn fetch(
    search: &Search<'_>,
    operation: &Operation,
    group: usize,
    id: FetchId,
    depends_on: Vec<FetchId>,
) -> Fetch {
    let group = &search.groups[group];
    let mut variables = IndexSet::new();
    let mut text = String::new();
    print(search, group.set, &mut text, &mut variables);
    let declared = operation.variables.iter().filter(|variable| variables.contains(&variable.name));
    let mut declarations: Vec<String> = Vec::new();
    if group.is_entity {
        declarations.push("$representations: [_Any!]!".to_owned());
    }
    let mut forwarded = Vec::new();
    for variable in declared {
        let mut declaration = format!("${}: {}", variable.name, variable.ty);
        if let Some(default) = &variable.default_value {
            let _ = write!(declaration, " = {}", default.serialize().no_indent());
        }
        declarations.push(declaration);
        forwarded.push(variable.name.clone());
    }
    let service = search.graph.supergraph.subgraph(group.subgraph).name.clone();
    let mut head = group.kind.name().to_owned();
    if let Some(name) = &operation.name {
        let _ = write!(head, " {name}__{}__{}", identifier(&service), id.0);
    }
    if !declarations.is_empty() {
        let _ = write!(head, "({})", declarations.join(", "));
    }
    let body = if group.is_entity {
        format!("{head} {{ _entities(representations: $representations) {{ {text} }} }}")
    } else if group.kind == OperationType::Query && head == "query" {
        format!("{{ {text} }}")
    } else {
        format!("{head} {{ {text} }}")
    };
    Fetch {
        id,
        subgraph: group.subgraph,
        service,
        kind: group.kind,
        path: group.path.clone(),
        depends_on,
        condition: group.condition.clone(),
        representation: group.is_entity.then(|| Representation { types: group.representations.clone() }),
        operation: body,
        selection: text,
        variables: forwarded,
    }
}

/// A name usable inside an operation name.
fn identifier(service: &str) -> String {
    service.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
}

/// Prints a selection set on one line and notes the variables it uses.
fn print(search: &Search<'_>, set: SetId, out: &mut String, variables: &mut IndexSet<Name>) {
    for (index, item) in search.selections.items(set).iter().enumerate() {
        if index > 0 {
            out.push(' ');
        }
        match item {
            Item::Inline { on, set } => {
                let _ = write!(out, "... on {on} {{ ");
                print(search, *set, out, variables);
                out.push_str(" }");
            }
            Item::Field { key, call, condition, set } => {
                if *key != call.name {
                    let _ = write!(out, "{key}: ");
                }
                out.push_str(&call.name);
                for (index, argument) in call.arguments.iter().enumerate() {
                    let open = if index == 0 { "(" } else { ", " };
                    let _ =
                        write!(out, "{open}{}: {}", argument.name, argument.value.serialize().no_indent());
                    variables_in(&argument.value, variables);
                }
                if !call.arguments.is_empty() {
                    out.push(')');
                }
                directives(condition, out, variables);
                if let Some(set) = set {
                    out.push_str(" { ");
                    print(search, *set, out, variables);
                    out.push_str(" }");
                }
            }
        }
    }
}

/// A conjunction of at most one `@include` and one `@skip` travels along; anything else is fetched always and left out by
/// the shape.
fn directives(condition: &Condition, out: &mut String, variables: &mut IndexSet<Name>) {
    let [all] = condition.any.as_slice() else { return };
    let includes: Vec<&VariableTest> = all.iter().filter(|test| test.expected).collect();
    let skips: Vec<&VariableTest> = all.iter().filter(|test| !test.expected).collect();
    for (name, tests) in [("include", includes), ("skip", skips)] {
        if let [test, ..] = tests.as_slice() {
            let _ = write!(out, " @{name}(if: ${})", test.variable);
            variables.insert(test.variable.clone());
        }
    }
}

fn variables_in(value: &Value, variables: &mut IndexSet<Name>) {
    match value {
        Value::Variable(name) => {
            variables.insert(name.clone());
        }
        Value::List(items) => items.iter().for_each(|item| variables_in(item, variables)),
        Value::Object(fields) => fields.iter().for_each(|(_, value)| variables_in(value, variables)),
        _ => {}
    }
}

/// The client's answer, from the normal form. `known` is the concrete type when it needs no look at the data.
fn shape(search: &Search<'_>, known: Option<&Name>, fields: &[NormalField]) -> Shape {
    let supergraph = &search.graph.supergraph;
    let shaped = fields.iter().map(|field| {
        let named = field.ty.inner_named_type();
        let kind = if field.name == "__typename" {
            ShapeKind::Typename(known.cloned())
        } else if is_meta(field) {
            ShapeKind::Introspection
        } else if is_composite(supergraph, named) {
            let concrete = supergraph.schema.get_object(named).map(|_| named);
            ShapeKind::Object(shape(search, concrete, &field.fields))
        } else {
            match supergraph.api.types.get(named) {
                Some(ExtendedType::Enum(values)) => ShapeKind::Enum(values.values.keys().cloned().collect()),
                _ => ShapeKind::Scalar,
            }
        };
        let source = search.sources.get(&field.id).unwrap_or(&field.key).clone();
        ShapeField {
            response_key: field.key.clone(),
            source: if field.name == "__typename" { field.name.clone() } else { source },
            ty: field.ty.clone(),
            on: field.on.as_ref().map(|on| on.iter().cloned().collect()),
            condition: field.condition.clone(),
            kind,
        }
    });
    Shape { fields: shaped.collect() }
}
