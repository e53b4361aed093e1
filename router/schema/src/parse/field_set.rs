//! From the text of a field set to [`FieldSet`].

use crate::field_set::{FieldSelection, FieldSet, InlineSelection, Selection};
use apollo_compiler::ast::{self, Definition, Document};

/// A field set that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} in the field set {text:?}")]
pub struct FieldSetError {
    /// The field set as written.
    pub text: String,
    /// What is wrong with it.
    pub message: String,
}

/// What is said of a selection with a directive on it.
const DIRECTIVE: &str = "directives are not allowed";

impl FieldSetError {
    /// Whether it is a directive in the field set that was refused.
    #[must_use]
    pub fn has_directive(&self) -> bool {
        self.message == DIRECTIVE
    }
}

impl FieldSet {
    /// Reads a field set, with its outer braces or without them.
    ///
    /// # Errors
    /// When the text is empty, not a selection, or uses what a field set may not: aliases, directives, named fragments.
    pub fn parse(text: &str) -> Result<Self, FieldSetError> {
        let refuse = |message: String| FieldSetError { text: text.to_owned(), message };
        let trimmed = text.trim();
        // A line end before the closing brace, so that a comment cannot swallow it.
        let query = if trimmed.starts_with('{') { trimmed.to_owned() } else { format!("{{{trimmed}\n}}") };
        let document = Document::parse(query, "field set").map_err(|refused| {
            let first = refused.errors.iter().next();
            refuse(first.map_or_else(|| "syntax error".to_owned(), |error| error.error.to_string()))
        })?;
        let [Definition::OperationDefinition(operation)] = document.definitions.as_slice() else {
            return Err(refuse("expected one selection".to_owned()));
        };
        convert(&operation.selection_set).map_err(|message| refuse(message.to_owned()))
    }
}

fn convert(selections: &[ast::Selection]) -> Result<FieldSet, &'static str> {
    let mut converted = FieldSet::default();
    for selection in selections {
        match selection {
            ast::Selection::Field(field) => {
                converted.selections.push(Selection::Field(convert_field(field)?))
            }
            ast::Selection::InlineFragment(fragment) => {
                if !fragment.directives.is_empty() {
                    return Err(DIRECTIVE);
                }
                let inner = convert(&fragment.selection_set)?;
                match &fragment.type_condition {
                    Some(on) => {
                        let inline = InlineSelection { on: on.clone(), selections: inner };
                        converted.selections.push(Selection::Inline(inline));
                    }
                    None => converted.selections.extend(inner.selections),
                }
            }
            ast::Selection::FragmentSpread(_) => return Err("named fragments are not allowed"),
        }
    }
    Ok(converted)
}

fn convert_field(field: &ast::Field) -> Result<FieldSelection, &'static str> {
    if field.alias.is_some() {
        return Err("aliases are not allowed");
    }
    if !field.directives.is_empty() {
        return Err(DIRECTIVE);
    }
    Ok(FieldSelection {
        name: field.name.clone(),
        arguments: field.arguments.clone(),
        selections: convert(&field.selection_set)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn reads(text: &str, expected: &str) {
        assert_eq!(FieldSet::parse(text).unwrap().to_string(), expected);
    }

    #[track_caller]
    fn refuses(text: &str, expected: &str) {
        let error = FieldSet::parse(text).unwrap_err();
        assert!(error.message.contains(expected), "{error}");
    }

    #[test]
    fn outer_braces_are_optional() {
        reads("id", "id");
        reads(" { id } ", "id");
        reads("id, sku", "id sku");
        reads("owner { id name } # whose", "owner { id name }");
    }

    #[test]
    fn arguments_and_fragments_are_kept() {
        reads(r#"price(currency: "THB", list: [1, 2])"#, r#"price(currency: "THB", list: [1, 2])"#);
        reads("a { ... on B { c } ... { d } }", "a { ... on B { c } d }");
    }

    #[test]
    fn what_is_no_field_set_is_refused() {
        refuses("", "");
        refuses("{ }", "");
        refuses("id }", "");
        refuses("id } query { x", "one selection");
        refuses("other: id", "aliases");
        refuses("id @include(if: true)", "directives");
        refuses("...F", "named fragments");
    }
}
