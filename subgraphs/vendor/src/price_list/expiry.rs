//! Lists whose last day is over: they stop counting by themselves, as offers look at the day; here they also say so.

use chassis::{Result, house};
use primitives::Act;

use super::model::PriceListStatus;
use super::store;
use crate::{Purchasing, event};

/// Lists of one round; the next round takes the rest.
const LISTS_PER_ROUND: u64 = 500;

/// Expires the active lists of every tenant whose last day is over; answers how many there were. Two processes that do it
/// at once expire each list once.
///
/// # Errors
/// `Internal` when the database fails.
pub async fn expire_over(app: &Purchasing) -> Result<usize> {
    let act = Act { at: app.clock.now(), by: None };
    let today = house::day(act.at);
    let over = store::find_over_across_tenants(app.db.read(), today, LISTS_PER_ROUND).await?;
    let mut expired = 0;
    for (tenant, id) in over {
        let is_new = app
            .db
            .write(|tx| async move {
                let list = store::lock(&*tx, tenant, id).await?;
                let Some(mut list) = list.filter(|list| list.is_over(today)) else { return Ok(false) };
                list.move_to(PriceListStatus::Expired, act)?;
                store::save(&*tx, tenant, &list).await?;
                tx.publish(event::price_list_expired(tenant, &list));
                Ok(true)
            })
            .await?;
        expired += usize::from(is_new);
    }
    Ok(expired)
}
