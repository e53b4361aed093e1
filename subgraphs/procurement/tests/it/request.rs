//! Drafting, handing in, taking back.

use serde_json::{Value, json};

use crate::house::{House, because, step};

#[tokio::test]
async fn a_draft_may_be_incomplete_and_submitting_says_everything_that_is_missing() {
    let house = House::open().await;
    let (rice, fish) = (house.product("30"), house.product(""));
    let draft = house
        .mutate(
            &house.chef,
            "createPurchaseRequest",
            json!({ "justification": "short", "lines": [
                { "productId": rice, "unit": "kg" },
                { "productId": fish, "unit": "kg", "quantity": "1", "deliverTo": house.place },
                { "productId": rice, "unit": "tray", "quantity": "1", "deliverTo": house.department },
            ] }),
        )
        .await;
    assert_eq!(draft["userErrors"], json!([]), "{draft}");
    assert_eq!(draft["purchaseRequest"]["number"], Value::Null);
    let refused = house.mutate(&house.chef, "submitPurchaseRequest", step(&draft["purchaseRequest"])).await;
    let expected = [
        ("VALIDATION_ERROR", "departmentId"),
        ("VALIDATION_ERROR", "justification"),
        ("VALIDATION_ERROR", "lines.0.quantity"),
        ("VALIDATION_ERROR", "lines.0.deliverTo"),
        ("PRICE_NOT_FOUND", "lines.0.unitPrice"),
        ("PRICE_NOT_FOUND", "lines.1.unitPrice"),
        ("NOT_FOUND", "lines.2.deliverTo"),
        ("UNIT_CONVERSION_MISSING", "lines.2.unit"),
    ];
    let expected: Vec<_> = expected.map(|(code, field)| (code.to_owned(), field.to_owned())).into();
    assert_eq!(House::refusals(&refused), expected);
}

#[tokio::test]
async fn what_is_answered_of_a_draft_is_what_is_kept_of_it() {
    let house = House::open().await;
    let (rice, oil) = (house.product("30"), house.product("80"));
    let mut manual = house.line(&oil, ("2.00001", "case"));
    for (field, value) in
        [("unitPrice", "799.99"), ("tax", "112"), ("discount", "0.5"), ("note", "cold pressed")]
    {
        manual[field] = value.into();
    }
    let lines = json!([house.line(&rice, ("2.5", "kg")), manual, { "productId": rice, "unit": "kg" }]);
    let shown = "id status version createdAt lines { id product { id } quantity { value unit { code } } baseQuantity { value }
        unit { code } deliverTo { id } requiredBy vendor { id } unitPrice { amount currency } priceSource priceListNumber discount tax
        amount { amount } baseAmount { amount } status statusReason reservedQuantity { value } toOrderQuantity { value }
        orderedQuantity { value } note }";
    let create = format!(
        "mutation($input: CreatePurchaseRequestInput!) {{ createPurchaseRequest(input: $input) {{
            purchaseRequest {{ {shown} }} userErrors {{ code }} }} }}"
    );
    let input = json!({ "lines": lines, "idempotencyKey": "once" });
    let log = house.kit.db().statements();
    log.start();
    let drafted = house.data_as(&house.chef, &create, json!({ "input": input })).await;
    let statements = log.stop();
    let on_lines = statements.iter().filter(|sql| sql.contains("\"purchase_request_line\"")).count();
    assert_eq!(on_lines, 1, "written, and not read: {statements:#?}");
    let drafted = &drafted["createPurchaseRequest"];
    assert_eq!(drafted["purchaseRequest"]["lines"].as_array().map(Vec::len), Some(3), "{drafted}");
    let query = format!("query($id: ID!) {{ purchaseRequest(id: $id) {{ {shown} }} }}");
    let kept = house.data_as(&house.chef, &query, json!({ "id": drafted["purchaseRequest"]["id"] })).await;
    assert_eq!(kept["purchaseRequest"], drafted["purchaseRequest"]);
    let again = house.data_as(&house.chef, &create, json!({ "input": input })).await;
    assert_eq!(again["createPurchaseRequest"], *drafted);
}

