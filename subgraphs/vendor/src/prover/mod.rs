//! The prover: recomputes from lines, orders and answers what vendors' documents say about each other. It changes nothing and
//! may run beside live changes: every rule is one statement, over all tenants.

use chassis::prover::{Proof, Rules};
use chassis::{BoxFuture, Environment, Result};

/// The rules.
const RULES: Rules = Rules {
    service: crate::NAME,
    counted: "records",
    records: "SELECT (SELECT COUNT(*) FROM price_list) + (SELECT COUNT(*) FROM contract) + (SELECT COUNT(*) FROM campaign)",
    rules: &[
        (
            "no two active lists of a vendor price the same product, unit and tier on the same day",
            "SELECT COUNT(*) FROM price_line a JOIN price_list la ON la.id = a.price_list_id \
             JOIN price_line b ON b.tenant_id = a.tenant_id AND b.vendor_id = a.vendor_id AND b.product_id = a.product_id \
               AND b.unit = a.unit AND b.minimum_quantity = a.minimum_quantity \
             JOIN price_list lb ON lb.id = b.price_list_id \
             WHERE la.status = 'ACTIVE' AND lb.status = 'ACTIVE' AND la.number < lb.number \
               AND la.valid_from <= lb.valid_to AND lb.valid_from <= la.valid_to",
        ),
        (
            "a higher tier never costs more",
            "SELECT COUNT(*) FROM price_line a JOIN price_line b ON b.price_list_id = a.price_list_id \
               AND b.product_id = a.product_id AND b.unit = a.unit AND b.minimum_quantity > a.minimum_quantity \
             WHERE b.price > a.price",
        ),
        (
            "no two active contracts of a vendor cover the same product on the same day",
            "SELECT COUNT(*) FROM contract_line a JOIN contract ca ON ca.id = a.contract_id \
             JOIN contract_line b ON b.tenant_id = a.tenant_id AND b.product_id = a.product_id \
             JOIN contract cb ON cb.id = b.contract_id AND cb.vendor_id = ca.vendor_id \
             WHERE ca.status = 'ACTIVE' AND cb.status = 'ACTIVE' AND ca.number < cb.number \
               AND ca.valid_from <= cb.valid_to AND cb.valid_from <= ca.valid_to",
        ),
        (
            "what is used of a contract is what orders took",
            "SELECT COUNT(*) FROM contract_line l LEFT JOIN \
             (SELECT contract_line_id, SUM(quantity) AS taken FROM contract_use GROUP BY contract_line_id) u \
             ON u.contract_line_id = l.id WHERE l.used_quantity <> COALESCE(u.taken, 0)",
        ),
        (
            "nobody waits for a vendor once the campaign is over",
            "SELECT COUNT(*) FROM invitation i JOIN campaign c ON c.id = i.campaign_id \
             WHERE c.status IN ('COMPLETED', 'CANCELLED') AND i.status IN ('PENDING', 'OPENED', 'IN_PROGRESS')",
        ),
        (
            "an answer names only products that the campaign asks for",
            "SELECT COUNT(*) FROM invitation_line l JOIN invitation i ON i.id = l.invitation_id \
             LEFT JOIN campaign_line c ON c.campaign_id = i.campaign_id AND c.product_id = l.product_id \
             WHERE c.id IS NULL",
        ),
        (
            "an approved answer became a list of the same vendor",
            "SELECT COUNT(*) FROM invitation i LEFT JOIN price_list l ON l.id = i.price_list_id \
               AND l.vendor_id = i.vendor_id AND l.tenant_id = i.tenant_id \
             WHERE i.status = 'APPROVED' AND l.id IS NULL",
        ),
        (
            "what came of an order line is what deliveries count for it",
            "SELECT COUNT(*) FROM expected_line l LEFT JOIN \
             (SELECT order_line_id, SUM(quantity) AS came FROM delivery_part GROUP BY order_line_id) p \
             ON p.order_line_id = l.order_line_id WHERE l.received_quantity <> COALESCE(p.came, 0)",
        ),
        (
            "every saga is about a campaign that was completed",
            "SELECT COUNT(*) FROM saga g LEFT JOIN campaign c ON c.id = g.subject_id AND c.tenant_id = g.tenant_id \
             WHERE g.kind = 'CAMPAIGN' AND (c.id IS NULL OR c.status <> 'COMPLETED')",
        ),
        (
            "numbers have no gaps",
            "SELECT COUNT(*) FROM document_counter c WHERE c.last <> \
             (SELECT COUNT(*) FROM price_list d WHERE d.tenant_id = c.tenant_id \
              AND d.number LIKE c.kind || '-' || c.year || '-%') + \
             (SELECT COUNT(*) FROM contract d WHERE d.tenant_id = c.tenant_id \
              AND d.number LIKE c.kind || '-' || c.year || '-%') + \
             (SELECT COUNT(*) FROM campaign d WHERE d.tenant_id = c.tenant_id \
              AND d.number LIKE c.kind || '-' || c.year || '-%')",
        ),
    ],
};

/// Checks every rule over all tenants.
///
/// # Errors
/// `Internal` when the database fails.
pub fn prove(environment: &Environment) -> BoxFuture<'_, Result<Proof>> {
    Box::pin(chassis::prover::prove(&environment.db, &RULES))
}
