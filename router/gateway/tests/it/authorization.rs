//! What a caller may see: fields are taken out before planning, and every place where one is missing says so.

use crate::kit::{Answer, Server};
use crate::subgraphs::Watch;
use crate::tokens::{AUTH, Signer, claims_but};
use bytes::Bytes;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use futures::{FutureExt, StreamExt};
use router_executor::{Transport, TransportError};
use router_gateway::Config;
use router_gateway::fleet::InProcess;
use router_protocol::SubgraphRequest;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

const STAFF: &str = r#"
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@authenticated", "@requiresScopes", "@policy"])
type Query { people: [Person!]! me: Person @authenticated named: [Named!]! }
type Mutation { dismiss: Person @requiresScopes(scopes: [["staff:dismiss"]]) }
type Subscription { hired: Person @authenticated }
interface Named { name: String! }
type Person implements Named {
  name: String!
  salary: Int @requiresScopes(scopes: [["salary:view", "staff:view"], ["staff:all"]])
  grade: Int! @requiresScopes(scopes: [["staff:all"]])
  note: String @policy(policies: [["kitchen"]])
  file: File
  boss: Person
}
type Room implements Named { name: String! @authenticated }
type File @authenticated { pages: Int }
"#;

#[derive(Default)]
struct Staff(Mutex<Vec<String>>);

fn person() -> Value {
    json!({ "__typename": "Person", "name": "Ana", "salary": 7, "grade": 3, "note": "n", "file": { "pages": 1 },
            "boss": { "__typename": "Person", "name": "Bo", "salary": 9 } })
}

impl Transport for Staff {
    fn call(&self, request: SubgraphRequest) -> BoxFuture<'static, Result<Bytes, TransportError>> {
        self.0.lock().expect("nobody panics while holding it").push(request.query);
        let data = json!({ "people": [person(), person()], "me": person(), "named": [person()], "dismiss": person() });
        async move { Ok(Bytes::from(json!({ "data": data }).to_string())) }.boxed()
    }

    fn subscribe(
        &self,
        _: SubgraphRequest,
    ) -> BoxFuture<'static, Result<BoxStream<'static, Result<Bytes, TransportError>>, TransportError>> {
        let event = Bytes::from(json!({ "data": { "hired": person() } }).to_string());
        async move { Ok(futures::stream::iter([Ok(event)]).boxed()) }.boxed()
    }
}

struct House {
    server: Server,
    signer: Signer,
    staff: Arc<Staff>,
}

impl House {
    async fn open() -> Self {
        let yaml =
            format!("{AUTH}\nauthorization: {{ policies: {{ kitchen: {{ department: [kitchen, bar] }} }} }}");
        let config = Config::parse(&yaml).expect("the settings are right");
        let (signer, staff) = (Signer::usual(), Arc::new(Staff::default()));
        let member = InProcess { sdl: STAFF.to_owned(), transport: Arc::clone(&staff) as Arc<dyn Transport> };
        let subgraphs = [("staff".to_owned(), member)].into();
        let watch = Arc::new(Watch::default());
        let server = Server::over(config, signer.keys(), (watch, subgraphs), |gateway| gateway).await;
        Self { server, signer, staff }
    }

    async fn ask(&self, claim: Option<(&str, Value)>, query: &str) -> Value {
        let post = self.server.post(&json!({ "query": query }));
        let Some((name, value)) = claim else { return Answer::of(post).await.body };
        Answer::of(post.bearer_auth(self.signer.sign(&claims_but(name, value)))).await.body
    }

    fn last_fetch(&self) -> String {
        self.staff.0.lock().expect("nobody panics while holding it").last().cloned().unwrap_or_default()
    }
}