#[tokio::test]
async fn a_request_that_is_handed_in_has_a_number_prices_and_a_first_approver() {
    let house = House::open().await;
    let (rice, oil) = (house.product("30"), house.product("80"));
    let mut manual = house.line(&oil, ("2", "case"));
    manual["unitPrice"] = "799.99".into();
    manual["tax"] = "112".into();
    let draft = house.draft(json!([house.line(&rice, ("2.5", "kg")), manual])).await;
    let before = house.peers.values().map(|peer| peer.asked().len()).sum::<usize>();
    let request =
        house.mutate(&house.chef, "submitPurchaseRequest", step(&draft)).await["purchaseRequest"].clone();
    let asked = house.peers.values().map(|peer| peer.asked().len()).sum::<usize>() - before;
    assert_eq!(asked, 4, "one question each to users, product, inventory and vendor");
    assert_eq!((&request["number"], &request["status"]), (&json!("PR-2026-001"), &json!("PENDING_APPROVAL")));
    assert_eq!(request["total"], json!({ "amount": "1786.98", "currency": "THB" }));
    let lines = request["lines"].as_array().unwrap();
    assert_eq!(lines[0]["priceSource"], "OFFER");
    assert_eq!(
        (&lines[0]["vendor"]["id"], &lines[0]["amount"]["amount"]),
        (&json!(house.vendor), &json!("75.00"))
    );
    assert_eq!((&lines[1]["priceSource"], &lines[1]["vendor"]), (&json!("MANUAL"), &Value::Null));
    assert_eq!(lines[1]["baseQuantity"], json!({ "value": "20", "unit": { "code": "kg" } }));
    let levels: Vec<_> =
        request["approvals"].as_array().unwrap().iter().map(|level| level["status"].clone()).collect();
    assert_eq!(levels, [json!("PENDING"), json!("WAITING")]);
}

#[tokio::test]
async fn the_same_key_hands_in_once_and_answers_the_same() {
    let house = House::open().await;
    let product = house.product("30");
    let draft = house.draft(json!([house.line(&product, ("1", "kg"))])).await;
    let mut input = step(&draft);
    input["idempotencyKey"] = "once".into();
    let first = house.mutate(&house.chef, "submitPurchaseRequest", input.clone()).await;
    let second = house.mutate(&house.chef, "submitPurchaseRequest", input.clone()).await;
    assert_eq!(first, second);
    input["expectedVersion"] = 7.into();
    let other = house.mutate(&house.chef, "submitPurchaseRequest", input).await;
    assert_eq!(House::refusal(&other), "IDEMPOTENCY_MISMATCH");
}

#[tokio::test]
async fn a_recalled_request_keeps_its_number_and_is_approved_from_the_beginning() {
    let house = House::open().await;
    let request = house.submitted("1500").await;
    let recalled = house.mutate(&house.chef, "recallPurchaseRequest", because(&request, "reason")).await;
    let recalled = &recalled["purchaseRequest"];
    assert_eq!((&recalled["status"], &recalled["number"]), (&json!("DRAFT"), &json!("PR-2026-001")));
    let again = house.mutate(&house.chef, "submitPurchaseRequest", step(recalled)).await;
    let again = &again["purchaseRequest"];
    assert_eq!(again["number"], "PR-2026-001");
    let levels: Vec<_> =
        again["approvals"].as_array().unwrap().iter().map(|level| level["status"].clone()).collect();
    assert_eq!(levels, ["CANCELLED", "CANCELLED", "PENDING", "WAITING"].map(|word| json!(word)));
    let first = house.approver("2000");
    let approved =
        house.mutate(&first, "approvePurchaseRequest", step(again)).await["purchaseRequest"].clone();
    let refused = house.mutate(&house.chef, "recallPurchaseRequest", because(&approved, "reason")).await;
    assert_eq!(House::refusal(&refused), "INVALID_STATE", "after the first yes");
}

