//! What currencies are worth: told by somebody, replaced, listed, and used where prices are compared.

use chassis::Caller;
use futures::future::join;
use rstest::rstest;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use subgraph_vendor::Migrator;

use crate::house::{House, andaman, lanna};

const SET: &str = "mutation($input: SetExchangeRateInput!) { setExchangeRate(input: $input) {
    exchangeRate { id currency base validFrom rate version createdAt updatedAt updatedBy { id } }
    userErrors { code field message meta } } }";
const LIST: &str = "query($where: ExchangeRateFilter, $sort: ExchangeRateSort, $first: Int, $after: String) {
    exchangeRates(where: $where, sort: $sort, first: $first, after: $after) {
        totalCount pageInfo { hasNextPage endCursor } nodes { currency validFrom rate } } }";

fn told(currency: &str, day: &str, rate: &str) -> Value {
    json!({ "currency": currency, "validFrom": day, "rate": rate })
}

async fn set_as(house: &House, caller: &Caller, input: &Value) -> Value {
    let mut answer = house.ask_as(caller, SET, json!({ "input": input })).await;
    assert!(answer.get("errors").is_none(), "{answer}");
    answer["data"]["setExchangeRate"].take()
}

/// Tells a rate that must not be refused; answers it.
async fn set(house: &House, input: Value) -> Value {
    let mut payload = set_as(house, &house.buyer, &input).await;
    assert_eq!(payload["userErrors"], json!([]), "{payload}");
    payload["exchangeRate"].take()
}

/// The codes and paths of what is wrong with a rate.
async fn refused(house: &House, input: Value) -> Vec<(String, String)> {
    let payload = set_as(house, &house.buyer, &input).await;
    assert_eq!(payload["exchangeRate"], Value::Null, "{payload}");
    House::refusals(&payload)
}

/// What one of a currency is worth on a day.
async fn worth(house: &House, (currency, day): (&str, &str)) -> Value {
    let query = "query($of: CurrencyCode!, $on: Date) { exchangeRate(currency: $of, date: $on) }";
    house.data(query, json!({ "of": currency, "on": day })).await["exchangeRate"].take()
}

/// `currency day rate` of each rate on a page.
fn lines(list: &Value) -> Vec<String> {
    let nodes = list["exchangeRates"]["nodes"].as_array().unwrap().iter();
    let text = |node: &Value, field: &str| node[field].as_str().unwrap().to_owned();
    nodes
        .map(|node| format!("{} {} {}", text(node, "currency"), text(node, "validFrom"), text(node, "rate")))
        .collect()
}

#[tokio::test]
async fn telling_rates_needs_its_own_permission_and_seeing_them_that_for_vendors() {
    let house = House::open().await;
    let input = json!({ "input": told("USD", "2026-07-01", "34") });
    let guest = house.kit.caller(andaman(), &["vendors:*", "pricelists:*", "prices:view"]);
    let answer = house.ask_as(&guest, SET, input).await;
    let error = &answer["errors"][0];
    let facts = (&error["extensions"]["code"], &error["extensions"]["permission"], &error["path"]);
    assert_eq!(facts, (&json!("FORBIDDEN"), &json!("exchangerates:manage"), &json!(["setExchangeRate"])));
    assert_eq!(worth(&house, ("USD", "2026-07-01")).await, Value::Null);
    let manager = house.kit.caller(andaman(), &["exchangerates:manage"]);
    let rate = set_as(&house, &manager, &told("USD", "2026-07-01", "34")).await;
    assert_eq!(rate["exchangeRate"]["updatedBy"]["id"], json!(manager.user));
    let blind = house.ask_as(&manager, LIST, json!({})).await;
    assert_eq!(blind["errors"][0]["extensions"]["permission"], "vendors:view", "{blind}");
    let seen = house.ask_as(&guest, LIST, json!({})).await;
    assert_eq!(lines(&seen["data"]), ["USD 2026-07-01 34"]);
}

#[rstest]
#[case::nothing(told("USD", "2026-07-01", "0"), &["rate"])]
#[case::less_than_nothing(told("USD", "2026-07-01", "-34"), &["rate"])]
#[case::too_much(told("USD", "2026-07-01", "1000000.00001"), &["rate"])]
#[case::the_base_currency(told("THB", "2026-07-01", "1"), &["currency"])]
#[case::far_in_the_future(told("USD", "2026-08-02", "34"), &["validFrom"])]
#[case::a_mistyped_year(told("USD", "0026-07-01", "34"), &["validFrom"])]
#[case::everything_at_once(told("THB", "2062-07-01", "0"), &["currency", "validFrom", "rate"])]
#[tokio::test]
async fn what_cannot_be_a_rate_is_refused_where_it_is_wrong(#[case] input: Value, #[case] fields: &[&str]) {
    let house = House::open().await;
    let expected: Vec<_> =
        fields.iter().map(|field| ("VALIDATION_ERROR".to_owned(), (*field).to_owned())).collect();
    assert_eq!(refused(&house, input).await, expected);
    let none = house.data(LIST, json!({})).await;
    assert_eq!(none["exchangeRates"]["totalCount"], 0);
}

