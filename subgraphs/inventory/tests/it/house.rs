//! A running inventory subgraph and the words the tests speak with it. Products come from a peer that knows what the test
//! says, tenant by tenant.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chassis::testkit::{Kit, TestDatabase, TestPeer, data};
use chassis::{Bus, Caller, Event, Subgraph, SubgraphRequest};
use primitives::{CategoryId, Decimal, ProductId, TenantId};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use subgraph_inventory::FeedSettings;

/// One tenant.
pub(crate) fn andaman() -> TenantId {
    TenantId::from_uuid(uuid::Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0001))
}

/// Another tenant.
pub(crate) fn lanna() -> TenantId {
    TenantId::from_uuid(uuid::Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0002))
}

/// What the product service would know: base unit and packs, by tenant and product.
type Known = Arc<Mutex<HashMap<(String, String), Value>>>;

/// A subgraph without stock, and somebody who may do everything in it.
#[derive(Debug)]
pub(crate) struct House {
    pub(crate) kit: Kit,
    pub(crate) subgraph: Subgraph,
    pub(crate) keeper: Caller,
    pub(crate) product_service: TestPeer,
    known: Known,
}

const ITEM: &str = "id version onHand { value unit { code } } reserved { value } onHold { value } available { value } \
    averageCost { amount } totalValue { amount currency } costMethod";
const POSTING: &str = "id movements { id seq type reason quantity { value unit { code } } unitCost { amount } \
    totalValue { amount } onHandAfter { value } valueAfter { amount } location { code } \
    reference { type id line } } items { id onHand { value } totalValue { amount } }";
const COUNT: &str = "id number status round version mode varianceValue { amount currency } postingId";
const TRANSFER: &str = "id number status version from { code } via { code } to { code } \
    lines { product { id } requested { value } shipped { value } received { value } lost { value } inTransit { value } }";
const REQUISITION: &str = "id number status version reason from { code } to { code } \
    lines { product { id } requested { value } approved { value } issued { value } }";
const RESERVATION: &str =
    "id status version quantity { value } quantityLeft { value } item { available { value } }";

impl House {
    pub(crate) async fn open() -> Self {
        Self::open_with(FeedSettings::default()).await
    }

    /// A house whose feed has another patience.
    pub(crate) async fn open_with(feed: FeedSettings) -> Self {
        let kit = Kit::new::<subgraph_inventory::Migrator>().await;
        let known = Known::default();
        let catalogue = Arc::clone(&known);
        let product_service = TestPeer::answering(move |request| answer(&catalogue, request));
        kit.peers().connect("product", product_service.clone());
        let subgraph = subgraph_inventory::start_with(kit.environment(), feed).await.unwrap();
        let keeper = kit.caller(andaman(), &["*"]);
        Self { kit, subgraph, keeper, product_service, known }
    }

    /// A product of Andaman counted in kg; a case holds twelve.
    pub(crate) fn product(&self) -> String {
        self.product_of(andaman(), "kg")
    }

    /// A product of a tenant with its base unit; a case holds twelve.
    pub(crate) fn product_of(&self, tenant: TenantId, base_unit: &str) -> String {
        let id = ProductId::generate().to_string();
        let facts = json!({ "baseUnit": base_unit, "case": "12" });
        self.known.lock().unwrap().insert((tenant.to_string(), id.clone()), facts);
        id
    }

    /// A product of Andaman in kg that is kept by lots with dates.
    pub(crate) fn dated_product(&self) -> String {
        self.tracked_product(true, true)
    }

    /// A product of Andaman in kg, kept as it is said.
    pub(crate) fn tracked_product(&self, lots: bool, dates: bool) -> String {
        let id = self.product();
        self.track(&id, lots, dates);
        id
    }

    /// The product service describes a product anew.
    pub(crate) fn track(&self, product: &str, lots: bool, dates: bool) {
        let mut known = self.known.lock().unwrap();
        let facts = known.get_mut(&(andaman().to_string(), product.to_owned())).unwrap();
        (facts["lotTracked"], facts["expiryTracked"]) = (json!(lots), json!(dates));
    }

    /// The product service sorts a product into a category.
    pub(crate) fn categorise(&self, product: &str, category: CategoryId) {
        let mut known = self.known.lock().unwrap();
        let facts = known.get_mut(&(andaman().to_string(), product.to_owned())).unwrap();
        facts["category"] = json!({ "id": category });
    }

