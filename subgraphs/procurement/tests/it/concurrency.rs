//! Many at once: exactly one wins, and numbers have no gaps.

use futures::future::join_all;
use serde_json::{Value, json};

use crate::house::{House, because, step};

/// How often each attack is repeated.
const ROUNDS: usize = 20;

fn won(payloads: &[Value]) -> usize {
    payloads.iter().filter(|payload| payload["userErrors"] == json!([])).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_approvers_at_once_one_decides() {
    let house = House::open().await;
    let approvers = [house.approver("500"), house.approver("500"), house.approver("500")];
    for _ in 0..ROUNDS {
        let request = house.submitted("100").await;
        let clicks = approvers.iter().flat_map(|caller| [caller, caller]);
        let clicks = clicks.map(|caller| house.mutate(caller, "approvePurchaseRequest", step(&request)));
        let answers = join_all(clicks).await;
        assert_eq!(won(&answers), 1, "{answers:#?}");
        for answer in answers.iter().filter(|answer| answer["userErrors"] != json!([])) {
            assert!(["CONFLICT", "INVALID_STATE"].contains(&House::refusal(answer).as_str()), "{answer}");
        }
        house.prove().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_approve_recall_cancel_reject_and_edit_at_once_one_wins() {
    let house = House::open().await;
    let (boss, other) = (house.approver("500"), house.approver("500"));
    for _ in 0..ROUNDS {
        let request = house.submitted("100").await;
        let mut edit = step(&request);
        edit["lines"] = json!([]);
        let answers = tokio::join!(
            house.mutate(&boss, "approvePurchaseRequest", step(&request)),
            house.mutate(&house.chef, "recallPurchaseRequest", because(&request, "reason")),
            house.mutate(&house.chef, "cancelPurchaseRequest", because(&request, "reason")),
            house.mutate(&other, "rejectPurchaseRequest", because(&request, "comment")),
            house.mutate(&house.chef, "updatePurchaseRequest", edit),
        );
        let answers = [answers.0, answers.1, answers.2, answers.3, answers.4];
        assert_eq!(won(&answers), 1, "{answers:#?}");
        let query = "query($id: ID!) { purchaseRequest(id: $id) { status lines { id } version } }";
        let after = house.data_as(&house.chef, query, json!({ "id": request["id"] })).await;
        assert_eq!(after["purchaseRequest"]["lines"].as_array().unwrap().len(), 1, "{after}");
        house.prove().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn numbers_stay_dense_for_tenants_mixed_with_what_is_rolled_back() {
    const REQUESTS: usize = 250;
    let house = House::open().await;
    let product = house.product("10");
    let foreigner = house.kit.caller(
        crate::house::lanna(),
        &["procurement:view", "procurement:create", "procurement:submit", "prices:view"],
    );
    let mut drafts = Vec::new();
    for n in 0..2 * REQUESTS {
        let who = if n % 2 == 0 { &house.chef } else { &foreigner };
        // Around New Year: every other pair belongs to the old one.
        let date = if n % 4 < 2 { "2025-12-31" } else { "2026-01-01" };
        let input = serde_json::json!({ "departmentId": house.department, "requestDate": date,
            "justification": "for the breakfast buffet", "lines": [house.line(&product, ("1", "kg"))] });
        let made = house.mutate(who, "createPurchaseRequest", input).await;
        drafts.push((who, made["purchaseRequest"].clone()));
    }
    let tenants = [house.chef.tenant, foreigner.tenant];
    let submits = drafts.iter().map(|(who, draft)| house.mutate(who, "submitPurchaseRequest", step(draft)));
    // A hundred transactions take a number each and fail.
    let fails = (0..100).map(|n| {
        house.kit.db().write(move |tx| async move {
            let year = if n % 3 == 0 { 2025 } else { 2026 };
            chassis::numbering::next(&*tx, tenants[n % 2], ("PR", year)).await?;
            Err::<(), _>(chassis::Error::internal("the power fails"))
        })
    });
    let (answers, failed) = tokio::join!(join_all(submits), join_all(fails));
    assert!(failed.iter().all(Result::is_err));
    for turn in 0..2 {
        for year in ["2025", "2026"] {
            let of_tenant = answers.iter().skip(turn).step_by(2);
            let prefix = format!("PR-{year}-");
            let numbers = of_tenant.filter_map(|answer| answer["purchaseRequest"]["number"].as_str());
            let mut counts: Vec<usize> =
                numbers.filter_map(|number| number.strip_prefix(&prefix)?.parse().ok()).collect();
            counts.sort_unstable();
            assert_eq!(counts, (1..=REQUESTS / 2).collect::<Vec<_>>(), "{turn} {year}");
        }
    }
    house.prove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_same_key_sent_many_times_at_once_has_one_effect_and_one_answer() {
    let house = House::open().await;
    let boss = house.approver("500");
    for round in 0..ROUNDS {
        let request = house.submitted("100").await;
        let mut input = step(&request);
        input["idempotencyKey"] = format!("round {round}").into();
        let clicks = (0..6).map(|_| house.mutate(&boss, "approvePurchaseRequest", input.clone()));
        let answers = join_all(clicks).await;
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
        assert_eq!(answers[0]["purchaseRequest"]["status"], "APPROVED");
        house.prove().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn numbers_are_dense_among_submissions_that_succeed_and_fail_in_every_round() {
    const REQUESTS: usize = 25;
    let house = House::open().await;
    let (good, bad) = (house.product("10"), house.product(""));
    let mut given = [Vec::new(), Vec::new()];
    for round in 0..ROUNDS {
        let mut drafts = Vec::new();
        for n in 0..REQUESTS {
            // Every third one fails after its transaction began, for want of a price.
            let product = if n % 3 == 2 { &bad } else { &good };
            let mut draft = house.draft(json!([house.line(product, ("1", "kg"))])).await;
            if n % 2 == 1 {
                let mut input = step(&draft);
                input["requestDate"] = "2025-12-31".into();
                draft = house.mutate(&house.chef, "updatePurchaseRequest", input).await["purchaseRequest"]
                    .clone();
            }
            drafts.push(draft);
        }
        let submits =
            drafts.iter().map(|draft| house.mutate(&house.chef, "submitPurchaseRequest", step(draft)));
        let answers = join_all(submits).await;
        for (year, given) in ["2025", "2026"].into_iter().zip(&mut given) {
            let prefix = format!("PR-{year}-");
            let numbers = answers.iter().filter_map(|answer| answer["purchaseRequest"]["number"].as_str());
            let counts = numbers.filter_map(|number| number.strip_prefix(&prefix)?.parse::<usize>().ok());
            given.extend(counts);
            given.sort_unstable();
            assert!(given.len() > 7 * round, "{given:?}");
            assert_eq!(*given, (1..=given.len()).collect::<Vec<_>>(), "{year}, round {round}");
        }
        house.prove().await;
    }
}
