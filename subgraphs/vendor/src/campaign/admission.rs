//! Who comes with a token: whose guest it is, and whether it is let in.

use chassis::{Code, Error, Refusal, Refusals, Result, Tx};
use primitives::TenantId;

use super::invitation::Invitation;
use super::model::Campaign;
use super::{store, token};
use crate::Purchasing;

/// Counts the request; answers in which tenant the token opens something. Counted apart from what the request does, so
/// that a refused one counts, too.
pub(super) async fn admit(app: &Purchasing, text: &str) -> Result<TenantId> {
    let hash = &token::hash(text);
    let tenant = store::find_tenant_by_token_across_tenants(app.db.read(), hash).await?;
    let tenant = tenant.ok_or_else(unknown)?;
    let now = app.clock.now();
    app.db
        .write(|tx| async move {
            let invitation = store::lock_invitation_by_token(&*tx, tenant, hash).await?;
            let mut invitation = invitation.ok_or_else(unknown)?;
            invitation.requests.admit(now)?;
            store::count_request(&*tx, tenant, (invitation.id, invitation.requests)).await
        })
        .await?;
    Ok(tenant)
}

/// The invitation that a token opens, with its campaign, both locked until the transaction ends.
///
/// # Errors
/// `NOT_FOUND` for a token that was never given out or was replaced; `TOKEN_EXPIRED` once it opens nothing any more.
pub(super) async fn enter(
    tx: &Tx,
    app: &Purchasing,
    (tenant, text): (TenantId, &str),
) -> Result<(Campaign, Invitation)> {
    let hash = token::hash(text);
    let seen = store::lock_invitation_by_token(&**tx, tenant, &hash).await?.ok_or_else(unknown)?;
    let campaign = store::find_by_ids(&**tx, tenant, vec![seen.campaign_id]).await?.remove(&seen.campaign_id);
    let campaign = campaign.ok_or_else(|| Error::internal("an invitation has a campaign of its tenant"))?;
    if seen.is_shut() || campaign.is_closed(app.clock.now()) {
        return Err(Refusal::new(Code::TokenExpired, "token", "the invitation is over").into());
    }
    Ok((campaign, seen))
}

fn unknown() -> Error {
    Refusals::from(Refusal::new(Code::NotFound, "token", "invitation not found")).into()
}