#[rstest]
#[case::no_currency(json!({ "currency": "XXX", "validFrom": "2026-07-01", "rate": "1" }))]
#[case::no_day(json!({ "currency": "USD", "validFrom": "2026-02-30", "rate": "1" }))]
#[case::a_float(json!({ "currency": "USD", "validFrom": "2026-07-01", "rate": 34.5 }))]
#[case::too_many_places(json!({ "currency": "USD", "validFrom": "2026-07-01", "rate": "34.000001" }))]
#[tokio::test]
async fn what_is_no_rate_at_all_is_refused_before_it_is_looked_at(#[case] input: Value) {
    let house = House::open().await;
    let answer = house.ask_as(&house.buyer, SET, json!({ "input": input })).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "VALIDATION_ERROR", "{answer}");
}

#[tokio::test]
async fn the_edges_of_what_can_be_told_can_be_told() {
    let house = House::open().await;
    for input in [
        told("IDR", "2026-07-01", "0.00001"),
        told("KWD", "2026-07-01", "1000000"),
        told("USD", "2026-08-01", "34"),
        told("USD", "2016-07-01", "34"),
    ] {
        set(&house, input).await;
    }
}

#[tokio::test]
async fn a_key_that_comes_again_tells_its_rate_once() {
    let house = House::open().await;
    let mut input = told("USD", "2026-07-01", "34.5");
    input["idempotencyKey"] = json!("rate-1");
    let rate = set(&house, input.clone()).await;
    assert_eq!(set(&house, input.clone()).await, rate);
    assert_eq!((&rate["version"], &rate["base"]), (&json!(1), &json!("THB")));
    input["rate"] = json!("35");
    let other = set_as(&house, &house.buyer, &input).await;
    assert_eq!(other["userErrors"][0]["code"], "IDEMPOTENCY_MISMATCH", "{other}");
    let events = house.told("exchangerate.").await;
    let payload = json!({ "exchangeRateId": rate["id"], "currency": "USD", "base": "THB", "validFrom": "2026-07-01",
        "rate": "34.5", "before": null });
    assert_eq!(events, [("exchangerate.set".to_owned(), payload)]);
    let query = "{ vendorAuditEntries { nodes { operation outcome codes subjectIds actorId } } }";
    let log = house.data(query, json!({})).await;
    let entries = log["vendorAuditEntries"]["nodes"].as_array().unwrap();
    assert_eq!(entries.len(), 2, "what was told and what was refused: {log}");
    let done = json!({ "operation": "setExchangeRate", "outcome": "DONE", "codes": [], "subjectIds": [rate["id"]],
        "actorId": house.buyer.user });
    assert_eq!((&entries[1], &entries[0]["codes"]), (&done, &json!(["IDEMPOTENCY_MISMATCH"])));
}

