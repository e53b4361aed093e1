//! Two subgraphs at the network edge: `shop` owns products, `stock` knows how many there are.

use bytes::Bytes;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use futures::{FutureExt, StreamExt};
use router_executor::{Transport, TransportError, TransportFault};
use router_gateway::fleet::{InProcess, InProcessSubgraphs};
use router_protocol::SubgraphRequest;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Notify;

pub(crate) const SHOP: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])
type Query {
  products: [Product!]!
  product(id: ID!): Product
  "Answers when the test says so."
  slow: String
  "The subgraph panics."
  panics: String
}
type Mutation { rename(id: ID!, name: String!): Product }
type Subscription {
  "Counts, then ends."
  ticks(count: Int!): Int!
  "Never ends, and each event is large."
  flood: String!
  "An event when the test says so; its name is the token that the subgraph knows then."
  restocked: Product!
  "Is open, and silent."
  silence: Int!
  "Its stream is broken beyond repair."
  boom: Int!
}
type Product @key(fields: "id") { id: ID! name: String! parent: Product }
"#;

pub(crate) const STOCK: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])
type Query { locations: [String!]! }
type Product @key(fields: "id") { id: ID! onHand: Int! }
"#;

/// What the subgraphs saw, and the switch of the slow field.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    requests: Mutex<Vec<(&'static str, SubgraphRequest)>>,
    /// The subgraphs that cannot be reached.
    pub(crate) down: Mutex<Vec<&'static str>>,
    /// Subscriptions open at `shop`.
    pub(crate) open: AtomicUsize,
    /// Opens the slow field.
    pub(crate) gate: Notify,
    /// Makes a `restocked` event.
    pub(crate) restock: Notify,
    /// Tells that somebody waits at the slow field.
    pub(crate) waiting: Notify,
}

impl Watch {
    pub(crate) fn requests_to(&self, service: &str) -> Vec<SubgraphRequest> {
        let requests = self.requests.lock().expect("nobody panics while holding it");
        requests.iter().filter(|(name, _)| *name == service).map(|(_, request)| request.clone()).collect()
    }

    /// Waits until as many subscriptions are open at `shop`.
    pub(crate) async fn until_open(&self, count: usize) {
        let reached = async {
            while self.open.load(Ordering::SeqCst) != count {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        let open = || self.open.load(Ordering::SeqCst);
        assert!(
            tokio::time::timeout(Duration::from_secs(10), reached).await.is_ok(),
            "{} subscriptions are open at the subgraph, not {count}",
            open()
        );
    }
}

struct Double {
    name: &'static str,
    watch: Arc<Watch>,
}

pub(crate) fn in_process(watch: &Arc<Watch>) -> InProcessSubgraphs {
    let member = |name: &'static str, sdl: &str| {
        let transport: Arc<dyn Transport> = Arc::new(Double { name, watch: Arc::clone(watch) });
        (name.to_owned(), InProcess { sdl: sdl.to_owned(), transport })
    };
    [member("shop", SHOP), member("stock", STOCK)].into()
}

impl Transport for Double {
    fn call(&self, request: SubgraphRequest) -> BoxFuture<'static, Result<Bytes, TransportError>> {
        let watch = Arc::clone(&self.watch);
        watch.requests.lock().expect("nobody panics while holding it").push((self.name, request.clone()));
        let is_down = watch.down.lock().expect("nobody panics while holding it").contains(&self.name);
        async move {
            if is_down {
                let message = "nobody listens".to_owned();
                return Err(TransportError { fault: TransportFault::Unreachable, message });
            }
            assert!(!request.query.contains("panics"), "the subgraph is broken");
            if request.query.contains("slow") {
                watch.waiting.notify_one();
                watch.gate.notified().await;
            }
            Ok(Bytes::from(json!({ "data": answer(&request) }).to_string()))
        }
        .boxed()
    }

    fn subscribe(
        &self,
        request: SubgraphRequest,
    ) -> BoxFuture<'static, Result<BoxStream<'static, Result<Bytes, TransportError>>, TransportError>> {
        let watch = Arc::clone(&self.watch);
        async move { Ok(events(&request, watch)) }.boxed()
    }
}

/// More than was asked for: the router picks what it needs.
fn answer(request: &SubgraphRequest) -> Value {
    let product = |id: &str| json!({ "__typename": "Product", "id": id, "name": format!("Product {id}") });
    match request.variables.get("representations") {
        Some(Value::Array(representations)) => {
            let found = representations
                .iter()
                .map(|one| json!({ "__typename": "Product", "id": one["id"], "onHand": 7 }));
            json!({ "_entities": found.collect::<Vec<_>>() })
        }
        _ => json!({
            "products": [product("1"), product("2")],
            "product": product("1"),
            "slow": "done",
            "rename": product("1"),
            "locations": ["cellar"],
            "__typename": "Query",
        }),
    }
}

/// Counts a subscription for as long as the router holds on to it.
struct Open(Arc<Watch>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::SeqCst);
    }
}

fn events(request: &SubgraphRequest, watch: Arc<Watch>) -> BoxStream<'static, Result<Bytes, TransportError>> {
    watch.open.fetch_add(1, Ordering::SeqCst);
    let open = Open(Arc::clone(&watch));
    let credential = request.credential.clone();
    let event = |data: Value| Ok(Bytes::from(json!({ "data": data }).to_string()));
    let query = request.query.clone();
    let count = request.variables.get("count").and_then(Value::as_u64).unwrap_or(3);
    async_stream::stream! {
        let _open = open;
        assert!(!query.contains("boom"), "the stream is broken");
        if query.contains("silence") {
            futures::future::pending::<()>().await;
        } else if query.contains("restocked") {
            loop {
                watch.restock.notified().await;
                let token = credential.as_ref().map(|credential| credential.authorization());
                let name = token.as_ref().and_then(router_protocol::token_in).unwrap_or("none").to_owned();
                yield event(json!({ "restocked": { "__typename": "Product", "id": "1", "name": name } }));
            }
        } else if query.contains("flood") {
            loop {
                yield event(json!({ "flood": "x".repeat(64 * 1024) }));
                tokio::task::yield_now().await;
            }
        }
        for tick in 0..count {
            yield event(json!({ "ticks": tick }));
        }
    }
    .boxed()
}
