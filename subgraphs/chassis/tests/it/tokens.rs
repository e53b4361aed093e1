//! Attacks on the bearer token: each ends in UNAUTHENTICATED, none says why.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chassis::testkit::{Kit, claims, data, first_code};
use chassis::{Caller, Claims, Environment, Error, Keys, SubgraphRequest, TokenVerifier, Trust};
use jsonwebtoken::{EncodingKey, Header};
use serde_json::{Value, json};

use crate::pantry::{HERE, kit, schema, start};

fn part(json: &Value) -> String {
    URL_SAFE_NO_PAD.encode(json.to_string())
}

fn valid(kit: &Kit) -> Claims {
    claims(HERE, &["jars:view"], kit.clock().now())
}

/// Forged and outdated tokens by what is wrong with them.
fn forgeries(kit: &Kit) -> Vec<(&'static str, String)> {
    let good = valid(kit);
    let token = kit.signer().sign(&good);
    let [header, payload, signature] = token.split('.').collect::<Vec<_>>()[..] else { unreachable!() };
    let mut more = serde_json::to_value(&good).unwrap();
    more["permissions"] = json!(["*"]);
    let without = |claim: &str| {
        let mut less = serde_json::to_value(&good).unwrap();
        less.as_object_mut().unwrap().remove(claim);
        kit.signer().sign(&less)
    };
    let public_key = serde_json::to_vec(&kit.signer().key_set().keys[0]).unwrap();
    let mut confused = Header::new(jsonwebtoken::Algorithm::HS256);
    confused.kid = Some("test-key".to_owned());
    let now = kit.clock().now().timestamp();
    vec![
        ("alg none", format!("{}.{payload}.", part(&json!({ "alg": "none", "kid": "test-key" })))),
        (
            "HS256 with the public key",
            jsonwebtoken::encode(&confused, &good, &EncodingKey::from_secret(&public_key)).unwrap(),
        ),
        ("tampered payload", format!("{header}.{}.{signature}", part(&more))),
        ("tampered signature", format!("{header}.{payload}.{}", signature.chars().rev().collect::<String>())),
        ("no signature", format!("{header}.{payload}.")),
        (
            "unknown key",
            format!("{}.{payload}.{signature}", part(&json!({ "alg": "RS256", "kid": "other" }))),
        ),
        ("no key id", format!("{}.{payload}.{signature}", part(&json!({ "alg": "RS256" })))),
        ("expired", kit.signer().sign(&Claims { exp: now - 60, ..good.clone() })),
        ("not yet valid", kit.signer().sign(&Claims { nbf: Some(now + 61), ..good.clone() })),
        ("wrong audience", kit.signer().sign(&Claims { aud: "other".to_owned(), ..good.clone() })),
        ("wrong issuer", kit.signer().sign(&Claims { iss: "evil".to_owned(), ..good.clone() })),
        ("no tenant", without("tenant_id")),
        ("no expiry", without("exp")),
        ("no audience", without("aud")),
        ("no issuer", without("iss")),
        ("nonsense", "nonsense".to_owned()),
        ("far too long", "a".repeat(10_000)),
    ]
}

fn holding(token: String) -> Caller {
    Caller { token: Arc::from(token), ..chassis::testkit::caller(HERE, &["*"]) }
}

#[tokio::test]
async fn no_forgery_gets_through() {
    let kit = kit().await;
    let pantry = start(&kit);
    for (attack, token) in forgeries(&kit) {
        let answer = kit.ask(&pantry, &holding(token), "{ me }").await;
        assert_eq!(first_code(&answer), "UNAUTHENTICATED", "{attack}");
        assert_eq!(answer["data"], Value::Null, "{attack}");
        assert_eq!(answer["errors"][0]["message"], "sign in to do this", "{attack}");
    }
    let caller = holding(kit.signer().sign(&valid(&kit)));
    assert!(data(kit.ask(&pantry, &caller, "{ me }").await)["me"].as_str().unwrap().starts_with("user-"));
}

