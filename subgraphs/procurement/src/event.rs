//! The facts this service publishes. A payload says what a consumer needs to keep its own copy, no more.

use chassis::Event;
use chrono::{DateTime, Utc};
use primitives::{CurrencyCode, Decimal, TenantId, Unit};
use serde_json::{Value, json};

use crate::amendment::model::Amendment;
use crate::credit_note::line::CreditLine;
use crate::credit_note::model::CreditNote;
use crate::goods_received_note::line::NoteLine;
use crate::goods_received_note::model::GoodsReceivedNote;
use crate::house;
use crate::machine::Word;
use crate::purchase_order::model::{OrderLine, PurchaseOrder};
use crate::purchase_request::approval::Approval;
use crate::purchase_request::line::{Line, LineStatus};
use crate::purchase_request::model::PurchaseRequest;
use crate::vendor_invoice::matching::InvoiceLine;
use crate::vendor_invoice::model::{InvoiceStatus, VendorInvoice};

/// Somebody began to write down what is needed.
pub(crate) fn request_created(tenant: TenantId, request: &PurchaseRequest) -> Event {
    about("pr.created", tenant, request, json!({}))
}

/// A request was handed in.
pub(crate) fn request_submitted(tenant: TenantId, request: &PurchaseRequest) -> Event {
    about("pr.submitted", tenant, request, json!({}))
}

/// A level's turn has come.
pub(crate) fn approval_requested(tenant: TenantId, request: &PurchaseRequest) -> Event {
    about("approval.requested", tenant, request, json!({ "level": request.level }))
}

/// A level has not decided in time.
pub(crate) fn approval_overdue(
    tenant: TenantId,
    request: &PurchaseRequest,
    (level, now): (&Approval, DateTime<Utc>),
) -> Event {
    let further = json!({ "approvalId": level.id, "level": level.level, "dueAt": level.due_at });
    // Nobody did it, and the request has not changed.
    Event { occurred_at: now, actor: None, ..about("approval.overdue", tenant, request, further) }
}

/// The last level said yes.
pub(crate) fn request_approved(tenant: TenantId, request: &PurchaseRequest, lines: &[Line]) -> Event {
    let approved = lines.iter().filter(|line| line.status == LineStatus::Approved).map(|line| {
        json!({
            "lineId": line.id,
            "productId": line.product_id,
            "quantity": line.quantity,
            "unit": line.unit.code(),
            "factor": line.terms.as_ref().map(|terms| terms.factor),
            "baseUnit": line.terms.as_ref().map(|terms| terms.base_unit.code()),
            "baseQuantity": line.terms.as_ref().and_then(|terms| line.quantity.checked_mul(terms.factor)),
            "deliverTo": line.deliver_to,
        })
    });
    let lines: Vec<_> = approved.collect();
    about("pr.approved", tenant, request, json!({ "replenishes": request.replenishes, "lines": lines }))
}

/// Stores keep something for a request; the rest is to be ordered.
pub(crate) fn request_reserved(tenant: TenantId, request: &PurchaseRequest, lines: &[Line]) -> Event {
    let lines = lines.iter().map(|line| {
        json!({ "lineId": line.id, "reserved": line.reserved, "toOrder": line.open_quantity(), "unit": line.unit.code() })
    });
    about("pr.reserved", tenant, request, json!({ "lines": lines.collect::<Vec<_>>() }))
}

/// A level said no, or asked for changes, or the requester took the request back.
pub(crate) fn request_stopped(kind: &'static str, tenant: TenantId, request: &PurchaseRequest) -> Event {
    about(kind, tenant, request, json!({ "reason": request.status_reason }))
}

