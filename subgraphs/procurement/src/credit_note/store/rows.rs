//! Rows to models and back.

use chassis::{Error, Result};
use entities_procurement::{credit_note, credit_note_line};
use primitives::{Audit, CreditNoteId, TenantId};
use sea_orm::ActiveValue::Set;

use super::super::line::{Claim, CreditLine};
use super::super::model::{CreditKind, CreditNote, CreditStatus};
use crate::machine::Word;

pub(super) fn to_note(row: credit_note::Model) -> Result<CreditNote> {
    let (kind, status) = (CreditKind::from_code(&row.kind), CreditStatus::from_code(&row.status));
    let (kind, status) = kind.zip(status).ok_or_else(|| Error::internal("a credit note has known words"))?;
    Ok(CreditNote {
        id: row.id,
        number: row.number,
        kind,
        status,
        status_reason: row.status_reason,
        note_id: row.note_id,
        order_id: row.order_id,
        vendor_id: row.vendor_id,
        currency: row.currency,
        location_id: row.location_id,
        reason: row.reason,
        total: row.total,
        base_total: row.base_total,
        raised_by: row.raised_by,
        approved_by: row.approved_by,
        delegated_from: row.delegated_from,
        approved_at: row.approved_at,
        posted_at: row.posted_at,
        confirmed_at: row.confirmed_at,
        invoice_id: row.invoice_id,
        applied_at: row.applied_at,
        audit: Audit {
            created_at: row.created_at,
            created_by: row.created_by,
            updated_at: row.updated_at,
            updated_by: row.updated_by,
        },
        version: row.version,
    })
}

pub(super) fn from_note(tenant: TenantId, note: &CreditNote) -> credit_note::ActiveModel {
    credit_note::ActiveModel {
        id: Set(note.id),
        tenant_id: Set(tenant),
        number: Set(note.number.clone()),
        kind: Set(note.kind.code().to_owned()),
        status: Set(note.status.code().to_owned()),
        status_reason: Set(note.status_reason.clone()),
        note_id: Set(note.note_id),
        order_id: Set(note.order_id),
        vendor_id: Set(note.vendor_id),
        currency: Set(note.currency),
        location_id: Set(note.location_id),
        reason: Set(note.reason.clone()),
        total: Set(note.total),
        base_total: Set(note.base_total),
        raised_by: Set(note.raised_by),
        approved_by: Set(note.approved_by),
        delegated_from: Set(note.delegated_from),
        approved_at: Set(note.approved_at),
        posted_at: Set(note.posted_at),
        confirmed_at: Set(note.confirmed_at),
        invoice_id: Set(note.invoice_id),
        applied_at: Set(note.applied_at),
        created_at: Set(note.audit.created_at),
        created_by: Set(note.audit.created_by),
        updated_at: Set(note.audit.updated_at),
        updated_by: Set(note.audit.updated_by),
        version: Set(note.version),
    }
}

pub(super) fn to_line(row: credit_note_line::Model) -> CreditLine {
    CreditLine {
        id: row.id,
        claim: Claim { note_line: row.note_line_id, quantity: row.quantity, amount: row.asked_amount },
        order_line: row.order_line_id,
        product_id: row.product_id,
        unit: row.unit,
        amount: row.amount,
        base_amount: row.base_amount,
    }
}

pub(super) fn from_line(
    (tenant, note): (TenantId, CreditNoteId),
    position: i32,
    line: &CreditLine,
) -> credit_note_line::ActiveModel {
    credit_note_line::ActiveModel {
        id: Set(line.id),
        tenant_id: Set(tenant),
        credit_note_id: Set(note),
        position: Set(position),
        note_line_id: Set(line.claim.note_line),
        order_line_id: Set(line.order_line),
        product_id: Set(line.product_id),
        unit: Set(line.unit),
        quantity: Set(line.claim.quantity),
        asked_amount: Set(line.claim.amount),
        amount: Set(line.amount),
        base_amount: Set(line.base_amount),
    }
}
