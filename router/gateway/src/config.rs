//! All settings of the gateway, with their defaults. Read from YAML; a wrong key is an error that names the nearest right one.

use crate::config_rules;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

/// The gateway's settings.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Whether `__schema` and `__type` are answered. Turn off in production.
    pub introspection: bool,
    /// Whether GraphiQL is served at `/`, and the explorer at `/explorer`.
    pub graphiql: bool,
    /// Bounds on what a client may send.
    pub limits: Limits,
    /// Which pages of other origins may call.
    pub cors: Cors,
    /// Refuse requests that a foreign page can send without asking first (simple content types and GET without a header).
    pub csrf_prevention: bool,
    /// Who may call. Without it no token is asked for.
    pub auth: Option<Auth>,
    /// What the claims of a token allow to see.
    pub authorization: Authorization,
    /// When progressive overrides are active.
    pub overrides: Overrides,
    /// What travels on to subgraphs.
    pub headers: Headers,
    /// How subgraphs over HTTP are called, unless [`Self::subgraphs`] says otherwise.
    pub traffic: Traffic,
    /// Settings for single subgraphs, by name.
    pub subgraphs: BTreeMap<String, SubgraphSettings>,
    /// How streams to clients behave.
    pub subscriptions: Subscriptions,
    /// How many prepared operations are kept.
    pub prepared_operations: u64,
    /// Milliseconds that running requests may take after the stop signal; then they are cut off.
    pub drain_ms: u64,
    /// Whether a client may ask for the query plan and the traffic of its request with the header `x-carmen-plan: 1`.
    pub expose_plan: bool,
}

/// Bounds on what a client may send.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Bytes of a request body.
    pub body_bytes: usize,
    /// Nesting of fields, counted through fragments.
    pub depth: usize,
    /// Aliased fields in one operation, counted through fragments.
    pub aliases: usize,
    /// Fields in one operation, counted through fragments: what planning and execution work on.
    pub fields: usize,
    /// Fields at the root of one operation.
    pub root_fields: usize,
    /// Directives in one operation.
    pub directives: usize,
    /// Tokens of the document.
    pub tokens: usize,
    /// Requests in one batch; 0 turns batching off.
    pub batch: usize,
}

/// Cross-origin access.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Cors {
    /// The origins that may call (`https://app.example`), `*` for any. Empty: only pages of the gateway itself. It also
    /// decides whose pages may open WebSockets.
    pub origins: Vec<String>,
}

/// Bearer tokens.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Auth {
    /// Refuse requests without a token. When false they pass, and subgraphs decide field by field.
    #[serde(default)]
    pub required: bool,
    /// Whose tokens are accepted.
    pub issuers: Vec<Issuer>,
}

/// One issuer of tokens.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Issuer {
    /// The `iss` claim.
    pub issuer: String,
    /// The `aud` claim.
    pub audience: String,
    /// Where its public keys are. Absent when the keys are handed over in the same process.
    #[serde(default)]
    pub jwks_url: Option<String>,
}

/// How the claims of a token meet `@requiresScopes` and `@policy`.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Authorization {
    /// The claims that hold scopes: a list, or a text of words.
    pub scope_claims: Vec<String>,
    /// What each policy asks for: claims with the values that are enough. A policy that is not here refuses everybody.
    pub policies: BTreeMap<String, BTreeMap<String, ClaimValues>>,
}

/// One value of a claim, or several of which one is enough.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum ClaimValues {
    /// This value.
    One(String),
    /// Any of these.
    AnyOf(Vec<String>),
}

impl ClaimValues {
    /// Whether this value is enough.
    #[must_use]
    pub fn contains(&self, value: &str) -> bool {
        match self {
            Self::One(wanted) => wanted == value,
            Self::AnyOf(wanted) => wanted.iter().any(|wanted| wanted == value),
        }
    }
}

impl Default for Authorization {
    fn default() -> Self {
        let scope_claims = ["scope", "scp", "permissions"].map(str::to_owned).into();
        Self { scope_claims, policies: BTreeMap::new() }
    }
}

/// Labels of progressive `@override`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Overrides {
    /// The claim by which a caller gets the same share each time; without it every request draws anew.
    pub stable_by: Option<String>,
    /// When each named label is active; `percent(…)` needs no entry.
    pub labels: BTreeMap<String, LabelRule>,
}

/// When a label is active: for a share of requests, or for a claim's value.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LabelRule {
    /// For this share, from 0 to 100.
    pub percent: Option<f64>,
    /// For callers with this claim …
    pub claim: Option<String>,
    /// … of this value.
    pub equals: Option<String>,
}

/// Forwarded headers.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Headers {
    /// The client's headers that subgraphs get.
    pub forward: Vec<String>,
}

/// How subgraphs over HTTP are called.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Traffic {
    /// Milliseconds for a whole answer.
    pub timeout_ms: u64,
    /// Milliseconds for connecting.
    pub connect_timeout_ms: u64,
    /// Bytes of one answer.
    pub response_bytes: usize,
}

/// Settings for one subgraph.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SubgraphSettings {
    /// Replaces the routing URL of the supergraph.
    pub routing_url: Option<String>,
    /// Where subscriptions are opened: a path or a whole URL; the routing URL when absent.
    pub subscription_url: Option<String>,
    /// Replaces [`Traffic::timeout_ms`].
    pub timeout_ms: Option<u64>,
}