#[tokio::test]
async fn drafts_change_by_version_and_only_by_who_asks() {
    let house = House::open().await;
    let product = house.product("30");
    let draft = house.draft(json!([])).await;
    let mut input = step(&draft);
    input["lines"] = json!([house.line(&product, ("1", "kg"))]);
    let changed = house.mutate(&house.chef, "updatePurchaseRequest", input.clone()).await;
    assert_eq!(changed["purchaseRequest"]["version"], 2);
    assert_eq!(changed["purchaseRequest"]["lines"].as_array().unwrap().len(), 1);
    let stale = house.mutate(&house.chef, "updatePurchaseRequest", input.clone()).await;
    assert_eq!(House::refusals(&stale), [("CONFLICT".to_owned(), "expectedVersion".to_owned())]);
    assert_eq!(stale["userErrors"][0]["meta"]["currentVersion"], 2);
    let permissions =
        ["procurement:view-all", "procurement:view", "procurement:update", "procurement:submit"];
    let colleague = house.kit.caller(crate::house::andaman(), &permissions);
    input["expectedVersion"] = 2.into();
    let refused = house.mutate(&colleague, "updatePurchaseRequest", input.clone()).await;
    assert_eq!(House::refusal(&refused), "SOD_VIOLATION");
    let stranger = house.kit.caller(crate::house::andaman(), &["procurement:view", "procurement:update"]);
    let unseen = house.mutate(&stranger, "updatePurchaseRequest", input).await;
    assert_eq!(House::refusal(&unseen), "NOT_FOUND");
    let unknown = json!({ "lines": [{ "productId": product, "unit": "smoot", "quantity": "-1" }] });
    let refused = house.mutate(&house.chef, "createPurchaseRequest", unknown).await;
    let fields: Vec<_> = House::refusals(&refused).into_iter().map(|(_, field)| field).collect();
    assert_eq!(fields, ["lines.0.unit", "lines.0.quantity"]);
}

#[tokio::test]
async fn a_named_vendor_must_be_one_that_may_be_bought_from() {
    let house = House::open().await;
    let product = house.product("30");
    let blocked = house.vendor_in("BLOCKED");
    let mut line = house.line(&product, ("1", "kg"));
    line["vendorId"] = blocked.into();
    line["unitPrice"] = "1".into();
    let draft = house.draft(json!([line])).await;
    let refused = house.mutate(&house.chef, "submitPurchaseRequest", step(&draft)).await;
    let expected = [("INVALID_STATE".to_owned(), "lines.0.vendorId".to_owned())];
    assert_eq!(House::refusals(&refused), expected);
}

#[tokio::test]
async fn a_department_and_a_property_must_be_there() {
    let house = House::open().await;
    let product = house.product("30");
    let draft = house.draft(json!([house.line(&product, ("1", "kg"))])).await;
    let mut input = step(&draft);
    (input["departmentId"], input["propertyId"]) = (json!(house.place), json!(house.place));
    let draft = house.mutate(&house.chef, "updatePurchaseRequest", input).await["purchaseRequest"].clone();
    let refused = house.mutate(&house.chef, "submitPurchaseRequest", step(&draft)).await;
    let expected = [("NOT_FOUND", "departmentId"), ("NOT_FOUND", "propertyId")];
    let expected: Vec<_> = expected.map(|(code, field)| (code.to_owned(), field.to_owned())).into();
    assert_eq!(House::refusals(&refused), expected);
}

#[tokio::test]
async fn documents_are_dated_and_numbered_where_the_property_is() {
    let house = House::open().await;
    let (apia, rice) = (house.property_in("Pacific/Apia"), house.product("30"));
    // In Apia it is the first of January, in Bangkok the last day of the year.
    let eve = std::time::Duration::from_secs(183 * 86_400 + 5 * 3_600);
    house.kit.clock().advance(eve);
    let chef = house.kit.caller(
        crate::house::andaman(),
        &[
            "procurement:view",
            "procurement:create",
            "procurement:update",
            "procurement:submit",
            "prices:view",
        ],
    );
    let number = async |property: Value, date: &str| {
        let input = json!({ "departmentId": house.department, "propertyId": property, "requestDate": date,
            "justification": "for the breakfast buffet", "lines": [house.line(&rice, ("1", "kg"))] });
        let draft = house.mutate(&chef, "createPurchaseRequest", input).await["purchaseRequest"].clone();
        let done = house.mutate(&chef, "submitPurchaseRequest", step(&draft)).await;
        done["purchaseRequest"]["number"]
            .as_str()
            .map_or_else(|| House::refusals(&done)[0].1.clone(), str::to_owned)
    };
    assert_eq!(number(json!(apia), "2027-01-01").await, "PR-2027-001");
    assert_eq!(number(Value::Null, "2027-01-01").await, "requestDate", "the house is not so far");
    assert_eq!(number(Value::Null, "2026-12-31").await, "PR-2026-001");
}
