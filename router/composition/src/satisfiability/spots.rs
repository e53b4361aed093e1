//! Where an object may be, and from there to where.

use apollo_compiler::Name;
use indexmap::IndexSet;
use router_planner::{Entry, Graph};
use router_schema::apollo_compiler;
use router_schema::{ContextArgument, FieldIn, FieldSet, Selection, SubgraphId, Supergraph, TypeKind};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

/// A place where an object may be: a subgraph, the type it has there, and what the subgraph provides on this path.
#[derive(Clone, Debug)]
pub(crate) struct Spot {
    pub(crate) graph: SubgraphId,
    /// The object's type, or the interface that stands for it in a subgraph with `@interfaceObject`.
    pub(crate) ty: Name,
    pub(crate) provided: Vec<FieldSet>,
}

/// Spots by what makes them differ.
pub(crate) type Spots = BTreeMap<String, Spot>;

/// What objects further up the query set: the object's type and where it may be on each way to it, by the context's name.
pub(crate) type Contexts = BTreeMap<String, (Name, Vec<Spots>)>;

/// What is in progress, to see cycles: a requirement or an expansion that needs itself gets nothing more from itself.
#[derive(Default)]
struct Pending {
    requirements: Vec<(SubgraphId, Name, Name)>,
    expansions: Vec<(Name, Vec<String>)>,
}

pub(crate) fn collect(spots: impl Iterator<Item = Spot>) -> Spots {
    spots.map(|spot| (spot.key(), spot)).collect()
}

impl Spot {
    fn new(graph: SubgraphId, ty: Name) -> Self {
        Self { graph, ty, provided: Vec::new() }
    }

    fn key(&self) -> String {
        let mut provided: Vec<_> = self.provided.iter().map(ToString::to_string).collect();
        provided.sort();
        format!("{}:{}({})", self.graph.index(), self.ty, provided.join(", "))
    }
}

/// The keys by which an object can be looked up, each with the spot that it leads to.
type Entries<'a> = Vec<(Spot, &'a FieldSet)>;

/// The ways through the graph that the planner searches.
pub(crate) struct Ways<'a> {
    graph: &'a Graph,
    pub(crate) supergraph: &'a Supergraph,
    /// The key edges, with the spots made once.
    entries: HashMap<&'a Name, Entries<'a>>,
}

impl<'a> Ways<'a> {
    pub(crate) fn new(supergraph: &'a Supergraph, graph: &'a Graph) -> Self {
        let spot = |entry: &'a Entry| (Spot::new(entry.subgraph, entry.as_type.clone()), &entry.key);
        let entries = |ty: &'a Name| (ty, graph.all_entries(ty).map(spot).collect());
        Self { graph, supergraph, entries: supergraph.types.keys().map(entries).collect() }
    }

    /// All subgraphs that have the type.
    pub(crate) fn everywhere(&self, ty: &Name) -> Spots {
        let graphs = self.supergraph.types.get(ty).into_iter().flat_map(|info| info.subgraphs.keys());
        collect(graphs.map(|graph| Spot::new(*graph, ty.clone())))
    }

    pub(crate) fn is_interface_object(&self, spot: &Spot) -> bool {
        self.graph.is_interface_object(spot.graph, &spot.ty)
    }

