//! On which terms a subgraph serves each field, worked out from its directives and field sets.
//!
//! Federation 1 is upgraded here: its key fields are never external, unused `@external` means nothing, and value types and
//! whatever another subgraph resolves too are shareable, because Federation 1 had no word for it.

use super::{Edition, Federation, Subgraph, contexts};
use apollo_compiler::ast::{Directive, FieldDefinition};
use apollo_compiler::schema::{Component, DirectiveList, ExtendedType};
use apollo_compiler::{Name, Node};
use indexmap::{IndexMap, IndexSet};
use router_schema::apollo_compiler;
use router_schema::{FieldSet, FieldSetError, Selection};

/// How a subgraph serves one field.
#[derive(Clone, Debug, Default)]
pub(crate) struct Terms {
    /// Only referred to; key fields of extensions and what Federation 1 called external without need are not.
    pub(crate) is_external: bool,
    /// External, but some `@provides` covers it.
    pub(crate) is_provided: bool,
    /// Others may resolve it as well.
    pub(crate) is_shareable: bool,
    /// Part of a key of this subgraph.
    pub(crate) is_key: bool,
    /// Used by a key, a requirement, a provision or a context.
    pub(crate) is_used: bool,
}

/// A directive with a field set.
#[derive(Clone, Debug)]
pub(crate) struct FieldSetUse {
    pub(crate) kind: Federation,
    /// The type that carries the directive or whose field does.
    pub(crate) owner: Name,
    /// The field that carries it, for `@requires` and `@provides`.
    pub(crate) field: Option<Name>,
    /// The type that the selections start from.
    pub(crate) on: Name,
    pub(crate) directive: Node<Directive>,
    /// `None` when the argument is not a string.
    pub(crate) parsed: Option<Result<FieldSet, FieldSetError>>,
}

impl FieldSetUse {
    /// The field set, when it could be read.
    pub(crate) fn fields(&self) -> Option<&FieldSet> {
        self.parsed.as_ref()?.as_ref().ok()
    }

    /// Whether a key can be resolved by this subgraph.
    pub(crate) fn is_resolvable(&self) -> bool {
        self.directive
            .specified_argument_by_name("resolvable")
            .and_then(|value| value.to_bool())
            .unwrap_or(true)
    }
}

/// Works the terms out for all subgraphs; the upgrade of Federation 1 looks at the others.
pub(super) fn work_out(subgraphs: &mut [Subgraph]) {
    for subgraph in subgraphs.iter_mut() {
        subgraph.field_sets = field_sets(subgraph);
        subgraph.context_uses = contexts::uses(subgraph);
        subgraph.terms = own_terms(subgraph);
    }
    let shared: Vec<_> = subgraphs.iter().map(|subgraph| shared_by_upgrade(subgraph, subgraphs)).collect();
    for (subgraph, fields) in subgraphs.iter_mut().zip(shared) {
        for field in fields {
            subgraph.terms.entry(field).or_default().is_shareable = true;
        }
    }
}

fn field_sets(subgraph: &Subgraph) -> Vec<FieldSetUse> {
    let mut uses = Vec::new();
    for (name, definition) in &subgraph.schema.types {
        let Some((directives, fields)) = parts(definition) else { continue };
        for directive in subgraph.all(directives, Federation::Key) {
            uses.push(field_set_use(Federation::Key, (name, None), name, directive));
        }
        for field in fields.values() {
            for directive in subgraph.all(&field.directives, Federation::Requires) {
                uses.push(field_set_use(Federation::Requires, (name, Some(&field.name)), name, directive));
            }
            for directive in subgraph.all(&field.directives, Federation::Provides) {
                let target = field.ty.inner_named_type();
                uses.push(field_set_use(Federation::Provides, (name, Some(&field.name)), target, directive));
            }
        }
    }
    uses
}

fn field_set_use(
    kind: Federation,
    (owner, field): (&Name, Option<&Name>),
    on: &Name,
    directive: &Node<Directive>,
) -> FieldSetUse {
    let text = directive.specified_argument_by_name("fields").and_then(|value| value.as_str());
    FieldSetUse {
        kind,
        owner: owner.clone(),
        field: field.cloned(),
        on: on.clone(),
        directive: directive.clone(),
        parsed: text.map(FieldSet::parse),
    }
}

