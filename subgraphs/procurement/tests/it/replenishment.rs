//! What a store runs low of becomes a draft for somebody to buy.

use std::time::Duration;

use primitives::{InventoryItemId, LocationId, ProductId, UserId};
use serde_json::{Value, json};

use crate::house::{House, andaman, because, lanna, step};
use crate::sagas::Others;

const DRAFTS: &str = "query($stores: [ID!]) { purchaseRequests(where: { replenishesLocationIds: $stores }) { nodes { id status version
    requestedBy { id } department { id } replenishes { id } justification
    lines { product { id } quantity { value unit { code } } deliverTo { id } } } } }";

/// What low stock began for a store, latest first.
async fn drafts(house: &House, store: &str) -> Vec<Value> {
    let buyer = house.kit.caller(andaman(), &["procurement:*"]);
    let mut seen = house.data_as(&buyer, DRAFTS, json!({ "stores": [store] })).await;
    std::mem::take(seen["purchaseRequests"]["nodes"].as_array_mut().unwrap())
}

/// The lines of the only draft of a store, as product and quantity.
async fn lines(house: &House, store: &str) -> Vec<(String, String)> {
    let drafts = drafts(house, store).await;
    let [draft] = &*drafts else { return Vec::new() };
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let line = |line: &Value| (text(&line["product"]["id"]), text(&line["quantity"]["value"]));
    draft["lines"].as_array().unwrap().iter().map(line).collect()
}

