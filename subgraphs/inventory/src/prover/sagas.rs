//! What closing months left behind, counted over all tenants.

use chassis::prover::Rules;
use chassis::{Db, Result};

use super::model::{Report, Violation};

/// The rules, beside those of all sagas.
const RULES: Rules = Rules {
    service: crate::NAME,
    counted: "sagas",
    records: "SELECT COUNT(*) FROM saga",
    rules: &[
        (
            "every saga is about a month",
            "SELECT COUNT(*) FROM saga g LEFT JOIN stock_period p ON p.id = g.subject_id AND p.tenant_id = g.tenant_id \
             WHERE g.kind = 'STOCK_PERIOD' AND p.id IS NULL",
        ),
        (
            "a month is being closed exactly as long as its saga runs",
            "SELECT COUNT(*) FROM saga g LEFT JOIN period_head h ON h.tenant_id = g.tenant_id \
               AND h.closing_id = g.subject_id AND h.closings = g.begun_version \
             WHERE g.kind = 'STOCK_PERIOD' AND (g.status = 'RUNNING') <> (h.tenant_id IS NOT NULL)",
        ),
        (
            "what is blocked for a month that is open is being closed",
            "SELECT COUNT(*) FROM period_head h WHERE h.closing_id IS NULL AND h.closed_before IS NOT NULL AND \
             NOT EXISTS (SELECT 1 FROM stock_period p WHERE p.tenant_id = h.tenant_id AND p.status <> 'OPEN' \
               AND p.ends_before = h.closed_before)",
        ),
    ],
};

/// Adds what contradicts itself to the report.
pub(super) async fn compare(db: &Db, report: &mut Report) -> Result<()> {
    let proof = chassis::prover::prove(db, &RULES).await?;
    report.violations.extend(proof.violations.into_iter().map(|(rule, found)| Violation {
        tenant: None,
        item: None,
        rule,
        expected: "none".to_owned(),
        found: found.to_string(),
    }));
    Ok(())
}
