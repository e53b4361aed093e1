//! Invitations and the prices in them as rows.

use std::collections::HashMap;

use chassis::machine::Word;
use chassis::{
    Connection, Criteria, Db, Error, Order, PageRequest, Refusal, Result, SortKey, is_unique_violation, page,
};
use entities_vendor::{invitation, invitation_line};
use primitives::{Audit, CampaignId, InvitationId, TenantId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::LockType;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};
use serde::Serialize;

use super::super::invitation::{Invitation, InvitationStatus, Price, Requests};

/// What a list of invitations is narrowed by. All that is given must hold.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct InvitationCriterion {
    pub(crate) campaign_ids: Option<Vec<CampaignId>>,
    pub(crate) statuses: Option<Vec<InvitationStatus>>,
}

fn scoped(tenant: TenantId) -> Select<invitation::Entity> {
    invitation::Entity::find().filter(invitation::Column::TenantId.eq(tenant))
}

fn condition(criterion: &InvitationCriterion) -> Condition {
    let InvitationCriterion { campaign_ids, statuses } = criterion;
    let column = invitation::Column::CampaignId;
    Condition::all()
        .add_option(campaign_ids.as_ref().map(|ids| column.is_in(ids.iter().copied())))
        .add_option(
            statuses.as_ref().map(|all| invitation::Column::Status.is_in(all.iter().map(|it| it.code()))),
        )
}

/// A page of the invitations that meet `criteria`; they were made in the order of their places.
pub(crate) async fn list_invitations(
    db: &Db,
    tenant: TenantId,
    criteria: &Criteria<InvitationCriterion>,
    order: Order,
    page: PageRequest,
) -> Result<Connection<Invitation>> {
    let select = scoped(tenant).filter(criteria.condition(&condition));
    let keys = [SortKey { column: invitation::Column::Position, order }];
    page::list(db, select, &keys, invitation::Column::Id, page).await?.try_map(to_invitation)
}

/// Invitations by their ids, in one statement.
pub(crate) async fn find_invitations_by_ids(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    ids: Vec<InvitationId>,
) -> Result<HashMap<InvitationId, Invitation>> {
    let rows = scoped(tenant).filter(invitation::Column::Id.is_in(ids)).all(db).await?;
    rows.into_iter().map(|row| to_invitation(row).map(|found| (found.id, found))).collect()
}

/// All invitations of a campaign that was locked before, in the order in which they were made.
pub(crate) async fn invitations_of(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    campaign: CampaignId,
) -> Result<Vec<Invitation>> {
    let rows = scoped(tenant)
        .filter(invitation::Column::CampaignId.eq(campaign))
        .order_by_asc(invitation::Column::Position)
        .lock(LockType::Update)
        .all(tx)
        .await?;
    rows.into_iter().map(to_invitation).collect()
}

/// The invitation, locked until the transaction ends.
pub(crate) async fn lock_invitation(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    id: InvitationId,
) -> Result<Option<Invitation>> {
    let row = scoped(tenant).filter(invitation::Column::Id.eq(id)).lock(LockType::Update).one(tx).await?;
    row.map(to_invitation).transpose()
}

/// The tenant in which a token opens something. Its holder signs in nowhere: only the token says whose guest it is.
pub(crate) async fn find_tenant_by_token_across_tenants(
    db: &impl ConnectionTrait,
    hash: &[u8],
) -> Result<Option<TenantId>> {
    let row = invitation::Entity::find().filter(invitation::Column::TokenHash.eq(hash)).one(db).await?;
    Ok(row.map(|row| row.tenant_id))
}

/// The invitation that a token opens, locked until the transaction ends.
pub(crate) async fn lock_invitation_by_token(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    hash: &[u8],
) -> Result<Option<Invitation>> {
    let row =
        scoped(tenant).filter(invitation::Column::TokenHash.eq(hash)).lock(LockType::Update).one(tx).await?;
    row.map(to_invitation).transpose()
}

/// Writes new invitations.
pub(crate) async fn insert_invitations(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    invitations: &[Invitation],
) -> Result<()> {
    let rows = invitations.iter().map(|invitation| from_invitation(tenant, invitation));
    invitation::Entity::insert_many(rows).exec_without_returning(tx).await.map_err(invited)?;
    Ok(())
}

