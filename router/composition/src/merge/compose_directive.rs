//! `@composeDirective`: directives of other specs than federation's that go into the supergraph.
//!
//! A supergraph has one name, one version and one definition of a directive, so the subgraphs that ask for it must mean the
//! same: the same spec, the same name, the same major version. Of minor versions the newest counts.

use super::listed;
use super::merged::Graph;
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::ingest::{Federation, Subgraph};
use apollo_compiler::Node;
use apollo_compiler::ast::{Directive, DirectiveDefinition, DirectiveLocation};
use indexmap::IndexMap;
use router_schema::apollo_compiler;
use router_schema::link::{Feature, Version};
use std::collections::BTreeSet;

/// A directive that is carried into the supergraph.
#[derive(Clone, Debug)]
pub(crate) struct Composed {
    /// The spec at its newest version, as linked.
    pub(crate) url: String,
    /// The spec without its version.
    pub(crate) identity: String,
    /// The directive's name in the spec.
    pub(crate) spec_name: String,
    pub(crate) definition: DirectiveDefinition,
    /// The subgraphs that ask for it.
    pub(crate) graphs: BTreeSet<Graph>,
}

/// One `@composeDirective`, understood.
#[derive(Clone)]
struct Request<'a> {
    graph: Graph,
    application: &'a Node<Directive>,
    feature: &'a Feature,
    spec_name: String,
    definition: &'a Node<DirectiveDefinition>,
}

/// What all subgraphs ask for, sorted by name.
pub(super) fn collect(subgraphs: &[Subgraph], diagnostics: &mut Vec<Diagnostic>) -> Vec<Composed> {
    let mut asked: IndexMap<String, Vec<Request<'_>>> = IndexMap::new();
    for (graph, subgraph) in subgraphs.iter().enumerate() {
        let schema = &subgraph.schema.schema_definition;
        for application in subgraph.all(&schema.directives, Federation::ComposeDirective) {
            if let Some(request) = request(subgraph, graph, application, diagnostics) {
                asked.entry(request.definition.name.to_string()).or_default().push(request);
            }
        }
    }
    let mut collector = Collector { subgraphs, diagnostics };
    collector.refuse_two_names(&mut asked);
    asked.sort_keys();
    asked.values().filter_map(|requests| collector.settle(requests)).collect()
}

fn request<'a>(
    subgraph: &'a Subgraph,
    graph: Graph,
    application: &'a Node<Directive>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Request<'a>> {
    let written = application.specified_argument_by_name("name").and_then(|value| value.as_str())?;
    let mut say = |message: String, hint: String| {
        let diagnostic = Diagnostic::error(Code::DirectiveCompositionError, message);
        diagnostics.push(diagnostic.at(subgraph, application.location()).coordinate(written).hint(hint));
    };
    let Some(name) = written.strip_prefix('@') else {
        say(format!("\"{written}\" is not written as a directive"), format!("write \"@{written}\""));
        return None;
    };
    if subgraph.names.is_known(name) {
        if Federation::MERGED.iter().any(|which| subgraph.names.get(*which) == name) {
            let message = format!("{written} reaches the supergraph anyway");
            let note = Diagnostic::note(Code::DirectiveCompositionInfo, message)
                .at(subgraph, application.location())
                .coordinate(written);
            diagnostics.push(note.hint("remove this @composeDirective"));
        } else {
            let message = format!("{written} is federation's own and has no meaning in a supergraph");
            say(message, "remove this @composeDirective".to_owned());
        }
        return None;
    }
    let Some(definition) = subgraph.schema.directive_definitions.get(name) else {
        let known = subgraph.schema.directive_definitions.keys();
        let similar = known.into_iter().find(|known| known.eq_ignore_ascii_case(name));
        let hint = match similar {
            Some(similar) => format!("write \"@{similar}\""),
            None => format!("define it: directive @{name} on …"),
        };
        say(format!("{written} is not defined in this subgraph"), hint);
        return None;
    };
    let Some(feature) = subgraph.links.feature_of_directive(name) else {
        let message = format!("{written} belongs to no linked spec, so nobody could tell what it means");
        let hint = format!(
            "link a spec that has it: @link(url: \"https://example.com/{name}/v1.0\", import: [\"{written}\"])"
        );
        say(message, hint);
        return None;
    };
    Some(Request { graph, application, feature, spec_name: spec_name(feature, name), definition })
}

/// The name that the spec itself has for a directive.
fn spec_name(feature: &Feature, name: &str) -> String {
    let imported = feature.imports.iter().find(|import| import.alias.strip_prefix('@') == Some(name));
    let prefixed = || name.strip_prefix(&format!("{}__", feature.prefix));
    match (imported, prefixed()) {
        (Some(import), _) => import.name.trim_start_matches('@').to_owned(),
        (None, Some(rest)) => rest.to_owned(),
        (None, None) => feature.name.clone(),
    }
}

struct Collector<'a, 'd> {
    subgraphs: &'a [Subgraph],
    diagnostics: &'d mut Vec<Diagnostic>,
}

impl Collector<'_, '_> {
    fn name(&self, graph: Graph) -> &str {
        &self.subgraphs[graph].name
    }

    fn refuse(&mut self, request: &Request<'_>, message: String, hint: &str) {
        let diagnostic = Diagnostic::error(Code::DirectiveCompositionError, message)
            .at(&self.subgraphs[request.graph], request.application.location())
            .coordinate(format!("@{}", request.definition.name))
            .hint(hint);
        self.diagnostics.push(diagnostic);
    }

