//! In which form a client wants its answer, and with which status (GraphQL over HTTP, draft of 2025, section 6).

use crate::error::Refusal;
use http::header::ACCEPT;
use http::{HeaderMap, StatusCode};
use router_executor::Response;

/// The media types we can answer with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Media {
    /// `application/graphql-response+json`: the status tells whether the request was executed.
    GraphqlResponse,
    /// `application/json`: 200 whenever the request was understood, for older clients.
    Json,
    /// `text/event-stream`.
    EventStream,
    /// `text/html`: a browser, which gets GraphiQL.
    Html,
}

impl Media {
    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
            Self::EventStream => "text/event-stream",
            Self::Html => "text/html; charset=utf-8",
        }
    }

    /// The status for a response that was executed or refused as GraphQL.
    pub(crate) fn status(self, response: &Response) -> StatusCode {
        match self {
            Self::GraphqlResponse if response.is_refused() => StatusCode::BAD_REQUEST,
            _ => StatusCode::OK,
        }
    }

    /// The status for a refusal.
    pub(crate) fn refusal_status(self, refusal: &Refusal) -> StatusCode {
        // Only older clients read errors from a 200; who asked for a stream must not take them for its beginning.
        if refusal.is_graphql && matches!(self, Self::Json | Self::Html) {
            StatusCode::OK
        } else {
            refusal.status
        }
    }
}

/// The best of the media types that the client accepts, by its weights; ours in order where they are equal.
pub(crate) fn negotiate(headers: &HeaderMap) -> Result<Media, Refusal> {
    let mut ranges = Vec::new();
    for value in headers.get_all(ACCEPT) {
        ranges.extend(value.to_str().unwrap_or_default().split(',').filter_map(range));
    }
    if ranges.is_empty() {
        return Ok(Media::Json);
    }
    let offers = [
        ("application/graphql-response+json", Media::GraphqlResponse),
        ("application/json", Media::Json),
        ("text/event-stream", Media::EventStream),
        ("text/html", Media::Html),
    ];
    let mut best: Option<(u32, Media)> = None;
    for (name, media) in offers {
        let Some((_, weight)) = ranges
            .iter()
            .filter(|(range, _)| matches(range, name))
            .max_by_key(|(range, _)| range.len() - range.matches('*').count())
        else {
            continue;
        };
        let wildcard = !ranges.iter().any(|(range, _)| range == name);
        // `*/*` asks for no stream and no page.
        if *weight == 0 || (wildcard && matches!(media, Media::EventStream | Media::Html)) {
            continue;
        }
        // A client without an opinion gets what every client reads.
        let weight = weight * 2 + u32::from(wildcard && media == Media::Json);
        if best.is_none_or(|(known, _)| weight > known) {
            best = Some((weight, media));
        }
    }
    best.map(|(_, media)| media).ok_or_else(|| {
        Refusal::http(
            StatusCode::NOT_ACCEPTABLE,
            crate::error::BAD_REQUEST,
            "answers are `application/graphql-response+json`, `application/json` or `text/event-stream`",
        )
    })
}

/// A media range and its weight in thousandths.
fn range(text: &str) -> Option<(String, u32)> {
    let mut parts = text.split(';').map(str::trim);
    let range = parts.next()?.to_ascii_lowercase();
    if !range.contains('/') {
        return None;
    }
    let weight = parts
        .find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")))
        .and_then(|q| q.parse::<f32>().ok())
        .unwrap_or(1.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0..=1000")]
    let weight = (weight.clamp(0.0, 1.0) * 1000.0) as u32;
    Some((range, weight))
}

fn matches(range: &str, name: &str) -> bool {
    range == "*/*"
        || range == name
        || range.strip_suffix("/*").is_some_and(|kind| name.split('/').next() == Some(kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(accept: &str) -> Option<Media> {
        let mut headers = HeaderMap::new();
        if !accept.is_empty() {
            headers.insert(ACCEPT, accept.parse().unwrap());
        }
        negotiate(&headers).ok()
    }

    #[test]
    fn the_client_decides() {
        for (accept, media) in [
            ("", Some(Media::Json)),
            ("*/*", Some(Media::Json)),
            ("application/json", Some(Media::Json)),
            ("application/graphql-response+json, application/json;q=0.9", Some(Media::GraphqlResponse)),
            ("application/graphql-response+json;q=0.5, application/json", Some(Media::Json)),
            ("application/*", Some(Media::Json)),
            ("text/event-stream", Some(Media::EventStream)),
            ("text/html,application/xhtml+xml,*/*;q=0.8", Some(Media::Html)),
            ("application/json;q=0, */*", Some(Media::GraphqlResponse)),
            ("image/png", None),
        ] {
            assert_eq!(chosen(accept), media, "{accept}");
        }
    }
}
