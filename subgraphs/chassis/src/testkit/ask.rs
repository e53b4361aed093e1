//! A subgraph under test: its database, clock, signer and peers, and how to ask it.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use primitives::TenantId;
use router_protocol::SubgraphRequest;
use sea_orm_migration::MigratorTrait;
use serde_json::Value;

use super::{Signer, TestDatabase, claims};
use crate::bus::InProcessBus;
use crate::caller::Caller;
use crate::clock::Clock;
use crate::db::Db;
use crate::peers::Peers;
use crate::subgraph::{Environment, Subgraph};

/// Everything one test needs. The clock stands at 2026-07-01 08:00 UTC until it is moved.
#[derive(Debug)]
pub struct Kit {
    database: TestDatabase,
    clock: Clock,
    signer: Signer,
    peers: Peers,
    bus: InProcessBus,
}

impl Kit {
    /// A fresh database with the tables of `M`, and what goes with it.
    pub async fn new<M: MigratorTrait>() -> Self {
        let morning: DateTime<Utc> = "2026-07-01T08:00:00Z".parse().expect("a literal instant");
        Self {
            database: TestDatabase::new::<M>().await,
            clock: Clock::standing_at(morning),
            signer: Signer::default(),
            peers: Peers::new(),
            bus: InProcessBus::default(),
        }
    }

    /// What the subgraph under test starts with.
    pub fn environment(&self) -> Environment {
        Environment {
            db: self.db().clone(),
            clock: self.clock.clone(),
            verifier: self.signer.verifier(&self.clock),
            peers: self.peers.clone(),
            bus: Arc::new(self.bus.clone()),
        }
    }

    /// The database.
    pub fn db(&self) -> &Db {
        self.database.db()
    }

    /// The database's own handle.
    pub fn database(&self) -> &TestDatabase {
        &self.database
    }

    /// The clock of the subgraph under test.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The issuer whose tokens are accepted.
    pub fn signer(&self) -> &Signer {
        &self.signer
    }

    /// The other subgraphs; connect [`TestPeer`](super::TestPeer)s here.
    pub fn peers(&self) -> &Peers {
        &self.peers
    }

    /// The bus of the subgraph under test; attach other services' databases here.
    pub fn bus(&self) -> &InProcessBus {
        &self.bus
    }

    /// A signed-in caller of `tenant` with `permissions`; the token is valid for five minutes of the kit's clock.
    pub fn caller(&self, tenant: TenantId, permissions: &[&str]) -> Caller {
        let claims = claims(tenant, permissions, self.clock.now());
        Caller {
            user: claims.sub,
            tenant,
            username: claims.preferred_username.clone(),
            permissions: claims.permissions.clone(),
            session: claims.sid,
            token: Arc::from(self.signer.sign(&claims)),
        }
    }

    /// Asks `subgraph` as `caller`; answers the whole response.
    pub async fn ask(&self, subgraph: &Subgraph, caller: &Caller, query: &str) -> Value {
        self.ask_with(subgraph, caller, query, Value::Null).await
    }

    /// Like [`ask`](Self::ask), with variables (an object or null).
    pub async fn ask_with(
        &self,
        subgraph: &Subgraph,
        caller: &Caller,
        query: &str,
        variables: Value,
    ) -> Value {
        let mut request = SubgraphRequest::new(query).bearer(&caller.token);
        if let Value::Object(variables) = variables {
            request.variables = variables;
        }
        subgraph.execute(request).await.json().expect("a subgraph answers JSON")
    }
}

/// The data of a response that must have no errors.
///
/// # Panics
/// When there are errors, with all of them.
#[track_caller]
pub fn data(mut response: Value) -> Value {
    assert!(response.get("errors").is_none(), "unexpected errors: {response:#}");
    response["data"].take()
}

/// The first top-level error of a response.
///
/// # Panics
/// When there is none.
#[track_caller]
pub fn first_error(response: &Value) -> &Value {
    response.pointer("/errors/0").unwrap_or_else(|| panic!("expected an error: {response:#}"))
}

/// The code of the first top-level error.
///
/// # Panics
/// When there is none.
#[track_caller]
pub fn first_code(response: &Value) -> &str {
    first_error(response)["extensions"]["code"].as_str().expect("every error has a code")
}
