//! Rows to models and back.

use chassis::{Error, Result};
use entities_procurement::{goods_received_note, goods_received_note_line};
use primitives::{Audit, GoodsReceivedNoteId, TenantId};
use sea_orm::ActiveValue::Set;

use super::super::line::{Count, NoteLine};
use super::super::model::{GoodsReceivedNote, Head, NoteStatus, Split};
use crate::machine::Word;
use crate::market::model::Valuation;

pub(super) fn to_note(row: goods_received_note::Model) -> Result<GoodsReceivedNote> {
    let (status, split) = (NoteStatus::from_code(&row.status), Split::from_code(&row.split));
    let (status, split) = status.zip(split).ok_or_else(|| Error::internal("a note has known words"))?;
    let valuation = row.valuation_currency.zip(row.valuation_rate);
    Ok(GoodsReceivedNote {
        id: row.id,
        number: row.number,
        status,
        status_reason: row.status_reason,
        order_id: row.order_id,
        vendor_id: row.vendor_id,
        currency: row.currency,
        deliver_to: row.deliver_to,
        valuation: valuation.map(|(currency, rate)| Valuation { currency, rate }),
        head: Head {
            delivery_note: row.delivery_note,
            received_on: row.received_on,
            extra_costs: row.extra_costs,
            split,
        },
        committed_at: row.committed_at,
        posted_at: row.posted_at,
        audit: Audit {
            created_at: row.created_at,
            created_by: row.created_by,
            updated_at: row.updated_at,
            updated_by: row.updated_by,
        },
        version: row.version,
    })
}

pub(super) fn from_note(tenant: TenantId, note: &GoodsReceivedNote) -> goods_received_note::ActiveModel {
    goods_received_note::ActiveModel {
        id: Set(note.id),
        tenant_id: Set(tenant),
        number: Set(note.number.clone()),
        status: Set(note.status.code().to_owned()),
        status_reason: Set(note.status_reason.clone()),
        order_id: Set(note.order_id),
        vendor_id: Set(note.vendor_id),
        currency: Set(note.currency),
        deliver_to: Set(note.deliver_to),
        valuation_currency: Set(note.valuation.map(|valuation| valuation.currency)),
        valuation_rate: Set(note.valuation.map(|valuation| valuation.rate)),
        delivery_note: Set(note.head.delivery_note.clone()),
        received_on: Set(note.head.received_on),
        extra_costs: Set(note.head.extra_costs),
        split: Set(note.head.split.code().to_owned()),
        committed_at: Set(note.committed_at),
        posted_at: Set(note.posted_at),
        created_at: Set(note.audit.created_at),
        created_by: Set(note.audit.created_by),
        updated_at: Set(note.audit.updated_at),
        updated_by: Set(note.audit.updated_by),
        version: Set(note.version),
    }
}

pub(super) fn to_line(row: goods_received_note_line::Model) -> NoteLine {
    NoteLine {
        id: row.id,
        product_id: row.product_id,
        unit: row.unit,
        count: Count {
            order_line: row.order_line_id,
            delivered: row.delivered_quantity,
            accepted: row.accepted_quantity,
            rejected: row.rejected_quantity,
            damaged: row.damaged_quantity,
            free: row.free_quantity,
            lot: row.lot,
            expiry: row.expiry,
            remark: row.remark,
        },
        extra_cost: row.extra_cost,
        unit_cost: row.unit_cost,
        base_unit_cost: row.base_unit_cost,
        base_amount: row.base_amount,
        returned: row.returned_quantity,
        credited: row.credited_amount,
    }
}

pub(super) fn from_line(
    (tenant, note): (TenantId, GoodsReceivedNoteId),
    position: i32,
    line: &NoteLine,
) -> goods_received_note_line::ActiveModel {
    let count = line.count.clone();
    goods_received_note_line::ActiveModel {
        id: Set(line.id),
        tenant_id: Set(tenant),
        note_id: Set(note),
        position: Set(position),
        order_line_id: Set(count.order_line),
        product_id: Set(line.product_id),
        unit: Set(line.unit),
        delivered_quantity: Set(count.delivered),
        accepted_quantity: Set(count.accepted),
        rejected_quantity: Set(count.rejected),
        damaged_quantity: Set(count.damaged),
        free_quantity: Set(count.free),
        lot: Set(count.lot),
        expiry: Set(count.expiry),
        remark: Set(count.remark),
        extra_cost: Set(line.extra_cost),
        unit_cost: Set(line.unit_cost),
        base_unit_cost: Set(line.base_unit_cost),
        base_amount: Set(line.base_amount),
        returned_quantity: Set(line.returned),
        credited_amount: Set(line.credited),
    }
}
