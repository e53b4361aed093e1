//! What vendors want to be paid for, and whether that is what was ordered and came.

use chassis::Caller;
use futures::future::join_all;
use serde_json::{Value, json};

use crate::house::{House, andaman, because, step};

/// How often each attack is repeated.
const ROUNDS: usize = 20;

impl House {
    /// Somebody who records and approves invoices, up to this.
    pub(crate) fn accountant(&self, limit: &str) -> Caller {
        self.person(&["procurement:view", "procurement:match", "prices:view"], limit)
    }

    /// An order that the vendor has, of which this much came.
    pub(crate) async fn delivered(&self, ordered: &str, accepted: &str) -> Value {
        let order = self.sent(ordered).await;
        self.deliver(&order, accepted).await;
        order
    }

    /// Takes so much of an order's first line over; answers the note.
    pub(crate) async fn deliver(&self, order: &Value, accepted: &str) -> Value {
        let note = self.counted(order, accepted).await;
        let done = self.mutate(&self.storekeeper(), "commitGoodsReceivedNote", step(&note)).await;
        assert_eq!(done["userErrors"], json!([]), "{done}");
        done["goodsReceivedNote"].clone()
    }

    /// An invoice of the vendor for so much of an order's first line.
    pub(crate) fn invoice(&self, number: &str, order: &Value, (quantity, price): (&str, &str)) -> Value {
        let line =
            json!({ "orderLineId": order["lines"][0]["id"], "quantity": quantity, "unitPrice": price });
        json!({ "vendorId": self.vendor, "number": number, "currency": "THB", "invoiceDate": "2026-07-01",
            "lines": [line] })
    }

    pub(crate) async fn recorded(&self, caller: &Caller, input: Value) -> Value {
        let recorded = self.mutate(caller, "recordInvoice", input).await;
        assert_eq!(recorded["userErrors"], json!([]), "{recorded}");
        recorded["invoice"].clone()
    }

    async fn invoice_now(&self, invoice: &Value) -> Value {
        let query = "query($id: ID!) { invoice(id: $id) { id version status lines { differences
            receivedQuantity { value } invoicedQuantity { value } } } }";
        self.data_as(&self.accountant("0"), query, json!({ "id": invoice["id"] })).await["invoice"].clone()
    }
}

#[tokio::test]
async fn what_was_ordered_and_came_is_matched_approved_and_paid() {
    let house = House::open().await;
    let order = house.delivered("100", "100").await;
    let (clerk, boss) = (house.accountant("9000"), house.accountant("3000"));
    let mut input = house.invoice("A-77", &order, ("100", "30"));
    input["lines"][0]["tax"] = "210".into();
    input["total"] = "3210".into();
    input["idempotencyKey"] = "once".into();
    let invoice = house.recorded(&clerk, input.clone()).await;
    assert_eq!(invoice, house.recorded(&clerk, input).await, "the same key has one effect");
    assert_eq!((&invoice["status"], &invoice["total"]["amount"]), (&json!("MATCHED"), &json!("3210.00")));
    let own = house.mutate(&clerk, "approveInvoice", step(&invoice)).await;
    assert_eq!(House::refusal(&own), "SOD_VIOLATION");
    let small = house.mutate(&boss, "approveInvoice", step(&invoice)).await;
    assert_eq!(House::refusal(&small), "LIMIT_EXCEEDED");
    let early = house.mutate(&clerk, "payInvoice", step(&invoice)).await;
    assert_eq!(House::refusal(&early), "INVALID_STATE");
    let chief = house.accountant("3210");
    let approved = house.mutate(&chief, "approveInvoice", step(&invoice)).await["invoice"].clone();
    assert_eq!(approved["status"], "APPROVED");
    let mut late = step(&approved);
    late["paidOn"] = "2026-07-02".into();
    let refused = house.mutate(&clerk, "payInvoice", late).await;
    assert_eq!(House::refusals(&refused), [("VALIDATION_ERROR".to_owned(), "paidOn".to_owned())]);
    let query = "query($keys: [_Any!]!) { _entities(representations: $keys) { ... on Vendor {
        openInvoices { totalCount nodes { number lines { orderLine { invoicedQuantity { value } } } } } } } }";
    let keys = json!({ "keys": [{ "__typename": "Vendor", "id": house.vendor }] });
    let open = house.data_as(&clerk, query, keys.clone()).await["_entities"][0]["openInvoices"].clone();
    let line = json!({ "orderLine": { "invoicedQuantity": { "value": "100" } } });
    assert_eq!(open, json!({ "totalCount": 1, "nodes": [{ "number": "A-77", "lines": [line] }] }));
    let mut paid = step(&approved);
    paid["reference"] = "SCB-1".into();
    let paid = house.mutate(&clerk, "payInvoice", paid).await["invoice"].clone();
    assert_eq!((&paid["status"], &paid["paidOn"]), (&json!("PAID"), &json!("2026-07-01")));
    let open = house.data_as(&clerk, query, keys).await["_entities"][0]["openInvoices"].clone();
    assert_eq!(open["totalCount"], 0);
    house.prove().await;
}

