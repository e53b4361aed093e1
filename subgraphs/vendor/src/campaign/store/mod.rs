//! Campaigns and their templates as rows, and in [`invitation`] who was asked; every query starts at the tenant.

mod invitation;

use std::collections::HashMap;

use chassis::machine::Word;
use chassis::{Connection, Criteria, Db, Error, Order, PageRequest, Result, SortKey, page};
use chrono::{DateTime, Utc};
use entities_vendor::{campaign, campaign_line, invitation as invitation_row};
use primitives::{Audit, CampaignId, ProductId, TenantId, VendorId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::LockType;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    Select,
};
use serde::Serialize;

use super::line::CampaignLine;
use super::model::{Campaign, CampaignFacts, CampaignStatus};
use crate::price_list::model::Window;

pub(crate) use invitation::{
    InvitationCriterion, count_request, find_invitations_by_ids, find_tenant_by_token_across_tenants,
    insert_invitations, invitations_of, list_invitations, lock_invitation, lock_invitation_by_token,
    prices_by_ids, save_invitation, save_prices,
};

/// What a list of campaigns is narrowed by. All that is given must hold.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct CampaignCriterion {
    pub(crate) statuses: Option<Vec<CampaignStatus>>,
    /// Asking for this product.
    pub(crate) product_id: Option<ProductId>,
    /// Asking this vendor.
    pub(crate) vendor_id: Option<VendorId>,
}

/// What a list of campaigns is sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SortedBy {
    Number,
    EndsAt,
}

fn scoped(tenant: TenantId) -> Select<campaign::Entity> {
    campaign::Entity::find().filter(campaign::Column::TenantId.eq(tenant))
}

fn scoped_lines(tenant: TenantId) -> Select<campaign_line::Entity> {
    campaign_line::Entity::find().filter(campaign_line::Column::TenantId.eq(tenant))
}

fn condition(tenant: TenantId, criterion: &CampaignCriterion) -> Condition {
    let CampaignCriterion { statuses, product_id, vendor_id } = criterion;
    let asking_for = |product: &ProductId| {
        let campaigns = scoped_lines(tenant)
            .select_only()
            .column(campaign_line::Column::CampaignId)
            .filter(campaign_line::Column::ProductId.eq(*product))
            .into_query();
        campaign::Column::Id.in_subquery(campaigns)
    };
    let asking = |vendor: &VendorId| {
        let campaigns = invitation_row::Entity::find()
            .select_only()
            .column(invitation_row::Column::CampaignId)
            .filter(invitation_row::Column::TenantId.eq(tenant))
            .filter(invitation_row::Column::VendorId.eq(*vendor))
            .into_query();
        campaign::Column::Id.in_subquery(campaigns)
    };
    Condition::all()
        .add_option(
            statuses.as_ref().map(|all| campaign::Column::Status.is_in(all.iter().map(|it| it.code()))),
        )
        .add_option(product_id.as_ref().map(asking_for))
        .add_option(vendor_id.as_ref().map(asking))
}

/// A page of the campaigns that meet `criteria`.
pub(crate) async fn list(
    db: &Db,
    tenant: TenantId,
    criteria: &Criteria<CampaignCriterion>,
    (by, order): (SortedBy, Order),
    page: PageRequest,
) -> Result<Connection<Campaign>> {
    let select = scoped(tenant).filter(criteria.condition(&|criterion| condition(tenant, criterion)));
    let column = match by {
        SortedBy::Number => campaign::Column::Number,
        SortedBy::EndsAt => campaign::Column::EndsAt,
    };
    page::list(db, select, &[SortKey { column, order }], campaign::Column::Id, page)
        .await?
        .try_map(to_campaign)
}

/// Campaigns by their ids, in one statement.
pub(crate) async fn find_by_ids(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    ids: Vec<CampaignId>,
) -> Result<HashMap<CampaignId, Campaign>> {
    let rows = scoped(tenant).filter(campaign::Column::Id.is_in(ids)).all(db).await?;
    rows.into_iter().map(|row| to_campaign(row).map(|campaign| (campaign.id, campaign))).collect()
}

/// The campaign, locked until the transaction ends. Whoever changes an invitation locks its campaign first.
pub(crate) async fn lock(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    id: CampaignId,
) -> Result<Option<Campaign>> {
    let row = scoped(tenant).filter(campaign::Column::Id.eq(id)).lock(LockType::Update).one(tx).await?;
    row.map(to_campaign).transpose()
}

/// All lines of a campaign, in the order they were given.
pub(crate) async fn lines_of(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    id: CampaignId,
) -> Result<Vec<CampaignLine>> {
    let rows = scoped_lines(tenant)
        .filter(campaign_line::Column::CampaignId.eq(id))
        .order_by_asc(campaign_line::Column::Position)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(to_line).collect())
}

