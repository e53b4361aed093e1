//! What ends by itself when its time is over: price lists, contracts and campaigns.
//!
//! What a caller may do never depends on this: rules look at the clock. Here records also say so, and tell others.

use std::time::Duration;

use chassis::{Result, task};

use crate::{Purchasing, campaign, contract, price_list};

/// How often it is looked through. The first time comes one interval after the start.
const INTERVAL: Duration = Duration::from_secs(60);

/// Ends what is over for as long as the process runs.
pub(crate) fn keep(app: &Purchasing) {
    let app = app.clone();
    task::every("deadlines", INTERVAL, task::First::Later, move || {
        let app = app.clone();
        async move {
            told("price lists", price_list::expiry::expire_over(&app).await);
            told("campaigns", campaign::closing::complete_over(&app).await);
            told("contracts", contract::expiry::expire_over(&app).await);
        }
    });
}

fn told(what: &str, ended: Result<usize>) {
    match ended {
        Ok(0) => {}
        Ok(count) => tracing::info!(what, count, "their time was over"),
        Err(error) => tracing::warn!(what, %error, "ending what is over failed; it is tried again"),
    }
}
