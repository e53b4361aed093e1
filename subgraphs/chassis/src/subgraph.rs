//! A running subgraph, whatever its domain: what the process serves and what peers ask.

mod blame;
mod builder;
mod guard;

use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, OnceLock};

use async_graphql::{Data, Request, Response, ServerError, Variables};
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use futures::{FutureExt, StreamExt};
use router_protocol::{SubgraphRequest, SubgraphResponse};

use crate::audit;
use crate::bus::Bus;
use crate::caller::Authentication;
use crate::clock::Clock;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::inbox::Consumers;
use crate::page::together;
use crate::peers::{Peer, Peers};
use crate::renewal::LiveCaller;
use crate::request::RequestScope;
use crate::respond;
use crate::telemetry::Origin;
use crate::token::TokenVerifier;
use blame::{Blame, Suspect};

pub use builder::{SubgraphBuilder, schema};

/// What a subgraph is given to run with.
#[derive(Clone, Debug)]
pub struct Environment {
    /// Its own database, migrated.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// Who checks bearer tokens.
    pub verifier: TokenVerifier,
    /// The other subgraphs.
    pub peers: Peers,
    /// The other subgraphs' events, and the way out for its own.
    pub bus: Arc<dyn Bus>,
}

type PerRequest = dyn Fn(&RequestScope, &mut Data) + Send + Sync;

/// A schema without its types: chassis needs to run it, not to know it.
trait Engine: Send + Sync {
    fn execute(&self, request: Request) -> BoxFuture<'_, Response>;
    fn stream(&self, request: Request) -> BoxStream<'static, Response>;
}

/// A subgraph that answers. Clones are the same subgraph.
#[derive(Clone)]
pub struct Subgraph(Arc<Inner>);

struct Inner {
    name: &'static str,
    sdl: String,
    engine: Box<dyn Engine>,
    per_request: Box<PerRequest>,
    environment: Environment,
    consumers: Consumers,
    routes: axum::Router,
    /// Made when the first unreadable input comes.
    blame: OnceLock<Blame>,
}

