//! Staying signed in: each refresh token works once, and a copy ends the family.

use std::time::Duration;

use chassis::testkit::{data, first_code};
use serde_json::Value;

use crate::house::House;

fn token(payload: &Value) -> &str {
    payload["refreshToken"].as_str().unwrap()
}

#[tokio::test]
async fn a_session_continues_from_token_to_token() {
    let house = House::open().await;
    let mut payload = house.signed_in("store@andaman.example").await;
    for _ in 0..4 {
        house.kit.clock().advance(Duration::from_secs(240));
        let next = data(house.refresh(token(&payload)).await)["refresh"].take();
        assert_ne!(token(&next), token(&payload));
        assert_eq!(next["user"]["username"], "store@andaman.example");
        let sessions = data(house.ask(&next, "{ sessions { totalCount nodes { isCurrent } } }").await);
        assert_eq!(
            (&sessions["sessions"]["totalCount"], &sessions["sessions"]["nodes"][0]["isCurrent"]),
            (&1.into(), &true.into())
        );
        payload = next;
    }
}

#[tokio::test]
async fn a_used_token_ends_the_family() {
    let house = House::open().await;
    let first = house.signed_in("store@andaman.example").await;
    let other = house.signed_in("store@andaman.example").await;
    let second = data(house.refresh(token(&first)).await)["refresh"].take();
    assert_eq!(first_code(&house.refresh(token(&first)).await), "UNAUTHENTICATED");
    assert_eq!(first_code(&house.refresh(token(&second)).await), "UNAUTHENTICATED");
    assert_eq!(house.events().await.last().unwrap(), "session.revoked");
    data(house.refresh(token(&other)).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_uses_at_once_one_wins_and_the_family_ends() {
    let house = House::open().await;
    for _ in 0..20 {
        let payload = house.signed_in("store@andaman.example").await;
        let (one, other) = tokio::join!(house.refresh(token(&payload)), house.refresh(token(&payload)));
        let winners: Vec<_> =
            [one, other].into_iter().filter(|answer| answer.get("errors").is_none()).collect();
        assert_eq!(winners.len(), 1);
        let next = &winners[0]["data"]["refresh"];
        assert_eq!(first_code(&house.refresh(token(next)).await), "UNAUTHENTICATED");
    }
}

#[tokio::test]
async fn a_session_ends_after_fourteen_days() {
    let house = House::open().await;
    let payload = house.signed_in("store@andaman.example").await;
    house.kit.clock().advance(Duration::from_secs(14 * 24 * 3_600 - 1));
    let payload = data(house.refresh(token(&payload)).await)["refresh"].take();
    house.kit.clock().advance(Duration::from_secs(1));
    assert_eq!(first_code(&house.refresh(token(&payload)).await), "UNAUTHENTICATED");
}

#[tokio::test]
async fn an_invented_token_is_nobodys() {
    let house = House::open().await;
    for token in ["", "nonsense", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", &"x".repeat(100_000)] {
        assert_eq!(first_code(&house.refresh(token).await), "UNAUTHENTICATED");
    }
}

#[tokio::test]
async fn no_refresh_token_lies_in_the_database() {
    use sea_orm::EntityTrait;
    let house = House::open().await;
    let payload = house.signed_in("store@andaman.example").await;
    let rows = entities_identity::refresh_token::Entity::find().all(house.kit.db().read()).await.unwrap();
    assert_eq!((rows.len(), rows[0].token_hash.len()), (1, 32));
    assert_ne!(rows[0].token_hash, token(&payload).as_bytes());
}
