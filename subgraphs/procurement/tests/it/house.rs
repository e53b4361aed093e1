//! A running procurement subgraph and the words the tests speak with it. Products, vendors, places and people come from
//! peers that know what the test says.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use chassis::testkit::{Kit, TestPeer, data};
use chassis::{Caller, Subgraph};
use primitives::{CategoryId, DepartmentId, LocationId, ProductId, PropertyId, TenantId, VendorId};
use serde_json::{Map, Value, json};

/// One tenant.
pub(crate) fn andaman() -> TenantId {
    TenantId::from_uuid(uuid::Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0001))
}

/// Another tenant.
pub(crate) fn lanna() -> TenantId {
    TenantId::from_uuid(uuid::Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0002))
}

/// What is looked at of an order.
const ORDER: &str = "purchaseOrder { id number status statusReason version vendorReference deliveryDate \
    lines { id product { id } receivedQuantity { value } outstandingQuantity { value } } }";
/// What is looked at of a goods received note.
const NOTE: &str = "goodsReceivedNote { id number status statusReason version postedAt \
    lines { extraCost { amount } unitCost { amount currency } } }";
/// What is looked at of an amendment.
const AMENDMENT: &str = "amendment { id status revision version }";
/// What is looked at of a credit note.
const CREDIT: &str = "creditNote { id number status statusReason version total { amount } }";
/// What is looked at of a vendor's invoice.
const INVOICE: &str =
    "invoice { id number status statusReason version paidOn total { amount } lines { differences } }";
/// What a requester may do.
const REQUESTER: [&str; 5] =
    ["procurement:view", "procurement:create", "procurement:update", "procurement:submit", "prices:view"];
/// What an approver may do.
const APPROVER: [&str; 3] = ["procurement:view", "procurement:approve", "prices:view"];

/// What the other services know.
#[derive(Debug, Default)]
pub(crate) struct World {
    /// Products: what a kg costs.
    products: HashMap<String, String>,
    /// What products are sorted into.
    categories: HashMap<String, String>,
    vendors: HashMap<String, &'static str>,
    /// Places and what they are valued in.
    places: HashMap<String, &'static str>,
    /// What currencies are worth in baht.
    rates: HashMap<&'static str, &'static str>,
    departments: Vec<String>,
    /// Properties and their time zones.
    properties: HashMap<String, &'static str>,
    /// People: their approval limit and who stands in for whom.
    people: HashMap<String, Value>,
}

/// A subgraph without documents.
#[derive(Debug)]
pub(crate) struct House {
    pub(crate) kit: Kit,
    pub(crate) subgraph: Subgraph,
    /// Somebody who asks for things.
    pub(crate) chef: Caller,
    /// Where things go.
    pub(crate) place: String,
    /// Who sells everything.
    pub(crate) vendor: String,
    pub(crate) department: String,
    world: Arc<Mutex<World>>,
    pub(crate) peers: HashMap<&'static str, TestPeer>,
}

