//! Contracts: the part of a graph that one audience sees, chosen by `@tag`.
//!
//! What a contract hides becomes `@inaccessible` in the supergraph, so that every router keeps it from clients while the
//! subgraphs may still use it for keys and requirements. What would leave a visible field with a hidden type is an error as
//! for any `@inaccessible`: a contract never widens what its tags say.

use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::merge::{self, Body, Composite, Merged, MergedType, Notes};
use apollo_compiler::Name;
use apollo_compiler::ast::Directive;
use router_schema::apollo_compiler;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// Which tags an audience sees and does not see.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Contract {
    /// Only fields that bear one of these tags, or whose type does, are visible. Empty: all are.
    pub include: BTreeSet<String>,
    /// Whatever bears one of these tags is hidden, even if it is included.
    pub exclude: BTreeSet<String>,
}

impl Contract {
    /// Whether the contract shows everything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.include.is_empty() && self.exclude.is_empty()
    }
}

/// Hides what the contract does not show, and every type that nothing visible leads to any more.
pub(crate) fn apply(contract: &Contract, merged: &mut Merged, diagnostics: &mut Vec<Diagnostic>) {
    if contract.is_empty() {
        return;
    }
    warn_about_unknown_tags(contract, merged, diagnostics);
    if !contract.include.is_empty() {
        include(contract, merged);
    }
    exclude(contract, merged);
    hide_hollow_types(merged);
    let reachable = reachable(merged);
    for (name, ty) in &mut merged.types {
        if !reachable.contains(name) {
            hide(&mut ty.notes);
        }
    }
    let query = merged.types.get("Query");
    if query.is_none_or(|query| query.notes.has("inaccessible")) {
        let message = "the contract leaves no query: no field of Query is visible";
        let hint = "include a tag that a field of Query bears, or exclude fewer";
        diagnostics.push(Diagnostic::error(Code::NoQueries, message).coordinate("Query").hint(hint));
    }
}

fn bears(notes: &Notes, tags: &BTreeSet<String>) -> bool {
    notes.marks.iter().filter_map(tag).any(|tag| tags.contains(tag))
}

fn tag(mark: &Directive) -> Option<&str> {
    let name = (mark.name == "tag").then(|| mark.specified_argument_by_name("name"))??;
    name.as_str()
}

fn hide(notes: &mut Notes) {
    if !notes.has("inaccessible") {
        notes.marks.insert(0, merge::directive("inaccessible", Vec::new()));
    }
}

fn is_hidden(notes: &Notes) -> bool {
    notes.has("inaccessible")
}

/// Hides the output fields that neither bear an included tag nor stand in a type that does. An implementation keeps what
/// its interfaces keep.
fn include(contract: &Contract, merged: &mut Merged) {
    let is_kept = |ty: &MergedType, field: &Notes| {
        bears(&ty.notes, &contract.include) || bears(field, &contract.include)
    };
    let mut kept: BTreeMap<Name, BTreeSet<Name>> = BTreeMap::new();
    for (name, ty) in &merged.types {
        let Some(composite) = ty.composite() else { continue };
        let fields = composite.fields.iter().filter(|(_, field)| is_kept(ty, &field.notes));
        kept.insert(name.clone(), fields.map(|(name, _)| name.clone()).collect());
    }
    for ty in merged.types.values_mut() {
        let is_whole = bears(&ty.notes, &contract.include);
        let Some(composite) = ty.composite_mut() else { continue };
        let Composite { implements, fields } = composite;
        for (name, field) in fields {
            let is_demanded =
                implements.keys().any(|one| kept.get(one).is_some_and(|kept| kept.contains(name)));
            if !is_whole && !is_demanded && !bears(&field.notes, &contract.include) {
                hide(&mut field.notes);
            }
        }
    }
}

fn exclude(contract: &Contract, merged: &mut Merged) {
    for_each_notes(merged, |notes| {
        if bears(notes, &contract.exclude) {
            hide(notes);
        }
    });
}

fn for_each_notes(merged: &mut Merged, mut each: impl FnMut(&mut Notes)) {
    for ty in merged.types.values_mut() {
        each(&mut ty.notes);
        match &mut ty.body {
            Body::Object(composite) | Body::Interface(composite) => {
                for field in composite.fields.values_mut() {
                    each(&mut field.notes);
                    field.arguments.values_mut().for_each(|argument| each(&mut argument.notes));
                }
            }
            Body::Enum(values) => values.values_mut().for_each(|value| each(&mut value.notes)),
            Body::Input(fields) => fields.values_mut().for_each(|field| each(&mut field.notes)),
            Body::Scalar | Body::Union(_) => {}
        }
    }
}

