//! A subgraph over the network: HTTP POST for queries and mutations, WebSocket for subscriptions (`websocket`).
//!
//! One connection pool per subgraph. Nothing is retried and no redirect is followed: a mutation must run at most once,
//! and a bearer token must not travel to an address that nobody configured.

use crate::transport::{Transport, TransportError, TransportFault};
use crate::websocket::{self, SocketSettings};
use bytes::{Bytes, BytesMut};
use futures::FutureExt;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use http::HeaderValue;
use http::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Client, Response, StatusCode, Url};
use router_protocol::SubgraphRequest;
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::sync::Arc;
use std::time::Duration;

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const GRAPHQL_OR_JSON: HeaderValue =
    HeaderValue::from_static("application/graphql-response+json, application/json;q=0.9");

/// How one subgraph is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpSettings {
    /// Where queries and mutations are posted: `http://…` or `https://…`.
    pub url: String,
    /// Where subscriptions are opened, when not at [`Self::url`]: a path (`/ws`) or a whole URL. The scheme becomes `ws` or
    /// `wss` by itself.
    pub subscription_url: Option<String>,
    /// How long connecting may take, and for a subscription also the subgraph's greeting.
    pub connect_timeout: Duration,
    /// How long a whole answer may take, connecting included.
    pub request_timeout: Duration,
    /// The largest answer, or event of a subscription, that is accepted.
    pub response_bytes_max: usize,
    /// How many idle connections are kept.
    pub idle_connections_max: usize,
    /// How long an idle connection is kept. Shorter than what servers commonly wait, so that we close first.
    pub idle_timeout: Duration,
    /// After how much silence a subscription's connection is asked for a sign of life; after twice as much it is given up.
    pub ping_interval: Duration,
}

impl HttpSettings {
    /// The defaults for a subgraph at `url`.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            subscription_url: None,
            connect_timeout: Duration::from_secs(5),
            request_timeout: Duration::from_secs(30),
            response_bytes_max: 64 * 1024 * 1024,
            idle_connections_max: 64,
            idle_timeout: Duration::from_secs(50),
            ping_interval: Duration::from_secs(15),
        }
    }
}

