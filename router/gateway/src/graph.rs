//! One graph being served: its planner, its executor and the operations that are ready to run.

use crate::config::Limits;
use crate::error::{
    BAD_REQUEST, GRAPHQL_PARSE_FAILED, GRAPHQL_VALIDATION_FAILED, QUERY_TOO_COMPLEX, Refusal, diagnostics,
};
use crate::limits;
use apollo_compiler::ast::{Document, OperationType};
use apollo_compiler::parser::Parser;
use moka::sync::Cache;
use router_executor::{Executor, GraphqlError, Prepared, Transport};
use router_planner::Planner;
use router_schema::Supergraph;
use std::fmt;
use std::sync::Arc;

/// The deepest nesting that the parser follows.
const RECURSION_MAX: usize = 200;

/// The longest document that is kept for the next request with it.
const KEPT_BYTES_MAX: usize = 64 * 1024;

/// A graph with all that answering needs. One revision of it serves a request from start to end.
pub struct Graph {
    supergraph: Arc<Supergraph>,
    planner: Planner,
    executor: Executor,
    transports: Vec<Arc<dyn Transport>>,
    prepared: Cache<OperationKey, Arc<PreparedOperation>>,
    introspection: bool,
    limits: Limits,
}

/// What makes two requests the same operation. The whole text is compared, not only its hash.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct OperationKey {
    text: Arc<str>,
    operation_name: Option<String>,
}

/// An operation that is parsed, valid, within the limits and planned.
#[derive(Clone, Debug)]
pub struct PreparedOperation {
    /// For the executor.
    pub prepared: Prepared,
    /// Query, mutation or subscription.
    pub kind: OperationType,
    /// The operation's name, for logs and metrics.
    pub name: Option<String>,
}

impl Graph {
    /// A graph over transports by subgraph position.
    #[must_use]
    pub fn new(
        supergraph: Arc<Supergraph>,
        transports: Vec<Arc<dyn Transport>>,
        config: &crate::Config,
    ) -> Self {
        Self {
            planner: Planner::new(Arc::clone(&supergraph)),
            executor: Executor::new(Arc::clone(&supergraph), transports.clone()),
            supergraph,
            transports,
            prepared: Cache::new(config.prepared_operations),
            introspection: config.introspection,
            limits: config.limits.clone(),
        }
    }

    /// What is served.
    #[must_use]
    pub fn supergraph(&self) -> &Arc<Supergraph> {
        &self.supergraph
    }

    /// Runs prepared operations.
    #[must_use]
    pub fn executor(&self) -> &Executor {
        &self.executor
    }

    /// The subgraphs' names and how each is reached.
    pub(crate) fn subgraphs(&self) -> impl Iterator<Item = (&str, &Arc<dyn Transport>)> {
        let names = self.supergraph.subgraphs.iter().map(|subgraph| subgraph.name.as_str());
        names.zip(&self.transports)
    }

    /// Looks an operation up, or parses, checks and plans it.
    pub(crate) fn prepare(
        &self,
        text: &str,
        operation_name: Option<&str>,
    ) -> Result<Arc<PreparedOperation>, Refusal> {
        let key = OperationKey { text: text.into(), operation_name: operation_name.map(str::to_owned) };
        if let Some(known) = self.prepared.get(&key) {
            metrics::counter!("carmen_prepared_operations_total", "found" => "yes").increment(1);
            return Ok(known);
        }
        metrics::counter!("carmen_prepared_operations_total", "found" => "no").increment(1);
        let prepared = Arc::new(self.make(text, operation_name)?);
        // Every operation that people write by hand is shorter; a longer one carries data, and is not seen twice.
        if text.len() <= KEPT_BYTES_MAX {
            self.prepared.insert(key, Arc::clone(&prepared));
        }
        Ok(prepared)
    }

    fn make(&self, text: &str, operation_name: Option<&str>) -> Result<PreparedOperation, Refusal> {
        let document = self.parse(text)?;
        let exceeded = limits::check(&document, &self.limits);
        if !exceeded.is_empty() {
            return Err(Refusal::graphql(exceeded));
        }
        let document = document
            .to_executable_validate(&self.supergraph.api)
            .map_err(|errors| Refusal::graphql(diagnostics(&errors.errors, GRAPHQL_VALIDATION_FAILED)))?;
        let operation = document
            .operations
            .get(operation_name)
            .map_err(|error| Refusal::operation(BAD_REQUEST, error.message().to_string()))?;
        if !self.introspection && asks_for_schema(operation, &document) {
            let error = GraphqlError::new("introspection is turned off").with_code(GRAPHQL_VALIDATION_FAILED);
            return Err(Refusal::graphql(vec![error]));
        }
        let kind = operation.operation_type;
        let name = operation.name.as_ref().map(ToString::to_string);
        let plan = self.planner.plan(&document, operation_name).map_err(|error| {
            Refusal::graphql(vec![GraphqlError::new(error.to_string()).with_code(error.code())])
        })?;
        let prepared = Prepared::new(Arc::new(document), operation_name.map(str::to_owned), Arc::new(plan));
        Ok(PreparedOperation { prepared, kind, name })
    }

    fn parse(&self, text: &str) -> Result<Document, Refusal> {
        let mut parser = Parser::new().token_limit(self.limits.tokens).recursion_limit(RECURSION_MAX);
        let parsed = parser.parse_ast(text, "query");
        parsed.map_err(|errors| {
            let is_too_long = parser.tokens_reached() > self.limits.tokens;
            let is_too_deep = parser.recursion_reached() > RECURSION_MAX;
            let code = if is_too_long || is_too_deep { QUERY_TOO_COMPLEX } else { GRAPHQL_PARSE_FAILED };
            Refusal::graphql(diagnostics(&errors.errors, code))
        })
    }
}

fn asks_for_schema(
    operation: &apollo_compiler::executable::Operation,
    document: &apollo_compiler::ExecutableDocument,
) -> bool {
    operation.root_fields(document).any(|field| field.name == "__schema" || field.name == "__type")
}

impl fmt::Debug for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Graph").field("executor", &self.executor).finish_non_exhaustive()
    }
}
