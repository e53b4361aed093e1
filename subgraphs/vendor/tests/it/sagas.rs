//! What a closed campaign sets in motion, whatever happens meanwhile; and what procurement is answered about deliveries.

use std::time::Duration;

use chassis::Event;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::campaigns::Asked;
use crate::house::{House, andaman};

const RUNNING: &str = "RUNNING: EXPIRE_INVITATIONS DONE, ACTIVATE_LISTS RUNNING, ACTIVATE_PL-2026-001 PENDING, ACTIVATE_PL-2026-002 PENDING";
const COMPLETED: &str = "COMPLETED: EXPIRE_INVITATIONS DONE, ACTIVATE_LISTS DONE, ACTIVATE_PL-2026-001 DONE, ACTIVATE_PL-2026-002 DONE";

impl Asked {
    /// The campaign with two approved answers.
    async fn approved() -> Self {
        let asked = Self::open().await;
        for vendor in [0, 1] {
            asked.submit(vendor, "118").await;
            asked.decide("approveSubmission", vendor).await;
        }
        asked
    }

    async fn saga(&self) -> Value {
        let query = "query($id: ID!) { campaign(id: $id) { version saga { kind subjectId status steps { name status attempts error } } } }";
        self.house.data(query, json!({ "id": self.id })).await["campaign"].clone()
    }

