//! Products as rows. The only place of the aggregate that sees the tables; every query starts at the tenant.

mod criteria;
mod rows;

use std::collections::HashMap;

use chassis::{
    Connection, Criteria, Db, Error, Order, PageRequest, Refusal, Result, SortKey, is_unique_violation, page,
};
use entities_product::{
    category, product, product_attribute, product_barcode, specification, unit_conversion,
};
use primitives::{CategoryId, ProductId, TenantId};
use sea_orm::sea_query::LockType;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};

use super::Barcode;
use super::draft::ProductDraft;
use super::filter::Criterion;
use super::model::{Neighbours, Packaging, Product};
use crate::attribute;
use crate::conversion::model::Conversion;

/// Rows of one INSERT: 28 columns each stay below SQLite's 32,766 binds.
const ROWS_PER_INSERT: usize = 500;

/// The products of a tenant.
fn scoped(tenant: TenantId) -> Select<product::Entity> {
    product::Entity::find().filter(product::Column::TenantId.eq(tenant))
}

/// Products by their ids, in one statement.
pub(crate) async fn find_by_ids(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    ids: Vec<ProductId>,
) -> Result<HashMap<ProductId, Product>> {
    let found = scoped(tenant).filter(product::Column::Id.is_in(ids)).all(db).await?;
    found.into_iter().map(|row| rows::to_product(row).map(|product| (product.id, product))).collect()
}

/// Products by their codes, in one statement.
pub(crate) async fn find_by_codes(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    codes: Vec<String>,
) -> Result<HashMap<String, Product>> {
    let found = scoped(tenant).filter(product::Column::Code.is_in(codes)).all(db).await?;
    found
        .into_iter()
        .map(|row| rows::to_product(row).map(|product| (product.facts.code.clone(), product)))
        .collect()
}

/// What a list of products is sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ProductSort {
    /// The field.
    pub(crate) by: SortedBy,
    /// Which way.
    pub(crate) order: Order,
}

/// A field products are sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SortedBy {
    /// The code.
    Code,
    /// The name, whatever its case.
    Name,
    /// When it was created.
    CreatedAt,
    /// When it was changed last.
    UpdatedAt,
}

/// A page of the products that meet `criteria`.
pub(crate) async fn list(
    db: &Db,
    tenant: TenantId,
    criteria: &Criteria<Criterion>,
    sort: ProductSort,
    page: PageRequest,
) -> Result<Connection<Product>> {
    let column = match sort.by {
        SortedBy::Code => product::Column::Code,
        SortedBy::Name => product::Column::NameKey,
        SortedBy::CreatedAt => product::Column::CreatedAt,
        SortedBy::UpdatedAt => product::Column::UpdatedAt,
    };
    let select =
        scoped(tenant).filter(criteria.condition(&|criterion| criteria::condition(tenant, criterion)));
    let keys = [SortKey { column, order: sort.order }];
    page::list(db, select, &keys, product::Column::Id, page).await?.try_map(rows::to_product)
}

/// The product with its packaging, locked until the transaction ends.
pub(crate) async fn lock(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    id: ProductId,
) -> Result<Option<(Product, Packaging)>> {
    let row = scoped(tenant).filter(product::Column::Id.eq(id)).lock(LockType::Update).one(tx).await?;
    let Some(product) = row.map(rows::to_product).transpose()? else { return Ok(None) };
    let packaging = packaging_of(tx, tenant, id).await?;
    Ok(Some((product, packaging)))
}

/// Products by their codes with their packaging, locked in the order of their ids; one statement per table.
pub(crate) async fn lock_by_codes(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    codes: Vec<String>,
) -> Result<HashMap<String, (Product, Packaging)>> {
    let rows = scoped(tenant)
        .filter(product::Column::Code.is_in(codes))
        .order_by_asc(product::Column::Id)
        .lock(LockType::Update)
        .all(tx)
        .await?;
    let ids: Vec<ProductId> = rows.iter().map(|row| row.id).collect();
    let mut barcodes = list_barcodes_by_ids(tx, tenant, ids.clone()).await?;
    let mut conversions = list_conversions_by_ids(tx, tenant, ids.clone()).await?;
    let mut attributes = attribute::store::list_by_ids(tx, tenant, ids).await?;
    let mut found = HashMap::new();
    for row in rows {
        let product = rows::to_product(row)?;
        let attributes = attributes.remove(&product.id).unwrap_or_default();
        let packaging = Packaging {
            barcodes: barcodes.remove(&product.id).unwrap_or_default(),
            conversions: conversions.remove(&product.id).unwrap_or_default(),
            attributes: attributes.into_iter().map(|(attribute, _)| attribute).collect(),
        };
        found.insert(product.facts.code.clone(), (product, packaging));
    }
    Ok(found)
}

