//! What of an input may be kept.

use serde_json::Value;

/// Names that hold secrets, wherever they occur in a field's name.
const SECRETS: [&str; 7] = ["password", "secret", "token", "passcode", "otp", "recoverycode", "privatekey"];

/// Bytes of an input that are kept; a bulk import is not stored a second time.
const INPUT_BYTES_MAX: usize = 16 * 1024;

const REDACTED: &str = "[redacted]";

/// The input as text, without secrets and not longer than an entry should be.
pub(super) fn redacted(mut input: Value) -> String {
    cover(&mut input);
    let text = input.to_string();
    if text.len() <= INPUT_BYTES_MAX {
        return text;
    }
    let end = (0..=INPUT_BYTES_MAX).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    serde_json::json!({ "bytes": text.len(), "beginning": &text[..end] }).to_string()
}

fn cover(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let name = name.to_lowercase().replace('_', "");
                if !value.is_null() && SECRETS.iter().any(|secret| name.contains(secret)) {
                    *value = REDACTED.into();
                } else {
                    cover(value);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(cover),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn secrets_are_covered_wherever_they_stand() {
        let input = json!({ "input": { "username": "chef", "newPassword": "pw", "refresh_token": "rt", "items": [{ "mfaSecret": ["s"] }] } });
        let kept = redacted(input);
        assert_eq!(
            serde_json::from_str::<Value>(&kept).unwrap(),
            json!({ "input": { "username": "chef", "newPassword": REDACTED, "refresh_token": REDACTED, "items": [{ "mfaSecret": REDACTED }] } })
        );
    }

    #[test]
    fn a_huge_input_is_kept_in_its_beginning() {
        let kept = redacted(json!({ "csv": "ก".repeat(INPUT_BYTES_MAX) }));
        assert!(kept.len() < 2 * INPUT_BYTES_MAX);
        assert!(serde_json::from_str::<Value>(&kept).unwrap()["bytes"].as_u64().unwrap() > 40_000);
    }
}