#[tokio::test]
async fn what_has_not_come_is_held_until_it_comes() {
    let house = House::open().await;
    let order = house.sent("100").await;
    let clerk = house.accountant("9000");
    let invoice = house.recorded(&clerk, house.invoice("A-1", &order, ("60", "30"))).await;
    assert_eq!(invoice["status"], "HELD");
    let query = "query($id: ID!) { matchResult(invoiceId: $id) { isMatch differences { differences
        receivedQuantity { value } invoicedQuantity { value } priceDifference { amount } } } }";
    let found = house.data_as(&clerk, query, json!({ "id": invoice["id"] })).await;
    let line = json!({ "differences": ["QUANTITY"], "receivedQuantity": { "value": "0" },
        "invoicedQuantity": { "value": "60" }, "priceDifference": { "amount": "0.00" } });
    assert_eq!(found["matchResult"], json!({ "isMatch": false, "differences": [line] }));
    let held = house.mutate(&house.accountant("9000"), "approveInvoice", step(&invoice)).await;
    assert_eq!(House::refusal(&held), "INVALID_STATE");
    house.deliver(&order, "57").await;
    assert_eq!(house.invoice_now(&invoice).await["status"], "HELD", "60 is more than 57 and 5 per cent");
    house.deliver(&order, "1").await;
    let now = house.invoice_now(&invoice).await;
    assert_eq!((&now["status"], &now["lines"][0]["differences"]), (&json!("MATCHED"), &json!([])));
    let second = house.recorded(&clerk, house.invoice("A-2", &order, ("42", "30"))).await;
    assert_eq!(second["status"], "HELD", "the rest has not come");
    house.deliver(&order, "1").await;
    assert_eq!(house.invoice_now(&invoice).await["status"], "MATCHED", "the first one keeps its goods");
    let gone = house.mutate(&clerk, "voidInvoice", because(&now, "reason")).await;
    assert_eq!(gone["userErrors"][0]["code"], "CONFLICT", "it was matched again meanwhile: {gone}");
    let now = house.invoice_now(&invoice).await;
    house.mutate(&clerk, "voidInvoice", because(&now, "reason")).await;
    assert_eq!(house.invoice_now(&second).await["status"], "MATCHED", "the second one takes the place");
    house.prove().await;
}

#[tokio::test]
async fn a_price_that_differs_is_accepted_by_another_for_a_reason() {
    let house = House::open().await;
    let order = house.delivered("10", "10").await;
    let (clerk, boss) = (house.accountant("9000"), house.accountant("9000"));
    let invoice = house.recorded(&clerk, house.invoice("A-1", &order, ("10", "31.51"))).await;
    assert_eq!(invoice["status"], "VARIANCE", "5 per cent of 30 are 1.50");
    let accept = |comment: &str| {
        let mut input = step(&invoice);
        input["resolution"] = "ACCEPT".into();
        input["comment"] = comment.into();
        input
    };
    let mute = house.mutate(&boss, "resolveMatch", accept("yes")).await;
    assert_eq!(House::refusals(&mute), [("VALIDATION_ERROR".to_owned(), "comment".to_owned())]);
    let own = house.mutate(&clerk, "resolveMatch", accept("agreed on the phone")).await;
    assert_eq!(House::refusal(&own), "SOD_VIOLATION");
    let done = house.mutate(&boss, "resolveMatch", accept("agreed on the phone")).await["invoice"].clone();
    assert_eq!((&done["status"], &done["statusReason"]), (&json!("APPROVED"), &json!("agreed on the phone")));
    house.prove().await;
}