    /// The product service says that a product changed; answers once that was heard.
    pub(crate) async fn tell_product_changed(&self, product: &str) {
        let database = TestDatabase::new::<subgraph_inventory::Migrator>().await;
        self.kit.bus().attach("product", database.db());
        let id: ProductId = product.parse().unwrap();
        let at = self.kit.clock().now();
        let say = |tx: chassis::Tx| async move {
            tx.publish(Event {
                tenant: andaman(),
                kind: "product.updated",
                version: 1,
                aggregate: id.as_uuid(),
                aggregate_version: 2,
                occurred_at: at,
                actor: None,
                causation: None,
                payload: json!({ "productId": id, "categoryId": null }),
            });
            Ok(())
        };
        database.db().write(say).await.unwrap();
        for _ in 0..200 {
            if self.events_heard().await > 0 {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        panic!("nobody heard of the product");
    }

    /// How many events of other services were acted on.
    pub(crate) async fn events_heard(&self) -> i64 {
        let sql = "SELECT COUNT(*) AS heard FROM inbox WHERE consumer = 'inventory'";
        let statement = Statement::from_string(self.kit.db().backend(), sql);
        let row = self.kit.db().read().query_one_raw(statement).await.unwrap().unwrap();
        row.try_get::<i64>("", "heard").unwrap()
    }

    /// Receives a lot of a product at a cost of ten; answers the posting.
    pub(crate) async fn receive_lot(
        &self,
        (product, location): (&str, &str),
        (number, expiry): (&str, &str),
        quantity: &str,
    ) -> Value {
        let line = json!({ "productId": product, "locationId": location, "quantity": quantity, "unitCost": "10",
            "lotNumber": number, "expiry": expiry });
        self.posted("receiveStock", json!({ "lines": [line] })).await
    }

    /// What lies of a product at a location, as pairs of lot number and quantity, by number.
    pub(crate) async fn lots(&self, product: &str, location: &str) -> Vec<(String, String)> {
        let query = "query($where: InventoryItemWhere) { inventoryItems(where: $where) { nodes {
            lots { lot { number } onHand { value } } } } }";
        let filter = json!({ "where": { "productIds": [product], "locationIds": [location] } });
        let items = self.data(query, filter).await;
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let mut lots: Vec<_> = items["inventoryItems"]["nodes"][0]["lots"]
            .as_array()
            .unwrap()
            .iter()
            .map(|lot| (text(&lot["lot"]["number"]), text(&lot["onHand"]["value"])))
            .collect();
        lots.sort();
        lots
    }

    /// The lot of a product with a number.
    pub(crate) async fn lot(&self, product: &str, number: &str) -> Value {
        let query = "query($where: LotWhere) { lots(where: $where) { nodes { id version status number expiry reason } } }";
        let filter = json!({ "where": { "productIds": [product], "numbers": [number] } });
        let lots = self.data(query, filter).await;
        lots.pointer("/lots/nodes/0").cloned().unwrap_or_default()
    }

    /// A moving-average store in THB; answers its id.
    pub(crate) async fn store(&self, code: &str) -> String {
        self.location(code, json!({})).await
    }

    /// A FIFO store in THB; answers its id.
    pub(crate) async fn fifo_store(&self, code: &str) -> String {
        self.location(code, json!({ "costMethod": "FIFO" })).await
    }

    /// A location with some settings unlike the usual ones; answers its id.
    pub(crate) async fn location(&self, code: &str, unlike: Value) -> String {
        self.location_as(&self.keeper, code, unlike).await
    }

    pub(crate) async fn location_as(&self, caller: &Caller, code: &str, unlike: Value) -> String {
        let mut input =
            json!({ "code": code, "name": format!("Store {code}"), "type": "INVENTORY", "currency": "THB" });
        for (name, value) in unlike.as_object().unwrap() {
            input[name] = value.clone();
        }
        let created = self.mutate_as(caller, "createLocation", input).await;
        let created = &data(created)["createLocation"];
        assert_eq!(created["userErrors"], json!([]), "{created}");
        created["location"]["id"].as_str().unwrap().to_owned()
    }

    /// The whole response to somebody.
    pub(crate) async fn ask_as(&self, caller: &Caller, query: &str, variables: Value) -> Value {
        self.kit.ask_with(&self.subgraph, caller, query, variables).await
    }

    /// The data of a response without errors.
    pub(crate) async fn data(&self, query: &str, variables: Value) -> Value {
        data(self.ask_as(&self.keeper, query, variables).await)
    }

    /// The payload of a mutation that takes one input.
    pub(crate) async fn mutate(&self, mutation: &str, input: Value) -> Value {
        data(self.mutate_as(&self.keeper, mutation, input).await)[mutation].take()
    }

    /// The whole response to a mutation that takes one input.
    pub(crate) async fn mutate_as(&self, caller: &Caller, mutation: &str, input: Value) -> Value {
        let selection = match mutation {
            "createLocation" | "updateLocation" => {
                "location { id code name version costMethod allowNegative }".to_owned()
            }
            "reserveStock" => format!("reservations {{ {RESERVATION} }}"),
            "releaseReservation" => format!("reservation {{ {RESERVATION} }}"),
            _ if mutation.ends_with("StockAdjustment") => {
                "stockAdjustment { id number status version value { amount } reversalId }".to_owned()
            }
            "reverseMovement" => {
                "movements { quantity { value } totalValue { amount } reason lots { lot { number } } }"
                    .to_owned()
            }
            "setAdjustmentLimit" => "limit { reason amount version }".to_owned(),
            _ if mutation.ends_with("StoreRequisition") => format!("storeRequisition {{ {REQUISITION} }}"),
            _ if mutation.ends_with("StockPeriod") => "stockPeriod { id month status version }".to_owned(),
            _ if mutation.ends_with("Lot") => "lot { id version status reason }".to_owned(),
            _ if mutation.ends_with("StockCount") => format!("stockCount {{ {COUNT} }}"),
            _ if mutation.ends_with("StockTransfer") => format!("stockTransfer {{ {TRANSFER} }}"),
            "setPolicy" => format!("inventoryItem {{ {ITEM} isBelowReorderPoint }}"),
            _ => format!("posting {{ {POSTING} }}"),
        };
        let kind = match mutation {
            "startStockCount" | "submitStockCount" | "postStockCount" => "StockCountStepInput".to_owned(),
            "reopenStockCount" | "cancelStockCount" => "StockCountReasonInput".to_owned(),
            "submitStockAdjustment" | "approveStockAdjustment" => "StockAdjustmentStepInput".to_owned(),
            "rejectStockAdjustment" | "reverseStockAdjustment" | "cancelStockAdjustment" => {
                "StockAdjustmentReasonInput".to_owned()
            }
            "submitStoreRequisition" => "StoreRequisitionStepInput".to_owned(),
            "approveStoreRequisition" | "issueStoreRequisition" => {
                "StoreRequisitionQuantitiesInput".to_owned()
            }
            "closeStoreRequisition" => "StoreRequisitionClosingInput".to_owned(),
            "cancelStoreRequisition" => "StoreRequisitionReasonInput".to_owned(),
            "closeStockPeriod" | "lockStockPeriod" => "StockPeriodStepInput".to_owned(),
            "reopenStockPeriod" => "StockPeriodReasonInput".to_owned(),
            "holdLot" | "releaseLot" | "recallLot" => "LotStepInput".to_owned(),
            "approveStockTransfer" => "StockTransferApprovalInput".to_owned(),
            "shipStockTransfer" | "receiveStockTransfer" => "StockTransferMovementInput".to_owned(),
            "closeStockTransfer" => "StockTransferClosingInput".to_owned(),
            "cancelStockTransfer" => "StockTransferReasonInput".to_owned(),
            _ => format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]),
        };
        let query = format!(
            "mutation($input: {kind}!) {{ {mutation}(input: $input) {{ {selection} \
             userErrors {{ code field message meta }} }} }}"
        );
        self.ask_as(caller, &query, json!({ "input": input })).await
    }

    /// Receives lines of product, location, quantity and unit cost; answers the posting.
    pub(crate) async fn receive(&self, lines: &[(&str, &str, &str, &str)]) -> Value {
        let lines: Vec<Value> = lines
            .iter()
            .map(|(product, location, quantity, cost)| {
                json!({ "productId": product, "locationId": location, "quantity": quantity, "unitCost": cost })
            })
            .collect();
        self.posted("receiveStock", json!({ "lines": lines })).await
    }

    /// Issues one line; answers the posting.
    pub(crate) async fn issue(&self, product: &str, location: &str, quantity: &str) -> Value {
        let line = json!({ "productId": product, "locationId": location, "quantity": quantity });
        self.posted("issueStock", json!({ "lines": [line] })).await
    }

    /// The posting of a mutation that must succeed.
    pub(crate) async fn posted(&self, mutation: &str, input: Value) -> Value {
        let mut payload = self.mutate(mutation, input).await;
        assert_eq!(payload["userErrors"], json!([]), "{payload}");
        payload["posting"].take()
    }

    /// The count after a step that must succeed.
    pub(crate) async fn counted(&self, mutation: &str, input: Value) -> Value {
        let mut payload = self.mutate(mutation, input).await;
        assert_eq!(payload["userErrors"], json!([]), "{payload}");
        payload["stockCount"].take()
    }

    /// The payload of a step of a count that somebody takes.
    pub(crate) async fn count_as(&self, caller: &Caller, mutation: &str, input: Value) -> Value {
        data(self.mutate_as(caller, mutation, input).await)[mutation].take()
    }

    /// The transfer after a step that must succeed.
    pub(crate) async fn moved(&self, mutation: &str, input: Value) -> Value {
        let mut payload = self.mutate(mutation, input).await;
        assert_eq!(payload["userErrors"], json!([]), "{payload}");
        payload["stockTransfer"].take()
    }

    /// The refusals of a mutation that must not succeed.
    pub(crate) async fn refused(&self, mutation: &str, input: Value) -> Vec<(String, String)> {
        let payload = self.mutate(mutation, input).await;
        let noun = match mutation {
            "reserveStock" => "reservations",
            "releaseReservation" => "reservation",
            "createLocation" | "updateLocation" => "location",
            _ => "posting",
        };
        assert_eq!(payload[noun], Value::Null, "{payload}");
        refusals(&payload)
    }

    /// The balance of a product at a location; null where there is none.
    pub(crate) async fn item(&self, product: &str, location: &str) -> Value {
        let query = format!(
            "query($where: InventoryItemWhere) {{ inventoryItems(where: $where) {{ nodes {{ {ITEM} }} }} }}"
        );
        let filter = json!({ "where": { "productIds": [product], "locationIds": [location] } });
        self.data(&query, filter)
            .await
            .pointer_mut("/inventoryItems/nodes/0")
            .map(Value::take)
            .unwrap_or_default()
    }

    /// On hand and value of a product at a location.
    pub(crate) async fn balance(&self, product: &str, location: &str) -> (String, String) {
        let item = self.item(product, location).await;
        let text = |pointer: &str| item.pointer(pointer).and_then(Value::as_str).unwrap_or("none").to_owned();
        (text("/onHand/value"), text("/totalValue/amount"))
    }

    /// Every balance follows from the ledger.
    pub(crate) async fn prove(&self) {
        let report = subgraph_inventory::prove(&self.kit.environment()).await.unwrap();
        assert!(report.is_sound(), "{report}");
        assert!(report.tenants > 0, "nothing was proved");
    }
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

