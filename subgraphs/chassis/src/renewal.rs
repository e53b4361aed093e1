//! Tokens that are renewed while a subscription runs.
//!
//! An access token lives for minutes, a subscription for hours. Who opened it may present newer tokens; each is verified
//! like any other and must belong to the same person and tenant. The subscription itself decides what becomes of a caller
//! whose token ran out, or who may do less than before.

use std::sync::Arc;

use async_graphql::Context;
use router_protocol::{Credential, token_in};
use tokio::sync::watch;

use crate::caller::{self, Caller};
use crate::error::Result;
use crate::task;
use crate::token::TokenVerifier;

/// The caller of a subscription as the latest valid token shows it.
#[derive(Clone, Debug)]
pub struct LiveCaller(watch::Receiver<Arc<Caller>>);

impl LiveCaller {
    /// A caller who will not renew anything.
    pub fn fixed(caller: Arc<Caller>) -> Self {
        Self(watch::channel(caller).1)
    }

    /// Verifies each token that `credential` presents, for as long as somebody looks at the result.
    pub(crate) fn following(
        verifier: TokenVerifier,
        opened_by: Arc<Caller>,
        mut credential: Credential,
    ) -> Self {
        let (sender, receiver) = watch::channel(Arc::clone(&opened_by));
        task::spawn("token renewal", async move {
            loop {
                let renewed = tokio::select! {
                    () = sender.closed() => return,
                    renewed = credential.renewed() => renewed,
                };
                let Some(authorization) = renewed else { return };
                if let Some(caller) = verifier.renewed(&opened_by, token_in(&authorization)).await {
                    sender.send_replace(caller);
                }
            }
        });
        Self(receiver)
    }

    /// The caller now.
    pub fn current(&self) -> Arc<Caller> {
        Arc::clone(&self.0.borrow())
    }

    /// Waits for the next renewal, for ever when there will be none. Safe to drop while it waits.
    pub async fn renewed(&mut self) -> Arc<Caller> {
        if self.0.changed().await.is_err() {
            return std::future::pending().await;
        }
        Arc::clone(&self.0.borrow_and_update())
    }
}

/// The caller of the running subscription, with the renewals to come.
///
/// # Errors
/// `Forbidden` with code `UNAUTHENTICATED` when the request is anonymous.
pub fn live_caller(ctx: &Context<'_>) -> Result<LiveCaller> {
    match ctx.data_opt::<LiveCaller>() {
        Some(live) => Ok(live.clone()),
        None => Ok(LiveCaller::fixed(Arc::clone(caller::caller(ctx)?))),
    }
}
