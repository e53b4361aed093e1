//! A whole Carmen, all in one process, on data set S.

use crate::person::Person;
use ::carmen::cli::{Dev, Global, Size};
use ::carmen::fleet::Surroundings;
use chassis::{Clock, StatementLog};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Carmen, running.
#[derive(Debug)]
pub struct Carmen {
    /// Where it listens.
    pub address: SocketAddr,
    /// Its settings, for commands that work on the same data.
    pub global: Global,
    statements: BTreeMap<&'static str, StatementLog>,
    stop: Option<oneshot::Sender<()>>,
    served: Option<JoinHandle<()>>,
    _data: TempDir,
}

impl Carmen {
    /// Starts one with demo data.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start() -> Self {
        Self::start_by(Clock::system(), None).await
    }

    /// Starts one with demo data in which it is always the same moment, so that what it answers does not change with the days.
    ///
    /// # Panics
    /// When it does not start, or `moment` is none (RFC 3339).
    pub async fn start_on(moment: &str) -> Self {
        let moment = chrono::DateTime::parse_from_rfc3339(moment).expect("a moment");
        Self::start_by(Clock::standing_at(moment.to_utc()), None).await
    }

    /// Starts one whose services hear of each other's events by the RabbitMQ at this address.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start_over(amqp_url: String) -> Self {
        Self::start_by(Clock::system(), Some(amqp_url)).await
    }

    async fn start_by(clock: Clock, amqp_url: Option<String>) -> Self {
        // Several TLS providers are compiled in; the first test chooses.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let data = tempfile::tempdir().expect("a temporary folder can be made");
        let global = Global {
            data_dir: data.path().to_path_buf(),
            database_url: std::env::var("CARMEN_TEST_DATABASE_URL").ok().map(|url| own_databases(&url)),
            redis_url: None,
            amqp_url,
            jwks_url: None,
            issuer: chassis::DEFAULT_ISSUER.to_owned(),
            audience: chassis::DEFAULT_AUDIENCE.to_owned(),
            log: "warn".to_owned(),
            log_json: false,
        };
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        let dev = Dev { listen: Some(listen), seed: Some(Size::S), config: None };
        let surroundings = Surroundings { clock, ..Surroundings::new(&global).expect("addresses are read") };
        let running = ::carmen::dev::start_in(&global, &dev, &surroundings).await.expect("Carmen starts");
        let address = running.address;
        let statements = ::carmen::fleet::SERVICES.iter().filter_map(|name| {
            let subgraph = running.services.get(name)?;
            Some((*name, subgraph.environment().db.statements().clone()))
        });
        let statements = statements.collect();
        let (stop, stopped) = oneshot::channel();
        let served = tokio::spawn(async move {
            let until = async {
                let _ = stopped.await;
            };
            running.serve(until).await.expect("Carmen serves until it is stopped");
        });
        Self { address, global, statements, stop: Some(stop), served: Some(served), _data: data }
    }

    /// Somebody who signed in by the name before the `@`, such as `buyer` or `admin@lanna.example`.
    ///
    /// # Panics
    /// When there is no such demo account.
    pub async fn sign_in(&self, name: &str) -> Person {
        self.sign_in_at(name, Clock::system()).await
    }

    /// Somebody whose access token lets streams go on for so long only (to the second): it was issued some time ago.
    ///
    /// # Panics
    /// When there is no such demo account.
    pub async fn sign_in_for(&self, name: &str, remaining: Duration) -> Person {
        // Five minutes of life and one for clocks that differ, less the five seconds that the gateway ends early.
        let age = Duration::from_secs(355).saturating_sub(remaining);
        self.sign_in_at(name, Clock::standing_at(Clock::system().now() - age)).await
    }

    async fn sign_in_at(&self, name: &str, clock: Clock) -> Person {
        let username = if name.contains('@') { name.to_owned() } else { format!("{name}@andaman.example") };
        let surroundings =
            Surroundings { clock, ..Surroundings::new(&self.global).expect("no address is needed") };
        let environment = surroundings.environment(&self.global, "identity").await.expect("identity opens");
        let token = ::carmen::token::issue(&environment, surroundings.trust(&self.global), &username).await;
        environment.db.close().await.expect("identity closes");
        Person::new(self.address, Some(token.expect("a demo account gets a token")))
    }

    /// Somebody without a token.
    #[must_use]
    pub fn stranger(&self) -> Person {
        Person::new(self.address, None)
    }

    /// Counts statements from now on.
    pub fn count_statements(&self) {
        for log in self.statements.values() {
            log.start();
        }
    }

    /// How many statements touched a table of a service since counting started.
    ///
    /// # Panics
    /// When there is no such service.
    #[must_use]
    pub fn statements_on(&self, service: &str, table: &str) -> usize {
        self.statements[service].count_on(table)
    }

    /// The statements that requests needed since counting started, service by service; counting ends.
    #[must_use]
    pub fn counted_statements(&self) -> BTreeMap<&'static str, Vec<String>> {
        self.statements.iter().map(|(name, log)| (*name, log.stop())).collect()
    }

    /// Recomputes every balance from the ledger.
    ///
    /// # Panics
    /// When anything does not agree.
    pub async fn prove(&self) {
        let report = ::carmen::prove::report(&self.global).await.expect("the ledger can be read");
        assert!(report.is_sound(), "{report}");
    }

    /// Stops gracefully and waits for it.
    ///
    /// # Panics
    /// When serving had failed.
    pub async fn stop(mut self) {
        drop(self.stop.take());
        if let Some(served) = self.served.take() {
            served.await.expect("Carmen ends without a panic");
        }
    }
}

/// An address template with databases that no other test has.
fn own_databases(url: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let server = url.rsplit_once('/').map_or(url, |(server, _)| server);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros());
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("{server}/t{}_{now}_{number}_{{service}}", std::process::id())
}
