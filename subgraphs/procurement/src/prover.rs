//! The prover: recomputes from lines, orders and deliveries what documents say about each other, and tells what does not
//! agree. It changes nothing and may run beside live changes: every rule is one statement, over all tenants.

use chassis::prover::{Proof, Rules};
use chassis::{BoxFuture, Environment, Result};

/// The rules.
const RULES: Rules = Rules {
    service: crate::NAME,
    counted: "documents",
    records: "SELECT (SELECT COUNT(*) FROM purchase_request) + (SELECT COUNT(*) FROM purchase_order) + \
    (SELECT COUNT(*) FROM goods_received_note) + (SELECT COUNT(*) FROM credit_note) + \
    (SELECT COUNT(*) FROM vendor_invoice)",
    rules: &[
        (
            "what is on order of a request line is what its order lines hold",
            "SELECT COUNT(*) FROM purchase_request_line l LEFT JOIN \
         (SELECT request_line_id, SUM(ordered_quantity - cancelled_quantity) AS held FROM purchase_order_line \
          GROUP BY request_line_id) o ON o.request_line_id = l.id \
         WHERE l.ordered_quantity <> COALESCE(o.held, 0)",
        ),
        (
            "what came of an order line is what committed notes accepted and did not go back",
            "SELECT COUNT(*) FROM purchase_order_line l LEFT JOIN \
         (SELECT g.order_line_id, SUM(g.accepted_quantity - g.returned_quantity) AS accepted FROM goods_received_note_line g \
          JOIN goods_received_note n ON n.id = g.note_id WHERE n.status = 'COMMITTED' GROUP BY g.order_line_id) a \
         ON a.order_line_id = l.id WHERE l.received_quantity <> COALESCE(a.accepted, 0)",
        ),
        (
            "an order comes to what its lines come to",
            "SELECT COUNT(*) FROM purchase_order o WHERE \
         o.total <> (SELECT COALESCE(SUM(l.amount), 0) FROM purchase_order_line l WHERE l.order_id = o.id) OR \
         o.base_total <> (SELECT COALESCE(SUM(l.base_amount), 0) FROM purchase_order_line l WHERE l.order_id = o.id)",
        ),
        (
            "a request that waits or was approved comes to what its lines come to",
            "SELECT COUNT(*) FROM purchase_request r WHERE r.status NOT IN ('DRAFT', 'CANCELLED', 'REJECTED') AND \
         r.total <> (SELECT COALESCE(SUM(l.base_amount), 0) FROM purchase_request_line l WHERE l.request_id = r.id)",
        ),
        (
            "stores keep only what was approved and not given up",
            "SELECT COUNT(*) FROM purchase_request_line l JOIN purchase_request r ON r.id = l.request_id \
         WHERE l.reserved_quantity <> 0 AND (r.status NOT IN ('APPROVED', 'PARTIALLY_ORDERED', 'ORDERED') OR \
          l.status <> 'APPROVED')",
        ),
        (
            "nothing is to be ordered of a request that is ordered",
            "SELECT COUNT(*) FROM purchase_request_line l JOIN purchase_request r ON r.id = l.request_id \
         WHERE r.status = 'ORDERED' AND l.status = 'APPROVED' AND \
         l.quantity > l.ordered_quantity + l.reserved_quantity",
        ),
        (
            "nobody decides about what they asked for",
            "SELECT COUNT(*) FROM approval a JOIN purchase_request r ON r.id = a.request_id \
         WHERE a.approver = r.requested_by OR a.delegated_from = r.requested_by",
        ),
        (
            "what was approved was approved at every level",
            "SELECT COUNT(*) FROM purchase_request r WHERE r.status IN ('APPROVED', 'PARTIALLY_ORDERED', 'ORDERED') AND \
         (NOT EXISTS (SELECT 1 FROM approval a WHERE a.request_id = r.id AND a.submission = r.submission) OR \
          EXISTS (SELECT 1 FROM approval a WHERE a.request_id = r.id AND a.submission = r.submission \
                  AND a.status <> 'APPROVED'))",
        ),
        (
            "what is counted is what was accepted, rejected and damaged",
            "SELECT COUNT(*) FROM goods_received_note_line l JOIN goods_received_note n ON n.id = l.note_id \
         WHERE n.status IN ('RECEIVED', 'COMMITTED', 'POSTING_FAILED') AND \
         l.delivered_quantity <> l.accepted_quantity + l.rejected_quantity + l.damaged_quantity",
        ),
        (
            "what is invoiced of an order line is what its invoices say",
            "SELECT COUNT(*) FROM purchase_order_line l LEFT JOIN \
         (SELECT v.order_line_id, SUM(v.quantity) AS invoiced FROM vendor_invoice_line v \
          JOIN vendor_invoice i ON i.id = v.invoice_id WHERE i.status <> 'VOIDED' GROUP BY v.order_line_id) a \
         ON a.order_line_id = l.id WHERE l.invoiced_quantity <> COALESCE(a.invoiced, 0)",
        ),
        (
            "an invoice comes to what its lines come to",
            "SELECT COUNT(*) FROM vendor_invoice i WHERE \
         i.total <> (SELECT COALESCE(SUM(l.amount), 0) FROM vendor_invoice_line l WHERE l.invoice_id = i.id) OR \
         i.base_total <> (SELECT COALESCE(SUM(l.base_amount), 0) FROM vendor_invoice_line l WHERE l.invoice_id = i.id)",
        ),
        (
            "what is matched agrees, and what does not agree is neither matched nor paid without a reason",
            "SELECT COUNT(*) FROM vendor_invoice i WHERE \
         (i.status IN ('VARIANCE', 'HELD') OR (i.status = 'MATCHED') OR \
          (i.status = 'APPROVED' AND i.status_reason IS NULL)) AND \
         (i.status IN ('VARIANCE', 'HELD')) <> EXISTS (SELECT 1 FROM vendor_invoice_line l \
          WHERE l.invoice_id = i.id AND l.differences <> '')",
        ),
        (
            "what went back of a delivery is what its credit notes say",
            "SELECT COUNT(*) FROM goods_received_note_line g LEFT JOIN \
         (SELECT l.note_line_id, SUM(l.quantity) AS returned, SUM(l.amount) AS credited FROM credit_note_line l \
          JOIN credit_note c ON c.id = l.credit_note_id WHERE c.status IN ('POSTED', 'APPLIED') \
          GROUP BY l.note_line_id) a ON a.note_line_id = g.id \
         WHERE g.returned_quantity <> COALESCE(a.returned, 0) OR g.credited_amount <> COALESCE(a.credited, 0)",
        ),
        (
            "a credit note that was handed in comes to what its lines come to",
            "SELECT COUNT(*) FROM credit_note c WHERE c.status NOT IN ('DRAFT', 'CANCELLED') AND \
         (c.total <> (SELECT COALESCE(SUM(l.amount), 0) FROM credit_note_line l WHERE l.credit_note_id = c.id) OR \
          c.base_total <> (SELECT COALESCE(SUM(l.base_amount), 0) FROM credit_note_line l WHERE l.credit_note_id = c.id))",
        ),
        (
            "what is credited on an invoice is what was applied to it",
            "SELECT COUNT(*) FROM vendor_invoice i LEFT JOIN \
         (SELECT c.invoice_id, SUM(c.total) AS credited FROM credit_note c WHERE c.status = 'APPLIED' \
          GROUP BY c.invoice_id) a ON a.invoice_id = i.id WHERE i.credited_total <> COALESCE(a.credited, 0)",
        ),
        (
            "a credit note and its invoice are one vendor's and in one currency",
            "SELECT COUNT(*) FROM credit_note c JOIN vendor_invoice i ON i.id = c.invoice_id \
         WHERE i.vendor_id <> c.vendor_id OR i.currency <> c.currency",
        ),
        (
            "every revision of an order is one amendment",
            "SELECT COUNT(*) FROM purchase_order o LEFT JOIN \
         (SELECT a.order_id, COUNT(*) AS applied, MAX(a.revision) AS latest FROM purchase_order_amendment a \
          WHERE a.status = 'APPLIED' GROUP BY a.order_id) a ON a.order_id = o.id \
         WHERE o.revision <> COALESCE(a.applied, 0) + 1 OR o.revision <> COALESCE(a.latest, 1)",
        ),
        (
            "an order that is with the vendor is not much dearer than what somebody let go out",
            "SELECT COUNT(*) FROM purchase_order o WHERE o.approved_base_total IS NOT NULL AND \
         o.status NOT IN ('DRAFT', 'PENDING_APPROVAL') AND \
         (o.base_total > o.approved_base_total + o.approved_base_total / 10 + 1 OR \
          o.base_total > o.approved_base_total + 500000000)",
        ),
        (
            "what is taken of a budget is what the lines of documents take",
            "SELECT COUNT(*) FROM budget b LEFT JOIN (SELECT c.budget_id, \
          SUM(CASE WHEN c.stage = 'SOFT' THEN c.amount ELSE 0 END) AS soft, \
          SUM(CASE WHEN c.stage = 'HARD' THEN c.amount ELSE 0 END) AS hard, \
          SUM(CASE WHEN c.stage = 'ACTUAL' THEN c.amount ELSE 0 END) AS actual \
          FROM budget_commitment c GROUP BY c.budget_id) c ON c.budget_id = b.id \
         WHERE b.soft <> COALESCE(c.soft, 0) OR b.hard <> COALESCE(c.hard, 0) OR b.actual <> COALESCE(c.actual, 0)",
        ),
        (
            "what is given up takes nothing of a budget",
            "SELECT COUNT(*) FROM budget_commitment c WHERE c.amount <> 0 AND \
         (EXISTS (SELECT 1 FROM purchase_request_line l JOIN purchase_request r ON r.id = l.request_id \
           WHERE l.id = c.source_id AND (r.status IN ('DRAFT', 'CANCELLED', 'REJECTED') OR l.status = 'REJECTED')) OR \
          EXISTS (SELECT 1 FROM purchase_order_line l JOIN purchase_order o ON o.id = l.order_id \
           WHERE l.id = c.source_id AND o.status = 'CANCELLED'))",
        ),
        (
            "every saga is about a document",
            "SELECT COUNT(*) FROM saga g WHERE \
         NOT EXISTS (SELECT 1 FROM purchase_request d WHERE d.id = g.subject_id AND g.kind = 'PURCHASE_REQUEST') AND \
         NOT EXISTS (SELECT 1 FROM purchase_order d WHERE d.id = g.subject_id AND g.kind = 'PURCHASE_ORDER') AND \
         NOT EXISTS (SELECT 1 FROM goods_received_note d WHERE d.id = g.subject_id AND g.kind = 'GOODS_RECEIVED_NOTE') AND \
         NOT EXISTS (SELECT 1 FROM credit_note d WHERE d.id = g.subject_id AND g.kind = 'CREDIT_NOTE')",
        ),
        (
            "no saga goes on whose document has ended",
            "SELECT COUNT(*) FROM saga g WHERE g.status = 'RUNNING' AND \
         (EXISTS (SELECT 1 FROM purchase_request d WHERE d.id = g.subject_id AND d.status = 'CANCELLED') OR \
          EXISTS (SELECT 1 FROM purchase_order d WHERE d.id = g.subject_id AND d.status IN ('CANCELLED', 'CLOSED')) OR \
          EXISTS (SELECT 1 FROM goods_received_note d WHERE d.id = g.subject_id AND d.status IN ('POSTING_FAILED', 'VOIDED')) OR \
          EXISTS (SELECT 1 FROM credit_note d WHERE d.id = g.subject_id AND \
            d.status IN ('POSTING_FAILED', 'CANCELLED', 'APPLIED', 'VOIDED')))",
        ),
        (
            "numbers have no gaps",
            "SELECT COUNT(*) FROM document_counter c WHERE c.last <> \
         (SELECT COUNT(*) FROM purchase_request d WHERE d.tenant_id = c.tenant_id \
          AND d.number LIKE c.kind || '-' || c.year || '-%') + \
         (SELECT COUNT(*) FROM purchase_order d WHERE d.tenant_id = c.tenant_id \
          AND d.number LIKE c.kind || '-' || c.year || '-%') + \
         (SELECT COUNT(*) FROM goods_received_note d WHERE d.tenant_id = c.tenant_id \
          AND d.number LIKE c.kind || '-' || c.year || '-%') + \
         (SELECT COUNT(*) FROM credit_note d WHERE d.tenant_id = c.tenant_id \
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
