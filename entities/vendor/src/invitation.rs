//! What one vendor was asked in a campaign, and how far its answer is.

use primitives::{CampaignId, InvitationId, PriceListId, TenantId, UserId, VendorId};
use sea_orm::entity::prelude::*;

/// One row of `invitation`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invitation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: InvitationId,
    pub tenant_id: TenantId,
    pub campaign_id: CampaignId,
    pub vendor_id: VendorId,
    pub position: i32,
    pub email: Option<String>,
    pub status: String,
    pub status_reason: Option<String>,
    pub token_hash: Option<Vec<u8>>,
    pub opened_at: Option<DateTimeUtc>,
    pub submitted_at: Option<DateTimeUtc>,
    pub price_list_id: Option<PriceListId>,
    pub closing_note: Option<String>,
    pub counted_from: DateTimeUtc,
    pub counted: i32,
    pub created_at: DateTimeUtc,
    pub created_by: Option<UserId>,
    pub updated_at: DateTimeUtc,
    pub updated_by: Option<UserId>,
    pub version: i32,
}

/// In which campaign it was sent.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::campaign::Entity",
        from = "Column::CampaignId",
        to = "super::campaign::Column::Id"
    )]
    Campaign,
}

impl Related<super::campaign::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Campaign.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