/// A type with nothing visible in it is hidden with it.
fn hide_hollow_types(merged: &mut Merged) {
    let is_hollow = |ty: &MergedType| match &ty.body {
        Body::Scalar | Body::Union(_) => false,
        Body::Object(composite) | Body::Interface(composite) => {
            composite.fields.values().all(|field| is_hidden(&field.notes))
        }
        Body::Enum(values) => values.values().all(|value| is_hidden(&value.notes)),
        Body::Input(fields) => fields.values().all(|field| is_hidden(&field.notes)),
    };
    for ty in merged.types.values_mut().filter(|ty| is_hollow(ty)) {
        hide(&mut ty.notes);
    }
    let hidden: BTreeSet<Name> =
        merged.types.iter().filter(|(_, ty)| is_hidden(&ty.notes)).map(|(name, _)| name.clone()).collect();
    for ty in merged.types.values_mut() {
        if let Body::Union(members) = &ty.body
            && members.keys().all(|member| hidden.contains(member))
        {
            hide(&mut ty.notes);
        }
    }
}

/// The types that clients can still come to from a root.
fn reachable(merged: &Merged) -> BTreeSet<Name> {
    let mut reachable: BTreeSet<Name> = BTreeSet::new();
    let mut queue: Vec<Name> = merge::roots(merged).map(|operation| operation.default_type_name()).collect();
    while let Some(name) = queue.pop() {
        let Some(ty) = merged.types.get(&name).filter(|ty| !is_hidden(&ty.notes)) else { continue };
        if reachable.insert(name.clone()) {
            queue.extend(neighbours(merged, &name, ty));
        }
    }
    // A fragment may name an interface although no field leads to it.
    let named: Vec<Name> = reachable
        .iter()
        .filter_map(|name| merged.types[name].composite())
        .flat_map(|composite| composite.implements.keys().cloned())
        .collect();
    reachable.extend(named);
    reachable
}

fn neighbours(merged: &Merged, name: &Name, ty: &MergedType) -> Vec<Name> {
    match &ty.body {
        Body::Scalar | Body::Enum(_) => Vec::new(),
        Body::Union(members) => members.keys().cloned().collect(),
        Body::Input(fields) => {
            let visible = fields.values().filter(|field| !is_hidden(&field.notes));
            visible.map(|field| field.ty.inner_named_type().clone()).collect()
        }
        Body::Object(composite) | Body::Interface(composite) => {
            let mut found = Vec::new();
            for field in composite.fields.values().filter(|field| !is_hidden(&field.notes)) {
                found.push(field.ty.inner_named_type().clone());
                let arguments = field.arguments.values().filter(|argument| !is_hidden(&argument.notes));
                found.extend(arguments.map(|argument| argument.ty.inner_named_type().clone()));
            }
            if matches!(ty.body, Body::Interface(_)) {
                let implements =
                    |other: &&MergedType| other.composite().is_some_and(|c| c.implements.contains_key(name));
                let all = merged.types.iter().filter(|(_, other)| implements(other));
                found.extend(all.map(|(name, _)| name.clone()));
            }
            found
        }
    }
}

/// A misspelt tag would show what should be hidden.
fn warn_about_unknown_tags(contract: &Contract, merged: &mut Merged, diagnostics: &mut Vec<Diagnostic>) {
    let mut known: BTreeSet<String> = BTreeSet::new();
    for_each_notes(merged, |notes| known.extend(notes.marks.iter().filter_map(tag).map(ToOwned::to_owned)));
    for (list, tags) in [("includes", &contract.include), ("excludes", &contract.exclude)] {
        for tag in tags.difference(&known) {
            let message = format!("the contract {list} the tag \"{tag}\", which nothing bears");
            let hint = if known.is_empty() {
                "nothing in the graph is tagged: mark it with @tag(name: …)".to_owned()
            } else {
                format!("the tags of the graph are {}", known.iter().cloned().collect::<Vec<_>>().join(", "))
            };
            diagnostics.push(Diagnostic::warning(Code::ContractTagUnknown, message).hint(hint));
        }
    }
}
