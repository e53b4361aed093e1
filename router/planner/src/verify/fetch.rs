//! Fetches: where they go, what they are sent, and that their text is an operation.

use super::Run;
use super::selection::Spot;
use super::tree::Place;
use crate::plan::{Fetch, PathElement, Representation, RepresentationField, RepresentationType};
use apollo_compiler::Name;
use apollo_compiler::ast::{Definition, Document, OperationDefinition, OperationType, Selection};
use indexmap::IndexSet;
use router_schema::{FieldSet, Selection as FieldSelection};

impl Run<'_> {
    pub(super) fn all_fetches(&mut self) {
        let plan = self.plan;
        for (at, fetch) in plan.fetches.iter().enumerate() {
            if fetch.kind == OperationType::Mutation && self.ancestors[at].len() != at {
                self.find(format!("mutation fetch {at} does not wait for everything before it"));
            }
            if self.holds(&fetch.condition) {
                self.fetch(at, fetch);
            }
        }
    }

    fn fetch(&mut self, at: usize, fetch: &Fetch) {
        let Some(operation) = self.parse(at, fetch) else { return };
        self.variables(at, fetch, &operation);
        let places: Vec<_> = fetch.places().filter_map(|path| self.place(at, path)).collect();
        self.contexts(at, fetch);
        match &fetch.representation {
            None => {
                let Some(root) = self.supergraph.root(fetch.kind).cloned() else {
                    return self.find(format!("fetch {at}: the graph has no root for {}", fetch.kind));
                };
                for (place, on) in places {
                    let spot = Spot::new(at, fetch, place, root.clone(), on);
                    self.select(&spot, &operation.selection_set);
                }
            }
            Some(representation) => {
                for (place, on) in places {
                    self.entities(at, fetch, representation, (place, &on), &operation);
                }
            }
        }
    }

    fn parse(&mut self, at: usize, fetch: &Fetch) -> Option<OperationDefinition> {
        let document = match Document::parse(fetch.operation.as_str(), "fetch.graphql") {
            Ok(document) => document,
            Err(error) => {
                self.find(format!("fetch {at} does not parse: {}", error.errors));
                return None;
            }
        };
        match document.definitions.as_slice() {
            [Definition::OperationDefinition(operation)] if operation.operation_type == fetch.kind => {
                Some(operation.as_ref().clone())
            }
            _ => {
                self.find(format!("fetch {at} is not one {}", fetch.kind));
                None
            }
        }
    }

    /// Every variable is declared once, used, and sent.
    fn variables(&mut self, at: usize, fetch: &Fetch, operation: &OperationDefinition) {
        let mut declared: Vec<Name> =
            operation.variables.iter().map(|variable| variable.name.clone()).collect();
        let mut sent = fetch.variables.clone();
        sent.extend(fetch.representation.iter().map(|sent| sent.variable.clone()));
        sent.extend(fetch.contexts.iter().map(|context| context.variable.clone()));
        declared.sort();
        sent.sort();
        if declared != sent {
            self.find(format!("fetch {at} declares {declared:?} but is sent {sent:?}"));
        }
        for name in &declared {
            let body = fetch.operation.split_once('{').map_or("", |(_, body)| body);
            if !body.contains(&format!("${name}")) {
                self.find(format!("fetch {at} declares ${name} but does not use it"));
            }
        }
    }

    /// The place that a path of the fetch leads to, with the types that it lets through. None when nothing is there under this
    /// assignment of the variables.
    fn place(&mut self, at: usize, path: &[PathElement]) -> Option<(Place, IndexSet<Name>)> {
        let mut place = 0;
        let mut types = self.tree.types(0, &self.root());
        for element in path {
            match element {
                PathElement::Each => {}
                PathElement::On(on) => types.retain(|ty| on.contains(ty)),
                PathElement::Key(key) => {
                    let child = self.tree.known_child(place, key)?;
                    let ancestors = &self.ancestors[at];
                    let brings =
                        |ty: &Name| self.tree.produced(place, key, ty, Some(ancestors)).next().is_some();
                    if !types.is_empty() && !types.iter().any(brings) {
                        self.find(format!("fetch {at} goes below `{key}`, which nothing before it brings"));
                    }
                    types = self.tree.types(child, &types);
                    place = child;
                }
            }
        }
        Some((place, types))
    }

    /// What objects above give was fetched before, from types that set the context.
    fn contexts(&mut self, at: usize, fetch: &Fetch) {
        for context in &fetch.contexts {
            for source in &context.sources {
                let Some((place, mut types)) = self.place(at, &fetch.path[..source.at]) else { continue };
                if let Some(on) = &source.on {
                    types.retain(|ty| on.contains(ty));
                }
                for field in &source.value {
                    self.read(at, field, (place, &types));
                }
            }
        }
    }

    fn entities(
        &mut self,
        at: usize,
        fetch: &Fetch,
        representation: &Representation,
        (place, on): (Place, &IndexSet<Name>),
        operation: &OperationDefinition,
    ) {
        let [Selection::Field(entities)] = operation.selection_set.as_slice() else {
            return self.find(format!("entity fetch {at} is not about `_entities` alone"));
        };
        let mut keyed = IndexSet::new();
        for ty in &representation.types {
            let concrete = self.runtime_types(&ty.on, on);
            keyed.extend(self.representation(at, fetch, ty, (place, &concrete)));
        }
        for selection in &entities.selection_set {
            let Selection::InlineFragment(inline) = selection else {
                self.find(format!("entity fetch {at} selects something on any entity"));
                continue;
            };
            let Some(as_type) = inline.type_condition.clone() else { continue };
            let sent: Vec<&RepresentationType> =
                representation.types.iter().filter(|ty| ty.send_as == as_type).collect();
            let concrete = sent.iter().flat_map(|ty| self.runtime_types(&ty.on, &keyed)).collect();
            let mut spot = Spot::new(at, fetch, place, as_type, concrete);
            spot.sent = sent.into_iter().cloned().collect();
            self.select(&spot, &inline.selection_set);
        }
    }

    /// The concrete types behind a `__typename`, which may be an interface object's.
    fn runtime_types(&self, name: &Name, here: &IndexSet<Name>) -> IndexSet<Name> {
        let possible = self.supergraph.possible_types(name);
        here.iter().filter(|ty| *ty == name || possible.contains(*ty)).cloned().collect()
    }

    /// What is sent is a key (and what is required), and was fetched before. Gives the types that have the key: an object
    /// without one is not asked for, which is no fault in the cases in which the client wants nothing of it.
    fn representation(
        &mut self,
        at: usize,
        fetch: &Fetch,
        sent: &RepresentationType,
        (place, on): (Place, &IndexSet<Name>),
    ) -> IndexSet<Name> {
        let info =
            self.supergraph.types.get(&sent.send_as).and_then(|info| info.subgraphs.get(&fetch.subgraph));
        let keys = info.into_iter().flat_map(|info| &info.keys).filter(|key| key.resolvable);
        if !keys.into_iter().any(|key| covers(&sent.keys, &key.fields)) {
            self.find(format!("fetch {at} sends {} without one of its keys", sent.send_as));
        }
        let mut keyed = IndexSet::new();
        for ty in on {
            if !self.tree.has_any_name(place, ty, Some(&self.ancestors[at])) {
                self.find(format!("fetch {at} cannot tell {ty} by its name"));
            }
            let alone = IndexSet::from([ty.clone()]);
            let missing = sent.keys.iter().find_map(|field| self.missing(at, field, (place, &alone)));
            match missing {
                Some(finding) => {
                    self.keys.entry((at, ty.clone())).or_insert(Some(finding));
                }
                None => {
                    self.keys.insert((at, ty.clone()), None);
                    keyed.insert(ty.clone());
                }
            }
        }
        for field in &sent.requires {
            self.read(at, field, (place, &keyed));
        }
        keyed
    }

    /// Whether what is sent of objects of these types has everything of a set that any of them can have: what only other types have,
    /// nobody could send.
    pub(super) fn sends(
        &self,
        sent: &[RepresentationField],
        set: &FieldSet,
        (place, on): (Place, &IndexSet<Name>),
    ) -> bool {
        set.selections.iter().all(|selection| match selection {
            FieldSelection::Field(field) if field.name == "__typename" => true,
            FieldSelection::Field(field) => {
                let mut same = sent.iter().filter(|sent| sent.name == field.name);
                same.any(|sent| match self.tree.known_child(place, &sent.source) {
                    Some(below) => {
                        self.sends(&sent.fields, &field.selections, (below, &self.tree.types(below, on)))
                    }
                    None => covers(&sent.fields, &field.selections),
                })
            }
            FieldSelection::Inline(inline) => {
                let on = self.runtime_types(&inline.on, on);
                on.is_empty() || self.sends(sent, &inline.selections, (place, &on))
            }
        })
    }

    fn read(&mut self, at: usize, field: &RepresentationField, from: (Place, &IndexSet<Name>)) {
        if let Some(finding) = self.missing(at, field, from) {
            self.find(finding);
        }
    }

    /// What nothing before the fetch brings of a field that it sends.
    fn missing(
        &self,
        at: usize,
        field: &RepresentationField,
        (place, on): (Place, &IndexSet<Name>),
    ) -> Option<String> {
        let asked = on.iter().filter(|ty| field.on.as_ref().is_none_or(|on| on.contains(*ty)));
        let asked: IndexSet<Name> = asked.cloned().collect();
        for ty in &asked {
            let mut found = self.tree.produced(place, &field.source, ty, Some(&self.ancestors[at]));
            let is_name =
                field.name == "__typename" && self.tree.has_any_name(place, ty, Some(&self.ancestors[at]));
            if !found.any(|one| one.name == field.name) && !is_name {
                return Some(format!(
                    "fetch {at} sends `{}` of {ty} from `{}`, which nothing before it brings",
                    field.name, field.source
                ));
            }
        }
        if field.fields.is_empty() || asked.is_empty() {
            return None;
        }
        let below = self.tree.known_child(place, &field.source)?;
        let types = self.tree.types(below, &asked);
        field.fields.iter().find_map(|inner| self.missing(at, inner, (below, &types)))
    }
}

/// Whether what is sent has every field of a set.
fn covers(sent: &[RepresentationField], set: &FieldSet) -> bool {
    set.selections.iter().all(|selection| match selection {
        FieldSelection::Field(field) if field.name == "__typename" => true,
        FieldSelection::Field(field) => {
            let mut same = sent.iter().filter(|sent| sent.name == field.name);
            same.any(|sent| covers(&sent.fields, &field.selections))
        }
        FieldSelection::Inline(inline) => covers(sent, &inline.selections),
    })
}
