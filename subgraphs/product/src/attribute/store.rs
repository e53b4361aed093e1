//! Definitions and what is written down by them, as rows; every query starts at the tenant.

use std::collections::HashMap;

use chassis::machine::Word;
use chassis::{
    Connection, Criteria, Db, Error, PageRequest, Refusal, Result, SortKey, is_unique_violation, page,
};
use entities_product::{attribute_definition, product_attribute};
use primitives::{AttributeDefinitionId, Audit, ProductId, TenantId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::LockType;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Select,
};
use serde::Serialize;

use super::model::{Attribute, AttributeDefinition, AttributeKind};

fn scoped(tenant: TenantId) -> Select<attribute_definition::Entity> {
    attribute_definition::Entity::find().filter(attribute_definition::Column::TenantId.eq(tenant))
}

/// All definitions of the tenant, by key; there are at most a hundred.
pub(crate) async fn definitions(
    db: &impl ConnectionTrait,
    tenant: TenantId,
) -> Result<Vec<AttributeDefinition>> {
    let rows = scoped(tenant).order_by_asc(attribute_definition::Column::Key).all(db).await?;
    rows.into_iter().map(to_definition).collect()
}

/// One condition on a definition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) enum Criterion {
    /// It has one of these keys.
    Key(Vec<String>),
    /// Its values are of one of these kinds.
    Kind(Vec<AttributeKind>),
    /// Whether a product in use must have it.
    Required(bool),
}

impl Criterion {
    fn condition(&self) -> Condition {
        use attribute_definition::Column;
        Condition::all().add(match self {
            Self::Key(keys) => Column::Key.is_in(keys),
            Self::Kind(kinds) => Column::Kind.is_in(kinds.iter().map(|kind| kind.code())),
            Self::Required(is_required) => Column::IsRequired.eq(*is_required),
        })
    }
}

/// What a list of definitions is sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SortedBy {
    KeyAsc,
    KeyDesc,
    NameAsc,
    UpdatedAtDesc,
}

/// A page of the tenant's definitions that meet `criteria`.
pub(crate) async fn list(
    db: &Db,
    tenant: TenantId,
    criteria: &Criteria<Criterion>,
    by: SortedBy,
    page: PageRequest,
) -> Result<Connection<AttributeDefinition>> {
    use attribute_definition::Column;
    let select = scoped(tenant).filter(criteria.condition(&Criterion::condition));
    let keys = [match by {
        SortedBy::KeyAsc => SortKey::ascending(Column::Key),
        SortedBy::KeyDesc => SortKey::descending(Column::Key),
        SortedBy::NameAsc => SortKey::ascending(Column::Name),
        SortedBy::UpdatedAtDesc => SortKey::descending(Column::UpdatedAt),
    }];
    page::list(db, select, &keys, Column::Id, page).await?.try_map(to_definition)
}

/// The definition, locked until the transaction ends.
pub(crate) async fn lock(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    id: AttributeDefinitionId,
) -> Result<Option<AttributeDefinition>> {
    let mine = scoped(tenant).filter(attribute_definition::Column::Id.eq(id));
    mine.lock(LockType::Update).one(tx).await?.map(to_definition).transpose()
}

/// Writes a new definition.
pub(crate) async fn insert(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    definition: &AttributeDefinition,
) -> Result<()> {
    let row = from_definition(tenant, definition);
    attribute_definition::Entity::insert(row).exec_without_returning(tx).await.map_err(taken)?;
    Ok(())
}

/// Writes a changed definition that was locked before.
pub(crate) async fn save(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    definition: &AttributeDefinition,
) -> Result<()> {
    attribute_definition::Entity::update_many()
        .set(from_definition(tenant, definition))
        .filter(attribute_definition::Column::TenantId.eq(tenant))
        .filter(attribute_definition::Column::Id.eq(definition.id))
        .exec(tx)
        .await?;
    Ok(())
}

/// How many products something was written down about by a definition.
pub(crate) async fn uses(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    id: AttributeDefinitionId,
) -> Result<u64> {
    let count = product_attribute::Entity::find()
        .filter(product_attribute::Column::TenantId.eq(tenant))
        .filter(product_attribute::Column::DefinitionId.eq(id));
    Ok(count.count(tx).await?)
}

/// Removes a definition that no product uses.
pub(crate) async fn remove(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    id: AttributeDefinitionId,
) -> Result<()> {
    attribute_definition::Entity::delete_many()
        .filter(attribute_definition::Column::TenantId.eq(tenant))
        .filter(attribute_definition::Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}

/// What is written down about products, each by key; one statement. Products without anything are left out.
pub(crate) async fn list_by_ids(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    ids: Vec<ProductId>,
) -> Result<HashMap<ProductId, Vec<(Attribute, AttributeDefinition)>>> {
    let rows = product_attribute::Entity::find()
        .find_also_related(attribute_definition::Entity)
        .filter(product_attribute::Column::TenantId.eq(tenant))
        .filter(product_attribute::Column::ProductId.is_in(ids))
        .order_by_asc(attribute_definition::Column::Key)
        .all(db)
        .await?;
    let mut attributes: HashMap<ProductId, Vec<_>> = HashMap::new();
    for (row, definition) in rows {
        let definition = definition.ok_or_else(|| Error::internal("an attribute has a definition"))?;
        let definition = to_definition(definition)?;
        let attribute =
            Attribute { definition: definition.id, key: definition.key.clone(), value: row.value };
        attributes.entry(row.product_id).or_default().push((attribute, definition));
    }
    Ok(attributes)
}

/// Rows of what is written down about a product.
pub(crate) fn rows(
    tenant: TenantId,
    product: ProductId,
    attributes: &[Attribute],
) -> Vec<product_attribute::ActiveModel> {
    let rows = attributes.iter().map(|attribute| product_attribute::ActiveModel {
        product_id: Set(product),
        definition_id: Set(attribute.definition),
        tenant_id: Set(tenant),
        value: Set(attribute.value.clone()),
    });
    rows.collect()
}

fn to_definition(row: attribute_definition::Model) -> Result<AttributeDefinition> {
    let kind = AttributeKind::from_code(&row.kind);
    Ok(AttributeDefinition {
        id: row.id,
        key: row.key,
        name: row.name,
        kind: kind.ok_or_else(|| Error::internal(format!("unknown attribute kind {}", row.kind)))?,
        options: serde_json::from_value(row.options).map_err(Error::internal)?,
        is_required: row.is_required,
        audit: Audit {
            created_at: row.created_at,
            created_by: row.created_by,
            updated_at: row.updated_at,
            updated_by: row.updated_by,
        },
        version: row.version,
    })
}

fn from_definition(tenant: TenantId, definition: &AttributeDefinition) -> attribute_definition::ActiveModel {
    attribute_definition::ActiveModel {
        id: Set(definition.id),
        tenant_id: Set(tenant),
        key: Set(definition.key.clone()),
        name: Set(definition.name.clone()),
        kind: Set(definition.kind.code().to_owned()),
        options: Set(definition.options.clone().into()),
        is_required: Set(definition.is_required),
        created_at: Set(definition.audit.created_at),
        created_by: Set(definition.audit.created_by),
        updated_at: Set(definition.audit.updated_at),
        updated_by: Set(definition.audit.updated_by),
        version: Set(definition.version),
    }
}

/// Somebody else defined it at the same time.
fn taken(error: DbErr) -> Error {
    if is_unique_violation(&error) {
        Refusal::duplicate("key", "there is already an attribute with this key").into()
    } else {
        error.into()
    }
}
