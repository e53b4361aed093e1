//! Numbers of documents: dense per tenant, kind and year, because they are counted in the document's own transaction.

pub(crate) mod store;

/// `PR-2026-007`: three digits at least, more when there are more.
pub(crate) fn shown(kind: &str, year: i32, count: i32) -> String {
    format!("{kind}-{year}-{count:03}")
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn numbers_widen_after_three_digits() {
        assert_eq!([shown("PR", 2026, 7), shown("PR", 2026, 1_000)], ["PR-2026-007", "PR-2026-1000"]);
    }
}
