//! The walk over a plan: a fetch starts as soon as the fetches that it depends on have been merged.
//!
//! Calls run as tasks of a set that belongs to the run, so in-process subgraphs use all cores, and dropping the run
//! ends them all. Every answer is merged here, one at a time; nobody else touches the tree.

use crate::answer::{Answer, Entities, Malformed, read, read_entities};
use crate::entities::{Targets, collect};
use crate::error::{GraphqlError, LIMIT_EXCEEDED};
use crate::executor::Executor;
use crate::faults::Faults;
use crate::placement::{Placement, Reported};
use crate::prepared::Prepared;
use crate::request::Variables;
use crate::response::{CallOutcome, SubgraphCall, Traffic};
use crate::transport::{Transport, TransportError, TransportFault};
use crate::tree::Tree;
use bytes::Bytes;
use futures::FutureExt;
use http::HeaderMap;
use router_planner::{Fetch, Representation};
use router_protocol::SubgraphRequest;
use serde_json::{Map, Value};
use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tracing::Instrument;

/// One execution of a plan.
#[derive(Debug)]
pub(crate) struct Run<'a> {
    executor: &'a Executor,
    prepared: &'a Prepared,
    variables: &'a Variables,
    headers: &'a HeaderMap,
    started: Instant,
    tree: Tree,
    /// What went wrong, by fetch. Placed when all data are there: where an error belongs, and whether the client asked for what
    /// failed at all, can depend on a concrete type that only a later fetch knows.
    reported: Vec<(usize, Reported)>,
    traffic: Traffic,
    /// Per fetch: how many fetches it still waits for.
    waits_for: Vec<usize>,
    /// Per fetch: how many of its calls are not answered yet.
    open: Vec<usize>,
    ready: VecDeque<usize>,
    queue: VecDeque<Call>,
    in_flight: JoinSet<Finished>,
}

/// What a run leaves behind.
#[derive(Debug)]
pub(crate) struct RunResult {
    pub(crate) tree: Tree,
    pub(crate) faults: Faults,
    pub(crate) traffic: Traffic,
}

/// A request that waits to be sent.
#[derive(Debug)]
struct Call {
    fetch: usize,
    request: SubgraphRequest,
    targets: Targets,
}

/// A request that was answered, or not.
#[derive(Debug)]
struct Finished {
    fetch: usize,
    targets: Targets,
    sent: Instant,
    took: Duration,
    outcome: Result<Bytes, TransportError>,
}

impl<'a> Run<'a> {
    pub(crate) fn new(
        executor: &'a Executor,
        prepared: &'a Prepared,
        variables: &'a Variables,
        headers: &'a HeaderMap,
    ) -> Self {
        let waits_for: Vec<usize> = prepared.wiring.iter().map(|wiring| wiring.waits_for).collect();
        let ready = (0..waits_for.len()).filter(|fetch| waits_for[*fetch] == 0).collect();
        Self {
            executor,
            prepared,
            variables,
            headers,
            started: Instant::now(),
            tree: Tree::new(executor.graph.clone()),
            reported: Vec::new(),
            traffic: Traffic::default(),
            open: vec![0; waits_for.len()],
            waits_for,
            ready,
            queue: VecDeque::new(),
            in_flight: JoinSet::new(),
        }
    }

    /// Runs all fetches.
    pub(crate) async fn finish(mut self) -> RunResult {
        loop {
            while let Some(fetch) = self.ready.pop_front() {
                self.start(fetch);
            }
            self.send();
            match self.in_flight.join_next().await {
                Some(Ok(finished)) => self.receive(finished),
                // A call catches its own panics, so only the end of the runtime itself gets here.
                Some(Err(_)) => {}
                None => break,
            }
        }
        let mut faults = Faults::default();
        let Self { prepared, variables, tree, .. } = &self;
        for (position, reported) in &self.reported {
            let faults = &mut faults;
            Placement { prepared, variables, tree, faults, position: *position }.place_reported(reported);
        }
        RunResult { tree: self.tree, faults, traffic: self.traffic }
    }

