//! An operation ready to run any number of times: its document, its plan, and what is derived from the plan once.

use apollo_compiler::ast;
use apollo_compiler::executable::Operation;
use apollo_compiler::request::RequestError;
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Name, Node};
use router_planner::{Fetch, Plan, ShapeKind};
use std::sync::Arc;

/// A planned operation. Cheap to clone, so a cache can hand it out.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// The client's document, validated against the API schema.
    pub document: Arc<Valid<ExecutableDocument>>,
    /// Which of the document's operations runs.
    pub operation_name: Option<String>,
    /// How it is answered.
    pub plan: Arc<Plan>,
    pub(crate) wiring: Arc<[Wiring]>,
    pub(crate) has_introspection: bool,
}

/// What the executor needs to know of a fetch beside the plan's own words.
#[derive(Debug)]
pub(crate) struct Wiring {
    /// How many fetches it waits for.
    pub(crate) waits_for: usize,
    /// The fetches that wait for it.
    pub(crate) dependents: Vec<usize>,
    /// The internal keys it fills in each object at its path, in the order selected.
    pub(crate) keys: Vec<Name>,
}

impl Prepared {
    /// Puts a plan together with the document that it was made from.
    #[must_use]
    pub fn new(
        document: Arc<Valid<ExecutableDocument>>,
        operation_name: Option<String>,
        plan: Arc<Plan>,
    ) -> Self {
        let has_introspection =
            plan.shape.fields.iter().any(|field| matches!(field.kind, ShapeKind::Introspection));
        let wiring = wire(&plan.fetches).into();
        Self { document, operation_name, plan, wiring, has_introspection }
    }

    /// The operation that runs.
    ///
    /// # Errors
    /// When the document has no operation of that name, or none can be chosen without one.
    pub fn operation(&self) -> Result<&Node<Operation>, RequestError> {
        self.document.operations.get(self.operation_name.as_deref())
    }
}

fn wire(fetches: &[Fetch]) -> Vec<Wiring> {
    let mut wiring: Vec<Wiring> = fetches
        .iter()
        .map(|fetch| Wiring { waits_for: 0, dependents: Vec::new(), keys: filled_keys(fetch) })
        .collect();
    for (position, fetch) in fetches.iter().enumerate() {
        let mut sources: Vec<usize> = fetch.depends_on.iter().map(|id| id.0 as usize).collect();
        sources.sort_unstable();
        sources.dedup();
        // The plan promises that a fetch depends on earlier ones only. Holding on to that here means that no plan,
        // however wrong, can make the executor wait for ever.
        for source in sources.into_iter().filter(|source| *source < position) {
            wiring[position].waits_for += 1;
            wiring[source].dependents.push(position);
        }
    }
    wiring
}

/// Reads from the operation text which keys a fetch fills. It is our own planner's text, so it parses; should it not,
/// errors of the fetch are placed at the object instead of at a field.
fn filled_keys(fetch: &Fetch) -> Vec<Name> {
    let document = match ast::Document::parse(fetch.operation.as_str(), "fetch.graphql") {
        Ok(document) => document,
        Err(partial) => partial.partial,
    };
    let mut keys = Vec::new();
    for definition in &document.definitions {
        let ast::Definition::OperationDefinition(operation) = definition else { continue };
        if fetch.representation.is_none() {
            keys_in(&operation.selection_set, &mut keys);
            continue;
        }
        for selection in &operation.selection_set {
            if let ast::Selection::Field(field) = selection {
                keys_in(&field.selection_set, &mut keys);
            }
        }
    }
    if keys.is_empty() {
        // All that it brings is the type.
        keys.push(Name::new_unchecked("__typename"));
    }
    keys
}

/// Collects response keys through inline fragments; the planner sends no named ones.
fn keys_in(selections: &[ast::Selection], keys: &mut Vec<Name>) {
    for selection in selections {
        match selection {
            ast::Selection::Field(field) => {
                let key = field.response_name();
                if field.name != "__typename" && !keys.contains(key) {
                    keys.push(key.clone());
                }
            }
            ast::Selection::InlineFragment(inline) => keys_in(&inline.selection_set, keys),
            ast::Selection::FragmentSpread(_) => {}
        }
    }
}
