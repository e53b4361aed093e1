//! What departments may spend, and what documents take of it.

use futures::future::join_all;
use serde_json::{Value, json};

use crate::house::{House, andaman, because, step};

/// How often each attack is repeated.
const ROUNDS: usize = 20;

impl House {
    fn controller(&self) -> chassis::Caller {
        self.kit.caller(andaman(), &["procurement:view", "procurement:budgets", "prices:view"])
    }

    /// What the department may spend in a month.
    pub(crate) async fn budget(&self, department: &str, amount: &str) -> Value {
        let input = json!({ "departmentId": department, "month": "2026-07-19", "amount": amount });
        let set = self.mutate(&self.controller(), "setBudget", input).await;
        assert_eq!(set["userErrors"], json!([]), "{set}");
        set["budget"].clone()
    }

    /// What is requested, on order, invoiced, and left of the only budget.
    pub(crate) async fn taken(&self) -> [String; 4] {
        let query = "{ budgets { nodes { soft { amount } hard { amount } actual { amount } available { amount } } } }";
        let seen = self.data_as(&self.controller(), query, Value::Null).await;
        let budget = &seen["budgets"]["nodes"][0];
        ["soft", "hard", "actual", "available"].map(|sum| budget[sum]["amount"].as_str().unwrap().to_owned())
    }
}

#[tokio::test]
async fn a_budget_follows_a_request_to_the_invoice() {
    let house = House::open().await;
    house.budget(&house.department, "4000").await;
    let rice = house.product("30");
    let (request, ids) = house.approved(json!([house.line(&rice, ("100", "kg"))])).await;
    assert_eq!(house.taken().await, ["3000.00", "0.00", "0.00", "4000.00"]);
    let query =
        "query($id: ID!) { purchaseRequest(id: $id) { lines { budget { month available { amount } } } } }";
    let seen = house.data_as(&house.chef, query, json!({ "id": request["id"] })).await;
    let left = json!({ "month": "2026-07-01", "available": { "amount": "4000.00" } });
    assert_eq!(seen["purchaseRequest"]["lines"][0]["budget"], left);
    let buyer = house.buyer();
    let some = json!({ "lines": [{ "lineId": ids[0], "quantity": "60" }] });
    let order = house.mutate(&buyer, "convertToPurchaseOrders", some).await["purchaseOrders"][0].clone();
    assert_eq!(house.taken().await, ["1200.00", "1800.00", "0.00", "2200.00"]);
    let boss = house.approver("900000");
    let order = house.mutate(&buyer, "submitPurchaseOrder", step(&order)).await["purchaseOrder"].clone();
    let order = house.mutate(&boss, "approvePurchaseOrder", step(&order)).await["purchaseOrder"].clone();
    let order = house.mutate(&buyer, "sendPurchaseOrder", step(&order)).await["purchaseOrder"].clone();
    house.deliver(&order, "50").await;
    let invoice = house.recorded(&house.accountant("0"), house.invoice("A-1", &order, ("50", "31"))).await;
    assert_eq!(invoice["status"], "MATCHED");
    house.mutate(&house.accountant("9000"), "approveInvoice", step(&invoice)).await;
    // Fifty were invoiced at 31; ten are still to come at 30.
    assert_eq!(house.taken().await, ["1200.00", "300.00", "1550.00", "2150.00"]);
    let now = house.order_now(&order).await;
    house.mutate(&buyer, "closePurchaseOrder", because(&now, "reason")).await;
    assert_eq!(house.taken().await, ["1500.00", "0.00", "1550.00", "2450.00"]);
    house.prove().await;
}

#[tokio::test]
async fn what_does_not_fit_is_not_ordered_and_says_what_is_missing() {
    let house = House::open().await;
    let set = house.budget(&house.department, "2000").await;
    let rice = house.product("30");
    let (_, ids) = house.approved(json!([house.line(&rice, ("100", "kg"))])).await;
    let buyer = house.buyer();
    let all = json!({ "lines": [{ "lineId": ids[0] }] });
    let refused = house.mutate(&buyer, "convertToPurchaseOrders", all.clone()).await;
    assert_eq!(House::refusals(&refused), [("BUDGET_EXCEEDED".to_owned(), "lines".to_owned())]);
    assert_eq!(refused["userErrors"][0]["meta"]["shortfall"], "1000");
    assert_eq!(house.taken().await, ["3000.00", "0.00", "0.00", "2000.00"]);
    let change = |amount: &str, version: Value| {
        json!({ "departmentId": house.department, "month": "2026-07-01", "amount": amount,
            "expectedVersion": version })
    };
    let controller = house.controller();
    let blind = house.mutate(&controller, "setBudget", change("3000", Value::Null)).await;
    assert_eq!(House::refusal(&blind), "CONFLICT", "there is one already");
    let bad = house.mutate(&controller, "setBudget", change("-0.001", set["version"].clone())).await;
    assert_eq!(House::refusals(&bad).len(), 2);
    house.mutate(&controller, "setBudget", change("3000", set["version"].clone())).await;
    let made = house.mutate(&buyer, "convertToPurchaseOrders", all).await;
    assert_eq!(made["userErrors"], json!([]), "{made}");
    let less = house.mutate(&controller, "setBudget", change("2999.99", 2.into())).await;
    assert_eq!(House::refusals(&less), [("LIMIT_EXCEEDED".to_owned(), "amount".to_owned())]);
    let order = &made["purchaseOrders"][0];
    house.mutate(&buyer, "cancelPurchaseOrder", because(order, "reason")).await;
    assert_eq!(
        house.taken().await,
        ["3000.00", "0.00", "0.00", "3000.00"],
        "what is cancelled is free again"
    );
    house.prove().await;
}

