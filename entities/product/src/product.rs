//! What is bought, stocked, used and sold.

use primitives::{CategoryId, Decimal, ProductId, TenantId, UserId};
use sea_orm::entity::prelude::*;

/// One row of `product`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "product")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ProductId,
    pub tenant_id: TenantId,
    pub code: String,
    pub name: String,
    pub local_name: Option<String>,
    pub name_key: String,
    pub search_text: String,
    pub description: Option<String>,
    pub status: String,
    pub was_active: bool,
    pub category_id: Option<CategoryId>,
    pub base_unit: String,
    pub purchase_units: Json,
    pub recipe_units: Json,
    pub density: Option<Decimal>,
    pub shelf_life_days: Option<i32>,
    pub is_lot_tracked: bool,
    pub is_expiry_tracked: bool,
    pub is_purchasable: bool,
    pub is_stocked: bool,
    pub is_used_in_recipe: bool,
    pub is_sold: bool,
    pub created_at: DateTimeUtc,
    pub created_by: Option<UserId>,
    pub updated_at: DateTimeUtc,
    pub updated_by: Option<UserId>,
    pub version: i32,
}

/// Where the product is sorted and what hangs on it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::category::Entity",
        from = "Column::CategoryId",
        to = "super::category::Column::Id"
    )]
    Category,
    #[sea_orm(has_many = "super::product_barcode::Entity")]
    Barcodes,
    #[sea_orm(has_many = "super::unit_conversion::Entity")]
    Conversions,
}

impl Related<super::category::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Category.def()
    }
}

impl Related<super::product_barcode::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Barcodes.def()
    }
}

impl Related<super::unit_conversion::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Conversions.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
