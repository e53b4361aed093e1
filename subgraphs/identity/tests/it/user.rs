//! Users as other services point at them: within the tenant, in one statement, without others' permissions.

use chassis::testkit::{data, first_code};
use serde_json::{Value, json};
use subgraph_identity::demo::ACCOUNTS;

use crate::house::{House, holder};

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
    let payload = house.signed_in("admin@lanna.example").await;
    let query = format!(r#"{{ user(id: "{}") {{ username }} }}"#, ACCOUNTS[0].user);
    assert_eq!(data(house.ask(&payload, &query).await), json!({ "user": null }));
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
    let house = House::open().await;
    let chef = house.signed_in("chef@andaman.example").await;
    let other = format!(r#"{{ user(id: "{}") {{ username permissions }} }}"#, ACCOUNTS[1].user);
    let answer = house.ask(&chef, &other).await;
    assert_eq!(first_code(&answer), "FORBIDDEN");
    assert_eq!(answer["errors"][0]["path"], json!(["user", "permissions"]));
    assert_eq!(answer["data"]["user"]["username"], "buyer@andaman.example");
    let own = format!(r#"{{ user(id: "{}") {{ permissions }} }}"#, ACCOUNTS[3].user);
    assert!(data(house.ask(&chef, &own).await)["user"]["permissions"].is_array());
}
