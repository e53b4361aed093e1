//! The client's answer, and the record of what was asked of whom to make it.

use crate::error::GraphqlError;
use crate::transport::TransportFault;
use router_planner::FetchId;
use router_schema::SubgraphId;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value};
use std::time::Duration;

/// A GraphQL response. Serialises to the form of the specification; [`Self::traffic`] stays inside.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Response {
    /// The answer. `None` when nothing was executed (a request error): then the response has no `data` key at all.
    /// `Some(Value::Null)` when a null propagated up to the root.
    pub data: Option<Value>,
    /// What went wrong, with the client's paths.
    pub errors: Vec<GraphqlError>,
    /// Anything else for the client; the executor leaves it empty.
    pub extensions: Map<String, Value>,
    /// What was asked of the subgraphs.
    pub traffic: Traffic,
}

impl Response {
    /// The response to a request that was refused before anything was executed.
    #[must_use]
    pub fn refused(errors: Vec<GraphqlError>) -> Self {
        Self { errors, ..Self::default() }
    }

    /// Whether nothing was executed.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.data.is_none()
    }

    /// The response as JSON text.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a response has string keys only and serialises to memory")
    }
}

impl Serialize for Response {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(data) = &self.data {
            map.serialize_entry("data", data)?;
        }
        if !self.errors.is_empty() {
            map.serialize_entry("errors", &self.errors)?;
        }
        if !self.extensions.is_empty() {
            map.serialize_entry("extensions", &self.extensions)?;
        }
        map.end()
    }
}

/// The requests to subgraphs that one response took, in the order in which they ended.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Traffic {
    /// One record per request; a fetch with many representations may take several.
    pub requests: Vec<SubgraphCall>,
}

/// One request to one subgraph.
#[derive(Clone, Debug, PartialEq)]
pub struct SubgraphCall {
    /// The fetch it belongs to.
    pub fetch: FetchId,
    /// Who was asked.
    pub subgraph: SubgraphId,
    /// The subgraph's name.
    pub service: String,
    /// When it was sent, counted from the start of execution.
    pub started: Duration,
    /// How long the answer took.
    pub took: Duration,
    /// How many entities were asked for; 0 for a fetch at the root.
    pub representations: usize,
    /// How it ended.
    pub outcome: CallOutcome,
}

/// How a [`SubgraphCall`] ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallOutcome {
    /// With data and no errors.
    Ok,
    /// With this many GraphQL errors.
    Errors(usize),
    /// Without a usable answer.
    Failed(TransportFault),
}

impl Traffic {
    /// How many requests went to the subgraph of this name.
    #[must_use]
    pub fn requests_to(&self, service: &str) -> usize {
        self.requests.iter().filter(|call| call.service == service).count()
    }
}
