//! Tokens: who is let in, and every way in that must be shut.

use crate::kit::{Answer, Server};
use crate::tokens::{AUTH, Signer, by_hand, claims, claims_but, now};
use axum::routing::get;
use axum::{Json, Router};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::json;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

async fn with_header(server: &Server, authorization: &str) -> Answer {
    Answer::of(server.post(&json!({ "query": "{ locations }" })).header("authorization", authorization)).await
}

pub(crate) async fn with_token(server: &Server, token: &str) -> u16 {
    with_header(server, &format!("Bearer {token}")).await.status.as_u16()
}

#[tokio::test]
async fn a_valid_token_is_let_in_and_travels_on() {
    let signer = Signer::usual();
    let server = Server::trusting(AUTH, signer.keys()).await;
    let token = signer.sign(&claims());
    assert_eq!(with_token(&server, &token).await, 200);
    assert_eq!(with_token(&server, &token).await, 200, "a remembered token, too");
    let seen = server.watch.requests_to("stock");
    assert!(seen.iter().all(|request| request.token() == Some(token.as_str())), "subgraphs verify it again");
}

#[tokio::test]
async fn an_elliptic_key_is_as_good() {
    let signer = Signer::elliptic();
    let server = Server::trusting(AUTH, signer.keys()).await;
    assert_eq!(with_token(&server, &signer.sign(&claims())).await, 200);
}

#[tokio::test]
async fn no_token_passes_unless_one_is_required() {
    let signer = Signer::usual();
    let open = Server::trusting(AUTH, signer.keys()).await;
    assert_eq!(open.ask("{ locations }").await.status, 200, "signing in needs no token");
    let closed = AUTH.replace("auth: {", "auth: { required: true,");
    let closed = Server::trusting(&closed, signer.keys()).await;
    let answer = closed.ask("{ locations }").await;
    assert_eq!((answer.status.as_u16(), answer.codes()), (401, vec!["UNAUTHENTICATED"]));
    assert_eq!(answer.header("www-authenticate"), "Bearer");
    assert_eq!(with_token(&closed, &signer.sign(&claims())).await, 200);
}

#[tokio::test]
async fn forged_and_stale_tokens_are_refused() {
    let signer = Signer::usual();
    let server = Server::trusting(AUTH, signer.keys()).await;
    let valid = signer.sign(&claims());
    let (head, rest) = valid.split_once('.').unwrap();
    let (body, signature) = rest.split_once('.').unwrap();
    let admin = by_hand(&json!({}), &claims_but("sub", "admin"), &[]);
    let admin = admin.split('.').nth(1).unwrap();
    // A public key taken for a shared secret: the classic confusion.
    let public = serde_json::to_vec(&signer.key_set()).unwrap();
    let mut hs256 = Header::new(Algorithm::HS256);
    hs256.kid = Some("rsa-1".to_owned());
    let confused = jsonwebtoken::encode(&hs256, &claims(), &EncodingKey::from_secret(&public)).unwrap();
    let none = json!({ "alg": "none", "kid": "rsa-1", "typ": "JWT" });
    let rs256 = json!({ "alg": "RS256", "kid": "rsa-1" });
    let embedded = json!({ "alg": "RS256", "kid": "rsa-1", "jwk": signer.key_set().keys[0] });
    for (name, token) in [
        ("alg none", by_hand(&none, &claims(), &[])),
        ("alg none with a signature", by_hand(&none, &claims(), b"signature")),
        ("alg NoNe", by_hand(&json!({ "alg": "NoNe", "kid": "rsa-1" }), &claims(), &[])),
        ("no signature", by_hand(&rs256, &claims(), &[])),
        ("its own key", by_hand(&embedded, &claims(), b"signature")),
        ("HS256 over the public key", confused),
        ("RS512 under an RS256 key", signer.sign_as(Algorithm::RS512, Some("rsa-1"), &claims())),
        ("tampered claims", format!("{head}.{admin}.{signature}")),
        ("tampered signature", format!("{head}.{body}.{}", signature.chars().rev().collect::<String>())),
        ("somebody else's key", Signer::impostor().sign(&claims())),
        ("unknown kid", signer.sign_as(Algorithm::RS256, Some("other"), &claims())),
        ("no kid", signer.sign_as(Algorithm::RS256, None, &claims())),
        ("expired", signer.sign(&claims_but("exp", now() - 61))),
        ("not yet valid", signer.sign(&claims_but("nbf", now() + 120))),
        ("other audience", signer.sign(&claims_but("aud", "others"))),
        ("other issuer", signer.sign(&claims_but("iss", "somebody"))),
        ("no expiry", signer.sign(&json!({ "iss": "the-issuer", "aud": "carmen", "sub": "x" }))),
        ("no audience", signer.sign(&json!({ "iss": "the-issuer", "sub": "x", "exp": now() + 60 }))),
        ("no subject", signer.sign(&json!({ "iss": "the-issuer", "aud": "carmen", "exp": now() + 60 }))),
        ("not a token", "abc".to_owned()),
        ("too long", format!("{valid}{}", "A".repeat(9_000))),
    ] {
        let answer = with_header(&server, &format!("Bearer {token}")).await;
        assert_eq!((answer.status.as_u16(), answer.codes()), (401, vec!["UNAUTHENTICATED"]), "{name}");
        assert_eq!(
            answer.message(),
            "the access token is not valid",
            "{name}: the reason helps attackers only"
        );
    }
    for header in ["Basic abc", "Bearer", &valid] {
        let answer = with_header(&server, header).await;
        assert_eq!((answer.status.as_u16(), answer.codes()), (401, vec!["UNAUTHENTICATED"]), "{header}");
    }
    assert!(server.watch.requests_to("stock").is_empty());
    assert_eq!(with_token(&server, &valid).await, 200, "and the right one still passes");
}

