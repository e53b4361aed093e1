//! Rows to models and back.

use chassis::{Error, Result};
use entities_procurement::{purchase_order, purchase_order_line};
use primitives::{Audit, PurchaseOrderId, TenantId};
use sea_orm::ActiveValue::Set;

use super::super::model::{OrderLine, PurchaseOrder, PurchaseOrderStatus, Tolerance};
use crate::machine::Word;

pub(super) fn to_order(row: purchase_order::Model) -> Result<PurchaseOrder> {
    let status = PurchaseOrderStatus::from_code(&row.status);
    Ok(PurchaseOrder {
        id: row.id,
        number: row.number,
        status: status.ok_or_else(|| Error::internal("an order has a known status"))?,
        status_reason: row.status_reason,
        vendor_id: row.vendor_id,
        currency: row.currency,
        deliver_to: row.deliver_to,
        delivery_date: row.delivery_date,
        total: row.total,
        base_total: row.base_total,
        vendor_reference: row.vendor_reference,
        ordered_by: row.ordered_by,
        approved_by: row.approved_by,
        delegated_from: row.delegated_from,
        approved_at: row.approved_at,
        sent_at: row.sent_at,
        acknowledged_at: row.acknowledged_at,
        closed_at: row.closed_at,
        revision: row.revision,
        time_zone: row.time_zone,
        approved_base_total: row.approved_base_total,
        audit: Audit {
            created_at: row.created_at,
            created_by: row.created_by,
            updated_at: row.updated_at,
            updated_by: row.updated_by,
        },
        version: row.version,
    })
}

pub(super) fn from_order(tenant: TenantId, order: &PurchaseOrder) -> purchase_order::ActiveModel {
    let reference = order.vendor_reference.as_deref().unwrap_or_default();
    purchase_order::ActiveModel {
        id: Set(order.id),
        tenant_id: Set(tenant),
        number: Set(order.number.clone()),
        status: Set(order.status.code().to_owned()),
        status_reason: Set(order.status_reason.clone()),
        vendor_id: Set(order.vendor_id),
        currency: Set(order.currency),
        deliver_to: Set(order.deliver_to),
        delivery_date: Set(order.delivery_date),
        total: Set(order.total),
        base_total: Set(order.base_total),
        search_text: Set(format!("{} {reference}", order.number).to_lowercase()),
        vendor_reference: Set(order.vendor_reference.clone()),
        ordered_by: Set(order.ordered_by),
        approved_by: Set(order.approved_by),
        delegated_from: Set(order.delegated_from),
        approved_at: Set(order.approved_at),
        sent_at: Set(order.sent_at),
        acknowledged_at: Set(order.acknowledged_at),
        closed_at: Set(order.closed_at),
        revision: Set(order.revision),
        time_zone: Set(order.time_zone.clone()),
        approved_base_total: Set(order.approved_base_total),
        created_at: Set(order.audit.created_at),
        created_by: Set(order.audit.created_by),
        updated_at: Set(order.audit.updated_at),
        updated_by: Set(order.audit.updated_by),
        version: Set(order.version),
    }
}

pub(super) fn to_line(row: purchase_order_line::Model) -> OrderLine {
    OrderLine {
        id: row.id,
        request_id: row.request_id,
        request_line_id: row.request_line_id,
        product_id: row.product_id,
        category: row.category_id,
        unit: row.unit,
        base_unit: row.base_unit,
        factor: row.factor,
        ordered: row.ordered_quantity,
        received: row.received_quantity,
        cancelled: row.cancelled_quantity,
        receivable: row.receivable_quantity,
        invoiced: row.invoiced_quantity,
        tolerance: Tolerance { price: row.price_tolerance, quantity: row.quantity_tolerance },
        unit_price: row.unit_price,
        discount: row.discount,
        tax: row.tax,
        amount: row.amount,
        base_amount: row.base_amount,
    }
}

pub(super) fn from_line(
    (tenant, order): (TenantId, PurchaseOrderId),
    position: i32,
    line: &OrderLine,
) -> purchase_order_line::ActiveModel {
    purchase_order_line::ActiveModel {
        id: Set(line.id),
        tenant_id: Set(tenant),
        order_id: Set(order),
        position: Set(position),
        request_id: Set(line.request_id),
        request_line_id: Set(line.request_line_id),
        product_id: Set(line.product_id),
        category_id: Set(line.category),
        unit: Set(line.unit),
        base_unit: Set(line.base_unit),
        factor: Set(line.factor),
        ordered_quantity: Set(line.ordered),
        received_quantity: Set(line.received),
        cancelled_quantity: Set(line.cancelled),
        receivable_quantity: Set(line.receivable),
        invoiced_quantity: Set(line.invoiced),
        price_tolerance: Set(line.tolerance.price),
        quantity_tolerance: Set(line.tolerance.quantity),
        unit_price: Set(line.unit_price),
        discount: Set(line.discount),
        tax: Set(line.tax),
        amount: Set(line.amount),
        base_amount: Set(line.base_amount),
    }
}