#[tokio::test]
async fn who_replaces_a_rate_has_seen_it() {
    let house = House::open().await;
    let first = set(&house, told("USD", "2026-07-01", "34")).await;
    let mut next = told("USD", "2026-07-01", "35");
    for version in [Value::Null, json!(2)] {
        next["expectedVersion"] = version;
        let payload = set_as(&house, &house.buyer, &next).await;
        let error = &payload["userErrors"][0];
        assert_eq!((&error["code"], &error["meta"]), (&json!("CONFLICT"), &json!({ "currentVersion": 1 })));
    }
    next["expectedVersion"] = json!(1);
    house.kit.clock().advance(std::time::Duration::from_secs(60));
    let second = set(&house, next.clone()).await;
    assert_eq!((&second["id"], &second["rate"], &second["version"]), (&first["id"], &json!("35"), &json!(2)));
    assert_eq!(second["createdAt"], first["createdAt"]);
    assert_ne!(second["updatedAt"], first["updatedAt"]);
    assert_eq!(house.told("exchangerate.").await[1].1["before"], "34");
    next["validFrom"] = json!("2026-07-02");
    let nothing = ("NOT_FOUND".to_owned(), "validFrom".to_owned());
    assert_eq!(refused(&house, next).await, [nothing], "there is none to be replaced");
    assert_eq!(worth(&house, ("USD", "2026-07-02")).await, "35");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_who_tell_a_days_rate_at_once_one_does() {
    let house = House::open().await;
    let (one, other) = (told("USD", "2026-07-01", "34"), told("USD", "2026-07-01", "43"));
    let both = join(set_as(&house, &house.buyer, &one), set_as(&house, &house.buyer, &other)).await;
    let codes = [both.0, both.1].map(|payload| payload["userErrors"][0]["code"].clone());
    assert!(codes.contains(&Value::Null) && codes.contains(&json!("CONFLICT")), "{codes:?}");
    assert_eq!(house.data(LIST, json!({})).await["exchangeRates"]["totalCount"], 1);
}

#[tokio::test]
async fn prices_are_compared_by_the_rate_of_the_day_that_is_asked_for() {
    let house = House::open().await;
    let (product, baht) = (house.product(), house.vendor("BAHT").await);
    house.active(&baht, json!([{ "productId": product, "unit": "kg", "price": "360" }])).await;
    let dollar = house.vendor("DOLLAR").await;
    let input = json!({ "vendorId": dollar, "currency": "USD", "validFrom": "2026-07-01", "validTo": "2026-07-31",
        "lines": [{ "productId": product, "unit": "kg", "price": "10" }] });
    let list = house.mutate("createPriceList", input).await["priceList"]["id"].clone();
    house.mutate("submitPriceList", json!({ "id": list, "expectedVersion": 1 })).await;
    house.mutate("approvePriceList", json!({ "id": list, "expectedVersion": 2 })).await;
    let compare = "query($ids: [ID!]!, $on: Date) { comparePrices(productIds: $ids, date: $on) {
        prices { whyNot vendor { code } comparablePrice { amount } } } }";
    let compared = async |day: &str| {
        let found = house.data(compare, json!({ "ids": [product], "on": day })).await;
        let prices = found["comparePrices"][0]["prices"].as_array().unwrap().clone();
        let shown = prices.iter().map(|price| {
            let (why_not, amount) = (&price["whyNot"], &price["comparablePrice"]["amount"]);
            let what = why_not.as_str().or(amount.as_str()).unwrap();
            format!("{} {what}", price["vendor"]["code"].as_str().unwrap())
        });
        shown.collect::<Vec<_>>()
    };
    assert_eq!(compared("2026-07-05").await, ["BAHT 360.00", "DOLLAR NO_EXCHANGE_RATE"]);
    set(&house, told("USD", "2026-07-03", "35")).await;
    set(&house, told("USD", "2026-07-10", "37")).await;
    assert_eq!(compared("2026-07-02").await, ["BAHT 360.00", "DOLLAR NO_EXCHANGE_RATE"]);
    assert_eq!(compared("2026-07-05").await, ["DOLLAR 350.00", "BAHT 360.00"]);
    assert_eq!(compared("2026-07-09").await, ["DOLLAR 350.00", "BAHT 360.00"]);
    assert_eq!(compared("2026-07-10").await, ["BAHT 360.00", "DOLLAR 370.00"]);
    // What was told wrong is put right, and counts from its day on.
    let mut right = told("USD", "2026-07-10", "33.5");
    right["expectedVersion"] = json!(1);
    set(&house, right).await;
    assert_eq!(compared("2026-07-20").await, ["DOLLAR 335.00", "BAHT 360.00"]);
    assert_eq!(compared("2026-07-05").await, ["DOLLAR 350.00", "BAHT 360.00"]);
}

