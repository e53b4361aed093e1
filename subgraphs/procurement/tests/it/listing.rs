//! What people find.

use serde_json::{Value, json};

use crate::house::{House, lanna, step};

fn totals(list: &Value) -> Vec<&str> {
    list["nodes"].as_array().unwrap().iter().map(|node| node["total"]["amount"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn my_approvals_are_what_i_may_decide_now() {
    let house = House::open().await;
    let (small, large) = (house.approver("1000"), house.approver("9000"));
    for amount in ["10", "1000", "3000"] {
        house.submitted(amount).await;
        house.kit.clock().advance(std::time::Duration::from_secs(1));
    }
    let query = "{ myApprovals { totalCount nodes { id version total { amount } } } }";
    let list = house.data_as(&small, query, Value::Null).await;
    assert_eq!(totals(&list["myApprovals"]), ["10.00", "1000.00"]);
    let second = list["myApprovals"]["nodes"][1].clone();
    house.mutate(&small, "approvePurchaseRequest", step(&second)).await;
    let list = house.data_as(&small, query, Value::Null).await;
    assert_eq!(totals(&list["myApprovals"]), ["10.00"], "level 2 is for somebody else");
    let list = house.data_as(&large, query, Value::Null).await;
    assert_eq!(totals(&list["myApprovals"]), ["10.00", "1000.00", "3000.00"]);
    assert_eq!(list["myApprovals"]["totalCount"], 3);
    for (arguments, amounts) in [
        ("sort: TOTAL_DESC", ["3000.00", "1000.00", "10.00"].as_slice()),
        ("sort: SUBMITTED_AT_DESC, where: { totalTo: \"1000\" }", &["1000.00", "10.00"]),
        ("where: { not: { totalTo: \"1000\" } }", &["3000.00"]),
        ("where: { status: [DRAFT] }", &[]),
    ] {
        let query = format!("{{ myApprovals({arguments}) {{ nodes {{ total {{ amount }} }} }} }}");
        let list = house.data_as(&large, &query, Value::Null).await;
        assert_eq!(totals(&list["myApprovals"]), amounts, "{arguments}");
    }
}

#[tokio::test]
async fn lists_are_narrowed_sorted_and_paged() {
    let house = House::open().await;
    for amount in ["30", "10", "20"] {
        house.submitted(amount).await;
    }
    house.draft(json!([])).await;
    let query = "query($where: PurchaseRequestFilter, $after: String, $search: String) {
        purchaseRequests(where: $where, search: $search, sort: TOTAL_DESC, first: 2, after: $after) {
            totalCount nodes { total { amount } } pageInfo { endCursor hasNextPage } } }";
    let handed_in = json!({ "where": { "not": { "status": ["DRAFT"] } } });
    let page = house.data_as(&house.chef, query, handed_in.clone()).await["purchaseRequests"].clone();
    assert_eq!((totals(&page), &page["totalCount"]), (vec!["30.00", "20.00"], &json!(3)));
    let mut rest = handed_in;
    rest["after"] = page["pageInfo"]["endCursor"].clone();
    let page = house.data_as(&house.chef, query, rest).await["purchaseRequests"].clone();
    assert_eq!((totals(&page), &page["pageInfo"]["hasNextPage"]), (vec!["10.00"], &json!(false)));
    let either = json!({ "where": { "or": [{ "totalTo": "10" }, { "totalFrom": "30" }], "status": ["PENDING_APPROVAL"] } });
    let page = house.data_as(&house.chef, query, either).await["purchaseRequests"].clone();
    assert_eq!(totals(&page), ["30.00", "10.00"]);
    let found =
        house.data_as(&house.chef, query, json!({ "search": "pr-2026-002" })).await["purchaseRequests"]
            .clone();
    assert_eq!(totals(&found), ["10.00"]);
}

#[tokio::test]
async fn a_page_costs_one_statement_per_table() {
    let house = House::open().await;
    for amount in ["30", "10", "20"] {
        house.submitted(amount).await;
    }
    let log = house.kit.db().statements();
    log.start();
    let query = "{ purchaseRequests { nodes { number lines { amount { amount } } approvals { status } } } }";
    let list = house.data_as(&house.chef, query, Value::Null).await;
    assert_eq!(list["purchaseRequests"]["nodes"].as_array().unwrap().len(), 3);
    let counts = ["purchase_request", "purchase_request_line", "approval"].map(|table| log.count_on(table));
    assert_eq!(counts, [1, 1, 1]);
}

#[tokio::test]
async fn who_may_not_see_a_request_finds_none() {
    let house = House::open().await;
    let request = house.submitted("10").await;
    let query =
        "query($id: ID!, $keys: [_Any!]!) { purchaseRequest(id: $id) { id } purchaseRequests { totalCount }
        _entities(representations: $keys) { ... on PurchaseRequest { id } } }";
    let keys = json!([{ "__typename": "PurchaseRequest", "id": request["id"] }]);
    let variables = json!({ "id": request["id"], "keys": keys });
    let colleague = house.kit.caller(crate::house::andaman(), &["procurement:view"]);
    let foreigner = house.kit.caller(lanna(), &["*"]);
    for caller in [colleague, foreigner] {
        let seen = house.data_as(&caller, query, variables.clone()).await;
        assert_eq!(
            seen,
            json!({ "purchaseRequest": null, "purchaseRequests": { "totalCount": 0 }, "_entities": [null] })
        );
    }
    let cook = house.kit.caller(crate::house::andaman(), &["procurement:view", "procurement:view-all"]);
    let money =
        "query($id: ID!) { purchaseRequest(id: $id) { total { amount } approvals { amountSeen { amount } }
        lines { unitPrice { amount } amount { amount } baseAmount { amount } discount tax } } }";
    let seen = house.data_as(&cook, money, json!({ "id": request["id"] })).await;
    let line =
        json!({ "unitPrice": null, "amount": null, "baseAmount": null, "discount": null, "tax": null });
    let expected = json!({ "total": null, "approvals": [{ "amountSeen": null }], "lines": [line] });
    assert_eq!(seen["purchaseRequest"], expected, "no prices without the permission to see them");
}
