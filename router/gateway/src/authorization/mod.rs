//! What a caller may see: `@authenticated`, `@requiresScopes` and `@policy` of the supergraph.
//!
//! A graph has few distinct requirements. Each is looked at once per request; those that the caller does not meet decide
//! which fields are taken out of an operation before it is planned (`withhold`). Whatever is unknown is refused: a scope
//! that the token does not have, a policy that nobody configured, a caller without a token.

mod withhold;

pub(crate) use withhold::{merge, reduce};

use crate::auth::Identity;
use crate::config::{Authorization, ClaimValues};
use apollo_compiler::ast::{Directive, Value};
use apollo_compiler::executable::Field;
use apollo_compiler::schema::{ExtendedType, Implementers};
use apollo_compiler::{Name, Schema};
use router_schema::{GuardNames, Supergraph};
use std::collections::{BTreeSet, HashMap};

/// One condition on the caller. The lists of lists are alternatives of things needed together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Requirement {
    Authenticated,
    Scopes(Vec<Vec<String>>),
    Policies(Vec<Vec<String>>),
}

/// The requirements of a graph that a caller does not meet, by position.
pub(crate) type Unmet = BTreeSet<usize>;

/// The requirements of a graph, and where they stand.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    requirements: Vec<Requirement>,
    types: HashMap<Name, Vec<usize>>,
    fields: HashMap<(Name, Name), Vec<usize>>,
    /// The object types and interfaces that implement each interface.
    implementers: HashMap<Name, Vec<Name>>,
}

impl Rules {
    /// Reads them from a supergraph.
    pub(crate) fn of(supergraph: &Supergraph) -> Self {
        let mut rules = Self::default();
        let (schema, names) = (&supergraph.schema, &supergraph.guards);
        for (name, definition) in schema.types.iter().filter(|(_, definition)| !definition.is_built_in()) {
            let here = rules.positions(names, definition.directives().iter().map(|directive| &***directive));
            if !here.is_empty() {
                rules.types.insert(name.clone(), here);
            }
            let fields = match definition {
                ExtendedType::Object(object) => &object.fields,
                ExtendedType::Interface(interface) => &interface.fields,
                _ => continue,
            };
            for (field, definition) in fields {
                let here = rules.positions(names, definition.directives.iter().map(|directive| &**directive));
                if !here.is_empty() {
                    rules.fields.insert((name.clone(), field.clone()), here);
                }
            }
        }
        if !rules.requirements.is_empty() {
            rules.implementers = implementers(schema);
        }
        rules
    }

    fn positions<'d>(
        &mut self,
        names: &GuardNames,
        directives: impl Iterator<Item = &'d Directive>,
    ) -> Vec<usize> {
        directives
            .filter_map(|directive| requirement(names, directive))
            .map(|requirement| {
                let known = self.requirements.iter().position(|other| *other == requirement);
                known.unwrap_or_else(|| {
                    self.requirements.push(requirement);
                    self.requirements.len() - 1
                })
            })
            .collect()
    }

    /// What a caller lacks.
    pub(crate) fn unmet(&self, identity: Option<&Identity>, settings: &Authorization) -> Unmet {
        let held = |name: &str, identity: &Identity| {
            settings.scope_claims.iter().any(|claim| identity.values(claim).any(|value| value == name))
        };
        let allows = |name: &str, identity: &Identity| {
            settings.policies.get(name).is_some_and(|claims| all_hold(claims, identity))
        };
        let is_met = |requirement: &Requirement| match (requirement, identity) {
            (_, None) => false,
            (Requirement::Authenticated, Some(_)) => true,
            (Requirement::Scopes(ways), Some(identity)) => one_way(ways, |name| held(name, identity)),
            (Requirement::Policies(ways), Some(identity)) => one_way(ways, |name| allows(name, identity)),
        };
        let numbered = self.requirements.iter().enumerate();
        numbered.filter(|(_, requirement)| !is_met(requirement)).map(|(position, _)| position).collect()
    }

    /// Whether a caller who lacks these may not see a field of this type. On an interface it may be any implementation's
    /// field, so all of them must be allowed.
    fn withholds(&self, parent: &Name, field: &Field, unmet: &Unmet) -> bool {
        if field.name.starts_with("__") {
            return false;
        }
        let lacks = |positions: Option<&Vec<usize>>| {
            positions.is_some_and(|positions| positions.iter().any(|position| unmet.contains(position)))
        };
        let is_closed = |owner: &Name| {
            lacks(self.types.get(owner)) || lacks(self.fields.get(&(owner.clone(), field.name.clone())))
        };
        is_closed(parent)
            || lacks(self.types.get(field.ty().inner_named_type()))
            || self.implementers.get(parent).into_iter().flatten().any(is_closed)
    }
}

/// Whether every claim has one of the values that a policy asks for. A policy without claims says nothing about anybody.
fn all_hold(claims: &std::collections::BTreeMap<String, ClaimValues>, identity: &Identity) -> bool {
    !claims.is_empty()
        && claims.iter().all(|(claim, wanted)| identity.values(claim).any(|value| wanted.contains(value)))
}

/// Whether one of the alternatives holds altogether. An empty one would hold for everybody and is taken for none.
fn one_way(ways: &[Vec<String>], holds: impl Fn(&str) -> bool) -> bool {
    ways.iter().any(|together| !together.is_empty() && together.iter().all(|name| holds(name)))
}

fn requirement(names: &GuardNames, directive: &Directive) -> Option<Requirement> {
    let name = directive.name.as_str();
    if name == names.authenticated {
        Some(Requirement::Authenticated)
    } else if name == names.requires_scopes {
        Some(Requirement::Scopes(ways(directive, "scopes")))
    } else if name == names.policy {
        Some(Requirement::Policies(ways(directive, "policies")))
    } else {
        None
    }
}

/// A list of lists of strings. Whatever cannot be read is a way that nobody can go.
fn ways(directive: &Directive, argument: &str) -> Vec<Vec<String>> {
    let Some(ways) = directive.specified_argument_by_name(argument).and_then(|value| value.as_list()) else {
        return Vec::new();
    };
    let names = |way: &Value| -> Option<Vec<String>> {
        way.as_list()?.iter().map(|name| name.as_str().map(str::to_owned)).collect()
    };
    ways.iter().filter_map(|way| names(way)).collect()
}

fn implementers(schema: &Schema) -> HashMap<Name, Vec<Name>> {
    let names = |all: Implementers| all.objects.into_iter().chain(all.interfaces).collect();
    schema.implementers_map().into_iter().map(|(name, all)| (name, names(all))).collect()
}
