//! What those who follow orders and deliveries would have heard in the three months.

use chassis::{Event, Result};
use primitives::TenantId;

use super::plan::Plan;
use super::seed::lives;
use crate::event;
use crate::goods_received_note::service::stock_lines;
use crate::purchase_order::model::PurchaseOrderStatus;

/// Orders as they were sent and deliveries as they were committed, each order before what came of it. For services that are filled
/// with the same past; nobody else is told.
///
/// # Errors
/// `Refused` when the plan breaks a rule.
pub fn history(plan: &Plan<'_>, tenant: TenantId) -> Result<Vec<Event>> {
    let mut told = Vec::new();
    for life in &lives(plan)?.0 {
        for (order, lines) in &life.orders {
            if order.sent_at.is_some() && order.status != PurchaseOrderStatus::Cancelled {
                told.push(event::order("po.sent", tenant, order, lines));
            }
        }
        for (note, lines) in &life.notes {
            let ordered = life.orders.iter().find(|(order, _)| order.id == note.order_id);
            let ordered = ordered.map_or(&[][..], |(_, lines)| lines);
            told.push(event::note_committed(tenant, note, stock_lines(lines, ordered)?));
        }
    }
    Ok(told)
}
