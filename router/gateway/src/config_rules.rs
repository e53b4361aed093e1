//! What the form of a configuration does not say: values that would be accepted and then do nothing, or harm.

use crate::config::Config;
use http::{HeaderName, Uri};

/// Headers that belong to one connection, or that say how long the body is: forwarding them breaks the next request
/// (RFC 9110, section 7.6.1).
const NEVER_FORWARDED: [&str; 12] = [
    "connection",
    "content-length",
    "content-type",
    "accept",
    "accept-encoding",
    "host",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "expect",
];

/// The first value that cannot be meant, with its place.
pub(crate) fn check(config: &Config) -> Result<(), String> {
    forwarded(config)?;
    origins(config)?;
    issuers(config)?;
    labels(config)?;
    positive(config)
}

fn forwarded(config: &Config) -> Result<(), String> {
    for (position, name) in config.headers.forward.iter().enumerate() {
        let place = format!("headers.forward[{position}]");
        if HeaderName::try_from(name.as_str()).is_err() {
            return Err(format!("{place}: `{name}` is not a header name"));
        }
        if NEVER_FORWARDED.iter().any(|never| never.eq_ignore_ascii_case(name)) {
            return Err(format!(
                "{place}: `{name}` belongs to the client's own connection and is never forwarded"
            ));
        }
    }
    Ok(())
}

fn origins(config: &Config) -> Result<(), String> {
    for (position, origin) in config.cors.origins.iter().enumerate() {
        let is_origin = origin.parse::<Uri>().is_ok_and(|uri| {
            let whole = uri
                .scheme()
                .zip(uri.authority())
                .map(|(scheme, authority)| format!("{scheme}://{authority}"));
            whole.is_some_and(|whole| whole.eq_ignore_ascii_case(origin))
        });
        if origin != "*" && !is_origin {
            return Err(format!(
                "cors.origins[{position}]: `{origin}` is not an origin; write `https://app.example` without a path, or `*`"
            ));
        }
    }
    Ok(())
}

fn issuers(config: &Config) -> Result<(), String> {
    let Some(auth) = &config.auth else { return Ok(()) };
    if auth.issuers.is_empty() {
        return Err("auth.issuers: names nobody, so no token could be valid".to_owned());
    }
    for (position, issuer) in auth.issuers.iter().enumerate() {
        let earlier = &auth.issuers[..position];
        if earlier.iter().any(|other| other.issuer == issuer.issuer) {
            return Err(format!("auth.issuers[{position}].issuer: `{}` is named twice", issuer.issuer));
        }
        if let Some(url) = &issuer.jwks_url
            && reqwest::Url::parse(url).map_or(true, |url| !matches!(url.scheme(), "http" | "https"))
        {
            return Err(format!("auth.issuers[{position}].jwks_url: `{url}` is not an http or https URL"));
        }
    }
    Ok(())
}

fn labels(config: &Config) -> Result<(), String> {
    for (name, rule) in &config.overrides.labels {
        let is_whole = match (rule.percent, &rule.claim, &rule.equals) {
            (Some(percent), None, None) => (0.0..=100.0).contains(&percent),
            (None, Some(_), Some(_)) => true,
            _ => false,
        };
        if !is_whole {
            return Err(format!(
                "overrides.labels.{name}: needs either `percent` from 0 to 100, or `claim` and `equals`"
            ));
        }
    }
    Ok(())
}

fn positive(config: &Config) -> Result<(), String> {
    let (limits, streams) = (&config.limits, &config.subscriptions);
    let values = [
        ("limits.body_bytes", limits.body_bytes),
        ("limits.depth", limits.depth),
        ("limits.fields", limits.fields),
        ("limits.root_fields", limits.root_fields),
        ("limits.tokens", limits.tokens),
        ("traffic.response_bytes", config.traffic.response_bytes),
        ("subscriptions.buffer", streams.buffer),
        ("subscriptions.per_connection", streams.per_connection),
    ];
    let durations = [
        ("traffic.timeout_ms", config.traffic.timeout_ms),
        ("traffic.connect_timeout_ms", config.traffic.connect_timeout_ms),
        ("subscriptions.connection_init_timeout_ms", streams.connection_init_timeout_ms),
        ("subscriptions.slow_client_ms", streams.slow_client_ms),
        ("subscriptions.keep_alive_ms", streams.keep_alive_ms),
    ];
    let zero_value = values.into_iter().find(|(_, value)| *value == 0).map(|(place, _)| place);
    let zero_duration = durations.into_iter().find(|(_, value)| *value == 0).map(|(place, _)| place);
    match zero_value.or(zero_duration) {
        Some(place) => Err(format!("{place}: must be greater than 0")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use crate::Config;

    #[test]
    fn values_that_cannot_be_meant_are_named_with_their_place() {
        for (yaml, expected) in [
            ("headers: { forward: [\"a b\"] }", "headers.forward[0]: `a b` is not a header name"),
            ("headers: { forward: [x-a, Host] }", "headers.forward[1]: `Host` belongs to"),
            ("cors: { origins: [app.example] }", "cors.origins[0]: `app.example` is not an origin"),
            ("cors: { origins: [\"https://a.example/\"] }", "cors.origins[0]"),
            ("auth: { issuers: [] }", "auth.issuers: names nobody"),
            (
                "auth: { issuers: [{ issuer: a, audience: b, jwks_url: /keys }] }",
                "auth.issuers[0].jwks_url: `/keys` is not an http or https URL",
            ),
            (
                "auth: { issuers: [{ issuer: a, audience: b }, { issuer: a, audience: c }] }",
                "auth.issuers[1].issuer: `a` is named twice",
            ),
            ("overrides: { labels: { a: { percent: 101 } } }", "overrides.labels.a: needs either"),
            ("overrides: { labels: { a: { claim: x } } }", "overrides.labels.a: needs either"),
            ("subscriptions: { buffer: 0 }", "subscriptions.buffer: must be greater than 0"),
            ("traffic: { timeout_ms: 0 }", "traffic.timeout_ms: must be greater than 0"),
        ] {
            let error = Config::parse(yaml).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{yaml}: {error}");
        }
        let whole =
            "cors: { origins: [\"https://a.example:8443\", \"*\"] }\nheaders: { forward: [x-tenant] }";
        assert_eq!(Config::parse(whole).unwrap().cors.origins.len(), 2);
    }
}
