//! How far imports are, and what the catalogue says about a portion of a sheet, as rows.

use std::collections::{HashMap, HashSet};

use chassis::{Connection, Criteria, Db, Order, PageRequest, Result, SortKey, Tx, page};
use entities_product::{product_barcode, product_import};
use primitives::{CategoryId, DateTime, ImportId, ProductId, TenantId, UserId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, Select};
use serde::Serialize;

use super::model::{Counts, Import, Surroundings};
use super::sheet::{Categories, Sheet, SheetRow, way};
use crate::category::model::Category;
use crate::product::draft::ProductDraft;
use crate::{attribute, category, product};

fn scoped(tenant: TenantId) -> Select<product_import::Entity> {
    product_import::Entity::find().filter(product_import::Column::TenantId.eq(tenant))
}

/// One condition on an import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) enum Criterion {
    /// One of these people began it.
    By(Vec<UserId>),
    /// Whether rows are left to do.
    Running(bool),
    /// It began at this moment or later.
    From(DateTime),
    /// It began before this moment.
    Before(DateTime),
}

impl Criterion {
    fn condition(&self) -> Condition {
        use product_import::Column::{Created, Refused, Skipped, StartedAt, StartedBy, Total, Updated};
        let done =
            || [Updated, Skipped, Refused].map(Expr::col).into_iter().fold(Expr::col(Created), Expr::add);
        Condition::all().add(match self {
            Self::By(ids) => StartedBy.is_in(ids.iter().copied()),
            Self::Running(true) => Expr::col(Total).gt(done()),
            Self::Running(false) => Expr::col(Total).lte(done()),
            Self::From(at) => StartedAt.gte(at.get()),
            Self::Before(at) => StartedAt.lt(at.get()),
        })
    }
}

/// A page of the tenant's imports that meet `criteria`, by when they began.
pub(crate) async fn list(
    db: &Db,
    tenant: TenantId,
    criteria: &Criteria<Criterion>,
    order: Order,
    page: PageRequest,
) -> Result<Connection<Import>> {
    let select = scoped(tenant).filter(criteria.condition(&Criterion::condition));
    let keys = [SortKey { column: product_import::Column::StartedAt, order }];
    Ok(page::list(db, select, &keys, product_import::Column::Id, page).await?.map(to_import))
}

/// The import with an id.
pub(crate) async fn find(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    id: ImportId,
) -> Result<Option<Import>> {
    Ok(scoped(tenant).filter(product_import::Column::Id.eq(id)).one(db).await?.map(to_import))
}

/// Writes a new import.
pub(crate) async fn insert(tx: &impl ConnectionTrait, tenant: TenantId, import: &Import) -> Result<()> {
    let row = from_import(tenant, import);
    product_import::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Writes how far an import is.
pub(crate) async fn save(tx: &impl ConnectionTrait, tenant: TenantId, import: &Import) -> Result<()> {
    product_import::Entity::update_many()
        .set(from_import(tenant, import))
        .filter(product_import::Column::TenantId.eq(tenant))
        .filter(product_import::Column::Id.eq(import.id))
        .exec(tx)
        .await?;
    Ok(())
}

/// What the catalogue says about a portion of a sheet: one statement per table, however many rows. Known products are
/// locked in the order of their ids.
pub(crate) async fn surroundings(
    tx: &Tx,
    tenant: TenantId,
    (sheet, rows): (&Sheet, &[SheetRow]),
    seen: HashSet<String>,
) -> Result<Surroundings> {
    let tree = category::store::lock_tree(tx, tenant).await?;
    let categories = ways(&tree);
    let codes: Vec<String> = rows.iter().map(|row| row.code.clone()).collect();
    let known = product::store::lock_by_codes(tx, tenant, codes).await?;
    let drafts = rows.iter().filter_map(|row| sheet.lay(row, ProductDraft::default(), &categories).ok());
    let gtins: Vec<String> = drafts.flat_map(|draft| draft.gtins()).collect();
    Ok(Surroundings {
        known,
        holders: holders(tx, tenant, gtins).await?,
        definitions: attribute::store::definitions(tx, tenant).await?,
        categories,
        seen,
    })
}

async fn holders(tx: &Tx, tenant: TenantId, gtins: Vec<String>) -> Result<HashMap<String, ProductId>> {
    if gtins.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = product_barcode::Entity::find()
        .filter(product_barcode::Column::TenantId.eq(tenant))
        .filter(product_barcode::Column::Gtin.is_in(gtins))
        .all(tx)
        .await?;
    Ok(rows.into_iter().map(|row| (row.gtin, row.product_id)).collect())
}

/// Every category by the names on the way to it.
fn ways(tree: &[Category]) -> Categories {
    let names = |id: CategoryId| {
        let mut names = Vec::new();
        let mut next = Some(id);
        while let Some(category) = next.and_then(|id| tree.iter().find(|category| category.id == id)) {
            names.push(category.name.as_str());
            next = category.parent_id;
        }
        names.reverse();
        way(&names.join("/"))
    };
    tree.iter().map(|category| (names(category.id), category.id)).collect()
}

fn to_import(row: product_import::Model) -> Import {
    Import {
        id: row.id,
        started_at: row.started_at,
        started_by: row.started_by,
        updated_at: row.updated_at,
        total: row.total,
        counts: Counts {
            created: row.created,
            updated: row.updated,
            skipped: row.skipped,
            refused: row.refused,
        },
    }
}

fn from_import(tenant: TenantId, import: &Import) -> product_import::ActiveModel {
    product_import::ActiveModel {
        id: Set(import.id),
        tenant_id: Set(tenant),
        started_at: Set(import.started_at),
        started_by: Set(import.started_by),
        updated_at: Set(import.updated_at),
        total: Set(import.total),
        created: Set(import.counts.created),
        updated: Set(import.counts.updated),
        skipped: Set(import.counts.skipped),
        refused: Set(import.counts.refused),
    }
}