/// Labels and ratios of one product.
async fn packaging_of(db: &impl ConnectionTrait, tenant: TenantId, id: ProductId) -> Result<Packaging> {
    let barcodes = list_barcodes_by_ids(db, tenant, vec![id]).await?.remove(&id).unwrap_or_default();
    let conversions = list_conversions_by_ids(db, tenant, vec![id]).await?.remove(&id).unwrap_or_default();
    let attributes =
        attribute::store::list_by_ids(db, tenant, vec![id]).await?.remove(&id).unwrap_or_default();
    let attributes = attributes.into_iter().map(|(attribute, _)| attribute).collect();
    Ok(Packaging { barcodes, conversions, attributes })
}

/// Barcodes by product, in one statement; products without any are left out.
pub(crate) async fn list_barcodes_by_ids(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    ids: Vec<ProductId>,
) -> Result<HashMap<ProductId, Vec<Barcode>>> {
    let found = product_barcode::Entity::find()
        .filter(product_barcode::Column::TenantId.eq(tenant))
        .filter(product_barcode::Column::ProductId.is_in(ids))
        .order_by_asc(product_barcode::Column::Position)
        .all(db)
        .await?;
    let mut barcodes: HashMap<ProductId, Vec<Barcode>> = HashMap::new();
    for row in found {
        let barcode = row.code.parse().map_err(Error::internal)?;
        barcodes.entry(row.product_id).or_default().push(barcode);
    }
    Ok(barcodes)
}

/// Unit ratios by product, in one statement; products without any are left out.
pub(crate) async fn list_conversions_by_ids(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    ids: Vec<ProductId>,
) -> Result<HashMap<ProductId, Vec<Conversion>>> {
    let found = unit_conversion::Entity::find()
        .filter(unit_conversion::Column::TenantId.eq(tenant))
        .filter(unit_conversion::Column::ProductId.is_in(ids))
        .order_by_asc(unit_conversion::Column::Position)
        .all(db)
        .await?;
    let mut conversions: HashMap<ProductId, Vec<Conversion>> = HashMap::new();
    for row in found {
        conversions.entry(row.product_id).or_default().push(rows::to_conversion(&row)?);
    }
    Ok(conversions)
}

/// What the tenant's catalogue says about a draft of the product `id`.
pub(crate) async fn neighbours(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    id: ProductId,
    draft: &ProductDraft,
) -> Result<Neighbours> {
    let has_category = match draft.category_id {
        Some(category) => category_exists(tx, tenant, category).await?,
        None => false,
    };
    let code = super::draft::normal_code(&draft.code);
    let namesake = scoped(tenant)
        .filter(product::Column::Code.eq(code))
        .filter(product::Column::Id.ne(id))
        .select_only()
        .column(product::Column::Id)
        .into_tuple::<ProductId>()
        .one(tx)
        .await?;
    let gtins = draft.gtins();
    let taken_gtins = if gtins.is_empty() {
        Vec::new()
    } else {
        product_barcode::Entity::find()
            .filter(product_barcode::Column::TenantId.eq(tenant))
            .filter(product_barcode::Column::Gtin.is_in(gtins))
            .filter(product_barcode::Column::ProductId.ne(id))
            .select_only()
            .column(product_barcode::Column::Gtin)
            .into_tuple()
            .all(tx)
            .await?
    };
    let definitions = attribute::store::definitions(tx, tenant).await?;
    Ok(Neighbours { has_category, has_code: namesake.is_some(), taken_gtins, definitions })
}

async fn category_exists(tx: &impl ConnectionTrait, tenant: TenantId, id: CategoryId) -> Result<bool> {
    let found = category::Entity::find()
        .filter(category::Column::TenantId.eq(tenant))
        .filter(category::Column::Id.eq(id))
        .one(tx)
        .await?;
    Ok(found.is_some())
}

