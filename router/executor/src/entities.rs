//! Entity fetches: from the objects at a fetch's path to the representations that are sent.
//!
//! Objects that are the same entity are asked for once: equal representations share one place in the request, and the
//! answer goes to every object behind it. Large sets are split into several requests.

use crate::tree::{Location, Step, Tree, typename};
use ahash::{AHashMap, AHashSet};
use apollo_compiler::Name;
use router_planner::{
    ContextValue, Fetch, PathElement, Representation, RepresentationField, RepresentationType,
};
use serde_json::{Map, Value};

/// The representations of one `_entities` request.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    /// By variable: what objects above give as arguments.
    pub(crate) contexts: Map<String, Value>,
    pub(crate) representations: Vec<Value>,
    pub(crate) targets: Targets,
}

/// For each representation of a request, the objects that its entity is merged into.
pub(crate) type Targets = Vec<Vec<Location>>;

/// Collects what `fetch` must ask for: one batch for all objects, or one for each set of values that objects above them give.
/// None when no object at its path can be asked about.
pub(crate) fn collect(tree: &Tree, fetch: &Fetch, wanted: &Representation) -> Vec<Batch> {
    let mut batches: Vec<Batch> = Vec::new();
    let mut by_contexts: AHashMap<String, usize> = AHashMap::new();
    let mut seen: AHashMap<(usize, String), usize> = AHashMap::new();
    for location in locations(tree, fetch) {
        let Some(representation) = tree.get(&location).and_then(|object| represent(tree, object, wanted))
        else {
            continue;
        };
        let Some(contexts) = contexts(tree, fetch, &location) else { continue };
        let text =
            if contexts.is_empty() { String::new() } else { Value::from(contexts.clone()).to_string() };
        let at = *by_contexts.entry(text).or_insert_with(|| {
            batches.push(Batch { contexts, ..Batch::default() });
            batches.len() - 1
        });
        let batch = &mut batches[at];
        // The whole text is the map's key: equal hashes alone never make two entities one.
        let position = *seen.entry((at, representation.to_string())).or_insert_with(|| {
            batch.representations.push(representation);
            batch.targets.push(Vec::new());
            batch.representations.len() - 1
        });
        batch.targets[position].push(location);
    }
    batches
}

/// The objects that a fetch is for, each once.
fn locations(tree: &Tree, fetch: &Fetch) -> Vec<Location> {
    let mut locations: Vec<Location> = fetch.places().flat_map(|path| tree.reach(path)).collect();
    if !fetch.also_at.is_empty() {
        let mut seen = AHashSet::new();
        locations.retain(|location| seen.insert(location.clone()));
    }
    locations
}

/// What objects above give for the object at `location`, by variable; `None` when a value is missing that must be there.
fn contexts(tree: &Tree, fetch: &Fetch, location: &[Step]) -> Option<Map<String, Value>> {
    let mut values = Map::new();
    for wanted in &fetch.contexts {
        let value = context(tree, fetch, wanted, location);
        if value.is_null() && wanted.ty.is_non_null() {
            return None;
        }
        values.insert(wanted.variable.to_string(), value);
    }
    Some(values)
}

/// The value from the nearest object that sets the context.
fn context(tree: &Tree, fetch: &Fetch, wanted: &ContextValue, location: &[Step]) -> Value {
    for source in &wanted.sources {
        let way = &fetch.path[..source.at];
        let steps = way.iter().filter(|element| !matches!(element, PathElement::On(_))).count();
        let Some(object) = tree.get(&location[..steps]) else { continue };
        let sets = |types: &Vec<Name>| {
            typename(object).is_some_and(|name| types.iter().any(|wanted| wanted == name))
        };
        if source.on.as_ref().is_none_or(sets) {
            return leaf(object, &source.value);
        }
    }
    Value::Null
}

