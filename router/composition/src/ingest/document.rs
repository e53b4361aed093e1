//! The subgraph's document without federation's machinery, with the declarations that make it valid GraphQL.

use super::federation::Names;
use apollo_compiler::ast::{Definition, Document, FieldDefinition, OperationType};
use apollo_compiler::validation::WithErrors;
use apollo_compiler::{Name, Node, Schema};
use indexmap::IndexSet;
use router_schema::apollo_compiler;
use router_schema::link::Links;

/// The types that federation adds to a subgraph's schema.
pub(super) const MACHINERY_TYPES: &[&str] = &[
    "_Any",
    "_Entity",
    "_Service",
    "_FieldSet",
    "link__Import",
    "link__Purpose",
    "federation__FieldSet",
    "federation__Scope",
    "federation__Policy",
    "federation__ContextFieldValue",
];

/// The fields that federation adds to the query root.
pub(super) const MACHINERY_FIELDS: &[&str] = &["_service", "_entities"];

/// A document that can be built into a schema.
pub(super) struct Prepared {
    document: Document,
    declarations: Document,
    pub(super) extensions: IndexSet<Name>,
}

impl Prepared {
    pub(super) fn build(&self) -> Result<Schema, WithErrors<Schema>> {
        Schema::builder()
            .adopt_orphan_extensions()
            .ignore_builtin_redefinitions()
            .add_ast(&self.document)
            .add_ast(&self.declarations)
            .build()
    }
}

/// What the document links to, in its schema definition or extensions.
pub(super) fn links(document: &Document) -> Links {
    let directives: Vec<_> = document
        .definitions
        .iter()
        .filter(|definition| {
            matches!(definition, Definition::SchemaDefinition(_) | Definition::SchemaExtension(_))
        })
        .flat_map(|definition| definition.directives().iter())
        .collect();
    Links::of_directives(directives.into_iter())
}

/// Replaces federation's machinery by our own declarations of it.
pub(super) fn prepare(mut document: Document, links: &Links, names: &Names) -> Prepared {
    let query = query_root(&document);
    let is_ours = |name: &str| {
        MACHINERY_TYPES.contains(&name)
            || links.feature_of_type(name).is_some_and(|feature| feature.is_apollo())
    };
    let is_our_directive = |name: &str| {
        names.is_known(name)
            || name == "link"
            || links.feature_of_directive(name).is_some_and(|feature| feature.is_apollo())
    };
    document.definitions.retain(|definition| match definition {
        Definition::DirectiveDefinition(directive) => !is_our_directive(&directive.name),
        _ => definition.name().is_none_or(|name| !is_ours(name)),
    });
    for definition in &mut document.definitions {
        if definition.name() == Some(&query)
            && let Some(fields) = object_fields(definition)
        {
            fields.retain(|field| !MACHINERY_FIELDS.contains(&field.name.as_str()));
        }
    }
    let extensions = only_extended(&document);
    let declarations = declarations(&document, links, names, &query);
    Prepared { document, declarations, extensions }
}

/// The directives and scalars of the federation specs under the names that the subgraph gives them.
pub(super) fn specs(links: &Links, names: &Names) -> Document {
    let sdl = spec_sdl(links, names);
    Document::parse(sdl, "federation.graphql").expect("our own declarations are valid")
}

fn spec_sdl(links: &Links, names: &Names) -> String {
    let link_name = links.apollo("link").map_or("link", |feature| feature.prefix.as_str());
    names.declarations(link_name)
}

fn declarations(document: &Document, links: &Links, names: &Names, query: &Name) -> Document {
    let mut sdl = spec_sdl(links, names);
    // Every subgraph answers `_service`, so that one without queries of its own is a valid schema too.
    sdl.push_str("type _Service { sdl: String }\n");
    sdl.push_str(&format!("extend type {query} {{ _service: _Service! }}\n"));
    let has_schema = document.definitions.iter().any(|d| !root_operations(d).is_empty());
    let has_query = document
        .definitions
        .iter()
        .any(|d| root_operations(d).iter().any(|root| root.0 == OperationType::Query));
    if has_schema && !has_query {
        sdl.push_str(&format!("extend schema {{ query: {query} }}\n"));
    }
    let declares_one_of = document.definitions.iter().any(
        |definition| matches!(definition, Definition::DirectiveDefinition(directive) if directive.name == "oneOf"),
    );
    if !declares_one_of {
        sdl.push_str("directive @oneOf on INPUT_OBJECT\n");
    }
    Document::parse(sdl, "federation.graphql").expect("our own declarations are valid")
}

fn root_operations(definition: &Definition) -> &[Node<(OperationType, Name)>] {
    match definition {
        Definition::SchemaDefinition(schema) => &schema.root_operations,
        Definition::SchemaExtension(schema) => &schema.root_operations,
        _ => &[],
    }
}

fn query_root(document: &Document) -> Name {
    document
        .definitions
        .iter()
        .flat_map(root_operations)
        .find(|root| root.0 == OperationType::Query)
        .map_or_else(|| apollo_compiler::name!("Query"), |root| root.1.clone())
}

fn object_fields(definition: &mut Definition) -> Option<&mut Vec<Node<FieldDefinition>>> {
    match definition {
        Definition::ObjectTypeDefinition(object) => Some(&mut object.make_mut().fields),
        Definition::ObjectTypeExtension(object) => Some(&mut object.make_mut().fields),
        _ => None,
    }
}

fn only_extended(document: &Document) -> IndexSet<Name> {
    let (extended, defined): (Vec<_>, Vec<_>) = document
        .definitions
        .iter()
        .filter(|definition| !matches!(definition, Definition::DirectiveDefinition(_)))
        .filter_map(|definition| Some((definition.name()?, definition.is_extension_definition())))
        .partition(|(_, is_extension)| *is_extension);
    let defined: IndexSet<_> = defined.into_iter().map(|(name, _)| name).collect();
    extended.into_iter().map(|(name, _)| name).filter(|name| !defined.contains(name)).cloned().collect()
}