/// The paths of the fields that were withheld.
fn withheld(answer: &Value) -> Vec<String> {
    let errors = answer["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
    errors
        .iter()
        .map(|error| {
            assert_eq!(error["extensions"]["code"], "UNAUTHORIZED_FIELD_OR_TYPE", "{answer}");
            let path = error["path"].as_array().expect("it says where").iter();
            path.map(|step| step.as_str().map_or_else(|| step.to_string(), str::to_owned))
                .collect::<Vec<_>>()
                .join(".")
        })
        .collect()
}

#[tokio::test]
async fn scopes_are_alternatives_of_what_is_needed_together() {
    let house = House::open().await;
    let query = "{ people { name salary } }";
    for (claim, may) in [
        (None, false),
        (Some(("scope", json!("salary:view"))), false),
        (Some(("scope", json!("other salary:view staff:view"))), true),
        (Some(("scp", json!(["staff:view", "salary:view"]))), true),
        (Some(("permissions", json!(["staff:all"]))), true),
        (Some(("roles", json!(["staff:all"]))), false),
    ] {
        let answer = house.ask(claim.clone(), query).await;
        let expected = if may { json!(7) } else { json!(null) };
        assert_eq!(
            answer["data"]["people"][1],
            json!({ "name": "Ana", "salary": expected }),
            "{claim:?}: {answer}"
        );
        let places = if may { vec![] } else { vec!["people.0.salary", "people.1.salary"] };
        assert_eq!(withheld(&answer), places, "{claim:?}");
        assert_eq!(house.last_fetch().contains("salary"), may, "what is withheld is not fetched");
    }
}

#[tokio::test]
async fn nulls_propagate_from_a_withheld_field_and_aliases_keep_their_places() {
    let house = House::open().await;
    let query = "{ me { name boss { pay: salary ...F } } } fragment F on Person { name }";
    let answer = house.ask(Some(("scope", json!("x"))), query).await;
    assert_eq!(answer["data"]["me"], json!({ "name": "Ana", "boss": { "pay": null, "name": "Bo" } }));
    assert_eq!(withheld(&answer), ["me.boss.pay"]);
    let answer = house.ask(Some(("scope", json!("x"))), "{ me { name boss { grade } } }").await;
    assert_eq!(answer["data"]["me"], json!({ "name": "Ana", "boss": null }), "grade may not be null");
    assert_eq!(withheld(&answer), ["me.boss.grade"]);
}

#[tokio::test]
async fn types_policies_and_implementations_are_guarded_too() {
    let house = House::open().await;
    for (claim, query, places) in [
        (None, "{ people { file { pages } } }", vec!["people.0.file", "people.1.file"]),
        (Some(("scope", json!(""))), "{ people { file { pages } } }", vec![]),
        (None, "{ named { name } }", vec!["named.0.name"]),
        (None, "{ named { ... on Person { name } } }", vec![]),
        (Some(("scope", json!(""))), "{ named { name } }", vec![]),
        (Some(("department", json!("kitchen"))), "{ me { note } }", vec![]),
        (Some(("department", json!("bar"))), "{ me { note } }", vec![]),
        (Some(("department", json!("spa"))), "{ me { note } }", vec!["me.note"]),
        (None, "{ me { name } }", vec!["me"]),
    ] {
        let answer = house.ask(claim.clone(), query).await;
        assert_eq!(withheld(&answer), places, "{claim:?} {query}: {answer}");
    }
}

#[tokio::test]
async fn a_withheld_mutation_or_subscription_does_not_run() {
    let house = House::open().await;
    let answer = house.ask(Some(("scope", json!("x"))), "mutation { dismiss { name } }").await;
    assert_eq!(
        (&answer["data"], withheld(&answer)),
        (&json!({ "dismiss": null }), vec!["dismiss".to_owned()])
    );
    assert_eq!(house.last_fetch(), "", "nothing was asked");
    let open = |token: Option<String>| {
        let mut post = house.server.post(&json!({ "query": "subscription { hired { name } }" }));
        post = post.header("accept", "text/event-stream");
        if let Some(token) = token { post.bearer_auth(token) } else { post }
    };
    let refused = Answer::of(open(None)).await;
    assert_eq!(refused.codes(), ["UNAUTHORIZED_FIELD_OR_TYPE"], "{refused:?}");
    let token = house.signer.sign(&claims_but("scope", ""));
    let text = open(Some(token)).send().await.unwrap().text().await.unwrap();
    assert!(text.contains(r#"{"hired":{"name":"Ana"}}"#), "{text}");
}

#[tokio::test]
async fn what_is_withheld_does_not_change_where_the_rest_stands() {
    let house = House::open().await;
    let query = "query($no: Boolean! = false) { people { boss @include(if: $no) { salary } name boss { name salary } } }";
    let answer = house.ask(None, query).await;
    assert_eq!(withheld(&answer), ["people.0.boss.salary", "people.1.boss.salary"], "{answer}");
    assert_eq!(
        answer["data"]["people"][0].to_string(),
        r#"{"name":"Ana","boss":{"name":"Bo","salary":null}}"#
    );
}
