//! The facts this service publishes. A payload says what a consumer needs to keep its own copy, no more.

use chassis::Event;
use primitives::TenantId;
use serde_json::{Value, json};

use crate::machine::Word;
use crate::purchase_request::line::{Line, LineStatus};
use crate::purchase_request::model::PurchaseRequest;

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

/// The last level said yes.
pub(crate) fn request_approved(tenant: TenantId, request: &PurchaseRequest, lines: &[Line]) -> Event {
    let approved = lines.iter().filter(|line| line.status == LineStatus::Approved).map(|line| {
        json!({
            "lineId": line.id,
            "productId": line.product_id,
            "quantity": line.quantity,
            "unit": line.unit.code(),
            "factor": line.terms.as_ref().map(|terms| terms.factor),
            "deliverTo": line.deliver_to,
        })
    });
    about("pr.approved", tenant, request, json!({ "lines": approved.collect::<Vec<_>>() }))
}

/// A level said no, or asked for changes, or the requester took the request back.
pub(crate) fn request_stopped(kind: &'static str, tenant: TenantId, request: &PurchaseRequest) -> Event {
    about(kind, tenant, request, json!({ "reason": request.status_reason }))
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
