//! Rows to models and back.

use chassis::{Error, Result};
use entities_procurement::{vendor_invoice, vendor_invoice_line};
use primitives::{Audit, TenantId, VendorInvoiceId};
use sea_orm::ActiveValue::Set;

use super::super::matching::{Charge, Difference, Findings, InvoiceLine};
use super::super::model::{Head, InvoiceStatus, VendorInvoice};
use crate::machine::Word;

pub(super) fn to_invoice(row: vendor_invoice::Model) -> Result<VendorInvoice> {
    let status = InvoiceStatus::from_code(&row.status);
    Ok(VendorInvoice {
        id: row.id,
        status: status.ok_or_else(|| Error::internal("an invoice has a known status"))?,
        status_reason: row.status_reason,
        head: Head {
            vendor_id: row.vendor_id,
            number: row.number,
            currency: row.currency,
            invoice_date: row.invoice_date,
            due_date: row.due_date,
        },
        total: row.total,
        base_total: row.base_total,
        credited: row.credited_total,
        recorded_by: row.recorded_by,
        approved_by: row.approved_by,
        delegated_from: row.delegated_from,
        approved_at: row.approved_at,
        paid_on: row.paid_on,
        payment_reference: row.payment_reference,
        audit: Audit {
            created_at: row.created_at,
            created_by: row.created_by,
            updated_at: row.updated_at,
            updated_by: row.updated_by,
        },
        version: row.version,
    })
}

pub(super) fn from_invoice(tenant: TenantId, invoice: &VendorInvoice) -> vendor_invoice::ActiveModel {
    vendor_invoice::ActiveModel {
        id: Set(invoice.id),
        tenant_id: Set(tenant),
        vendor_id: Set(invoice.head.vendor_id),
        number: Set(invoice.head.number.clone()),
        number_key: Set(invoice.head.number_key()),
        status: Set(invoice.status.code().to_owned()),
        status_reason: Set(invoice.status_reason.clone()),
        currency: Set(invoice.head.currency),
        invoice_date: Set(invoice.head.invoice_date),
        due_date: Set(invoice.head.due_date),
        total: Set(invoice.total),
        base_total: Set(invoice.base_total),
        credited_total: Set(invoice.credited),
        recorded_by: Set(invoice.recorded_by),
        approved_by: Set(invoice.approved_by),
        delegated_from: Set(invoice.delegated_from),
        approved_at: Set(invoice.approved_at),
        paid_on: Set(invoice.paid_on),
        payment_reference: Set(invoice.payment_reference.clone()),
        created_at: Set(invoice.audit.created_at),
        created_by: Set(invoice.audit.created_by),
        updated_at: Set(invoice.audit.updated_at),
        updated_by: Set(invoice.audit.updated_by),
        version: Set(invoice.version),
    }
}

pub(super) fn to_line(row: vendor_invoice_line::Model) -> Result<InvoiceLine> {
    let words = row.differences.split(',').filter(|word| !word.is_empty());
    let differences: Option<Vec<Difference>> = words.map(Difference::from_code).collect();
    Ok(InvoiceLine {
        id: row.id,
        order_id: row.order_id,
        product_id: row.product_id,
        unit: row.unit,
        charge: Charge {
            order_line: row.order_line_id,
            quantity: row.quantity,
            unit_price: row.unit_price,
            discount: row.discount,
            tax: row.tax,
        },
        amount: row.amount,
        base_amount: row.base_amount,
        findings: Findings {
            order_price: row.order_price,
            received: row.received_quantity,
            invoiced: row.invoiced_quantity,
            differences: differences.ok_or_else(|| Error::internal("a difference has a known word"))?,
        },
    })
}

pub(super) fn from_line(
    (tenant, invoice): (TenantId, VendorInvoiceId),
    position: i32,
    line: &InvoiceLine,
) -> vendor_invoice_line::ActiveModel {
    let differences: Vec<&str> = line.findings.differences.iter().map(|it| it.code()).collect();
    vendor_invoice_line::ActiveModel {
        id: Set(line.id),
        tenant_id: Set(tenant),
        invoice_id: Set(invoice),
        position: Set(position),
        order_id: Set(line.order_id),
        order_line_id: Set(line.charge.order_line),
        product_id: Set(line.product_id),
        unit: Set(line.unit),
        quantity: Set(line.charge.quantity),
        unit_price: Set(line.charge.unit_price),
        discount: Set(line.charge.discount),
        tax: Set(line.charge.tax),
        amount: Set(line.amount),
        base_amount: Set(line.base_amount),
        order_price: Set(line.findings.order_price),
        received_quantity: Set(line.findings.received),
        invoiced_quantity: Set(line.findings.invoiced),
        differences: Set(differences.join(",")),
    }
}
