//! Directives that stand where they mean nothing.

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
        check_tags(subgraph, definition, diagnostics);
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

/// The longest name of a tag.
const TAG_CHARACTERS_MAX: usize = 128;

/// The names of tags are written on command lines and in configurations.
fn check_tags(subgraph: &Subgraph, definition: &ExtendedType, diagnostics: &mut Vec<Diagnostic>) {
    let mut check = |coordinate: String, tags: &mut dyn Iterator<Item = &Node<Directive>>| {
        for tag in tags {
            let name = tag.specified_argument_by_name("name").and_then(|value| value.as_str());
            let Some(name) = name.filter(|name| !is_tag(name)) else { continue };
            let message = format!("\"{name}\" cannot be the name of a tag");
            let hint = format!(
                "use a letter and then letters, digits, _, - and /, at most {TAG_CHARACTERS_MAX} characters"
            );
            let diagnostic = Diagnostic::error(Code::InvalidTagName, message).at(subgraph, tag.location());
            diagnostics.push(diagnostic.coordinate(coordinate.clone()).hint(hint));
        }
    };
    let ty = definition.name();
    check(ty.to_string(), &mut subgraph.all(definition.directives(), Federation::Tag));
    let fields = match definition {
        ExtendedType::Object(object) => Some(&object.fields),
        ExtendedType::Interface(interface) => Some(&interface.fields),
        _ => None,
    };
    for field in fields.into_iter().flat_map(|fields| fields.values()) {
        check(format!("{ty}.{}", field.name), &mut subgraph.all(&field.directives, Federation::Tag));
        for argument in &field.arguments {
            let coordinate = format!("{ty}.{}({}:)", field.name, argument.name);
            check(coordinate, &mut subgraph.all(&argument.directives, Federation::Tag));
        }
    }
    for value in definition.as_enum().into_iter().flat_map(|values| values.values.values()) {
        check(format!("{ty}.{}", value.value), &mut subgraph.all(&value.directives, Federation::Tag));
    }
    for field in definition.as_input_object().into_iter().flat_map(|input| input.fields.values()) {
        check(format!("{ty}.{}", field.name), &mut subgraph.all(&field.directives, Federation::Tag));
    }
}

fn is_tag(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-/".contains(c))
        && name.len() <= TAG_CHARACTERS_MAX
}