async fn until(house: &House, store: &str, wanted: &[(&str, &str)]) {
    let wanted: Vec<_> =
        wanted.iter().map(|(product, quantity)| ((*product).to_owned(), (*quantity).to_owned())).collect();
    let mut seen = Vec::new();
    for _ in 0..200 {
        seen = lines(house, store).await;
        if seen == wanted {
            return house.prove().await;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("{seen:?} did not become {wanted:?}");
}

/// Gives what is on its way time to arrive, to see that it changes nothing.
async fn rest() {
    tokio::time::sleep(Duration::from_millis(400)).await;
}

/// How inventory says that an item became low; each time about another balance unless told which.
async fn low(others: &Others, (product, store): (&str, &str), suggested: Value) {
    let item = json!({ "id": InventoryItemId::generate(), "version": 2 });
    let told = json!({ "item": { "productId": product, "locationId": store, "unit": "kg" }, "available": "1",
        "suggestedOrder": suggested });
    others.say("lowstock.detected", &item, told).await;
}

/// A house in which somebody buys for its store.
async fn ruled() -> (House, Others, Value) {
    let house = House::open().await;
    let others = Others::of(&house).await;
    let buyer = house.person(&["procurement:*"], "0");
    let input =
        json!({ "locationId": house.place, "departmentId": house.department, "requestedById": buyer.user });
    let set = house.mutate(&buyer, "setReplenishmentRule", input).await;
    assert_eq!(set["userErrors"], json!([]), "{set}");
    (house, others, json!(buyer.user))
}

#[tokio::test]
async fn what_runs_low_is_written_into_one_draft() {
    let (house, others, buyer) = ruled().await;
    let (rice, oil, store) = (house.product("10"), house.product("10"), house.place.clone());
    low(&others, (&rice, &store), json!("5")).await;
    until(&house, &store, &[(&rice, "5")]).await;
    let draft = drafts(&house, &store).await.remove(0);
    assert_eq!((&draft["status"], &draft["requestedBy"]["id"]), (&json!("DRAFT"), &buyer));
    assert_eq!(draft["department"]["id"], json!(house.department));
    assert_eq!(
        (&draft["replenishes"]["id"], &draft["lines"][0]["deliverTo"]["id"]),
        (&json!(store), &json!(store))
    );
    // Another product joins it, the same one is raised and never doubled, and the same events once more change nothing.
    low(&others, (&oil, &store), json!("2.5")).await;
    until(&house, &store, &[(&rice, "5"), (&oil, "2.5")]).await;
    low(&others, (&rice, &store), json!("8")).await;
    until(&house, &store, &[(&rice, "8"), (&oil, "2.5")]).await;
    low(&others, (&rice, &store), json!("3")).await;
    others.tell_again().await;
    rest().await;
    until(&house, &store, &[(&rice, "8"), (&oil, "2.5")]).await;
    // It is a draft like any other.
    let draft = drafts(&house, &store).await.remove(0);
    let owner = house.kit.caller(andaman(), &["*"]);
    let handed_in = house.mutate(&owner, "submitPurchaseRequest", step(&draft)).await;
    assert_eq!(handed_in["userErrors"], json!([]), "{handed_in}");
    // What is asked for is not asked for again; what is needed beyond it is.
    low(&others, (&rice, &store), json!("8")).await;
    low(&others, (&oil, &store), json!("4")).await;
    for _ in 0..200 {
        if drafts(&house, &store).await.len() == 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    rest().await;
    let all = drafts(&house, &store).await;
    let open: Vec<_> = all.iter().filter(|each| each["status"] == "DRAFT").collect();
    let line = &open[0]["lines"][0];
    assert_eq!((all.len(), open.len(), open[0]["lines"].as_array().unwrap().len()), (2, 1, 1));
    assert_eq!((&line["product"]["id"], &line["quantity"]["value"]), (&json!(oil), &json!("1.5")));
}

#[tokio::test]
async fn what_is_on_order_is_not_asked_for_again() {
    let (house, others, _) = ruled().await;
    // Ten cases of ten kg are on order for the store.
    let (rice, store) = (house.product("10"), house.place.clone());
    let (_, request) = house.approved(json!([house.line(&rice, ("10", "case"))])).await;
    let ordered = json!({ "lines": [{ "lineId": request[0] }] });
    let ordered = house.mutate(&house.buyer(), "convertToPurchaseOrders", ordered).await;
    assert_eq!(ordered["userErrors"], json!([]), "{ordered}");
    low(&others, (&rice, &store), json!("100")).await;
    rest().await;
    assert_eq!(drafts(&house, &store).await.len(), 0);
    low(&others, (&rice, &store), json!("130")).await;
    until(&house, &store, &[(&rice, "30")]).await;
    // Once it is given up, all of it is needed.
    let draft = drafts(&house, &store).await.remove(0);
    let owner = house.kit.caller(andaman(), &["*"]);
    let gone = house.mutate(&owner, "cancelPurchaseRequest", because(&draft, "reason")).await;
    assert_eq!(gone["purchaseRequest"]["status"], "CANCELLED", "{gone}");
    low(&others, (&rice, &store), json!("130")).await;
    for _ in 0..200 {
        if drafts(&house, &store).await.len() == 2 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("nothing was drafted");
}

#[tokio::test]
async fn without_a_rule_or_a_suggestion_nothing_is_written() {
    let (house, others, _) = ruled().await;
    let (rice, elsewhere) = (house.product("10"), house.place_in("THB"));
    low(&others, (&rice, &elsewhere), json!("5")).await;
    low(&others, (&rice, &house.place), Value::Null).await;
    low(&others, (&rice, &house.place), json!("0")).await;
    let admin = house.kit.caller(andaman(), &["procurement:*"]);
    rest().await;
    let removed = house
        .mutate(&admin, "removeReplenishmentRule", json!({ "locationId": house.place, "expectedVersion": 1 }))
        .await;
    assert_eq!((&removed["userErrors"], &removed["location"]["id"]), (&json!([]), &json!(house.place)));
    low(&others, (&rice, &house.place), json!("5")).await;
    rest().await;
    for store in [&elsewhere, &house.place] {
        assert_eq!(drafts(&house, store).await.len(), 0, "{store}");
    }
    let again = house
        .mutate(&admin, "removeReplenishmentRule", json!({ "locationId": house.place, "expectedVersion": 1 }))
        .await;
    assert_eq!(House::refusals(&again), [("NOT_FOUND".to_owned(), "locationId".to_owned())]);
}

#[tokio::test]
async fn a_rule_names_what_is_there_and_is_listed_for_its_tenant() {
    let (house, _, buyer) = ruled().await;
    let admin = house.kit.caller(andaman(), &["procurement:*"]);
    let wrong = json!({ "locationId": house.place, "departmentId": primitives::DepartmentId::generate(),
        "requestedById": UserId::generate() });
    let refused = house.mutate(&admin, "setReplenishmentRule", wrong).await;
    let expected = ["departmentId", "requestedById"].map(|field| ("NOT_FOUND".to_owned(), field.to_owned()));
    assert_eq!(House::refusals(&refused), expected);
    let second = LocationId::generate();
    let input = json!({ "locationId": second, "departmentId": house.department });
    let set = house.mutate(&admin, "setReplenishmentRule", input).await;
    assert_eq!(set["replenishmentRule"]["requestedBy"]["id"], json!(admin.user), "the caller's unless told");
    let query = "query($where: ReplenishmentRuleFilter, $first: Int, $after: String) {
        replenishmentRules(where: $where, first: $first, after: $after, sort: UPDATED_AT_DESC) {
        totalCount nodes { location { id } requestedBy { id } } pageInfo { endCursor hasNextPage } } }";
    let all = house.data_as(&admin, query, json!({ "first": 1 })).await["replenishmentRules"].take();
    assert_eq!((&all["totalCount"], &all["nodes"][0]["location"]["id"]), (&json!(2), &json!(second)));
    let after = json!({ "first": 1, "after": all["pageInfo"]["endCursor"] });
    let next = house.data_as(&admin, query, after).await["replenishmentRules"].take();
    assert_eq!(next["nodes"], json!([{ "location": { "id": house.place }, "requestedBy": { "id": buyer } }]));
    let narrowed = json!({ "where": { "not": { "requestedByIds": [buyer] } } });
    let others = house.data_as(&admin, query, narrowed).await["replenishmentRules"].take();
    assert_eq!(others["nodes"].as_array().unwrap().len(), 1);
    let foreigner = house.kit.caller(lanna(), &["procurement:*"]);
    let none = house.data_as(&foreigner, query, json!({})).await;
    assert_eq!(none["replenishmentRules"]["nodes"], json!([]));
}

/// Ten products of one store run low at once: nobody begins a second draft.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_runs_low_at_once_is_one_draft_in_every_round() {
    let (house, others, _) = ruled().await;
    let admin = house.kit.caller(andaman(), &["procurement:*"]);
    for round in 0..20 {
        let store = house.place_in("THB");
        let input = json!({ "locationId": store, "departmentId": house.department });
        house.mutate(&admin, "setReplenishmentRule", input).await;
        let products: Vec<String> = (0..10).map(|_| ProductId::generate().to_string()).collect();
        let told = products.iter().map(|product| low(&others, (product, &store), json!("5")));
        futures::future::join_all(told).await;
        let mut seen = 0;
        for _ in 0..200 {
            seen = lines(&house, &store).await.len();
            if seen == products.len() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        assert_eq!((seen, drafts(&house, &store).await.len()), (10, 1), "round {round}");
    }
    house.prove().await;
}