impl House {
    pub(crate) async fn open() -> Self {
        let kit = Kit::new::<subgraph_procurement::Migrator>().await;
        let world = Arc::new(Mutex::new(World::default()));
        let mut peers = HashMap::new();
        type Answer = fn(&World, &Map<String, Value>) -> Value;
        let played: [(&'static str, Answer); 4] =
            [("product", product), ("vendor", vendor), ("inventory", inventory), ("users", users)];
        for (name, answer) in played {
            let world = Arc::clone(&world);
            let peer = TestPeer::answering(move |request| answer(&world.lock().unwrap(), &request.variables));
            kit.peers().connect(name, peer.clone());
            peers.insert(name, peer);
        }
        let subgraph = subgraph_procurement::start(kit.environment()).await.unwrap();
        let chef = kit.caller(andaman(), &REQUESTER);
        let (place, vendor) = (LocationId::generate().to_string(), VendorId::generate().to_string());
        world.lock().unwrap().places.insert(place.clone(), "THB");
        world.lock().unwrap().vendors.insert(vendor.clone(), "ACTIVE");
        let department = DepartmentId::generate().to_string();
        world.lock().unwrap().departments.push(department.clone());
        Self { kit, subgraph, chef, place, vendor, department, world, peers }
    }

    /// A product counted in kg, ten to the case, for which the vendor asks this per kg.
    pub(crate) fn product(&self, price: &str) -> String {
        let id = ProductId::generate().to_string();
        self.world.lock().unwrap().products.insert(id.clone(), price.to_owned());
        id
    }

    /// A place that is valued in a currency.
    pub(crate) fn place_in(&self, currency: &'static str) -> String {
        let id = LocationId::generate().to_string();
        self.world.lock().unwrap().places.insert(id.clone(), currency);
        id
    }

    /// Says what a currency is worth in baht.
    pub(crate) fn rate(&self, currency: &'static str, rate: &'static str) {
        self.world.lock().unwrap().rates.insert(currency, rate);
    }

    /// Sorts a product into a category of its own.
    pub(crate) fn sort_into_category(&self, product: &str) -> String {
        let id = CategoryId::generate().to_string();
        self.world.lock().unwrap().categories.insert(product.to_owned(), id.clone());
        id
    }

    /// A property in a time zone.
    pub(crate) fn property_in(&self, zone: &'static str) -> String {
        let id = PropertyId::generate().to_string();
        self.world.lock().unwrap().properties.insert(id.clone(), zone);
        id
    }

    /// A vendor in some state.
    pub(crate) fn vendor_in(&self, status: &'static str) -> String {
        let id = VendorId::generate().to_string();
        self.world.lock().unwrap().vendors.insert(id.clone(), status);
        id
    }

    /// Somebody who may approve up to this.
    pub(crate) fn approver(&self, limit: &str) -> Caller {
        self.person(&APPROVER, limit)
    }

    /// Somebody with these permissions and this limit.
    pub(crate) fn person(&self, permissions: &[&str], limit: &str) -> Caller {
        let caller = self.kit.caller(andaman(), permissions);
        let person = json!({ "approvalLimit": baht(limit), "delegationsReceived": [] });
        self.world.lock().unwrap().people.insert(caller.user.to_string(), person);
        caller
    }

    /// Lets somebody approve in another's right.
    pub(crate) fn lend(&self, from: &Caller, to: &Caller, (document, limit): (&str, &str)) {
        let lent = json!({ "isInForce": true, "docTypes": [document], "limit": baht(limit), "from": { "id": from.user } });
        let mut world = self.world.lock().unwrap();
        let person = world.people.get_mut(&to.user.to_string()).unwrap();
        person["delegationsReceived"].as_array_mut().unwrap().push(lent);
    }

    /// The whole response to somebody.
    pub(crate) async fn ask_as(&self, caller: &Caller, query: &str, variables: Value) -> Value {
        Box::pin(self.kit.ask_with(&self.subgraph, caller, query, variables)).await
    }

    /// The data of a response without errors.
    pub(crate) async fn data_as(&self, caller: &Caller, query: &str, variables: Value) -> Value {
        data(self.ask_as(caller, query, variables).await)
    }

    /// The whole response to a mutation that takes one input.
    pub(crate) async fn respond(&self, caller: &Caller, mutation: &str, input: Value) -> Value {
        let (kind, answer) = shape(mutation);
        let query = format!(
            "mutation($input: {kind}!) {{ {mutation}(input: $input) {{ {answer} userErrors {{ code field message meta }} }} }}"
        );
        self.ask_as(caller, &query, json!({ "input": input })).await
    }

    /// The payload of a mutation that takes one input.
    pub(crate) async fn mutate(&self, caller: &Caller, mutation: &str, input: Value) -> Value {
        let mut response = self.respond(caller, mutation, input).await;
        assert!(response.get("errors").is_none(), "{mutation}: {response:#}");
        response["data"][mutation].take()
    }

    /// A line of a request.
    pub(crate) fn line(&self, product: &str, (quantity, unit): (&str, &str)) -> Value {
        json!({ "productId": product, "quantity": quantity, "unit": unit, "deliverTo": self.place })
    }

    /// The chef's draft with these lines.
    pub(crate) async fn draft(&self, lines: Value) -> Value {
        let input = json!({
            "departmentId": self.department, "justification": "for the breakfast buffet", "lines": lines,
        });
        let created = self.mutate(&self.chef, "createPurchaseRequest", input).await;
        assert_eq!(created["userErrors"], json!([]), "{created}");
        created["purchaseRequest"].clone()
    }

    /// The chef's request over so many baht, handed in.
    pub(crate) async fn submitted(&self, total: &str) -> Value {
        let product = self.product(total);
        let draft = self.draft(json!([self.line(&product, ("1", "kg"))])).await;
        let submitted = self.mutate(&self.chef, "submitPurchaseRequest", step(&draft)).await;
        assert_eq!(submitted["userErrors"], json!([]), "{submitted}");
        submitted["purchaseRequest"].clone()
    }

    /// Documents agree with each other.
    pub(crate) async fn prove(&self) {
        let report = subgraph_procurement::prove(&self.kit.environment()).await.unwrap();
        assert!(report.is_sound(), "{report}");
        assert!(report.records > 0, "nothing was proved");
    }

    /// The codes and paths of what a payload refuses.
    pub(crate) fn refusals(payload: &Value) -> Vec<(String, String)> {
        let errors = payload["userErrors"].as_array().unwrap_or_else(|| panic!("{payload}"));
        let shown = errors.iter().map(|error| {
            let path = error["field"]
                .as_array()
                .map(|path| path.iter().map(|part| part.as_str().unwrap()).collect::<Vec<_>>().join("."));
            (error["code"].as_str().unwrap().to_owned(), path.unwrap_or_default())
        });
        shown.collect()
    }

    /// The code of the only refusal.
    pub(crate) fn refusal(payload: &Value) -> String {
        let refusals = Self::refusals(payload);
        assert_eq!(refusals.len(), 1, "{payload}");
        refusals[0].0.clone()
    }
}

/// The input of a step without a reason.
pub(crate) fn step(document: &Value) -> Value {
    json!({ "id": document["id"], "expectedVersion": document["version"] })
}

/// The input of a step with a reason.
pub(crate) fn because(document: &Value, field: &str) -> Value {
    let mut input = step(document);
    input[field] = "there is enough of it in the store".into();
    input
}

/// The input type of a mutation and what it answers.
fn shape(mutation: &str) -> (String, &'static str) {
    let request = "purchaseRequest { id number status statusReason version revision currentLevel \
        total { amount currency } lines { id status statusReason amount { amount } vendor { id } priceSource \
        priceListNumber unitPrice { amount currency } baseQuantity { value unit { code } } } \
        approvals { submission level status approver { id } delegatedFrom { id } amountSeen { amount } comment } }";
    match mutation {
        "convertToPurchaseOrders" => (
            "ConvertToPurchaseOrdersInput".to_owned(),
            "purchaseOrders { id number status version total { amount } lines { id product { id } } }",
        ),
        "setReplenishmentRule" => (
            "SetReplenishmentRuleInput".to_owned(),
            "replenishmentRule { location { id } requestedBy { id } version }",
        ),
        "removeReplenishmentRule" => ("RemoveReplenishmentRuleInput".to_owned(), "location { id }"),
        "setTolerance" => ("SetToleranceInput".to_owned(), "tolerance { quantityPercent version }"),
        "setBudget" => ("SetBudgetInput".to_owned(), "budget { id version amount { amount } }"),
        "amendPurchaseOrder" => ("AmendPurchaseOrderInput".to_owned(), AMENDMENT),
        name if name.ends_with("Amendment") => ("DecideAmendmentInput".to_owned(), AMENDMENT),
        "acknowledgePurchaseOrder" => ("AcknowledgePurchaseOrderInput".to_owned(), ORDER),
        name if name.ends_with("PurchaseOrder") => ("PurchaseOrderTransitionInput".to_owned(), ORDER),
        "createGoodsReceivedNote" | "updateGoodsReceivedNote" => {
            (format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]), NOTE)
        }
        name if name.ends_with("GoodsReceivedNote") => ("GoodsReceivedNoteTransitionInput".to_owned(), NOTE),
        "recordInvoice" | "resolveMatch" | "payInvoice" => {
            (format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]), INVOICE)
        }
        "createCreditNote" | "updateCreditNote" | "applyCreditNote" => {
            (format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]), CREDIT)
        }
        name if name.ends_with("CreditNote") => ("CreditNoteTransitionInput".to_owned(), CREDIT),
        "approveInvoice" | "voidInvoice" => ("VendorInvoiceTransitionInput".to_owned(), INVOICE),
        "setApprovalRules" => (
            "SetApprovalRulesInput".to_owned(),
            "approvalRules { level fromAmount { amount } decideWithinHours version }",
        ),
        "submitPurchaseRequest" | "revisePurchaseRequest" => {
            ("PurchaseRequestTransitionInput".to_owned(), request)
        }
        "recallPurchaseRequest" | "cancelPurchaseRequest" => ("StopPurchaseRequestInput".to_owned(), request),
        "rejectPurchaseRequest" | "returnPurchaseRequest" => {
            ("RefusePurchaseRequestInput".to_owned(), request)
        }
        name => (format!("{}{}Input", name[..1].to_uppercase(), &name[1..]), request),
    }
}

