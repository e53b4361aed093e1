//! The stack, top to bottom, and what every request shares.

use crate::auth::{Authenticator, KeySet};
use crate::client::Client;
use crate::config::Config;
use crate::error::{Refusal, UNAVAILABLE, internal};
use crate::graph::{Graph, PreparedOperation};
use crate::graphiql::{Session, Tab};
use crate::readiness::{self, Readiness};
use crate::request::GraphqlRequest;
use crate::{access, graphiql, http_handler, telemetry};
use apollo_compiler::ast::OperationType;
use arc_swap::ArcSwap;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::IntoResponse;
use axum::routing::get;
use http::HeaderMap;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use router_executor::{ClientRequest, Response};
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

/// Says whether everything in this process that answering needs is ready.
type LocalReadiness = Arc<dyn Fn() -> futures::future::BoxFuture<'static, bool> + Send + Sync>;

/// Gives the token for a GraphiQL page that is signed in by itself; development only.
pub(crate) type SessionSource =
    Arc<dyn Fn() -> futures::future::BoxFuture<'static, Option<Session>> + Send + Sync>;

/// A gateway over one graph. Clones are the same gateway.
#[derive(Clone)]
pub struct Gateway(pub(crate) Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) config: Config,
    pub(crate) graph: ArcSwap<Graph>,
    pub(crate) auth: Option<Authenticator>,
    pub(crate) tabs: Vec<Tab>,
    pub(crate) session: Option<SessionSource>,
    pub(crate) local_readiness: Option<LocalReadiness>,
    pub(crate) readiness: Readiness,
    forwarded: Vec<HeaderName>,
    /// Cancelled when the process stops: streams end, new ones are refused.
    pub(crate) stopping: CancellationToken,
    /// The open WebSockets and event streams; a shutdown waits for their goodbye.
    pub(crate) streams: TaskTracker,
}

impl Gateway {
    /// A gateway that serves `graph`; `keys` gives the public keys of issuers in this process.
    #[must_use]
    pub fn new(config: Config, graph: Graph, keys: impl FnMut(&str) -> Option<KeySet>) -> Self {
        telemetry::metrics_handle();
        let auth = config.auth.as_ref().map(|auth| Authenticator::new(auth, keys));
        let names = config.headers.forward.iter();
        let forwarded = names.filter_map(|name| HeaderName::try_from(name.as_str()).ok()).collect();
        Self(Arc::new(Shared {
            config,
            graph: ArcSwap::from_pointee(graph),
            auth,
            tabs: Vec::new(),
            session: None,
            local_readiness: None,
            readiness: Readiness::default(),
            forwarded,
            stopping: CancellationToken::new(),
            streams: TaskTracker::new(),
        }))
    }

    /// Adds sample operations and a signed-in session to the GraphiQL page.
    ///
    /// # Panics
    /// When the gateway was cloned before: this belongs to its construction.
    #[must_use]
    pub fn with_graphiql<F>(mut self, tabs: Vec<Tab>, session: F) -> Self
    where
        F: Fn() -> futures::future::BoxFuture<'static, Option<Session>> + Send + Sync + 'static,
    {
        let shared = Arc::get_mut(&mut self.0).expect("a gateway is completed before it is shared");
        shared.tabs = tabs;
        shared.session = Some(Arc::new(session));
        self
    }

    /// Makes `/health/ready` depend on more than the subgraphs' answers, such as their databases in this process.
    ///
    /// # Panics
    /// When the gateway was cloned before: this belongs to its construction.
    #[must_use]
    pub fn with_readiness<F>(mut self, readiness: F) -> Self
    where
        F: Fn() -> futures::future::BoxFuture<'static, bool> + Send + Sync + 'static,
    {
        let shared = Arc::get_mut(&mut self.0).expect("a gateway is completed before it is shared");
        shared.local_readiness = Some(Arc::new(readiness));
        self
    }

    /// The graph that new requests get.
    #[must_use]
    pub fn graph(&self) -> Arc<Graph> {
        self.0.graph.load_full()
    }

    /// Serves another revision of the graph from now on; running requests finish on theirs.
    pub fn replace_graph(&self, graph: Graph) {
        self.0.graph.store(Arc::new(graph));
    }

    /// Ends all streams; part of a graceful shutdown.
    pub fn stop_streams(&self) {
        self.0.stopping.cancel();
    }

    /// All routes of the gateway.
    pub fn router(&self) -> Router {
        let config = &self.0.config;
        Router::new()
            .route(
                "/graphql",
                get(http_handler::get).post(http_handler::post).fallback(http_handler::other_method),
            )
            .route("/", get(graphiql::page))
            .route("/explorer", get(graphiql::explorer))
            .route("/graphiql/session", get(graphiql::session))
            .route("/graphiql/{version}/{name}", get(graphiql::asset))
            .route("/health", get(|| async { "ok\n" }))
            .route("/health/ready", get(readiness::ready))
            .route("/metrics", get(metrics))
            // Innermost: a body beyond the limit is never read into memory. What reads it bounds the time, too.
            .layer(DefaultBodyLimit::max(config.limits.body_bytes))
            // A page of another origin may only call what `cors` says.
            .layer(cors(config))
            // Answers are JSON text and shrink well; streams are not compressed (they have no length and must not wait).
            .layer(CompressionLayer::new())
            // A panic becomes a response, and the process lives on.
            .layer(CatchPanicLayer::custom(panicked))
            // Outermost, so that nothing happens without an id, a log line and a count.
            .layer(axum::middleware::from_fn(access::observe))
            .with_state(self.clone())
    }

