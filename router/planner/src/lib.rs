//! Operation → plan: which subgraph is asked for what, in which order, and how the answers become the client's answer.
//!
//! Pure: no clock, no network, no async runtime. The stages, each in its module: [`normalize`] (fragments inlined,
//! conditions collected), `graph` and `reach` (what can be resolved where, and how far it is), `search` with `root`, `targets`,
//! `jump` and `require` (fetch groups), `postpone`, `assemble`
//! (texts and the client's shape), `render` (the plan as text). [`plan`] holds the result's types, the contract with
//! `router-executor`.

mod assemble;
mod condition;
mod context;
mod graph;
mod join;
mod jump;
mod labels;
mod normalize;
mod plan;
mod postpone;
mod provides;
mod reach;
mod render;
mod require;
mod root;
mod search;
mod selection;
mod stages;
mod targets;
mod verify;

use apollo_compiler::ExecutableDocument;
use apollo_compiler::Name;
use apollo_compiler::ast::OperationType;
use apollo_compiler::executable::Operation;
use apollo_compiler::validation::Valid;
use router_schema::Supergraph;
use std::collections::BTreeSet;
use std::sync::Arc;

pub use graph::{Entry, Graph};
pub use labels::PlanOptions;
pub use plan::{
    Condition, ContextSource, ContextValue, Fetch, FetchId, PathElement, Plan, Representation,
    RepresentationField, RepresentationType, Shape, ShapeField, ShapeKind, VariableTest,
};

pub use stages::Stages;
pub use verify::verify;

/// How many objects a search goes round because they cannot give a context its value.
const ROUNDS_MAX: usize = 16;

/// Plans operations against one supergraph.
#[derive(Debug)]
pub struct Planner {
    graph: graph::Graph,
}

/// Why an operation has no plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// The document has no operation of that name, or several and no name was given.
    #[error("{0}")]
    UnknownOperation(String),
    /// A bound on the work of planning was reached.
    #[error("{0}")]
    TooComplex(&'static str),
    /// No way leads to a field: the supergraph is not satisfiable there.
    #[error("no subgraph can resolve {0} here")]
    Unreachable(String),
}

impl PlanError {
    /// The stable code for `extensions.code`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownOperation(_) => "BAD_REQUEST",
            Self::TooComplex(_) => "PLAN_TOO_COMPLEX",
            Self::Unreachable(_) => "PLAN_UNREACHABLE_FIELD",
        }
    }

    pub(crate) fn unreachable(ty: &Name, field: &Name) -> Self {
        Self::Unreachable(format!("{ty}.{field}"))
    }
}

impl Planner {
    /// Prepares the query graph.
    #[must_use]
    pub fn new(supergraph: Arc<Supergraph>) -> Self {
        Self { graph: graph::Graph::new(supergraph) }
    }

    /// The supergraph that is planned against.
    #[must_use]
    pub fn supergraph(&self) -> &Arc<Supergraph> {
        &self.graph.supergraph
    }

    /// The labels of progressive overrides that can change how a document is planned: the ones to evaluate for a request.
    /// Nothing for a graph without labels, at no cost.
    #[must_use]
    pub fn override_labels(&self, document: &ExecutableDocument) -> BTreeSet<&str> {
        self.graph.labels.touched_by(document)
    }

    /// Plans one operation of a document that is valid against the API schema; no override label is active.
    ///
    /// # Errors
    /// See [`PlanError`].
    pub fn plan(
        &self,
        document: &Valid<ExecutableDocument>,
        operation_name: Option<&str>,
    ) -> Result<Plan, PlanError> {
        self.plan_with(document, operation_name, &PlanOptions::default())
    }

    /// Plans one operation under options.
    ///
    /// # Errors
    /// See [`PlanError`].
    pub fn plan_with(
        &self,
        document: &Valid<ExecutableDocument>,
        operation_name: Option<&str>,
        options: &PlanOptions,
    ) -> Result<Plan, PlanError> {
        Ok(self.planned(document, operation_name, options, false)?.0)
    }

    /// Plans one operation and says how the plan came about.
    ///
    /// # Errors
    /// See [`PlanError`].
    pub fn stages(
        &self,
        document: &Valid<ExecutableDocument>,
        operation_name: Option<&str>,
        options: &PlanOptions,
    ) -> Result<Stages, PlanError> {
        let (plan, fields, trace) = self.planned(document, operation_name, options, true)?;
        Ok(trace.unwrap_or_default().finish(&self.graph.supergraph, &fields, plan))
    }

    fn planned(
        &self,
        document: &Valid<ExecutableDocument>,
        operation_name: Option<&str>,
        options: &PlanOptions,
        is_traced: bool,
    ) -> Result<(Plan, Vec<normalize::NormalField>, Option<stages::Trace>), PlanError> {
        let operation = document
            .operations
            .get(operation_name)
            .map_err(|error| PlanError::UnknownOperation(error.message().to_string()))?;
        let fields = normalize::normalize(&self.graph.supergraph, document, &operation.selection_set)?;
        let graph = self.graph.with(options);
        let mut search = search(&graph, operation, &fields, is_traced)?;
        let trace = search.trace.take();
        let plan = assemble::assemble(search, operation, &fields);
        if cfg!(debug_assertions) {
            let findings = verify(&self.graph.supergraph, &plan);
            assert!(findings.is_empty(), "the plan is not sound: {findings:#?}\n{plan}");
        }
        Ok((plan, fields, trace))
    }
}

/// Searches until every entity is asked for in a way that suits all its types, and every context is set where its value can be
/// had.
fn search<'g>(
    graph: &'g graph::Graph,
    operation: &Operation,
    fields: &[normalize::NormalField],
    is_traced: bool,
) -> Result<search::Search<'g>, PlanError> {
    let root = &operation.selection_set.ty;
    let mut apart = search::Apart::new();
    let mut unable = BTreeSet::new();
    // Rare enough to begin again. Every round keeps more entities apart or goes round more objects, so this comes to an end.
    loop {
        let mut search = search::Search::new(graph, apart.clone(), operation);
        search.unable = unable.clone();
        search.trace = is_traced.then(stages::Trace::default);
        let found = match operation.operation_type {
            OperationType::Mutation => search.mutation(root, fields),
            OperationType::Subscription => search.subscription(root, fields),
            OperationType::Query => search.query(root, fields),
        };
        if found.is_err() && search.unable.len() > unable.len() && unable.len() < ROUNDS_MAX {
            unable = search.unable;
            continue;
        }
        found?;
        let uneven = search.uneven();
        if uneven.is_subset(&apart) {
            return Ok(search);
        }
        apart.extend(uneven);
    }
}