    /// Runs all fetches but the first, whose answer is `event`.
    pub(crate) async fn resume(mut self, event: &[u8]) -> RunResult {
        self.ready.retain(|fetch| *fetch != 0);
        if let Some(source) = self.prepared.plan.fetches.first() {
            self.absorb(0, source, Vec::new(), Ok(event));
            self.settle(0);
        }
        self.finish().await
    }

    /// Queues the calls of a fetch; one that has nothing to ask is done at once.
    fn start(&mut self, position: usize) {
        let fetch = &self.prepared.plan.fetches[position];
        if fetch.condition.holds(|name| self.variables.is_true(name)) {
            match &fetch.representation {
                None => self.enqueue(position, self.request(fetch), Vec::new()),
                Some(wanted) => self.start_entities(position, fetch, wanted),
            }
        }
        if self.open[position] == 0 {
            self.settle(position);
        }
    }

    fn start_entities(&mut self, position: usize, fetch: &Fetch, wanted: &Representation) {
        let batches = collect(&self.tree, fetch, wanted);
        let limits = &self.executor.limits;
        let representations: usize = batches.iter().map(|batch| batch.representations.len()).sum();
        if representations > limits.representations_per_fetch {
            let targets = batches.into_iter().flat_map(|batch| batch.targets).collect();
            return self.refuse_batch(position, targets);
        }
        for part in batches.into_iter().flat_map(|batch| batch.split(limits.representations_per_request)) {
            let mut request = self.request(fetch);
            request.variables.extend(part.contexts);
            self.enqueue(
                position,
                request.variable(wanted.variable.as_str(), part.representations),
                part.targets,
            );
        }
    }

    fn enqueue(&mut self, fetch: usize, request: SubgraphRequest, targets: Targets) {
        self.open[fetch] += 1;
        self.queue.push_back(Call { fetch, request, targets });
    }

    fn request(&self, fetch: &Fetch) -> SubgraphRequest {
        request(fetch, self.variables, self.headers)
    }

    /// Sends queued calls while there is room.
    fn send(&mut self) {
        while self.in_flight.len() < self.executor.limits.requests_in_flight.max(1) {
            let Some(Call { fetch, request, targets }) = self.queue.pop_front() else { return };
            let transport = self.executor.transport(self.prepared.plan.fetches[fetch].subgraph).cloned();
            let call = async move {
                let sent = Instant::now();
                let outcome = ask(transport, request).await;
                Finished { fetch, targets, sent, took: sent.elapsed(), outcome }
            };
            self.in_flight.spawn(call.in_current_span());
        }
    }

    fn receive(&mut self, finished: Finished) {
        let Finished { fetch: position, targets, sent, took, outcome } = finished;
        let fetch = &self.prepared.plan.fetches[position];
        let representations = targets.len();
        let outcome = self.absorb(position, fetch, targets, outcome.as_deref());
        self.traffic.requests.push(SubgraphCall {
            fetch: fetch.id,
            subgraph: fetch.subgraph,
            service: fetch.service.clone(),
            started: sent.duration_since(self.started),
            took,
            representations,
            outcome,
        });
        self.open[position] -= 1;
        if self.open[position] == 0 {
            self.settle(position);
        }
    }

    /// Lets the fetches that waited for this one start.
    fn settle(&mut self, position: usize) {
        for dependent in &self.prepared.wiring[position].dependents {
            self.waits_for[*dependent] -= 1;
            if self.waits_for[*dependent] == 0 {
                self.ready.push_back(*dependent);
            }
        }
    }

