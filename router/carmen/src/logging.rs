//! Logs on standard error: readable lines, or JSON for machines.

use crate::cli::Global;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;

/// Starts logging. A filter that cannot be read is reported and replaced by `info`.
pub fn init(global: &Global) {
    let filter: Result<EnvFilter, ParseError> = EnvFilter::try_new(&global.log);
    let wrong = filter.as_ref().err().map(ToString::to_string);
    let filter = filter.unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second start in one process (tests) keeps the first one's settings.
    let _ = if global.log_json { builder.json().try_init() } else { builder.try_init() };
    if let Some(wrong) = wrong {
        tracing::warn!(filter = global.log, error = wrong, "the log filter cannot be read");
    }
}