/// Why an [`HttpTransport`] cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum HttpTransportError {
    /// The URL is not one that HTTP can reach.
    #[error("`{url}` is not an http or https URL: {reason}")]
    Url {
        /// What was given.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The HTTP client cannot be set up (for example no certificate authority is known).
    #[error("the HTTP client cannot be set up: {0}")]
    Client(#[source] reqwest::Error),
    /// Encrypted subscriptions cannot be set up.
    #[error("encrypted WebSockets cannot be set up: {0}")]
    Tls(#[source] rustls::Error),
}

/// Reaches one subgraph over HTTP and WebSocket. Cheap to clone; clones share the connection pool.
#[derive(Clone, Debug)]
pub struct HttpTransport {
    client: Client,
    url: Url,
    request_timeout: Duration,
    response_bytes_max: usize,
    socket: Arc<SocketSettings>,
}

impl HttpTransport {
    /// Sets up the connection pool; nothing is connected yet. Installs a TLS provider unless the process has one.
    ///
    /// # Errors
    /// When a URL is none, or the client cannot be set up.
    pub fn try_new(settings: &HttpSettings) -> Result<Self, HttpTransportError> {
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            // Fails only when another thread was first, and then there is one.
            let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        }
        let url = http_url(&settings.url)?;
        let socket_url = socket_url(&url, settings.subscription_url.as_deref())?;
        let mut builder = Client::builder();
        if url.scheme() == "http" {
            // No certificate is ever looked at, so the machine need not have any authorities.
            builder = builder.tls_certs_only([]);
        }
        let client = builder
            .connect_timeout(settings.connect_timeout)
            .timeout(settings.request_timeout)
            .pool_max_idle_per_host(settings.idle_connections_max)
            .pool_idle_timeout(settings.idle_timeout)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .build()
            .map_err(HttpTransportError::Client)?;
        let socket = Arc::new(SocketSettings {
            tls: websocket::tls(&socket_url).map_err(HttpTransportError::Tls)?,
            url: socket_url,
            greeting_timeout: settings.connect_timeout,
            ping_interval: settings.ping_interval,
            message_bytes_max: settings.response_bytes_max,
        });
        Ok(Self {
            client,
            url,
            request_timeout: settings.request_timeout,
            response_bytes_max: settings.response_bytes_max,
            socket,
        })
    }

    async fn post(self, request: SubgraphRequest) -> Result<Bytes, TransportError> {
        let body = serde_json::to_vec(&request).expect("a request has string keys only");
        let mut headers = request.headers;
        headers.insert(CONTENT_TYPE, JSON);
        headers.insert(ACCEPT, GRAPHQL_OR_JSON);
        let answer = self
            .client
            .post(self.url.clone())
            .headers(headers)
            .body(body)
            .send()
            .await
            .map_err(|error| self.fault(&error))?;
        let status = answer.status();
        let body = self.body(answer).await?;
        if status == StatusCode::OK || is_graphql(&body) {
            return Ok(body);
        }
        let status = status.as_u16();
        Err(TransportError {
            fault: TransportFault::Status(status),
            message: format!("it answered with HTTP status {status}"),
        })
    }

    async fn body(&self, mut answer: Response) -> Result<Bytes, TransportError> {
        let bytes_max = self.response_bytes_max;
        let too_large = || TransportError {
            fault: TransportFault::Malformed,
            message: format!("the answer is larger than {bytes_max} bytes"),
        };
        let announced = usize::try_from(answer.content_length().unwrap_or(0)).unwrap_or(usize::MAX);
        if announced > bytes_max {
            return Err(too_large());
        }
        let mut body = BytesMut::with_capacity(announced);
        while let Some(chunk) = answer.chunk().await.map_err(|error| self.fault(&error))? {
            if body.len() + chunk.len() > bytes_max {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    }

    /// The client sees what happened; addresses and system errors stay in the log.
    fn fault(&self, error: &reqwest::Error) -> TransportError {
        tracing::debug!(error = error as &dyn std::error::Error, "request to a subgraph failed");
        let (fault, message) = if error.is_timeout() {
            let limit = self.request_timeout.as_secs_f64();
            (TransportFault::Timeout, format!("no answer within {limit} s"))
        } else if error.is_connect() {
            (TransportFault::Unreachable, "no connection".to_owned())
        } else {
            (TransportFault::Unreachable, "the connection broke".to_owned())
        };
        TransportError { fault, message }
    }
}

impl Transport for HttpTransport {
    fn call(&self, request: SubgraphRequest) -> BoxFuture<'static, Result<Bytes, TransportError>> {
        self.clone().post(request).boxed()
    }

    fn subscribe(
        &self,
        request: SubgraphRequest,
    ) -> BoxFuture<'static, Result<BoxStream<'static, Result<Bytes, TransportError>>, TransportError>> {
        websocket::subscribe(self.socket.clone(), request).boxed()
    }
}

/// Whether a body is a GraphQL response: those may come with any status.
fn is_graphql(body: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Probe {
        data: Option<IgnoredAny>,
        errors: Option<Vec<IgnoredAny>>,
    }
    serde_json::from_slice(body).is_ok_and(|probe: Probe| probe.data.is_some() || probe.errors.is_some())
}

fn http_url(text: &str) -> Result<Url, HttpTransportError> {
    let wrong = |reason: String| HttpTransportError::Url { url: text.to_owned(), reason };
    let url = Url::parse(text).map_err(|error| wrong(error.to_string()))?;
    match url.scheme() {
        "http" | "https" => Ok(url),
        other => Err(wrong(format!("its scheme is `{other}`"))),
    }
}

fn socket_url(url: &Url, own: Option<&str>) -> Result<Url, HttpTransportError> {
    let given = own.unwrap_or(url.as_str());
    let wrong = |reason: String| HttpTransportError::Url { url: given.to_owned(), reason };
    let mut url = url.join(given).map_err(|error| wrong(error.to_string()))?;
    let scheme = match url.scheme() {
        "http" | "ws" => "ws",
        "https" | "wss" => "wss",
        other => return Err(wrong(format!("its scheme is `{other}`"))),
    };
    url.set_scheme(scheme).map_err(|()| wrong("its scheme cannot become a WebSocket's".to_owned()))?;
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn socket(url: &str, own: Option<&str>) -> String {
        socket_url(&http_url(url).unwrap(), own).unwrap().to_string()
    }

    #[test]
    fn the_socket_url_follows_the_routing_url() {
        assert_eq!(socket("http://a:1/graphql", None), "ws://a:1/graphql");
        assert_eq!(socket("https://a/graphql", None), "wss://a/graphql");
        assert_eq!(socket("http://a:1/graphql", Some("/ws")), "ws://a:1/ws");
        assert_eq!(socket("http://a:1/graphql", Some("wss://b/x")), "wss://b/x");
    }

    #[test]
    fn other_schemes_are_refused() {
        assert!(http_url("ftp://a").unwrap_err().to_string().contains("its scheme is `ftp`"));
        assert!(http_url("a/b").is_err());
    }

    #[test]
    fn only_data_or_a_list_of_errors_make_a_graphql_response() {
        assert!(is_graphql(br#"{"errors":[{"message":"no"}]}"#) && is_graphql(br#"{"data":{}}"#));
        assert!(
            !is_graphql(br#"{"error":"no"}"#) && !is_graphql(br#"{"errors":"no"}"#) && !is_graphql(b"<html>")
        );
    }
}
