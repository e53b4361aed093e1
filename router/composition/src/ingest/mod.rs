//! From SDL text to a subgraph that the later stages can read without knowing how it was written.
//!
//! The steps: parse, see what is linked (`federation`), take the machinery out and declare federation's directives as we know
//! them (`document`), let the compiler validate the rest, give the root types their usual names (`rename`), and work out on
//! which terms each field is served (`terms`), which is also where Federation 1 is upgraded.

mod contexts;
mod definitions;
mod document;
mod federation;
mod link_rules;
mod rename;
mod terms;

pub(crate) use contexts::{
    ContextFault, ContextSource, ContextUse, context_name, setters as context_setters,
};
pub(crate) use federation::{Edition, Federation};
pub(crate) use terms::{FieldSetUse, Terms};

use crate::SubgraphSource;
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use apollo_compiler::ast::Directive;
use apollo_compiler::diagnostic::ToCliReport;
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::validation::DiagnosticList;
use apollo_compiler::{Name, Node, Schema, ast, schema};
use federation::Names;
use indexmap::{IndexMap, IndexSet};
use router_schema::apollo_compiler;
use router_schema::link::Links;

/// A subgraph, read and valid by itself.
#[derive(Clone, Debug)]
pub(crate) struct Subgraph {
    pub(crate) name: String,
    pub(crate) url: String,
    /// The value of `join__Graph` that stands for it.
    pub(crate) graph: Name,
    /// The text, to point into.
    pub(crate) sdl: String,
    /// The schema with root types under their usual names and without federation's own definitions.
    pub(crate) schema: Schema,
    pub(crate) names: Names,
    pub(crate) links: Links,
    /// Types that are only extended here.
    pub(crate) extensions: IndexSet<Name>,
    /// On which terms each field of an object or interface is served.
    pub(crate) terms: IndexMap<(Name, Name), Terms>,
    /// Every field set in the schema.
    pub(crate) field_sets: Vec<FieldSetUse>,
    /// Every argument that is taken from a context.
    pub(crate) context_uses: Vec<ContextUse>,
}

/// Directive lists of types and of fields are two types in the compiler; here they are read alike.
pub(crate) trait Directives {
    fn named<'a>(&'a self, name: &'a str) -> Box<dyn Iterator<Item = &'a Node<Directive>> + 'a>;
}

impl Directives for ast::DirectiveList {
    fn named<'a>(&'a self, name: &'a str) -> Box<dyn Iterator<Item = &'a Node<Directive>> + 'a> {
        Box::new(self.get_all(name))
    }
}

impl Directives for schema::DirectiveList {
    fn named<'a>(&'a self, name: &'a str) -> Box<dyn Iterator<Item = &'a Node<Directive>> + 'a> {
        Box::new(self.get_all(name).map(|component| &component.node))
    }
}

impl Subgraph {
    /// The applications of one of federation's directives.
    pub(crate) fn all<'a>(
        &'a self,
        directives: &'a impl Directives,
        which: Federation,
    ) -> impl Iterator<Item = &'a Node<Directive>> + 'a {
        directives.named(self.names.get(which))
    }

    pub(crate) fn first<'a>(
        &'a self,
        directives: &'a impl Directives,
        which: Federation,
    ) -> Option<&'a Node<Directive>> {
        self.all(directives, which).next()
    }

    pub(crate) fn has(&self, directives: &impl Directives, which: Federation) -> bool {
        self.first(directives, which).is_some()
    }

    /// The terms of a field; those of an unknown field are the plain ones.
    pub(crate) fn terms(&self, parent: &Name, field: &Name) -> Terms {
        self.terms.get(&(parent.clone(), field.clone())).cloned().unwrap_or_default()
    }

    pub(crate) fn is_interface_object(&self, name: &str) -> bool {
        self.schema
            .get_object(name)
            .is_some_and(|object| self.has(&object.directives, Federation::InterfaceObject))
    }

    /// The object types that a value of a type can have here, itself for an object type.
    pub(crate) fn objects_of<'a>(&'a self, name: &Name) -> IndexSet<&'a Name> {
        match self.schema.types.get_key_value(name) {
            Some((name, ExtendedType::Object(_))) => IndexSet::from([name]),
            Some((_, ExtendedType::Union(union))) => {
                union.members.iter().map(|member| &member.name).collect()
            }
            Some((name, ExtendedType::Interface(_))) => {
                let objects = self.schema.types.values().filter_map(ExtendedType::as_object);
                let implementing = objects.filter(|object| object.implements_interfaces.contains(name));
                implementing.map(|object| &object.name).collect()
            }
            _ => IndexSet::new(),
        }
    }

    /// Whether the subgraph resolves the field itself on at least one path.
    pub(crate) fn resolves(&self, parent: &Name, field: &Name) -> bool {
        let terms = self.terms(parent, field);
        !terms.is_external || terms.is_provided
    }
}

