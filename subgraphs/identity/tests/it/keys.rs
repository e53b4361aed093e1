//! Signing keys: published before they sign, until after they signed, shared by processes.

use std::time::Duration;

use chassis::testkit::{data, first_code};
use chassis::{Keys, TokenVerifier, Trust, boot};
use entities_identity::signing_key::Entity;
use sea_orm::EntityTrait;
use serde_json::Value;
use subgraph_identity::signing::KeyRing;
use subgraph_identity::{issue_token, start};

use crate::house::{House, environment, holder, trust};

fn kid(payload: &Value) -> String {
    jsonwebtoken::decode_header(payload["accessToken"].as_str().unwrap()).unwrap().kid.unwrap()
}

async fn statuses(house: &House) -> Vec<String> {
    let keys = Entity::find().all(house.kit.db().read()).await.unwrap();
    let mut statuses: Vec<_> = keys.into_iter().map(|key| key.status).collect();
    let order = ["RETIRED", "RETIRING", "CURRENT", "NEXT"];
    statuses.sort_by_key(|status| order.iter().position(|known| known == status));
    statuses
}

async fn ring(house: &House) -> KeyRing {
    KeyRing::open(house.kit.db(), house.kit.clock(), house.trust.clone()).await.unwrap()
}

#[tokio::test]
async fn a_turn_keeps_old_tokens_good_and_signs_with_a_key_already_known() {
    let house = House::open().await;
    let ring = ring(&house).await;
    let known: Vec<_> = ring.published().keys.iter().filter_map(|key| key.common.key_id.clone()).collect();
    let before = house.signed_in("chef@andaman.example").await;
    ring.rotate().await.unwrap();
    assert_eq!(statuses(&house).await, ["RETIRING", "CURRENT", "NEXT"]);
    let restarted = start(house.environment(), house.trust.clone()).await.unwrap();
    let house = House { identity: restarted, ..house };
    let after = house.signed_in("chef@andaman.example").await;
    assert_ne!(kid(&before), kid(&after));
    assert!(known.contains(&kid(&after)));
    for payload in [&before, &after] {
        data(house.ask(payload, "{ me { id } }").await);
    }
}

#[tokio::test]
async fn keys_turn_after_thirty_days_and_are_erased_soon_after() {
    let house = House::open().await;
    let ring = ring(&house).await;
    ring.look_after().await.unwrap();
    assert_eq!(statuses(&house).await, ["CURRENT", "NEXT"]);
    house.kit.clock().advance(Duration::from_secs(30 * 24 * 3_600));
    ring.look_after().await.unwrap();
    assert_eq!(statuses(&house).await, ["RETIRING", "CURRENT", "NEXT"]);
    assert_eq!(ring.published().keys.len(), 3);
    house.kit.clock().advance(Duration::from_secs(15 * 60));
    ring.look_after().await.unwrap();
    assert_eq!(statuses(&house).await, ["RETIRED", "CURRENT", "NEXT"]);
    assert_eq!(ring.published().keys.len(), 2);
    let keys = Entity::find().all(house.kit.db().read()).await.unwrap();
    assert!(keys.iter().all(|key| key.private_key.is_empty() == (key.status == "RETIRED")));
}

#[tokio::test]
async fn a_retired_key_seals_nothing_any_more() {
    let house = House::open().await;
    let ring = ring(&house).await;
    let payload = house.signed_in("chef@andaman.example").await;
    ring.rotate().await.unwrap();
    house.kit.clock().advance(Duration::from_secs(15 * 60));
    ring.look_after().await.unwrap();
    let fresh = TokenVerifier::new(
        house.trust.clone(),
        chassis::Clock::standing_at("2026-07-01T08:01:00Z".parse().unwrap()),
    );
    assert!(fresh.verify(payload["accessToken"].as_str().unwrap()).await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn processes_that_start_together_share_one_pair_of_keys() {
    let kit = chassis::testkit::Kit::new::<subgraph_identity::Migrator>().await;
    let other = boot::open::<subgraph_identity::Migrator>(&kit.database().url()).await.unwrap();
    let open = |db| KeyRing::open(db, kit.clock(), trust());
    let rings = tokio::try_join!(open(kit.db()), open(&other), open(kit.db()), open(&other)).unwrap();
    assert_eq!(Entity::find().all(kit.db().read()).await.unwrap().len(), 2);
    assert_eq!(rings.0.published(), rings.3.published());
    other.close().await.unwrap();
}

#[tokio::test]
async fn another_process_verifies_by_the_published_key_set() {
    let house = House::open().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/.well-known/jwks.json", listener.local_addr().unwrap());
    let router = house.identity.router();
    chassis::task::spawn("identity", async move {
        boot::serve_on(router, listener, std::future::pending()).await.unwrap();
    });
    let elsewhere = Trust { keys: Keys::at_url(url), ..trust() };
    let verifier = TokenVerifier::new(elsewhere, house.kit.clock().clone());
    let payload = house.signed_in("buyer@andaman.example").await;
    let caller = verifier.verify(payload["accessToken"].as_str().unwrap()).await.unwrap();
    assert_eq!(caller.username, "buyer@andaman.example");
    assert!(caller.may("vendors:create") && !caller.may("inventory:receive"));
}

#[tokio::test]
async fn a_token_made_by_hand_is_good_and_belongs_to_no_session() {
    let house = House::open().await;
    let token =
        issue_token(&house.environment(), house.trust.clone(), "Partner@andaman.example").await.unwrap();
    let payload = serde_json::json!({ "accessToken": token });
    let me = data(house.ask(&payload, "{ me { username } sessions { totalCount } }").await);
    assert_eq!(me["me"]["username"], "partner@andaman.example");
    let answer = data(house.ask(&payload, "mutation { logout { revokedSessions } }").await);
    assert_eq!(answer["logout"]["revokedSessions"], 0);
    let error = issue_token(&house.environment(), house.trust.clone(), "nobody").await.unwrap_err();
    assert_eq!(error.code().as_str(), "NOT_FOUND");
}

#[tokio::test]
async fn a_token_of_another_deployment_is_refused() {
    let (here, there) = (House::open().await, House::open().await);
    let payload = there.signed_in("admin@andaman.example").await;
    let answer = here.kit.ask(&here.identity, &holder(&payload), "{ me { id } }").await;
    assert_eq!(first_code(&answer), "UNAUTHENTICATED");
    let other_issuer = Trust { issuer: "somebody".to_owned(), ..here.trust.clone() };
    let env = environment(&here.kit, &here.trust);
    let token = issue_token(&env, other_issuer, "admin@andaman.example").await.unwrap();
    let answer = here.ask(&serde_json::json!({ "accessToken": token }), "{ me { id } }").await;
    assert_eq!(first_code(&answer), "UNAUTHENTICATED");
}
