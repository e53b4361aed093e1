//! What a tenant wants to know about its products beside the usual. `options` is a JSON list of texts.

use primitives::{AttributeDefinitionId, TenantId, UserId};
use sea_orm::entity::prelude::*;

/// One row of `attribute_definition`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "attribute_definition")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AttributeDefinitionId,
    pub tenant_id: TenantId,
    pub key: String,
    pub name: String,
    pub kind: String,
    pub options: Json,
    pub is_required: bool,
    pub created_at: DateTimeUtc,
    pub created_by: Option<UserId>,
    pub updated_at: DateTimeUtc,
    pub updated_by: Option<UserId>,
    pub version: i32,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