#[tokio::test]
async fn everything_that_is_wrong_with_an_invoice_is_said_at_once() {
    let house = House::open().await;
    let (order, other) = (house.delivered("10", "10").await, house.sent("10").await);
    let product = house.product("30");
    let (_, ids) = house.approved(json!([house.line(&product, ("1", "kg"))])).await;
    let made = json!({ "lines": [{ "lineId": ids[0] }] });
    let made = house.mutate(&house.buyer(), "convertToPurchaseOrders", made).await;
    let draft = &made["purchaseOrders"][0]["lines"][0]["id"];
    let line =
        |id: &Value, quantity: &str| json!({ "orderLineId": id, "quantity": quantity, "unitPrice": "30" });
    let input = json!({ "vendorId": house.vendor, "number": " ", "currency": "THB", "invoiceDate": "2026-07-02",
        "dueDate": "2026-07-01", "lines": [
            line(&json!(house.place), "1"), line(&order["lines"][0]["id"], "0"), line(draft, "1")] });
    let clerk = house.accountant("9000");
    let refused = house.mutate(&clerk, "recordInvoice", input).await;
    let expected = [
        ("VALIDATION_ERROR", "number"),
        ("VALIDATION_ERROR", "invoiceDate"),
        ("VALIDATION_ERROR", "dueDate"),
        ("NOT_FOUND", "lines.0.orderLineId"),
        ("VALIDATION_ERROR", "lines.1.quantity"),
        ("INVALID_STATE", "lines.2.orderLineId"),
    ];
    let expected: Vec<_> = expected.map(|(code, field)| (code.to_owned(), field.to_owned())).into();
    assert_eq!(House::refusals(&refused), expected);
    let mut foreign = house.invoice("A-1", &other, ("1", "30"));
    foreign["currency"] = "USD".into();
    foreign["vendorId"] = house.vendor_in("ACTIVE").into();
    let refused = house.mutate(&clerk, "recordInvoice", foreign).await;
    let at = ("VALIDATION_ERROR".to_owned(), "lines.0.orderLineId".to_owned());
    assert_eq!(House::refusals(&refused), [at.clone(), at], "another vendor, another currency");
    let mut wrong = house.invoice("A-1", &other, ("1", "30"));
    wrong["total"] = "29.99".into();
    let refused = house.mutate(&clerk, "recordInvoice", wrong).await;
    assert_eq!(House::refusals(&refused), [("VALIDATION_ERROR".to_owned(), "total".to_owned())]);
}

#[tokio::test]
async fn a_number_comes_once_per_vendor_unless_it_was_given_up() {
    let house = House::open().await;
    let order = house.delivered("10", "10").await;
    let clerk = house.accountant("9000");
    let first = house.recorded(&clerk, house.invoice("Inv-1", &order, ("5", "30"))).await;
    let again = house.mutate(&clerk, "recordInvoice", house.invoice(" INV-1", &order, ("5", "30"))).await;
    assert_eq!(House::refusals(&again), [("DUPLICATE".to_owned(), "number".to_owned())]);
    house.mutate(&clerk, "voidInvoice", because(&first, "reason")).await;
    house.recorded(&clerk, house.invoice("INV-1", &order, ("5", "30"))).await;
    let query = "query($where: VendorInvoiceFilter, $search: String) { invoices(where: $where, search: $search) { totalCount } }";
    for (filter, count) in [
        (json!({ "search": "inv-" }), 2),
        (json!({ "where": { "status": ["VOIDED"] } }), 1),
        (json!({ "where": { "orderIds": [order["id"]], "not": { "status": ["VOIDED"] } } }), 1),
        (json!({ "where": { "datedFrom": "2026-07-02" } }), 0),
    ] {
        assert_eq!(
            house.data_as(&clerk, query, filter.clone()).await["invoices"]["totalCount"],
            count,
            "{filter}"
        );
    }
    let foreigner = house.kit.caller(crate::house::lanna(), &["*"]);
    assert_eq!(house.data_as(&foreigner, query, Value::Null).await["invoices"]["totalCount"], 0);
    let blind = house.kit.caller(andaman(), &["procurement:view"]);
    let seen = house
        .data_as(
            &blind,
            "{ invoices { nodes { total { amount } lines { unitPrice { amount } } } } }",
            Value::Null,
        )
        .await;
    assert_eq!(seen["invoices"]["nodes"][0], json!({ "total": null, "lines": [{ "unitPrice": null }] }));
    house.prove().await;
}

