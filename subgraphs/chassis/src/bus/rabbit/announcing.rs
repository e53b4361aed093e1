//! How a consumer says that it is there. A source's relay hears it and fills the consumer's queue.

use std::time::Duration;

use lapin::Channel;
use tokio::task::JoinHandle;

use super::link::Link;
use super::queues::{self, consumers_of};
use crate::error::Result;
use crate::task;

/// How often a consumer says so: a relay that has started anew knows nobody for as long.
const ANNOUNCE: Duration = Duration::from_secs(2);

/// A consumer that says again and again that it is there, until this is dropped. Reading does not depend on it: what is in
/// the queue is read without a relay too.
pub(super) struct Announcing(JoinHandle<()>);

impl Announcing {
    pub(super) fn start(link: Link, source: &str, consumer: &str) -> Self {
        let (source, consumer) = (source.to_owned(), consumer.to_owned());
        Self(task::spawn("announcing", keep_saying_so(link, source, consumer)))
    }
}

impl Drop for Announcing {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn keep_saying_so(link: Link, source: String, consumer: String) {
    let mut channel = None;
    loop {
        if let Err(error) = say_so(&link, &mut channel, (&source, &consumer)).await {
            channel = None;
            tracing::warn!(source, consumer, ?error, "a consumer cannot announce itself; trying again");
        }
        tokio::time::sleep(ANNOUNCE).await;
    }
}

async fn say_so(link: &Link, channel: &mut Option<Channel>, (source, consumer): (&str, &str)) -> Result<()> {
    let queue = consumers_of(source);
    let open = match channel.take() {
        Some(open) => open,
        None => {
            let open = link.channel().await?;
            queues::declare_consumers(&open, &queue).await?;
            open
        }
    };
    queues::tell(channel.insert(open), &queue, consumer.as_bytes()).await
}
