//! Which type a field has when its subgraphs give it different ones.

use crate::ingest::Subgraph;
use apollo_compiler::Name;
use apollo_compiler::ast::Type;
use router_schema::apollo_compiler;

/// The type of an output field: nullable where anyone's is, and the most general of the named types.
pub(crate) fn output(subgraphs: &[Subgraph], types: &[&Type]) -> Option<Type> {
    let shape = fold(types, |a, b| a && b)?;
    let names: Vec<_> = types.iter().map(|ty| ty.inner_named_type()).collect();
    let general = names.iter().find(|candidate| {
        names.iter().all(|other| other == *candidate || is_subtype(subgraphs, candidate, other))
    })?;
    Some(with_name(&shape, general))
}

/// The type of an argument or input field: non-null where anyone's is, of one named type.
pub(crate) fn input(types: &[&Type]) -> Option<Type> {
    let name = types.first()?.inner_named_type();
    if types.iter().any(|ty| ty.inner_named_type() != name) {
        return None;
    }
    fold(types, |a, b| a || b)
}

/// Whether some subgraph says that `specific` is a member or an implementation of `general`.
pub(crate) fn is_subtype(subgraphs: &[Subgraph], general: &Name, specific: &Name) -> bool {
    subgraphs.iter().any(|subgraph| subgraph.schema.is_subtype(general, specific))
}

/// Whether a value of type `specific` can stand where `general` is expected.
pub(crate) fn is_assignable(subgraphs: &[Subgraph], specific: &Type, general: &Type) -> bool {
    if general.is_non_null() && !specific.is_non_null() {
        return false;
    }
    match (item(specific), item(general)) {
        (Some(specific), Some(general)) => is_assignable(subgraphs, specific, general),
        (None, None) => {
            let (specific, general) = (specific.inner_named_type(), general.inner_named_type());
            specific == general || is_subtype(subgraphs, general, specific)
        }
        _ => false,
    }
}

/// The common list structure, with the first one's name; `None` when one is a list and another is not.
fn fold(types: &[&Type], is_non_null: fn(bool, bool) -> bool) -> Option<Type> {
    let (first, rest) = types.split_first()?;
    rest.iter().try_fold((*first).clone(), |folded, next| combine(&folded, next, is_non_null))
}

fn combine(a: &Type, b: &Type, is_non_null: fn(bool, bool) -> bool) -> Option<Type> {
    let combined = match (item(a), item(b)) {
        (Some(inner_a), Some(inner_b)) => Type::List(Box::new(combine(inner_a, inner_b, is_non_null)?)),
        (None, None) => Type::Named(a.inner_named_type().clone()),
        _ => return None,
    };
    Some(if is_non_null(a.is_non_null(), b.is_non_null()) { combined.non_null() } else { combined })
}

fn item(ty: &Type) -> Option<&Type> {
    match ty {
        Type::List(inner) | Type::NonNullList(inner) => Some(inner),
        Type::Named(_) | Type::NonNullNamed(_) => None,
    }
}

fn with_name(ty: &Type, name: &Name) -> Type {
    match ty {
        Type::Named(_) => Type::Named(name.clone()),
        Type::NonNullNamed(_) => Type::NonNullNamed(name.clone()),
        Type::List(inner) => Type::List(Box::new(with_name(inner, name))),
        Type::NonNullList(inner) => Type::NonNullList(Box::new(with_name(inner, name))),
    }
}