#[tokio::test]
async fn clocks_may_differ_by_less_than_a_minute() {
    let signer = Signer::usual();
    let server = Server::trusting(AUTH, signer.keys()).await;
    assert_eq!(with_token(&server, &signer.sign(&claims_but("exp", now() - 30))).await, 200);
    assert_eq!(with_token(&server, &signer.sign(&claims_but("nbf", now() + 30))).await, 200);
}

/// Published keys that change, and how often they were asked for.
#[derive(Default)]
pub(crate) struct Published {
    pub(crate) keys: Mutex<Option<JwkSet>>,
    pub(crate) asked: AtomicUsize,
}

pub(crate) async fn publish(published: Arc<Published>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
    let url = format!("http://{}/jwks.json", listener.local_addr().expect("it is bound"));
    let routes = Router::new().route(
        "/jwks.json",
        get(move || {
            published.asked.fetch_add(1, Ordering::SeqCst);
            let keys = published.keys.lock().expect("nobody panics while holding it").clone();
            async { Json(keys) }
        }),
    );
    tokio::spawn(async { axum::serve(listener, routes).await });
    url
}

#[tokio::test]
async fn published_keys_are_fetched_once_and_unknown_ids_do_not_hammer_the_issuer() {
    let signer = Signer::usual();
    let published = Arc::new(Published::default());
    *published.keys.lock().unwrap() = Some(signer.key_set());
    let url = publish(Arc::clone(&published)).await;
    let auth =
        format!("auth: {{ issuers: [{{ issuer: the-issuer, audience: carmen, jwks_url: \"{url}\" }}] }}");
    let server = Server::with(&auth).await;
    assert_eq!(published.asked.load(Ordering::SeqCst), 0, "an issuer that starts later is no obstacle");
    for user in ["a", "b", "c"] {
        assert_eq!(with_token(&server, &signer.sign(&claims_but("sub", user))).await, 200);
    }
    let invented = ["k1", "k2", "k3", "k4"].map(|kid| Signer::usual().with_kid(kid).sign(&claims()));
    for token in &invented {
        assert_eq!(with_token(&server, token).await, 401);
    }
    assert_eq!(published.asked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn an_issuer_that_is_down_leaves_its_tokens_undecided_but_not_the_others() {
    let signer = Signer::usual();
    let auth = "auth: { issuers: [\
                  { issuer: gone, audience: carmen, jwks_url: \"http://127.0.0.1:1/jwks.json\" },\
                  { issuer: the-issuer, audience: carmen }] }";
    let server = Server::trusting(auth, signer.keys()).await;
    let undecided = signer.sign(&claims_but("iss", "gone"));
    let answer = with_header(&server, &format!("Bearer {undecided}")).await;
    assert_eq!((answer.status.as_u16(), answer.codes()), (503, vec!["UPSTREAM_UNAVAILABLE"]));
    assert_eq!(with_token(&server, "nonsense").await, 401, "that needs no issuer");
    assert_eq!(with_token(&server, &signer.sign(&claims())).await, 200);
}