/// Streams to clients.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Subscriptions {
    /// Milliseconds within which a WebSocket client must send `connection_init`.
    pub connection_init_timeout_ms: u64,
    /// Milliseconds of silence after which a sign of life is sent (WebSocket ping, SSE comment).
    pub keep_alive_ms: u64,
    /// Messages that wait for a slow client.
    pub buffer: usize,
    /// Milliseconds that a message may wait for a client that does not read; then the connection is closed.
    pub slow_client_ms: u64,
    /// WebSockets and event streams open at any one time.
    pub connections: usize,
    /// Running operations on one WebSocket.
    pub per_connection: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 4000)),
            introspection: true,
            graphiql: true,
            limits: Limits::default(),
            cors: Cors::default(),
            csrf_prevention: true,
            auth: None,
            authorization: Authorization::default(),
            overrides: Overrides::default(),
            headers: Headers::default(),
            traffic: Traffic::default(),
            subgraphs: BTreeMap::new(),
            subscriptions: Subscriptions::default(),
            prepared_operations: 2_000,
            drain_ms: 30_000,
            expose_plan: false,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 2 * 1024 * 1024,
            depth: 15,
            aliases: 30,
            fields: 5_000,
            root_fields: 50,
            directives: 200,
            tokens: 10_000,
            batch: 10,
        }
    }
}

impl Default for Headers {
    fn default() -> Self {
        Self { forward: router_protocol::FORWARDED.iter().map(|name| name.as_str().to_owned()).collect() }
    }
}

impl Default for Traffic {
    fn default() -> Self {
        Self { timeout_ms: 30_000, connect_timeout_ms: 5_000, response_bytes: 64 * 1024 * 1024 }
    }
}

impl Default for Subscriptions {
    fn default() -> Self {
        Self {
            connection_init_timeout_ms: 10_000,
            keep_alive_ms: 15_000,
            buffer: 64,
            slow_client_ms: 60_000,
            connections: 10_000,
            per_connection: 100,
        }
    }
}

impl Subscriptions {
    /// [`Self::keep_alive_ms`] as a duration.
    #[must_use]
    pub fn keep_alive(&self) -> Duration {
        Duration::from_millis(self.keep_alive_ms.max(100))
    }
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{file} cannot be read: {source}")]
    Unreadable {
        /// Which file.
        file: String,
        /// Why.
        source: std::io::Error,
    },
    /// The content is not a configuration.
    #[error("{0}")]
    Invalid(String),
}

impl Config {
    /// Reads a configuration file.
    ///
    /// # Errors
    /// When it cannot be read, is not YAML, or has a wrong key or value; the message says where and what was expected.
    pub fn load(file: &Path) -> Result<Self, ConfigError> {
        let shown = file.display().to_string();
        let text = std::fs::read_to_string(file)
            .map_err(|source| ConfigError::Unreadable { file: shown.clone(), source })?;
        Self::parse(&text).map_err(|error| ConfigError::Invalid(format!("{shown}: {error}")))
    }

    /// Reads a configuration from YAML text.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        let config: Self = serde_yaml_ng::from_str(text)
            .map_err(|error| ConfigError::Invalid(explain(&error.to_string())))?;
        config_rules::check(&config).map_err(ConfigError::Invalid)?;
        Ok(config)
    }
}

/// Adds the nearest right key to an error about an unknown one.
pub(crate) fn explain(message: &str) -> String {
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let Some((unknown, known)) = quoted.split_first() else { return message.to_owned() };
    if !message.contains("unknown field") {
        return message.to_owned();
    }
    match nearest(unknown, known) {
        Some(nearest) => format!("{message}; did you mean `{nearest}`?"),
        None => message.to_owned(),
    }
}

/// The name among `known` that is most like `given`.
pub(crate) fn nearest<'n>(given: &str, known: &[&'n str]) -> Option<&'n str> {
    let likeness = |name: &&str| strsim::jaro_winkler(given, name);
    known.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b))).copied()
}

#[cfg(test)]
mod tests {
    use super::Config;

    #[test]
    fn an_empty_file_is_the_defaults() {
        assert_eq!(Config::parse("").unwrap().limits.depth, 15);
    }

    #[test]
    fn the_readme_shows_every_key_with_its_default() {
        let blocks: Vec<&str> = include_str!("../README.md")
            .split("```yaml")
            .skip(1)
            .filter_map(|rest| rest.split("```").next())
            .collect();
        let shown = Config::parse(blocks[0]).unwrap();
        assert_eq!(format!("{shown:?}"), format!("{:?}", Config::default()));
        let keys = format!("{shown:?}");
        for key in
            keys.split([' ', '{']).filter_map(|word| word.strip_suffix(':')).filter(|key| *key != "auth")
        {
            assert!(blocks[0].contains(&format!("{key}:")), "{key} is not shown");
        }
        assert_eq!(Config::parse(blocks[1]).unwrap().auth.unwrap().issuers.len(), 1);
    }

    #[test]
    fn a_wrong_key_names_its_place_and_the_nearest_right_one() {
        let error = Config::parse("limits:\n  dept: 3\n").unwrap_err().to_string();
        assert!(error.contains("limits") && error.contains("did you mean `depth`?"), "{error}");
        let error = Config::parse("lisen: 127.0.0.1:1\n").unwrap_err().to_string();
        assert!(error.contains("did you mean `listen`?"), "{error}");
    }

    #[test]
    fn a_wrong_value_says_what_was_expected() {
        let error = Config::parse("limits:\n  depth: many\n").unwrap_err().to_string();
        assert!(error.contains("limits.depth") && error.contains("usize"), "{error}");
    }
}