#[tokio::test]
async fn rates_are_narrowed_sorted_and_paged() {
    let house = House::open().await;
    for (currency, day, rate) in [
        ("USD", "2026-06-01", "33"),
        ("SGD", "2026-06-01", "26.5"),
        ("USD", "2026-06-15", "34"),
        ("EUR", "2026-07-01", "38"),
        ("USD", "2026-07-01", "35"),
    ] {
        set(&house, told(currency, day, rate)).await;
    }
    let listed = async |narrowed: Value| {
        let mut variables = json!({ "where": narrowed });
        variables["sort"] = json!("CURRENCY_ASC");
        lines(&house.data(LIST, variables).await)
    };
    let latest = house.data(LIST, json!({})).await;
    let expected = [
        "EUR 2026-07-01 38",
        "USD 2026-07-01 35",
        "USD 2026-06-15 34",
        "SGD 2026-06-01 26.5",
        "USD 2026-06-01 33",
    ];
    assert_eq!(
        (lines(&latest), &latest["exchangeRates"]["totalCount"]),
        (expected.map(str::to_owned).to_vec(), &json!(5))
    );
    let usd = ["USD 2026-07-01 35", "USD 2026-06-15 34", "USD 2026-06-01 33"];
    assert_eq!(listed(json!({ "currencies": ["USD"] })).await, usd);
    let in_june = json!({ "dayFrom": "2026-06-02", "dayTo": "2026-06-30" });
    assert_eq!(listed(in_june).await, ["USD 2026-06-15 34"]);
    let held = ["SGD 2026-06-01 26.5", "USD 2026-06-15 34"];
    assert_eq!(listed(json!({ "validOn": "2026-06-30" })).await, held);
    assert_eq!(listed(json!({ "validOn": "2026-05-31" })).await, Vec::<String>::new());
    let either = json!({ "or": [{ "currencies": ["EUR"] }, { "not": { "dayFrom": "2026-06-02" } }] });
    assert_eq!(listed(either).await, ["EUR 2026-07-01 38", "SGD 2026-06-01 26.5", "USD 2026-06-01 33"]);
    for sort in ["VALID_FROM_DESC", "VALID_FROM_ASC", "CURRENCY_ASC", "CURRENCY_DESC"] {
        let whole = lines(&house.data(LIST, json!({ "sort": sort })).await);
        let (mut paged, mut after) = (Vec::new(), Value::Null);
        loop {
            let page = house.data(LIST, json!({ "sort": sort, "first": 2, "after": after })).await;
            paged.extend(lines(&page));
            let info = &page["exchangeRates"]["pageInfo"];
            after = info["endCursor"].clone();
            if info["hasNextPage"] == false {
                break;
            }
        }
        assert_eq!((paged, whole.len()), (whole, 5), "{sort}");
        let strange = json!({ "sort": sort, "after": after, "where": { "currencies": ["USD"] } });
        let refused = house.ask_as(&house.buyer, LIST, strange).await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], "VALIDATION_ERROR", "{refused}");
    }
}

#[tokio::test]
async fn each_tenant_has_rates_of_its_own() {
    let house = House::open().await;
    set(&house, told("USD", "2026-07-01", "34")).await;
    let other = house.kit.caller(lanna(), &["*"]);
    assert_eq!(lines(&house.ask_as(&other, LIST, json!({})).await["data"]), Vec::<String>::new());
    let query = "{ exchangeRate(currency: \"USD\", date: \"2026-07-01\") }";
    assert_eq!(house.ask_as(&other, query, json!({})).await["data"]["exchangeRate"], Value::Null);
    let mut theirs = told("USD", "2026-07-01", "40");
    theirs["expectedVersion"] = json!(1);
    let strange = set_as(&house, &other, &theirs).await;
    assert_eq!(strange["userErrors"][0]["code"], "NOT_FOUND", "{strange}");
    theirs["expectedVersion"] = Value::Null;
    assert_eq!(set_as(&house, &other, &theirs).await["exchangeRate"]["version"], 1);
    assert_eq!(worth(&house, ("USD", "2026-07-01")).await, "34");
    assert_eq!(house.ask_as(&other, query, json!({})).await["data"]["exchangeRate"], "40");
}

#[tokio::test]
async fn rates_from_before_they_were_records_are_records() {
    let house = House::open().await;
    let (db, tenant) = (house.kit.db(), andaman());
    let old = |tx: chassis::Tx| async move {
        for statement in [
            "DROP TABLE exchange_rate",
            "CREATE TABLE exchange_rate (tenant_id UUID NOT NULL, currency VARCHAR(3) NOT NULL, valid_from DATE NOT NULL, \
             rate BIGINT NOT NULL, PRIMARY KEY (tenant_id, currency, valid_from))",
            "DELETE FROM seaql_migrations WHERE version = 'm20261201_110000_add_exchange_rate_id'",
        ] {
            tx.execute_unprepared(statement).await?;
        }
        let told =
            "INSERT INTO exchange_rate (tenant_id, currency, valid_from, rate) VALUES ($1, $2, $3, 3450000)";
        for (currency, day) in [("USD", 1), ("USD", 2), ("SGD", 1)] {
            let day = chrono::NaiveDate::from_ymd_opt(2026, 7, day);
            let values = [tenant.as_uuid().into(), currency.into(), day.into()];
            tx.execute_raw(Statement::from_sql_and_values(tx.get_database_backend(), told, values)).await?;
        }
        Ok(())
    };
    db.write(old).await.unwrap();
    chassis::boot::migrate::<Migrator>(db).await.unwrap();
    let kept = ["SGD 2026-07-01 34.5", "USD 2026-07-02 34.5", "USD 2026-07-01 34.5"];
    assert_eq!(lines(&house.data(LIST, json!({ "sort": "CURRENCY_ASC" })).await), kept);
    let mut next = told("USD", "2026-07-01", "35");
    next["expectedVersion"] = json!(1);
    let rate = set(&house, next).await;
    assert_eq!((&rate["version"], &rate["rate"]), (&json!(2), &json!("35")));
    assert!(rate["createdAt"].is_string() && rate["id"].is_string(), "{rate}");
}
