//! What was written down about a product.

use primitives::{AttributeDefinitionId, ProductId, TenantId};
use sea_orm::entity::prelude::*;

/// One row of `product_attribute`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "product_attribute")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub product_id: ProductId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub definition_id: AttributeDefinitionId,
    pub tenant_id: TenantId,
    pub value: String,
}

/// By what it is described.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::attribute_definition::Entity",
        from = "Column::DefinitionId",
        to = "super::attribute_definition::Column::Id"
    )]
    Definition,
}

impl Related<super::attribute_definition::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Definition.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