    /// Runs one request that is not a stream.
    pub(crate) async fn answer(
        &self,
        graph: &Graph,
        operation: &PreparedOperation,
        request: GraphqlRequest,
        client: &Client,
    ) -> Response {
        let started = Instant::now();
        let asked = self.client_request(request, client);
        let mut response = graph.executor().execute(&operation.prepared, asked).await;
        let kind = operation.kind.name();
        telemetry::operation_ended(kind, !response.errors.is_empty(), started.elapsed());
        telemetry::traffic(&response.traffic);
        tracing::info!(
            operation = operation.name.as_deref().unwrap_or("-"),
            kind,
            took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            subgraph_requests = response.traffic.requests.len(),
            errors = response.errors.len(),
            "answered"
        );
        if self.wants_plan(&client.headers) {
            explain(&mut response, operation);
        }
        response
    }

    /// Variables and the headers that travel on, the token as it is renewed among them.
    pub(crate) fn client_request(&self, request: GraphqlRequest, client: &Client) -> ClientRequest {
        let headers = &client.headers;
        let mut forwarded = HeaderMap::new();
        for name in &self.0.forwarded {
            for value in headers.get_all(name) {
                forwarded.append(name.clone(), value.clone());
            }
        }
        let credential = client.credential().filter(|_| self.0.forwarded.contains(&AUTHORIZATION));
        ClientRequest { variables: request.variables.unwrap_or_default(), headers: forwarded, credential }
    }

    /// Looks an operation up as this client may run it.
    pub(crate) fn prepare(
        &self,
        graph: &Graph,
        request: &GraphqlRequest,
        client: &Client,
    ) -> Result<Arc<PreparedOperation>, Refusal> {
        graph.prepare(request.text()?, request.operation_name.as_deref(), client.identity.as_deref())
    }

    /// Checks the token, when tokens are asked for.
    pub(crate) async fn admit(&self, headers: HeaderMap) -> Result<Client, Refusal> {
        let identity = match &self.0.auth {
            Some(auth) => auth.admit(&headers).await?,
            None => None,
        };
        Ok(Client::new(headers, identity))
    }

    /// Why no stream can be opened now.
    pub(crate) fn refuses_streams(&self) -> Option<Refusal> {
        let unavailable =
            |message: &str| Refusal::http(StatusCode::SERVICE_UNAVAILABLE, UNAVAILABLE, message);
        if self.0.stopping.is_cancelled() {
            return Some(unavailable("the server is stopping"));
        }
        let is_full = self.0.streams.len() >= self.0.config.subscriptions.connections;
        is_full.then(|| unavailable("too many streams are open; try again later"))
    }

    fn wants_plan(&self, headers: &HeaderMap) -> bool {
        self.0.config.expose_plan && headers.get("x-carmen-plan").is_some_and(|value| value == "1")
    }
}

/// Adds the plan and the traffic to a response.
fn explain(response: &mut Response, operation: &PreparedOperation) {
    let calls = response.traffic.requests.iter().map(|call| {
        serde_json::json!({
            "subgraph": call.service,
            "startedMs": call.started.as_secs_f64() * 1000.0,
            "tookMs": call.took.as_secs_f64() * 1000.0,
            "representations": call.representations,
        })
    });
    let calls: Vec<serde_json::Value> = calls.collect();
    response.extensions.insert("plan".to_owned(), operation.prepared.plan.to_string().into());
    response.extensions.insert("traffic".to_owned(), calls.into());
}

/// Whether an operation is a stream.
pub(crate) fn is_stream(operation: &PreparedOperation) -> bool {
    operation.kind == OperationType::Subscription
}

/// How long a browser may remember what it may send; browsers themselves allow no more than two hours.
const PREFLIGHT_KEPT: Duration = Duration::from_secs(3600);

fn cors(config: &Config) -> CorsLayer {
    let origins = &config.cors.origins;
    let allowed = if origins.iter().any(|origin| origin == "*") {
        AllowOrigin::any()
    } else {
        AllowOrigin::list(origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok()))
    };
    CorsLayer::new()
        .allow_origin(allowed)
        .allow_methods([http::Method::GET, http::Method::POST])
        // Not `*`: browsers leave `authorization` out of it.
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers([router_protocol::REQUEST_ID])
        .max_age(PREFLIGHT_KEPT)
}

const PROMETHEUS_TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

async fn metrics() -> impl IntoResponse {
    match telemetry::metrics_handle() {
        Some(handle) => ([(CONTENT_TYPE, PROMETHEUS_TEXT)], handle.render()).into_response(),
        None => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

fn panicked(_: Box<dyn std::any::Any + Send>) -> http::Response<axum::body::Body> {
    // What the panic said is in the log, through the panic hook; it is nothing for a client.
    tracing::error!("a request handler panicked");
    http_handler::refused(&internal(), crate::negotiation::Media::Json)
}

impl fmt::Debug for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gateway").field("config", &self.0.config).finish_non_exhaustive()
    }
}
