//! `@context` and `@fromContext`: which types set a context, and which arguments take their value from one.

use super::{Federation, Subgraph};
use apollo_compiler::ast::{Directive, FieldDefinition, Type};
use apollo_compiler::{Name, Node};
use indexmap::IndexMap;
use router_schema::FieldSet;
use router_schema::apollo_compiler;

/// One `@fromContext`.
#[derive(Clone, Debug)]
pub(crate) struct ContextUse {
    /// The type whose field has the argument.
    pub(crate) owner: Name,
    pub(crate) field: Name,
    pub(crate) argument: Name,
    pub(crate) ty: Type,
    pub(crate) has_default: bool,
    pub(crate) directive: Node<Directive>,
    pub(crate) source: Result<ContextSource, ContextFault>,
}

/// Where the value comes from.
#[derive(Clone, Debug)]
pub(crate) struct ContextSource {
    /// The name of the context, as the subgraph calls it.
    pub(crate) context: String,
    pub(crate) selection: FieldSet,
}

/// Why a `field` argument cannot be read.
#[derive(Clone, Debug)]
pub(crate) enum ContextFault {
    /// It does not start with `$name`.
    NoContext,
    /// What follows the name is not a selection.
    NoSelection(String),
}

impl ContextUse {
    pub(crate) fn coordinate(&self) -> String {
        format!("{}.{}({}:)", self.owner, self.field, self.argument)
    }
}

/// Every argument of the subgraph that is taken from a context.
pub(super) fn uses(subgraph: &Subgraph) -> Vec<ContextUse> {
    let mut uses = Vec::new();
    for (owner, definition) in &subgraph.schema.types {
        let Some((_, fields)) = super::terms::parts(definition) else { continue };
        for field in fields.values() {
            uses.extend(uses_of(subgraph, owner, field));
        }
    }
    uses
}

fn uses_of<'a>(
    subgraph: &'a Subgraph,
    owner: &'a Name,
    field: &'a FieldDefinition,
) -> impl Iterator<Item = ContextUse> + 'a {
    field.arguments.iter().filter_map(move |argument| {
        let directive = subgraph.first(&argument.directives, Federation::FromContext)?;
        let text = directive.specified_argument_by_name("field").and_then(|value| value.as_str());
        Some(ContextUse {
            owner: owner.clone(),
            field: field.name.clone(),
            argument: argument.name.clone(),
            ty: argument.ty.as_ref().clone(),
            has_default: argument.default_value.is_some(),
            directive: directive.clone(),
            source: parse(text.unwrap_or_default()),
        })
    })
}

/// The types that set each context of the subgraph.
pub(crate) fn setters(subgraph: &Subgraph) -> IndexMap<&str, Vec<&Name>> {
    let mut setters: IndexMap<&str, Vec<&Name>> = IndexMap::new();
    for (name, definition) in &subgraph.schema.types {
        for directive in subgraph.all(definition.directives(), Federation::Context) {
            if let Some(context) = context_name(directive) {
                setters.entry(context).or_default().push(name);
            }
        }
    }
    setters
}

/// The `name` of a `@context`.
pub(crate) fn context_name(directive: &Directive) -> Option<&str> {
    directive.specified_argument_by_name("name").and_then(|value| value.as_str())
}

/// `$context { selection }`
fn parse(text: &str) -> Result<ContextSource, ContextFault> {
    let rest = text.trim().strip_prefix('$').ok_or(ContextFault::NoContext)?;
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
    let (context, selection) = rest.split_at(end);
    if context.is_empty() {
        return Err(ContextFault::NoContext);
    }
    let selection = selection.trim();
    if !selection.starts_with('{') && !selection.starts_with("...") {
        return Err(ContextFault::NoSelection(format!("{text:?} has no braces after the context's name")));
    }
    match FieldSet::parse(selection) {
        Ok(selection) => Ok(ContextSource { context: context.to_owned(), selection }),
        Err(error) => Err(ContextFault::NoSelection(error.to_string())),
    }
}
