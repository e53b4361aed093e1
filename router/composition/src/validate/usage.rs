//! Directives that stand where they mean nothing.

use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::ingest::{Federation, Subgraph};
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
    }
}
