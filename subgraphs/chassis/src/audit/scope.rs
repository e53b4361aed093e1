//! The running mutation: whose, what for, from where.

use std::future::Future;
use std::sync::Arc;
use std::sync::{Mutex, PoisonError};

use async_graphql::{Request, Response};
use http::HeaderMap;
use primitives::{TenantId, UserId};
use router_protocol::{CLIENT_ADDRESS, CLIENT_NAME};

use super::fields::{Asked, asked};
use super::redact::redacted;
use super::{AuditOutcome, append};
use crate::caller::Authentication;
use crate::clock::Clock;
use crate::db::{Batch, Db};
use crate::error::UserError;

tokio::task_local! {
    static SCOPE: Arc<Scope>;
}

/// Characters of a header that are kept.
const HEADER_CHARS_MAX: usize = 256;

/// What is known of a mutation before it runs.
#[derive(Debug)]
pub(crate) struct Scope {
    pub(super) tenant: Option<TenantId>,
    pub(super) actor: Option<UserId>,
    pub(super) operation: String,
    pub(super) input: String,
    pub(super) address: Option<String>,
    pub(super) client: Option<String>,
    pub(super) clock: Clock,
    /// What came of it so far.
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    has_committed: bool,
    codes: Vec<&'static str>,
}

impl Scope {
    /// The scope of a request; `None` when it changes nothing.
    pub(crate) fn of(
        request: &mut Request,
        (authentication, headers): (&Authentication, &HeaderMap),
        clock: &Clock,
    ) -> Option<Arc<Self>> {
        // Lent while the document is: what an entity fetch carries is too much to copy for every query.
        let variables = std::mem::take(&mut request.variables);
        let name = request.operation_name.clone();
        // What does not parse is refused before it changes anything.
        let found =
            request.parsed_query().ok().and_then(|document| asked(document, name.as_deref(), &variables));
        request.variables = variables;
        let Asked { operation, input } = found?;
        let caller = authentication.caller();
        let text = |name| {
            let value: &http::HeaderValue = headers.get(name)?;
            Some(value.to_str().ok()?.chars().take(HEADER_CHARS_MAX).collect())
        };
        Some(Arc::new(Self {
            tenant: caller.map(|caller| caller.tenant),
            actor: caller.map(|caller| caller.user),
            operation,
            input: redacted(input),
            address: text(CLIENT_ADDRESS),
            client: text(CLIENT_NAME),
            clock: clock.clone(),
            seen: Mutex::default(),
        }))
    }

    /// Notes that a transaction is about to commit with its entry.
    pub(super) fn note_commit(&self) {
        self.seen().has_committed = true;
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes down what was refused, once the answer is known. A failure here is logged: the answer stands.
    pub(crate) async fn conclude(&self, db: &Db, response: &Response) {
        let codes = {
            let seen = self.seen();
            let failed = response.errors.iter().filter_map(|error| {
                let code = error.extensions.as_ref()?.get("code")?.clone().into_json().ok()?;
                code.as_str().map(str::to_owned)
            });
            let codes: Vec<_> = seen.codes.iter().map(ToString::to_string).chain(failed).collect();
            if codes.is_empty() && (seen.has_committed || response.errors.is_empty()) {
                return;
            }
            codes
        };
        let Some(tenant) = self.tenant else {
            // Nobody's log: the tenant is only known after signing in.
            tracing::warn!(
                operation = self.operation,
                address = self.address,
                ?codes,
                "refused to somebody unknown"
            );
            return;
        };
        let outcome = if response.errors.is_empty() { AuditOutcome::Refused } else { AuditOutcome::Failed };
        let codes = &codes.join(",");
        let written = db.write(|tx| async move {
            let mut entry = Batch::default();
            append::entry((&*tx, tx.heads(), &mut entry), self, (tenant, self.actor), (outcome, codes), &[])
                .await?;
            Ok(entry.run(&*tx).await?)
        });
        if let Err(error) = written.await {
            tracing::error!(operation = self.operation, %error, "a refused change could not be noted in the audit log");
        }
    }
}

/// Runs `work` as the mutation that `scope` describes.
pub(crate) async fn scope<F: Future>(scope: Arc<Scope>, work: F) -> F::Output {
    SCOPE.scope(scope, work).await
}

/// The mutation that runs now, if one does.
pub(super) fn current() -> Option<Arc<Scope>> {
    SCOPE.try_with(Arc::clone).ok()
}

/// Notes why the running mutation was refused.
pub(crate) fn note_refusals(errors: &[UserError]) {
    if let Some(scope) = current() {
        scope.seen().codes.extend(errors.iter().map(|error| error.code.as_str()));
    }
}
