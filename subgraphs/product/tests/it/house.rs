//! A running product subgraph and the words the tests speak with it.

use chassis::testkit::{Kit, data};
use chassis::{Caller, Subgraph};
use primitives::TenantId;
use serde_json::{Value, json};

/// One tenant.
pub(crate) fn andaman() -> TenantId {
    TenantId::from_uuid(uuid::Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0001))
}

/// Another tenant.
pub(crate) fn lanna() -> TenantId {
    TenantId::from_uuid(uuid::Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0002))
}

/// A subgraph with an empty catalogue, and somebody who may do everything in it.
#[derive(Debug)]
pub(crate) struct House {
    pub(crate) kit: Kit,
    pub(crate) subgraph: Subgraph,
    pub(crate) chef: Caller,
}

impl House {
    pub(crate) async fn open() -> Self {
        let kit = Kit::new::<subgraph_product::Migrator>().await;
        let subgraph = subgraph_product::start(kit.environment()).await.unwrap();
        let chef = kit.caller(andaman(), &["*"]);
        Self { kit, subgraph, chef }
    }

    /// The whole response to the chef.
    pub(crate) async fn ask(&self, query: &str, variables: Value) -> Value {
        self.ask_as(&self.chef, query, variables).await
    }

    /// The whole response to somebody.
    pub(crate) async fn ask_as(&self, caller: &Caller, query: &str, variables: Value) -> Value {
        self.kit.ask_with(&self.subgraph, caller, query, variables).await
    }

    /// The data of a response without errors.
    pub(crate) async fn data(&self, query: &str, variables: Value) -> Value {
        data(self.ask(query, variables).await)
    }

    /// The payload of a mutation that takes one input.
    pub(crate) async fn mutate(&self, mutation: &str, input: Value) -> Value {
        let (noun, kind, fields) = if mutation.contains("Category") {
            ("category", input_type(mutation), "id name level version")
        } else {
            ("product", input_type(mutation), "id code name status version baseUnit { code }")
        };
        let query = format!(
            "mutation($input: {kind}!) {{ {mutation}(input: $input) {{ {noun} {{ {fields} }} \
             userErrors {{ code field message meta }} }} }}"
        );
        self.data(&query, json!({ "input": input })).await[mutation].take()
    }

    /// A mutation that must succeed; answers its product or category.
    pub(crate) async fn must(&self, mutation: &str, input: Value) -> Value {
        let mut payload = self.mutate(mutation, input).await;
        assert_eq!(payload["userErrors"], json!([]), "{mutation}");
        let noun = if mutation.contains("Category") { "category" } else { "product" };
        payload[noun].take()
    }

    /// A mutation that must be refused; answers `CODE path` per error, in order.
    pub(crate) async fn refusals(&self, mutation: &str, input: Value) -> Vec<String> {
        let payload = self.mutate(mutation, input).await;
        let noun = if mutation.contains("Category") { "category" } else { "product" };
        assert_eq!(payload[noun], Value::Null, "{mutation}");
        let errors = payload["userErrors"].as_array().unwrap();
        assert!(!errors.is_empty(), "{mutation} was not refused");
        errors.iter().map(spoken).collect()
    }

    /// A category with a name, below another or at the root; answers its id.
    pub(crate) async fn category(&self, name: &str, parent: Option<&str>) -> String {
        let category = self.must("createCategory", json!({ "name": name, "parentId": parent })).await;
        category["id"].as_str().unwrap().to_owned()
    }

    /// An active product counted in kilograms; answers its id.
    pub(crate) async fn active(&self, code: &str, name: &str, category: &str) -> String {
        let input = json!({ "code": code, "name": name, "categoryId": category, "baseUnit": "kg" });
        let product = self.must("createProduct", input).await;
        self.must("activateProduct", json!({ "id": product["id"] })).await;
        product["id"].as_str().unwrap().to_owned()
    }

    /// The types of the events of the tenant so far, oldest first.
    pub(crate) async fn events(&self) -> Vec<String> {
        let events = chassis::outbox::read_after(self.kit.db().read(), andaman(), 0, 1_000).await.unwrap();
        events.into_iter().map(|event| event.kind).collect()
    }
}

/// `CODE path` of a user error.
pub(crate) fn spoken(error: &Value) -> String {
    let path: Vec<&str> = error["field"]
        .as_array()
        .map(|field| field.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    format!("{} {}", error["code"].as_str().unwrap(), path.join("."))
}

fn input_type(mutation: &str) -> String {
    match mutation {
        "activateProduct" | "deactivateProduct" | "discontinueProduct" | "deleteProduct" => {
            "ProductTransitionInput".to_owned()
        }
        other => format!("{}{}Input", other[..1].to_uppercase(), &other[1..]),
    }
}
