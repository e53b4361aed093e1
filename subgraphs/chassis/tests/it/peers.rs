//! Asking other subgraphs: the caller's token goes along, and an outage has a name.

use chassis::testkit::{TestPeer, caller};
use chassis::{Code, HttpPeer, Peers, Subgraph, boot};
use serde_json::{Value, json};

use crate::pantry::{HERE, kit, start};

async fn served(pantry: &Subgraph) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/graphql", listener.local_addr().unwrap());
    let router = pantry.router();
    chassis::task::spawn("pantry", async move {
        boot::serve_on(router, listener, std::future::pending()).await.unwrap();
    });
    url
}

#[tokio::test]
async fn a_peer_sees_the_caller_in_process_and_over_http_alike() {
    let kit = kit().await;
    let pantry = start(&kit);
    let peers = Peers::new();
    peers.connect("near", pantry.clone());
    peers.connect("far", HttpPeer::new("far", served(&pantry).await));
    let caller = kit.caller(HERE, &[]);
    for service in ["near", "far"] {
        let answer = peers.ask(service, "{ me }", Value::Null, &caller).await.unwrap();
        assert_eq!(answer, json!({ "me": caller.username }));
        let error = peers.ask(service, "{ jars { totalCount } }", Value::Null, &caller).await.unwrap_err();
        assert_eq!(
            (error.code(), error.to_string()),
            (Code::Forbidden, "permission jars:view is required".to_owned())
        );
        let anonymous = chassis::testkit::caller(HERE, &[]);
        let error = peers.ask(service, "{ me }", Value::Null, &anonymous).await.unwrap_err();
        assert_eq!(error.code(), Code::Unauthenticated);
    }
}

#[tokio::test]
async fn an_outage_names_the_service() {
    let peers = Peers::new();
    peers.connect("down", HttpPeer::new("down", "http://127.0.0.1:1/graphql"));
    peers.connect("broken", TestPeer::responding(|_| json!({ "errors": [{ "message": "boom" }] })));
    for service in ["down", "broken", "unknown"] {
        let error = peers.ask(service, "{ me }", Value::Null, &caller(HERE, &[])).await.unwrap_err();
        assert_eq!(
            (error.code(), error.to_string()),
            (Code::UpstreamUnavailable, format!("{service} does not answer"))
        );
    }
}

#[tokio::test]
async fn variables_reach_the_peer() {
    let peers = Peers::new();
    let product = TestPeer::answering(|request| json!({ "echo": request.variables["ids"] }));
    peers.connect("product", product.clone());
    let answer =
        peers.ask("product", "query($ids: [ID!]!) { x }", json!({ "ids": ["a"] }), &caller(HERE, &[])).await;
    assert_eq!(answer.unwrap(), json!({ "echo": ["a"] }));
    assert_eq!(product.asked().len(), 1);
}
