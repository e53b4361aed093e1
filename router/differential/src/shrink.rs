//! Makes a failing case small: drops selections, directives and aliases, then fields and types of the subgraphs, then data,
//! as long as router and monolith still differ.

use crate::case::{Ready, Verdict};
use crate::operation::{Operation, Selection};
use router_schema::apollo_compiler::ast::{Definition, Document};
use serde_json::Value;
use std::time::{Duration, Instant};

/// A failing case.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) sdls: Vec<(String, String)>,
    pub(crate) data: Value,
    pub(crate) operation: Operation,
}

/// The smallest failing case found in the time allowed.
pub(crate) fn shrink(mut failure: Failure, time: Duration) -> Failure {
    let until = Instant::now() + time;
    loop {
        let before = failure.operation.text().len() + size(&failure);
        shrink_operation(&mut failure, until);
        shrink_subgraphs(&mut failure, until);
        shrink_data(&mut failure, until);
        if failure.operation.text().len() + size(&failure) >= before || Instant::now() > until {
            return failure;
        }
    }
}

fn size(failure: &Failure) -> usize {
    failure.sdls.iter().map(|(_, sdl)| sdl.len()).sum::<usize>() + failure.data.to_string().len()
}

fn still_fails(failure: &Failure) -> bool {
    Ready::new(&failure.sdls, &failure.data)
        .is_ok_and(|ready| matches!(ready.judge(&failure.operation), Verdict::Differs(_)))
}

fn shrink_operation(failure: &mut Failure, until: Instant) {
    let Ok(ready) = Ready::new(&failure.sdls, &failure.data) else { return };
    let mut at = 0;
    while Instant::now() < until {
        let mut smaller = failure.operation.clone();
        if !step(&mut smaller.selections, &mut at.clone()) {
            return;
        }
        if matches!(ready.judge(&smaller), Verdict::Differs(_)) {
            failure.operation = smaller;
        } else {
            at += 1;
        }
    }
}

/// Makes the `at`th possible simplification; false when there are not so many.
fn step(selections: &mut Vec<Selection>, at: &mut usize) -> bool {
    let mut take = || {
        let is_it = *at == 0;
        *at = at.wrapping_sub(1);
        is_it
    };
    for index in 0..selections.len() {
        if selections.len() > 1 && take() {
            selections.remove(index);
            return true;
        }
        let selection = &mut selections[index];
        if selection.field.is_empty() && take() {
            let inner = std::mem::take(&mut selection.selections);
            selections.splice(index..=index, inner);
            return true;
        }
        let is_plain = |selection: &mut Selection| std::mem::take(&mut selection.directives).is_empty();
        if !selection.directives.is_empty() && take() {
            return !is_plain(selection);
        }
        if selection.alias.is_some() && take() {
            selection.alias = None;
            return true;
        }
        if !selection.arguments.is_empty() && take() {
            selection.arguments.clear();
            return true;
        }
        if selection.is_named && take() {
            selection.is_named = false;
            return true;
        }
    }
    selections.iter_mut().any(|selection| step(&mut selection.selections, at))
}

fn shrink_subgraphs(failure: &mut Failure, until: Instant) {
    let mut subgraph = 0;
    while subgraph < failure.sdls.len() {
        let mut without = failure.clone();
        without.sdls.remove(subgraph);
        if without.sdls.len() > 1 && still_fails(&without) {
            *failure = without;
            continue;
        }
        let mut at = 0;
        while Instant::now() < until {
            let Ok(mut document) = Document::parse(failure.sdls[subgraph].1.as_str(), "sdl") else { break };
            if !drop_part(&mut document, &mut at.clone()) {
                break;
            }
            let mut smaller = failure.clone();
            smaller.sdls[subgraph].1 = document.to_string();
            if still_fails(&smaller) {
                *failure = smaller;
            } else {
                at += 1;
            }
        }
        subgraph += 1;
    }
}

/// Drops the `at`th part of a schema: a definition, a field, a member, an argument or a directive.
fn drop_part(document: &mut Document, at: &mut usize) -> bool {
    let count = document.definitions.len();
    if *at < count {
        let is_head = matches!(document.definitions[*at], Definition::SchemaExtension(_));
        if !is_head {
            document.definitions.remove(*at);
        }
        return true;
    }
    *at -= count;
    for definition in &mut document.definitions {
        let found = match definition {
            Definition::ObjectTypeDefinition(object) => {
                let object = object.make_mut();
                drop_from(&mut object.implements_interfaces, at)
                    || drop_from(&mut object.directives.0, at)
                    || drop_in_fields(&mut object.fields, at)
            }
            Definition::InterfaceTypeDefinition(interface) => {
                let interface = interface.make_mut();
                drop_from(&mut interface.directives.0, at) || drop_in_fields(&mut interface.fields, at)
            }
            Definition::UnionTypeDefinition(union) => drop_from(&mut union.make_mut().members, at),
            _ => false,
        };
        if found {
            return true;
        }
    }
    false
}

fn drop_in_fields(
    fields: &mut Vec<
        router_schema::apollo_compiler::Node<router_schema::apollo_compiler::ast::FieldDefinition>,
    >,
    at: &mut usize,
) -> bool {
    drop_from(fields, at)
        || fields.iter_mut().any(|field| {
            let field = field.make_mut();
            drop_from(&mut field.directives.0, at) || drop_from(&mut field.arguments, at)
        })
}

fn drop_from<T>(list: &mut Vec<T>, at: &mut usize) -> bool {
    if *at < list.len() {
        list.remove(*at);
        return true;
    }
    *at -= list.len();
    false
}

/// Drops whole objects, then what is written in them.
fn shrink_data(failure: &mut Failure, until: Instant) {
    let keys = |value: &Value| -> Vec<String> {
        value.as_object().into_iter().flat_map(|map| map.keys().cloned()).collect()
    };
    for part in ["objects", "roots"] {
        for name in keys(&failure.data[part]) {
            if Instant::now() > until {
                return;
            }
            let mut smaller = failure.clone();
            smaller.data[part].as_object_mut().map(|map| map.shift_remove(&name));
            if still_fails(&smaller) {
                *failure = smaller;
                continue;
            }
            for field in keys(&failure.data[part][&name]) {
                let mut smaller = failure.clone();
                smaller.data[part][&name].as_object_mut().map(|map| map.shift_remove(&field));
                if Instant::now() < until && still_fails(&smaller) {
                    *failure = smaller;
                }
            }
        }
    }
}