/// Reads all subgraphs, sorted by name; says everything that is wrong with each.
pub(crate) fn ingest(sources: &[SubgraphSource], diagnostics: &mut Vec<Diagnostic>) -> Vec<Subgraph> {
    let mut sources: Vec<_> = sources.iter().collect();
    sources.sort_by(|a, b| (&a.name, &a.url, &a.sdl).cmp(&(&b.name, &b.url, &b.sdl)));
    refuse_bad_names(&sources, diagnostics);
    let graphs = graph_names(&sources);
    let mut subgraphs: Vec<_> =
        sources.iter().zip(graphs).filter_map(|(source, graph)| read(source, graph, diagnostics)).collect();
    terms::work_out(&mut subgraphs);
    subgraphs
}

fn refuse_bad_names(sources: &[&SubgraphSource], diagnostics: &mut Vec<Diagnostic>) {
    for (index, source) in sources.iter().enumerate() {
        let message = if source.name.trim().is_empty() {
            "a subgraph has no name".to_owned()
        } else if matches!(source.name.as_str(), "_" | "__proto__")
            || source.name.chars().any(char::is_control)
        {
            format!("{:?} cannot be the name of a subgraph", source.name)
        } else if index > 0 && sources[index - 1].name == source.name {
            format!("two subgraphs are named \"{}\"", source.name)
        } else {
            continue;
        };
        let diagnostic = Diagnostic::error(Code::InvalidSubgraphName, message).subgraph(&source.name);
        diagnostics.push(diagnostic.hint("give every subgraph a name of its own"));
    }
}

/// Enum values for the subgraphs' names: upper case, anything but letters and digits as `_`, and unique.
fn graph_names(sources: &[&SubgraphSource]) -> Vec<Name> {
    let mut taken: IndexSet<String> = IndexSet::new();
    for source in sources {
        let mut base: String = source
            .name
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' })
            .collect();
        if base.is_empty() || base.starts_with(|c: char| c.is_ascii_digit()) || base.starts_with("__") {
            base = format!("G_{}", base.trim_start_matches('_'));
        }
        let unique = (0..)
            .map(|number| if number == 0 { base.clone() } else { format!("{base}_{number}") })
            .find(|candidate| !taken.contains(candidate))
            .expect("there are more numbers than subgraphs");
        taken.insert(unique);
    }
    taken.iter().map(|name| Name::new_unchecked(name)).collect()
}

fn read(source: &SubgraphSource, graph: Name, diagnostics: &mut Vec<Diagnostic>) -> Option<Subgraph> {
    let parsed = match ast::Document::parse(source.sdl.as_str(), format!("{}.graphql", source.name)) {
        Ok(parsed) => parsed,
        Err(refused) => {
            report(source, None, &refused.errors, diagnostics);
            return None;
        }
    };
    let links = document::links(&parsed);
    if !link_rules::check(source, &parsed, &links, diagnostics) {
        return None;
    }
    let names = Names::of(&links);
    definitions::check(source, &parsed, (&links, &names), diagnostics);
    let prepared = document::prepare(parsed, &links, &names);
    let built = prepared.build().and_then(|schema| schema.validate().map(|valid| valid.into_inner()));
    match built {
        Err(refused) => {
            report(source, Some(&names), &refused.errors, diagnostics);
            None
        }
        Ok(schema) => {
            let mut subgraph = Subgraph {
                name: source.name.clone(),
                url: source.url.clone(),
                graph,
                sdl: source.sdl.clone(),
                schema,
                names,
                links,
                extensions: prepared.extensions,
                terms: IndexMap::new(),
                field_sets: Vec::new(),
                context_uses: Vec::new(),
            };
            rename::settle_roots(&mut subgraph, diagnostics).then_some(subgraph)
        }
    }
}

/// Reports what the compiler found.
fn report(
    source: &SubgraphSource,
    names: Option<&Names>,
    errors: &DiagnosticList,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for error in errors.iter() {
        let message = error.error.to_string();
        let mut diagnostic = Diagnostic::error(Code::InvalidGraphql, message.clone())
            .subgraph(&source.name)
            .placed(error.error.location(), &source.sdl);
        if let Some(hint) = names.and_then(|names| import_hint(&message, names)) {
            diagnostic = diagnostic.hint(hint);
        }
        diagnostics.push(diagnostic);
    }
}

/// The usual reason for an unknown directive: it was not imported.
fn import_hint(message: &str, names: &Names) -> Option<String> {
    let unknown = message.strip_prefix("cannot find directive `@")?.split('`').next()?;
    let directive = Federation::ALL.iter().find(|directive| directive.spec_name() == unknown)?;
    Some(match (names.edition, names.get(*directive)) {
        (Edition::One, _) => "link federation 2: extend schema @link(url: \"https://specs.apollo.dev/federation/v2.5\", import: [\"@key\", …])".to_owned(),
        (Edition::Two { .. }, "") => format!("@{unknown} needs a newer version of federation in the @link"),
        (Edition::Two { .. }, known) => format!("add \"@{unknown}\" to the import of the @link to federation, or write @{known}"),
    })
}
