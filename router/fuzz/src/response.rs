//! What subgraphs answer → an answer that fits the schema.

use crate::conform::conforms;
use crate::parts;
use crate::worlds::{Graph, graph};
use bytes::Bytes;
use futures::StreamExt;
use futures::future::{BoxFuture, FutureExt};
use futures::stream::{self, BoxStream};
use router_executor::{ClientRequest, Executor, Prepared, Response, Transport, TransportError};
use router_fixture::folder::Query;
use router_protocol::SubgraphRequest;
use router_schema::apollo_compiler::ExecutableDocument;
use router_schema::apollo_compiler::ast::OperationType;
use serde_json::{Map, Value};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// Events of a subscription that are looked at.
const EVENTS_MAX: usize = 8;

pub(crate) fn run(text: &str) {
    record(text);
}

/// Runs an input and gives the answers that the subgraphs gave, in their order.
pub(crate) fn record(text: &str) -> Answers {
    let (name, answers) = text.split_once('\n').unwrap_or((text, ""));
    let (graph_name, query_name) = name.trim_start_matches("# ").rsplit_once('/').unwrap_or_default();
    let graph = graph(graph_name);
    let query = graph
        .queries
        .get(query_name)
        .or_else(|| graph.queries.values().next())
        .expect("a fixture has queries");
    let api = &graph.world.supergraph().api;
    let document = ExecutableDocument::parse_and_validate(api, &query.text, "query.graphql")
        .expect("the fixtures' queries are valid");
    let plan = graph.planner.plan(&document, None).expect("the fixtures' queries have a plan");
    let answers = Answers { next: parts(answers).map(str::to_owned).collect(), given: Vec::new() };
    let answers = Arc::new(Mutex::new(answers));
    let document = Arc::new(document);
    for response in answer(graph, &Prepared::new(document.clone(), None, Arc::new(plan)), query, &answers) {
        let shown: Value = serde_json::from_slice(&response.to_json()).expect("a response is JSON");
        let operation = document.operations.get(None).expect("there is one operation");
        if let Err(complaint) = conforms(api, &document, operation, &shown["data"]) {
            panic!("{complaint}\n{shown:#}");
        }
    }
    let mut answers = answers.lock().unwrap_or_else(PoisonError::into_inner);
    std::mem::take(&mut *answers)
}

fn answer(graph: &Graph, prepared: &Prepared, query: &Query, answers: &Arc<Mutex<Answers>>) -> Vec<Response> {
    let transports = graph.world.transports(&Arc::default()).into_iter();
    let scripted = transports
        .map(|truth| -> Arc<dyn Transport> { Arc::new(Scripted { truth, answers: answers.clone() }) });
    let executor = Executor::new(graph.world.supergraph().clone(), scripted.collect());
    let request = ClientRequest { variables: variables(query), ..ClientRequest::default() };
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be made");
    runtime.block_on(async {
        if prepared.plan.operation != OperationType::Subscription {
            return vec![executor.execute(prepared, request).await];
        }
        match executor.subscribe(prepared, request).await {
            Ok(events) => events.take(EVENTS_MAX).collect().await,
            Err(refused) => vec![*refused],
        }
    })
}

/// The variables that a fixture's query writes down for itself.
fn variables(query: &Query) -> Map<String, Value> {
    query.note("variables").and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default()
}

/// What subgraphs answer.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    next: VecDeque<String>,
    pub(crate) given: Vec<String>,
}

/// A transport that gives the next scripted answer, or the true one where nothing is scripted.
struct Scripted {
    truth: Arc<dyn Transport>,
    answers: Arc<Mutex<Answers>>,
}

impl Scripted {
    fn next(&self) -> Option<Bytes> {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.next.pop_front().filter(|answer| !answer.is_empty()).map(Bytes::from)
    }
}

/// Writes an answer down as it passes.
fn note(answers: &Mutex<Answers>, answer: &Result<Bytes, TransportError>) {
    if let Ok(answer) = answer {
        let text = String::from_utf8_lossy(answer).into_owned();
        answers.lock().unwrap_or_else(PoisonError::into_inner).given.push(text);
    }
}

impl Transport for Scripted {
    fn call(&self, request: SubgraphRequest) -> BoxFuture<'static, Result<Bytes, TransportError>> {
        let (answers, scripted) = (self.answers.clone(), self.next());
        let truth = scripted.is_none().then(|| self.truth.call(request));
        async move {
            let answer = match (scripted, truth) {
                (Some(answer), _) => Ok(answer),
                (None, Some(truth)) => truth.await,
                (None, None) => unreachable!("one of the two answers"),
            };
            note(&answers, &answer);
            answer
        }
        .boxed()
    }

    fn subscribe(
        &self,
        request: SubgraphRequest,
    ) -> BoxFuture<'static, Result<BoxStream<'static, Result<Bytes, TransportError>>, TransportError>> {
        match self.next() {
            Some(answer) => async { Ok(stream::iter([Ok(answer)]).boxed()) }.boxed(),
            None => self.truth.subscribe(request),
        }
    }
}
