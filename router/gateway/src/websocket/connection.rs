//! The client's side of one WebSocket: what it may say when, and which operations run for it.

use super::operation::{Operation, Slot};
use super::{Close, GOING_AWAY, Outbox};
use crate::auth::IssuerAway;
use crate::client::{Client, OtherCaller, Session};
use crate::error::{LIMIT_EXCEEDED, Refusal, token_expired};
use crate::pipeline::{Gateway, is_stream};
use crate::{request, telemetry};
use axum::extract::ws::{Message, WebSocket};
use futures::StreamExt;
use futures::stream::SplitStream;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue, StatusCode};
use router_executor::GraphqlError;
use router_protocol::{RENEWED, renewal_in, token_in};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout};

/// A client that answers no ping for this many of them is gone.
const SILENT_PINGS: u32 = 3;

pub(super) struct Connection {
    gateway: Gateway,
    session: Session,
    outbox: Outbox,
    running: HashMap<String, Slot>,
    tasks: JoinSet<()>,
    is_ready: bool,
}

impl Connection {
    pub(super) fn new(gateway: Gateway, headers: HeaderMap, outbox: Outbox) -> Self {
        let session = Session::new(Client::new(headers, None));
        Self { gateway, session, outbox, running: HashMap::new(), tasks: JoinSet::new(), is_ready: false }
    }

    /// Reads until the client leaves, breaks the protocol, or the server stops.
    pub(super) async fn read(&mut self, stream: &mut SplitStream<WebSocket>) -> Close {
        let settings = &self.gateway.0.config.subscriptions;
        let hello_until = Instant::now() + Duration::from_millis(settings.connection_init_timeout_ms);
        let silence_max = (settings.keep_alive() * SILENT_PINGS).max(self.outbox.slow);
        let stopping = self.gateway.0.stopping.clone();
        let gone = self.outbox.gone.clone();
        let mut heard_at = Instant::now();
        loop {
            let is_idle = self.tasks.is_empty();
            let message = tokio::select! {
                message = stream.next() => message,
                Some(_) = self.tasks.join_next(), if !is_idle => {
                    self.running.retain(|_, slot| !slot.has_ended());
                    continue;
                }
                () = gone.cancelled() => return Close::slow(),
                () = stopping.cancelled() => return Close::new(GOING_AWAY, "the server is stopping"),
                () = sleep_until(hello_until), if !self.is_ready => {
                    return Close::new(4408, "connection initialisation timeout");
                }
                // What still runs ends by itself, streams with an event that says why.
                () = self.session.client().clone().token_runs_out(), if is_idle => return Close::token_expired(),
                () = sleep_until(heard_at + silence_max) => return Close::new(1008, "no sign of life"),
            };
            heard_at = Instant::now();
            let text = match message {
                None | Some(Err(_) | Ok(Message::Close(_))) => return Close::new(1000, ""),
                Some(Ok(Message::Text(text))) => text,
                Some(Ok(Message::Binary(_))) => return Close::new(4400, "messages are JSON text"),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
            };
            if let Err(close) = self.message(&text).await {
                return close;
            }
        }
    }

    /// Waits for the running operations to end.
    pub(super) async fn drain(&mut self, limit: Duration) {
        let all = async { while self.tasks.join_next().await.is_some() {} };
        if timeout(limit, all).await.is_err() {
            tracing::warn!("operations of a WebSocket did not end in time and were cut off");
        }
    }

    async fn message(&mut self, text: &str) -> Result<(), Close> {
        let message: Value = serde_json::from_str(text)
            .map_err(|error| Close::new(4400, format!("a message is not JSON: {error}")))?;
        match message["type"].as_str() {
            Some("connection_init") => self.init(&message["payload"]).await,
            Some("ping") => self.ping(&message["payload"]).await,
            Some("pong") => Ok(()),
            Some("subscribe") if !self.is_ready => Err(Close::new(4401, "unauthorized")),
            Some("subscribe") => self.subscribe(message).await,
            Some("complete") => self.complete(&message),
            _ => Err(Close::new(4400, "a message must have a type of the protocol")),
        }
    }

