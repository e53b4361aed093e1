//! Somebody who asks.

use serde_json::{Value, json};
use std::net::SocketAddr;

/// A client with or without a token.
#[derive(Clone, Debug)]
pub struct Person {
    address: SocketAddr,
    /// The access token.
    pub token: Option<String>,
    client: reqwest::Client,
}

impl Person {
    pub(crate) fn new(address: SocketAddr, token: Option<String>) -> Self {
        Self { address, token, client: reqwest::Client::new() }
    }

    /// The same connection with another token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// Where the graph is.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/graphql", self.address)
    }

    /// The whole response to an operation.
    ///
    /// # Panics
    /// When there is no JSON answer.
    pub async fn ask(&self, query: &str, variables: Value) -> Value {
        let mut post = self.client.post(self.url()).header("x-carmen-plan", "1");
        if let Some(token) = &self.token {
            post = post.bearer_auth(token);
        }
        let body = json!({ "query": query, "variables": variables });
        let response = post.json(&body).send().await.expect("Carmen answers");
        response.json().await.expect("the answer is JSON")
    }

    /// The data of an answer that must have no errors.
    ///
    /// # Panics
    /// When there are errors.
    pub async fn data(&self, query: &str, variables: Value) -> Value {
        data(self.ask(query, variables).await)
    }
}

/// The data of a response that must have no errors.
///
/// # Panics
/// When there are errors.
#[must_use]
pub fn data(mut response: Value) -> Value {
    assert!(response.get("errors").is_none(), "{response}");
    response["data"].take()
}

/// The first error of a response that must have one.
///
/// # Panics
/// When there is none.
#[must_use]
pub fn first_error(response: &Value) -> &Value {
    response["errors"].get(0).unwrap_or_else(|| panic!("no error in {response}"))
}

/// The code of the first error.
///
/// # Panics
/// When there is none.
#[must_use]
pub fn first_code(response: &Value) -> &str {
    first_error(response)["extensions"]["code"].as_str().unwrap_or_else(|| panic!("no code in {response}"))
}
