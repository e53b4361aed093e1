//! One graph being served: its planner, its executor and the operations that are ready to run.

use crate::auth::Identity;
use crate::authorization::{self, Rules, Unmet};
use crate::config::{Authorization, Limits, Overrides};
use crate::error::{
    BAD_REQUEST, GRAPHQL_PARSE_FAILED, GRAPHQL_VALIDATION_FAILED, QUERY_TOO_COMPLEX, Refusal, diagnostics,
};
use crate::{limits, overrides};
use apollo_compiler::ast::{Document, OperationType};
use apollo_compiler::executable::Field;
use apollo_compiler::parser::Parser;
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Node};
use moka::sync::Cache;
use router_executor::{Executor, GraphqlError, Prepared, Transport, UNAUTHORIZED_FIELD_OR_TYPE};
use router_planner::{PlanOptions, Planner};
use router_schema::Supergraph;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

/// The deepest nesting that the parser follows.
const RECURSION_MAX: usize = 200;

/// For how many kinds of callers the plans of one operation are kept.
const VARIANTS_MAX: usize = 16;

/// The longest document that is kept for the next request with it.
const KEPT_BYTES_MAX: usize = 64 * 1024;

/// A graph with all that answering needs. One revision of it serves a request from start to end.
pub struct Graph {
    supergraph: Arc<Supergraph>,
    planner: Planner,
    executor: Executor,
    transports: Vec<Arc<dyn Transport>>,
    rules: Rules,
    operations: Cache<OperationKey, Arc<CheckedOperation>>,
    authorization: Authorization,
    overrides: Overrides,
    introspection: bool,
    limits: Limits,
}

/// What makes two requests the same operation. The whole text is compared, not only its hash.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct OperationKey {
    text: Arc<str>,
    operation_name: Option<String>,
}

/// What two requests with the same operation may differ in: they get different plans.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Variant {
    /// What the caller lacks of the graph's requirements.
    unmet: Unmet,
    /// The active override labels, of those that matter to the operation.
    options: PlanOptions,
}

/// An operation that is parsed, valid and within the limits.
#[derive(Debug)]
struct CheckedOperation {
    document: Arc<Valid<ExecutableDocument>>,
    kind: OperationType,
    name: Option<String>,
    /// The override labels that matter to it.
    labels: Vec<String>,
    /// Its plans so far, the latest last.
    plans: RwLock<Vec<(Variant, Arc<PreparedOperation>)>>,
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

impl CheckedOperation {
    fn plan_for(&self, variant: &Variant) -> Option<Arc<PreparedOperation>> {
        let plans = self.plans.read().unwrap_or_else(PoisonError::into_inner);
        plans.iter().find(|(known, _)| known == variant).map(|(_, plan)| Arc::clone(plan))
    }

    /// Keeps a plan for the next request like this one, at the cost of the oldest.
    fn keep(&self, variant: Variant, plan: &Arc<PreparedOperation>) {
        let mut plans = self.plans.write().unwrap_or_else(PoisonError::into_inner);
        if plans.iter().all(|(known, _)| *known != variant) {
            if plans.len() >= VARIANTS_MAX {
                plans.remove(0);
            }
            plans.push((variant, Arc::clone(plan)));
        }
    }
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
            transports,
            rules: Rules::of(&supergraph),
            operations: Cache::new(config.prepared_operations),
            authorization: config.authorization.clone(),
            overrides: config.overrides.clone(),
            introspection: config.introspection,
            limits: config.limits.clone(),
            supergraph,
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

    /// Looks an operation up for a caller, or parses, checks and plans it.
    pub(crate) fn prepare(
        &self,
        text: &str,
        operation_name: Option<&str>,
        identity: Option<&Identity>,
    ) -> Result<Arc<PreparedOperation>, Refusal> {
        let key = OperationKey { text: text.into(), operation_name: operation_name.map(str::to_owned) };
        // Every operation that people write by hand is shorter; a longer one carries data, and is not seen twice.
        let is_kept = text.len() <= KEPT_BYTES_MAX;
        let checked = match self.operations.get(&key) {
            Some(known) => known,
            None => {
                let checked = Arc::new(self.check(text, operation_name)?);
                if is_kept {
                    self.operations.insert(key, Arc::clone(&checked));
                }
                checked
            }
        };
        let variant = self.variant(&checked, identity);
        if let Some(known) = checked.plan_for(&variant) {
            metrics::counter!("carmen_prepared_operations_total", "found" => "yes").increment(1);
            return Ok(known);
        }
        metrics::counter!("carmen_prepared_operations_total", "found" => "no").increment(1);
        let prepared = Arc::new(self.plan(&checked, operation_name, &variant)?);
        checked.keep(variant, &prepared);
        Ok(prepared)
    }

    fn variant(&self, checked: &CheckedOperation, identity: Option<&Identity>) -> Variant {
        let active = |label: &&String| overrides::is_active(label, identity, &self.overrides);
        Variant {
            unmet: self.rules.unmet(identity, &self.authorization),
            options: PlanOptions::active(checked.labels.iter().filter(active)),
        }
    }

    fn check(&self, text: &str, operation_name: Option<&str>) -> Result<CheckedOperation, Refusal> {
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
        let labels = self.planner.override_labels(&document).into_iter().map(str::to_owned).collect();
        let plans = RwLock::default();
        Ok(CheckedOperation { document: Arc::new(document), kind, name, labels, plans })
    }

    fn plan(
        &self,
        checked: &CheckedOperation,
        operation_name: Option<&str>,
        variant: &Variant,
    ) -> Result<PreparedOperation, Refusal> {
        let plan = |document: &Valid<ExecutableDocument>| {
            self.planner.plan_with(document, operation_name, &variant.options).map_err(|error| {
                Refusal::graphql(vec![GraphqlError::new(error.to_string()).with_code(error.code())])
            })
        };
        let CheckedOperation { document, kind, name, .. } = checked;
        let reduced = authorization::reduce(document, &self.supergraph.api, (&self.rules, &variant.unmet));
        let plan = match reduced {
            None => plan(document)?,
            Some(reduced) => {
                let is_fetched = |field: &&Node<Field>| !field.name.starts_with("__");
                let operation = reduced.operations.get(operation_name);
                let has_source =
                    operation.is_ok_and(|one| one.root_fields(&reduced).any(|field| is_fetched(&field)));
                if *kind == OperationType::Subscription && !has_source {
                    let message = "the caller may not follow what this subscription asks for";
                    return Err(Refusal::operation(UNAUTHORIZED_FIELD_OR_TYPE, message));
                }
                let mut allowed = plan(&reduced)?;
                allowed.shape = authorization::merge(&plan(document)?.shape, &allowed.shape);
                allowed
            }
        };
        let prepared = Prepared::new(Arc::clone(document), operation_name.map(str::to_owned), Arc::new(plan));
        Ok(PreparedOperation { prepared, kind: *kind, name: name.clone() })
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