    /// Merges an answer into the tree and places its errors.
    fn absorb(
        &mut self,
        position: usize,
        fetch: &Fetch,
        targets: Targets,
        outcome: Result<&[u8], &TransportError>,
    ) -> CallOutcome {
        let bytes = match outcome {
            Ok(bytes) => bytes,
            Err(error) => return self.fail(position, targets, error.clone()),
        };
        let bytes_max = self.executor.limits.response_bytes;
        if fetch.representation.is_some() {
            match read_entities(bytes, bytes_max, targets.len()) {
                Ok(entities) => self.absorb_entities(position, targets, entities),
                Err(malformed) => self.fail_malformed(position, targets, &malformed),
            }
        } else {
            match read(bytes, bytes_max) {
                Ok(answer) => self.absorb_answer(position, answer),
                Err(malformed) => self.fail_malformed(position, targets, &malformed),
            }
        }
    }

    fn absorb_answer(&mut self, position: usize, answer: Answer) -> CallOutcome {
        let has_data = answer.data.is_some();
        let places = self.tree.reach(&self.prepared.plan.fetches[position].path);
        self.merge_everywhere(answer.data.unwrap_or_default(), &places);
        self.report(position, answer.errors.len(), Reported::Root { errors: answer.errors, has_data })
    }

    fn absorb_entities(&mut self, position: usize, targets: Targets, answer: Entities) -> CallOutcome {
        let has_data = answer.entities.is_some();
        for (fields, locations) in answer.entities.into_iter().flatten().zip(&targets) {
            let Some(fields) = fields else { continue };
            self.merge_everywhere(fields, locations);
        }
        let errors = answer.errors;
        self.report(position, errors.len(), Reported::Entities { errors, targets, has_data })
    }

    fn merge_everywhere(&mut self, fields: Map<String, Value>, locations: &[Vec<crate::tree::Step>]) {
        let Some((last, others)) = locations.split_last() else { return };
        for location in others {
            self.tree.merge(location, fields.clone());
        }
        self.tree.merge(last, fields);
    }

    fn report(&mut self, position: usize, errors: usize, reported: Reported) -> CallOutcome {
        if errors == 0 {
            return CallOutcome::Ok;
        }
        self.reported.push((position, reported));
        CallOutcome::Errors(errors)
    }

    fn fail(&mut self, position: usize, targets: Targets, error: TransportError) -> CallOutcome {
        let fault = error.fault;
        self.reported.push((position, Reported::NoAnswer { error, targets }));
        CallOutcome::Failed(fault)
    }

    fn fail_malformed(&mut self, position: usize, targets: Targets, malformed: &Malformed) -> CallOutcome {
        let error = TransportError { fault: TransportFault::Malformed, message: malformed.to_string() };
        self.fail(position, targets, error)
    }

    fn refuse_batch(&mut self, position: usize, targets: Targets) {
        let maximum = self.executor.limits.representations_per_fetch;
        let message = format!("more than {maximum} entities would have to be fetched at once");
        let error = GraphqlError::new(message).with_code(LIMIT_EXCEEDED);
        self.reported.push((position, Reported::NotAsked { error, targets }));
    }
}

/// What is sent for a fetch: its text, the client's variables that it declares, and the headers.
pub(crate) fn request(fetch: &Fetch, variables: &Variables, headers: &HeaderMap) -> SubgraphRequest {
    let mut request = SubgraphRequest::new(fetch.operation.clone());
    for name in &fetch.variables {
        if let Some(value) = variables.get(name) {
            request.variables.insert(name.to_string(), value.clone());
        }
    }
    request.headers = headers.clone();
    request
}

async fn ask(
    transport: Option<Arc<dyn Transport>>,
    request: SubgraphRequest,
) -> Result<Bytes, TransportError> {
    let unreachable =
        |message: &str| TransportError { fault: TransportFault::Unreachable, message: message.to_owned() };
    let Some(transport) = transport else {
        return Err(unreachable("there is no way to reach it"));
    };
    // A subgraph in this process may panic; that must not take the other subgraphs' data along.
    AssertUnwindSafe(async move { transport.call(request).await })
        .catch_unwind()
        .await
        .unwrap_or_else(|_| Err(unreachable("it panicked")))
}
