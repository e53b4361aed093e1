//! Many connections that ask one after another, and how long each answer took.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::house::House;

const CREATE: &str = "mutation($input: CreatePurchaseRequestInput!) { createPurchaseRequest(input: $input) {
    purchaseRequest { id status total { amount currency } lines { id amount { amount } } } userErrors { code field message } } }";

const ITEMS: &str =
    "query($sort: InventoryItemSort!) { inventoryItems(first: 50, sort: $sort) { totalCount nodes {
    id onHand { value } available { value } averageCost { amount } } pageInfo { endCursor } } }";

const CARD: &str = "query($id: ID!) { stockCard(of: { itemId: $id }, first: 50, from: \"2026-08-01T00:00:00Z\") {
    openingOnHand { value } closingOnHand { value } entries { nodes { id quantity { value } onHandAfter { value } } } } }";

/// Which of its questions a connection asks: the number at the end of its key.
fn turn(key: &str) -> usize {
    key.rsplit('-').next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// What is bought: five products of the demo.
#[derive(Debug)]
pub(crate) struct Order {
    department: Value,
    lines: Vec<Value>,
}

impl Order {
    pub(crate) async fn at(house: &House) -> Self {
        let seen = house
            .data(
                "{ departments { nodes { id code } } inventoryItems(first: 5) { nodes {
                    product { id baseUnit { code } } location { id } } } }",
            )
            .await;
        let list = |field: &str| seen[field]["nodes"].as_array().expect("a list").clone();
        let kitchen = list("departments").into_iter().find(|it| it["code"] == "KITCHEN");
        let line = |item: Value| {
            json!({ "productId": item["product"]["id"], "quantity": "3", "unit": item["product"]["baseUnit"]["code"],
                "deliverTo": item["location"]["id"] })
        };
        let lines: Vec<Value> = list("inventoryItems").into_iter().map(line).collect();
        assert_eq!(lines.len(), 5, "five products lie somewhere");
        Self { department: kitchen.expect("there is a kitchen")["id"].clone(), lines }
    }

    fn operation(&self, key: &str) -> Value {
        let input = json!({ "departmentId": self.department, "justification": "as every week", "lines": self.lines,
            "idempotencyKey": key });
        json!({ "query": CREATE, "variables": { "input": input } })
    }
}

/// What every connection asks, and what is right.
pub(crate) struct Load<'a> {
    house: &'a House,
    operation: Box<dyn Fn(&str) -> Value + 'a>,
    is_right: fn(&Value) -> bool,
}

impl<'a> Load<'a> {
    /// Purchase requests of five lines.
    pub(crate) fn requests(house: &'a House, order: &'a Order) -> Self {
        let is_right = |answer: &Value| {
            let created = &answer["data"]["createPurchaseRequest"];
            created["userErrors"] == json!([]) && created["purchaseRequest"]["status"] == "DRAFT"
        };
        Self { house, operation: Box::new(|key| order.operation(key)), is_right }
    }

    /// Pages of what lies in stores, in one order after the other.
    pub(crate) fn items(house: &'a House) -> Self {
        let is_right = |answer: &Value| {
            answer["data"]["inventoryItems"]["nodes"].as_array().is_some_and(|it| !it.is_empty())
        };
        let operation = |key: &str| {
            let sort = ["CREATED_AT_ASC", "VALUE_DESC", "ON_HAND_DESC"][turn(key) % 3];
            json!({ "query": ITEMS, "variables": { "sort": sort } })
        };
        Self { house, operation: Box::new(operation), is_right }
    }

    /// Stock cards of these items, a page of each.
    pub(crate) fn cards(house: &'a House, items: &'a [Value]) -> Self {
        let is_right = |answer: &Value| {
            answer["data"]["stockCard"]["entries"]["nodes"].as_array().is_some_and(|it| !it.is_empty())
        };
        let operation =
            |key: &str| json!({ "query": CARD, "variables": { "id": items[turn(key) % items.len()] } });
        Self { house, operation: Box::new(operation), is_right }
    }

    /// A question that no subgraph is needed for.
    pub(crate) fn typenames(house: &'a House) -> Self {
        let is_right = |answer: &Value| answer["data"]["__typename"] == "Query";
        Self { house, operation: Box::new(|_| json!({ "query": "{ __typename }" })), is_right }
    }

    /// So many connections for so long.
    pub(crate) async fn run(&self, connections: usize, during: Duration) -> Answered {
        let run = Arc::<str>::from(format!("{:?}", Instant::now()));
        let started = Instant::now();
        let askers = (0..connections).map(|connection| {
            let run = Arc::clone(&run);
            async move { self.ask(&format!("{run}-{connection}"), started + during).await }
        });
        let mut times: Vec<Duration> =
            futures::future::join_all(askers).await.into_iter().flatten().collect();
        times.sort_unstable();
        Answered { times, took: started.elapsed() }
    }

    /// One connection.
    async fn ask(&self, name: &str, until: Instant) -> Vec<Duration> {
        let client =
            reqwest::Client::builder().pool_max_idle_per_host(1).build().expect("a client can be made");
        let mut times = Vec::new();
        while Instant::now() < until {
            let request = self.house.post(&client, &(self.operation)(&format!("{name}-{}", times.len())));
            let asked = Instant::now();
            let answer =
                request.send().await.expect("Carmen answers").bytes().await.expect("the answer ends");
            times.push(asked.elapsed());
            let answer: Value = serde_json::from_slice(&answer).expect("the answer is JSON");
            assert!((self.is_right)(&answer), "{answer}");
        }
        times
    }
}

/// How long answers took, the quickest first.
#[derive(Debug)]
pub(crate) struct Answered {
    times: Vec<Duration>,
    took: Duration,
}

impl Answered {
    fn per_second(&self) -> f64 {
        f64::from(u32::try_from(self.times.len()).unwrap_or(u32::MAX)) / self.took.as_secs_f64()
    }

    fn percentile(&self, percent: usize) -> Duration {
        self.times.get(self.times.len() * percent / 100).or(self.times.last()).copied().unwrap_or_default()
    }

    /// One line: how many, how fast, and how that compares with a baseline of the same run.
    pub(crate) fn line(&self, name: &str, baseline: Option<&Self>) -> String {
        let ratio =
            baseline.map(|baseline| format!("{:.3} x baseline", self.per_second() / baseline.per_second()));
        format!(
            "{name:<34} {:>7} answers {:>9.1}/s   p50 {:>9.3?} p95 {:>9.3?} p99 {:>9.3?}   {}",
            self.times.len(),
            self.per_second(),
            self.percentile(50),
            self.percentile(95),
            self.percentile(99),
            ratio.as_deref().unwrap_or("baseline"),
        )
    }
}
