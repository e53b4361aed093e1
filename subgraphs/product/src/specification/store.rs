//! Wordings as rows; every query starts at the tenant. Rows are only added.

use std::collections::HashMap;

use chassis::{Connection, Db, Order, PageRequest, Result, SortKey, page};
use entities_product::specification;
use primitives::{ProductId, TenantId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Select};

use super::model::Specification;

fn scoped(tenant: TenantId) -> Select<specification::Entity> {
    specification::Entity::find().filter(specification::Column::TenantId.eq(tenant))
}

/// The latest wording of products; one statement.
pub(crate) async fn latest_by_ids(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    ids: Vec<ProductId>,
) -> Result<HashMap<ProductId, Specification>> {
    let latest = Query::select()
        .column(specification::Column::ProductId)
        .expr(Expr::col(specification::Column::Revision).max())
        .from(specification::Entity)
        .and_where(specification::Column::TenantId.eq(tenant))
        .and_where(specification::Column::ProductId.is_in(ids))
        .group_by_col(specification::Column::ProductId)
        .to_owned();
    let pair = Expr::tuple([
        Expr::col(specification::Column::ProductId),
        Expr::col(specification::Column::Revision),
    ]);
    let rows = scoped(tenant).filter(pair.in_subquery(latest)).all(db).await?;
    Ok(rows.into_iter().map(|row| (row.product_id, to_specification(row))).collect())
}

/// The current wording of a product that was locked before.
pub(crate) async fn find_latest(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    product: ProductId,
) -> Result<Option<Specification>> {
    let mine = scoped(tenant).filter(specification::Column::ProductId.eq(product));
    let row = mine.order_by_desc(specification::Column::Revision).one(tx).await?;
    Ok(row.map(to_specification))
}

/// A page of a product's wordings, the latest first.
pub(crate) async fn list(
    db: &Db,
    tenant: TenantId,
    product: ProductId,
    order: Order,
    page: PageRequest,
) -> Result<Connection<Specification>> {
    let select = scoped(tenant).filter(specification::Column::ProductId.eq(product));
    let keys = [SortKey { column: specification::Column::Revision, order }];
    Ok(page::list(db, select, &keys, specification::Column::Id, page).await?.map(to_specification))
}

/// Adds a wording.
pub(crate) async fn insert(tx: &impl ConnectionTrait, tenant: TenantId, new: &Specification) -> Result<()> {
    let row = specification::ActiveModel {
        id: Set(new.id),
        tenant_id: Set(tenant),
        product_id: Set(new.product_id),
        revision: Set(new.revision),
        wording: Set(new.wording.clone()),
        written_at: Set(new.written_at),
        written_by: Set(new.written_by),
    };
    specification::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

fn to_specification(row: specification::Model) -> Specification {
    Specification {
        id: row.id,
        product_id: row.product_id,
        revision: row.revision,
        wording: row.wording,
        written_at: row.written_at,
        written_by: row.written_by,
    }
}