    /// One directive of a spec must go by one name.
    fn refuse_two_names(&mut self, asked: &mut IndexMap<String, Vec<Request<'_>>>) {
        let mut known: IndexMap<(String, String), Request<'_>> = IndexMap::new();
        let mut refused = BTreeSet::new();
        for request in asked.values().flatten() {
            let key = (request.feature.identity.clone(), request.spec_name.clone());
            let first = known.entry(key).or_insert_with(|| request.clone()).clone();
            if first.definition.name != request.definition.name {
                let message = format!(
                    "@{} of {} is called @{} in {} and @{} in {}",
                    request.spec_name,
                    request.feature.identity,
                    first.definition.name,
                    self.name(first.graph),
                    request.definition.name,
                    self.name(request.graph)
                );
                self.refuse(request, message, "import it under one name everywhere");
                refused.insert(request.definition.name.to_string());
            }
        }
        asked.retain(|name, _| !refused.contains(name));
    }

    /// What the subgraphs that use one name agree on.
    fn settle(&mut self, requests: &[Request<'_>]) -> Option<Composed> {
        let first = requests.first()?;
        let is_same = |other: &&Request<'_>| {
            other.feature.identity == first.feature.identity && other.spec_name == first.spec_name
        };
        if let Some(other) = requests.iter().find(|other| !is_same(other)) {
            let message = format!(
                "@{} means @{} of {} in {} but @{} of {} in {}",
                first.definition.name,
                first.spec_name,
                first.feature.identity,
                self.name(first.graph),
                other.spec_name,
                other.feature.identity,
                self.name(other.graph)
            );
            self.refuse(other, message, "import one of them under another name");
            return None;
        }
        let major = |request: &Request<'_>| request.feature.version.map_or(0, |version| version.major);
        if let Some(other) = requests.iter().find(|other| major(other) != major(first)) {
            let message = format!(
                "{} and {} link major versions of {} that do not mean the same: {} and {}",
                self.name(first.graph),
                self.name(other.graph),
                first.feature.identity,
                first.feature.url,
                other.feature.url
            );
            self.refuse(other, message, "link the same major version everywhere");
            return None;
        }
        self.warn_about_others(first, requests);
        let newest = requests.iter().max_by_key(|request| {
            let version = request.feature.version.unwrap_or(Version { major: 0, minor: 0 });
            (version, std::cmp::Reverse(request.graph))
        })?;
        Some(Composed {
            url: newest.feature.url.clone(),
            identity: newest.feature.identity.clone(),
            spec_name: newest.spec_name.clone(),
            definition: self.definition(newest, requests),
            graphs: requests.iter().map(|request| request.graph).collect(),
        })
    }

    /// The newest definition, wide enough for every application.
    fn definition(&mut self, newest: &Request<'_>, requests: &[Request<'_>]) -> DirectiveDefinition {
        let mut definition = DirectiveDefinition::clone(newest.definition);
        for argument in &mut definition.arguments {
            argument.make_mut().directives.0.clear();
        }
        let name = definition.name.clone();
        let mut note = |code, request: &Request<'_>, message: String| {
            let note = Diagnostic::note(code, message)
                .at(&self.subgraphs[request.graph], request.definition.name.location())
                .coordinate(format!("@{name}"));
            self.diagnostics.push(note.hint("define the directive alike everywhere"));
        };
        for request in requests {
            if request.definition.repeatable != newest.definition.repeatable {
                let message =
                    format!("@{name} is repeatable in only some subgraphs; the supergraph repeats it");
                note(Code::InconsistentTypeSystemDirectiveRepeatable, request, message);
                definition.repeatable = true;
            }
            let locations = |of: &DirectiveDefinition| {
                of.locations.iter().copied().map(DirectiveLocation::name).collect()
            };
            let (here, there): (BTreeSet<_>, BTreeSet<_>) =
                (locations(request.definition), locations(newest.definition));
            if here != there {
                let listed = listed(&here.symmetric_difference(&there).copied().collect::<Vec<_>>());
                let message = format!(
                    "@{name} may stand on {listed} in only some subgraphs; the supergraph allows all"
                );
                note(Code::InconsistentTypeSystemDirectiveLocations, request, message);
            }
            for location in &request.definition.locations {
                if !definition.locations.contains(location) {
                    definition.locations.push(*location);
                }
            }
        }
        definition.locations.sort_by_key(|location| location.name());
        definition
    }

    /// A subgraph that uses the directive by another name could not ask for it later.
    fn warn_about_others(&mut self, first: &Request<'_>, requests: &[Request<'_>]) {
        for (graph, subgraph) in self.subgraphs.iter().enumerate() {
            if requests.iter().any(|request| request.graph == graph) {
                continue;
            }
            let Some(feature) =
                subgraph.links.features.iter().find(|feature| feature.identity == first.feature.identity)
            else {
                continue;
            };
            let name = feature.directive_name(&first.spec_name);
            if name == first.definition.name.as_str()
                || !subgraph.schema.directive_definitions.contains_key(name.as_str())
            {
                continue;
            }
            let message = format!(
                "@{} of {} is called @{name} here and stays out of the supergraph, where it is @{}",
                first.spec_name, feature.identity, first.definition.name
            );
            let warning = Diagnostic::warning(Code::DirectiveCompositionWarn, message)
                .at(subgraph, feature.directive.location())
                .coordinate(format!("@{name}"));
            self.diagnostics.push(warning.hint("import it under the same name and compose it here too"));
        }
    }
}
