//! Who may resolve the same field: everybody who does must have said that others may.

use super::merged::{Body, Graph, Merged, MergedType, Placement};
use super::overrides::Overrides;
use super::{Merger, listed};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::ingest::Subgraph;
use apollo_compiler::ast::FieldDefinition;
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{Name, Node};
use router_schema::apollo_compiler;
use std::collections::BTreeSet;

impl Merger<'_> {
    /// A shared field gives the same value everywhere, so only objects of common types may come from it.
    pub(crate) fn check_runtime_types(&mut self, parent: &Name, owners: &[(Graph, &Node<FieldDefinition>)]) {
        if self.subgraphs.iter().any(|subgraph| subgraph.schema.get_interface(parent).is_some()) {
            return;
        }
        let possible: Vec<(Graph, BTreeSet<&Name>)> = owners
            .iter()
            .filter(|(graph, field)| self.subgraphs[*graph].resolves(parent, &field.name))
            .filter_map(|(graph, field)| {
                Some((*graph, runtime_types(&self.subgraphs[*graph], field.ty.inner_named_type())?))
            })
            .collect();
        let [(_, first), rest @ ..] = possible.as_slice() else { return };
        if rest.iter().all(|(_, types)| types == first) {
            return;
        }
        let is_common = |ty: &&&Name| rest.iter().all(|(_, types)| types.contains(**ty));
        let common: Vec<_> = first.iter().filter(is_common).map(|name| name.as_str()).collect();
        let field = owners[0].1;
        let coordinate = format!("{parent}.{}", field.name);
        let spread = self.spread_of(possible.iter().map(|(graph, types)| {
            let names: Vec<_> = types.iter().map(|name| name.as_str()).collect();
            (*graph, listed(&names))
        }));
        let diagnostic = if common.is_empty() {
            let message =
                format!("{coordinate} is shared, but its subgraphs have no type in common: {spread}");
            Diagnostic::error(Code::ShareableHasMismatchedRuntimeTypes, message)
                .hint("let it return the same types everywhere, or resolve it in one subgraph")
        } else {
            let message = format!(
                "{coordinate} is shared and may only return {}, known to all: {spread}",
                listed(&common)
            );
            Diagnostic::note(Code::InconsistentRuntimeTypesForShareableReturn, message)
                .hint("see that no subgraph returns another type there")
        };
        let place = (&self.subgraphs[owners[0].0], field.name.location());
        self.diagnostics.push(diagnostic.at(place.0, place.1).coordinate(coordinate));
    }

    /// Refuses a field that several subgraphs resolve unless all of them share it.
    pub(crate) fn check_sharing(
        &mut self,
        parent: &Name,
        sources: &[(Graph, &Node<FieldDefinition>)],
        overrides: &Overrides,
    ) {
        let resolving: Vec<_> = sources
            .iter()
            .filter(|(graph, field)| {
                !overrides.overridden.contains_key(graph)
                    && self.subgraphs[*graph].resolves(parent, &field.name)
            })
            .collect();
        if resolving.len() < 2 || overrides.is_refused {
            return;
        }
        let is_subscription = parent == "Subscription";
        let alone: Vec<_> = resolving
            .iter()
            .filter(|(graph, field)| {
                is_subscription || !self.subgraphs[*graph].terms(parent, &field.name).is_shareable
            })
            .collect();
        let Some((graph, field)) = alone.first() else { return };
        let coordinate = format!("{parent}.{}", field.name);
        let all: Vec<_> = resolving.iter().map(|(graph, _)| *graph).collect();
        let not_sharing: Vec<_> = alone.iter().map(|(graph, _)| *graph).collect();
        let (message, hint) = if is_subscription {
            let message = format!(
                "{coordinate} is resolved by {}: a stream of events has one source",
                self.listed(&all)
            );
            (message, "keep the field in one subgraph".to_owned())
        } else {
            let message = format!(
                "{coordinate} is resolved by {} but not marked @shareable in {}",
                self.listed(&all),
                self.listed(&not_sharing)
            );
            (
                message,
                "mark it @shareable in all of them when they give the same value, or rename one".to_owned(),
            )
        };
        let diagnostic = Diagnostic::error(Code::InvalidFieldSharing, message)
            .at(&self.subgraphs[*graph], field.name.location())
            .coordinate(coordinate)
            .hint(hint);
        self.diagnostics.push(diagnostic);
    }

    /// The same for fields that interface objects give to the implementations: even two of one subgraph are two ways to a field.
    pub(crate) fn check_sharing_through_interfaces(&mut self, merged: &Merged) {
        for (name, ty) in &merged.types {
            let Body::Object(object) = &ty.body else { continue };
            let standing: Vec<_> = object
                .implements
                .keys()
                .filter_map(|interface| merged.types.get_key_value(interface))
                .filter(|(_, ty)| ty.placement.values().any(Placement::is_standing_in))
                .collect();
            let fields: BTreeSet<_> = standing
                .iter()
                .filter_map(|(_, ty)| ty.composite())
                .flat_map(|ty| ty.fields.keys())
                .collect();
            for field in fields {
                let mut ways = self.ways((name, ty), field);
                let through = standing.iter().flat_map(|(interface, ty)| {
                    let ways = self.ways((interface, ty), field);
                    ways.into_iter().filter(|way| ty.placement[&way.graph].is_standing_in())
                });
                let through: Vec<_> = through.collect();
                if !through.is_empty() {
                    ways.extend(through);
                    self.check_ways(name, field, &ways);
                }
            }
        }
    }

    /// The subgraphs that resolve a field on this very type.
    fn ways<'m>(&self, (name, ty): (&'m Name, &MergedType), field: &Name) -> Vec<Way<'m>> {
        let Some(merged) = ty.composite().and_then(|composite| composite.fields.get(field)) else {
            return Vec::new();
        };
        let graphs: Vec<Graph> = match &merged.join {
            None => ty.placement.keys().copied().collect(),
            Some(joins) => joins.iter().filter(|join| !join.is_given_away()).map(|join| join.graph).collect(),
        };
        let resolving = graphs.into_iter().filter(|graph| self.subgraphs[*graph].resolves(name, field));
        resolving.map(|graph| Way { graph, on: name }).collect()
    }

    fn check_ways(&mut self, name: &Name, field: &Name, ways: &[Way<'_>]) {
        let alone: Vec<_> =
            ways.iter().filter(|way| !self.subgraphs[way.graph].terms(way.on, field).is_shareable).collect();
        let (2.., Some(first)) = (ways.len(), alone.first()) else { return };
        let said = |way: &Way<'_>| match way.on == name {
            true => self.subgraphs[way.graph].name.clone(),
            false => format!("{} through {}.{field}", self.subgraphs[way.graph].name, way.on),
        };
        let all: Vec<_> = ways.iter().map(said).collect();
        let not_sharing: Vec<_> = alone.iter().map(|way| format!("{}.{field}", way.on)).collect();
        let texts = |owned: &[String]| listed(&owned.iter().map(String::as_str).collect::<Vec<_>>());
        let message = format!(
            "{name}.{field} is resolved by {}, but @shareable is missing on {}",
            texts(&all),
            texts(&not_sharing)
        );
        let subgraph = &self.subgraphs[first.graph];
        let place = subgraph.schema.type_field(first.on, field).ok().and_then(|field| field.name.location());
        let diagnostic = Diagnostic::error(Code::InvalidFieldSharing, message)
            .at(subgraph, place)
            .coordinate(format!("{name}.{field}"))
            .hint("mark it @shareable on all of them when they give the same value, or keep one");
        self.diagnostics.push(diagnostic);
    }
}

/// A subgraph that resolves a field, on the object's own type or on an interface that stands for it there.
struct Way<'m> {
    graph: Graph,
    on: &'m Name,
}

/// The object types that an abstract type can stand for in a subgraph; `None` for others, and for an interface object,
/// which knows no implementation.
fn runtime_types<'a>(subgraph: &'a Subgraph, name: &Name) -> Option<BTreeSet<&'a Name>> {
    match subgraph.schema.types.get(name)? {
        ExtendedType::Union(_) | ExtendedType::Interface(_) => {
            Some(subgraph.objects_of(name).into_iter().collect())
        }
        _ => None,
    }
}
