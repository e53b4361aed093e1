//! Bounds on an operation, counted on the document as sent and through fragments, each fragment once: a document that
//! spreads fragments into each other costs no more to measure than its own length.

use crate::config::Limits;
use crate::error::QUERY_TOO_COMPLEX;
use apollo_compiler::Name;
use apollo_compiler::ast::{Definition, Document, FragmentDefinition, OperationDefinition, Selection};
use router_executor::GraphqlError;
use std::collections::HashMap;

/// What an operation amounts to. Sums saturate, so that hostile fragments cannot overflow them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Size {
    depth: usize,
    aliases: usize,
    directives: usize,
    /// Fields at any level.
    fields: usize,
    /// Fields at this level itself.
    width: usize,
}

/// Checks every operation of a document; reports all limits that are exceeded.
pub(crate) fn check(document: &Document, limits: &Limits) -> Vec<GraphqlError> {
    let fragments: HashMap<&Name, &FragmentDefinition> = document
        .definitions
        .iter()
        .filter_map(|definition| match definition {
            Definition::FragmentDefinition(fragment) => Some((&fragment.name, fragment.as_ref())),
            _ => None,
        })
        .collect();
    let mut meter = Meter { fragments, known: HashMap::new() };
    let mut errors = Vec::new();
    for definition in &document.definitions {
        if let Definition::OperationDefinition(operation) = definition {
            errors.extend(exceeded(operation, &mut meter, limits));
        }
    }
    errors
}

fn exceeded<'d>(
    operation: &'d OperationDefinition,
    meter: &mut Meter<'d>,
    limits: &Limits,
) -> Vec<GraphqlError> {
    let size = meter.selections(&operation.selection_set, 0);
    let checks = [
        ("depth", size.depth, limits.depth),
        ("aliases", size.aliases, limits.aliases),
        ("fields", size.fields, limits.fields),
        ("root fields", size.width, limits.root_fields),
        ("directives", size.directives.saturating_add(operation.directives.len()), limits.directives),
    ];
    let exceeded = checks.into_iter().filter(|(_, actual, limit)| actual > limit);
    exceeded
        .map(|(what, actual, limit)| {
            let shown = if actual == usize::MAX { "too many".to_owned() } else { actual.to_string() };
            GraphqlError::new(format!(
                "the operation exceeds the limit of {limit} for {what}: it has {shown}"
            ))
            .with_code(QUERY_TOO_COMPLEX)
            .with_extension("limit", what)
            .with_extension("max", limit)
        })
        .collect()
}

struct Meter<'d> {
    fragments: HashMap<&'d Name, &'d FragmentDefinition>,
    /// `None` while a fragment is being measured: a circle, which validation refuses later.
    known: HashMap<&'d Name, Option<Size>>,
}

/// The parser bounds nesting too; this one holds whatever it allows.
const NESTING_MAX: usize = 500;

impl<'d> Meter<'d> {
    fn selections(&mut self, selections: &'d [Selection], nesting: usize) -> Size {
        let mut total = Size::default();
        if nesting > NESTING_MAX {
            return Size { depth: usize::MAX, ..total };
        }
        for selection in selections {
            let (size, directives) = match selection {
                Selection::Field(field) => {
                    let mut size = self.selections(&field.selection_set, nesting + 1);
                    let is_introspection = field.name == "__schema" || field.name == "__type";
                    // The tools' introspection query is deep by nature; its own check bounds it.
                    size.depth = if is_introspection { 1 } else { size.depth.saturating_add(1) };
                    size.aliases = size.aliases.saturating_add(usize::from(field.alias.is_some()));
                    size.width = 1;
                    size.fields = size.fields.saturating_add(1);
                    (size, field.directives.len())
                }
                Selection::InlineFragment(inline) => {
                    (self.selections(&inline.selection_set, nesting + 1), inline.directives.len())
                }
                Selection::FragmentSpread(spread) => {
                    (self.fragment(&spread.fragment_name, nesting + 1), spread.directives.len())
                }
            };
            total.depth = total.depth.max(size.depth);
            total.aliases = total.aliases.saturating_add(size.aliases);
            total.fields = total.fields.saturating_add(size.fields);
            total.width = total.width.saturating_add(size.width);
            total.directives = total.directives.saturating_add(size.directives).saturating_add(directives);
        }
        total
    }

    fn fragment(&mut self, name: &Name, nesting: usize) -> Size {
        let Some((name, fragment)) =
            self.fragments.get_key_value(name).map(|(name, fragment)| (*name, *fragment))
        else {
            return Size::default();
        };
        match self.known.get(name) {
            Some(Some(size)) => return *size,
            Some(None) => return Size::default(),
            None => {}
        }
        self.known.insert(name, None);
        let size = self.selections(&fragment.selection_set, nesting);
        self.known.insert(name, Some(size));
        size
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(query: &str) -> Vec<String> {
        let document = Document::parse(query, "q").unwrap();
        let errors = check(&document, &Limits { depth: 3, aliases: 2, root_fields: 2, ..Limits::default() });
        errors.iter().map(|error| error.extensions["limit"].as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn each_limit_is_counted_through_fragments() {
        assert!(codes("{ a { b { c } } }").is_empty());
        assert_eq!(codes("{ a { b { c { d } } } }"), ["depth"]);
        assert_eq!(codes("{ a { ...F } } fragment F on T { b { c { d } } }"), ["depth"]);
        assert_eq!(codes("{ a { x: b y: b z: b } }"), ["aliases"]);
        assert_eq!(codes("{ a b ...R } fragment R on Query { c }"), ["root fields"]);
    }

    #[test]
    fn fragments_that_multiply_are_measured_in_no_time() {
        let mut query = "{ ...F0 }".to_owned();
        for level in 0..60 {
            query.push_str(&format!(
                " fragment F{level} on T {{ x: a {{ ...F{n} }} y: a {{ ...F{n} }} }}",
                n = level + 1
            ));
        }
        query.push_str(" fragment F60 on T { b }");
        assert_eq!(codes(&query), ["depth", "aliases", "fields"]);
        let wide = query.replace("x: a {", "... {").replace("y: a {", "... {");
        assert_eq!(codes(&wide), ["fields", "root fields"]);
    }

    #[test]
    fn a_count_beyond_all_numbers_is_still_over_the_limit() {
        let mut query = "query Q @a { ...F0 }".to_owned();
        for level in 0..70 {
            query.push_str(&format!(
                " fragment F{level} on T {{ ...F{n} @a ... @a {{ ...F{n} }} }}",
                n = level + 1
            ));
        }
        query.push_str(" fragment F70 on T { b }");
        assert_eq!(codes(&query), ["fields", "root fields", "directives"]);
    }

    #[test]
    fn a_circle_of_fragments_ends() {
        let _ = codes("{ ...A } fragment A on T { a ...B } fragment B on T { b ...A }");
    }
}
