//! The language of these tests: a fleet of subgraphs, what each answers, and what each was asked.

use bytes::Bytes;
use futures::future::BoxFuture;
use futures::stream::{self, BoxStream};
use futures::{FutureExt, StreamExt};
use router_composition::{SubgraphSource, compose};
use router_executor::{
    ClientRequest, Executor, Limits, PathSegment, Prepared, Response, ResponseStream, Transport,
    TransportError, TransportFault,
};
use router_planner::Planner;
use router_protocol::SubgraphRequest;
use router_schema::Supergraph;
use router_schema::apollo_compiler::ExecutableDocument;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

/// What a subgraph does with a request.
pub(crate) enum Reply {
    Json(Value),
    Text(String),
    Fails(TransportFault),
    Panics,
    After(Duration, Box<Self>),
    /// Never answers; the guard tells when the caller gave up.
    Never(Arc<Mutex<bool>>),
    Events(BoxStream<'static, Result<Bytes, TransportError>>),
}

impl From<Value> for Reply {
    fn from(value: Value) -> Self {
        Self::Json(value)
    }
}

impl From<&str> for Reply {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

type Answer = Box<dyn Fn(&SubgraphRequest) -> Reply + Send + Sync>;

/// A subgraph at the network's edge.
struct Double {
    answer: Mutex<Arc<Answer>>,
    asked: Mutex<Vec<SubgraphRequest>>,
}

impl Double {
    fn reply(&self, request: SubgraphRequest) -> Reply {
        let answer = self.answer.lock().unwrap().clone();
        let reply = answer(&request);
        self.asked.lock().unwrap().push(request);
        reply
    }
}

struct Edge(Arc<Double>);

impl Transport for Edge {
    fn call(&self, request: SubgraphRequest) -> BoxFuture<'static, Result<Bytes, TransportError>> {
        let double = self.0.clone();
        async move { settle(double.reply(request)).await }.boxed()
    }

    fn subscribe(
        &self,
        request: SubgraphRequest,
    ) -> BoxFuture<'static, Result<BoxStream<'static, Result<Bytes, TransportError>>, TransportError>> {
        let reply = self.0.reply(request);
        async move {
            match reply {
                Reply::Events(events) => Ok(events),
                other => settle(other).await.map(|bytes| stream::iter([Ok(bytes)]).boxed()),
            }
        }
        .boxed()
    }
}

async fn settle(reply: Reply) -> Result<Bytes, TransportError> {
    match reply {
        Reply::Json(value) => Ok(Bytes::from(value.to_string())),
        Reply::Text(text) => Ok(Bytes::from(text)),
        Reply::Fails(fault) => Err(TransportError { fault, message: "it is away".to_owned() }),
        Reply::Panics => panic!("the subgraph trips over"),
        Reply::After(delay, then) => {
            tokio::time::sleep(delay).await;
            Box::pin(settle(*then)).await
        }
        Reply::Never(gave_up) => {
            let _guard = OnDrop(gave_up);
            std::future::pending().await
        }
        Reply::Events(_) => panic!("a query cannot be answered with events"),
    }
}

/// Sets its flag when it goes away.
pub(crate) struct OnDrop(pub(crate) Arc<Mutex<bool>>);

impl Drop for OnDrop {
    fn drop(&mut self) {
        *self.0.lock().unwrap() = true;
    }
}

/// A composed graph with a double for each subgraph.
pub(crate) struct Fleet {
    planner: Planner,
    executor: Executor,
    doubles: HashMap<String, Arc<Double>>,
}

impl fmt::Debug for Fleet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fleet").field("executor", &self.executor).finish_non_exhaustive()
    }
}

const LINK: &str = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.8", import: ["@key", "@shareable", "@external", "@requires", "@provides", "@interfaceObject", "@inaccessible", "@context", "@fromContext"])"#;

impl Fleet {
    /// Composes subgraphs given as name and SDL. Until told otherwise each fails to answer.
    pub(crate) fn of(subgraphs: &[(&str, &str)]) -> Self {
        Self::over(composed(subgraphs))
    }

    fn over(graph: Arc<Supergraph>) -> Self {
        let mut doubles = HashMap::new();
        let mut transports: Vec<Arc<dyn Transport>> = Vec::new();
        for subgraph in &graph.subgraphs {
            let answer: Answer = Box::new(|_| Reply::Fails(TransportFault::Unreachable));
            let double =
                Arc::new(Double { answer: Mutex::new(Arc::new(answer)), asked: Mutex::new(Vec::new()) });
            doubles.insert(subgraph.name.clone(), double.clone());
            transports.push(Arc::new(Edge(double)));
        }
        Self { planner: Planner::new(graph.clone()), executor: Executor::new(graph, transports), doubles }
    }

    pub(crate) fn limited(mut self, change: impl FnOnce(&mut Limits)) -> Self {
        let mut limits = Limits::default();
        change(&mut limits);
        self.executor = self.executor.with_limits(limits);
        self
    }

    /// Says how a subgraph answers.
    pub(crate) fn when<R: Into<Reply>>(
        self,
        service: &str,
        answer: impl Fn(&SubgraphRequest) -> R + Send + Sync + 'static,
    ) -> Self {
        *self.doubles[service].answer.lock().unwrap() =
            Arc::new(Box::new(move |request: &SubgraphRequest| answer(request).into()));
        self
    }

