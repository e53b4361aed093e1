//! Users as other services point at them: within the tenant, in one statement, without others' permissions.

use std::time::Duration;

use chassis::testkit::{TestDatabase, data, first_code};
use chassis::{Bus, Event};
use serde_json::{Value, json};
use subgraph_identity::demo::{ACCOUNTS, ANDAMAN};

use crate::house::{House, PASSWORD, holder};

const ENTITIES: &str = "query($representations: [_Any!]!) {
    _entities(representations: $representations) { ... on User { username roles { key } } } }";

fn everybody() -> Value {
    let users = ACCOUNTS.map(|account| json!({ "__typename": "User", "id": account.user }));
    json!({ "representations": users })
}

#[tokio::test]
async fn another_tenants_user_is_nobody() {
    let house = House::open().await;
    for (username, visible) in [("admin@andaman.example", 5), ("admin@lanna.example", 1)] {
        let payload = house.signed_in(username).await;
        let answer = house.kit.ask_with(&house.identity, &holder(&payload), ENTITIES, everybody()).await;
        let found =
            data(answer)["_entities"].as_array().unwrap().iter().filter(|user| !user.is_null()).count();
        assert_eq!(found, visible, "{username}");
    }
}

#[tokio::test]
async fn all_users_and_their_roles_cost_two_statements() {
    let house = House::open().await;
    let payload = house.signed_in("admin@andaman.example").await;
    house.kit.db().statements().start();
    data(house.kit.ask_with(&house.identity, &holder(&payload), ENTITIES, everybody()).await);
    assert_eq!(house.kit.db().statements().stop().len(), 2);
}

#[tokio::test]
async fn other_peoples_permissions_need_a_permission() {
    const PERMISSIONS: &str = "query($representations: [_Any!]!) {
        _entities(representations: $representations) { ... on User { username permissions } } }";
    let house = House::open().await;
    let chef = house.signed_in("chef@andaman.example").await;
    let of = |position: usize| {
        let user = json!({ "__typename": "User", "id": ACCOUNTS[position].user });
        json!({ "representations": [user] })
    };
    let answer = house.kit.ask_with(&house.identity, &holder(&chef), PERMISSIONS, of(1)).await;
    assert_eq!(first_code(&answer), "FORBIDDEN");
    assert_eq!(answer["data"]["_entities"][0]["username"], "buyer@andaman.example");
    let own = house.kit.ask_with(&house.identity, &holder(&chef), PERMISSIONS, of(3)).await;
    assert!(data(own)["_entities"][0]["permissions"].is_array());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_follows_its_person() {
    let house = House::open().await;
    let people = TestDatabase::new::<subgraph_identity::Migrator>().await;
    house.kit.bus().attach("users", people.db());
    let publish = |kind: &'static str, name: &'static str| {
        let event = Event {
            tenant: ANDAMAN,
            kind,
            version: 1,
            aggregate: ACCOUNTS[3].user.as_uuid(),
            aggregate_version: 2,
            occurred_at: house.kit.clock().now(),
            actor: None,
            causation: None,
            payload: json!({ "userId": ACCOUNTS[3].user, "email": "chai@andaman.example", "displayName": name }),
        };
        let people = &people;
        async move {
            let event = &event;
            let publishing = people.db().write(|tx| async move {
                tx.publish(event.clone());
                Ok(())
            });
            publishing.await.unwrap();
        }
    };
    let open = house.signed_in("chef@andaman.example").await;
    publish("user.updated", "Chai the Chef").await;
    publish("user.deactivated", "Chai Chef, retired").await;
    let admin = house.signed_in("admin@andaman.example").await;
    let named = "query($representations: [_Any!]!) {
        _entities(representations: $representations) { ... on User { displayName email } } }";
    let chef = json!({ "representations": [{ "__typename": "User", "id": ACCOUNTS[3].user }] });
    let follows = async |name: &str| {
        for round in 0.. {
            let answer = house.kit.ask_with(&house.identity, &holder(&admin), named, chef.clone()).await;
            let seen = data(answer)["_entities"][0].clone();
            if seen == json!({ "displayName": name, "email": "chai@andaman.example" }) {
                break;
            }
            assert!(round < 500, "{seen}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    follows("Chai Chef, retired").await;
    let refused = house.login("chef@andaman.example", PASSWORD).await;
    assert_eq!(first_code(&refused), "UNAUTHENTICATED");
    // What the chef had open is over, and stays so when the chef comes back.
    publish("user.reactivated", "Chai Chef").await;
    follows("Chai Chef").await;
    house.kit.clock().advance(Duration::from_secs(1));
    let back = house.signed_in("chef@andaman.example").await;
    let seen = data(house.ask(&back, "{ sessions { nodes { revokedAt } } }").await);
    let seen = seen["sessions"]["nodes"].as_array().unwrap().clone();
    let ended: Vec<_> = seen.iter().map(|session| !session["revokedAt"].is_null()).collect();
    assert_eq!(ended, [false, true]);
    let refused = house.refresh(open["refreshToken"].as_str().unwrap()).await;
    assert_eq!(first_code(&refused), "UNAUTHENTICATED");
    assert!(house.events().await.contains(&"session.revoked".to_owned()));
}
