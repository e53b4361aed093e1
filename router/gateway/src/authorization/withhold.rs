//! Taking fields out of an operation that its caller may not see, and showing in the answer where they were.

use super::{Rules, Unmet};
use apollo_compiler::executable::{Field, Selection, SelectionSet};
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Node, Schema, name};
use router_planner::{Shape, ShapeField, ShapeKind};

/// The document without the fields that are withheld; `None` when nothing is.
pub(crate) fn reduce(
    document: &Valid<ExecutableDocument>,
    schema: &Schema,
    (rules, unmet): (&Rules, &Unmet),
) -> Option<Valid<ExecutableDocument>> {
    if unmet.is_empty() {
        return None;
    }
    let mut filter = Filter { schema, rules, unmet, has_withheld: false };
    let mut reduced = ExecutableDocument::clone(document);
    let operations = &mut reduced.operations;
    for operation in operations.anonymous.iter_mut().chain(operations.named.values_mut()) {
        let kept = filter.set(&operation.selection_set);
        operation.make_mut().selection_set = kept;
    }
    for fragment in reduced.fragments.values_mut() {
        let kept = filter.set(&fragment.selection_set);
        fragment.make_mut().selection_set = kept;
    }
    // What is left of a valid document is valid but for variables that nobody reads any more.
    filter.has_withheld.then(|| Valid::assume_valid(reduced))
}

struct Filter<'a> {
    schema: &'a Schema,
    rules: &'a Rules,
    unmet: &'a Unmet,
    has_withheld: bool,
}

impl Filter<'_> {
    fn set(&mut self, set: &SelectionSet) -> SelectionSet {
        let mut kept = SelectionSet::new(set.ty.clone());
        for selection in &set.selections {
            match selection {
                Selection::Field(field) if self.rules.withholds(&set.ty, field, self.unmet) => {
                    self.has_withheld = true;
                }
                Selection::Field(field) => {
                    let selection_set = self.set(&field.selection_set);
                    kept.push(Field { selection_set, ..Field::clone(field) });
                }
                Selection::InlineFragment(inline) => {
                    let mut inline = inline.clone();
                    let below = self.set(&inline.selection_set);
                    inline.make_mut().selection_set = below;
                    kept.selections.push(Selection::InlineFragment(inline));
                }
                Selection::FragmentSpread(spread) => {
                    kept.selections.push(Selection::FragmentSpread(Node::clone(spread)));
                }
            }
        }
        // An object must not be empty. What this adds is not in the client's answer.
        if kept.selections.is_empty()
            && !set.selections.is_empty()
            && let Ok(field) = kept.new_field(self.schema, name!("__typename"))
        {
            kept.push(field);
        }
        kept
    }
}

/// The answer that the client expects, filled from the plan of the reduced operation. What that does not have is withheld.
pub(crate) fn merge(expected: &Shape, allowed: &Shape) -> Shape {
    Shape { fields: expected.fields.iter().flat_map(|field| place(field, allowed)).collect() }
}

fn place(field: &ShapeField, allowed: &Shape) -> Vec<ShapeField> {
    let is_same = |other: &&ShapeField| other.response_key == field.response_key && is_within(other, field);
    let mut same: Vec<&ShapeField> = allowed.fields.iter().filter(is_same).collect();
    // Where conditions decide at which of several places a key is, each place is one field.
    if same.iter().any(|other| other.condition == field.condition) {
        same.retain(|other| other.condition == field.condition);
    }
    let mut placed: Vec<ShapeField> = Vec::new();
    for other in same {
        let kind = match (&field.kind, &other.kind) {
            (ShapeKind::Object(expected), ShapeKind::Object(allowed)) => {
                ShapeKind::Object(merge(expected, allowed))
            }
            (_, kind) => kind.clone(),
        };
        placed.push(ShapeField { kind, ..other.clone() });
    }
    let rest = match &field.on {
        _ if placed.is_empty() => Some(field.on.clone()),
        // Allowed on some of the types only.
        Some(types) => {
            let is_placed = |name: &&apollo_compiler::Name| {
                placed.iter().any(|other| other.on.as_ref().is_none_or(|on| on.contains(*name)))
            };
            let rest: Vec<_> = types.iter().filter(|name| !is_placed(name)).cloned().collect();
            (!rest.is_empty()).then_some(Some(rest))
        }
        None => None,
    };
    if let Some(on) = rest {
        placed.push(ShapeField { on, kind: ShapeKind::Withheld, ..field.clone() });
    }
    placed
}

/// Whether a field of the reduced operation stands for types of the expected one only. Where that is any type, it must be,
/// too: the others would be left without an answer.
fn is_within(other: &ShapeField, field: &ShapeField) -> bool {
    match (&other.on, &field.on) {
        (None, None) => true,
        (Some(other), Some(field)) => other.iter().all(|name| field.contains(name)),
        _ => false,
    }
}
