//! The queues there are: what they are called, how they are declared, and how something gets into one.

use std::time::Duration;

use lapin::options::{BasicPublishOptions, QueueDeclareOptions, QueueDeleteOptions};
use lapin::protocol::{AMQPErrorKind, AMQPSoftError};
use lapin::types::{AMQPValue, FieldTable, LongString};
use lapin::{BasicProperties, Channel, Confirmation, ErrorKind};

use super::link::Link;
use crate::error::{Error, Result};

/// How long the server may take to confirm. It takes its time when it is short of memory or disk; publishing again would
/// only add to that.
const CONFIRM: Duration = Duration::from_secs(60);

/// What newer servers count before they drop a message: how often its consumer died. Nothing is to be dropped.
const DELIVERIES_MAX: i64 = 1_000_000_000;

/// Announcements that wait while no relay hears them.
const ANNOUNCEMENTS_MAX: i64 = 1_000;

/// On disk, so that a server that was restarted has it.
const PERSISTENT: u8 = 2;

/// The events of `source` that `consumer` has not settled.
pub(super) fn events_of(source: &str, consumer: &str) -> String {
    format!("carmen.events.{source}.{consumer}")
}

/// A single message: how far the relay of `source` has come with `consumer`.
pub(super) fn relayed_of(source: &str, consumer: &str) -> String {
    format!("carmen.relayed.{source}.{consumer}")
}

/// Where the consumers of `source` say that they are there.
pub(super) fn consumers_of(source: &str) -> String {
    format!("carmen.consumers.{source}")
}

/// Makes sure that the queue of [`events_of`] is there. Only its consumer does so, and when it was not there, nothing holds
/// any more that the relay has noted about it.
pub(super) async fn declare_events(link: &Link, source: &str, consumer: &str) -> Result<String> {
    let queue = events_of(source, consumer);
    // Asking for what is not there costs the channel.
    let is_there = waiting_in(&link.channel().await?, &queue).await?.is_some();
    if !is_there {
        let channel = link.channel().await?;
        let relayed = relayed_of(source, consumer);
        let deleted = channel.queue_delete(relayed.into(), QueueDeleteOptions::default()).await;
        deleted.map_err(Error::internal)?;
        declare(&channel, &queue, [("x-single-active-consumer", true.into())]).await?;
    }
    Ok(queue)
}

/// Makes sure that the queue of [`relayed_of`] is there. A new place pushes the one before it out.
pub(super) async fn declare_relayed(channel: &Channel, queue: &str) -> Result<()> {
    declare(channel, queue, [("x-max-length", 1_i64.into())]).await
}

/// Makes sure that the queue of [`consumers_of`] is there.
pub(super) async fn declare_consumers(channel: &Channel, queue: &str) -> Result<()> {
    let arguments = [("x-single-active-consumer", true.into()), ("x-max-length", ANNOUNCEMENTS_MAX.into())];
    declare(channel, queue, arguments).await
}

async fn declare<const N: usize>(
    channel: &Channel,
    queue: &str,
    arguments: [(&str, AMQPValue); N],
) -> Result<()> {
    let mut table = FieldTable::default();
    // Replicated where the server is a cluster.
    table.insert("x-queue-type".into(), LongString::from("quorum").into());
    table.insert("x-delivery-limit".into(), DELIVERIES_MAX.into());
    for (name, value) in arguments {
        table.insert(name.into(), value);
    }
    let declared = channel.queue_declare(queue.into(), QueueDeclareOptions::durable(), table).await;
    declared.map(drop).map_err(Error::internal)
}

/// How many messages wait in `queue`; `None` when there is no such queue, and then the channel is of no use any more.
pub(super) async fn waiting_in(channel: &Channel, queue: &str) -> Result<Option<u32>> {
    let asked = QueueDeclareOptions::durable().passive();
    match channel.queue_declare(queue.into(), asked, FieldTable::default()).await {
        Ok(found) => Ok(Some(found.message_count())),
        Err(error) if is_not_found(&error) => Ok(None),
        Err(error) => Err(Error::internal(error)),
    }
}

fn is_not_found(error: &lapin::Error) -> bool {
    let ErrorKind::ProtocolError(error) = error.kind() else { return false };
    matches!(error.kind(), AMQPErrorKind::Soft(AMQPSoftError::NOTFOUND))
}

/// Puts `bodies` into `queue` in this order; done when the server has all of them safe. After an error none, some or all
/// are there.
pub(super) async fn publish(channel: &Channel, queue: &str, bodies: &[Vec<u8>]) -> Result<()> {
    let publishing = async {
        let mut confirms = Vec::with_capacity(bodies.len());
        for body in bodies {
            confirms.push(send(channel, queue, body, PERSISTENT).await?);
        }
        for confirm in confirms {
            // Not taken, or taken and given back: the queue is gone.
            if confirm.await.map_err(Error::internal)? != Confirmation::Ack(None) {
                return Err(Error::internal(format!("RabbitMQ does not take events for {queue}")));
            }
        }
        Ok(())
    };
    tokio::time::timeout(CONFIRM, publishing).await.map_err(Error::internal)?
}

/// Puts `body` into `queue` without asking whether it arrived.
pub(super) async fn tell(channel: &Channel, queue: &str, body: &[u8]) -> Result<()> {
    const FLEETING: u8 = 1;
    send(channel, queue, body, FLEETING).await.map(drop)
}

async fn send(
    channel: &Channel,
    queue: &str,
    body: &[u8],
    delivery_mode: u8,
) -> Result<lapin::PublisherConfirm> {
    let options = BasicPublishOptions { mandatory: true, ..BasicPublishOptions::default() };
    let properties = BasicProperties::default().with_delivery_mode(delivery_mode);
    // The exchange without a name knows every queue by its own.
    let sent = channel.basic_publish("".into(), queue.into(), options, body, properties).await;
    sent.map_err(Error::internal)
}