    /// The keys by which an object of this type can be looked up anywhere.
    pub(crate) fn entries(&self, ty: &Name) -> &[(Spot, &'a FieldSet)] {
        self.entries.get(ty).map_or(&[], Vec::as_slice)
    }

    fn implements(&self, ty: &Name, interface: &Name) -> bool {
        implements(self.supergraph, ty, interface)
    }

    fn is_root(&self, ty: &Name) -> bool {
        self.supergraph.schema.schema_definition.iter_root_operations().any(|(_, root)| root.name == *ty)
    }

    /// The spots and all others that can be entered from them.
    pub(crate) fn expand(&self, ty: &Name, spots: &Spots) -> Spots {
        self.expand_pending(ty, spots, &mut Pending::default())
    }

    fn expand_pending(&self, ty: &Name, spots: &Spots, pending: &mut Pending) -> Spots {
        let mut reachable = spots.clone();
        if self.is_root(ty) {
            // Every subgraph answers for its part of a root without a key.
            reachable.extend(self.everywhere(ty));
            return reachable;
        }
        let step = (ty.clone(), spots.keys().cloned().collect());
        if self.entries(ty).is_empty() || pending.expansions.contains(&step) {
            return reachable;
        }
        pending.expansions.push(step);
        loop {
            let entered = self.entries(ty).iter().find(|(spot, key)| {
                !reachable.contains_key(&spot.key()) && self.can_get(ty, &reachable, key, pending)
            });
            match entered {
                Some((spot, _)) => reachable.insert(spot.key(), spot.clone()),
                None => break,
            };
        }
        pending.expansions.pop();
        reachable
    }

    /// The spots without those that take an argument of the field from a context which nothing above gives.
    pub(crate) fn with_contexts<'s>(
        &self,
        spots: &'s Spots,
        field: &Name,
        contexts: &Contexts,
    ) -> Cow<'s, Spots> {
        let takes =
            |spot: &Spot| self.field_in(spot, field).is_some_and(|here| !here.context_arguments.is_empty());
        if !spots.values().any(takes) {
            return Cow::Borrowed(spots);
        }
        let is_given = |argument: &ContextArgument| {
            contexts.get(&argument.context).is_some_and(|(ty, ways)| {
                let gives = |spots| self.can_get(ty, spots, &argument.selection, &mut Pending::default());
                ways.iter().any(gives)
            })
        };
        let is_usable = |spot: &Spot| {
            self.field_in(spot, field).is_none_or(|here| here.context_arguments.iter().all(is_given))
        };
        let usable = spots.iter().filter(|(_, spot)| is_usable(spot));
        Cow::Owned(usable.map(|(key, spot)| (key.clone(), spot.clone())).collect())
    }

    /// Each spot with all that can be entered from it. When two subgraphs return an object, the keys that one of them knows do
    /// not help where the other one's answer is continued.
    pub(crate) fn expand_each(&self, ty: &Name, spots: &Spots) -> Vec<Spots> {
        if self.is_root(ty) {
            // The same from everywhere.
            return vec![self.expand(ty, spots)];
        }
        let alone = |(key, spot): (&String, &Spot)| Spots::from([(key.clone(), spot.clone())]);
        spots.iter().map(|spot| self.expand(ty, &alone(spot))).collect()
    }

    /// Where the field's value may be, given all the spots of its object.
    pub(crate) fn follow(&self, ty: &Name, spots: &Spots, field: &Name) -> Spots {
        self.follow_pending(ty, spots, field, &mut Pending::default())
    }

    fn follow_pending(&self, ty: &Name, spots: &Spots, field: &Name, pending: &mut Pending) -> Spots {
        let mut next = Vec::new();
        for spot in spots.values() {
            let Some(here) = self.field_in(spot, field) else { continue };
            let nested = nested(self.supergraph, &spot.provided, (&spot.ty, ty), field);
            if !self.resolves(spot, field) && nested.is_none() {
                continue;
            }
            if let Some(requires) = here.requires.as_ref().filter(|_| nested.is_none()) {
                let step = (spot.graph, spot.ty.clone(), field.clone());
                if pending.requirements.contains(&step) {
                    continue;
                }
                pending.requirements.push(step);
                let is_met =
                    self.can_reenter(ty, spots, spot, pending) && self.can_get(ty, spots, requires, pending);
                pending.requirements.pop();
                if !is_met {
                    continue;
                }
            }
            let mut provided: Vec<_> = here.provides.iter().cloned().collect();
            provided.extend(nested.into_iter().filter(|set| !set.is_empty()));
            next.push(Spot { graph: spot.graph, ty: here.ty.inner_named_type().clone(), provided });
        }
        collect(next.into_iter())
    }

    /// What is required goes along with the key, so the subgraph must be entered by one.
    fn can_reenter(&self, ty: &Name, spots: &Spots, spot: &Spot, pending: &mut Pending) -> bool {
        self.entries(ty)
            .iter()
            .filter(|(entry, _)| entry.graph == spot.graph && entry.ty == spot.ty)
            .any(|(_, key)| self.can_get(ty, spots, key, pending))
    }

    /// Whether a field set can be had of an object at these spots.
    fn can_get(&self, ty: &Name, spots: &Spots, set: &FieldSet, pending: &mut Pending) -> bool {
        set.selections.iter().all(|selection| match selection {
            Selection::Field(field) if field.name == "__typename" => true,
            Selection::Field(field) => {
                let next = self.follow_pending(ty, spots, &field.name, pending);
                if next.is_empty() {
                    return false;
                }
                if field.selections.is_empty() {
                    return true;
                }
                let next_ty = self.merged_type(ty, &field.name).unwrap_or_else(|| ty.clone());
                self.can_get_below(&next_ty, &next, &field.selections, pending)
            }
            Selection::Inline(inline) if inline.on == *ty || self.implements(ty, &inline.on) => {
                self.can_get(ty, spots, &inline.selections, pending)
            }
            // The object is of another type; nothing is selected on it.
            Selection::Inline(_) => true,
        })
    }

    /// The same for the value of a field: an abstract one must have it whatever it turns out to be.
    fn can_get_below(&self, ty: &Name, spots: &Spots, set: &FieldSet, pending: &mut Pending) -> bool {
        // Most of what keys and requirements nest is right there.
        if self.can_get(ty, spots, set, pending) {
            return true;
        }
        let reachable = self.expand_pending(ty, spots, pending);
        let is_object = self.supergraph.types.get(ty).is_some_and(|info| info.kind == TypeKind::Object);
        let tells_types = reachable.values().any(|spot| !self.is_interface_object(spot));
        if is_object || !tells_types {
            return self.can_get(ty, &reachable, set, pending);
        }
        self.supergraph.possible_types(ty).iter().all(|object| {
            let occurring = reachable.values().filter_map(|spot| {
                if self.is_interface_object(spot) {
                    return Some(spot.clone());
                }
                let is_possible = self.supergraph.possible_types_in(spot.graph, &spot.ty).contains(object);
                is_possible.then(|| Spot { ty: object.clone(), ..spot.clone() })
            });
            let narrowed = collect(occurring);
            if narrowed.is_empty() {
                return true;
            }
            let narrowed = self.expand_pending(object, &narrowed, pending);
            self.can_get(object, &narrowed, set, pending)
        })
    }

    fn merged_type(&self, ty: &Name, field: &Name) -> Option<Name> {
        Some(self.supergraph.types.get(ty)?.fields.get(field)?.ty.inner_named_type().clone())
    }

    pub(crate) fn field_in(&self, spot: &Spot, field: &Name) -> Option<&'a FieldIn> {
        self.graph.field(spot.graph, &spot.ty, field)
    }

    /// Whether the subgraph resolves the field whatever the path.
    fn resolves(&self, spot: &Spot, field: &Name) -> bool {
        self.graph.owns(spot.graph, &spot.ty, field)
    }

    /// The subgraphs that resolve the field somewhere, with the type they know its object by.
    pub(crate) fn owners(&self, ty: &Name, field: &Name) -> IndexSet<(SubgraphId, Name)> {
        let mut owners = IndexSet::new();
        for (name, info) in &self.supergraph.types {
            if name != ty && !(info.kind == TypeKind::Interface && self.implements(ty, name)) {
                continue;
            }
            for graph in info.fields.get(field).into_iter().flat_map(|field| field.subgraphs.keys()) {
                let spot = Spot::new(*graph, name.clone());
                if self.resolves(&spot, field) && (name == ty || self.is_interface_object(&spot)) {
                    owners.insert((*graph, name.clone()));
                }
            }
        }
        owners
    }
}

fn implements(supergraph: &Supergraph, ty: &Name, interface: &Name) -> bool {
    let info = supergraph.types.get(ty);
    info.is_some_and(|info| info.subgraphs.values().any(|here| here.implements.contains(interface)))
}

/// What the provided sets say of a field, by the type that the subgraph knows the object by and its own: the field's own
/// selections, or `None` when they do not provide it.
fn nested(
    supergraph: &Supergraph,
    provided: &[FieldSet],
    (here, object): (&Name, &Name),
    field: &Name,
) -> Option<FieldSet> {
    let lets_through = |on: &Name| on == here || supergraph.possible_types(on).contains(object);
    let mut found: Option<FieldSet> = None;
    for selection in provided.iter().flat_map(|set| &set.selections) {
        match selection {
            Selection::Field(selected) if selected.name == *field => {
                let nested = found.get_or_insert_default();
                nested.selections.extend(selected.selections.selections.iter().cloned());
            }
            Selection::Inline(inline) if lets_through(&inline.on) => {
                let inner = std::slice::from_ref(&inline.selections);
                if let Some(more) = nested(supergraph, inner, (here, object), field) {
                    found.get_or_insert_default().selections.extend(more.selections);
                }
            }
            _ => {}
        }
    }
    found
}
