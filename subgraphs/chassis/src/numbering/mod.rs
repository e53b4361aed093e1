//! The numbers of documents: dense per tenant, kind and year, because a number is counted in its document's own transaction.
//!
//! The table `document_counter` is made by the migrations of the services that number documents.

mod row;

use primitives::TenantId;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ConnectionTrait, EntityTrait, ExprTrait};

use self::row::Column::{Kind, Last, TenantId as Tenant, Year};
use crate::error::Result;

/// The next number of a kind of document in a year, such as `PR-2026-007`; from the thousandth on it grows longer. The
/// counter's row is locked until the transaction ends: take the number last.
///
/// # Errors
/// `Internal` when the database fails.
pub async fn next(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    (kind, year): (&'static str, i32),
) -> Result<String> {
    let first = row::ActiveModel {
        tenant_id: Set(tenant.as_uuid()),
        kind: Set(kind.to_owned()),
        year: Set(year),
        last: Set(1),
    };
    let further = Expr::col((row::Entity, Last)).add(1_i32);
    let counted = OnConflict::columns([Tenant, Kind, Year]).value(Last, further).to_owned();
    let row = row::Entity::insert(first).on_conflict(counted).exec_with_returning(tx).await?;
    Ok(shown(kind, year, row.last))
}

fn shown(kind: &str, year: i32, count: i32) -> String {
    format!("{kind}-{year}-{count:03}")
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn numbers_widen_after_three_digits() {
        assert_eq!([shown("PR", 2026, 7), shown("PR", 2026, 1_000)], ["PR-2026-007", "PR-2026-1000"]);
    }
}