/// Pairs of code and path as tests write them.
pub(crate) fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(code, path)| ((*code).to_owned(), (*path).to_owned())).collect()
}

/// What the product service would answer; it knows the tenant from the token, like the real one.
fn answer(known: &Known, request: &SubgraphRequest) -> Value {
    let claims = request.token().unwrap().split('.').nth(1).unwrap().to_owned();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    let tenant = claims["tenant_id"].as_str().unwrap().to_owned();
    let known = known.lock().unwrap();
    let facts = |id: &Value| known.get(&(tenant.clone(), id.as_str().unwrap().to_owned())).cloned();
    let variables = &request.variables;
    if let Some(products) = variables.get("products").and_then(Value::as_array) {
        let entity = |representation: &Value| {
            let id = &representation["id"];
            let facts = facts(id);
            facts.map_or(Value::Null, |facts| {
                json!({ "id": id, "baseUnit": { "code": facts["baseUnit"] }, "category": facts["category"],
                    "lotTracked": facts["lotTracked"] == true, "expiryTracked": facts["expiryTracked"] == true })
            })
        };
        return json!({ "_entities": products.iter().map(entity).collect::<Vec<_>>() });
    }
    let mut converted = json!({});
    for n in (0..).take_while(|n| variables.contains_key(&format!("p{n}"))) {
        let facts = facts(&variables[&format!("p{n}")]).unwrap();
        let quantity: Decimal = variables[&format!("q{n}")].as_str().unwrap().parse().unwrap();
        let factor = facts[variables[&format!("f{n}")].as_str().unwrap()].as_str();
        let value = factor.map(|factor| quantity.checked_mul(factor.parse().unwrap()).unwrap().to_string());
        converted[format!("c{n}")] = value.map_or(Value::Null, |value| json!({ "value": value }));
    }
    converted
}
