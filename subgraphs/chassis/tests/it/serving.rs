//! The HTTP and WebSocket interface of a subgraph process.

use chassis::testkit::{Kit, claims};
use chassis::{Caller, Claims, boot};
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use crate::pantry::{ELSEWHERE, HERE, fill, kit, start};

struct Server {
    address: std::net::SocketAddr,
    stop: tokio::sync::oneshot::Sender<()>,
    stopped: tokio::task::JoinHandle<()>,
}

async fn serve(kit: &Kit) -> Server {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopping) = tokio::sync::oneshot::channel::<()>();
    let router = start(kit).router();
    let stopped = chassis::task::spawn("pantry", async move {
        let stopping = async { stopping.await.unwrap_or(()) };
        boot::serve_on(router, listener, stopping).await.unwrap();
    });
    Server { address, stop, stopped }
}

async fn post(server: &Server, caller: &Caller, body: &Value) -> (u16, Value) {
    let url = format!("http://{}/graphql", server.address);
    let response =
        reqwest::Client::new().post(url).bearer_auth(&caller.token).json(body).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

#[tokio::test]
async fn single_and_batched_operations_are_answered_over_http() {
    let kit = kit().await;
    fill(kit.db(), HERE, 3).await;
    let (server, caller) = (serve(&kit).await, kit.caller(HERE, &["jars:view"]));
    let one = json!({ "query": "{ jars { totalCount } }", "variables": null });
    assert_eq!(post(&server, &caller, &one).await, (200, json!({ "data": { "jars": { "totalCount": 3 } } })));
    let (status, answers) = post(&server, &caller, &json!([one, { "query": "{ me }" }])).await;
    assert_eq!((status, answers[1]["data"]["me"].as_str()), (200, Some(caller.username.as_str())));
    let (status, answer) = post(&server, &caller, &json!(vec![one; 11])).await;
    assert_eq!((status, answer["errors"][0]["extensions"]["code"].as_str()), (400, Some("VALIDATION_ERROR")));
    assert_eq!(post(&server, &caller, &json!({ "no": "query" })).await.0, 400);
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_and_health_is_open() {
    let kit = kit().await;
    let server = serve(&kit).await;
    let client = reqwest::Client::new();
    let url = format!("http://{}", server.address);
    let huge =
        client.post(format!("{url}/graphql")).body(vec![b' '; 2 * 1024 * 1024 + 1]).send().await.unwrap();
    assert_eq!(huge.status(), 413);
    for path in ["health", "health/ready"] {
        assert_eq!(client.get(format!("{url}/{path}")).send().await.unwrap().status(), 200);
    }
    kit.db().close().await.unwrap();
    assert_eq!(client.get(format!("{url}/health/ready")).send().await.unwrap().status(), 503);
    assert_eq!(client.get(format!("{url}/health")).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn stopping_ends_the_server() {
    let kit = kit().await;
    let server = serve(&kit).await;
    server.stop.send(()).unwrap();
    server.stopped.await.unwrap();
    assert!(TcpStream::connect(server.address).await.is_err());
}

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn connect(server: &Server, path: &str, header: Option<&str>, payload: Value) -> Socket {
    let mut request = format!("ws://{}{path}", server.address).into_client_request().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
    if let Some(token) = header {
        request.headers_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
    }
    let (mut socket, response) = tokio_tungstenite::connect_async(request).await.unwrap();
    assert_eq!(response.headers()["sec-websocket-protocol"], "graphql-transport-ws");
    send(&mut socket, json!({ "type": "connection_init", "payload": payload })).await;
    assert_eq!(receive(&mut socket).await["type"], "connection_ack");
    send(
        &mut socket,
        json!({ "id": "1", "type": "subscribe", "payload": { "query": "subscription { jarAdded }" } }),
    )
    .await;
    socket
}

async fn send(socket: &mut Socket, message: Value) {
    socket.send(Message::text(message.to_string())).await.unwrap();
}

async fn receive(socket: &mut Socket) -> Value {
    loop {
        let message = socket.next().await.unwrap().unwrap();
        if let Message::Text(text) = message {
            return serde_json::from_str(&text).unwrap();
        }
    }
}

#[tokio::test]
async fn events_reach_a_subscriber_whichever_way_it_signs_in() {
    let kit = kit().await;
    let (server, caller) = (serve(&kit).await, kit.caller(HERE, &["jars:create"]));
    let bearer = format!("Bearer {}", caller.token);
    let ways = [
        ("/graphql", Some(&*caller.token), Value::Null),
        ("/graphql/ws", None, json!({ "Authorization": bearer })),
        ("/graphql", None, json!({ "authorization": bearer })),
    ];
    for (path, header, payload) in ways {
        let mut socket = connect(&server, path, header, payload).await;
        // The subscription starts at the latest event; jars are added until it has started and delivers one.
        let delivered = loop {
            let add = json!({ "query": "mutation { addJar(name: \"plum\") { userErrors { code } } }" });
            assert_eq!(post(&server, &caller, &add).await.0, 200);
            match tokio::time::timeout(std::time::Duration::from_millis(300), receive(&mut socket)).await {
                Ok(message) => break message,
                Err(_) => continue,
            }
        };
        assert_eq!(
            delivered,
            json!({ "id": "1", "type": "next", "payload": { "data": { "jarAdded": "plum" } } })
        );
    }
}

#[tokio::test]
async fn a_subscriber_without_a_good_token_is_turned_away() {
    let kit = kit().await;
    let server = serve(&kit).await;
    for payload in [Value::Null, json!({ "authorization": "Bearer forged" })] {
        let mut socket = connect(&server, "/graphql", None, payload).await;
        let message = receive(&mut socket).await;
        let code = message
            .pointer("/payload/errors/0/extensions/code")
            .or(message.pointer("/payload/0/extensions/code"));
        assert_eq!(code, Some(&json!("UNAUTHENTICATED")), "{message}");
    }
}

#[tokio::test]
async fn a_renewed_token_of_the_same_caller_is_accepted_and_any_other_ends_the_connection() {
    let kit = kit().await;
    let server = serve(&kit).await;
    let first = claims(HERE, &["*"], kit.clock().now());
    let bearer = |claims: &Claims| format!("Bearer {}", kit.signer().sign(claims));
    let second = Claims { exp: first.exp + 60, ..first.clone() };
    let stale = Claims { exp: first.exp - 400, ..first.clone() };
    let elsewhere = Claims { tenant_id: ELSEWHERE, ..first.clone() };
    for (token, is_accepted) in [
        (bearer(&second), true),
        (bearer(&stale), false),
        (bearer(&elsewhere), false),
        (bearer(&claims(HERE, &["*"], kit.clock().now())), false),
        ("Bearer forged".to_owned(), false),
    ] {
        let payload = json!({ "authorization": bearer(&first) });
        let mut socket = connect(&server, "/graphql", None, payload).await;
        send(&mut socket, json!({ "type": "ping", "payload": { "authorization": token } })).await;
        match socket.next().await.unwrap().unwrap() {
            Message::Text(text) if is_accepted => {
                let pong: Value = serde_json::from_str(&text).unwrap();
                assert_eq!(pong, json!({ "type": "pong", "payload": { "authorization": "accepted" } }));
            }
            Message::Close(Some(frame)) if !is_accepted => {
                assert_eq!(frame.reason.as_str(), "the renewed access token is not accepted");
            }
            other => panic!("{token}: {other:?}"),
        }
    }
    let mut stranger = connect(&server, "/graphql", None, Value::Null).await;
    receive(&mut stranger).await;
    send(&mut stranger, json!({ "type": "ping", "payload": { "authorization": bearer(&first) } })).await;
    let last = loop {
        match stranger.next().await.unwrap().unwrap() {
            Message::Close(frame) => break frame,
            Message::Text(text) => assert!(!text.contains("accepted"), "{text}"),
            _ => {}
        }
    };
    assert!(last.is_some(), "who came as nobody does not become somebody");
}
