//! One product of a credit note.

use primitives::{
    CreditNoteId, CreditNoteLineId, Decimal, GoodsReceivedNoteLineId, ProductId, PurchaseOrderLineId,
    TenantId, Unit,
};
use sea_orm::entity::prelude::*;

/// One row of `credit_note_line`. `quantity` is in the order line's unit, 0 where only money comes back; `asked_amount` is
/// what was named, `amount` what it comes to.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "credit_note_line")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CreditNoteLineId,
    pub tenant_id: TenantId,
    pub credit_note_id: CreditNoteId,
    pub position: i32,
    pub note_line_id: GoodsReceivedNoteLineId,
    pub order_line_id: PurchaseOrderLineId,
    pub product_id: ProductId,
    pub unit: Unit,
    pub quantity: Decimal,
    pub asked_amount: Option<Decimal>,
    pub amount: Decimal,
    pub base_amount: Decimal,
}

/// Which credit note it belongs to.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::credit_note::Entity",
        from = "Column::CreditNoteId",
        to = "super::credit_note::Column::Id"
    )]
    CreditNote,
}

impl Related<super::credit_note::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::CreditNote.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
