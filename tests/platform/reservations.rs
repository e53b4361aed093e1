//! Two hundred people want one each of a stock of one hundred.

use crate::shelf::{receive, shelves};
use carmen_tests::Carmen;
use futures::future::join_all;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_hundred_reservations_on_a_stock_of_one_hundred_exactly_one_hundred_succeed() {
    let carmen = Carmen::start().await;
    let admin = carmen.sign_in("admin").await;
    let shelf = &shelves(&admin, 1).await[0];
    // Brings the stock to exactly one hundred available.
    let query = "query($id: ID!) { product(id: $id) { stock { location { id } available { value } } } }";
    let stock = admin.data(query, json!({ "id": shelf.product })).await;
    let here = stock["product"]["stock"]
        .as_array()
        .unwrap()
        .iter()
        .find(|item| item["location"]["id"] == *shelf.location);
    let available = hundred_thousandths(here.unwrap()["available"]["value"].as_str().unwrap());
    if available < WANTED {
        let missing = decimal(WANTED - available);
        assert_eq!(receive(&admin, &[(shelf, &missing)]).await, json!([]));
    } else if available > WANTED {
        let issue =
            "mutation($input: IssueStockInput!) { issueStock(input: $input) { userErrors { code } } }";
        let line = json!({ "productId": shelf.product, "locationId": shelf.location, "quantity": decimal(available - WANTED) });
        let issued = admin.data(issue, json!({ "input": { "lines": [line] } })).await;
        assert_eq!(issued["issueStock"]["userErrors"], json!([]));
    }
    let reserve = "mutation($input: ReserveStockInput!) { reserveStock(input: $input) {
        reservations { id } userErrors { code meta } } }";
    let line = json!({ "productId": shelf.product, "locationId": shelf.location, "quantity": "1" });
    let input = &json!({ "input": { "lines": [line] } });
    let answers = join_all((0..200).map(|_| admin.data(reserve, input.clone()))).await;
    let succeeded = answers.iter().filter(|answer| answer["reserveStock"]["userErrors"] == json!([])).count();
    let refused: Vec<&Value> = answers
        .iter()
        .filter_map(|answer| answer["reserveStock"]["userErrors"].get(0))
        .filter(|error| error["code"] != "INSUFFICIENT_STOCK")
        .collect();
    assert_eq!((succeeded, refused.len()), (100, 0), "{refused:?}");
    carmen.prove().await;
    carmen.stop().await;
}

/// One hundred.
const WANTED: i64 = 10_000_000;

/// A decimal in units of its fifth place: floats would not hold it.
fn hundred_thousandths(text: &str) -> i64 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    format!("{whole}{fraction:0<5}").parse().unwrap()
}

fn decimal(raw: i64) -> String {
    format!("{}.{:05}", raw / 100_000, raw % 100_000)
}
