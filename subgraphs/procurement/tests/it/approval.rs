//! Who lets it be bought.

use serde_json::{Value, json};

use crate::house::{House, because, step};

async fn levels(house: &House, amount: &str) -> usize {
    house.submitted(amount).await["approvals"].as_array().unwrap().len()
}

#[tokio::test]
async fn levels_begin_exactly_at_their_amounts_and_rules_can_be_changed() {
    let house = House::open().await;
    // Payable amounts are rounded to the satang, so 999.99999 comes to 1,000.00.
    for (amount, count) in [("999.99", 1), ("1000", 2), ("5000", 2), ("5000.01", 3)] {
        assert_eq!(levels(&house, amount).await, count, "{amount}");
    }
    let admin = house.kit.caller(crate::house::andaman(), &["procurement:*"]);
    let set = house
        .mutate(&admin, "setApprovalRules", json!({ "fromAmounts": ["0", "10"], "expectedVersion": 0 }))
        .await;
    assert_eq!(
        set["approvalRules"][1],
        json!({ "level": 2, "fromAmount": { "amount": "10.00" }, "decideWithinHours": 48, "version": 1 })
    );
    assert_eq!((levels(&house, "9.99").await, levels(&house, "10").await), (1, 2));
    let other = house.kit.caller(crate::house::lanna(), &["procurement:view"]);
    let rules = house.data_as(&other, "{ approvalRules { level } }", Value::Null).await;
    assert_eq!(rules["approvalRules"].as_array().unwrap().len(), 3, "another tenant keeps its own");
    let refused = house
        .mutate(&admin, "setApprovalRules", json!({ "fromAmounts": ["1", "1"], "expectedVersion": 1 }))
        .await;
    let fields: Vec<_> = House::refusals(&refused).into_iter().map(|(_, field)| field).collect();
    assert_eq!(fields, ["fromAmounts.0", "fromAmounts.1"]);
}

#[tokio::test]
async fn levels_approve_one_after_the_other_and_each_by_somebody_else() {
    let house = House::open().await;
    let request = house.submitted("2000").await;
    let (small, first, second) = (house.approver("1999.99"), house.approver("2000"), house.approver("2000"));
    let refused = house.mutate(&small, "approvePurchaseRequest", step(&request)).await;
    assert_eq!(House::refusal(&refused), "LIMIT_EXCEEDED");
    let half =
        house.mutate(&first, "approvePurchaseRequest", step(&request)).await["purchaseRequest"].clone();
    assert_eq!((&half["status"], &half["currentLevel"]), (&json!("PENDING_APPROVAL"), &json!(2)));
    let twice = house.mutate(&first, "approvePurchaseRequest", step(&half)).await;
    assert_eq!(House::refusal(&twice), "SOD_VIOLATION");
    let done = house.mutate(&second, "approvePurchaseRequest", step(&half)).await["purchaseRequest"].clone();
    assert_eq!((&done["status"], &done["currentLevel"]), (&json!("APPROVED"), &Value::Null));
    assert_eq!(done["lines"][0]["status"], "APPROVED");
    let deciders: Vec<_> =
        done["approvals"].as_array().unwrap().iter().map(|level| level["approver"]["id"].clone()).collect();
    assert_eq!(deciders, [json!(first.user), json!(second.user)]);
}

#[tokio::test]
async fn nobody_approves_what_they_asked_for() {
    let house = House::open().await;
    let everything = house.kit.caller(crate::house::andaman(), &["*"]);
    let product = house.product("10");
    let input = json!({ "departmentId": house.department, "justification": "for the breakfast buffet",
        "lines": [house.line(&product, ("1", "kg"))] });
    let draft = house.mutate(&everything, "createPurchaseRequest", input).await["purchaseRequest"].clone();
    let request =
        house.mutate(&everything, "submitPurchaseRequest", step(&draft)).await["purchaseRequest"].clone();
    for (mutation, field) in [
        ("approvePurchaseRequest", "comment"),
        ("rejectPurchaseRequest", "comment"),
        ("returnPurchaseRequest", "comment"),
    ] {
        let refused = house.mutate(&everything, mutation, because(&request, field)).await;
        assert_eq!(House::refusal(&refused), "SOD_VIOLATION", "{mutation}");
    }
}

#[tokio::test]
async fn who_stands_in_approves_in_the_others_right() {
    let house = House::open().await;
    let request = house.submitted("900").await;
    let (boss, deputy) = (house.approver("5000"), house.approver("100"));
    house.lend(&boss, &deputy, ("CREDIT_NOTE", "5000"));
    let refused = house.mutate(&deputy, "approvePurchaseRequest", step(&request)).await;
    assert_eq!(House::refusal(&refused), "LIMIT_EXCEEDED", "lent for other documents");
    house.lend(&house.chef, &deputy, ("PURCHASE_REQUEST", "5000"));
    let refused = house.mutate(&deputy, "approvePurchaseRequest", step(&request)).await;
    assert_eq!(House::refusal(&refused), "LIMIT_EXCEEDED", "lent by who asks");
    house.lend(&boss, &deputy, ("PURCHASE_REQUEST", "5000"));
    let done =
        house.mutate(&deputy, "approvePurchaseRequest", step(&request)).await["purchaseRequest"].clone();
    assert_eq!(done["status"], "APPROVED");
    assert_eq!(done["approvals"][0]["delegatedFrom"]["id"], json!(boss.user));
}