/// A page of a campaign's lines, in the order they were given.
pub(crate) async fn list_lines(
    db: &Db,
    tenant: TenantId,
    (id, products): (CampaignId, Option<Vec<ProductId>>),
    order: Order,
    page: PageRequest,
) -> Result<Connection<CampaignLine>> {
    let select = scoped_lines(tenant).filter(campaign_line::Column::CampaignId.eq(id));
    let select = select
        .filter(Condition::all().add_option(products.map(|ids| campaign_line::Column::ProductId.is_in(ids))));
    let keys = [SortKey { column: campaign_line::Column::Position, order }];
    Ok(page::list(db, select, &keys, campaign_line::Column::Id, page).await?.map(to_line))
}

/// Writes a new campaign with its lines.
pub(crate) async fn insert(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    campaign: &Campaign,
    lines: &[CampaignLine],
) -> Result<()> {
    campaign::Entity::insert(from_campaign(tenant, campaign)).exec_without_returning(tx).await?;
    insert_lines(tx, tenant, campaign.id, lines).await
}

/// Writes a changed campaign that was locked before.
pub(crate) async fn save(tx: &impl ConnectionTrait, tenant: TenantId, campaign: &Campaign) -> Result<()> {
    campaign::Entity::update_many()
        .set(from_campaign(tenant, campaign))
        .filter(campaign::Column::TenantId.eq(tenant))
        .filter(campaign::Column::Id.eq(campaign.id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Replaces the lines of a draft.
pub(crate) async fn replace_lines(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    id: CampaignId,
    lines: &[CampaignLine],
) -> Result<()> {
    campaign_line::Entity::delete_many()
        .filter(campaign_line::Column::TenantId.eq(tenant))
        .filter(campaign_line::Column::CampaignId.eq(id))
        .exec(tx)
        .await?;
    insert_lines(tx, tenant, id, lines).await
}

async fn insert_lines(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    id: CampaignId,
    lines: &[CampaignLine],
) -> Result<()> {
    let rows = lines.iter().enumerate().map(|(position, line)| campaign_line::ActiveModel {
        id: Set(line.id),
        tenant_id: Set(tenant),
        campaign_id: Set(id),
        position: Set(i32::try_from(position).unwrap_or(i32::MAX)),
        product_id: Set(line.product_id),
        code: Set(line.code.clone()),
        name: Set(line.name.clone()),
        unit: Set(line.unit),
        base_unit: Set(line.base_unit),
        factor: Set(line.factor),
        quantity: Set(line.quantity),
    });
    campaign_line::Entity::insert_many(rows).exec_without_returning(tx).await?;
    Ok(())
}

/// Running campaigns of all tenants whose end is over, the longest over first.
pub(crate) async fn find_over_across_tenants(
    db: &impl ConnectionTrait,
    now: DateTime<Utc>,
    most: u64,
) -> Result<Vec<(TenantId, CampaignId)>> {
    let running = [CampaignStatus::Active.code(), CampaignStatus::Paused.code()];
    let rows = campaign::Entity::find()
        .filter(campaign::Column::Status.is_in(running))
        .filter(campaign::Column::EndsAt.lte(now))
        .order_by_asc(campaign::Column::EndsAt)
        .order_by_asc(campaign::Column::Id)
        .limit(most)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.tenant_id, row.id)).collect())
}

fn to_campaign(row: campaign::Model) -> Result<Campaign> {
    let status = CampaignStatus::from_code(&row.status);
    Ok(Campaign {
        id: row.id,
        number: row.number,
        facts: CampaignFacts {
            name: row.name,
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            window: Window { from: row.valid_from, to: row.valid_to },
        },
        status: status.ok_or_else(|| Error::internal(format!("unknown campaign status {}", row.status)))?,
        status_reason: row.status_reason,
        audit: Audit {
            created_at: row.created_at,
            created_by: row.created_by,
            updated_at: row.updated_at,
            updated_by: row.updated_by,
        },
        version: row.version,
    })
}

fn from_campaign(tenant: TenantId, campaign: &Campaign) -> campaign::ActiveModel {
    campaign::ActiveModel {
        id: Set(campaign.id),
        tenant_id: Set(tenant),
        number: Set(campaign.number.clone()),
        name: Set(campaign.facts.name.clone()),
        starts_at: Set(campaign.facts.starts_at),
        ends_at: Set(campaign.facts.ends_at),
        valid_from: Set(campaign.facts.window.from),
        valid_to: Set(campaign.facts.window.to),
        status: Set(campaign.status.code().to_owned()),
        status_reason: Set(campaign.status_reason.clone()),
        created_at: Set(campaign.audit.created_at),
        created_by: Set(campaign.audit.created_by),
        updated_at: Set(campaign.audit.updated_at),
        updated_by: Set(campaign.audit.updated_by),
        version: Set(campaign.version),
    }
}

fn to_line(row: campaign_line::Model) -> CampaignLine {
    CampaignLine {
        id: row.id,
        product_id: row.product_id,
        code: row.code,
        name: row.name,
        unit: row.unit,
        base_unit: row.base_unit,
        factor: row.factor,
        quantity: row.quantity,
    }
}
