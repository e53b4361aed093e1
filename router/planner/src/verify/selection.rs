//! Selections: every field exists in the subgraph that is asked for it, and can be resolved there.

use super::Run;
use super::tree::{Place, Produced, STAND_IN_NAME};
use crate::labels::is_moved;
use crate::plan::{Fetch, RepresentationType};
use crate::provides;
use apollo_compiler::Name;
use apollo_compiler::ast::{DirectiveList, Field, InlineFragment, Selection, Type, Value};
use indexmap::IndexSet;
use router_schema::{FieldIn, FieldSet, Selection as FieldSelection, SubgraphId, TypeKind};

/// An object position in a fetch's operation.
#[derive(Clone, Debug)]
pub(super) struct Spot {
    fetch: usize,
    subgraph: SubgraphId,
    place: Place,
    /// The type that the selection is on.
    ty: Name,
    /// The concrete types that objects here can have.
    on: IndexSet<Name>,
    provides: Vec<FieldSet>,
    /// What was sent, at the top of an entity fetch.
    pub(super) sent: Vec<RepresentationType>,
}

impl Spot {
    pub(super) fn new(at: usize, fetch: &Fetch, place: Place, ty: Name, on: IndexSet<Name>) -> Self {
        let (provides, sent) = (Vec::new(), Vec::new());
        Self { fetch: at, subgraph: fetch.subgraph, place, ty, on, provides, sent }
    }
}

