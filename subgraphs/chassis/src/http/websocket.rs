//! Subscriptions over WebSocket, protocol graphql-transport-ws.
//!
//! The bearer token may come with the upgrade request or in the payload of `connection_init`, as `Authorization` or
//! `authorization`; the payload wins. It is verified when the connection opens. A newer one comes in the payload of a
//! `ping`, as `authorization`: it must be the same person's, is in force for running and later operations, and is answered
//! with a `pong` that says so. One that is not accepted ends the connection.

use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use async_graphql::{Data, Executor, Request, Response as Answer};
use async_graphql_axum::{GraphQLProtocol, GraphQLWebSocket};
use axum::extract::{State, WebSocketUpgrade};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use futures::StreamExt;
use futures::stream::BoxStream;
use router_protocol::{
    AUTHORIZATION, Credential, FORWARDED, GRAPHQL_TRANSPORT_WS, RENEWED, Renewal, SubgraphRequest,
    bearer_token, renewal_in, token_in,
};
use serde_json::{Value, json};

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
            let (opening, renewing) = (connection.clone(), connection.clone());
            GraphQLWebSocket::new(socket, connection, protocol)
                .on_connection_init(move |payload| async move {
                    opening.open(&payload).await;
                    Ok(Data::default())
                })
                .on_ping(move |_, payload: Option<Value>| async move { renewing.renew(payload).await })
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
    sign_in: Arc<OnceLock<SignIn>>,
}

/// Whom a connection belongs to, as the latest accepted token says.
struct SignIn {
    authentication: RwLock<Authentication>,
    /// Absent when the connection came without a token: there is nothing to renew.
    renewal: Option<(Renewal, Credential)>,
}

impl SignIn {
    fn authentication(&self) -> Authentication {
        self.authentication.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Connection {
    fn new(subgraph: Subgraph, headers: &HeaderMap) -> Self {
        let forwarded =
            FORWARDED.into_iter().filter_map(|name| Some((name.clone(), headers.get(name)?.clone())));
        Self { subgraph, headers: forwarded.collect(), sign_in: Arc::default() }
    }

    async fn open(&self, payload: &Value) {
        let said = ["Authorization", "authorization"].iter().find_map(|name| payload.get(*name)?.as_str());
        let mut headers = self.headers.clone();
        if let Some(value) = said.and_then(|said| HeaderValue::from_str(said).ok()) {
            headers.insert(AUTHORIZATION, value);
        }
        let verifier = &self.subgraph.environment().verifier;
        let authentication = verifier.authenticate(bearer_token(&headers)).await;
        let renewal = headers.remove(AUTHORIZATION).map(Renewal::new);
        self.sign_in.get_or_init(|| SignIn { authentication: RwLock::new(authentication), renewal });
    }

    /// Answers a ping; one with a token puts that in force.
    async fn renew(&self, payload: Option<Value>) -> async_graphql::Result<Option<Value>> {
        let Some(authorization) = payload.as_ref().and_then(renewal_in) else { return Ok(None) };
        let refused = || async_graphql::Error::new("the renewed access token is not accepted");
        let sign_in = self.sign_in.get().ok_or_else(refused)?;
        let Some((renewal, _)) = &sign_in.renewal else { return Err(refused()) };
        let Authentication::Known(earlier) = sign_in.authentication() else { return Err(refused()) };
        let verifier = &self.subgraph.environment().verifier;
        let caller = verifier.renewed(&earlier, token_in(&authorization)).await.ok_or_else(refused)?;
        *sign_in.authentication.write().unwrap_or_else(PoisonError::into_inner) =
            Authentication::Known(caller);
        renewal.renew(authorization);
        Ok(Some(json!({ RENEWED: "accepted" })))
    }

    fn translate(&self, request: Request) -> (SubgraphRequest, Authentication) {
        let mut translated = SubgraphRequest::new(request.query);
        translated.operation_name = request.operation_name;
        translated.headers = self.headers.clone();
        if let Ok(Value::Object(variables)) = serde_json::to_value(request.variables) {
            translated.variables = variables;
        }
        // Before connection_init nothing runs; should that ever change, nobody is known.
        let Some(sign_in) = self.sign_in.get() else { return (translated, Authentication::Anonymous) };
        translated.credential = sign_in.renewal.as_ref().map(|(_, credential)| credential.clone());
        (translated, sign_in.authentication())
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
