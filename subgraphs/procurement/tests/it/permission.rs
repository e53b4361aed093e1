//! Who may do what: each mutation and query against a caller who lacks its permission.

use serde_json::{Value, json};

use crate::house::{House, andaman};

/// A mutation, the permission it needs, and an input for it.
type Rule = (&'static str, &'static str, Value);

/// From a request to an order.
fn ordering() -> Vec<Rule> {
    let id = primitives::PurchaseRequestId::generate();
    let step = json!({ "id": id, "expectedVersion": 1 });
    let with = |field: &str| json!({ "id": id, "expectedVersion": 1, field: "not needed any more" });
    vec![
        ("createPurchaseRequest", "procurement:create", json!({})),
        ("updatePurchaseRequest", "procurement:update", step.clone()),
        ("submitPurchaseRequest", "procurement:submit", step.clone()),
        ("recallPurchaseRequest", "procurement:update", with("reason")),
        ("cancelPurchaseRequest", "procurement:update", with("reason")),
        ("revisePurchaseRequest", "procurement:update", step.clone()),
        ("approvePurchaseRequest", "procurement:approve", step.clone()),
        ("rejectPurchaseRequest", "procurement:approve", with("comment")),
        ("returnPurchaseRequest", "procurement:approve", with("comment")),
        ("setApprovalRules", "procurement:rules", json!({ "fromAmounts": ["0"], "expectedVersion": 0 })),
        ("convertToPurchaseOrders", "procurement:convert", json!({ "lines": [] })),
        ("submitPurchaseOrder", "procurement:convert", step.clone()),
        ("closePurchaseOrder", "procurement:convert", with("reason")),
        ("cancelPurchaseOrder", "procurement:convert", with("reason")),
        (
            "setBudget",
            "procurement:budgets",
            json!({ "departmentId": id, "month": "2026-07-01", "amount": "1" }),
        ),
        ("setTolerance", "procurement:rules", json!({ "pricePercent": "1", "quantityPercent": "1" })),
        ("setReplenishmentRule", "procurement:rules", json!({ "locationId": id, "departmentId": id })),
        ("removeReplenishmentRule", "procurement:rules", json!({ "locationId": id, "expectedVersion": 1 })),
        ("reopenPurchaseOrder", "procurement:approve", with("reason")),
        ("amendPurchaseOrder", "procurement:convert", with("reason")),
        ("approvePurchaseOrderAmendment", "procurement:approve", step.clone()),
        ("rejectPurchaseOrderAmendment", "procurement:approve", step.clone()),
        ("withdrawPurchaseOrderAmendment", "procurement:convert", step.clone()),
        ("approvePurchaseOrder", "procurement:approve", step.clone()),
        ("returnPurchaseOrder", "procurement:approve", with("reason")),
        ("sendPurchaseOrder", "procurement:send", step.clone()),
        ("acknowledgePurchaseOrder", "procurement:send", step.clone()),
    ]
}

