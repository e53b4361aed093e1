//! Rows to models and back.

use chassis::{Error, Result};
use entities_procurement::{approval, purchase_request, purchase_request_line};
use primitives::{Audit, PurchaseRequestId, TenantId};
use sea_orm::ActiveValue::{NotSet, Set};

use super::super::approval::Approval;
use super::super::line::{Line, Terms};
use super::super::model::{Head, PurchaseRequest};
use crate::machine::Word;

/// A word as it was stored.
fn word<W: Word>(code: &str) -> Result<W> {
    W::from_code(code).ok_or_else(|| Error::internal(format!("unknown word {code}")))
}

pub(super) fn to_request(row: purchase_request::Model) -> Result<PurchaseRequest> {
    Ok(PurchaseRequest {
        id: row.id,
        number: row.number,
        status: word(&row.status)?,
        status_reason: row.status_reason,
        revision: row.revision,
        submission: row.submission,
        level: row.level,
        requested_by: row.requested_by,
        head: Head {
            department_id: row.department_id,
            property_id: row.property_id,
            request_date: row.request_date,
            required_by: row.required_by,
            priority: word(&row.priority)?,
            justification: row.justification,
        },
        time_zone: row.time_zone,
        total: row.total,
        submitted_at: row.submitted_at,
        reserved_at: row.reserved_at,
        replenishes: row.replenishes,
        audit: Audit {
            created_at: row.created_at,
            created_by: row.created_by,
            updated_at: row.updated_at,
            updated_by: row.updated_by,
        },
        version: row.version,
    })
}

pub(super) fn from_request(tenant: TenantId, request: &PurchaseRequest) -> purchase_request::ActiveModel {
    let head = request.head.clone();
    let number = request.number.as_deref().unwrap_or_default();
    purchase_request::ActiveModel {
        id: Set(request.id),
        tenant_id: Set(tenant),
        search_text: Set(format!("{number} {}", head.justification).to_lowercase()),
        number: Set(request.number.clone()),
        status: Set(request.status.code().to_owned()),
        status_reason: Set(request.status_reason.clone()),
        revision: Set(request.revision),
        submission: Set(request.submission),
        level: Set(request.level),
        requested_by: Set(request.requested_by),
        department_id: Set(head.department_id),
        property_id: Set(head.property_id),
        request_date: Set(head.request_date),
        required_by: Set(head.required_by),
        priority: Set(head.priority.code().to_owned()),
        justification: Set(head.justification),
        time_zone: Set(request.time_zone.clone()),
        total: Set(request.total),
        submitted_at: Set(request.submitted_at),
        reserved_at: Set(request.reserved_at),
        replenishes: Set(request.replenishes),
        created_at: Set(request.audit.created_at),
        created_by: Set(request.audit.created_by),
        updated_at: Set(request.audit.updated_at),
        updated_by: Set(request.audit.updated_by),
        version: Set(request.version),
    }
}

pub(super) fn to_line(row: purchase_request_line::Model) -> Result<Line> {
    let terms = match row.price_source.as_deref() {
        None => None,
        Some(source) => {
            let whole = || Error::internal("a line with a price has all of its terms");
            Some(Terms {
                category: row.category_id,
                base_unit: row.base_unit.ok_or_else(whole)?,
                factor: row.factor.ok_or_else(whole)?,
                vendor_id: row.vendor_id,
                source: word(source)?,
                price_list: row.price_list,
                unit_price: row.unit_price.ok_or_else(whole)?,
                currency: row.currency.ok_or_else(whole)?,
                amount: row.amount.ok_or_else(whole)?,
                base_amount: row.base_amount.ok_or_else(whole)?,
            })
        }
    };
    Ok(Line {
        id: row.id,
        product_id: row.product_id,
        quantity: row.quantity,
        unit: row.unit,
        deliver_to: row.deliver_to,
        required_by: row.required_by,
        wanted_vendor: row.wanted_vendor_id,
        wanted_price: row.wanted_price,
        discount: row.discount,
        tax: row.tax,
        note: row.note,
        status: word(&row.status)?,
        status_reason: row.status_reason,
        terms,
        ordered: row.ordered_quantity,
        reserved: row.reserved_quantity,
        returned: row.returned_quantity,
    })
}

pub(super) fn from_line(
    (tenant, request): (TenantId, PurchaseRequestId),
    position: i32,
    line: &Line,
) -> purchase_request_line::ActiveModel {
    let terms = line.terms.as_ref();
    purchase_request_line::ActiveModel {
        id: Set(line.id),
        tenant_id: Set(tenant),
        request_id: Set(request),
        position: Set(position),
        product_id: Set(line.product_id),
        quantity: Set(line.quantity),
        unit: Set(line.unit),
        deliver_to: Set(line.deliver_to),
        required_by: Set(line.required_by),
        wanted_vendor_id: Set(line.wanted_vendor),
        wanted_price: Set(line.wanted_price),
        discount: Set(line.discount),
        tax: Set(line.tax),
        note: Set(line.note.clone()),
        status: Set(line.status.code().to_owned()),
        status_reason: Set(line.status_reason.clone()),
        category_id: Set(terms.and_then(|terms| terms.category)),
        base_unit: Set(terms.map(|terms| terms.base_unit)),
        factor: Set(terms.map(|terms| terms.factor)),
        vendor_id: Set(terms.and_then(|terms| terms.vendor_id)),
        price_source: Set(terms.map(|terms| terms.source.code().to_owned())),
        price_list: Set(terms.and_then(|terms| terms.price_list.clone())),
        unit_price: Set(terms.map(|terms| terms.unit_price)),
        currency: Set(terms.map(|terms| terms.currency)),
        amount: Set(terms.map(|terms| terms.amount)),
        base_amount: Set(terms.map(|terms| terms.base_amount)),
        ordered_quantity: Set(line.ordered),
        reserved_quantity: Set(line.reserved),
        returned_quantity: Set(line.returned),
    }
}

pub(super) fn to_approval(row: approval::Model) -> Result<Approval> {
    Ok(Approval {
        id: row.id,
        submission: row.submission,
        level: row.level,
        status: word(&row.status)?,
        amount: row.limit_required,
        approver: row.approver,
        delegated_from: row.delegated_from,
        comment: row.comment,
        decided_at: row.decided_at,
        decide_within_hours: row.decide_within_hours,
        due_at: row.due_at,
    })
}

pub(super) fn from_approval(
    (tenant, request): (TenantId, PurchaseRequestId),
    approval: &Approval,
) -> approval::ActiveModel {
    approval::ActiveModel {
        id: Set(approval.id),
        tenant_id: Set(tenant),
        request_id: Set(request),
        submission: Set(approval.submission),
        level: Set(approval.level),
        status: Set(approval.status.code().to_owned()),
        limit_required: Set(approval.amount),
        approver: Set(approval.approver),
        delegated_from: Set(approval.delegated_from),
        comment: Set(approval.comment.clone()),
        decided_at: Set(approval.decided_at),
        decide_within_hours: Set(approval.decide_within_hours),
        due_at: Set(approval.due_at),
        // Told by the sweep alone.
        overdue_told_at: NotSet,
    }
}
