//! What a client sees of a failure: the one mapping from errors to messages and `extensions.code`.
//!
//! Refusals are logged as information, faults as errors, once and here. An internal fault shows a reference only; the
//! log line with the same reference has the whole chain.

use std::error::Error as _;

use async_graphql::{Response, ServerError, Value};
use bytes::Bytes;
use router_protocol::SubgraphResponse;
use uuid::Uuid;

use crate::error::{Code, Denial, Error, Fault};

/// What async-graphql says about a query that is nested too deep; it gives no code of its own.
const TOO_DEEP: &str = "Query is nested too deep.";

/// The answer to a request whose token cannot be trusted.
pub(crate) fn unauthenticated() -> Response {
    described(Response::from_errors(vec![server_error(&Error::unauthenticated())]))
}

/// The answer to a request that was refused before it ran.
pub(crate) fn refused(error: &Error) -> Response {
    described(Response::from_errors(vec![server_error(error)]))
}

/// Gives every error of `response` its code and a message fit for clients.
pub(crate) fn described(mut response: Response) -> Response {
    for error in &mut response.errors {
        describe(error);
    }
    response
}

/// The response as it goes over the wire.
pub(crate) fn bytes(response: &Response) -> SubgraphResponse {
    let body = serde_json::to_vec(response).unwrap_or_else(|error| {
        tracing::error!(%error, "a response could not be serialised");
        br#"{"data":null,"errors":[{"message":"internal error","extensions":{"code":"INTERNAL"}}]}"#.to_vec()
    });
    SubgraphResponse(Bytes::from(body))
}

fn server_error(error: &Error) -> ServerError {
    let mut mapped = ServerError::new(error.to_string(), None);
    mapped.source = Some(std::sync::Arc::new(error.clone()));
    mapped
}

fn describe(error: &mut ServerError) {
    let is_coded = error.extensions.as_ref().is_some_and(|extensions| extensions.get("code").is_some());
    if let Some(ours) = error.source::<Error>().cloned() {
        describe_ours(error, &ours);
    } else if error.source.is_some() && !is_coded {
        // Some library's error came through a resolver: its text was not written for clients.
        let fault = Fault(std::sync::Arc::from(Box::<dyn std::error::Error + Send + Sync>::from(
            error.message.clone(),
        )));
        describe_ours(error, &Error::Internal(fault));
    } else if !is_coded {
        if let Some(path) = blamed_argument(&error.message) {
            let path = path.strip_prefix("input.").unwrap_or(path);
            set(
                error,
                "field",
                Value::List(path.split('.').map(|part| Value::String(part.to_owned())).collect()),
            );
        }
        let code = if error.message == TOO_DEEP { Code::QueryTooComplex } else { Code::ValidationError };
        set(error, "code", code.as_str());
    }
}

fn describe_ours(mapped: &mut ServerError, error: &Error) {
    set(mapped, "code", error.code().as_str());
    mapped.message = error.to_string();
    match error {
        Error::Internal(fault) => {
            let reference = reference();
            tracing::error!(reference, path = ?mapped.path, cause = chain(fault), "a request failed");
            mapped.message = format!("internal error; reference {reference}");
            set(mapped, "reference", reference);
        }
        Error::Unavailable(outage) => {
            let cause = outage.cause.as_ref().map(chain);
            tracing::warn!(service = outage.service, path = ?mapped.path, cause, "a service does not answer");
            set(mapped, "service", outage.service.as_str());
        }
        Error::Forbidden(denial) => {
            tracing::info!(path = ?mapped.path, %denial, "a caller was turned away");
            if let Denial::Lacks { permission } = denial {
                set(mapped, "permission", permission.as_ref());
            }
        }
        Error::Refused(refusals) => {
            tracing::info!(path = ?mapped.path, %refusals, "refused");
            let violations = refusals.as_slice().iter().map(crate::error::Refusal::to_json);
            let first = refusals.first().map(|refusal| refusal.field.clone()).unwrap_or_default();
            set(mapped, "field", Value::List(first.into_iter().map(Value::String).collect()));
            let violations = serde_json::Value::Array(violations.collect());
            set(mapped, "violations", Value::from_json(violations).unwrap_or_default());
        }
        Error::NotFound(missing) => set(mapped, "noun", missing.noun),
        Error::Conflict(stale) => set(mapped, "currentVersion", stale.current_version),
    }
}

/// The argument that validation says is of the wrong type: `Invalid value for argument "input.items.0.kind", …`.
fn blamed_argument(message: &str) -> Option<&str> {
    Some(message.strip_prefix("Invalid value for argument \"")?.split_once('"')?.0)
}

fn set(error: &mut ServerError, name: &str, value: impl Into<Value>) {
    error.extensions.get_or_insert_default().set(name, value);
}

/// Twelve hexadecimal digits that a support call can read out.
fn reference() -> String {
    let text = Uuid::now_v7().simple().to_string();
    text[text.len() - 12..].to_owned()
}

fn chain(fault: &Fault) -> String {
    let mut text = fault.0.to_string();
    let mut cause = fault.0.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
