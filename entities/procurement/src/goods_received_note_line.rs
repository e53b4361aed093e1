//! One product of a delivery.

use primitives::{
    Date, Decimal, GoodsReceivedNoteId, GoodsReceivedNoteLineId, ProductId, PurchaseOrderLineId, TenantId,
    Unit,
};
use sea_orm::entity::prelude::*;

/// One row of `goods_received_note_line`. Quantities are in the order line's unit, costs per base unit.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "goods_received_note_line")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: GoodsReceivedNoteLineId,
    pub tenant_id: TenantId,
    pub note_id: GoodsReceivedNoteId,
    pub position: i32,
    pub order_line_id: PurchaseOrderLineId,
    pub product_id: ProductId,
    pub unit: Unit,
    pub delivered_quantity: Decimal,
    pub accepted_quantity: Decimal,
    pub rejected_quantity: Decimal,
    pub damaged_quantity: Decimal,
    pub free_quantity: Decimal,
    pub lot: Option<String>,
    pub expiry: Option<Date>,
    pub remark: Option<String>,
    pub extra_cost: Decimal,
    pub unit_cost: Option<Decimal>,
    pub base_unit_cost: Option<Decimal>,
    pub base_amount: Decimal,
    pub returned_quantity: Decimal,
    pub credited_amount: Decimal,
}

/// Which note it belongs to.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::goods_received_note::Entity",
        from = "Column::NoteId",
        to = "super::goods_received_note::Column::Id"
    )]
    Note,
}

impl Related<super::goods_received_note::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Note.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
