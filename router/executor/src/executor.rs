//! The way in: an executor per graph, shared by all requests.

use crate::error::{GraphqlError, Location, VALIDATION_ERROR};
use crate::prepared::Prepared;
use crate::project::Projector;
use crate::request::{ClientRequest, Variables, coerce};
use crate::response::Response;
use crate::run::{Run, RunResult};
use crate::subscription::{self, Identity, ResponseStream};
use crate::transport::Transport;
use apollo_compiler::collections::HashMap;
use apollo_compiler::introspection;
use apollo_compiler::request::RequestError;
use apollo_compiler::schema::Implementers;
use apollo_compiler::{ExecutableDocument, Name};
use http::HeaderMap;
use router_schema::{SubgraphId, Supergraph};
use serde_json::{Map, Value};
use std::fmt;
use std::sync::Arc;

/// Runs plans against the subgraphs of one graph. Cheap to clone.
#[derive(Clone)]
pub struct Executor {
    pub(crate) graph: Arc<Supergraph>,
    pub(crate) limits: Limits,
    transports: Arc<[Arc<dyn Transport>]>,
    implementers: Arc<HashMap<Name, Implementers>>,
}

/// The bounds on what one client request may cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Representations in one `_entities` request; larger sets become several requests.
    pub representations_per_request: usize,
    /// Distinct representations of one fetch; beyond, the fetch fails with [`LIMIT_EXCEEDED`](crate::LIMIT_EXCEEDED).
    pub representations_per_fetch: usize,
    /// Requests to subgraphs at any one time; more wait for their turn.
    pub requests_in_flight: usize,
    /// Bytes of one subgraph response.
    pub response_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            representations_per_request: router_protocol::REPRESENTATIONS_MAX,
            representations_per_fetch: 100_000,
            requests_in_flight: 64,
            response_bytes: 64 * 1024 * 1024,
        }
    }
}

impl Executor {
    /// An executor for `graph`; `transports[i]` reaches the subgraph with `SubgraphId(i)`. A subgraph without a transport
    /// counts as unavailable.
    #[must_use]
    pub fn new(graph: Arc<Supergraph>, transports: Vec<Arc<dyn Transport>>) -> Self {
        let implementers = Arc::new(graph.api.implementers_map());
        Self { graph, limits: Limits::default(), transports: transports.into(), implementers }
    }

    /// Replaces the default bounds.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Answers a query or mutation. Dropping the future ends every request to a subgraph that is under way.
    ///
    /// Never fails as a whole: what could not be answered is null, with an error beside the data.
    pub async fn execute(&self, prepared: &Prepared, request: ClientRequest) -> Response {
        let variables = match self.admit(prepared, request.variables) {
            Ok(variables) => variables,
            Err(errors) => return Response::refused(errors),
        };
        let introspected = match self.introspect(prepared, &variables) {
            Ok(introspected) => introspected,
            Err(errors) => return Response::refused(errors),
        };
        let run = Run::new(self, prepared, &variables, &request.headers).finish().await;
        self.respond(prepared, &variables, run, introspected)
    }

    /// Opens a subscription. The stream gives one response per event, in the order of the events; it asks upstream for
    /// the next event only when the response before it was taken. Dropping the stream ends the subscription upstream.
    ///
    /// # Errors
    /// The one response to send instead, when nothing could be subscribed to.
    pub async fn subscribe(
        &self,
        prepared: &Prepared,
        request: ClientRequest,
    ) -> Result<ResponseStream, Box<Response>> {
        let ClientRequest { variables, headers, credential } = request;
        let variables =
            self.admit(prepared, variables).map_err(|errors| Box::new(Response::refused(errors)))?;
        let identity = Identity { headers, credential };
        subscription::open(self.clone(), prepared.clone(), variables, identity).await
    }

    /// Answers one event of a subscription: the source fetch has answered with `event`, the other fetches follow.
    pub(crate) async fn answer_event(
        &self,
        prepared: &Prepared,
        variables: &Variables,
        headers: &HeaderMap,
        event: &[u8],
    ) -> Response {
        let run = Run::new(self, prepared, variables, headers).resume(event).await;
        self.respond(prepared, variables, run, Map::new())
    }

    pub(crate) fn transport(&self, subgraph: SubgraphId) -> Option<&Arc<dyn Transport>> {
        self.transports.get(subgraph.index())
    }

    fn admit(&self, prepared: &Prepared, given: Map<String, Value>) -> Result<Variables, Vec<GraphqlError>> {
        let operation = prepared.operation().map_err(|error| vec![refusal(&error, &prepared.document)])?;
        coerce(&self.graph.api, &prepared.document, operation, given)
    }

    /// The answers to `__schema` and `__type`, by response key.
    fn introspect(
        &self,
        prepared: &Prepared,
        variables: &Variables,
    ) -> Result<Map<String, Value>, Vec<GraphqlError>> {
        if !prepared.has_introspection {
            return Ok(Map::new());
        }
        let document = &prepared.document;
        let refuse = |error: RequestError| vec![refusal(&error, document)];
        let operation = prepared.operation().map_err(refuse)?;
        introspection::check_max_depth(document, operation).map_err(refuse)?;
        let partial = introspection::partial_execute(
            &self.graph.api,
            &self.implementers,
            document,
            operation,
            &variables.raw,
        )
        .map_err(refuse)?;
        match serde_json::to_value(partial.data) {
            Ok(Value::Object(data)) => Ok(data),
            Ok(_) | Err(_) => Ok(Map::new()),
        }
    }

    fn respond(
        &self,
        prepared: &Prepared,
        variables: &Variables,
        run: RunResult,
        introspected: Map<String, Value>,
    ) -> Response {
        let RunResult { tree, mut faults, traffic } = run;
        let root = self.graph.api.root_operation(prepared.plan.operation).map(Name::as_str);
        let data = Projector::new(&self.graph.api, variables, &mut faults, introspected).root(
            &prepared.plan.shape,
            tree.root(),
            root,
        );
        Response { data: Some(data), errors: faults.into_errors(), extensions: Map::new(), traffic }
    }
}

impl fmt::Debug for Executor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Executor")
            .field("subgraphs", &self.graph.subgraphs.len())
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

fn refusal(error: &RequestError, document: &ExecutableDocument) -> GraphqlError {
    let mut refused = GraphqlError::new(error.message().to_string()).with_code(VALIDATION_ERROR);
    if let Some(found) = error.location().and_then(|span| span.line_column(&document.sources)) {
        refused.locations.push(Location { line: found.line, column: found.column });
    }
    refused
}
