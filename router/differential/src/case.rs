//! One case: a graph, its data and an operation, and whether router and monolith agree on it.

use crate::operation::Operation;
use router_fixture::{World, difference};
use router_planner::{PlanOptions, Planner};
use router_schema::apollo_compiler::ExecutableDocument;
use serde_json::Value;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// A composed graph with data, ready to be asked.
#[derive(Debug)]
pub(crate) struct Ready {
    pub(crate) world: Arc<World>,
    planner: Planner,
}

/// How an operation went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Router and monolith agree.
    Same,
    /// The operation is not valid GraphQL: there is nothing to compare.
    Invalid,
    /// They differ, or the router had no answer.
    Differs(String),
}

impl Ready {
    /// Whether an operation gets the same plan again from a planner that starts anew.
    pub(crate) fn is_planned_alike(&self, operation: &Operation) -> bool {
        let api = &self.world.supergraph().api;
        let parsed = ExecutableDocument::parse_and_validate(api, operation.text(), "query.graphql");
        let Ok(document) = parsed else { return true };
        let plan = |planner: &Planner| {
            let planned = catch_unwind(AssertUnwindSafe(|| planner.plan(&document, None)));
            planned.map(|plan| plan.map(|plan| plan.to_string())).map_err(|_| ())
        };
        plan(&self.planner) == plan(&Planner::new(self.world.supergraph().clone()))
    }

    /// Composes the subgraphs; the refusal as text.
    pub(crate) fn new(sdls: &[(String, String)], data: &Value) -> Result<Self, String> {
        let world = World::new(sdls, &data.to_string()).map_err(|error| error.to_string())?;
        let planner = Planner::new(world.supergraph().clone());
        Ok(Self { world: Arc::new(world), planner })
    }

    /// Asks both.
    pub(crate) fn judge(&self, operation: &Operation) -> Verdict {
        let (text, variables) = (operation.text(), &operation.given());
        let parsed =
            ExecutableDocument::parse_and_validate(&self.world.supergraph().api, text, "query.graphql");
        let Ok(document) = parsed else { return Verdict::Invalid };
        let document = Arc::new(document);
        let expected = self.world.monolith().execute(&document, None, variables);
        // The planner panics over a plan that its verifier refuses.
        let asked = catch_unwind(AssertUnwindSafe(|| {
            block_on(self.world.ask(&self.planner, &document, variables.clone(), &PlanOptions::default()))
        }));
        let answer = match asked {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => return Verdict::Differs(format!("no plan: {error}")),
            Err(panic) => return Verdict::Differs(format!("a panic: {}", message(panic.as_ref()))),
        };
        match difference(&expected, &answer.response) {
            None => Verdict::Same,
            Some(what) => Verdict::Differs(format!(
                "{what}\n--- the monolith says\n{expected}\n--- the router says\n{}\n--- by this plan\n{}",
                answer.response, answer.plan
            )),
        }
    }
}

fn message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
}

/// Runs a future that never waits for anything outside.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    runtime.expect("a runtime without network always starts").block_on(future)
}

/// The case as a folder of `router/fixture/tests/cases`, ready to be copied.
pub(crate) fn folder(sdls: &[(String, String)], data: &Value, operation: &Operation) -> String {
    let mut out = String::new();
    for (name, sdl) in sdls {
        out.push_str(&format!("=== subgraphs/{name}.graphql\n{sdl}"));
    }
    let data = serde_json::to_string_pretty(data).expect("data are JSON already");
    let variables = Value::Object(operation.given());
    out + &format!(
        "=== data.json\n{data}\n=== queries/found.graphql\n# variables: {variables}\n{}",
        operation.text()
    )
}
