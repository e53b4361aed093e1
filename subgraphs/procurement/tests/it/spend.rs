//! What was bought: with whom, for whom, on what, and at which price.

use serde_json::{Value, json};

use crate::house::{House, andaman, step};

impl House {
    async fn spend(&self, group: &str, filter: Value) -> Value {
        let analyst =
            self.kit.caller(andaman(), &["procurement:view", "procurement:view-all", "prices:view"]);
        let query = "query($by: SpendGroupBy!, $where: SpendFilter) { spend(groupBy: $by, where: $where) {
            vendor { id } department { id } category { id } property { id } month total { amount } deliveries } }";
        let seen = self.data_as(&analyst, query, json!({ "by": group, "where": filter })).await;
        seen["spend"].clone()
    }
}

/// The totals of groups.
fn totals(groups: &Value) -> Vec<&str> {
    groups.as_array().unwrap().iter().map(|group| group["total"]["amount"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn what_was_accepted_less_what_is_owed_is_spent() {
    let house = House::open().await;
    let order = house.sent("100").await;
    let note = house.deliver(&order, "60").await;
    house.deliver(&order, "20").await;
    let groups = house.spend("VENDOR", Value::Null).await;
    assert_eq!((totals(&groups), &groups[0]["deliveries"]), (vec!["2400.00"], &json!(2)));
    assert_eq!(groups[0]["vendor"]["id"], json!(house.vendor));
    let credit = house.approved_credit(&note, ("AMOUNT", "0", "400".into())).await;
    house.posted_credit(&credit).await;
    for (group, key) in [("VENDOR", "vendor"), ("DEPARTMENT", "department"), ("MONTH", "month")] {
        let groups = house.spend(group, Value::Null).await;
        assert_eq!(totals(&groups), ["2000.00"], "{group}");
        assert!(!groups[0][key].is_null(), "{group}: {groups}");
    }
    assert_eq!(house.spend("DEPARTMENT", Value::Null).await[0]["department"]["id"], json!(house.department));
    assert_eq!(house.spend("MONTH", Value::Null).await[0]["month"], "2026-07-01");
    let unsorted = house.spend("CATEGORY", Value::Null).await;
    assert_eq!((totals(&unsorted), &unsorted[0]["category"]), (vec!["2000.00"], &Value::Null));
    for (filter, count) in [
        (json!({ "vendorIds": [house.vendor], "from": "2026-07-01", "to": "2026-07-01" }), 1),
        (json!({ "vendorIds": [] }), 0),
        (json!({ "departmentIds": [house.place] }), 0),
        (json!({ "from": "2026-07-02" }), 0),
    ] {
        assert_eq!(totals(&house.spend("VENDOR", filter.clone()).await).len(), count, "{filter}");
    }
}

#[tokio::test]
async fn spending_is_for_those_who_see_everything_and_prices() {
    let house = House::open().await;
    let query = "{ spend(groupBy: VENDOR, first: 0, where: { from: \"2026-07-02\", to: \"2026-07-01\" }) { total { amount } } }";
    for permissions in [["procurement:view-all", "procurement:view"], ["prices:view", "procurement:view"]] {
        let refused = house.ask_as(&house.kit.caller(andaman(), &permissions), query, Value::Null).await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN", "{refused}");
    }
    let analyst = house.kit.caller(andaman(), &["procurement:view-all", "prices:view"]);
    let refused = house.ask_as(&analyst, query, Value::Null).await;
    let violations = refused["errors"][0]["extensions"]["violations"].as_array().unwrap();
    assert_eq!(violations.len(), 2, "{refused}");
    house.deliver(&house.sent("10").await, "10").await;
    let foreigner = house.kit.caller(crate::house::lanna(), &["*"]);
    let none = house.data_as(&foreigner, "{ spend(groupBy: VENDOR) { deliveries } }", Value::Null).await;
    assert_eq!(none["spend"], json!([]));
}

#[tokio::test]
async fn products_vendors_places_and_people_know_what_concerns_them() {
    let house = House::open().await;
    let first = house.delivered("10", "4").await;
    let product = first["lines"][0]["product"]["id"].clone();
    let other = house.product("55");
    let approver = house.approver("900000");
    house.submitted("100").await;
    let keys = json!([
        { "__typename": "Product", "id": product }, { "__typename": "Product", "id": other },
        { "__typename": "Vendor", "id": house.vendor }, { "__typename": "Vendor", "id": house.vendor_in("ACTIVE") },
        { "__typename": "Location", "id": house.place },
        { "__typename": "User", "id": approver.user }, { "__typename": "User", "id": house.chef.user },
    ]);
    let query = "query($keys: [_Any!]!) { _entities(representations: $keys) {
        ... on Product { lastPurchase { receivedOn quantity { value } unitPrice { amount } vendor { id } }
            priceHistory { baseUnitPrice { amount } } }
        ... on Vendor { spend { amount } past: spend(to: \"2026-06-30\") { amount } }
        ... on Location { inboundDeliveries { nodes { number } } }
        ... on User { pendingApprovals { totalCount } } } }";
    let log = house.kit.db().statements();
    log.start();
    let seen = house.data_as(&approver, query, json!({ "keys": keys })).await["_entities"].clone();
    assert_eq!(log.count_on("goods_received_note_line"), 3, "one for products, one for each time of vendors");
    let last = json!({ "receivedOn": "2026-07-01", "quantity": { "value": "4" }, "unitPrice": { "amount": "30.00" },
        "vendor": { "id": house.vendor } });
    let history = json!([{ "baseUnitPrice": { "amount": "30.00" } }]);
    assert_eq!(seen[0], json!({ "lastPurchase": last, "priceHistory": history }));
    assert_eq!(seen[1], json!({ "lastPurchase": null, "priceHistory": [] }));
    let zero = json!({ "amount": "0.00" });
    assert_eq!(seen[2], json!({ "spend": { "amount": "120.00" }, "past": zero }));
    assert_eq!(seen[3], json!({ "spend": zero, "past": zero }));
    assert_eq!(seen[4], json!({ "inboundDeliveries": { "nodes": [{ "number": "PO-2026-001" }] } }));
    assert_eq!(seen[5], json!({ "pendingApprovals": { "totalCount": 1 } }));
    assert_eq!(seen[6], json!({ "pendingApprovals": null }), "only what waits for who asks");
    let note = house.counted(&first, "6").await;
    house.mutate(&house.storekeeper(), "commitGoodsReceivedNote", step(&note)).await;
    let seen = house.data_as(&approver, query, json!({ "keys": keys })).await["_entities"].clone();
    assert_eq!(seen[0]["priceHistory"].as_array().unwrap().len(), 2);
    assert_eq!(seen[4], json!({ "inboundDeliveries": { "nodes": [] } }));
}