/// The one value that a way through objects leads to; null where it ends early.
fn leaf(value: &Value, way: &[RepresentationField]) -> Value {
    match value {
        Value::Array(items) => items.iter().map(|item| leaf(item, way)).collect(),
        Value::Object(_) => {
            let is_step = |field: &&RepresentationField| field.name != "__typename" && applies(field, value);
            let Some(step) = way.iter().find(is_step) else { return Value::Null };
            match value.get(step.source.as_str()) {
                Some(found) if step.fields.is_empty() => found.clone(),
                Some(found) => leaf(found, &step.fields),
                None => Value::Null,
            }
        }
        _ => Value::Null,
    }
}

impl Batch {
    /// Splits into batches of at most `size` representations, in order; none for an empty batch.
    pub(crate) fn split(self, size: usize) -> Vec<Self> {
        let mut parts = Vec::new();
        let mut representations = self.representations.into_iter();
        let mut targets = self.targets.into_iter();
        loop {
            let part: Vec<Value> = representations.by_ref().take(size.max(1)).collect();
            if part.is_empty() {
                return parts;
            }
            let targets = targets.by_ref().take(part.len()).collect();
            parts.push(Self { contexts: self.contexts.clone(), representations: part, targets });
        }
    }
}

/// The representation of one object; `None` when its type is not wanted or a key is missing.
fn represent(tree: &Tree, object: &Value, wanted: &Representation) -> Option<Value> {
    let RepresentationType { send_as, keys, requires, .. } = match typename(object) {
        Some(name) => wanted.types.iter().find(|candidate| candidate.on == name)?,
        // Without a name only one type can be meant, or the object cannot be told apart.
        None => match wanted.types.as_slice() {
            [only] => only,
            _ => return None,
        },
    };
    let mut representation = Value::Object(Map::new());
    representation["__typename"] = Value::from(send_as.as_str());
    for key in keys {
        let value = read(tree, object, key, Absence::Refused)?;
        add(tree, &mut representation, key, value);
    }
    for required in requires {
        if applies(required, object) {
            let value = read(tree, object, required, Absence::IsNull)?;
            add(tree, &mut representation, required, value);
        }
    }
    Some(representation)
}

/// What a missing or null field means.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Absence {
    /// The object cannot be identified (a key).
    Refused,
    /// It is sent as null (`@requires`).
    IsNull,
}

fn read(tree: &Tree, object: &Value, field: &RepresentationField, absence: Absence) -> Option<Value> {
    match object.get(field.source.as_str()) {
        None | Some(Value::Null) => (absence == Absence::IsNull).then_some(Value::Null),
        Some(value) if field.fields.is_empty() => Some(value.clone()),
        Some(value) => read_below(tree, value, &field.fields, absence),
    }
}

fn read_below(tree: &Tree, value: &Value, fields: &[RepresentationField], absence: Absence) -> Option<Value> {
    match value {
        Value::Object(_) => {
            let mut read_out = Value::Object(Map::new());
            for field in fields.iter().filter(|field| applies(field, value)) {
                let found = read(tree, value, field, absence)?;
                add(tree, &mut read_out, field, found);
            }
            Some(read_out)
        }
        Value::Array(items) => items
            .iter()
            .map(|item| read_below(tree, item, fields, absence))
            .collect::<Option<Vec<_>>>()
            .map(Value::Array),
        _ => (absence == Absence::IsNull).then_some(Value::Null),
    }
}

/// Adds a field; a key and a requirement may both have a part of the same object.
fn add(tree: &Tree, into: &mut Value, field: &RepresentationField, value: Value) {
    match into.get_mut(field.name.as_str()) {
        Some(present) => tree.combine(present, value),
        None => into[field.name.as_str()] = value,
    }
}

fn applies(field: &RepresentationField, object: &Value) -> bool {
    let Some(types) = &field.on else { return true };
    typename(object).is_some_and(|name| types.iter().any(|wanted| wanted == name))
}