/// Something happened to an order.
pub(crate) fn order(
    kind: &'static str,
    tenant: TenantId,
    order: &PurchaseOrder,
    lines: &[OrderLine],
) -> Event {
    let lines = lines.iter().map(|line| {
        json!({
            "lineId": line.id,
            "productId": line.product_id,
            "ordered": line.ordered,
            "received": line.received,
            "cancelled": line.cancelled,
            "unit": line.unit.code(),
            "factor": line.factor,
            "baseUnit": line.base_unit.code(),
        })
    });
    Event {
        tenant,
        kind,
        version: 1,
        aggregate: order.id.as_uuid(),
        aggregate_version: order.version,
        occurred_at: order.audit.updated_at,
        actor: order.audit.updated_by,
        causation: None,
        payload: json!({
            "purchaseOrderId": order.id,
            "number": order.number,
            "status": order.status.code(),
            "revision": order.revision,
            "vendorId": order.vendor_id,
            "deliverTo": order.deliver_to,
            "deliveryDate": order.delivery_date,
            "total": order.total,
            "currency": order.currency,
            "reason": order.status_reason,
            "lines": lines.collect::<Vec<_>>(),
        }),
    }
}

/// Something was decided about a change to an order.
pub(crate) fn amendment(kind: &'static str, tenant: TenantId, amendment: &Amendment) -> Event {
    Event {
        tenant,
        kind,
        version: 1,
        aggregate: amendment.order_id.as_uuid(),
        aggregate_version: amendment.version,
        occurred_at: amendment.audit.updated_at,
        actor: amendment.audit.updated_by,
        causation: None,
        payload: json!({
            "amendmentId": amendment.id,
            "purchaseOrderId": amendment.order_id,
            "status": amendment.status.code(),
            "baseBefore": amendment.base_before,
            "baseAfter": amendment.base_after,
            "reason": amendment.reason,
        }),
    }
}

/// What of a delivery goes to the shelf, in the base unit.
#[derive(Clone, Debug)]
pub(crate) struct StockLine {
    /// The line of the note.
    pub(crate) line: NoteLine,
    /// How much.
    pub(crate) quantity: Decimal,
    /// In which unit.
    pub(crate) unit: Unit,
}

/// The house has taken a delivery over: inventory takes it in.
pub(crate) fn note_committed(tenant: TenantId, note: &GoodsReceivedNote, lines: Vec<StockLine>) -> Event {
    let cost = |amount: Option<Decimal>, currency: CurrencyCode| {
        amount.map(|amount| json!({ "amount": amount, "currency": currency }))
    };
    let lines = lines.into_iter().map(|stock| {
        let mut costs =
            vec![cost(stock.line.unit_cost, note.currency), cost(stock.line.base_unit_cost, house::CURRENCY)];
        costs.extend(note.valuation.map(|place| {
            let in_place = stock.line.base_unit_cost.and_then(|amount| amount.checked_div(place.rate));
            cost(in_place, place.currency)
        }));
        json!({
            "lineId": stock.line.id,
            "productId": stock.line.product_id,
            "quantity": stock.quantity,
            "unit": stock.unit.code(),
            "unitCosts": costs.into_iter().flatten().collect::<Vec<_>>(),
            "lot": stock.line.count.lot,
            "expiry": stock.line.count.expiry,
        })
    });
    let mut event = self::note("grn.committed", tenant, note);
    event.payload["lines"] = lines.collect();
    event
}

/// Something happened to a goods received note.
pub(crate) fn note(kind: &'static str, tenant: TenantId, note: &GoodsReceivedNote) -> Event {
    Event {
        tenant,
        kind,
        version: 1,
        aggregate: note.id.as_uuid(),
        aggregate_version: note.version,
        occurred_at: note.audit.updated_at,
        actor: note.audit.updated_by,
        causation: None,
        payload: json!({
            "goodsReceivedNoteId": note.id,
            "number": note.number,
            "status": note.status.code(),
            "purchaseOrderId": note.order_id,
            "vendorId": note.vendor_id,
            "locationId": note.deliver_to,
            "receivedOn": note.head.received_on,
            "reason": note.status_reason,
        }),
    }
}

/// What goes back to a vendor, or comes back after all, in the base unit.
#[derive(Clone, Debug)]
pub(crate) struct Returned {
    /// The line of the credit note.
    pub(crate) line: CreditLine,
    /// The line of the delivery it came by.
    pub(crate) note: NoteLine,
    /// How much.
    pub(crate) quantity: Decimal,
    /// In which unit.
    pub(crate) unit: Unit,
    /// What is credited without tax, in each currency in which that is known.
    pub(crate) amounts: Vec<(Decimal, CurrencyCode)>,
}

