//! What `@provides` on the way to an object makes available there. It holds on its path only.

use apollo_compiler::Name;
use router_schema::{FieldSet, Selection, Supergraph};

/// Whether a field is provided for every object here.
pub(crate) fn provided(provides: &[FieldSet], field: &Name) -> bool {
    provides.iter().flat_map(|set| &set.selections).any(|selection| match selection {
        Selection::Field(selected) => selected.name == *field,
        Selection::Inline(_) => false,
    })
}

/// What is provided below a field.
pub(crate) fn below(provides: &[FieldSet], field: &Name) -> Vec<FieldSet> {
    let selections = provides.iter().flat_map(|set| &set.selections);
    selections
        .filter_map(|selection| match selection {
            Selection::Field(selected) if selected.name == *field && !selected.selections.is_empty() => {
                Some(selected.selections.clone())
            }
            _ => None,
        })
        .collect()
}

/// What is provided, to tell it apart from something else.
pub(crate) fn text(provides: &[FieldSet]) -> String {
    provides.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

/// What is provided for one concrete type: the plain fields and those under a condition that lets it through.
pub(crate) fn narrowed(supergraph: &Supergraph, provides: &[FieldSet], ty: &Name) -> Vec<FieldSet> {
    let mut narrowed = provides.to_vec();
    let mut at = 0;
    while at < narrowed.len() {
        let inner: Vec<FieldSet> = narrowed[at]
            .selections
            .iter()
            .filter_map(|selection| match selection {
                Selection::Inline(inline)
                    if inline.on == *ty || supergraph.possible_types(&inline.on).contains(ty) =>
                {
                    Some(inline.selections.clone())
                }
                _ => None,
            })
            .collect();
        narrowed.extend(inner);
        at += 1;
    }
    narrowed
}