    /// Says how a subgraph answers for each entity it is asked about.
    pub(crate) fn entities(
        self,
        service: &str,
        answer: impl Fn(&Value) -> Value + Send + Sync + 'static,
    ) -> Self {
        self.when(service, move |request| {
            let entities: Vec<Value> = representations(request).iter().map(&answer).collect();
            json!({ "data": { "_entities": entities } })
        })
    }

    pub(crate) fn prepare(&self, query: &str) -> Prepared {
        let api = &self.planner.supergraph().api;
        let document = ExecutableDocument::parse_and_validate(api, query, "query.graphql")
            .unwrap_or_else(|error| panic!("the query is valid: {error}"));
        let plan = self.planner.plan(&document, None).unwrap();
        Prepared::new(Arc::new(document), None, Arc::new(plan))
    }

    pub(crate) async fn ask(&self, query: &str) -> Response {
        self.ask_with(query, json!({})).await
    }

    pub(crate) async fn ask_with(&self, query: &str, variables: Value) -> Response {
        self.executor.execute(&self.prepare(query), client(variables)).await
    }

    pub(crate) async fn subscribe(&self, query: &str) -> Result<ResponseStream, Box<Response>> {
        self.executor.subscribe(&self.prepare(query), client(json!({}))).await
    }

    pub(crate) fn executor(&self) -> &Executor {
        &self.executor
    }

    /// What a subgraph was asked so far.
    pub(crate) fn asked(&self, service: &str) -> Vec<SubgraphRequest> {
        self.doubles[service].asked.lock().unwrap().clone()
    }
}

pub(crate) fn client(variables: Value) -> ClientRequest {
    let Value::Object(variables) = variables else { panic!("variables are an object") };
    ClientRequest { variables, ..ClientRequest::default() }
}

/// The representations that a request asks about; none for a request at the root.
pub(crate) fn representations(request: &SubgraphRequest) -> Vec<Value> {
    request.variables.get("representations").and_then(Value::as_array).cloned().unwrap_or_default()
}

pub(crate) fn data(response: &Response) -> &Value {
    response.data.as_ref().expect("something was executed")
}

/// Each error as `CODE path.to.field`.
pub(crate) fn errors(response: &Response) -> Vec<String> {
    response
        .errors
        .iter()
        .map(|error| {
            let path: Vec<String> = error
                .path
                .iter()
                .map(|segment| match segment {
                    PathSegment::Key(key) => key.clone(),
                    PathSegment::Index(index) => index.to_string(),
                })
                .collect();
            format!("{} {}", error.code().unwrap_or("-"), path.join("."))
        })
        .collect()
}

pub(crate) fn no_errors(response: &Response) -> &Value {
    assert_eq!(response.errors, [], "nothing went wrong");
    data(response)
}

pub(crate) fn products(count: usize) -> Vec<Value> {
    (0..count).map(|id| json!({ "__typename": "Product", "id": id.to_string() })).collect()
}

pub(crate) fn error(message: &str, path: Value) -> Value {
    json!({ "message": message, "path": path, "extensions": { "code": message.to_uppercase() } })
}

fn composed(subgraphs: &[(&str, &str)]) -> Arc<Supergraph> {
    let sources: Vec<SubgraphSource> = subgraphs
        .iter()
        .map(|(name, sdl)| SubgraphSource {
            name: (*name).to_owned(),
            url: String::new(),
            sdl: format!("{LINK}\n{sdl}"),
        })
        .collect();
    let composition = compose(&sources);
    let sdl = composition
        .supergraph_sdl
        .unwrap_or_else(|| panic!("the fleet composes: {:#?}", composition.diagnostics));
    Arc::new(Supergraph::parse(&sdl).unwrap())
}

/// Products with names; offers from vendor; stock, and an alert that requires the name, from inventory.
pub(crate) fn shop() -> Fleet {
    static GRAPH: LazyLock<Arc<Supergraph>> = LazyLock::new(|| composed(SHOP));
    Fleet::over(GRAPH.clone())
}

const SHOP: &[(&str, &str)] = &[
    (
        "product",
        "type Query { products: [Product!]! product(id: ID): Product shelves: [[Product]] }
             type Mutation { rename(id: ID!): Product }
             type Product @key(fields: \"id\") { id: ID! name: String twin: Product }",
    ),
    (
        "vendor",
        "type Query { vendors: [Vendor!]! }
             type Mutation { order(id: ID!): Vendor }
             type Vendor { name: String! best: Product }
             type Product @key(fields: \"id\") { id: ID! offer: Offer rating: Int! tags: [String!]! }
             type Offer { price: String! vendor: Vendor! }",
    ),
    (
        "inventory",
        "type Query { pieces: Int }
             type Subscription { stockChanged: Change }
             type Change { cursor: ID! product: Product kind: Kind! }
             enum Kind { IN OUT LOST @inaccessible }
             type Product @key(fields: \"id\") {
               id: ID! name: String @external stock: [Stock!] kind: Kind
               alert: String @requires(fields: \"name\") urgent: Boolean! @requires(fields: \"name\")
             }
             type Stock { location: String! onHand: Int! }",
    ),
];
