//! The ways in which events travel, as the promises of a bus are tried on them.

use std::sync::Arc;

use chassis::testkit::{RabbitServer, RedisServer};
use chassis::{Bus, InProcessBus, RabbitBus, RedisBus, StreamBounds};

/// A way for events to travel; each `bus()` is what a process of its own would have, and dropping it is that process' end.
pub(super) enum Medium {
    InProcess,
    Redis(RedisServer),
    Rabbit(RabbitServer),
}

impl Medium {
    pub(super) fn in_process() -> Self {
        Self::InProcess
    }

    pub(super) fn redis() -> Self {
        Self::Redis(RedisServer::start())
    }

    pub(super) fn rabbit() -> Self {
        Self::Rabbit(RabbitServer::share())
    }

    pub(super) fn mortal_rabbit() -> Self {
        Self::Rabbit(RabbitServer::start())
    }

    pub(super) fn bus(&self) -> Arc<dyn Bus> {
        match self {
            Self::InProcess => Arc::new(InProcessBus::default()),
            Self::Redis(server) => Arc::new(RedisBus::new(&server.url()).unwrap()),
            Self::Rabbit(server) => Arc::new(RabbitBus::new(&server.url()).unwrap()),
        }
    }

    /// One that holds no more than about `most` events that wait, and keeps few that nobody waits for.
    pub(super) fn bounded_bus(&self, most: u32) -> Arc<dyn Bus> {
        match self {
            // The outbox itself is all there is.
            Self::InProcess => self.bus(),
            Self::Redis(server) => {
                let bounds = StreamBounds { keep: 50, most: most.into() };
                Arc::new(RedisBus::new(&server.url()).unwrap().with_bounds(bounds))
            }
            Self::Rabbit(server) => Arc::new(RabbitBus::new(&server.url()).unwrap().with_queue_max(most)),
        }
    }

    /// How many events the broker holds for a consumer; `None` without a broker.
    pub(super) async fn held(&self, source: &str, consumer: &str) -> Option<u64> {
        match self {
            Self::InProcess => None,
            Self::Redis(server) => Some(server.stream_length(&format!("carmen:events:{source}"))),
            Self::Rabbit(server) => {
                Some(server.queue_length(&format!("carmen.events.{source}.{consumer}")).await)
            }
        }
    }

    /// Whether one replica of a consumer works at a time.
    pub(super) fn divides_the_work(&self) -> bool {
        !matches!(self, Self::InProcess)
    }

    /// Kills the broker. In a process nothing stands between source and consumer that could die alone.
    pub(super) fn kill(&mut self) {
        match self {
            Self::InProcess => {}
            Self::Redis(server) => server.kill(),
            Self::Rabbit(server) => server.kill(),
        }
    }

    /// Starts the broker again. Redis has lost its data by then; RabbitMQ every other time.
    pub(super) fn restart(&mut self, round: usize) {
        tokio::task::block_in_place(|| match self {
            Self::InProcess => {}
            Self::Redis(server) => server.restart(),
            Self::Rabbit(server) if round.is_multiple_of(2) => server.restart(),
            Self::Rabbit(server) => server.restart_empty(),
        });
    }
}
