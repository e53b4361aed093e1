//! The demo accounts: made once, with one password.

use chassis::testkit::data;
use entities_identity::{account, account_role, role};
use sea_orm::{EntityTrait, PaginatorTrait};
use subgraph_identity::demo;

use crate::house::{House, PASSWORD};

#[tokio::test]
async fn seeding_again_changes_nothing() {
    let house = House::open().await;
    assert!(!demo::seed(&house.environment(), "another password").await.unwrap());
    let db = house.kit.db().read();
    assert_eq!(account::Entity::find().count(db).await.unwrap(), 6);
    assert_eq!(role::Entity::find().count(db).await.unwrap(), 12);
    assert_eq!(account_role::Entity::find().count(db).await.unwrap(), 6);
    for account in demo::ACCOUNTS {
        data(house.login(account.username, PASSWORD).await);
    }
}

#[tokio::test]
async fn an_interrupted_seed_is_taken_up() {
    let house = House::open().await;
    let remove = "DELETE FROM account WHERE username = 'chef@andaman.example'";
    let db = house.kit.db();
    db.write(|tx| async move {
        Ok(sea_orm::ConnectionTrait::execute_unprepared(&tx, remove).await?.rows_affected())
    })
    .await
    .unwrap();
    assert!(!demo::is_seeded(&house.environment()).await.unwrap());
    assert!(demo::seed(&house.environment(), "another password").await.unwrap());
    assert!(demo::is_seeded(&house.environment()).await.unwrap());
    data(house.login("chef@andaman.example", "another password").await);
    data(house.login("store@andaman.example", PASSWORD).await);
}

#[test]
fn a_generated_password_is_long_and_never_the_same() {
    let [one, other] = [demo::generate_password(), demo::generate_password()];
    assert!(one.len() >= 16 && one != other);
}
