//! Progressive overrides: the caller decides which subgraph serves a field.

use crate::kit::{Answer, Server};
use crate::subgraphs::Watch;
use crate::tokens::{AUTH, Signer, claims_but};
use bytes::Bytes;
use futures::FutureExt;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use router_executor::{Transport, TransportError, TransportFault};
use router_gateway::Config;
use router_gateway::fleet::InProcess;
use router_protocol::SubgraphRequest;
use serde_json::{Map, Value, json};
use std::sync::Arc;

const LINK: &str = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@override", "@shareable"])"#;

/// The fields and the labels under which they move.
const FIELDS: [(&str, &str); 4] =
    [("beta", "beta"), ("always", "percent(100)"), ("never", "percent(0)"), ("unruled", "unruled")];

/// Answers every field with its own name.
struct Named(&'static str);

impl Transport for Named {
    fn call(&self, request: SubgraphRequest) -> BoxFuture<'static, Result<Bytes, TransportError>> {
        let asked = FIELDS.iter().filter(|(name, _)| request.query.contains(name));
        let data: Map<String, Value> = asked.map(|(name, _)| ((*name).to_owned(), self.0.into())).collect();
        async move { Ok(Bytes::from(json!({ "data": data }).to_string())) }.boxed()
    }

    fn subscribe(
        &self,
        _: SubgraphRequest,
    ) -> BoxFuture<'static, Result<BoxStream<'static, Result<Bytes, TransportError>>, TransportError>> {
        let message = "it has none".to_owned();
        async move { Err(TransportError { fault: TransportFault::Unreachable, message }) }.boxed()
    }
}

#[tokio::test]
async fn labels_follow_claims_and_shares_and_plans_do_not_mix() {
    let field =
        |name: &str, label: &str| format!("{name}: String @override(from: \"old\", label: \"{label}\")");
    let moved: Vec<String> = FIELDS.iter().map(|(name, label)| field(name, label)).collect();
    let old = format!("{LINK} type Query {{ beta: String always: String never: String unruled: String }}");
    let new = format!("{LINK} type Query {{ {} }}", moved.join(" "));
    let member = |name: &'static str, sdl: String| {
        (name.to_owned(), InProcess { sdl, transport: Arc::new(Named(name)) as Arc<dyn Transport> })
    };
    let rule = "overrides: { labels: { beta: { claim: groups, equals: beta } } }";
    let config = Config::parse(&format!("{AUTH}\n{rule}")).unwrap();
    let signer = Signer::usual();
    let subgraphs = [member("old", old), member("new", new)].into();
    let server =
        Server::over(config, signer.keys(), (Arc::new(Watch::default()), subgraphs), |gateway| gateway).await;
    for (groups, beta) in
        [(json!(["beta"]), "new"), (json!(["others"]), "old"), (json!(["x", "beta"]), "new")]
    {
        let post = server.post(&json!({ "query": "{ beta always never unruled }" }));
        let answer = Answer::of(post.bearer_auth(signer.sign(&claims_but("groups", groups)))).await;
        let expected = json!({ "beta": beta, "always": "new", "never": "old", "unruled": "old" });
        assert_eq!(answer.body["data"], expected, "{answer:?}");
    }
}
