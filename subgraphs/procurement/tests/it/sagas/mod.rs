//! What documents set in motion in other services, and what becomes of it whatever happens there. Inventory and the vendor
//! service are played: the test says what they say.

mod credit;
mod delivery;
mod order;
mod request;

use std::time::Duration;

use chassis::testkit::TestDatabase;
use chassis::{Bus, Event, outbox};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

use crate::house::{House, andaman};

/// Inventory and the vendor service as far as procurement hears of them: databases whose events are on the bus.
pub(crate) struct Others {
    inventory: TestDatabase,
    vendor: TestDatabase,
}

impl Others {
    pub(crate) async fn of(house: &House) -> Self {
        let inventory = TestDatabase::new::<subgraph_procurement::Migrator>().await;
        let vendor = TestDatabase::new::<subgraph_procurement::Migrator>().await;
        house.kit.bus().attach("inventory", inventory.db());
        house.kit.bus().attach("vendor", vendor.db());
        Self { inventory, vendor }
    }

    /// Says something about a document as it was given: with its version then.
    pub(crate) async fn say(&self, kind: &'static str, document: &Value, payload: Value) {
        let service = if kind.starts_with("scorecard.") { &self.vendor } else { &self.inventory };
        publish(service, kind, document, payload).await;
    }

    /// Says once more everything that inventory has said, as a bus does that crashed before it noted what was heard.
    pub(crate) async fn tell_again(&self) {
        let forget =
            |tx: chassis::Tx| async move { Ok(tx.execute_unprepared("DELETE FROM outbox_cursor").await?) };
        let db = self.inventory.db();
        db.write(forget).await.unwrap();
        for _ in 0..200 {
            let places = Statement::from_string(db.backend(), "SELECT seq FROM outbox_cursor WHERE seq > 0");
            if !db.read().query_all_raw(places).await.unwrap().is_empty() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("nobody listens");
    }

    /// Says that a consumer could not act on an event about a document as it was given.
    async fn fail(&self, consumer: &str, kind: &str, document: &Value) {
        let service = if consumer.starts_with("vendor") { &self.vendor } else { &self.inventory };
        let failure = json!({ "consumer": consumer, "source": "procurement", "type": kind, "error": "the disk is full",
            "attempts": 5, "isFinal": true });
        publish(service, "event.dead_lettered", document, failure).await;
    }
}

async fn publish(service: &TestDatabase, kind: &'static str, document: &Value, payload: Value) {
    let id: uuid::Uuid = document["id"].as_str().unwrap().parse().unwrap();
    let aggregate_version = document["version"].as_i64().unwrap().try_into().unwrap();
    let payload = &payload;
    let event = |tx: chassis::Tx| async move {
        tx.publish(Event {
            tenant: andaman(),
            kind,
            version: 1,
            aggregate: id,
            aggregate_version,
            occurred_at: "2026-07-01T08:00:00Z".parse().unwrap(),
            actor: None,
            causation: None,
            payload: payload.clone(),
        });
        Ok(())
    };
    service.db().write(event).await.unwrap();
}

impl House {
    /// The sagas of a document, the latest first, each as one line.
    async fn sagas(&self, document: &Value) -> Vec<String> {
        let query = "query($ids: [ID!]) { sagas(where: { subjectIds: $ids }) { nodes { \
            status steps { name status attempts error } } } }";
        let auditor = self.kit.caller(andaman(), &["sagas:view"]);
        let seen = self.data_as(&auditor, query, json!({ "ids": [document["id"]] })).await;
        let shown = |saga: &Value| {
            let steps = saga["steps"].as_array().unwrap().iter();
            let steps = steps.map(|step| {
                format!("{} {}", step["name"].as_str().unwrap(), step["status"].as_str().unwrap())
            });
            format!("{}: {}", saga["status"].as_str().unwrap(), steps.collect::<Vec<_>>().join(", "))
        };
        seen["sagas"]["nodes"].as_array().unwrap().iter().map(shown).collect()
    }

    /// Waits until the document's sagas are these, and proves that everything agrees then.
    async fn until(&self, document: &Value, wanted: &[&str]) {
        let mut seen = Vec::new();
        for _ in 0..400 {
            seen = self.sagas(document).await;
            seen.sort_unstable();
            if seen == wanted {
                return self.prove().await;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{seen:#?} did not become {wanted:#?}");
    }

    /// Gives everything that is on its way time to arrive, to see that it changes nothing.
    async fn rest(&self) {
        tokio::time::sleep(Duration::from_millis(400)).await;
    }

    /// How often and why a step of a document's only saga was tried.
    async fn tries(&self, document: &Value, step: &str) -> (i64, String) {
        let query = "query($ids: [ID!]) { sagas(where: { subjectIds: $ids }) { nodes { steps { name attempts error } } } }";
        let auditor = self.kit.caller(andaman(), &["sagas:view"]);
        let seen = self.data_as(&auditor, query, json!({ "ids": [document["id"]] })).await;
        let steps = seen["sagas"]["nodes"][0]["steps"].as_array().unwrap();
        let step = steps.iter().find(|each| each["name"] == step).unwrap();
        (step["attempts"].as_i64().unwrap(), step["error"].as_str().unwrap_or_default().to_owned())
    }

    /// Breaks, or mends, what handlers need: a table is gone, or is back.
    async fn rename(&self, from: &str, to: &str) {
        let statement = &format!("ALTER TABLE {from} RENAME TO {to}");
        self.kit.db().write(|tx| async move { Ok(tx.execute_unprepared(statement).await?) }).await.unwrap();
    }

    /// How many events were laid aside.
    async fn letters(&self) -> usize {
        let owner = self.kit.caller(andaman(), &["*"]);
        let letters = self.data_as(&owner, "{ procurementDeadLetters { nodes { id } } }", Value::Null).await;
        letters["procurementDeadLetters"]["nodes"].as_array().map_or(0, Vec::len)
    }

    /// Replays the only dead letter.
    async fn replay(&self) {
        let owner = self.kit.caller(andaman(), &["*"]);
        let letters = self.data_as(&owner, "{ procurementDeadLetters { nodes { id } } }", Value::Null).await;
        let [letter] = letters["procurementDeadLetters"]["nodes"].as_array().unwrap().as_slice() else {
            panic!("{letters}");
        };
        let replay = "mutation($id: ID!) { replayProcurementDeadLetter(id: $id) { userErrors { message } } }";
        let done = self.data_as(&owner, replay, json!({ "id": letter["id"] })).await;
        assert_eq!(done["replayProcurementDeadLetter"]["userErrors"], json!([]), "{done}");
    }

    /// How many events of a kind there were.
    async fn published(&self, kind: &str) -> usize {
        let events = outbox::read_after(self.kit.db().read(), andaman(), 0, 1_000).await.unwrap();
        events.iter().filter(|event| event.kind == kind).count()
    }
}
