//! A running vendor subgraph and the words the tests speak with it. Products come from a peer that knows what the test says.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chassis::testkit::{Kit, TestDatabase, TestPeer, data};
use chassis::{Bus, Caller, Event, Subgraph, outbox};
use primitives::{ProductId, TenantId};
use serde_json::{Value, json};

/// One tenant.
pub(crate) fn andaman() -> TenantId {
    TenantId::from_uuid(uuid::Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0001))
}

/// Another tenant.
pub(crate) fn lanna() -> TenantId {
    TenantId::from_uuid(uuid::Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0002))
}

type Known = Arc<Mutex<HashMap<String, Value>>>;

/// A subgraph without vendors, and somebody who may do everything in it.
#[derive(Debug)]
pub(crate) struct House {
    pub(crate) kit: Kit,
    pub(crate) subgraph: Subgraph,
    pub(crate) buyer: Caller,
    known: Known,
    products: TestPeer,
}

impl House {
    pub(crate) async fn open() -> Self {
        let kit = Kit::new::<subgraph_vendor::Migrator>().await;
        let known = Known::default();
        let catalogue = Arc::clone(&known);
        let products = TestPeer::answering(move |request| answer(&catalogue, &request.variables));
        kit.peers().connect("product", products.clone());
        kit.bus().attach("vendor", kit.db());
        let subgraph = subgraph_vendor::start(kit.environment()).await.unwrap();
        let buyer = kit.caller(andaman(), &["*"]);
        Self { kit, subgraph, buyer, known, products }
    }

    /// How often the product service was asked.
    pub(crate) fn asked(&self) -> usize {
        self.products.asked().len()
    }

    /// A product counted in kg, of which a case holds twelve.
    pub(crate) fn product(&self) -> String {
        let id = ProductId::generate().to_string();
        let mut known = self.known.lock().unwrap();
        let number = known.len() + 1;
        let packs = json!({ "kg": "1", "g": "0.001", "case": "12", "code": format!("P{number}"),
            "name": format!("Product {number}") });
        known.insert(id.clone(), packs);
        id
    }

    /// The whole response to somebody.
    pub(crate) async fn ask_as(&self, caller: &Caller, query: &str, variables: Value) -> Value {
        self.kit.ask_with(&self.subgraph, caller, query, variables).await
    }

    /// The data of a response without errors.
    pub(crate) async fn data(&self, query: &str, variables: Value) -> Value {
        data(self.ask_as(&self.buyer, query, variables).await)
    }

    /// The payload of a mutation that takes one input.
    pub(crate) async fn mutate(&self, mutation: &str, input: Value) -> Value {
        self.mutate_as(&self.buyer, mutation, input).await["data"][mutation].take()
    }

