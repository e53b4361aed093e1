//! Subscriptions: each event of the source stream runs the rest of the plan.
//!
//! One event is under way at any time, and the next one is taken from upstream only when the client took the response
//! before it. So order is kept, nothing piles up here, and a slow client slows its own stream down to the source.

use crate::error::GraphqlError;
use crate::executor::Executor;
use crate::placement::transport_error;
use crate::prepared::Prepared;
use crate::request::Variables;
use crate::response::Response;
use crate::run::request;
use crate::transport::{TransportError, TransportFault};
use futures::StreamExt;
use futures::stream::BoxStream;
use http::HeaderMap;
use router_protocol::{AUTHORIZATION, Credential};

/// The responses of one subscription. A response without data ([`Response::is_refused`]) is the last one.
pub type ResponseStream = BoxStream<'static, Response>;

/// What a subscription sends on the client's behalf: chosen headers, and the token as it stands now.
pub(crate) struct Identity {
    pub(crate) headers: HeaderMap,
    pub(crate) credential: Option<Credential>,
}

impl Identity {
    /// Takes a renewed token over.
    fn refresh(&mut self) {
        if let Some(credential) = &self.credential {
            self.headers.insert(AUTHORIZATION, credential.authorization());
        }
    }
}

pub(crate) async fn open(
    executor: Executor,
    prepared: Prepared,
    variables: Variables,
    mut identity: Identity,
) -> Result<ResponseStream, Box<Response>> {
    let refused = |error: GraphqlError| Box::new(Response::refused(vec![error]));
    let Some(source) = prepared.plan.fetches.first() else {
        return Err(refused(GraphqlError::new("the subscription has no source")));
    };
    let service = source.service.clone();
    let opened = match executor.transport(source.subgraph) {
        Some(transport) => {
            let mut request = request(source, &variables, &identity.headers);
            request.credential = identity.credential.clone();
            transport.subscribe(request).await
        }
        None => Err(TransportError {
            fault: TransportFault::Unreachable,
            message: "there is no way to reach it".to_owned(),
        }),
    };
    let mut events = opened.map_err(|error| refused(broken(&service, &error)))?;
    let stream = async_stream::stream! {
        while let Some(event) = events.next().await {
            match event {
                Ok(event) => {
                    identity.refresh();
                    yield executor.answer_event(&prepared, &variables, &identity.headers, &event).await;
                }
                Err(error) => {
                    yield Response::refused(vec![broken(&service, &error)]);
                    return;
                }
            }
        }
    };
    Ok(stream.boxed())
}

fn broken(service: &str, error: &TransportError) -> GraphqlError {
    let reason = error.fault;
    tracing::warn!(service, ?reason, "subscription to a subgraph broke: {}", error.message);
    transport_error(service, error)
}