/// From a delivery to the payment.
fn delivering() -> Vec<Rule> {
    let id = primitives::PurchaseRequestId::generate();
    let step = json!({ "id": id, "expectedVersion": 1 });
    let with = |field: &str| json!({ "id": id, "expectedVersion": 1, field: "not needed any more" });
    let record = json!({ "vendorId": id, "number": "A-1", "currency": "THB", "invoiceDate": "2026-07-01", "lines": [] });
    let resolve = json!({ "id": id, "expectedVersion": 1, "resolution": "REMATCH" });
    vec![
        ("createGoodsReceivedNote", "procurement:receive", json!({ "orderId": id })),
        ("updateGoodsReceivedNote", "procurement:receive", step.clone()),
        ("receiveGoodsReceivedNote", "procurement:receive", step.clone()),
        ("voidGoodsReceivedNote", "procurement:receive", with("reason")),
        ("createCreditNote", "procurement:credit", json!({ "noteId": id, "type": "AMOUNT" })),
        ("updateCreditNote", "procurement:credit", step.clone()),
        ("submitCreditNote", "procurement:credit", step.clone()),
        ("postCreditNote", "procurement:credit", step.clone()),
        ("cancelCreditNote", "procurement:credit", with("reason")),
        ("voidCreditNote", "procurement:credit", with("reason")),
        ("applyCreditNote", "procurement:credit", json!({ "id": id, "expectedVersion": 1, "invoiceId": id })),
        ("approveCreditNote", "procurement:approve", step.clone()),
        ("returnCreditNote", "procurement:approve", with("reason")),
        ("recordInvoice", "procurement:match", record),
        ("approveInvoice", "procurement:match", step.clone()),
        ("resolveMatch", "procurement:match", resolve),
        ("payInvoice", "procurement:match", step.clone()),
        ("voidInvoice", "procurement:match", with("reason")),
        ("commitGoodsReceivedNote", "procurement:commit", step.clone()),
    ]
}

#[tokio::test]
async fn every_mutation_needs_its_permission() {
    let house = House::open().await;
    let all: Vec<Rule> = ordering().into_iter().chain(delivering()).collect();
    let guest = house.kit.caller(andaman(), &["procurement:view", "procurement:view-all", "prices:view"]);
    for (mutation, permission, input) in all {
        let refused = house.respond(&guest, mutation, input.clone()).await;
        let error = &refused["errors"][0];
        assert_eq!(error["extensions"]["code"], "FORBIDDEN", "{mutation}: {refused}");
        assert_eq!(error["extensions"]["permission"], permission, "{mutation}");
        let holder = house.kit.caller(andaman(), &[permission, "procurement:view"]);
        let tried = house.respond(&holder, mutation, input).await;
        assert_ne!(tried["errors"][0]["extensions"]["code"], "FORBIDDEN", "{mutation}: {tried}");
    }
}

#[tokio::test]
async fn every_question_needs_its_permission() {
    let house = House::open().await;
    let nobody = house.kit.caller(andaman(), &["products:view"]);
    let id = primitives::PurchaseRequestId::generate();
    for query in [
        "{ purchaseRequests { nodes { id } } }".to_owned(),
        format!("{{ purchaseRequest(id: \"{id}\") {{ id }} }}"),
        "{ myApprovals { nodes { id } } }".to_owned(),
        "{ approvalRules { level } }".to_owned(),
        "{ purchaseOrders { nodes { id } } }".to_owned(),
        format!("{{ purchaseOrder(id: \"{id}\") {{ id }} }}"),
        "{ goodsReceivedNotes { nodes { id } } }".to_owned(),
        format!("{{ goodsReceivedNote(id: \"{id}\") {{ id }} }}"),
        "{ tolerances { nodes { pricePercent } } }".to_owned(),
        "{ replenishmentRules { totalCount } }".to_owned(),
        "{ budgets { nodes { id } } }".to_owned(),
        "{ purchaseOrderAmendments { nodes { id } } }".to_owned(),
        "{ creditNotes { nodes { id } } }".to_owned(),
        format!("{{ creditNote(id: \"{id}\") {{ id }} }}"),
        "{ invoices { nodes { id } } }".to_owned(),
        format!("{{ invoice(id: \"{id}\") {{ id }} }}"),
        format!("{{ matchResult(invoiceId: \"{id}\") {{ isMatch }} }}"),
        format!("{{ receivable(orderId: \"{id}\") {{ outstanding {{ value }} }} }}"),
    ] {
        let refused = house.ask_as(&nobody, &query, Value::Null).await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN", "{query}: {refused}");
    }
}

#[tokio::test]
async fn roles_may_do_what_is_written_down() {
    let house = House::open().await;
    chassis::testkit::check_roles(env!("CARGO_MANIFEST_DIR"), &house.kit, &house.subgraph, andaman()).await;
}