impl Run<'_> {
    pub(super) fn select(&mut self, spot: &Spot, selections: &[Selection]) {
        if selections.is_empty() {
            self.find(format!("fetch {} selects nothing on {}", spot.fetch, spot.ty));
        }
        for selection in selections {
            match selection {
                Selection::Field(field) if self.runs(&field.directives) => self.field(spot, field),
                Selection::InlineFragment(inline) if self.runs(&inline.directives) => {
                    self.inline(spot, inline)
                }
                Selection::Field(_) | Selection::InlineFragment(_) => {}
                Selection::FragmentSpread(spread) => {
                    self.find(format!("fetch {} spreads {}", spot.fetch, spread.fragment_name));
                }
            }
        }
    }

    fn runs(&self, directives: &DirectiveList) -> bool {
        directives.iter().all(|directive| {
            let wanted = directive.name == "include";
            directive.arguments.iter().all(|argument| match argument.value.as_ref() {
                Value::Variable(name) => self.assignment.get(name).copied().unwrap_or(false) == wanted,
                _ => true,
            })
        })
    }

    fn inline(&mut self, spot: &Spot, inline: &InlineFragment) {
        let Some(ty) = &inline.type_condition else { return self.select(spot, &inline.selection_set) };
        let here = self.supergraph.possible_types_in(spot.subgraph, ty);
        let mut inner = spot.clone();
        if !self.is_stand_in(spot.subgraph, ty) {
            inner.on.retain(|on| here.contains(on));
        }
        inner.ty = ty.clone();
        inner.provides = provides::narrowed(self.supergraph, &spot.provides, ty);
        let possible = self.supergraph.possible_types_in(spot.subgraph, &spot.ty);
        if !here.iter().any(|ty| possible.contains(ty)) {
            self.find(format!("fetch {}: no {} can be a {ty} there", spot.fetch, spot.ty));
        }
        self.select(&inner, &inline.selection_set);
    }

    fn field(&mut self, spot: &Spot, field: &Field) {
        let key = field.alias.clone().unwrap_or_else(|| field.name.clone());
        if field.name == "__typename" {
            return self.typename(spot, &key);
        }
        let info = self.supergraph.types.get(&spot.ty).and_then(|info| info.fields.get(&field.name));
        let Some(here) = info.and_then(|info| info.subgraphs.get(&spot.subgraph)).cloned() else {
            return self.find(format!("fetch {}: {}.{} is not there", spot.fetch, spot.ty, field.name));
        };
        self.resolvable(spot, &field.name, &here);
        self.contextual(spot, field, &here);
        let arguments: Vec<String> = field
            .arguments
            .iter()
            .map(|argument| format!("{}: {}", argument.name, argument.value.serialize().no_indent()))
            .collect();
        let call = format!("{}({})", field.name, arguments.join(", "));
        let produced = Produced {
            fetch: spot.fetch,
            on: spot.on.clone(),
            name: field.name.clone(),
            call,
            ty: here.ty.clone(),
        };
        if let Some(clash) = self.tree.produce(spot.place, &key, produced) {
            self.find(format!("fetch {} on {}: {clash}", spot.fetch, spot.ty));
        }
        self.below(spot, field, &key, &here);
    }

    fn below(&mut self, spot: &Spot, field: &Field, key: &Name, here: &FieldIn) {
        let named = here.ty.inner_named_type();
        let is_composite = self.supergraph.types.get(named).is_some_and(|info| {
            matches!(info.kind, TypeKind::Object | TypeKind::Interface | TypeKind::Union)
        });
        if is_composite == field.selection_set.is_empty() {
            self.find(format!("fetch {}: the selection on {}.{} is wrong", spot.fetch, spot.ty, field.name));
        }
        if !is_composite {
            return;
        }
        let mut on = self.supergraph.possible_types_in(spot.subgraph, named);
        if self.is_stand_in(spot.subgraph, named) {
            on = self.supergraph.possible_types(named);
        }
        let place = self.tree.child(spot.place, key);
        self.tree.add_types(place, spot.fetch, &spot.on, &on);
        let mut provided: Vec<FieldSet> = here.provides.clone().into_iter().collect();
        provided.extend(provides::below(&spot.provides, &field.name));
        let inner = Spot {
            fetch: spot.fetch,
            subgraph: spot.subgraph,
            place,
            ty: named.clone(),
            on,
            provides: provided,
            sent: Vec::new(),
        };
        self.select(&inner, &field.selection_set);
    }

    fn typename(&mut self, spot: &Spot, key: &Name) {
        let name = Name::new_unchecked("__typename");
        let is_stand_in = self.is_stand_in(spot.subgraph, &spot.ty);
        let stored = if is_stand_in { Name::new_unchecked(STAND_IN_NAME) } else { key.clone() };
        let produced = Produced {
            fetch: spot.fetch,
            on: spot.on.clone(),
            ty: Type::Named(name.clone()),
            call: name.to_string(),
            name,
        };
        self.tree.produce(spot.place, &stored, produced);
    }

    fn is_stand_in(&self, subgraph: SubgraphId, ty: &Name) -> bool {
        let info = self.supergraph.types.get(ty).and_then(|info| info.subgraphs.get(&subgraph));
        info.is_some_and(|here| here.is_interface_object)
    }

    /// A field is served unless it moved away, belongs to another subgraph, or needs something that is not sent.
    fn resolvable(&mut self, spot: &Spot, field: &Name, here: &FieldIn) {
        self.resolvable_on(spot, &spot.ty, field, here);
        for ty in &spot.on {
            let info = self.supergraph.types.get(ty).and_then(|info| info.fields.get(field));
            if let Some(here) = info.and_then(|info| info.subgraphs.get(&spot.subgraph)).cloned()
                && *ty != spot.ty
            {
                self.resolvable_on(spot, ty, field, &here);
            }
        }
    }

    fn resolvable_on(&mut self, spot: &Spot, ty: &Name, field: &Name, here: &FieldIn) {
        if provides::provided(&spot.provides, field) {
            return;
        }
        let fetch = spot.fetch;
        if is_moved(here, &self.plan.labels) {
            self.find(format!("fetch {fetch}: {ty}.{field} has moved to another subgraph"));
        }
        if here.is_external && !self.is_in_key(spot.subgraph, ty, field) {
            self.find(format!("fetch {fetch}: {ty}.{field} belongs to another subgraph"));
        }
        // Of an interface that nothing implements in this subgraph, there is nobody for whom anything could be sent.
        if let Some(requires) = &here.requires
            && !spot.on.is_empty()
        {
            let sends = |sent: &RepresentationType| {
                let all: Vec<_> = sent.keys.iter().chain(&sent.requires).cloned().collect();
                self.sends(&all, requires, (spot.place, &spot.on))
            };
            if spot.sent.is_empty() || !spot.sent.iter().all(sends) {
                self.find(format!("fetch {fetch}: {ty}.{field} requires what is not sent"));
            }
        }
    }

    /// Every argument that a context gives is there, as a variable that the fetch has from an object above.
    fn contextual(&mut self, spot: &Spot, field: &Field, here: &FieldIn) {
        let fetch = &self.plan.fetches[spot.fetch];
        for wanted in &here.context_arguments {
            let given = field.arguments.iter().find(|argument| argument.name == wanted.name);
            let is_given = given.is_some_and(|given| match given.value.as_ref() {
                Value::Variable(name) => {
                    fetch.contexts.iter().any(|context| context.variable == *name && context.ty == wanted.ty)
                }
                _ => false,
            });
            if !is_given {
                let (fetch, ty, name) = (spot.fetch, &spot.ty, &field.name);
                self.find(format!(
                    "fetch {fetch}: {ty}.{name}({}:) is not given from its context",
                    wanted.name
                ));
            }
        }
    }

    fn is_in_key(&self, subgraph: SubgraphId, ty: &Name, field: &Name) -> bool {
        let info = self.supergraph.types.get(ty).and_then(|info| info.subgraphs.get(&subgraph));
        info.into_iter().flat_map(|info| &info.keys).any(|key| {
            key.fields.selections.iter().any(|selection| match selection {
                FieldSelection::Field(selected) => selected.name == *field,
                FieldSelection::Inline(_) => false,
            })
        })
    }
}
