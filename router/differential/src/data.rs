//! Random data for a graph, in the form of `router-fixture`.
//!
//! Leaves make themselves up there; written down are the objects, where composite fields lead, nulls and failing fields.
//! A field that several subgraphs serve leads only to types that each of them can return.

use crate::dice::Dice;
use router_schema::apollo_compiler::Name;
use router_schema::apollo_compiler::ast::Type;
use router_schema::{FieldInfo, Selection, Supergraph, TypeKind};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// How many objects there are of each type.
const OBJECTS: usize = 3;

struct Writer<'a> {
    dice: &'a mut Dice,
    supergraph: &'a Supergraph,
    /// Names of fields that keys or requirements read: without them the subgraphs would not see what the monolith sees.
    read: BTreeSet<&'a Name>,
    is_faulty: bool,
    /// Whether something may also fail where no null may be. A null that propagates cuts off what is around it, and what is
    /// required from below the same field with it: then a requirement sees a null that the monolith does not have.
    is_severe: bool,
}

/// Data for every type of the graph; faulty data has failing fields, and nulls where none may be.
pub(crate) fn data(dice: &mut Dice, supergraph: &Supergraph, is_faulty: bool) -> Value {
    let mut writer = Writer { dice, supergraph, read: names_read(supergraph), is_faulty, is_severe: false };
    writer.is_severe = is_faulty && !requires_below(supergraph);
    let (mut objects, mut roots) = (Map::new(), Map::new());
    for info in supergraph.types.values().filter(|info| info.kind == TypeKind::Object) {
        if supergraph.schema.schema_definition.iter_root_operations().any(|(_, root)| root.name == info.name)
        {
            roots.insert(info.name.to_string(), Value::Object(writer.object(&info.name)));
            continue;
        }
        for number in 0..OBJECTS {
            let mut fields = writer.object(&info.name);
            fields.insert("__typename".to_owned(), Value::from(info.name.as_str()));
            objects.insert(format!("{}_{number}", info.name), Value::Object(fields));
        }
    }
    json!({ "objects": objects, "roots": roots })
}

fn names_read(supergraph: &Supergraph) -> BTreeSet<&Name> {
    let mut names = BTreeSet::new();
    for info in supergraph.types.values() {
        for here in info.subgraphs.values() {
            here.keys.iter().for_each(|key| names.extend(key.fields.names()));
        }
        for here in info.fields.values().flat_map(|field| field.subgraphs.values()) {
            let given = here.context_arguments.iter().map(|argument| &argument.selection);
            let fields = here.requires.iter().chain(&here.provides).chain(given);
            fields.for_each(|fields| names.extend(fields.names()));
        }
    }
    names
}

/// Whether any requirement reads something below a field.
fn requires_below(supergraph: &Supergraph) -> bool {
    let fields = supergraph.types.values().flat_map(|info| info.fields.values());
    let mut required =
        fields.flat_map(|field| field.subgraphs.values()).filter_map(|here| here.requires.as_ref());
    required.any(|set| {
        set.selections
            .iter()
            .any(|selection| matches!(selection, Selection::Field(field) if !field.selections.is_empty()))
    })
}

/// The type in the subgraph that allows the fewest nulls: it would fail over what the others let pass.
fn strictest(field: &FieldInfo) -> Type {
    let mut types = field.subgraphs.values().map(|here| &here.ty);
    types.find(|ty| ty.is_non_null()).unwrap_or(&field.ty).clone()
}

impl Writer<'_> {
    fn object(&mut self, ty: &Name) -> Map<String, Value> {
        let supergraph = self.supergraph;
        let mut written = Map::new();
        for (name, field) in &supergraph.types[ty].fields {
            let is_read = self.read.contains(name);
            let is_composite = !supergraph.possible_types(field.ty.inner_named_type()).is_empty();
            if name == "box" {
                // Part of keys: every object has one of its own.
                written.insert(name.to_string(), json!({ "__typename": "Box" }));
            } else if self.may_fail(&field.ty) && !is_read && self.dice.chance(5) {
                written.insert(name.to_string(), json!({ "$error": format!("{ty}.{name} failed") }));
            } else if is_composite {
                let targets = self.targets(ty, field);
                let value = self.value(&strictest(field), &targets, is_read);
                written.insert(name.to_string(), value);
            } else if self.is_null(&strictest(field), is_read) {
                written.insert(name.to_string(), Value::Null);
            }
        }
        written
    }

    fn is_null(&mut self, ty: &Type, is_read: bool) -> bool {
        if ty.is_non_null() {
            self.is_severe && !is_read && self.dice.chance(3)
        } else {
            self.dice.chance(12)
        }
    }

    fn may_fail(&self, ty: &Type) -> bool {
        if ty.is_non_null() { self.is_severe } else { self.is_faulty }
    }

    fn value(&mut self, ty: &Type, targets: &[Name], is_read: bool) -> Value {
        if self.is_null(ty, is_read) {
            return Value::Null;
        }
        if ty.is_list() {
            let count = if targets.is_empty() { 0 } else { self.dice.roll(4) };
            return (0..count).map(|_| self.value(ty.item_type(), targets, is_read)).collect();
        }
        if targets.is_empty() {
            return Value::Null;
        }
        let target = self.dice.pick(targets).clone();
        Value::from(format!("{target}_{}", self.dice.roll(OBJECTS)))
    }

    /// The concrete types that every subgraph that serves the field can return.
    fn targets(&self, ty: &Name, field: &FieldInfo) -> Vec<Name> {
        let base = field.ty.inner_named_type();
        let mut targets = self.supergraph.possible_types(base);
        for subgraph in self.servers(ty, field) {
            let here = self.supergraph.possible_types_in(subgraph, base);
            // An interface object stands for every implementation.
            if !here.contains(base) {
                targets.retain(|target| here.contains(target));
            }
        }
        targets.into_iter().collect()
    }

    fn servers(&self, ty: &Name, field: &FieldInfo) -> Vec<router_schema::SubgraphId> {
        let implemented =
            self.supergraph.types[ty].subgraphs.values().flat_map(|here| here.implements.iter());
        let inherited =
            implemented.filter_map(|interface| self.supergraph.types.get(interface)?.fields.get(&field.name));
        std::iter::once(field).chain(inherited).flat_map(|field| field.subgraphs.keys().copied()).collect()
    }
}