#[tokio::test]
async fn a_page_of_invoices_costs_one_statement_per_table() {
    let house = House::open().await;
    let order = house.delivered("10", "10").await;
    let clerk = house.accountant("9000");
    for number in ["A-1", "A-2", "A-3"] {
        house.recorded(&clerk, house.invoice(number, &order, ("1", "30"))).await;
    }
    let log = house.kit.db().statements();
    log.start();
    let query = "{ invoices { nodes { number lines { differences orderLine { order { number } } } } } }";
    let list = house.data_as(&clerk, query, Value::Null).await;
    assert_eq!(list["invoices"]["nodes"].as_array().unwrap().len(), 3);
    let tables = ["vendor_invoice", "vendor_invoice_line", "purchase_order_line", "purchase_order"];
    assert_eq!(tables.map(|table| log.count_on(table)), [1, 1, 1, 1]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_invoices_recorded_at_once_no_more_match_than_came() {
    let house = House::open().await;
    let clerks = [house.accountant("9000"), house.accountant("9000"), house.accountant("9000")];
    for round in 0..ROUNDS {
        let order = house.delivered("100", "100").await;
        // Three of 60, each number sent by two people at once.
        let inputs = (0..3).map(|n| house.invoice(&format!("A-{round}-{n}"), &order, ("60", "30")));
        let inputs: Vec<Value> = inputs.flat_map(|input| [input.clone(), input]).collect();
        let tries = inputs.iter().zip(clerks.iter().cycle());
        let answers =
            join_all(tries.map(|(input, clerk)| house.mutate(clerk, "recordInvoice", input.clone()))).await;
        let statuses: Vec<&str> =
            answers.iter().filter_map(|answer| answer["invoice"]["status"].as_str()).collect();
        assert_eq!(statuses.len(), 3, "each number once: {answers:#?}");
        assert_eq!(statuses.iter().filter(|status| **status == "MATCHED").count(), 1, "{statuses:?}");
        for answer in answers.iter().filter(|answer| answer["invoice"].is_null()) {
            assert_eq!(House::refusal(answer), "DUPLICATE");
        }
        house.prove().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_approve_void_and_a_delivery_at_once_nothing_is_lost() {
    let house = House::open().await;
    let (clerk, boss) = (house.accountant("9000"), house.accountant("9000"));
    for round in 0..ROUNDS {
        let order = house.delivered("100", "60").await;
        let matched =
            house.recorded(&clerk, house.invoice(&format!("A-{round}"), &order, ("60", "30"))).await;
        let held = house.recorded(&clerk, house.invoice(&format!("B-{round}"), &order, ("40", "30"))).await;
        let note = house.counted(&order, "40").await;
        let keeper = house.storekeeper();
        let answers = tokio::join!(
            house.mutate(&boss, "approveInvoice", step(&matched)),
            house.mutate(&clerk, "voidInvoice", because(&matched, "reason")),
            house.mutate(&keeper, "commitGoodsReceivedNote", step(&note)),
        );
        assert_eq!(answers.2["userErrors"], json!([]), "{}", answers.2);
        let won = [&answers.0, &answers.1].iter().filter(|answer| answer["userErrors"] == json!([])).count();
        // The delivery may match it again first, and then both have seen another version.
        assert!(won <= 1, "{answers:#?}");
        assert_eq!(house.invoice_now(&held).await["status"], "MATCHED");
        house.prove().await;
    }
}
