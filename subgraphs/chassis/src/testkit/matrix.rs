//! Who may do what: every mutation of a service, tried for real as every role that a tenant starts with.
//!
//! The roles are those that the identity service publishes in its `roles.json`. Arguments are made from the schema: values
//! that a client could send, of things that do not exist. So a mutation that is let through is refused by its own rules,
//! and a new one is tried without anybody having to think of it.

use std::collections::HashMap;
use std::fmt::Write;
use std::path::Path;

use primitives::TenantId;
use router_protocol::SubgraphRequest;
use serde_json::{Map, Value, json};

use super::{Kit, check_golden};
use crate::subgraph::Subgraph;

/// Where the identity service publishes the roles, seen from another service.
const ROLES: &str = "../identity/roles.json";

/// How deep inputs are filled in: deeper ones only repeat themselves.
const DEPTH_MAX: usize = 8;

const INTROSPECTION: &str =
    "{ __schema { mutationType { fields { name args { ...Input } type { ...Named } } }
    types { name kind inputFields { ...Input } enumValues { name } fields { name type { ...Named } } } } }
    fragment Input on __InputValue { name defaultValue type { ...Named } }
    fragment Named on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";

/// Compares who may do what with the golden `roles.md` in `crate_dir` (pass `env!("CARGO_MANIFEST_DIR")`).
///
/// # Panics
/// When they differ, or a mutation fails before anybody asks whether it is allowed.
pub async fn check_roles(crate_dir: &str, kit: &Kit, subgraph: &Subgraph, tenant: TenantId) {
    let text =
        std::fs::read_to_string(Path::new(crate_dir).join(ROLES)).expect("identity publishes its roles");
    let roles: Map<String, Value> = serde_json::from_str(&text).expect("the roles are an object");
    let schema = Schema::read(kit, subgraph, tenant).await;
    let mut table =
        "# Who may do what\n\nEvery mutation, tried as every role that a tenant starts with and without a \
        sign-in.\n\n| mutation |"
            .to_owned();
    for role in roles.keys().map(String::as_str).chain(["nobody"]) {
        let _ = write!(table, " {role} |");
    }
    table.push_str("\n|---|");
    table.push_str(&"---|".repeat(roles.len() + 1));
    for mutation in &schema.mutations {
        let _ = write!(table, "\n| {} |", mutation["name"].as_str().unwrap_or_default());
        for permissions in roles.values() {
            let held: Vec<&str> =
                permissions.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let token = kit.caller(tenant, &held).token.to_string();
            let _ = write!(table, " {} |", verdict(subgraph, &schema.request(mutation).bearer(&token)).await);
        }
        let _ = write!(table, " {} |", verdict(subgraph, &schema.request(mutation)).await);
    }
    table.push('\n');
    check_golden(Path::new(crate_dir).join("roles.md"), &table);
}

/// What became of a try.
async fn verdict(subgraph: &Subgraph, request: &SubgraphRequest) -> &'static str {
    let answer = subgraph.execute(request.clone()).await.json().expect("a subgraph answers JSON");
    match answer.pointer("/errors/0/extensions/code").and_then(Value::as_str) {
        // Another service that is not there was asked after the permission was.
        None | Some("UPSTREAM_UNAVAILABLE" | "NOT_FOUND" | "TOKEN_EXPIRED") => "yes",
        Some("FORBIDDEN") => "no",
        Some("UNAUTHENTICATED") => "sign in",
        Some(_) => panic!("{} fails before anybody asks: {answer:#}", request.query),
    }
}

/// A schema as it describes itself.
struct Schema {
    mutations: Vec<Value>,
    types: HashMap<String, Value>,
}

impl Schema {
    async fn read(kit: &Kit, subgraph: &Subgraph, tenant: TenantId) -> Self {
        let mut schema = super::data(kit.ask(subgraph, &kit.caller(tenant, &[]), INTROSPECTION).await);
        let fields = schema["__schema"]["mutationType"]["fields"].take();
        let types = schema["__schema"]["types"].as_array_mut().map(std::mem::take).unwrap_or_default();
        let named =
            types.into_iter().map(|kind| (kind["name"].as_str().unwrap_or_default().to_owned(), kind));
        Self { mutations: fields.as_array().cloned().unwrap_or_default(), types: named.collect() }
    }

    /// The mutation with values for everything that must be given.
    fn request(&self, mutation: &Value) -> SubgraphRequest {
        let name = mutation["name"].as_str().unwrap_or_default();
        let (mut parameters, mut arguments, mut variables) = (Vec::new(), Vec::new(), Map::new());
        for argument in
            mutation["args"].as_array().into_iter().flatten().filter(|argument| is_needed(argument))
        {
            let argument_name = argument["name"].as_str().unwrap_or_default();
            parameters.push(format!("${argument_name}: {}", spelled(&argument["type"])));
            arguments.push(format!("{argument_name}: ${argument_name}"));
            variables.insert(argument_name.to_owned(), self.value(&argument["type"], 0));
        }
        let list = |parts: Vec<String>| {
            if parts.is_empty() { String::new() } else { format!("({})", parts.join(", ")) }
        };
        let mut request = SubgraphRequest::new(format!(
            "mutation{} {{ {name}{} {{ __typename }} }}",
            list(parameters),
            list(arguments)
        ));
        request.variables = variables;
        request
    }

    /// Some value of a type.
    fn value(&self, kind: &Value, depth: usize) -> Value {
        let name = match kind["kind"].as_str() {
            Some("NON_NULL") => return self.value(&kind["ofType"], depth),
            Some("LIST") => return json!([self.value(&kind["ofType"], depth)]),
            _ => kind["name"].as_str().unwrap_or_default(),
        };
        let known = self.types.get(name).expect("a named type is described");
        match known["kind"].as_str() {
            Some("ENUM") => known["enumValues"][0]["name"].clone(),
            Some("INPUT_OBJECT") if depth < DEPTH_MAX => {
                let fields = known["inputFields"].as_array().into_iter().flatten();
                let given = fields.filter(|field| is_needed(field)).map(|field| {
                    (
                        field["name"].as_str().unwrap_or_default().to_owned(),
                        self.value(&field["type"], depth + 1),
                    )
                });
                Value::Object(given.collect())
            }
            _ => scalar(name),
        }
    }
}

/// Whether a client must give it.
fn is_needed(input: &Value) -> bool {
    input["type"]["kind"] == "NON_NULL" && input["defaultValue"].is_null()
}

/// A type as it is written.
fn spelled(kind: &Value) -> String {
    match kind["kind"].as_str() {
        Some("NON_NULL") => format!("{}!", spelled(&kind["ofType"])),
        Some("LIST") => format!("[{}]", spelled(&kind["ofType"])),
        _ => kind["name"].as_str().unwrap_or_default().to_owned(),
    }
}

fn scalar(name: &str) -> Value {
    match name {
        "ID" => json!("0197c2f0-0000-7000-8000-00000000ffff"),
        "Int" => json!(1),
        "Boolean" => json!(true),
        "Decimal" => json!("1"),
        "CurrencyCode" => json!("THB"),
        "Date" => json!("2026-07-02"),
        "DateTime" => json!("2026-07-02T08:00:00Z"),
        "JSON" => json!({}),
        "String" => json!("nothing of the kind"),
        other => panic!("no value is known for the scalar {other}"),
    }
}
