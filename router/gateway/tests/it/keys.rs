//! An issuer's keys: how they are looked after, and what is no use as one.

use crate::auth::{Published, publish, with_token};
use crate::kit::Server;
use crate::tokens::{AUTH, Signer, claims, claims_but};
use jsonwebtoken::jwk::{JwkSet, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use router_gateway::auth::KeySet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// Lets time pass between two looks at the keys, without letting time-outs fire meanwhile.
async fn pass(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

async fn server_of(published: &Arc<Published>) -> Server {
    let url = publish(Arc::clone(published)).await;
    let auth =
        format!("auth: {{ issuers: [{{ issuer: the-issuer, audience: carmen, jwks_url: \"{url}\" }}] }}");
    Server::with(&auth).await
}

#[tokio::test]
async fn a_new_key_is_found_after_the_pause_and_a_withdrawn_one_forgotten() {
    let (old, new) = (Signer::usual(), Signer::impostor().with_kid("rsa-2"));
    let published = Arc::new(Published::default());
    let publish_keys = |keys| *published.keys.lock().unwrap() = Some(JwkSet { keys });
    let (old_key, new_key) = (old.key_set().keys.remove(0), new.key_set().keys.remove(0));
    publish_keys(vec![old_key.clone()]);
    let server = server_of(&published).await;
    assert_eq!(with_token(&server, &old.sign(&claims())).await, 200);
    publish_keys(vec![old_key, new_key.clone()]);
    assert_eq!(with_token(&server, &new.sign(&claims())).await, 401, "within the pause");
    pass(Duration::from_secs(11)).await;
    assert_eq!(with_token(&server, &new.sign(&claims())).await, 200);

    publish_keys(vec![new_key]);
    pass(Duration::from_secs(901)).await;
    assert_eq!(with_token(&server, &old.sign(&claims_but("sub", "another"))).await, 401, "it was withdrawn");
    assert_eq!(published.asked.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn known_keys_outlive_an_issuer_that_is_down() {
    let signer = Signer::usual();
    let published = Arc::new(Published::default());
    // No keys yet: `null` is not a key set.
    let server = server_of(&published).await;
    let tokens = ["a", "b", "c"].map(|user| signer.sign(&claims_but("sub", user)));
    let answers = futures::future::join_all(tokens.iter().map(|token| with_token(&server, token))).await;
    assert_eq!(answers, [503; 3], "nobody knows that they are not valid");
    assert_eq!(published.asked.load(Ordering::SeqCst), 1, "who is down is left alone for a while");
    *published.keys.lock().unwrap() = Some(signer.key_set());
    pass(Duration::from_secs(2)).await;
    assert_eq!(with_token(&server, &tokens[0]).await, 200, "but not for long");
    let invented = Signer::usual().with_kid("k1").sign(&claims());
    assert_eq!(with_token(&server, &invented).await, 401, "an issuer that answers knows its keys");
    assert_eq!(with_token(&server, &signer.sign(&claims_but("sub", "d"))).await, 200);
    *published.keys.lock().unwrap() = None;
    pass(Duration::from_secs(901)).await;
    assert_eq!(with_token(&server, &signer.sign(&claims_but("sub", "e"))).await, 200);
    assert_eq!(published.asked.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn many_invented_key_ids_at_once_are_one_question() {
    let published = Arc::new(Published::default());
    *published.keys.lock().unwrap() = Some(Signer::usual().key_set());
    let server = server_of(&published).await;
    let tokens: Vec<String> = (0..20)
        .map(|n| Signer::usual().sign_as(Algorithm::RS256, Some(&format!("k{n}")), &claims()))
        .collect();
    let answers = futures::future::join_all(tokens.iter().map(|token| with_token(&server, token))).await;
    assert_eq!(answers, vec![401; 20]);
    assert_eq!(published.asked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_key_published_for_something_else_verifies_nothing() {
    let signer = Signer::usual();
    let keys = KeySet::in_process();
    let server = Server::trusting(AUTH, keys.clone()).await;
    let token = signer.sign(&claims());
    let mut for_encryption = signer.key_set();
    for_encryption.keys[0].common.public_key_use = Some(PublicKeyUse::Encryption);
    let mut for_another = signer.key_set();
    for_another.keys[0].common.key_algorithm = Some(KeyAlgorithm::RS512);
    for set in [for_encryption, for_another] {
        keys.replace(&set);
        assert_eq!(with_token(&server, &token).await, 401);
    }
    keys.replace(&signer.key_set());
    assert_eq!(with_token(&server, &token).await, 200);
}

#[tokio::test]
async fn keys_that_a_token_brings_along_or_borrows_are_not_trusted() {
    let (signer, attacker) = (Signer::usual(), Signer::impostor());
    let server = Server::trusting(AUTH, signer.keys()).await;
    let header = |algorithm| {
        let mut header = Header::new(algorithm);
        header.kid = Some("rsa-1".to_owned());
        header
    };
    let mut own = header(Algorithm::RS256);
    own.jwk = Some(attacker.key_set().keys.remove(0));
    own.jku = Some("http://127.0.0.1:1/jwks.json".to_owned());
    let own = jsonwebtoken::encode(&own, &claims(), &attacker.key).unwrap();
    assert_eq!(with_token(&server, &own).await, 401, "a key inside the token");
    for secret in signer.public_forms() {
        for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
            let key = EncodingKey::from_secret(&secret);
            let confused = jsonwebtoken::encode(&header(algorithm), &claims(), &key).unwrap();
            assert_eq!(with_token(&server, &confused).await, 401, "the public key as a shared secret");
        }
    }
    let mut critical = header(Algorithm::RS256);
    critical.crit = Some(vec!["b64".to_owned()]);
    let critical = jsonwebtoken::encode(&critical, &claims(), &signer.key).unwrap();
    assert_eq!(with_token(&server, &critical).await, 401, "an extension that must be understood");
}