/// Writes new products with their packaging, many rows per statement.
pub(crate) async fn insert(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    products: &[(Product, Packaging)],
) -> Result<()> {
    for chunk in products.chunks(ROWS_PER_INSERT) {
        let active = chunk.iter().map(|(product, _)| rows::from_product(tenant, product));
        product::Entity::insert_many(active).exec_without_returning(tx).await.map_err(taken)?;
    }
    for chunk in products.chunks(ROWS_PER_INSERT) {
        insert_packaging(tx, tenant, chunk.iter().map(|(product, packaging)| (product.id, packaging)))
            .await?;
    }
    Ok(())
}

async fn insert_packaging<'a>(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    packagings: impl Iterator<Item = (ProductId, &'a Packaging)> + Clone,
) -> Result<()> {
    let barcodes: Vec<_> = packagings
        .clone()
        .flat_map(|(id, packaging)| rows::from_barcodes(tenant, id, &packaging.barcodes))
        .collect();
    for chunk in barcodes.chunks(ROWS_PER_INSERT) {
        product_barcode::Entity::insert_many(chunk.to_vec())
            .exec_without_returning(tx)
            .await
            .map_err(taken)?;
    }
    let attributes: Vec<_> = packagings
        .clone()
        .flat_map(|(id, packaging)| attribute::store::rows(tenant, id, &packaging.attributes))
        .collect();
    for chunk in attributes.chunks(ROWS_PER_INSERT) {
        product_attribute::Entity::insert_many(chunk.to_vec()).exec_without_returning(tx).await?;
    }
    let conversions: Vec<_> = packagings
        .flat_map(|(id, packaging)| rows::from_conversions(tenant, id, &packaging.conversions))
        .collect();
    for chunk in conversions.chunks(ROWS_PER_INSERT) {
        unit_conversion::Entity::insert_many(chunk.to_vec()).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// Writes a changed product over the version before it.
pub(crate) async fn save(tx: &impl ConnectionTrait, tenant: TenantId, product: &Product) -> Result<()> {
    let written = product::Entity::update_many()
        .set(rows::from_product(tenant, product))
        .filter(product::Column::TenantId.eq(tenant))
        .filter(product::Column::Id.eq(product.id))
        .filter(product::Column::Version.eq(product.version - 1))
        .exec(tx)
        .await
        .map_err(taken)?;
    if written.rows_affected == 1 {
        Ok(())
    } else {
        Err(Error::internal(format!(
            "{} was locked and is not at version {}",
            product.id,
            product.version - 1
        )))
    }
}

/// Removes a product that was never in use, with everything that hangs on it.
pub(crate) async fn delete(tx: &impl ConnectionTrait, tenant: TenantId, id: ProductId) -> Result<()> {
    remove_packaging(tx, tenant, id).await?;
    specification::Entity::delete_many()
        .filter(specification::Column::TenantId.eq(tenant))
        .filter(specification::Column::ProductId.eq(id))
        .exec(tx)
        .await?;
    product::Entity::delete_many()
        .filter(product::Column::TenantId.eq(tenant))
        .filter(product::Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Replaces labels, ratios and attributes of a product.
pub(crate) async fn save_packaging(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    id: ProductId,
    packaging: &Packaging,
) -> Result<()> {
    remove_packaging(tx, tenant, id).await?;
    insert_packaging(tx, tenant, std::iter::once((id, packaging))).await
}

async fn remove_packaging(tx: &impl ConnectionTrait, tenant: TenantId, id: ProductId) -> Result<()> {
    product_barcode::Entity::delete_many()
        .filter(product_barcode::Column::TenantId.eq(tenant))
        .filter(product_barcode::Column::ProductId.eq(id))
        .exec(tx)
        .await?;
    unit_conversion::Entity::delete_many()
        .filter(unit_conversion::Column::TenantId.eq(tenant))
        .filter(unit_conversion::Column::ProductId.eq(id))
        .exec(tx)
        .await?;
    product_attribute::Entity::delete_many()
        .filter(product_attribute::Column::TenantId.eq(tenant))
        .filter(product_attribute::Column::ProductId.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}

/// A unique index said no: somebody wrote the same code or barcode since the draft was compared with its neighbours.
fn taken(error: DbErr) -> Error {
    if !is_unique_violation(&error) {
        return error.into();
    }
    let text = error.to_string();
    if text.contains("product_barcode") {
        Refusal::duplicate("barcodes", "another product already has one of the barcodes").into()
    } else {
        Refusal::duplicate("code", "another product already has the code").into()
    }
}
