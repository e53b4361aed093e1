//! Directives that stand where they mean nothing, or that are not composed yet.

use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::ingest::{Federation, Subgraph};
use apollo_compiler::Node;
use apollo_compiler::ast::Directive;
use apollo_compiler::schema::ExtendedType;
use router_schema::apollo_compiler;

/// Checks one subgraph.
pub(super) fn check(subgraph: &Subgraph, diagnostics: &mut Vec<Diagnostic>) {
    for definition in subgraph.schema.types.values().filter(|definition| !definition.is_built_in()) {
        if let ExtendedType::Interface(interface) = definition {
            for field in interface.fields.values() {
                if let Some(directive) = subgraph.first(&field.directives, Federation::Shareable) {
                    let coordinate = format!("{}.{}", interface.name, field.name);
                    let message =
                        format!("{coordinate} is a field of an interface, which is never resolved itself");
                    let diagnostic = Diagnostic::error(Code::InvalidShareableUsage, message)
                        .at(subgraph, directive.location())
                        .coordinate(coordinate)
                        .hint("mark the fields of the implementations @shareable");
                    diagnostics.push(diagnostic);
                }
            }
        }
        for directive in subgraph.all(definition.directives(), Federation::Context) {
            refuse(subgraph, directive, Federation::Context, diagnostics);
        }
    }
    let schema = &subgraph.schema.schema_definition;
    for directive in subgraph.all(&schema.directives, Federation::ComposeDirective) {
        let name =
            directive.specified_argument_by_name("name").and_then(|value| value.as_str()).unwrap_or_default();
        let message =
            format!("{name} is not carried into the supergraph: @composeDirective is not composed yet");
        let diagnostic =
            Diagnostic::warning(Code::UnsupportedFeature, message).at(subgraph, directive.location());
        diagnostics.push(diagnostic);
    }
}

fn refuse(
    subgraph: &Subgraph,
    directive: &Node<Directive>,
    which: Federation,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let message = format!("@{} is not composed yet", which.spec_name());
    let diagnostic = Diagnostic::error(Code::UnsupportedFeature, message).at(subgraph, directive.location());
    diagnostics.push(diagnostic.hint("pass the value as an argument, or by @requires"));
}
