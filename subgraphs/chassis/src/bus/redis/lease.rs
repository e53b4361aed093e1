//! Which replica of a consumer works on a source.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{Script, cmd};
use tokio::task::JoinHandle;

use super::link::Link;
use crate::error::{Error, Result};
use crate::task;

/// How long a replica that has died keeps its place.
const LIFE: Duration = Duration::from_secs(6);

const RENEWAL: Duration = Duration::from_secs(2);

const RENEW: &str = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return 0";

const RELEASE: &str =
    "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0";

/// A lease that is renewed for as long as this lives, and given back when it is dropped.
pub(super) struct Lease {
    is_held: Arc<AtomicBool>,
    renewing: JoinHandle<()>,
    release: Option<(Link, String, String)>,
}

impl Lease {
    /// Takes the lease `key` for `holder`; `None` when another one has it.
    pub(super) async fn take(
        link: Link,
        redis: &mut MultiplexedConnection,
        key: &str,
        holder: &str,
    ) -> Result<Option<Self>> {
        let life = LIFE.as_millis().to_string();
        let taken: Option<String> = cmd("SET")
            .arg(&[key, holder, "NX", "PX", &life])
            .query_async(redis)
            .await
            .map_err(Error::internal)?;
        if taken.is_none() && !renew(redis, key, holder).await? {
            return Ok(None);
        }
        let is_held = Arc::new(AtomicBool::new(true));
        let release = Some((link.another(), key.to_owned(), holder.to_owned()));
        let renewing = task::spawn("lease", keep(link, key.to_owned(), holder.to_owned(), is_held.clone()));
        Ok(Some(Self { is_held, renewing, release }))
    }

    /// Whether nobody else can have it.
    pub(super) fn is_held(&self) -> bool {
        self.is_held.load(Ordering::Acquire)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.renewing.abort();
        let (Some((mut link, key, holder)), Ok(runtime)) =
            (self.release.take(), tokio::runtime::Handle::try_current())
        else {
            return;
        };
        // If this does not succeed the lease runs out by itself.
        runtime.spawn(async move {
            let mut redis = link.open().await?;
            let _: i64 = Script::new(RELEASE)
                .key(key)
                .arg(holder)
                .invoke_async(&mut redis)
                .await
                .map_err(Error::internal)?;
            Ok::<_, Error>(())
        });
    }
}

async fn keep(mut link: Link, key: String, holder: String, is_held: Arc<AtomicBool>) {
    loop {
        tokio::time::sleep(RENEWAL).await;
        let renewed = async { renew(&mut link.open().await?, &key, &holder).await };
        if !matches!(renewed.await, Ok(true)) {
            is_held.store(false, Ordering::Release);
            return;
        }
    }
}

async fn renew(redis: &mut MultiplexedConnection, key: &str, holder: &str) -> Result<bool> {
    let life = LIFE.as_millis().to_string();
    let renewed: i64 = Script::new(RENEW)
        .key(key)
        .arg(holder)
        .arg(life)
        .invoke_async(redis)
        .await
        .map_err(Error::internal)?;
    Ok(renewed == 1)
}
