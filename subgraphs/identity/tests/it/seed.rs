//! The demo accounts: made once, with one password.

use chassis::testkit::{Kit, data};
use entities_identity::{account, account_role, role};
use sea_orm::{EntityTrait, PaginatorTrait};
use subgraph_identity::{Migrator, demo};

use crate::house::{House, PASSWORD};

#[tokio::test]
async fn seeding_again_changes_nothing_and_tells_no_password() {
    let house = House::open().await;
    assert_eq!(demo::seed(&house.environment(), None).await.unwrap(), None);
    let db = house.kit.db().read();
    assert_eq!(account::Entity::find().count(db).await.unwrap(), 6);
    assert_eq!(role::Entity::find().count(db).await.unwrap(), 10);
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
    let password = demo::seed(&house.environment(), None).await.unwrap().unwrap();
    data(house.login("chef@andaman.example", &password).await);
    data(house.login("store@andaman.example", PASSWORD).await);
}

#[tokio::test]
async fn a_generated_password_is_long_and_never_the_same() {
    let mut passwords = Vec::new();
    for _ in 0..2 {
        let kit = Kit::new::<Migrator>().await;
        passwords.push(demo::seed(&kit.environment(), None).await.unwrap().unwrap());
    }
    assert!(passwords[0].len() >= 16 && passwords[0] != passwords[1]);
}
