//! Contracts whose last day is over. Offers look at the day; here the contracts also say so.

use chassis::{Result, house};
use primitives::Act;

use super::model::Command;
use super::store;
use crate::{Purchasing, event};

/// Contracts of one round; the next round takes the rest.
const CONTRACTS_PER_ROUND: u64 = 500;

/// Expires the active contracts of every tenant whose last day is over; answers how many there were. Two processes that
/// do it at once expire each contract once.
///
/// # Errors
/// `Internal` when the database fails.
pub async fn expire_over(app: &Purchasing) -> Result<usize> {
    let act = Act { at: app.clock.now(), by: None };
    let today = house::day(act.at);
    let over = store::find_over_across_tenants(app.db.read(), today, CONTRACTS_PER_ROUND).await?;
    let mut expired = 0;
    for (tenant, id) in over {
        let is_new = app
            .db
            .write(|tx| async move {
                let contract = store::lock(&*tx, tenant, id).await?;
                let Some(mut contract) = contract.filter(|contract| contract.is_over(today)) else {
                    return Ok(false);
                };
                contract.take(Command::Expire, None, act)?;
                store::save(&*tx, tenant, &contract).await?;
                tx.publish(event::contract("contract.expired", tenant, &contract));
                Ok(true)
            })
            .await?;
        expired += usize::from(is_new);
    }
    Ok(expired)
}
