//! What goes back to a vendor, and what the vendor owes for it.

use std::time::Duration;

use chassis::testkit::TestDatabase;
use chassis::{Bus, Caller, Event, outbox};
use futures::future::join_all;
use serde_json::{Value, json};

use crate::house::{House, andaman, because, step};

/// How often each attack is repeated.
const ROUNDS: usize = 20;

/// Inventory as far as procurement hears of it: a database whose events are on the bus.
struct Inventory(TestDatabase);

impl Inventory {
    async fn of(house: &House) -> Self {
        let database = TestDatabase::new::<subgraph_procurement::Migrator>().await;
        house.kit.bus().attach("inventory", database.db());
        Self(database)
    }

    /// Says something about a credit note, and waits until it stands where it should.
    async fn says(&self, house: &House, kind: &'static str, credit: &Value, wanted: (&str, &str)) -> Value {
        let id: primitives::CreditNoteId = credit["id"].as_str().unwrap().parse().unwrap();
        let version = credit["version"].as_i64().unwrap().try_into().unwrap();
        let at = house.kit.clock().now();
        let publish = |tx: chassis::Tx| async move {
            tx.publish(Event {
                tenant: andaman(),
                kind,
                version: 1,
                aggregate: id.as_uuid(),
                aggregate_version: version,
                occurred_at: at,
                actor: None,
                causation: None,
                payload: json!({ "creditNoteId": id, "reason": "the period is closed" }),
            });
            Ok(())
        };
        self.0.db().write(publish).await.unwrap();
        let query = "query($id: ID!) { creditNote(id: $id) { id version status statusReason confirmedAt } }";
        for _ in 0..200 {
            let now = house.data_as(&house.storekeeper(), query, json!({ "id": credit["id"] })).await;
            let now = now["creditNote"].clone();
            if now["status"] == wanted.0 && !now[wanted.1].is_null() {
                return now;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the credit note did not become {wanted:?}");
    }
}

impl House {
    pub(crate) fn returner(&self) -> Caller {
        self.kit.caller(andaman(), &["procurement:view", "procurement:credit", "prices:view"])
    }

    /// The lines of a note.
    pub(crate) async fn note_lines(&self, note: &Value) -> Value {
        let query = "query($id: ID!) { goodsReceivedNote(id: $id) { lines { id returnedQuantity { value } credited { amount } } } }";
        let seen = self.data_as(&self.storekeeper(), query, json!({ "id": note["id"] })).await;
        seen["goodsReceivedNote"]["lines"].clone()
    }

    /// A draft about the first line of a delivery.
    async fn credit(&self, note: &Value, (kind, quantity, amount): (&str, &str, Value)) -> Value {
        let line = self.note_lines(note).await[0]["id"].clone();
        let input = json!({ "noteId": note["id"], "type": kind, "reason": "the fish was not fresh",
            "lines": [{ "noteLineId": line, "quantity": quantity, "amount": amount }] });
        let made = self.mutate(&self.returner(), "createCreditNote", input).await;
        assert_eq!(made["userErrors"], json!([]), "{made}");
        made["creditNote"].clone()
    }

    /// The same, handed in and approved.
    pub(crate) async fn approved_credit(&self, note: &Value, what: (&str, &str, Value)) -> Value {
        let draft = self.credit(note, what).await;
        let credit = self.mutate(&self.returner(), "submitCreditNote", step(&draft)).await;
        assert_eq!(credit["userErrors"], json!([]), "{credit}");
        let boss = self.approver("900000");
        let credit = self.mutate(&boss, "approveCreditNote", step(&credit["creditNote"])).await;
        assert_eq!(credit["creditNote"]["status"], "APPROVED", "{credit}");
        credit["creditNote"].clone()
    }

    pub(crate) async fn posted_credit(&self, credit: &Value) -> Value {
        let posted = self.mutate(&self.returner(), "postCreditNote", step(credit)).await;
        assert_eq!(posted["userErrors"], json!([]), "{posted}");
        posted["creditNote"].clone()
    }
}

#[tokio::test]
async fn what_goes_back_is_not_received_any_more_and_settles_an_invoice() {
    let house = House::open().await;
    let inventory = Inventory::of(&house).await;
    let order = house.sent("10").await;
    let note = house.deliver(&order, "10").await;
    let clerk = house.accountant("9000");
    let invoice = house.recorded(&clerk, house.invoice("A-1", &order, ("10", "30"))).await;
    assert_eq!(invoice["status"], "MATCHED");
    let credit = house.approved_credit(&note, ("QUANTITY_RETURN", "4", Value::Null)).await;
    assert_eq!((&credit["number"], &credit["total"]["amount"]), (&json!("CN-2026-001"), &json!("120.00")));
    let posted = house.posted_credit(&credit).await;
    let now = house.order_now(&order).await;
    let known = (&now["status"], &now["lines"][0]["receivedQuantity"]["value"]);
    assert_eq!(known, (&json!("PARTIALLY_RECEIVED"), &json!("6")));
    let line = house.note_lines(&note).await[0].clone();
    let known = (&line["returnedQuantity"]["value"], &line["credited"]["amount"]);
    assert_eq!(known, (&json!("4"), &json!("120.00")));
    let events = outbox::read_after(house.kit.db().read(), andaman(), 0, 1_000).await.unwrap();
    let told = &events.iter().find(|event| event.kind == "creditnote.posted").unwrap().payload;
    assert_eq!((&told["lines"][0]["quantity"], &told["lines"][0]["unit"]), (&json!("4"), &json!("kg")));
    assert_eq!(told["locationId"], json!(house.place));
    let query =
        "query($id: ID!) { invoice(id: $id) { id version status payable { amount } credited { amount } } }";
    let held = house.data_as(&clerk, query, json!({ "id": invoice["id"] })).await["invoice"].clone();
    assert_eq!(held["status"], "HELD", "ten are invoiced, six are here");

    let apply = |credit: &Value, invoice: &Value| {
        let mut input = step(credit);
        input["invoiceId"] = invoice["id"].clone();
        input
    };
    let early = house.mutate(&house.returner(), "applyCreditNote", apply(&posted, &invoice)).await;
    assert_eq!(House::refusal(&early), "INVALID_STATE", "inventory has not answered");
    let confirmed = inventory.says(&house, "return.posted", &posted, ("POSTED", "confirmedAt")).await;
    let small = house.recorded(&clerk, house.invoice("A-2", &order, ("1", "30"))).await;
    let refused = house.mutate(&house.returner(), "applyCreditNote", apply(&confirmed, &small)).await;
    assert_eq!(House::refusals(&refused), [("LIMIT_EXCEEDED".to_owned(), "invoiceId".to_owned())]);
    let applied = house.mutate(&house.returner(), "applyCreditNote", apply(&confirmed, &invoice)).await;
    assert_eq!(applied["creditNote"]["status"], "APPLIED", "{applied}");
    let seen = house.data_as(&clerk, query, json!({ "id": invoice["id"] })).await["invoice"].clone();
    assert_eq!(
        (&seen["payable"]["amount"], &seen["credited"]["amount"]),
        (&json!("180.00"), &json!("120.00"))
    );
    let refused = house.mutate(&clerk, "voidInvoice", because(&seen, "reason")).await;
    assert_eq!(House::refusal(&refused), "INVALID_STATE", "a credit note is applied to it");
    house.prove().await;
}

#[tokio::test]
async fn what_inventory_does_not_give_out_is_received_as_before() {
    let house = House::open().await;
    let inventory = Inventory::of(&house).await;
    let order = house.sent("10").await;
    let note = house.deliver(&order, "10").await;
    let credit = house.approved_credit(&note, ("QUANTITY_RETURN", "10", Value::Null)).await;
    let posted = house.posted_credit(&credit).await;
    assert_eq!(house.order_now(&order).await["status"], "SENT");
    let failed = inventory.says(&house, "return.refused", &posted, ("POSTING_FAILED", "statusReason")).await;
    assert_eq!(failed["statusReason"], "the period is closed");
    let now = house.order_now(&order).await;
    let known = (&now["status"], &now["lines"][0]["receivedQuantity"]["value"]);
    assert_eq!(known, (&json!("RECEIVED"), &json!("10")));
    house.prove().await;
    let again = house.posted_credit(&failed).await;
    assert_eq!(again["status"], "POSTED");
    let failed = inventory.says(&house, "return.refused", &again, ("POSTING_FAILED", "statusReason")).await;
    let gone = house.mutate(&house.returner(), "cancelCreditNote", because(&failed, "reason")).await;
    assert_eq!(gone["creditNote"]["status"], "CANCELLED");
    house.prove().await;
}

#[tokio::test]
async fn a_reversal_brings_everything_back_unless_inventory_refuses_or_others_took_the_place() {
    let house = House::open().await;
    let inventory = Inventory::of(&house).await;
    let order = house.sent("10").await;
    let note = house.deliver(&order, "10").await;
    let credit = house.approved_credit(&note, ("QUANTITY_RETURN", "4", Value::Null)).await;
    let posted = house.posted_credit(&credit).await;
    let early = house.mutate(&house.returner(), "voidCreditNote", because(&posted, "reason")).await;
    assert_eq!(House::refusal(&early), "INVALID_STATE", "inventory has not answered");
    let confirmed = inventory.says(&house, "return.posted", &posted, ("POSTED", "confirmedAt")).await;
    let void = house.mutate(&house.returner(), "voidCreditNote", because(&confirmed, "reason")).await;
    assert_eq!(void["creditNote"]["status"], "VOIDED", "{void}");
    assert_eq!(house.order_now(&order).await["status"], "RECEIVED");
    house.prove().await;
    let kept = inventory.says(&house, "return.reversal_refused", &posted, ("POSTED", "statusReason")).await;
    assert_eq!(house.order_now(&order).await["status"], "PARTIALLY_RECEIVED");
    house.prove().await;
    house.deliver(&order, "4").await;
    let refused = house.mutate(&house.returner(), "voidCreditNote", because(&kept, "reason")).await;
    assert_eq!(House::refusal(&refused), "INVALID_STATE", "others came in the place");
    house.prove().await;
}

#[tokio::test]
async fn never_more_goes_back_or_is_credited_than_was_accepted() {
    let house = House::open().await;
    let inventory = Inventory::of(&house).await;
    let note = house.deliver(&house.sent("10").await, "10").await;
    let line = house.note_lines(&note).await[0]["id"].clone();
    let returner = house.returner();
    let draft = house.credit(&note, ("QUANTITY_RETURN", "6", Value::Null)).await;
    let lines = |lines: Value| {
        let mut input = step(&draft);
        (input["reason"], input["lines"]) = ("no".into(), lines);
        input
    };
    let unknown = json!([{ "noteLineId": house.place, "quantity": "-1" }]);
    let refused = house.mutate(&returner, "updateCreditNote", lines(unknown)).await;
    let fields: Vec<_> = House::refusals(&refused).into_iter().map(|(_, field)| field).collect();
    assert_eq!(fields, ["lines.0.noteLineId", "lines.0.quantity"]);
    let twice = json!([{ "noteLineId": line, "quantity": "6" }, { "noteLineId": line, "quantity": "5" },
        { "noteLineId": line, "quantity": "4", "amount": "130" }, { "noteLineId": line }]);
    let changed = house.mutate(&returner, "updateCreditNote", lines(twice)).await["creditNote"].clone();
    let refused = house.mutate(&returner, "submitCreditNote", step(&changed)).await;
    let expected = [
        ("VALIDATION_ERROR", "reason"),
        ("LIMIT_EXCEEDED", "lines.1.quantity"),
        ("LIMIT_EXCEEDED", "lines.1.amount"),
        ("LIMIT_EXCEEDED", "lines.2.amount"),
        ("VALIDATION_ERROR", "lines.3.quantity"),
    ];
    let expected: Vec<_> = expected.map(|(code, field)| (code.to_owned(), field.to_owned())).into();
    assert_eq!(House::refusals(&refused), expected);
    let money = house.approved_credit(&note, ("AMOUNT", "0", "300".into())).await;
    let posted = house.posted_credit(&money).await;
    assert_eq!(posted["status"], "POSTED");
    let more = house.credit(&note, ("AMOUNT", "0", "0.01".into())).await;
    let refused = house.mutate(&returner, "submitCreditNote", step(&more)).await;
    assert_eq!(House::refusals(&refused), [("LIMIT_EXCEEDED".to_owned(), "lines.0.amount".to_owned())]);
    // What is reversed before inventory has heard of it would be taken into the value of stock afterwards.
    let early = house.mutate(&returner, "voidCreditNote", because(&posted, "reason")).await;
    assert_eq!(House::refusal(&early), "INVALID_STATE");
    let confirmed = inventory.says(&house, "return.posted", &posted, ("POSTED", "confirmedAt")).await;
    assert_eq!(confirmed["version"], posted["version"], "whoever applies it meanwhile is not held up");
    let void = house.mutate(&returner, "voidCreditNote", because(&confirmed, "reason")).await;
    assert_eq!(void["creditNote"]["status"], "VOIDED", "{void}");
    house.prove().await;
}

#[tokio::test]
async fn a_credit_note_goes_by_two_people_and_within_a_limit() {
    let house = House::open().await;
    let note = house.deliver(&house.sent("10").await, "10").await;
    let draft = house.credit(&note, ("QUANTITY_RETURN", "4", Value::Null)).await;
    let submitted = house.mutate(&house.returner(), "submitCreditNote", step(&draft)).await;
    let small = house.approver("119.99");
    let refused = house.mutate(&small, "approveCreditNote", step(&submitted["creditNote"])).await;
    assert_eq!(House::refusal(&refused), "LIMIT_EXCEEDED");
    let back = house.mutate(&small, "returnCreditNote", because(&submitted["creditNote"], "reason")).await;
    assert_eq!(back["creditNote"]["status"], "DRAFT");
    let early = house.mutate(&house.returner(), "postCreditNote", step(&back["creditNote"])).await;
    assert_eq!(House::refusal(&early), "INVALID_STATE");
    let both = house.person(&["procurement:*", "prices:view"], "9000");
    let line = house.note_lines(&note).await[0]["id"].clone();
    let input = json!({ "noteId": note["id"], "type": "AMOUNT", "reason": "the fish was not fresh",
        "lines": [{ "noteLineId": line, "amount": "1" }] });
    let own = house.mutate(&both, "createCreditNote", input).await["creditNote"].clone();
    let own = house.mutate(&both, "submitCreditNote", step(&own)).await["creditNote"].clone();
    let refused = house.mutate(&both, "approveCreditNote", step(&own)).await;
    assert_eq!(House::refusal(&refused), "SOD_VIOLATION");
    let query =
        "query($where: CreditNoteFilter) { creditNotes(where: $where, sort: NUMBER_DESC) { totalCount } }";
    for (filter, count) in [
        (json!({ "type": ["AMOUNT"] }), 1),
        (json!({ "noteIds": [note["id"]], "not": { "status": ["DRAFT"] } }), 1),
        (json!({ "vendorIds": [house.vendor] }), 2),
    ] {
        let found = house.data_as(&both, query, json!({ "where": filter })).await;
        assert_eq!(found["creditNotes"]["totalCount"], count, "{filter}");
    }
    let foreigner = house.kit.caller(crate::house::lanna(), &["*"]);
    assert_eq!(house.data_as(&foreigner, query, Value::Null).await["creditNotes"]["totalCount"], 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_returns_posted_at_once_no_more_goes_back_than_came() {
    let house = House::open().await;
    let returners = [house.returner(), house.returner()];
    for _ in 0..ROUNDS {
        let order = house.sent("100").await;
        let note = house.deliver(&order, "100").await;
        let mut credits = Vec::new();
        for quantity in ["60", "60", "40"] {
            credits.push(house.approved_credit(&note, ("QUANTITY_RETURN", quantity, Value::Null)).await);
        }
        // Each is clicked by two people.
        let clicks = credits.iter().flat_map(|credit| returners.iter().map(move |who| (who, credit)));
        let clicks = clicks.map(|(who, credit)| house.mutate(who, "postCreditNote", step(credit)));
        let answers = join_all(clicks).await;
        let quantities = [60, 60, 60, 60, 40, 40];
        let won = answers.iter().zip(quantities).filter(|(answer, _)| answer["userErrors"] == json!([]));
        let back: i32 = won.map(|(_, quantity)| quantity).sum();
        assert!([60, 100].contains(&back), "{answers:#?}");
        let now = house.order_now(&order).await["lines"][0]["receivedQuantity"]["value"].clone();
        assert_eq!(now, json!((100 - back).to_string()));
        house.prove().await;
    }
}
