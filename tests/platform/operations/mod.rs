//! What the screens ask: committed operations, each with its answer, its plan, what it costs in requests and in SQL.
//!
//! The demo's days are fixed and so is the clock here, so an answer changes only when Carmen does; `INSTA_UPDATE=always` writes them
//! anew. What is made on the spot has ids of that moment, so no operation shows ids.

mod cost;
mod scene;

use carmen_tests::{Carmen, Person, data};
use cost::Cost;
use scene::Scene;
use serde_json::{Value, json};

/// The morning after the three months of the demo.
const MORNING: &str = "2026-10-01T02:00:00Z";

/// Asks once and writes down everything that belongs to it.
async fn shows(carmen: &Carmen, person: &Person, (name, query): (&str, &str), variables: Value) {
    carmen.count_statements();
    let mut answer = person.ask(query, variables).await;
    let cost = Cost::of(&answer, &carmen.counted_statements());
    cost.repeats_no_statement(name);
    let plan = answer["extensions"]["plan"].take();
    let shown = format!(
        "{cost}\n# answer\n{}\n\n# plan\n{}",
        serde_json::to_string_pretty(&data(answer)).expect("JSON is written"),
        plan.as_str().expect("a plan was asked for"),
    );
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, shown));
}

macro_rules! operation {
    ($name:literal) => {
        ($name, include_str!(concat!($name, ".graphql")))
    };
}

#[tokio::test(flavor = "multi_thread")]
async fn screens_are_answered_as_they_were_committed() {
    let carmen = Carmen::start_on(MORNING).await;
    let scene = Scene::set(&carmen).await;
    let (admin, buyer) = (carmen.sign_in("admin").await, carmen.sign_in("buyer").await);
    let store = carmen.sign_in("store").await;

    shows(&carmen, &buyer, operation!("dashboard"), json!({ "today": "2026-10-01" })).await;
    let decision = json!({ "id": scene.request, "deliverTo": scene.shelf.location });
    shows(&carmen, &buyer, operation!("approve_screen"), decision).await;
    shows(&carmen, &store, operation!("receiving"), json!({ "order": scene.order })).await;
    shows(&carmen, &buyer, operation!("vendor_comparison"), json!({ "products": scene.products })).await;
    shows(&carmen, &admin, operation!("product_360"), json!({ "code": scene.code })).await;
    shows(&carmen, &admin, operation!("count_sheet"), json!({ "id": scene.count })).await;
    shows(&carmen, &admin, operation!("ap_desk"), json!({})).await;
    carmen.stop().await;
}
