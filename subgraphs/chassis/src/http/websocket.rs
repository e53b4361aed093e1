//! Subscriptions over WebSocket, protocol graphql-transport-ws.
//!
//! The bearer token may come with the upgrade request or in the payload of `connection_init`, as `Authorization` or
//! `authorization`; the payload wins. It is verified once, when the connection opens.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_graphql::{Data, Executor, Request, Response as Answer};
use async_graphql_axum::{GraphQLProtocol, GraphQLWebSocket};
use axum::extract::{State, WebSocketUpgrade};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use futures::StreamExt;
use futures::stream::BoxStream;
use router_protocol::{AUTHORIZATION, FORWARDED, GRAPHQL_TRANSPORT_WS, SubgraphRequest, bearer_token};
use serde_json::Value;

use crate::caller::Authentication;
use crate::subgraph::Subgraph;

/// The longest message a client may send.
const MESSAGE_BYTES_MAX: usize = 2 * 1024 * 1024;

/// A client that does not answer pings for this long is gone.
const KEEPALIVE_TIMEOUT: Duration = Duration::from_secs(30);

pub(super) async fn upgrade(
    State(subgraph): State<Subgraph>,
    headers: HeaderMap,
    protocol: GraphQLProtocol,
    upgrade: WebSocketUpgrade,
) -> Response {
    upgrade.protocols([GRAPHQL_TRANSPORT_WS]).max_message_size(MESSAGE_BYTES_MAX).on_upgrade(
        move |socket| async move {
            let connection = Connection::new(subgraph, &headers);
            let opening = connection.clone();
            GraphQLWebSocket::new(socket, connection, protocol)
                .on_connection_init(move |payload| async move {
                    opening.open(&payload).await;
                    Ok(Data::default())
                })
                .keepalive_timeout(KEEPALIVE_TIMEOUT)
                .serve()
                .await;
        },
    )
}

/// One connection: its headers, and whom they turned out to belong to.
#[derive(Clone)]
struct Connection {
    subgraph: Subgraph,
    headers: HeaderMap,
    authentication: Arc<OnceLock<Authentication>>,
}

impl Connection {
    fn new(subgraph: Subgraph, headers: &HeaderMap) -> Self {
        let forwarded =
            FORWARDED.into_iter().filter_map(|name| Some((name.clone(), headers.get(name)?.clone())));
        Self { subgraph, headers: forwarded.collect(), authentication: Arc::default() }
    }

    async fn open(&self, payload: &Value) {
        let said = ["Authorization", "authorization"].iter().find_map(|name| payload.get(*name)?.as_str());
        let mut headers = self.headers.clone();
        if let Some(value) = said.and_then(|said| HeaderValue::from_str(said).ok()) {
            headers.insert(AUTHORIZATION, value);
        }
        let verifier = &self.subgraph.environment().verifier;
        let authentication = verifier.authenticate(bearer_token(&headers)).await;
        self.authentication.get_or_init(|| authentication);
    }

    fn translate(&self, request: Request) -> (SubgraphRequest, Authentication) {
        let mut translated = SubgraphRequest::new(request.query);
        translated.operation_name = request.operation_name;
        translated.headers = self.headers.clone();
        if let Ok(Value::Object(variables)) = serde_json::to_value(request.variables) {
            translated.variables = variables;
        }
        // Before connection_init nothing runs; should that ever change, nobody is known.
        (translated, self.authentication.get().cloned().unwrap_or(Authentication::Anonymous))
    }
}

impl Executor for Connection {
    async fn execute(&self, request: Request) -> Answer {
        let (request, authentication) = self.translate(request);
        self.subgraph.answer(request, authentication).await
    }

    fn execute_stream(&self, request: Request, _: Option<Arc<Data>>) -> BoxStream<'static, Answer> {
        let (request, authentication) = self.translate(request);
        self.subgraph.stream(request, authentication).boxed()
    }
}