/// Goods go back to the vendor, or come back after all: inventory moves them. Or only money comes: inventory takes it into their value.
pub(crate) fn credit_moved(
    kind: &'static str,
    tenant: TenantId,
    (credit, lines): (&CreditNote, &[Returned]),
) -> Event {
    let lines = lines.iter().map(|moved| {
        let amounts = moved.amounts.iter();
        let amounts = amounts.map(|(amount, currency)| json!({ "amount": amount, "currency": currency }));
        json!({
            "lineId": moved.line.id,
            "noteLineId": moved.note.id,
            "productId": moved.line.product_id,
            "quantity": moved.quantity,
            "unit": moved.unit.code(),
            "lot": moved.note.count.lot,
            "expiry": moved.note.count.expiry,
            "amounts": amounts.collect::<Vec<_>>(),
        })
    });
    let mut event = self::credit(kind, tenant, credit);
    event.payload["lines"] = lines.collect();
    event
}

/// Something happened to a credit note.
pub(crate) fn credit(kind: &'static str, tenant: TenantId, credit: &CreditNote) -> Event {
    Event {
        tenant,
        kind,
        version: 1,
        aggregate: credit.id.as_uuid(),
        aggregate_version: credit.version,
        occurred_at: credit.audit.updated_at,
        actor: credit.audit.updated_by,
        causation: None,
        payload: json!({
            "creditNoteId": credit.id,
            "number": credit.number,
            "type": credit.kind.code(),
            "status": credit.status.code(),
            "goodsReceivedNoteId": credit.note_id,
            "purchaseOrderId": credit.order_id,
            "vendorId": credit.vendor_id,
            "locationId": credit.location_id,
            "vendorInvoiceId": credit.invoice_id,
            "total": credit.total,
            "currency": credit.currency,
            "reason": credit.status_reason,
        }),
    }
}

/// What the match made of an invoice.
pub(crate) fn invoice_matched(tenant: TenantId, invoice: &VendorInvoice, lines: &[InvoiceLine]) -> Event {
    let kind = if invoice.status == InvoiceStatus::Matched { "invoice.matched" } else { "invoice.held" };
    self::invoice(kind, tenant, invoice, lines)
}

/// Something happened to a vendor's invoice.
pub(crate) fn invoice(
    kind: &'static str,
    tenant: TenantId,
    invoice: &VendorInvoice,
    lines: &[InvoiceLine],
) -> Event {
    let lines = lines.iter().map(|line| {
        json!({
            "lineId": line.id,
            "purchaseOrderId": line.order_id,
            "orderLineId": line.charge.order_line,
            "productId": line.product_id,
            "quantity": line.charge.quantity,
            "unit": line.unit.code(),
            "amount": line.amount,
            "differences": line.findings.differences,
        })
    });
    Event {
        tenant,
        kind,
        version: 1,
        aggregate: invoice.id.as_uuid(),
        aggregate_version: invoice.version,
        occurred_at: invoice.audit.updated_at,
        actor: invoice.audit.updated_by,
        causation: None,
        payload: json!({
            "vendorInvoiceId": invoice.id,
            "number": invoice.head.number,
            "status": invoice.status.code(),
            "vendorId": invoice.head.vendor_id,
            "invoiceDate": invoice.head.invoice_date,
            "dueDate": invoice.head.due_date,
            "total": invoice.total,
            "currency": invoice.head.currency,
            "reason": invoice.status_reason,
            "lines": lines.collect::<Vec<_>>(),
        }),
    }
}

fn about(kind: &'static str, tenant: TenantId, request: &PurchaseRequest, further: Value) -> Event {
    let mut payload = json!({
        "purchaseRequestId": request.id,
        "number": request.number,
        "status": request.status.code(),
        "requestedBy": request.requested_by,
        "departmentId": request.head.department_id,
        "total": request.total,
    });
    if let (Some(payload), Value::Object(further)) = (payload.as_object_mut(), further) {
        payload.extend(further);
    }
    Event {
        tenant,
        kind,
        version: 1,
        aggregate: request.id.as_uuid(),
        aggregate_version: request.version,
        occurred_at: request.audit.updated_at,
        actor: request.audit.updated_by,
        causation: None,
        payload,
    }
}