fn baht(amount: &str) -> Value {
    json!({ "amount": amount, "currency": "THB" })
}

fn entities(keys: &Value, find: impl Fn(&str) -> Option<Value>) -> Value {
    let keys = keys.as_array().unwrap().iter();
    keys.map(|key| find(key["id"].as_str().unwrap()).unwrap_or(Value::Null)).collect()
}

/// What the product service would answer.
fn product(world: &World, variables: &Map<String, Value>) -> Value {
    let found = entities(&variables["keys"], |id| {
        let price = world.products.get(id)?;
        let mut entity = json!({ "id": id, "status": "ACTIVE", "isPurchasable": true, "lotTracked": false,
            "category": world.categories.get(id).map(|id| json!({ "id": id })),
            "expiryTracked": price.starts_with("9"), "baseUnit": { "code": "kg" } });
        for (name, unit) in variables.iter().filter(|(name, _)| name.starts_with('u')) {
            let factor = match unit.as_str().unwrap() {
                "kg" => json!("1"),
                "g" => json!("0.001"),
                "case" => json!("10"),
                _ => Value::Null,
            };
            entity[format!("f{}", &name[1..])] = factor;
        }
        Some(entity)
    });
    json!({ "_entities": found })
}

/// What the vendor service would answer: the first vendor offers everything.
fn vendor(world: &World, variables: &Map<String, Value>) -> Value {
    let found =
        entities(&variables["vendors"], |id| Some(json!({ "id": id, "status": world.vendors.get(id)? })));
    let mut answer = json!({ "vendors": found });
    for (name, currency) in variables.iter().filter(|(name, _)| name.starts_with('c')) {
        answer[format!("r{}", &name[1..])] = json!(world.rates.get(currency.as_str().unwrap()));
    }
    let seller = world.vendors.iter().find(|(_, status)| **status == "ACTIVE").map(|(id, _)| id);
    for (name, keys) in variables.iter().filter(|(name, _)| name.starts_with('k')) {
        answer[format!("l{}", &name[1..])] = entities(keys, |id| {
            let price = world.products.get(id)?;
            let offer = json!({
                "vendor": { "id": seller }, "priceListNumber": "PL-2026-001", "unitPrice": baht(price),
                "comparablePrice": baht(price), "packUnit": { "code": "kg" }, "packPrice": baht(price),
            });
            Some(json!({ "offers": if price.is_empty() { json!([]) } else { json!([offer]) } }))
        });
    }
    answer
}

/// What the inventory service would answer.
fn inventory(world: &World, variables: &Map<String, Value>) -> Value {
    let found = entities(&variables["keys"], |id| {
        world.places.get(id).map(|currency| json!({ "id": id, "currency": currency }))
    });
    json!({ "_entities": found })
}

/// What the users service would answer.
fn users(world: &World, variables: &Map<String, Value>) -> Value {
    if let Some(keys) = variables.get("keys") {
        let found = entities(keys, |id| {
            let is_department = world.departments.iter().any(|known| known == id);
            let zone = world.properties.get(id);
            let property = zone.map(|zone| json!({ "__typename": "Property", "id": id, "timeZone": zone }));
            let department = is_department.then(|| json!({ "__typename": "Department", "id": id }));
            let user = world.people.get(id).map(|_| json!({ "__typename": "User", "id": id }));
            property.or(department).or(user)
        });
        return json!({ "_entities": found });
    }
    json!({ "user": world.people.get(variables["id"].as_str().unwrap()) })
}