#[tokio::test]
async fn an_anonymous_request_reaches_the_schema_but_no_data() {
    let kit = kit().await;
    let pantry = start(&kit);
    let answer = pantry.execute(SubgraphRequest::new("{ __typename me }")).await.json().unwrap();
    assert_eq!(first_code(&answer), "UNAUTHENTICATED");
    assert_eq!(answer["errors"][0]["path"], json!(["me"]));
    let entities = r#"{ _entities(representations: [{ __typename: "Jar", id: "00000000-0000-0000-0000-000070000000" }]) { __typename } }"#;
    let answer = pantry.execute(SubgraphRequest::new(entities)).await.json().unwrap();
    assert_eq!(first_code(&answer), "UNAUTHENTICATED");
}

#[tokio::test]
async fn a_remembered_token_still_expires() {
    let kit = kit().await;
    let pantry = start(&kit);
    let caller = holding(kit.signer().sign(&valid(&kit)));
    data(kit.ask(&pantry, &caller, "{ me }").await);
    kit.clock().advance(Duration::from_secs(300 + 59));
    data(kit.ask(&pantry, &caller, "{ me }").await);
    kit.clock().advance(Duration::from_secs(1));
    assert_eq!(first_code(&kit.ask(&pantry, &caller, "{ me }").await), "UNAUTHENTICATED");
}

#[tokio::test]
async fn a_token_is_not_refused_because_its_issuer_is_away() {
    let kit = kit().await;
    // Nobody listens there yet.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let trust = Trust {
        issuer: "carmen-identity".to_owned(),
        audience: "carmen".to_owned(),
        keys: Keys::at_url(format!("http://{address}/keys")),
    };
    let verifier = TokenVerifier::new(trust, kit.clock().clone());
    let token = kit.signer().sign(&valid(&kit));
    assert!(matches!(verifier.verify(&token).await, Err(Error::Unavailable(_))));
    let pantry = schema::start(Environment { verifier: verifier.clone(), ..kit.environment() });
    let answer = pantry.execute(SubgraphRequest::new("{ me }").bearer(&token)).await.json().unwrap();
    assert_eq!(first_code(&answer), "UPSTREAM_UNAVAILABLE");
    assert!(matches!(verifier.verify("nonsense").await, Err(Error::Forbidden(_))), "that needs no issuer");
    let set = serde_json::to_value(kit.signer().key_set()).unwrap();
    let routes = axum::Router::new()
        .route("/keys", axum::routing::get(move || std::future::ready(axum::Json(set.clone()))));
    let listener = tokio::net::TcpListener::bind(address).await.unwrap();
    chassis::task::spawn("keys", async move { axum::serve(listener, routes).await.unwrap() });
    let until = std::time::Instant::now() + Duration::from_secs(8);
    while verifier.verify(&token).await.is_err() {
        assert!(std::time::Instant::now() < until, "the issuer is asked again soon");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn keys_come_by_url_and_an_unknown_key_id_is_not_asked_for_twice() {
    use std::sync::atomic::{AtomicU32, Ordering};
    let kit = kit().await;
    let asked = Arc::new(AtomicU32::new(0));
    let (set, counter) = (serde_json::to_value(kit.signer().key_set()).unwrap(), Arc::clone(&asked));
    let routes = axum::Router::new().route(
        "/keys",
        axum::routing::get(move || {
            counter.fetch_add(1, Ordering::SeqCst);
            std::future::ready(axum::Json(set.clone()))
        }),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/keys", listener.local_addr().unwrap());
    chassis::task::spawn("keys", async move { axum::serve(listener, routes).await.unwrap() });
    let trust = Trust {
        issuer: "carmen-identity".to_owned(),
        audience: "carmen".to_owned(),
        keys: Keys::at_url(url),
    };
    let verifier = TokenVerifier::new(trust, kit.clock().clone());
    let token = kit.signer().sign(&valid(&kit));
    let (first, second) = tokio::join!(verifier.verify(&token), verifier.verify(&token));
    assert!(first.is_ok() && second.is_ok());
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    for (_, forged) in forgeries(&kit) {
        assert!(verifier.verify(&forged).await.is_err());
    }
    assert_eq!(asked.load(Ordering::SeqCst), 1, "invented key ids must not become requests to the issuer");
}