    /// Waits until the saga shows as this, and proves that everything agrees then.
    async fn until(&self, wanted: &str) {
        let mut seen = String::new();
        for _ in 0..400 {
            let saga = self.saga().await["saga"].clone();
            let steps = saga["steps"].as_array().into_iter().flatten().map(|step| {
                format!("{} {}", step["name"].as_str().unwrap(), step["status"].as_str().unwrap())
            });
            seen = format!(
                "{}: {}",
                saga["status"].as_str().unwrap_or("none"),
                steps.collect::<Vec<_>>().join(", ")
            );
            if seen == wanted {
                return self.house.prove().await;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{seen} did not become {wanted}");
    }

    async fn lists(&self) -> Vec<Value> {
        let mut statuses = Vec::new();
        for vendor in [0, 1] {
            statuses.push(self.invitation(vendor).await["priceList"]["status"].clone());
        }
        statuses
    }
}

impl House {
    async fn rename(&self, from: &str, to: &str) {
        let statement = &format!("ALTER TABLE {from} RENAME TO {to}");
        let rename = |tx: chassis::Tx| async move { Ok(tx.execute_unprepared(statement).await?) };
        self.kit.db().write(rename).await.unwrap();
    }

    /// Waits for the only dead letter, and answers it.
    async fn letter(&self) -> Value {
        for _ in 0..400 {
            let letters =
                self.data("{ vendorDeadLetters { nodes { id consumer attempts } } }", Value::Null).await;
            if let [letter] = letters["vendorDeadLetters"]["nodes"].as_array().unwrap().as_slice() {
                return letter.clone();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("nothing became a dead letter");
    }

    async fn replay(&self, letter: &Value) {
        let query = "mutation($id: ID!) { replayVendorDeadLetter(id: $id) { deadLetter { replayedAt } userErrors { message } } }";
        let done = self.data(query, json!({ "id": letter["id"] })).await["replayVendorDeadLetter"].clone();
        assert!(done["userErrors"] == json!([]) && !done["deadLetter"]["replayedAt"].is_null(), "{done}");
    }
}

#[tokio::test]
async fn each_approved_answer_is_a_step_that_is_done_once() {
    let asked = Asked::approved().await;
    assert_eq!(asked.saga().await["saga"], Value::Null);
    asked.step("completeCampaign").await;
    asked.until(COMPLETED).await;
    assert_eq!(asked.lists().await, [json!("ACTIVE"), json!("ACTIVE")]);
    let before = asked.saga().await;
    let (id, version) = (asked.id.parse().unwrap(), before["version"].as_i64().unwrap().try_into().unwrap());
    let at = asked.house.kit.clock().now();
    let payload = &json!({ "campaignId": asked.id });
    let again = |tx: chassis::Tx| async move {
        tx.publish(Event {
            tenant: andaman(),
            kind: "campaign.closed",
            version: 1,
            aggregate: id,
            aggregate_version: version,
            occurred_at: at,
            actor: None,
            causation: None,
            payload: payload.clone(),
        });
        Ok(())
    };
    asked.house.kit.db().write(again).await.unwrap();
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert_eq!(asked.saga().await, before);
    assert_eq!(asked.invitation(0).await["closingNote"], Value::Null);
    assert_eq!(asked.house.told("pricelist.activated").await.len(), 2);
}

#[tokio::test]
async fn an_answer_that_cannot_come_into_force_is_left_out_and_says_why() {
    let asked = Asked::approved().await;
    asked.house.mutate("archiveVendor", json!({ "id": asked.vendors[0], "expectedVersion": 2 })).await;
    asked.step("completeCampaign").await;
    asked.until(&COMPLETED.replace("001 DONE", "001 SKIPPED")).await;
    let step = asked.saga().await["saga"]["steps"][2].clone();
    assert_eq!(step["error"], "a record that is ARCHIVED cannot become ACTIVE");
    assert_eq!(asked.lists().await, [json!("SUBMITTED"), json!("ACTIVE")]);
}

#[tokio::test]
async fn what_fails_activates_nothing_and_is_done_when_it_is_replayed() {
    let asked = Asked::approved().await;
    asked.house.rename("price_line", "lost").await;
    asked.step("completeCampaign").await;
    let letter = asked.house.letter().await;
    asked.house.rename("lost", "price_line").await;
    asked.until(&RUNNING.replace("RUNNING: ", "FAILED: ").replace("LISTS RUNNING", "LISTS FAILED")).await;
    let step = asked.saga().await["saga"]["steps"][1].clone();
    assert_eq!(step["attempts"], 5);
    assert_eq!(step["error"], "internal error in vendor; its dead letter says more");
    assert_eq!(asked.lists().await, [json!("SUBMITTED"), json!("SUBMITTED")]);
    asked.house.replay(&letter).await;
    asked.until(COMPLETED).await;
    assert_eq!(asked.lists().await, [json!("ACTIVE"), json!("ACTIVE")]);
}

#[tokio::test]
async fn a_campaign_that_closes_without_answers_has_nothing_to_wait_for() {
    let asked = Asked::open().await;
    asked.step("completeCampaign").await;
    asked.until("COMPLETED: EXPIRE_INVITATIONS DONE, ACTIVATE_LISTS DONE").await;
}

/// A delivery of nothing in particular, as procurement tells of it.
fn delivery(note: uuid::Uuid) -> Value {
    json!({ "goodsReceivedNoteId": note, "purchaseOrderId": primitives::PurchaseOrderId::generate(),
        "vendorId": primitives::VendorId::generate(), "receivedOn": "2026-07-01", "lines": [] })
}

#[tokio::test]
async fn procurement_is_answered_about_each_delivery() {
    let house = House::open().await;
    let from = house.procurement().await;
    let note = uuid::Uuid::now_v7();
    for kind in ["grn.committed", "grn.committed", "grn.posting_failed", "grn.posting_failed"] {
        house.hear(&from, kind, (note, delivery(note))).await;
    }
    for _ in 0..200 {
        if house.told("scorecard.").await.len() == 4 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let told = house.told("scorecard.").await;
    assert_eq!(told.len(), 4, "each was counted, or taken back, and said so");
    assert!(
        told.iter()
            .all(|(kind, said)| kind == "scorecard.updated" && said["goodsReceivedNoteId"] == json!(note))
    );
}

#[tokio::test]
async fn a_delivery_that_cannot_be_counted_is_told_of_and_replayed() {
    let house = House::open().await;
    let from = house.procurement().await;
    house.rename("delivery", "lost").await;
    let note = uuid::Uuid::now_v7();
    house.hear(&from, "grn.committed", (note, delivery(note))).await;
    let letter = house.letter().await;
    house.rename("lost", "delivery").await;
    assert_eq!((&letter["consumer"], &letter["attempts"]), (&json!("vendor-scorecard"), &json!(5)));
    let told = house.told("event.").await;
    let [(kind, said)] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(kind, "event.dead_lettered");
    let facts = (&said["consumer"], &said["source"], &said["type"], &said["attempts"]);
    assert_eq!(
        facts,
        (&json!("vendor-scorecard"), &json!("procurement"), &json!("grn.committed"), &json!(5))
    );
    house.replay(&letter).await;
    assert_eq!(house.told("scorecard.").await.len(), 1);
}