    /// The whole response to a mutation that takes one input.
    pub(crate) async fn mutate_as(&self, caller: &Caller, mutation: &str, input: Value) -> Value {
        let (noun, fields) = match mutation {
            "setVendorProduct" => (
                "vendorProduct",
                "isPreferred isBlocked vendorSku version unit { code } pack { value unit { code } } \
                 vendor { code } product { id }",
            ),
            name if name.ends_with("PriceList") => ("priceList", "id number status version statusReason"),
            name if name.ends_with("Campaign") || name == "inviteVendors" => {
                ("campaign", "id number status version statusReason")
            }
            name if name.ends_with("Invitation") || name.ends_with("Submission") => {
                ("invitation", "id status version statusReason")
            }
            name if name.ends_with("Contract") => ("contract", "id number status version statusReason"),
            _ => ("vendor", "id code name status version statusReason"),
        };
        let kind = match mutation {
            "createVendor" | "updateVendor" | "createPriceList" | "updatePriceList" | "approvePriceList"
            | "setVendorProduct" | "createContract" | "updateContract" | "createCampaign"
            | "updateCampaign" | "inviteVendors" => {
                format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..])
            }
            name if name.ends_with("PriceList") => "PriceListTransitionInput".to_owned(),
            name if name.ends_with("Campaign") => "CampaignTransitionInput".to_owned(),
            name if name.ends_with("Invitation") || name.ends_with("Submission") => {
                "InvitationTransitionInput".to_owned()
            }
            name if name.ends_with("Contract") => "ContractTransitionInput".to_owned(),
            _ => "VendorTransitionInput".to_owned(),
        };
        let more = match noun {
            "campaign" => "tokens { invitationId token }",
            "invitation" => "token",
            _ => "",
        };
        let query = format!(
            "mutation($input: {kind}!) {{ {mutation}(input: $input) {{ {noun} {{ {fields} }} {more} \
             userErrors {{ code field message meta }} }} }}"
        );
        self.ask_as(caller, &query, json!({ "input": input })).await
    }

    /// An active vendor; answers its id.
    pub(crate) async fn vendor(&self, code: &str) -> String {
        let input = json!({ "code": code, "name": format!("Vendor {code}"), "currency": "THB" });
        let created = self.mutate("createVendor", input).await;
        assert_eq!(created["userErrors"], json!([]), "{created}");
        let id = created["vendor"]["id"].as_str().unwrap().to_owned();
        let active = self.mutate("activateVendor", json!({ "id": id, "expectedVersion": 1 })).await;
        assert_eq!(active["vendor"]["status"], "ACTIVE", "{active}");
        id
    }

    /// An active vendor with an address; answers its id.
    pub(crate) async fn reachable(&self, code: &str) -> String {
        let email = format!("{}@vendors.example", code.to_lowercase());
        let input =
            json!({ "code": code, "name": format!("Vendor {code}"), "currency": "THB", "email": email });
        let created = self.mutate("createVendor", input).await;
        let id = created["vendor"]["id"].as_str().unwrap().to_owned();
        self.mutate("activateVendor", json!({ "id": id, "expectedVersion": 1 })).await;
        id
    }

    /// The whole response to somebody who is not signed in.
    pub(crate) async fn stranger(&self, query: &str, variables: Value) -> Value {
        let mut request = chassis::SubgraphRequest::new(query);
        if let Value::Object(variables) = variables {
            request.variables = variables;
        }
        self.subgraph.execute(request).await.json().unwrap()
    }

    /// Insists that everything agrees.
    pub(crate) async fn prove(&self) {
        let proof = subgraph_vendor::prove(&self.kit.environment()).await.unwrap();
        assert!(proof.is_sound(), "{proof}");
    }

    /// A drafted and submitted list; answers its id.
    pub(crate) async fn submitted(&self, vendor: &str, (from, to): (&str, &str), lines: Value) -> String {
        let input = json!({ "vendorId": vendor, "validFrom": from, "validTo": to, "lines": lines });
        let created = self.mutate("createPriceList", input).await;
        assert_eq!(created["userErrors"], json!([]), "{created}");
        let id = created["priceList"]["id"].as_str().unwrap().to_owned();
        let submitted = self.mutate("submitPriceList", json!({ "id": id, "expectedVersion": 1 })).await;
        assert_eq!(submitted["priceList"]["status"], "SUBMITTED", "{submitted}");
        id
    }

    /// A list in force during July 2026; answers its id.
    pub(crate) async fn active(&self, vendor: &str, lines: Value) -> String {
        let id = self.submitted(vendor, ("2026-07-01", "2026-07-31"), lines).await;
        let approved = self.mutate("approvePriceList", json!({ "id": id, "expectedVersion": 2 })).await;
        assert_eq!(approved["priceList"]["status"], "ACTIVE", "{approved}");
        id
    }

    /// A contract in force during the second half of 2026; answers its id.
    pub(crate) async fn agreed(&self, vendor: &str, lines: Value) -> String {
        let input =
            json!({ "vendorId": vendor, "validFrom": "2026-07-01", "validTo": "2026-12-31", "lines": lines });
        let created = self.mutate("createContract", input).await;
        assert_eq!(created["userErrors"], json!([]), "{created}");
        let id = created["contract"]["id"].as_str().unwrap().to_owned();
        let active = self.mutate("activateContract", json!({ "id": id, "expectedVersion": 1 })).await;
        assert_eq!(active["contract"]["status"], "ACTIVE", "{active}");
        id
    }

    /// Procurement as far as this service hears of it: a database whose events are on the bus.
    pub(crate) async fn procurement(&self) -> TestDatabase {
        let database = TestDatabase::new::<subgraph_vendor::Migrator>().await;
        self.kit.bus().attach("procurement", database.db());
        database
    }

    /// Lets procurement say something about one of its documents.
    pub(crate) async fn hear(
        &self,
        from: &TestDatabase,
        kind: &'static str,
        (id, payload): (uuid::Uuid, Value),
    ) {
        let (at, payload) = (self.kit.clock().now(), &payload);
        let say = |tx: chassis::Tx| async move {
            tx.publish(Event {
                tenant: andaman(),
                kind,
                version: 1,
                aggregate: id,
                aggregate_version: 1,
                occurred_at: at,
                actor: None,
                causation: None,
                payload: payload.clone(),
            });
            Ok(())
        };
        from.db().write(say).await.unwrap();
    }

    /// Asks until the answer is the expected one.
    ///
    /// # Panics
    /// When it is another one after ten seconds.
    pub(crate) async fn eventually(&self, query: &str, variables: Value, expected: Value) {
        let mut last = Value::Null;
        for _ in 0..200 {
            last = self.data(query, variables.clone()).await;
            if last == expected {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(last, expected);
    }

    /// The kinds of the tenant's events that start with `prefix`, oldest first, with their payloads.
    pub(crate) async fn told(&self, prefix: &str) -> Vec<(String, Value)> {
        let events = outbox::read_after(self.kit.db().read(), andaman(), 0, 1_000).await.unwrap();
        let mine = events.into_iter().filter(|event| event.kind.starts_with(prefix));
        mine.map(|event| (event.kind, event.payload)).collect()
    }

    /// The codes and paths of what a payload refuses.
    pub(crate) fn refusals(payload: &Value) -> Vec<(String, String)> {
        let errors = payload["userErrors"].as_array().unwrap();
        let shown = errors.iter().map(|error| {
            let path = error["field"]
                .as_array()
                .map(|path| path.iter().map(|part| part.as_str().unwrap()).collect::<Vec<_>>().join("."));
            (error["code"].as_str().unwrap().to_owned(), path.unwrap_or_default())
        });
        shown.collect()
    }
}

/// What the product service would answer about packs.
fn answer(known: &Known, variables: &serde_json::Map<String, Value>) -> Value {
    let known = known.lock().unwrap();
    let entities = variables["products"].as_array().unwrap().iter().map(|representation| {
        let id = representation["id"].as_str().unwrap();
        let Some(packs) = known.get(id) else { return Value::Null };
        let mut entity =
            json!({ "id": id, "code": packs["code"], "name": packs["name"], "baseUnit": { "code": "kg" } });
        for (name, unit) in variables.iter().filter(|(name, _)| name.starts_with('u')) {
            entity[format!("f{}", &name[1..])] = packs[unit.as_str().unwrap()].clone();
        }
        entity
    });
    json!({ "_entities": entities.collect::<Vec<_>>() })
}
