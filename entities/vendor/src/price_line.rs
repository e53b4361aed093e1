//! The price of one product from one quantity on.

use primitives::{Decimal, PriceLineId, PriceListId, ProductId, TenantId, Unit, VendorId};
use sea_orm::entity::prelude::*;

/// One row of `price_line`. `base_unit` and `factor` are snapshots: later changes of the product's packs do not reach them.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "price_line")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PriceLineId,
    pub tenant_id: TenantId,
    pub price_list_id: PriceListId,
    pub vendor_id: VendorId,
    pub position: i32,
    pub product_id: ProductId,
    pub unit: Unit,
    pub base_unit: Unit,
    pub factor: Decimal,
    pub minimum_quantity: Decimal,
    pub price: Decimal,
    pub lead_time_days: Option<i32>,
}

/// On which list it stands.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::price_list::Entity",
        from = "Column::PriceListId",
        to = "super::price_list::Column::Id"
    )]
    PriceList,
}

impl Related<super::price_list::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::PriceList.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