fn own_terms(subgraph: &Subgraph) -> IndexMap<(Name, Name), Terms> {
    let mut terms: IndexMap<(Name, Name), Terms> = IndexMap::new();
    for (name, definition) in &subgraph.schema.types {
        let Some((directives, fields)) = parts(definition) else { continue };
        for field in fields.values() {
            let is_external = is_marked(subgraph, directives, field, Federation::External);
            let is_shareable = is_marked(subgraph, directives, field, Federation::Shareable);
            let known = Terms { is_external, is_shareable, ..Terms::default() };
            terms.insert((name.clone(), field.name.clone()), known);
        }
    }
    for used in &subgraph.field_sets {
        let Some(fields) = used.fields() else { continue };
        let mut visit = |parent: &Name, field: &Name| {
            let known = terms.entry((parent.clone(), field.clone())).or_default();
            known.is_used = true;
            known.is_key |= used.kind == Federation::Key;
            known.is_provided |= used.kind == Federation::Provides && known.is_external;
        };
        walk(subgraph, &used.on, fields, &mut visit);
    }
    let setters = contexts::setters(subgraph);
    for source in subgraph.context_uses.iter().filter_map(|used| used.source.as_ref().ok()) {
        for setter in setters.get(source.context.as_str()).into_iter().flatten() {
            walk(subgraph, setter, &source.selection, &mut |parent, field| {
                terms.entry((parent.clone(), field.clone())).or_default().is_used = true;
            });
        }
    }
    for ((parent, _), known) in &mut terms {
        settle(subgraph, parent, known);
    }
    terms
}

/// What `@external` and keys come to in the end.
fn settle(subgraph: &Subgraph, parent: &Name, known: &mut Terms) {
    let definition = &subgraph.schema.types.get(parent);
    let is_extension = subgraph.extensions.contains(parent)
        || definition.is_some_and(|definition| subgraph.has(definition.directives(), Federation::Extends));
    let is_first_edition = subgraph.names.edition == Edition::One;
    if known.is_external && known.is_key && (is_first_edition || is_extension) {
        known.is_external = false;
        known.is_provided = false;
    }
    let is_interface = definition.is_some_and(ExtendedType::is_interface);
    if is_first_edition && known.is_external && (is_interface || !known.is_used) {
        known.is_external = false;
    }
    // A key is resolved wherever the entity is; so is what a subgraph provides on some path.
    known.is_shareable |= known.is_key || known.is_provided;
}

/// `@shareable` or `@external` on the field, or on the definition or extension block that the field stands in.
fn is_marked(
    subgraph: &Subgraph,
    directives: &DirectiveList,
    field: &Component<FieldDefinition>,
    which: Federation,
) -> bool {
    let name = subgraph.names.get(which);
    subgraph.has(&field.directives, which) || directives.get_all(name).any(|mark| mark.origin == field.origin)
}

/// Calls back for every field that a field set selects, with the type it is selected on; what is selected on an interface is
/// selected on its implementations too.
pub(crate) fn walk(subgraph: &Subgraph, on: &Name, set: &FieldSet, visit: &mut impl FnMut(&Name, &Name)) {
    let Some(definition) = subgraph.schema.types.get(on) else { return };
    for selection in &set.selections {
        match selection {
            Selection::Inline(inline) => walk(subgraph, &inline.on, &inline.selections, visit),
            Selection::Field(selected) => {
                let Some(field) = parts(definition).and_then(|(_, fields)| fields.get(&selected.name)) else {
                    continue;
                };
                visit(on, &selected.name);
                if definition.is_interface() {
                    for name in subgraph.objects_of(on) {
                        visit(name, &selected.name);
                    }
                }
                walk(subgraph, field.ty.inner_named_type(), &selected.selections, visit);
            }
        }
    }
}

/// The fields of a Federation 1 subgraph that Federation 2 would want marked `@shareable`.
fn shared_by_upgrade(subgraph: &Subgraph, all: &[Subgraph]) -> IndexSet<(Name, Name)> {
    let mut shared = IndexSet::new();
    if subgraph.names.edition != Edition::One {
        return shared;
    }
    for (name, definition) in &subgraph.schema.types {
        let ExtendedType::Object(object) = definition else { continue };
        let is_root = matches!(name.as_str(), "Query" | "Mutation" | "Subscription");
        let is_value = !is_root && !subgraph.has(&object.directives, Federation::Key);
        for field in object.fields.keys() {
            let others = || all.iter().filter(|other| other.name != subgraph.name);
            let is_resolved_elsewhere = others()
                .any(|other| other.schema.type_field(name, field).is_ok() && other.resolves(name, field));
            let is_known_elsewhere = is_value && others().any(|other| other.schema.types.contains_key(name));
            if is_resolved_elsewhere || is_known_elsewhere {
                shared.insert((name.clone(), field.clone()));
            }
        }
    }
    shared
}

/// Directives and fields of an object or interface.
pub(crate) fn parts(
    definition: &ExtendedType,
) -> Option<(&DirectiveList, &apollo_compiler::collections::IndexMap<Name, Component<FieldDefinition>>)> {
    match definition {
        ExtendedType::Object(object) => Some((&object.directives, &object.fields)),
        ExtendedType::Interface(interface) => Some((&interface.directives, &interface.fields)),
        _ => None,
    }
}
