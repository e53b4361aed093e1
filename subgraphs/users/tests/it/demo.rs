//! The demo houses: complete, sound, and filled once.

use chassis::testkit::caller;
use primitives::UserId;
use serde_json::json;
use subgraph_users::demo::{DemoHouse, SignIn, seed};

use crate::house::{House, andaman};

fn sign_ins() -> Vec<SignIn> {
    let names = [
        "admin@andaman.example",
        "buyer@andaman.example",
        "store@andaman.example",
        "chef@andaman.example",
        "partner@andaman.example",
    ];
    let number =
        |position: usize| uuid::Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0101 + position as u128);
    let sign_ins = names.into_iter().enumerate().map(|(position, username)| SignIn {
        user: UserId::from_uuid(number(position)),
        username,
        display_name: username,
    });
    sign_ins.collect()
}

#[tokio::test]
async fn a_house_is_filled_once() {
    let house = House::open().await;
    let (environment, owner) = (house.kit.environment(), caller(andaman(), &["*"]));
    assert_eq!(seed(&environment, &owner, DemoHouse::Andaman, &sign_ins()).await.unwrap(), 35);
    assert_eq!(seed(&environment, &owner, DemoHouse::Andaman, &sign_ins()).await.unwrap(), 0);
    let query = "{ users(first: 100) { totalCount nodes { displayName manager { displayName } assignments { role } } }
        departments(first: 100) { nodes { code head { displayName status } parent { code } } }
        properties { nodes { code currency timeZone } } }";
    let seen = house.data(query, json!({})).await;
    assert_eq!(seen["users"]["totalCount"], 35);
    let people = seen["users"]["nodes"].as_array().unwrap();
    assert!(people.iter().all(|person| person["assignments"].as_array().unwrap().len() == 1));
    assert_eq!(
        people.iter().filter(|person| person["manager"].is_null()).count(),
        1,
        "one person is above all"
    );
    let departments = seen["departments"]["nodes"].as_array().unwrap();
    assert_eq!(departments.len(), 8);
    assert!(departments.iter().all(|department| department["head"]["status"] == "ACTIVE"), "{departments:?}");
    let hotels = json!([
        { "code": "P1", "currency": "THB", "timeZone": "Asia/Bangkok" },
        { "code": "P2", "currency": "SGD", "timeZone": "Asia/Singapore" }
    ]);
    assert_eq!(seen["properties"]["nodes"], hotels);
    house.prove().await;
}