    /// The client's hello. It may carry the token, as a browser cannot set headers.
    async fn init(&mut self, payload: &Value) -> Result<(), Close> {
        if self.is_ready {
            return Err(Close::new(4429, "too many initialisation requests"));
        }
        if !payload.is_null() && !payload.is_object() {
            return Err(Close::new(4400, "the payload of `connection_init` must be an object"));
        }
        let mut headers = self.session.client().headers.clone();
        if let Some(token) = token_of(payload) {
            let mut value = HeaderValue::from_str(token).map_err(|_| Close::new(4403, "forbidden"))?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        let client = self.gateway.admit(headers).await;
        let client = client.map_err(|refusal| match refusal.status {
            StatusCode::SERVICE_UNAVAILABLE => Close::issuer_away(),
            _ => Close::new(4403, "the access token is missing or not valid"),
        })?;
        self.session = Session::new(client);
        self.is_ready = true;
        self.outbox.send(&json!({ "type": "connection_ack" })).await
    }

    /// A sign of life, or a token that takes the place of the one before: running and later operations go on with it.
    async fn ping(&mut self, payload: &Value) -> Result<(), Close> {
        let auth = self.gateway.0.auth.as_ref().filter(|_| self.is_ready);
        let Some((auth, authorization)) = auth.zip(renewal_in(payload)) else {
            return self.outbox.send(&json!({ "type": "pong" })).await;
        };
        let identity = match token_in(&authorization) {
            Some(token) => auth.identify(token).await.map_err(|IssuerAway| Close::issuer_away())?,
            None => None,
        };
        let identity = identity.ok_or_else(|| Close::new(4401, "the renewed access token is not valid"))?;
        let renewed = self.session.renew(authorization, identity);
        renewed.map_err(|OtherCaller| Close::new(4403, "the renewed access token is another caller's"))?;
        self.outbox.send(&json!({ "type": "pong", "payload": { RENEWED: "accepted" } })).await
    }

    async fn subscribe(&mut self, mut message: Value) -> Result<(), Close> {
        let id = id_of(&message, "subscribe")?;
        let request = request::from_value(message["payload"].take())
            .and_then(|request| request.text().map(|_| ()).map(|()| request))
            .map_err(|refusal| Close::new(4400, refusal.message()))?;
        if self.running.get(&id).is_some_and(|slot| !slot.has_ended()) {
            return Err(Close::new(4409, format!("subscriber for {id} already exists")));
        }
        if self.running.values().filter(|slot| !slot.has_ended()).count() >= self.operations_max() {
            let message = format!("at most {} operations may run on one connection", self.operations_max());
            return self.refuse(&id, &[GraphqlError::new(message).with_code(LIMIT_EXCEEDED)]).await;
        }
        if self.session.is_over() {
            return self.refuse(&id, &token_expired().errors).await;
        }
        let graph = self.gateway.graph();
        let operation = match self.gateway.prepare(&graph, &request, self.session.client()) {
            Ok(operation) => operation,
            Err(Refusal { errors, .. }) => return self.refuse(&id, &errors).await,
        };
        let slot = Slot::default();
        self.running.insert(id.clone(), slot.clone());
        let is_stream = is_stream(&operation);
        let work = Operation {
            id,
            gateway: self.gateway.clone(),
            graph,
            operation,
            client: self.session.client().clone(),
            outbox: self.outbox.clone(),
            slot,
        };
        self.tasks.spawn(work.run(request, is_stream));
        Ok(())
    }

    /// The client wants no more of an operation. One that has ended on its own may be unknown by now.
    fn complete(&mut self, message: &Value) -> Result<(), Close> {
        if let Some(slot) = self.running.remove(&id_of(message, "complete")?) {
            slot.cancel();
        }
        Ok(())
    }

    async fn refuse(&self, id: &str, errors: &[GraphqlError]) -> Result<(), Close> {
        telemetry::refused(errors);
        self.outbox.send(&json!({ "id": id, "type": "error", "payload": errors })).await
    }

    fn operations_max(&self) -> usize {
        self.gateway.0.config.subscriptions.per_connection
    }
}

fn id_of(message: &Value, kind: &str) -> Result<String, Close> {
    let id = message["id"].as_str().filter(|id| !id.is_empty()).map(str::to_owned);
    id.ok_or_else(|| Close::new(4400, format!("`{kind}` needs an id")))
}

/// The token in the payload of `connection_init`: at its top or under `headers`.
fn token_of(payload: &Value) -> Option<&str> {
    let places = [payload, &payload["headers"]];
    places
        .into_iter()
        .find_map(|place| place["Authorization"].as_str().or_else(|| place["authorization"].as_str()))
}
