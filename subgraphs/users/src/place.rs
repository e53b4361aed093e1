//! Words that many records check alike: codes, names, time zones, locales. Pure.

use chassis::{Refusal, Refusals};

/// Characters of a code.
const CODE_CHARS_MAX: usize = 32;

/// Characters of a name.
pub(crate) const NAME_CHARS_MAX: usize = 200;

/// The locales that texts and formats exist for; a language alone or with a region.
const LANGUAGES: [&str; 20] = [
    "de", "en", "es", "fr", "id", "it", "ja", "km", "ko", "lo", "ms", "my", "nl", "pt", "ru", "sv", "th",
    "tl", "vi", "zh",
];

/// Regions that a locale may name.
const REGIONS: [&str; 36] = [
    "AE", "AT", "AU", "BE", "BR", "CA", "CH", "CN", "DE", "ES", "FR", "GB", "HK", "ID", "IE", "IN", "IT",
    "JP", "KH", "KR", "LA", "MM", "MX", "MY", "NL", "NZ", "PH", "PT", "RU", "SE", "SG", "TH", "TW", "US",
    "VN", "ZA",
];

/// A code as it is stored: trimmed, in capitals.
pub(crate) fn normal_code(code: &str) -> String {
    code.trim().to_uppercase()
}

/// Checks a code that was normalised before.
pub(crate) fn check_code(refusals: &mut Refusals, code: &str) {
    let is_shaped = (1..=CODE_CHARS_MAX).contains(&code.chars().count())
        && code.chars().all(|c| c.is_ascii_alphanumeric() || "-_./".contains(c));
    refusals.check(is_shaped, || {
        let message = format!("a code has 1 to {CODE_CHARS_MAX} letters A to Z, digits and - _ . /");
        Refusal::invalid("code", message)
    });
}

/// Checks a text that must say something.
pub(crate) fn check_name(refusals: &mut Refusals, field: &str, text: &str) {
    let is_shaped = (1..=NAME_CHARS_MAX).contains(&text.trim().chars().count());
    refusals.check(is_shaped, || {
        Refusal::invalid(field, format!("{field} has 1 to {NAME_CHARS_MAX} characters"))
    });
}

/// Checks an IANA time zone name.
pub(crate) fn check_time_zone(refusals: &mut Refusals, name: &str) {
    refusals.check(name.parse::<chrono_tz::Tz>().is_ok(), || {
        Refusal::invalid(
            "timeZone",
            format!("there is no time zone `{name}`; a name like Asia/Bangkok is expected"),
        )
    });
}

/// Checks a locale: `th`, `en-GB`.
pub(crate) fn check_locale(refusals: &mut Refusals, locale: &str) {
    let (language, region) = locale.split_once('-').map_or((locale, None), |(l, r)| (l, Some(r)));
    let is_known = LANGUAGES.contains(&language) && region.is_none_or(|region| REGIONS.contains(&region));
    refusals.check(is_known, || {
        Refusal::invalid("locale", format!("there is no locale `{locale}`; one like th or en-GB is expected"))
    });
}

/// The words of a search, lower case; a bounded number of them.
pub(crate) fn words(search: Option<String>) -> Result<Vec<String>, Refusal> {
    let search = search.unwrap_or_default().to_lowercase();
    let words: Vec<String> = search.split_whitespace().map(str::to_owned).collect();
    if search.chars().count() > 100 || words.len() > 8 {
        return Err(Refusal::invalid("search", "a search has at most 100 characters and 8 words"));
    }
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(check: impl Fn(&mut Refusals)) -> bool {
        let mut refusals = Refusals::new();
        check(&mut refusals);
        !refusals.is_empty()
    }

    #[test]
    fn only_known_zones_and_locales_pass() {
        for zone in ["Asia/Bangkok", "UTC", "Europe/Berlin"] {
            assert!(!refused(|refusals| check_time_zone(refusals, zone)), "{zone}");
        }
        for zone in ["", "Bangkok", "+07:00", "Asia/Atlantis"] {
            assert!(refused(|refusals| check_time_zone(refusals, zone)), "{zone}");
        }
        for locale in ["th", "en-GB", "de-CH"] {
            assert!(!refused(|refusals| check_locale(refusals, locale)), "{locale}");
        }
        for locale in ["", "xx", "en_GB", "EN", "en-XX", "en-"] {
            assert!(refused(|refusals| check_locale(refusals, locale)), "{locale}");
        }
    }
}
