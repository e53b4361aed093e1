//! Proving.

use chassis::{Environment, Result};

use super::model::{Report, Violation};
use super::store;

/// Checks every rule over all tenants.
///
/// # Errors
/// `Internal` when the database fails.
pub async fn prove(environment: &Environment) -> Result<Report> {
    let db = environment.db.read();
    let mut report = Report { documents: store::documents_across_tenants(db).await?, ..Report::default() };
    for (rule, statement) in store::RULES {
        report.rules += 1;
        let records = store::count_across_tenants(db, statement).await?;
        if records > 0 {
            report.violations.push(Violation { rule, records });
        }
    }
    Ok(report)
}
