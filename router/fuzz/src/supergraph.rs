//! A supergraph of anybody → a planner that plans over it.

use router_planner::{PlanError, Planner, verify};
use router_schema::Supergraph;
use router_schema::apollo_compiler::ast::OperationType;
use router_schema::apollo_compiler::schema::ExtendedType;
use router_schema::apollo_compiler::{ExecutableDocument, Schema};
use std::fmt::Write;
use std::sync::Arc;

/// How deep the operation goes that is asked of a supergraph.
const DEPTH: usize = 3;

/// Selected fields in one operation; a graph of the fuzzer can be dense.
const FIELDS_MAX: usize = 60;

pub(crate) fn run(text: &str) {
    let Ok(supergraph) = Supergraph::parse(text) else { return };
    let supergraph = Arc::new(supergraph);
    let api = &supergraph.api;
    let mut operation = String::new();
    let Some(root) = api.root_operation(OperationType::Query) else { return };
    select(api, root, DEPTH, &mut FIELDS_MAX.clone(), &mut operation);
    let Ok(document) = ExecutableDocument::parse_and_validate(api, &operation, "all.graphql") else {
        // Fields of one name and different types cannot be asked for side by side.
        return;
    };
    match Planner::new(supergraph.clone()).plan(&document, None) {
        Ok(plan) => {
            let findings = verify(&supergraph, &plan);
            assert!(findings.is_empty(), "the plan is not sound: {findings:#?}\n{plan}");
        }
        // Whoever composed it may have composed something that cannot be answered.
        Err(PlanError::Unreachable(_) | PlanError::TooComplex(_) | PlanError::UnknownOperation(_)) => {}
    }
}

/// Everything below a type that needs no argument.
fn select(api: &Schema, ty: &str, depth: usize, left: &mut usize, text: &mut String) {
    text.push_str("{ __typename ");
    let fields = match api.types.get(ty) {
        Some(ExtendedType::Object(object)) => Some(&object.fields),
        Some(ExtendedType::Interface(interface)) => Some(&interface.fields),
        _ => None,
    };
    for field in fields.into_iter().flat_map(|fields| fields.values()) {
        let inner = field.ty.inner_named_type().as_str();
        let is_composite =
            api.types.get(inner).is_some_and(|ty| ty.is_object() || ty.is_interface() || ty.is_union());
        let asks = field.arguments.iter().any(|argument| argument.is_required());
        if asks || *left == 0 || (is_composite && depth == 0) {
            continue;
        }
        *left -= 1;
        let _ = write!(text, "{} ", field.name);
        if is_composite {
            select(api, inner, depth - 1, left, text);
        }
    }
    text.push_str("} ");
}
