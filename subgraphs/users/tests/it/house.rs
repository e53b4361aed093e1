//! A running users subgraph and the words the tests speak with it.

use chassis::testkit::{Kit, data};
use chassis::{Caller, Envelope, Subgraph, outbox};
use primitives::{TenantId, UserId};
use serde_json::{Value, json};

/// One tenant.
pub(crate) fn andaman() -> TenantId {
    TenantId::from_uuid(uuid::Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0001))
}

/// Another tenant.
pub(crate) fn lanna() -> TenantId {
    TenantId::from_uuid(uuid::Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0002))
}

/// A subgraph without people, and somebody who may do everything in it.
#[derive(Debug)]
pub(crate) struct House {
    pub(crate) kit: Kit,
    pub(crate) subgraph: Subgraph,
    pub(crate) admin: Caller,
}

impl House {
    pub(crate) async fn open() -> Self {
        let kit = Kit::new::<subgraph_users::Migrator>().await;
        let subgraph = subgraph_users::start(kit.environment()).await.unwrap();
        let admin = kit.caller(andaman(), &["*"]);
        Self { kit, subgraph, admin }
    }

    /// A caller of the house with these permissions.
    pub(crate) fn caller(&self, permissions: &[&str]) -> Caller {
        self.kit.caller(andaman(), permissions)
    }

    /// A caller who is that user.
    pub(crate) fn caller_is(&self, user: &str, permissions: &[&str]) -> Caller {
        let mut claims = chassis::testkit::claims(andaman(), permissions, self.kit.clock().now());
        claims.sub = user.parse::<UserId>().unwrap();
        let token = self.kit.signer().sign(&claims);
        Caller { user: claims.sub, token: token.into(), ..self.caller(permissions) }
    }

    /// The whole response to somebody.
    pub(crate) async fn ask_as(&self, caller: &Caller, query: &str, variables: Value) -> Value {
        self.kit.ask_with(&self.subgraph, caller, query, variables).await
    }

    /// The data of a response without errors.
    pub(crate) async fn data(&self, query: &str, variables: Value) -> Value {
        data(self.ask_as(&self.admin, query, variables).await)
    }

    /// The payload of a mutation that takes one input.
    pub(crate) async fn mutate(&self, mutation: &str, input: Value) -> Value {
        self.mutate_as(&self.admin, mutation, input).await["data"][mutation].take()
    }

    /// The whole response to a mutation that takes one input.
    pub(crate) async fn mutate_as(&self, caller: &Caller, mutation: &str, input: Value) -> Value {
        let (noun, fields) = match mutation {
            name if name.ends_with("Department") => {
                ("department", "id code version head { id } parent { id }")
            }
            name if name.ends_with("Property") => ("property", "id code version timeZone"),
            "assignUser" | "unassignUser" => ("assignment", "id role user { id } department { id }"),
            "delegate" | "revokeDelegation" => ("delegation", "id status isInForce version"),
            _ => ("user", "id username email status version approvalLimit { amount currency }"),
        };
        let kind = match mutation {
            "deactivateUser" | "reactivateUser" => "UserTransitionInput".to_owned(),
            name => format!("{}{}Input", name[..1].to_uppercase(), &name[1..]),
        };
        let query = format!(
            "mutation($input: {kind}!) {{ {mutation}(input: $input) {{ {noun} {{ {fields} }} \
             userErrors {{ code field message meta }} }} }}"
        );
        self.ask_as(caller, &query, json!({ "input": input })).await
    }

    /// A user who may approve that much (nothing when 0); answers the id.
    pub(crate) async fn user(&self, name: &str, limit: i64) -> String {
        let mut input =
            json!({ "username": name, "email": format!("{name}@andaman.example"), "displayName": name });
        if limit > 0 {
            input["approvalLimit"] = json!({ "amount": limit.to_string(), "currency": "THB" });
        }
        self.made("createUser", "user", input).await
    }

    /// A department; answers the id.
    pub(crate) async fn department(&self, code: &str, further: Value) -> String {
        let mut input = json!({ "code": code, "name": code });
        input.as_object_mut().unwrap().extend(further.as_object().unwrap().clone());
        self.made("createDepartment", "department", input).await
    }

    /// A property; answers the id.
    pub(crate) async fn property(&self, code: &str) -> String {
        let input = json!({ "code": code, "name": code, "currency": "THB", "timeZone": "Asia/Bangkok" });
        self.made("createProperty", "property", input).await
    }

    async fn made(&self, mutation: &str, noun: &str, input: Value) -> String {
        let created = self.mutate(mutation, input).await;
        assert_eq!(created["userErrors"], json!([]), "{created}");
        created[noun]["id"].as_str().unwrap().to_owned()
    }

    /// Nothing contradicts the rules of the house.
    pub(crate) async fn prove(&self) {
        let report = subgraph_users::prove(&self.kit.environment()).await.unwrap();
        assert!(report.is_sound(), "{report}");
        assert!(report.tenants > 0, "nothing was proved");
    }

    /// The events so far, oldest first.
    pub(crate) async fn events(&self) -> Vec<Envelope> {
        outbox::read_after(self.kit.db().read(), andaman(), 0, 1_000).await.unwrap()
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

/// A refusal as [`House::refusals`] shows it.
pub(crate) fn refusal(code: &str, field: &str) -> (String, String) {
    (code.to_owned(), field.to_owned())
}