#[tokio::test]
async fn what_is_taken_back_refused_or_given_up_is_free_again() {
    let house = House::open().await;
    house.budget(&house.department, "2000").await;
    let nothing = ["0.00", "0.00", "0.00", "2000.00"];
    for (mutation, field) in [
        ("recallPurchaseRequest", "reason"),
        ("cancelPurchaseRequest", "reason"),
        ("rejectPurchaseRequest", "comment"),
        ("returnPurchaseRequest", "comment"),
    ] {
        let request = house.submitted("500").await;
        assert_eq!(house.taken().await[0], "500.00");
        let who = if field == "reason" { house.chef.clone() } else { house.approver("0") };
        let done = house.mutate(&who, mutation, because(&request, field)).await;
        assert_eq!(done["userErrors"], json!([]), "{done}");
        assert_eq!(house.taken().await, nothing, "{mutation}");
    }
    let (rice, wine) = (house.product("100"), house.product("800"));
    let draft = house.draft(json!([house.line(&rice, ("1", "kg")), house.line(&wine, ("1", "kg"))])).await;
    let request =
        house.mutate(&house.chef, "submitPurchaseRequest", step(&draft)).await["purchaseRequest"].clone();
    let mut part = step(&request);
    part["leaveOut"] = json!([{ "lineId": request["lines"][1]["id"], "reason": "nobody drinks it" }]);
    house.mutate(&house.approver("900"), "approvePurchaseRequest", part).await;
    assert_eq!(house.taken().await[0], "100.00", "what is left out takes nothing");
    house.prove().await;
}

#[tokio::test]
async fn a_category_with_a_budget_of_its_own_takes_nothing_of_the_others() {
    let house = House::open().await;
    house.budget(&house.department, "1000").await;
    let (fish, rice) = (house.product("30"), house.product("20"));
    let category = house.sort_into_category(&fish);
    let input = json!({ "departmentId": house.department, "categoryId": category, "month": "2026-07-01", "amount": "500" });
    house.mutate(&house.controller(), "setBudget", input).await;
    house.approved(json!([house.line(&fish, ("1", "kg")), house.line(&rice, ("1", "kg"))])).await;
    let query = "query($where: BudgetFilter) { budgets(where: $where, sort: AMOUNT_DESC) { nodes {
        category { id } soft { amount } } } }";
    let seen = house.data_as(&house.controller(), query, Value::Null).await["budgets"]["nodes"].clone();
    let expected = json!([
        { "category": null, "soft": { "amount": "20.00" } },
        { "category": { "id": category }, "soft": { "amount": "30.00" } },
    ]);
    assert_eq!(seen, expected);
    for (filter, count) in [
        (json!({ "categoryIds": [category] }), 1),
        (json!({ "monthFrom": "2026-07-31", "monthTo": "2026-07-31" }), 2),
        (json!({ "monthFrom": "2026-08-01" }), 0),
    ] {
        let found = house.data_as(&house.controller(), query, json!({ "where": filter })).await;
        assert_eq!(found["budgets"]["nodes"].as_array().unwrap().len(), count, "{filter}");
    }
    let foreigner = house.kit.caller(crate::house::lanna(), &["*"]);
    let found = house.data_as(&foreigner, query, Value::Null).await;
    assert_eq!(found["budgets"]["nodes"], json!([]));
    house.prove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_orders_at_once_no_more_are_made_than_the_budget_covers() {
    let house = House::open().await;
    let buyers = [house.buyer(), house.buyer(), house.buyer(), house.buyer(), house.buyer(), house.buyer()];
    let rice = house.product("30");
    let budget = house.budget(&house.department, "0").await;
    let mut version = budget["version"].as_i64().unwrap();
    for round in 1..=ROUNDS {
        // Every round allows two more of 3,000, and six want one, each of a request of its own.
        let amount = (6_000 * round).to_string();
        let input = json!({ "departmentId": house.department, "month": "2026-07-01", "amount": amount,
            "expectedVersion": version });
        let set = house.mutate(&house.controller(), "setBudget", input).await;
        version = set["budget"]["version"].as_i64().unwrap_or_else(|| panic!("{set}"));
        let mut wanted = Vec::new();
        for _ in &buyers {
            let (_, ids) = house.approved(json!([house.line(&rice, ("100", "kg"))])).await;
            wanted.push(json!({ "lines": [{ "lineId": ids[0] }] }));
        }
        let tries = buyers.iter().zip(wanted);
        let answers =
            join_all(tries.map(|(buyer, input)| house.mutate(buyer, "convertToPurchaseOrders", input))).await;
        let won = answers.iter().filter(|answer| answer["userErrors"] == json!([])).count();
        assert_eq!(won, 2, "{answers:#?}");
        for answer in answers.iter().filter(|answer| answer["userErrors"] != json!([])) {
            assert_eq!(House::refusal(answer), "BUDGET_EXCEEDED");
        }
        assert_eq!(house.taken().await[3], "0.00");
        house.prove().await;
    }
}