impl Subgraph {
    /// Its name in the fleet.
    pub fn name(&self) -> &'static str {
        self.0.name
    }

    /// Its schema with federation directives, in a stable order.
    pub fn sdl(&self) -> &str {
        &self.0.sdl
    }

    /// What it runs with.
    pub fn environment(&self) -> &Environment {
        &self.0.environment
    }

    /// Answers a query or mutation. Never fails: failures are part of the answer.
    pub async fn execute(&self, request: SubgraphRequest) -> SubgraphResponse {
        let authentication = self.authenticate(&request).await;
        respond::bytes(&self.answer(request, authentication).await)
    }

    /// Opens a subscription (a query or mutation is answered once). Dropping the stream ends it.
    pub async fn subscribe(&self, request: SubgraphRequest) -> BoxStream<'static, SubgraphResponse> {
        let authentication = self.authenticate(&request).await;
        self.stream(request, authentication).map(|response| respond::bytes(&response)).boxed()
    }

    /// The HTTP routes it has beside GraphQL, for a process that serves those of several subgraphs.
    pub fn routes(&self) -> axum::Router {
        self.0.routes.clone()
    }

    /// The HTTP and WebSocket interface for a process of its own.
    pub fn router(&self) -> axum::Router {
        crate::http::router(self.clone()).merge(self.0.routes.clone())
    }

    /// The routes it has beside the GraphQL ones, for a process that serves GraphQL by itself.
    pub fn further_routes(&self) -> axum::Router {
        self.0.routes.clone()
    }

    pub(crate) async fn authenticate(&self, request: &SubgraphRequest) -> Authentication {
        self.0.environment.verifier.authenticate(request.token()).await
    }

    pub(crate) async fn answer(
        &self,
        mut request: SubgraphRequest,
        authentication: Authentication,
    ) -> Response {
        let origin = Origin::of(&request.headers);
        let evidence = Evidence::keep(&request);
        let headers = std::mem::take(&mut request.headers);
        let mut request = match self.prepare(request, authentication.clone(), false) {
            Ok(request) => request,
            Err(response) => return *response,
        };
        let noted = audit::Scope::of(&mut request, (&authentication, &headers), &self.0.environment.clock);
        let running = async {
            let Some(scope) = noted else { return self.run(request, evidence).await };
            let response = audit::scope(Arc::clone(&scope), self.run(request, evidence)).await;
            scope.conclude(&self.0.environment.db, &response).await;
            response
        };
        origin.scope(Box::pin(running)).await
    }

    /// Runs a prepared request; a panic and everything else that failed comes out as an error with its code.
    async fn run(&self, request: Request, evidence: Option<Evidence>) -> Response {
        let running = together::scope(&self.0.environment.db, self.0.engine.execute(request));
        let running = AssertUnwindSafe(running).catch_unwind();
        let response = running.await.unwrap_or_else(|_| {
            respond::refused(&Error::internal(format!("a resolver of {} panicked", self.0.name)))
        });
        respond::described(self.blamed(response, evidence))
    }

    /// Adds to every "cannot parse" where the input lies that cannot be parsed.
    fn blamed(&self, mut response: Response, evidence: Option<Evidence>) -> Response {
        let is_unreadable = |error: &ServerError| error.message.starts_with("Failed to parse \"");
        let Some(evidence) = evidence.filter(|_| response.errors.iter().any(is_unreadable)) else {
            return response;
        };
        let Ok(document) = async_graphql::parser::parse_query(&evidence.query) else { return response };
        let variables = Variables::from_json(serde_json::Value::Object(evidence.variables));
        let operation = evidence.operation_name.as_deref();
        let suspect = Suspect { document: &document, operation, variables: &variables };
        let blame = self.0.blame.get_or_init(|| Blame::of(&self.0.sdl));
        for error in response.errors.iter_mut().filter(|error| is_unreadable(error)) {
            let refusals = blame.refusals(&suspect, error);
            if !refusals.is_empty() {
                error.source = Some(Arc::new(Error::Refused(refusals.into())));
            }
        }
        response
    }

    pub(crate) fn stream(
        &self,
        request: SubgraphRequest,
        authentication: Authentication,
    ) -> BoxStream<'static, Response> {
        if audit::is_mutation(&request.query, request.operation_name.as_deref()) {
            let subgraph = self.clone();
            let answer = async move { subgraph.answer(request, authentication).await };
            return futures::stream::once(answer).boxed();
        }
        let live = match (&authentication, request.credential.clone()) {
            (Authentication::Known(caller), Some(credential)) => {
                let verifier = self.0.environment.verifier.clone();
                Some(LiveCaller::following(verifier, Arc::clone(caller), credential))
            }
            _ => None,
        };
        let prepared = self.prepare(request, authentication, true).map(|request| match live {
            Some(live) => request.data(live),
            None => request,
        });
        match prepared {
            Ok(request) => {
                let answers = together::scope_stream(&self.0.environment.db, self.0.engine.stream(request));
                answers.map(respond::described).boxed()
            }
            Err(response) => futures::stream::iter([*response]).boxed(),
        }
    }

    /// Turns the wire's request into the schema's, guards it and lays its data beside it.
    fn prepare(
        &self,
        request: SubgraphRequest,
        authentication: Authentication,
        is_stream: bool,
    ) -> std::result::Result<Request, Box<Response>> {
        match &authentication {
            Authentication::Rejected => return Err(Box::new(respond::unauthenticated())),
            Authentication::Undecided(error) => return Err(Box::new(respond::refused(error))),
            Authentication::Anonymous | Authentication::Known(_) => {}
        }
        let variables = serde_json::Value::Object(request.variables);
        let mut prepared = Request::new(request.query).variables(Variables::from_json(variables));
        prepared.operation_name = request.operation_name;
        guard::check(&mut prepared).map_err(|error| Box::new(respond::refused(&error)))?;
        let scope = RequestScope { authentication, is_stream };
        (self.0.per_request)(&scope, &mut prepared.data);
        prepared.data.insert(scope.authentication);
        prepared.data.insert(self.0.environment.db.clone());
        prepared.data.insert(self.0.consumers.clone());
        Ok(prepared)
    }
}

/// What is kept of a request until its inputs have proved readable.
struct Evidence {
    query: String,
    operation_name: Option<String>,
    variables: serde_json::Map<String, serde_json::Value>,
}

impl Evidence {
    /// Entity fetches are left out: their representations come from a router, in numbers, and are not typed by hand.
    fn keep(request: &SubgraphRequest) -> Option<Self> {
        (!request.query.contains("_entities")).then(|| Self {
            query: request.query.clone(),
            operation_name: request.operation_name.clone(),
            variables: request.variables.clone(),
        })
    }
}

impl Peer for Subgraph {
    fn ask(&self, request: SubgraphRequest) -> BoxFuture<'static, Result<SubgraphResponse>> {
        let subgraph = self.clone();
        async move { Ok(subgraph.execute(request).await) }.boxed()
    }
}

impl fmt::Debug for Subgraph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subgraph").field("name", &self.0.name).finish_non_exhaustive()
    }
}
