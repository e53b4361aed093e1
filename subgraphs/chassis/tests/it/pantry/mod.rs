//! The smallest possible subgraph: jars on a shelf. It exists to exercise chassis and knows no rule.

pub(crate) mod jar;
pub(crate) mod schema;

use chassis::testkit::Kit;
use chassis::{Db, Subgraph};
use primitives::TenantId;
use sea_orm::ActiveValue::Set;
use sea_orm::EntityTrait;
use uuid::Uuid;

/// The tenant most tests act in.
pub(crate) const HERE: TenantId = TenantId::from_uuid(Uuid::from_u128(1));

/// Another one, whose jars nobody of `HERE` may see.
pub(crate) const ELSEWHERE: TenantId = TenantId::from_uuid(Uuid::from_u128(2));

pub(crate) async fn kit() -> Kit {
    Kit::new::<jar::Migrator>().await
}

pub(crate) fn start(kit: &Kit) -> Subgraph {
    schema::start(kit.environment())
}

pub(crate) fn jar_id(number: u128) -> Uuid {
    Uuid::from_u128(0x7000_0000 + number)
}

/// Puts `count` jars on the shelf of `tenant`: jar i is called after i / 2, so that names repeat, and every third has
/// no weight.
pub(crate) async fn fill(db: &Db, tenant: TenantId, count: u128) {
    let offset = if tenant == HERE { 0 } else { 1_000_000 };
    let rows: Vec<_> = (0..count)
        .map(|number| jar::ActiveModel {
            id: Set(jar_id(offset + number)),
            tenant_id: Set(tenant.as_uuid()),
            name: Set(format!("jar {:04}", number / 2)),
            weight: Set((number % 3 != 0).then_some(i64::try_from(number * 7 % 11).unwrap())),
        })
        .collect();
    let rows = &rows;
    db.write(|tx| async move {
        jar::Entity::insert_many(rows.clone()).exec_without_returning(&tx).await?;
        Ok(())
    })
    .await
    .unwrap();
}
