//! The loop of a consumer: take, act, settle.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;

use super::Consumer;
use crate::bus::{BATCH_MAX, Delivery, Subscription};
use crate::db;

/// Aggregates of one batch that are worked on at the same time.
const AGGREGATES_AT_ONCE: usize = 8;

/// The pause after a batch that was not full. Events come in crowds, and a batch costs the same however many are in it: whoever takes
/// each one as it comes is as much work for the database as those who cause them.
const BREATH: Duration = Duration::from_millis(20);

/// The pause when the bus or the database fails.
const PAUSE: Duration = Duration::from_secs(1);

/// Works through `subscription` until the database is closed.
pub(super) async fn run(consumer: Consumer, source: &'static str, mut subscription: Box<dyn Subscription>) {
    loop {
        match subscription.next().await {
            Ok(batch) => {
                let count = batch.len();
                let done = consumer.work(source, batch).await;
                let settled = subscription.settle(&done).await;
                if let Err(error) = &settled {
                    tracing::warn!(source, ?error, "events could not be settled; they come again");
                }
                if settled.is_err() || done.len() < count {
                    tokio::time::sleep(PAUSE).await;
                } else if count < BATCH_MAX as usize {
                    tokio::time::sleep(BREATH).await;
                }
            }
            // The process ends: the services were served to the last request, and their databases are closed.
            Err(error) if db::is_closed(&error) => return,
            Err(error) => {
                tracing::warn!(source, ?error, "events cannot be read; trying again");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

impl Consumer {
    /// Acts on a batch: aggregates side by side, the events of one in order. Answers what is done with; when the database
    /// fails in the middle of an aggregate, the rest of it has to come again.
    async fn work(&self, source: &str, batch: Vec<Delivery>) -> Vec<Delivery> {
        let mut aggregates: Vec<Vec<Delivery>> = Vec::new();
        let mut places = HashMap::new();
        for delivery in batch {
            let key = (delivery.event.tenant_id, delivery.event.aggregate_id);
            let place = *places.entry(key).or_insert_with(|| {
                aggregates.push(Vec::new());
                aggregates.len() - 1
            });
            aggregates[place].push(delivery);
        }
        let in_order = |events: Vec<Delivery>| async move {
            let mut done = Vec::with_capacity(events.len());
            for delivery in events {
                if let Err(error) = self.handle(source, &Arc::clone(&delivery.event)).await {
                    tracing::warn!(event = %delivery.event.event_id, ?error, "an event has to come again");
                    break;
                }
                done.push(delivery);
            }
            done
        };
        let working = futures::stream::iter(aggregates).map(in_order).buffer_unordered(AGGREGATES_AT_ONCE);
        working.concat().await
    }
}
