//! A database per test: a SQLite file, or a PostgreSQL database when `CARMEN_TEST_DATABASE_URL` is set.

use sea_orm::{ConnectionTrait, Database};
use sea_orm_migration::MigratorTrait;
use tempfile::TempDir;
use uuid::Uuid;

use crate::boot;
use crate::db::Db;

/// The environment variable with the URL of a PostgreSQL server on which databases may be made.
const SERVER: &str = "CARMEN_TEST_DATABASE_URL";

/// A migrated database that disappears with this value.
#[derive(Debug)]
pub struct TestDatabase {
    db: Db,
    place: Place,
}

#[derive(Debug)]
enum Place {
    File(TempDir),
    Server { url: String, name: String },
}

impl TestDatabase {
    /// A fresh database with the tables of chassis and of `M`.
    ///
    /// # Panics
    /// When it cannot be made: the test cannot run.
    pub async fn new<M: MigratorTrait>() -> Self {
        let (url, place) = match std::env::var(SERVER) {
            Ok(server) => on_server(server).await,
            Err(_) => {
                let folder = tempfile::tempdir().expect("the temporary folder is writable");
                let url = format!("sqlite://{}?mode=rwc", folder.path().join("test.sqlite").display());
                (url, Place::File(folder))
            }
        };
        let db = boot::open::<M>(&url).await.expect("a fresh database can be migrated");
        Self { db, place }
    }

    /// The database itself.
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// Its URL, to open it a second time as another process would.
    pub fn url(&self) -> String {
        match &self.place {
            Place::File(folder) => {
                format!("sqlite://{}?mode=rwc", folder.path().join("test.sqlite").display())
            }
            Place::Server { url, name } => database_url(url, name),
        }
    }
}

/// A database in the C collation, so that text sorts as on SQLite.
async fn on_server(url: String) -> (String, Place) {
    let name = format!("carmen_test_{}", Uuid::now_v7().simple());
    let server = Database::connect(&url).await.expect("the PostgreSQL test server answers");
    let create =
        format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'");
    server.execute_unprepared(&create).await.expect("the test user may make databases");
    server.close().await.expect("a connection can be closed");
    (database_url(&url, &name), Place::Server { url, name })
}

fn database_url(server: &str, name: &str) -> String {
    let (base, query) = server.split_once('?').map_or((server, None), |(base, query)| (base, Some(query)));
    let host = base.rsplit_once('/').map_or(base, |(host, _)| host);
    query.map_or_else(|| format!("{host}/{name}"), |query| format!("{host}/{name}?{query}"))
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let Place::Server { url, name } = &self.place else { return };
        let (url, drop) = (url.clone(), format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        // A thread of its own: the test's runtime may already be shutting down.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let Ok(runtime) = runtime else { return };
            runtime.block_on(async {
                if let Ok(server) = Database::connect(&url).await {
                    // A database that stays behind costs disk on a test server and nothing else.
                    let _ = server.execute_unprepared(&drop).await;
                }
            });
        });
        let _ = dropping.join();
    }
}
