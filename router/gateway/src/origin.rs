//! Where a browser's request comes from. Only what the same-origin policy leaves open is decided here: WebSockets, and pages
//! that reach us under a name that is not ours.

use crate::config::Cors;
use http::header::{HOST, ORIGIN};
use http::{HeaderMap, Uri};

/// Whether a page of another origin, which the configuration does not name, sends this. Programs send no origin.
pub(crate) fn is_foreign(headers: &HeaderMap, cors: &Cors) -> bool {
    let Some(origin) = headers.get(ORIGIN) else { return false };
    // What is not text is nobody's origin.
    let Ok(origin) = origin.to_str() else { return true };
    if cors.origins.iter().any(|allowed| allowed == "*" || allowed.eq_ignore_ascii_case(origin)) {
        return false;
    }
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let authority = origin.split_once("://").map(|(_, authority)| authority);
    !matches!((host, authority), (Some(host), Some(authority)) if host.eq_ignore_ascii_case(authority))
}

/// Whether the request reached us under an address or `localhost`, not under a name that somebody else may have pointed
/// at this machine to have its pages count as ours.
pub(crate) fn is_local_name(headers: &HeaderMap) -> bool {
    let host =
        headers.get(HOST).and_then(|host| host.to_str().ok()).and_then(|host| host.parse::<Uri>().ok());
    let Some(name) = host.as_ref().and_then(Uri::host) else { return false };
    let address = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost") || address.parse::<std::net::IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(host: &str, origin: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, host.parse().unwrap());
        if !origin.is_empty() {
            headers.insert(ORIGIN, origin.parse().unwrap());
        }
        headers
    }

    #[test]
    fn a_page_of_another_origin_is_foreign_unless_it_is_named() {
        let nobody = Cors::default();
        let named = Cors { origins: vec!["https://app.example".to_owned()] };
        for (origin, cors, foreign) in [
            ("", &nobody, false),
            ("http://api.example:4000", &nobody, false),
            ("http://api.example", &nobody, true),
            ("https://app.example", &nobody, true),
            ("null", &nobody, true),
            ("https://app.example", &named, false),
            ("https://app.example.evil", &named, true),
            ("https://anybody", &Cors { origins: vec!["*".to_owned()] }, false),
        ] {
            assert_eq!(is_foreign(&headers("api.example:4000", origin), cors), foreign, "{origin}");
        }
    }

    #[test]
    fn only_addresses_and_localhost_are_local_names() {
        for (host, local) in [
            ("localhost:4000", true),
            ("127.0.0.1:4000", true),
            ("[::1]:4000", true),
            ("10.0.0.7", true),
            ("evil.example:4000", false),
            ("localhost.evil.example", false),
        ] {
            assert_eq!(is_local_name(&headers(host, "")), local, "{host}");
        }
    }
}
