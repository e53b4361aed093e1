//! What can be done with vendor invoices.

use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use chassis::{Result, UserError, caller, outcome};
use primitives::{CurrencyCode, Date, Decimal, PurchaseOrderLineId, VendorId, VendorInvoiceId};

use super::super::matching::Charge;
use super::super::model::{self, Head};
use super::super::service::{self, Action, NewInvoice, Step};
use super::VendorInvoice;
use crate::Buying;

/// The outcome of a change to a vendor invoice.
#[derive(Debug, SimpleObject)]
pub(crate) struct VendorInvoicePayload {
    /// The invoice as it is now; null when the change was refused.
    invoice: Option<VendorInvoice>,
    /// Why the change was refused: everything that is wrong, in the order of the input. Empty on success.
    user_errors: Vec<UserError>,
}

impl From<(Option<model::VendorInvoice>, Vec<UserError>)> for VendorInvoicePayload {
    fn from((invoice, user_errors): (Option<model::VendorInvoice>, Vec<UserError>)) -> Self {
        Self { invoice: invoice.map(VendorInvoice), user_errors }
    }
}

/// What is invoiced of an order line, in its unit.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct VendorInvoiceLineInput {
    /// Which line of which order.
    order_line_id: PurchaseOrderLineId,
    /// How much.
    quantity: Decimal,
    /// What one unit costs, in the invoice's currency.
    unit_price: Decimal,
    /// What is taken off.
    #[graphql(default)]
    discount: Decimal,
    /// What is put on.
    #[graphql(default)]
    tax: Decimal,
}

impl From<VendorInvoiceLineInput> for Charge {
    fn from(input: VendorInvoiceLineInput) -> Self {
        Self {
            order_line: input.order_line_id,
            quantity: input.quantity,
            unit_price: input.unit_price,
            discount: input.discount,
            tax: input.tax,
        }
    }
}

/// An invoice to record.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct RecordInvoiceInput {
    /// Who wants to be paid.
    vendor_id: VendorId,
    /// The vendor's own number; up to 64 characters, once per vendor.
    number: String,
    /// In which currency; the orders'.
    currency: CurrencyCode,
    /// From which day it is.
    invoice_date: Date,
    /// When it is to be paid.
    due_date: Option<Date>,
    /// What is on it: 1 to 500 lines.
    lines: Vec<VendorInvoiceLineInput>,
    /// What it says it comes to; checked against the lines where it is told.
    total: Option<Decimal>,
    /// The same key with the same input has one effect and one answer for 24 hours.
    idempotency_key: Option<String>,
}

/// What is made of an invoice that differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum MatchResolution {
    /// Pay it although it differs: the comment says why.
    Accept,
    /// Match it again.
    Rematch,
}

/// How the differences of an invoice are resolved.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct ResolveMatchInput {
    /// Which invoice.
    id: VendorInvoiceId,
    /// Its version as last seen.
    expected_version: i32,
    /// What is made of it.
    resolution: MatchResolution,
    /// Why; 10 to 2,000 characters. Needed to accept.
    comment: Option<String>,
    /// The same key with the same input has one effect and one answer for 24 hours.
    idempotency_key: Option<String>,
}

/// Which invoice is taken one step further.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct VendorInvoiceTransitionInput {
    /// Which invoice.
    id: VendorInvoiceId,
    /// Its version as last seen.
    expected_version: i32,
    /// Why; 10 to 2,000 characters. Needed to give it up.
    reason: Option<String>,
    /// The same key with the same input has one effect and one answer for 24 hours.
    idempotency_key: Option<String>,
}

/// A payment that was made.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct PayInvoiceInput {
    /// Which invoice.
    id: VendorInvoiceId,
    /// Its version as last seen.
    expected_version: i32,
    /// On which day; today unless told.
    paid_on: Option<Date>,
    /// The payment's reference; up to 64 characters.
    reference: Option<String>,
    /// The same key with the same input has one effect and one answer for 24 hours.
    idempotency_key: Option<String>,
}

async fn run(ctx: &Context<'_>, step: Step) -> Result<VendorInvoicePayload> {
    let app = ctx.data_unchecked::<Buying>();
    outcome(service::step(app, caller(ctx)?, &step).await).map(VendorInvoicePayload::from)
}

/// Changes of vendor invoices.
#[derive(Debug, Default)]
pub(crate) struct VendorInvoiceMutation;

#[Object]
impl VendorInvoiceMutation {
    /// Records a vendor's invoice and matches it line by line against what was ordered and what came.
    async fn record_invoice(
        &self,
        ctx: &Context<'_>,
        input: RecordInvoiceInput,
    ) -> Result<VendorInvoicePayload> {
        let new = NewInvoice {
            head: Head {
                vendor_id: input.vendor_id,
                number: input.number,
                currency: input.currency,
                invoice_date: input.invoice_date,
                due_date: input.due_date,
            },
            charges: input.lines.into_iter().map(Charge::from).collect(),
            total: input.total,
            idempotency_key: input.idempotency_key,
        };
        let app = ctx.data_unchecked::<Buying>();
        outcome(service::record(app, caller(ctx)?, &new).await).map(VendorInvoicePayload::from)
    }

    /// Resolves the differences of an invoice. Not one's own to accept, and not beyond one's limit.
    async fn resolve_match(
        &self,
        ctx: &Context<'_>,
        input: ResolveMatchInput,
    ) -> Result<VendorInvoicePayload> {
        let action = match input.resolution {
            MatchResolution::Accept => Action::Accept(input.comment.unwrap_or_default()),
            MatchResolution::Rematch => Action::Rematch,
        };
        let (id, expected_version) = (input.id, input.expected_version);
        run(ctx, Step { id, expected_version, action, idempotency_key: input.idempotency_key }).await
    }

    /// Lets a matched invoice be paid. Not one's own, and not beyond one's limit.
    async fn approve_invoice(
        &self,
        ctx: &Context<'_>,
        input: VendorInvoiceTransitionInput,
    ) -> Result<VendorInvoicePayload> {
        let (id, expected_version) = (input.id, input.expected_version);
        let idempotency_key = input.idempotency_key;
        run(ctx, Step { id, expected_version, action: Action::Approve, idempotency_key }).await
    }

    /// Notes that an approved invoice is paid.
    async fn pay_invoice(&self, ctx: &Context<'_>, input: PayInvoiceInput) -> Result<VendorInvoicePayload> {
        let action = Action::Pay(input.paid_on, input.reference);
        let (id, expected_version) = (input.id, input.expected_version);
        run(ctx, Step { id, expected_version, action, idempotency_key: input.idempotency_key }).await
    }

    /// Gives an invoice up that was recorded by mistake; its number may come again.
    async fn void_invoice(
        &self,
        ctx: &Context<'_>,
        input: VendorInvoiceTransitionInput,
    ) -> Result<VendorInvoicePayload> {
        let action = Action::Void(input.reason.unwrap_or_default());
        let (id, expected_version) = (input.id, input.expected_version);
        run(ctx, Step { id, expected_version, action, idempotency_key: input.idempotency_key }).await
    }
}