#[tokio::test]
async fn single_lines_are_left_out_and_the_limit_looks_at_the_rest() {
    let house = House::open().await;
    let (rice, wine) = (house.product("100"), house.product("800"));
    let draft = house.draft(json!([house.line(&rice, ("1", "kg")), house.line(&wine, ("1", "kg"))])).await;
    let request =
        house.mutate(&house.chef, "submitPurchaseRequest", step(&draft)).await["purchaseRequest"].clone();
    let small = house.approver("100");
    let ids: Vec<_> = request["lines"].as_array().unwrap().iter().map(|line| line["id"].clone()).collect();
    let leave = |lines: &[&Value], reason: &str| {
        let mut input = step(&request);
        input["leaveOut"] = lines.iter().map(|id| json!({ "lineId": id, "reason": reason })).collect();
        input
    };
    let everything =
        house.mutate(&small, "approvePurchaseRequest", leave(&[&ids[0], &ids[1]], "nobody drinks it")).await;
    assert_eq!(House::refusals(&everything), [("VALIDATION_ERROR".to_owned(), "leaveOut".to_owned())]);
    let mute = house.mutate(&small, "approvePurchaseRequest", leave(&[&ids[1]], "no")).await;
    assert_eq!(House::refusals(&mute), [("VALIDATION_ERROR".to_owned(), "leaveOut.0.reason".to_owned())]);
    let done = house.mutate(&small, "approvePurchaseRequest", leave(&[&ids[1]], "nobody drinks it")).await;
    let done = &done["purchaseRequest"];
    assert_eq!(done["status"], "APPROVED");
    assert_eq!(
        (&done["lines"][0]["status"], &done["lines"][1]["status"]),
        (&json!("APPROVED"), &json!("REJECTED"))
    );
    assert_eq!(done["approvals"][0]["amountSeen"]["amount"], "100.00");
}

#[tokio::test]
async fn a_rejected_request_is_revised_and_a_returned_one_changed() {
    let house = House::open().await;
    let nobody = house.approver("0");
    let request = house.submitted("500").await;
    let mut mute = step(&request);
    mute["comment"] = "no".into();
    let refused = house.mutate(&nobody, "rejectPurchaseRequest", mute).await;
    assert_eq!(House::refusals(&refused), [("VALIDATION_ERROR".to_owned(), "comment".to_owned())]);
    let rejected = house.mutate(&nobody, "rejectPurchaseRequest", because(&request, "comment")).await;
    let rejected = &rejected["purchaseRequest"];
    assert_eq!(
        (&rejected["status"], &rejected["approvals"][0]["status"]),
        (&json!("REJECTED"), &json!("REJECTED"))
    );
    let revised =
        house.mutate(&house.chef, "revisePurchaseRequest", step(rejected)).await["purchaseRequest"].clone();
    assert_eq!((&revised["status"], &revised["revision"]), (&json!("DRAFT"), &json!(2)));
    let again =
        house.mutate(&house.chef, "submitPurchaseRequest", step(&revised)).await["purchaseRequest"].clone();
    let returned = house.mutate(&nobody, "returnPurchaseRequest", because(&again, "comment")).await;
    let returned = &returned["purchaseRequest"];
    assert_eq!((&returned["status"], &returned["revision"]), (&json!("DRAFT"), &json!(2)));
    assert_eq!(returned["statusReason"], "there is enough of it in the store");
}

#[tokio::test]
async fn an_approved_request_can_be_given_up_and_nothing_else() {
    let house = House::open().await;
    let boss = house.approver("5000");
    let request = house.submitted("10").await;
    let approved =
        house.mutate(&boss, "approvePurchaseRequest", step(&request)).await["purchaseRequest"].clone();
    for mutation in ["submitPurchaseRequest", "revisePurchaseRequest"] {
        let refused = house.mutate(&house.chef, mutation, step(&approved)).await;
        assert_eq!(House::refusal(&refused), "INVALID_STATE", "{mutation}");
        assert_eq!(refused["userErrors"][0]["meta"]["from"], "APPROVED");
    }
    let other = house.approver("5000");
    let again = house.mutate(&other, "approvePurchaseRequest", step(&approved)).await;
    assert_eq!(House::refusal(&again), "INVALID_STATE");
    let cancelled = house.mutate(&house.chef, "cancelPurchaseRequest", because(&approved, "reason")).await;
    assert_eq!(cancelled["purchaseRequest"]["status"], "CANCELLED");
}