/// Writes a changed invitation that was locked before.
pub(crate) async fn save_invitation(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    changed: &Invitation,
) -> Result<()> {
    invitation::Entity::update_many()
        .set(from_invitation(tenant, changed))
        .filter(invitation::Column::TenantId.eq(tenant))
        .filter(invitation::Column::Id.eq(changed.id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Writes how often a token was used, and nothing else.
pub(crate) async fn count_request(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    (id, requests): (InvitationId, Requests),
) -> Result<()> {
    invitation::Entity::update_many()
        .col_expr(invitation::Column::CountedFrom, requests.counted_from.into())
        .col_expr(invitation::Column::Counted, requests.count.into())
        .filter(invitation::Column::TenantId.eq(tenant))
        .filter(invitation::Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}

/// The prices in invitations, each in the order they were given; one statement.
pub(crate) async fn prices_by_ids(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    ids: Vec<InvitationId>,
) -> Result<HashMap<InvitationId, Vec<Price>>> {
    let rows = invitation_line::Entity::find()
        .filter(invitation_line::Column::TenantId.eq(tenant))
        .filter(invitation_line::Column::InvitationId.is_in(ids))
        .order_by_asc(invitation_line::Column::Position)
        .all(db)
        .await?;
    let mut prices: HashMap<InvitationId, Vec<Price>> = HashMap::new();
    for row in rows {
        prices.entry(row.invitation_id).or_default().push(Price {
            product_id: row.product_id,
            minimum_quantity: row.minimum_quantity,
            price: row.price,
            lead_time_days: row.lead_time_days,
        });
    }
    Ok(prices)
}

/// Replaces the prices in an invitation that was locked before.
pub(crate) async fn save_prices(
    tx: &impl ConnectionTrait,
    tenant: TenantId,
    (id, prices): (InvitationId, &[Price]),
) -> Result<()> {
    invitation_line::Entity::delete_many()
        .filter(invitation_line::Column::TenantId.eq(tenant))
        .filter(invitation_line::Column::InvitationId.eq(id))
        .exec(tx)
        .await?;
    if prices.is_empty() {
        return Ok(());
    }
    let rows = prices.iter().enumerate().map(|(position, price)| invitation_line::ActiveModel {
        invitation_id: Set(id),
        position: Set(i32::try_from(position).unwrap_or(i32::MAX)),
        tenant_id: Set(tenant),
        product_id: Set(price.product_id),
        minimum_quantity: Set(price.minimum_quantity),
        price: Set(price.price),
        lead_time_days: Set(price.lead_time_days),
    });
    invitation_line::Entity::insert_many(rows).exec_without_returning(tx).await?;
    Ok(())
}

fn to_invitation(row: invitation::Model) -> Result<Invitation> {
    let status = InvitationStatus::from_code(&row.status);
    Ok(Invitation {
        id: row.id,
        campaign_id: row.campaign_id,
        vendor_id: row.vendor_id,
        position: row.position,
        email: row.email,
        status: status.ok_or_else(|| Error::internal(format!("unknown invitation status {}", row.status)))?,
        status_reason: row.status_reason,
        token_hash: row.token_hash,
        opened_at: row.opened_at,
        submitted_at: row.submitted_at,
        price_list_id: row.price_list_id,
        closing_note: row.closing_note,
        requests: Requests { counted_from: row.counted_from, count: row.counted },
        audit: Audit {
            created_at: row.created_at,
            created_by: row.created_by,
            updated_at: row.updated_at,
            updated_by: row.updated_by,
        },
        version: row.version,
    })
}

fn from_invitation(tenant: TenantId, invitation: &Invitation) -> invitation::ActiveModel {
    invitation::ActiveModel {
        id: Set(invitation.id),
        tenant_id: Set(tenant),
        campaign_id: Set(invitation.campaign_id),
        vendor_id: Set(invitation.vendor_id),
        position: Set(invitation.position),
        email: Set(invitation.email.clone()),
        status: Set(invitation.status.code().to_owned()),
        status_reason: Set(invitation.status_reason.clone()),
        token_hash: Set(invitation.token_hash.clone()),
        opened_at: Set(invitation.opened_at),
        submitted_at: Set(invitation.submitted_at),
        price_list_id: Set(invitation.price_list_id),
        closing_note: Set(invitation.closing_note.clone()),
        counted_from: Set(invitation.requests.counted_from),
        counted: Set(invitation.requests.count),
        created_at: Set(invitation.audit.created_at),
        created_by: Set(invitation.audit.created_by),
        updated_at: Set(invitation.audit.updated_at),
        updated_by: Set(invitation.audit.updated_by),
        version: Set(invitation.version),
    }
}

/// Somebody else invited the vendor at the same time.
fn invited(error: DbErr) -> Error {
    if is_unique_violation(&error) {
        Refusal::duplicate("vendors", "one of these vendors was invited before").into()
    } else {
        error.into()
    }
}
