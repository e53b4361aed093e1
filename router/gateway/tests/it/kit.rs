//! A running gateway, and the ways to talk to it.

use crate::subgraphs::{Watch, in_process};
use futures::{SinkExt, StreamExt};
use http::{HeaderMap, StatusCode};
use reqwest::{Client, RequestBuilder, Response};
use router_gateway::auth::KeySet;
use router_gateway::fleet::InProcessSubgraphs;
use router_gateway::{Config, Fleet, Gateway, Graph};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// How long anything may take before a test gives up.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) const JSON: &str = "application/json";
pub(crate) const GRAPHQL: &str = "application/graphql-response+json";

/// A gateway on a free port.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) gateway: Gateway,
    pub(crate) watch: Arc<Watch>,
    pub(crate) client: Client,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<std::io::Result<()>>,
}

/// A status, the headers and the body as JSON.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) async fn of(request: RequestBuilder) -> Self {
        Self::read(request.send().await.expect("the gateway answers")).await
    }

    async fn read(response: Response) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await.expect("the body arrives");
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Self { status, headers, body }
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("headers are text"))
    }

    /// The codes of all errors.
    pub(crate) fn codes(&self) -> Vec<&str> {
        let errors = self.body["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
        errors.iter().map(|error| error["extensions"]["code"].as_str().unwrap_or("no code")).collect()
    }

    pub(crate) fn message(&self) -> &str {
        self.body["errors"][0]["message"].as_str().unwrap_or_default()
    }
}

impl Server {
    /// With default settings.
    pub(crate) async fn start() -> Self {
        Self::with("").await
    }

    /// With the settings of a configuration file.
    pub(crate) async fn with(yaml: &str) -> Self {
        Self::trusting(yaml, KeySet::in_process()).await
    }

    /// With the keys of the issuers in this process.
    pub(crate) async fn trusting(yaml: &str, keys: KeySet) -> Self {
        let config = Config::parse(yaml).expect("the settings are right");
        Self::completed(config, keys, |gateway| gateway).await
    }

    /// With what a binary adds to a gateway before it is served.
    pub(crate) async fn completed(
        config: Config,
        keys: KeySet,
        complete: impl FnOnce(Gateway) -> Gateway,
    ) -> Self {
        let watch = Arc::new(Watch::default());
        let subgraphs = in_process(&watch);
        Self::over(config, keys, (watch, subgraphs), complete).await
    }

    /// With other subgraphs.
    pub(crate) async fn over(
        config: Config,
        keys: KeySet,
        (watch, subgraphs): (Arc<Watch>, InProcessSubgraphs),
        complete: impl FnOnce(Gateway) -> Gateway,
    ) -> Self {
        let fleet = Fleet::of(&subgraphs).expect("the subgraphs compose");
        let transports = fleet.transports(&config, &subgraphs).expect("the subgraphs are reached");
        let graph = Graph::new(fleet.supergraph, transports, &config);
        let gateway = complete(Gateway::new(config, graph, |_| Some(keys.clone())));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
        let address = listener.local_addr().expect("it is bound");
        let (stop, stopped) = oneshot::channel();
        let served = gateway.clone();
        let task = tokio::spawn(async move {
            router_gateway::serve(listener, served.router(), &served, async {
                // Told to, or forgotten by a test that has ended.
                let _ = stopped.await;
            })
            .await
        });
        let client = Client::builder().no_proxy().build().expect("a client needs nothing");
        Self { address, gateway, watch, client, stop: Some(stop), task }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A POST to the graph.
    pub(crate) fn post(&self, body: &Value) -> RequestBuilder {
        self.client.post(self.url("/graphql")).json(body)
    }

    /// A GET of the graph.
    pub(crate) fn get_with(&self, query: &[(&str, &str)]) -> RequestBuilder {
        let query = serde_urlencoded::to_string(query).expect("pairs of text can be encoded");
        self.client.get(self.url(&format!("/graphql?{query}")))
    }

    /// Asks a query the plain way.
    pub(crate) async fn ask(&self, query: &str) -> Answer {
        Answer::of(self.post(&json!({ "query": query }))).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::of(self.client.get(self.url(path))).await
    }

    /// Tells the server to stop.
    pub(crate) fn stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            stop.send(()).expect("the server runs");
        }
    }

    /// Waits until the server has stopped.
    pub(crate) async fn stopped(self) {
        let ended = tokio::time::timeout(PATIENCE, self.task).await.expect("the server stops in time");
        ended.expect("the server does not panic").expect("the listener works");
    }

    /// A WebSocket that offers the protocol.
    pub(crate) async fn socket(&self) -> Socket {
        self.socket_with("graphql-transport-ws", &[]).await.expect("the gateway accepts WebSockets")
    }

    pub(crate) async fn socket_with(
        &self,
        protocol: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Socket, tungstenite::Error> {
        let mut request = format!("ws://{}/graphql", self.address).into_client_request()?;
        if !protocol.is_empty() {
            request.headers_mut().insert("sec-websocket-protocol", protocol.parse().expect("a header value"));
        }
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().expect("a header value"));
        }
        let (stream, response) = connect_async(request).await?;
        let chosen = response.headers().get("sec-websocket-protocol").cloned();
        Ok(Socket { stream, protocol: chosen.map(|name| name.to_str().expect("a name").to_owned()) })
    }

    /// A WebSocket that has said hello.
    pub(crate) async fn ready_socket(&self) -> Socket {
        let mut socket = self.socket().await;
        socket.send(json!({ "type": "connection_init" })).await;
        assert_eq!(socket.receive().await["type"], "connection_ack");
        socket
    }
}

/// A client's WebSocket.
#[derive(Debug)]
pub(crate) struct Socket {
    pub(crate) stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// What the server chose.
    pub(crate) protocol: Option<String>,
}

impl Socket {
    pub(crate) async fn send(&mut self, message: Value) {
        self.stream.send(Message::text(message.to_string())).await.expect("the connection is open");
    }

    pub(crate) async fn subscribe(&mut self, id: &str, query: &str) {
        self.send(json!({ "id": id, "type": "subscribe", "payload": { "query": query } })).await;
    }

    /// The next message of the protocol.
    pub(crate) async fn receive(&mut self) -> Value {
        match self.frame().await {
            Some(Message::Text(text)) => serde_json::from_str(&text).expect("messages are JSON"),
            other => panic!("expected a message, not {other:?}"),
        }
    }

    /// Code and reason of the goodbye, skipping the messages before it.
    pub(crate) async fn closed(&mut self) -> (u16, String) {
        loop {
            match self.frame().await {
                Some(Message::Close(Some(frame))) => return (frame.code.into(), frame.reason.to_string()),
                Some(Message::Text(_)) => {}
                other => panic!("expected a goodbye, not {other:?}"),
            }
        }
    }

    /// The next frame that is not a sign of life.
    pub(crate) async fn frame(&mut self) -> Option<Message> {
        loop {
            let frame =
                tokio::time::timeout(PATIENCE, self.stream.next()).await.expect("something comes in time");
            match frame {
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(frame)) => return Some(frame),
                Some(Err(_)) | None => return None,
            }
        }
    }
}
