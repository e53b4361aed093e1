//! How far deliveries and invoices may differ, by product, category and tenant.

use serde_json::{Value, json};

use crate::house::{House, andaman, step};

impl House {
    async fn tolerance(&self, scope: Value, (price, quantity): (&str, &str)) -> Value {
        let admin = self.kit.caller(andaman(), &["procurement:view", "procurement:rules"]);
        let mut input = json!({ "pricePercent": price, "quantityPercent": quantity });
        input.as_object_mut().unwrap().extend(scope.as_object().cloned().unwrap_or_default());
        self.mutate(&admin, "setTolerance", input).await
    }
}

#[tokio::test]
async fn orders_keep_the_nearest_tolerance_that_held_when_they_were_made() {
    let house = House::open().await;
    let before = house.sent("100").await;
    let set = house.tolerance(json!({}), ("1", "10")).await;
    assert_eq!(set["userErrors"], json!([]), "{set}");
    let order = house.sent("100").await;
    let query = "query($id: ID!) { receivable(orderId: $id) { maximum { value } } }";
    let most = async |order: &Value| {
        let seen = house.data_as(&house.storekeeper(), query, json!({ "id": order["id"] })).await;
        seen["receivable"][0]["maximum"]["value"].clone()
    };
    assert_eq!((most(&before).await, most(&order).await), (json!("105"), json!("110")));
    let invoice = house.invoice("A-1", &order, ("1", "30.31"));
    house.deliver(&order, "1").await;
    let recorded = house.recorded(&house.accountant("0"), invoice).await;
    assert_eq!(recorded["status"], "VARIANCE", "one per cent of 30 is 0.30");
    let fish = house.product("30");
    house.tolerance(json!({ "categoryId": house.sort_into_category(&fish) }), ("0", "0")).await;
    let (_, ids) = house.approved(json!([house.line(&fish, ("100", "kg"))])).await;
    let made = json!({ "lines": [{ "lineId": ids[0] }] });
    let made = house.mutate(&house.buyer(), "convertToPurchaseOrders", made).await;
    assert_eq!(most(&made["purchaseOrders"][0]).await, "100");
    house.tolerance(json!({ "productId": fish }), ("0", "2")).await;
    let (_, ids) = house.approved(json!([house.line(&fish, ("100", "kg"))])).await;
    let made = json!({ "lines": [{ "lineId": ids[0] }] });
    let made = house.mutate(&house.buyer(), "convertToPurchaseOrders", made).await;
    assert_eq!(most(&made["purchaseOrders"][0]).await, "102");
    let all = house
        .data_as(
            &house.buyer(),
            "{ tolerances { nodes { product { id } category { id } quantityPercent } } }",
            Value::Null,
        )
        .await;
    let quantities: Vec<_> = all["tolerances"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|each| each["quantityPercent"].clone())
        .collect();
    assert_eq!(quantities, [json!("10"), json!("2"), json!("0")]);
    let note = house.counted(&before, "105").await;
    let done = house.mutate(&house.storekeeper(), "commitGoodsReceivedNote", step(&note)).await;
    assert_eq!(done["userErrors"], json!([]), "{done}");
}

#[tokio::test]
async fn a_tolerance_is_a_percentage_of_one_thing() {
    let house = House::open().await;
    let both =
        house.tolerance(json!({ "productId": house.place, "categoryId": house.place }), ("1", "1")).await;
    assert_eq!(House::refusals(&both), [("VALIDATION_ERROR".to_owned(), "categoryId".to_owned())]);
    let bad = house.tolerance(json!({}), ("-1", "100.00001")).await;
    let fields: Vec<_> = House::refusals(&bad).into_iter().map(|(_, field)| field).collect();
    assert_eq!(fields, ["pricePercent", "quantityPercent"]);
    let foreigner = house.kit.caller(crate::house::lanna(), &["*"]);
    house.tolerance(json!({}), ("1", "1")).await;
    let none = house.data_as(&foreigner, "{ tolerances { nodes { pricePercent } } }", Value::Null).await;
    assert_eq!(none["tolerances"]["nodes"], json!([]));
}
