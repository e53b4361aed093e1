//! From a source's outbox into its stream.

use std::collections::HashMap;

use primitives::TenantId;
use redis::aio::MultiplexedConnection;
use redis::{Script, Value, cmd};

use super::link::Link;
use super::{StreamBounds, stream_of};
use crate::bus::cursor;
use crate::bus::relay::{Relay, Step, read_batch};
use crate::db::Db;
use crate::error::{Error, Result};

/// Appends events and moves the tenant's place, both or neither; does nothing when another replica has moved it.
const APPEND: &str = "if (redis.call('HGET', KEYS[2], ARGV[1]) or '0') ~= ARGV[2] then return 0 end \
    for at = 4, #ARGV do redis.call('XADD', KEYS[1], '*', 'event', ARGV[at]) end \
    redis.call('HSET', KEYS[2], ARGV[1], ARGV[3]) \
    return 1";

pub(super) struct StreamRelay {
    link: Link,
    bounds: StreamBounds,
    source: &'static str,
    append: Script,
}

impl StreamRelay {
    pub(super) fn new(link: Link, bounds: StreamBounds, source: &'static str) -> Self {
        Self { link, bounds, source, append: Script::new(APPEND) }
    }

    async fn relay(
        &self,
        (db, redis): (&Db, &mut MultiplexedConnection),
        (stream, relayed): (&str, &str),
        tenant: TenantId,
        (place, latest): (i64, i64),
    ) -> Result<()> {
        let batch = read_batch(db, self.source, tenant, (place, latest)).await?;
        let mut append = self.append.key(stream);
        append.key(relayed).arg(tenant.to_string()).arg(place.to_string()).arg(batch.reached);
        for event in &batch.events {
            append.arg(serde_json::to_string(event).map_err(Error::internal)?);
        }
        let _: i64 = append.invoke_async(redis).await.map_err(Error::internal)?;
        Ok(())
    }
}

impl Relay for StreamRelay {
    async fn step(&mut self, db: &Db) -> Result<Step> {
        let redis = &mut self.link.open().await?;
        let stream = stream_of(self.source);
        let relayed = format!("carmen:relayed:{}", self.source);
        // Asked for every time: Redis may have come back with less than it had.
        let places: HashMap<String, i64> =
            cmd("HGETALL").arg(&relayed).query_async(redis).await.map_err(Error::internal)?;
        let mut has_more = false;
        for (tenant, latest) in cursor::latest(db).await? {
            let place = places.get(&tenant.to_string()).copied().unwrap_or(0);
            if place >= latest {
                continue;
            }
            if !has_room(redis, &stream, self.bounds).await? {
                return Ok(Step::Full);
            }
            has_more = true;
            self.relay((db, redis), (&stream, &relayed), tenant, (place, latest)).await?;
        }
        Ok(if has_more { Step::More } else { Step::UpToDate })
    }

    fn forget(&mut self) {
        self.link.close();
    }
}

/// Whether the stream takes more events, after dropping what need not be kept.
async fn has_room(redis: &mut MultiplexedConnection, stream: &str, bounds: StreamBounds) -> Result<bool> {
    let length: u64 = cmd("XLEN").arg(stream).query_async(redis).await.map_err(Error::internal)?;
    if length <= bounds.keep {
        return Ok(true);
    }
    match settled_by_all(redis, stream).await? {
        // Nobody reads it: the newest are kept for whoever comes.
        None => trim(redis, stream, ("MAXLEN", &bounds.keep.to_string())).await?,
        Some(first_open) => trim(redis, stream, ("MINID", &first_open)).await?,
    }
    let length: u64 = cmd("XLEN").arg(stream).query_async(redis).await.map_err(Error::internal)?;
    Ok(length < bounds.most)
}

async fn trim(redis: &mut MultiplexedConnection, stream: &str, (by, limit): (&str, &str)) -> Result<()> {
    cmd("XTRIM").arg(stream).arg(by).arg(limit).query_async(redis).await.map_err(Error::internal)
}

/// The oldest entry that some group has not settled, `None` without groups.
async fn settled_by_all(redis: &mut MultiplexedConnection, stream: &str) -> Result<Option<String>> {
    let groups: Vec<HashMap<String, Value>> =
        cmd("XINFO").arg("GROUPS").arg(stream).query_async(redis).await.map_err(Error::internal)?;
    let mut oldest: Option<String> = None;
    for group in groups {
        let text =
            |key: &str| group.get(key).and_then(|value| redis::from_redis_value_ref::<String>(value).ok());
        let (Some(name), Some(delivered)) = (text("name"), text("last-delivered-id")) else { continue };
        let (_, first_pending, ..): (u64, Option<String>, Option<String>, Value) =
            cmd("XPENDING").arg(stream).arg(name).query_async(redis).await.map_err(Error::internal)?;
        let open = first_pending.unwrap_or(delivered);
        let is_older = oldest.as_deref().is_none_or(|oldest| order(&open) < order(oldest));
        if is_older {
            oldest = Some(open);
        }
    }
    Ok(oldest)
}

/// Entry ids are two numbers: a time and a count.
fn order(id: &str) -> (u64, u64) {
    let (time, count) = id.split_once('-').unwrap_or((id, "0"));
    (time.parse().unwrap_or(0), count.parse().unwrap_or(0))
}
