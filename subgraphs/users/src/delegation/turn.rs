//! The clock: delegations that begin and end. They count by their window anyway; here they also say so.

use primitives::Act;
use std::time::Duration;

use chassis::{Result, task};

use super::model::DelegationStatus;
use super::store;
use crate::{People, event};

/// How often delegations are looked through. The first time comes one interval after the start.
const INTERVAL: Duration = Duration::from_secs(60);
/// Delegations of one round; the next round takes the rest.
const ROUND_MAX: u64 = 500;

/// Turns delegations for as long as the process runs.
pub(crate) fn keep_turning(app: &People) {
    let app = app.clone();
    task::every("delegations", INTERVAL, task::First::Later, move || {
        let app = app.clone();
        async move {
            match turn_due(&app).await {
                Ok(0) => {}
                Ok(count) => tracing::info!(count, "delegations began or ended"),
                Err(error) => tracing::warn!(?error, "turning delegations failed; it is tried again"),
            }
        }
    });
}

/// Begins and ends the delegations of every tenant that are due; answers how many there were. Two processes that do it at
/// once turn each of them once.
///
/// # Errors
/// `Internal` when the database fails.
pub async fn turn_due(app: &People) -> Result<usize> {
    let act = Act { at: app.clock.now(), by: None };
    let mut turned = 0;
    for (tenant, id) in store::find_due_across_tenants(app.db.read(), act.at, ROUND_MAX).await? {
        let turn = app.db.write(|tx| async move {
            let Some(mut delegation) = store::lock(&*tx, tenant, id).await? else { return Ok(false) };
            let was_active = delegation.status == DelegationStatus::Active;
            match delegation.turn(act) {
                None => return Ok(false),
                Some(DelegationStatus::Active) => tx.publish(event::delegation_started(tenant, &delegation)),
                // Nobody heard of the beginning of one whose whole window passed unseen.
                Some(_) if was_active => tx.publish(event::delegation_ended(tenant, &delegation)),
                Some(_) => {}
            }
            store::save(&*tx, tenant, &delegation).await?;
            Ok(true)
        });
        turned += usize::from(turn.await?);
    }
    Ok(turned)
}
