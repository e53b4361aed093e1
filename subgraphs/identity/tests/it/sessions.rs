//! Sessions: one's own, page by page, and their end.

use chassis::testkit::{data, first_code};
use serde_json::json;

use crate::house::{House, anonymous};

#[tokio::test]
async fn sessions_are_paged_newest_first_and_ones_own() {
    let house = House::open().await;
    house.signed_in("chef@andaman.example").await;
    for _ in 0..4 {
        house.signed_in("store@andaman.example").await;
        house.kit.clock().advance(std::time::Duration::from_secs(1));
    }
    let payload = house.signed_in("store@andaman.example").await;
    let query = "{ sessions(first: 2) { totalCount nodes { createdAt device isCurrent } pageInfo { endCursor hasNextPage } } }";
    let page = data(house.ask(&payload, query).await)["sessions"].take();
    assert_eq!(page["totalCount"], 5);
    assert_eq!(
        page["nodes"][0],
        json!({ "createdAt": "2026-07-01T08:00:04Z", "device": "till 3", "isCurrent": true })
    );
    assert_eq!(page["pageInfo"]["hasNextPage"], true);
    let cursor = page["pageInfo"]["endCursor"].as_str().unwrap();
    let next = format!(r#"{{ sessions(first: 5, after: "{cursor}") {{ nodes {{ isCurrent }} }} }}"#);
    assert_eq!(data(house.ask(&payload, &next).await)["sessions"]["nodes"].as_array().unwrap().len(), 3);
    let both = house.ask(&payload, "{ sessions(first: 1, last: 1) { totalCount } }").await;
    assert_eq!(first_code(&both), "VALIDATION_ERROR");
}

#[tokio::test]
async fn sessions_are_sorted_and_narrowed() {
    let house = House::open().await;
    let second = || house.kit.clock().advance(std::time::Duration::from_secs(1));
    let first = house.signed_in("chef@andaman.example").await;
    second();
    let gone = house.signed_in("chef@andaman.example").await;
    second();
    data(house.ask(&gone, "mutation { logout { revokedSessions } }").await);
    house.signed_in("chef@andaman.example").await;
    second();
    let first = data(house.refresh(first["refreshToken"].as_str().unwrap()).await)["refresh"].take();
    for (arguments, seconds) in [
        ("", [2, 1, 0].as_slice()),
        ("(sort: CREATED_AT_ASC)", &[0, 1, 2]),
        ("(sort: LAST_SEEN_AT_DESC)", &[0, 2, 1]),
        ("(where: { active: true })", &[2, 0]),
        ("(where: { active: false })", &[1]),
        ("(where: { not: { active: false }, devices: [\"till 3\"] })", &[2, 0]),
        ("(where: { devices: [\"till 4\"] })", &[]),
        ("(where: { not: { devices: [\"till 4\"] } })", &[2, 1, 0]),
    ] {
        let query = format!("{{ sessions{arguments} {{ totalCount nodes {{ createdAt }} }} }}");
        let page = data(house.ask(&first, &query).await)["sessions"].take();
        let begun: Vec<_> =
            seconds.iter().map(|at| json!({ "createdAt": format!("2026-07-01T08:00:0{at}Z") })).collect();
        assert_eq!(page, json!({ "totalCount": begun.len(), "nodes": begun }), "{arguments}");
    }
}

#[tokio::test]
async fn signing_out_ends_this_session_only() {
    let house = House::open().await;
    let (here, there) =
        (house.signed_in("chef@andaman.example").await, house.signed_in("chef@andaman.example").await);
    let answer = data(house.ask(&here, "mutation { logout { revokedSessions userErrors { code } } }").await);
    assert_eq!(answer["logout"], json!({ "revokedSessions": 1, "userErrors": [] }));
    assert_eq!(first_code(&house.refresh(here["refreshToken"].as_str().unwrap()).await), "UNAUTHENTICATED");
    data(house.refresh(there["refreshToken"].as_str().unwrap()).await);
    let again = data(house.ask(&here, "mutation { logout { revokedSessions } }").await);
    assert_eq!(again["logout"]["revokedSessions"], 0);
}

#[tokio::test]
async fn signing_out_everywhere_ends_all_of_ones_own() {
    let house = House::open().await;
    let other = house.signed_in("store@andaman.example").await;
    let mine = [house.signed_in("chef@andaman.example").await, house.signed_in("chef@andaman.example").await];
    let answer = data(house.ask(&mine[0], "mutation { logout(all: true) { revokedSessions } }").await);
    assert_eq!(answer["logout"]["revokedSessions"], 2);
    for payload in &mine {
        assert_eq!(
            first_code(&house.refresh(payload["refreshToken"].as_str().unwrap()).await),
            "UNAUTHENTICATED"
        );
    }
    data(house.refresh(other["refreshToken"].as_str().unwrap()).await);
    assert_eq!(house.events().await.iter().filter(|kind| *kind == "session.revoked").count(), 2);
}

#[tokio::test]
async fn nobody_has_no_sessions_to_see_or_end() {
    let house = House::open().await;
    for query in ["{ sessions { totalCount } }", "{ me { id } }", "mutation { logout { revokedSessions } }"] {
        let answer = house.kit.ask(&house.identity, &anonymous(), query).await;
        assert_eq!(first_code(&answer), "UNAUTHENTICATED", "{query}");
    }
}
