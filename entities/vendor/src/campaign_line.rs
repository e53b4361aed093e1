//! A product that a campaign asks for; how it is called and what its unit holds are snapshots.

use primitives::{CampaignId, CampaignLineId, Decimal, ProductId, TenantId, Unit};
use sea_orm::entity::prelude::*;

/// One row of `campaign_line`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "campaign_line")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CampaignLineId,
    pub tenant_id: TenantId,
    pub campaign_id: CampaignId,
    pub position: i32,
    pub product_id: ProductId,
    pub code: String,
    pub name: String,
    pub unit: Unit,
    pub base_unit: Unit,
    pub factor: Decimal,
    pub quantity: Option<Decimal>,
}

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
