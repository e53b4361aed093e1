//! The scene of these tests: the demo accounts, and a way to ask as anybody.

use std::sync::Arc;

use chassis::testkit::{Kit, caller, data};
use chassis::{Caller, DEFAULT_AUDIENCE, DEFAULT_ISSUER, Environment, Keys, Subgraph, TokenVerifier, Trust};
use serde_json::{Value, json};
use subgraph_identity::{Migrator, demo, start};

/// The password of every account.
pub(crate) const PASSWORD: &str = "a password of twelve or more";

const LOGIN: &str = "mutation($username: String!, $password: String!, $device: String) {
    login(username: $username, password: $password, device: $device) {
        accessToken refreshToken expiresAt user { id username permissions roles { key } }
        userErrors { code field message } } }";

const REFRESH: &str = "mutation($token: String!) {
    refresh(token: $token) { accessToken refreshToken user { username } userErrors { code } } }";

/// A running identity service with its demo accounts.
pub(crate) struct House {
    pub(crate) kit: Kit,
    pub(crate) identity: Subgraph,
    pub(crate) trust: Trust,
}

impl House {
    pub(crate) async fn open() -> Self {
        let kit = Kit::new::<Migrator>().await;
        let trust = trust();
        let env = environment(&kit, &trust);
        demo::seed(&env, PASSWORD).await.unwrap();
        let identity = start(env, trust.clone()).await.unwrap();
        Self { kit, identity, trust }
    }

    pub(crate) fn environment(&self) -> Environment {
        environment(&self.kit, &self.trust)
    }

    /// The response to signing in as `username`.
    pub(crate) async fn login(&self, username: &str, password: &str) -> Value {
        let variables = json!({ "username": username, "password": password, "device": "till 3" });
        self.kit.ask_with(&self.identity, &anonymous(), LOGIN, variables).await
    }

    /// Signs in; answers the payload.
    pub(crate) async fn signed_in(&self, username: &str) -> Value {
        data(self.login(username, PASSWORD).await)["login"].take()
    }

    /// The response to refreshing with `token`.
    pub(crate) async fn refresh(&self, token: &str) -> Value {
        self.kit.ask_with(&self.identity, &anonymous(), REFRESH, json!({ "token": token })).await
    }

    /// Asks with the access token of a payload.
    pub(crate) async fn ask(&self, payload: &Value, query: &str) -> Value {
        self.kit.ask(&self.identity, &holder(payload), query).await
    }

    /// The kinds of the events that tenant `ANDAMAN` has published.
    pub(crate) async fn events(&self) -> Vec<String> {
        let events =
            chassis::outbox::read_after(self.kit.db().read(), demo::ANDAMAN, 0, 1_000).await.unwrap();
        events.into_iter().map(|event| event.kind).collect()
    }
}

/// Nobody: no token at all.
pub(crate) fn anonymous() -> Caller {
    caller(demo::ANDAMAN, &[])
}

/// Whoever holds the access token of a payload.
pub(crate) fn holder(payload: &Value) -> Caller {
    Caller { token: Arc::from(payload["accessToken"].as_str().unwrap()), ..anonymous() }
}

pub(crate) fn trust() -> Trust {
    Trust {
        issuer: DEFAULT_ISSUER.to_owned(),
        audience: DEFAULT_AUDIENCE.to_owned(),
        keys: Keys::in_process(),
    }
}

pub(crate) fn environment(kit: &Kit, trust: &Trust) -> Environment {
    Environment { verifier: TokenVerifier::new(trust.clone(), kit.clock().clone()), ..kit.environment() }
}
