//! What the prover finds when somebody wrote past the service.

use sea_orm::ConnectionTrait;
use serde_json::json;

use crate::house::House;

#[tokio::test]
async fn the_prover_names_what_contradicts_the_rules() {
    for (sql, rule) in [
        (
            "UPDATE \"user\" SET manager_id = (SELECT id FROM \"user\" WHERE username = 'chef') WHERE username = 'boss'",
            "managers form no circle",
        ),
        (
            "UPDATE department SET parent_id = (SELECT id FROM department WHERE code = 'PASTRY') WHERE code = 'KITCHEN'",
            "departments form no circle",
        ),
        ("UPDATE \"user\" SET status = 'INACTIVE' WHERE username = 'chef'", "a head is an active user"),
        ("UPDATE department SET head_id = parent_id WHERE code = 'PASTRY'", "a head is an active user"),
    ] {
        let house = House::open().await;
        let (boss, chef) = (house.user("boss", 0).await, house.user("chef", 5_000).await);
        let kitchen = house.department("KITCHEN", json!({ "headId": chef })).await;
        house.department("PASTRY", json!({ "parentId": kitchen })).await;
        house.mutate("updateUser", json!({ "id": chef, "expectedVersion": 1, "managerId": boss })).await;
        house.prove().await;
        house
            .kit
            .db()
            .write(|tx| async move { Ok(tx.execute_unprepared(sql).await.map(drop)?) })
            .await
            .unwrap();
        let report = subgraph_users::prove(&house.kit.environment()).await.unwrap();
        assert!(!report.is_sound());
        assert!(report.violations.iter().all(|violation| violation.rule == rule), "{sql}: {report}");
    }
}
