//! A peer that answers what a test says and remembers what it was asked.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use futures::future::{BoxFuture, FutureExt};
use router_protocol::{SubgraphRequest, SubgraphResponse};
use serde_json::{Value, json};

use crate::error::Result;
use crate::peers::Peer;

type Answer = dyn Fn(&SubgraphRequest) -> Value + Send + Sync;

/// Another subgraph, played by a closure.
#[derive(Clone)]
pub struct TestPeer {
    answer: Arc<Answer>,
    asked: Arc<Mutex<Vec<SubgraphRequest>>>,
}

impl TestPeer {
    /// A peer whose answer's `data` is what `answer` makes of the request.
    pub fn answering(answer: impl Fn(&SubgraphRequest) -> Value + Send + Sync + 'static) -> Self {
        Self { answer: Arc::new(move |request| json!({ "data": answer(request) })), asked: Arc::default() }
    }

    /// A peer whose whole response (`data` and `errors`) is what `respond` makes of the request.
    pub fn responding(respond: impl Fn(&SubgraphRequest) -> Value + Send + Sync + 'static) -> Self {
        Self { answer: Arc::new(respond), asked: Arc::default() }
    }

    /// What it was asked so far.
    pub fn asked(&self) -> Vec<SubgraphRequest> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Peer for TestPeer {
    fn ask(&self, request: SubgraphRequest) -> BoxFuture<'static, Result<SubgraphResponse>> {
        let response = (self.answer)(&request);
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(request);
        futures::future::ready(Ok(SubgraphResponse(response.to_string().into()))).boxed()
    }
}

impl fmt::Debug for TestPeer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestPeer").finish_non_exhaustive()
    }
}
