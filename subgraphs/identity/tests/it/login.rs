//! Signing in: what a right password gives, and what a wrong one does not tell.

use std::time::Duration;

use chassis::testkit::{data, first_code, first_error};
use serde_json::json;
use subgraph_identity::session::ACCESS_TOKEN_LIFETIME;

use crate::house::{House, PASSWORD};

#[tokio::test]
async fn a_right_password_gives_tokens_that_the_service_accepts() {
    let house = House::open().await;
    let payload = house.signed_in(" Buyer@Andaman.example").await;
    assert_eq!(payload["userErrors"], json!([]));
    assert_eq!(payload["user"]["roles"], json!([{ "key": "BUYER" }]));
    assert_eq!(payload["expiresAt"], "2026-07-01T08:05:00Z");
    let me = data(house.ask(&payload, "{ me { username displayName permissions } }").await);
    assert_eq!(me["me"]["username"], "buyer@andaman.example");
    assert_eq!(me["me"]["permissions"], payload["user"]["permissions"]);
    assert!(payload["user"]["permissions"].as_array().unwrap().contains(&json!("products:create")));
    assert_eq!(house.events().await, ["user.logged_in"]);
}

#[tokio::test]
async fn the_token_says_who_for_whom_and_what() {
    let house = House::open().await;
    let payload = house.signed_in("partner@andaman.example").await;
    let token = payload["accessToken"].as_str().unwrap();
    let header = jsonwebtoken::decode_header(token).unwrap();
    assert_eq!(header.alg, jsonwebtoken::Algorithm::RS256);
    let claims: serde_json::Value = jsonwebtoken::dangerous::insecure_decode_claims(token).unwrap();
    assert_eq!((&claims["iss"], &claims["aud"]), (&json!("carmen-identity"), &json!("carmen")));
    assert_eq!(claims["tenant_id"], "01920000-0000-7000-8000-000000000001");
    assert_eq!(claims["sub"], "01920000-0000-7000-8000-000000000105");
    assert_eq!(claims["email"], "partner@andaman.example");
    assert_eq!(claims["permissions"], json!(["inventory:view", "products:view"]));
    let lifetime = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
    assert_eq!(lifetime, ACCESS_TOKEN_LIFETIME.num_seconds());
}

#[tokio::test]
async fn unknown_name_and_wrong_password_cannot_be_told_apart() {
    let house = House::open().await;
    let mut answers = Vec::new();
    for (username, password) in [
        ("buyer@andaman.example", "wrong"),
        ("nobody@andaman.example", PASSWORD),
        ("buyer@andaman.example", ""),
        ("", ""),
        ("buyer@andaman.example", &"x".repeat(100_000)),
    ] {
        let answer = house.login(username, password).await;
        assert_eq!(first_code(&answer), "UNAUTHENTICATED");
        let error = first_error(&answer);
        assert_eq!(error["path"], json!(["login"]));
        assert_eq!(
            error["message"],
            "the user name or the password is wrong, or the account is closed for a while"
        );
        answers.push(answer);
    }
    assert!(answers.iter().all(|answer| answer == &answers[0]));
}

#[tokio::test]
async fn five_wrong_passwords_close_the_account_for_fifteen_minutes() {
    let house = House::open().await;
    for _ in 0..5 {
        assert_eq!(first_code(&house.login("chef@andaman.example", "wrong").await), "UNAUTHENTICATED");
    }
    assert_eq!(house.events().await, ["user.locked"]);
    assert_eq!(first_code(&house.login("chef@andaman.example", PASSWORD).await), "UNAUTHENTICATED");
    house.signed_in("store@andaman.example").await;
    house.kit.clock().advance(Duration::from_secs(15 * 60 - 1));
    assert_eq!(first_code(&house.login("chef@andaman.example", PASSWORD).await), "UNAUTHENTICATED");
    house.kit.clock().advance(Duration::from_secs(1));
    house.signed_in("chef@andaman.example").await;
}

#[tokio::test]
async fn a_right_password_forgives_the_wrong_ones() {
    let house = House::open().await;
    for _ in 0..3 {
        for _ in 0..4 {
            house.login("chef@andaman.example", "wrong").await;
        }
        house.signed_in("chef@andaman.example").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn guessing_many_at_once_looks_at_five_passwords_only() {
    let house = House::open().await;
    let house = &house;
    let guesses = (0..40).map(|number| async move {
        let guess = if number == 39 { PASSWORD.to_owned() } else { format!("guess {number}") };
        (number, house.login("chef@andaman.example", &guess).await)
    });
    let answers = futures::future::join_all(guesses).await;
    // The right guess may be among the five by luck of scheduling; all others are refused, and then the door is shut.
    assert!(answers.iter().all(|(number, answer)| *number == 39 || first_code(answer) == "UNAUTHENTICATED"));
    let locked = house.events().await.iter().filter(|kind| *kind == "user.locked").count();
    assert!(locked >= 1);
}

#[tokio::test]
async fn an_endless_device_name_is_a_user_error() {
    let house = House::open().await;
    let query = format!(
        r#"mutation {{ login(username: "chef@andaman.example", password: "{PASSWORD}", device: "{}") {{ accessToken userErrors {{ code field }} }} }}"#,
        "x".repeat(121)
    );
    let payload =
        data(house.kit.ask(&house.identity, &crate::house::anonymous(), &query).await)["login"].take();
    let error = json!({ "code": "VALIDATION_ERROR", "field": ["device"] });
    assert_eq!(payload, json!({ "accessToken": null, "userErrors": [error] }));
}
