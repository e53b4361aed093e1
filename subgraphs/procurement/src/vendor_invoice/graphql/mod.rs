//! Vendor invoices in GraphQL: the types and their loaders, and in [`list`] and [`change`] what can be asked and done.

mod change;
mod list;

use async_graphql::{Context, Enum, Object, SimpleObject};
use chassis::{Loader, RequestScope, Result};
use primitives::{
    CurrencyCode, Date, DateTime, Decimal, Money, Quantity, VendorInvoiceId, VendorInvoiceLineId,
};

use super::{matching, model, service};
use crate::foreign::{Product, User, Vendor};
use crate::purchase_order::graphql::{PurchaseOrderLine, load_line};
use crate::purchase_request::graphql::money;
use crate::{Buying, house};

pub(crate) use change::VendorInvoiceMutation;
pub(crate) use list::{VendorInvoiceQuery, open_of_vendor};

/// Invoices by id.
type ById = Loader<VendorInvoiceId, model::VendorInvoice>;
/// Lines by invoice.
type LinesOf = Loader<VendorInvoiceId, Vec<matching::InvoiceLine>>;

/// Lays this aggregate's loaders beside a request.
pub(crate) fn lay_loaders(app: &Buying, scope: &RequestScope, data: &mut async_graphql::Data) {
    let buying = app.clone();
    data.insert::<ById>(scope.loader(move |caller, ids| {
        let buying = buying.clone();
        async move { service::find_by_ids(&buying, &caller, ids).await }
    }));
    let buying = app.clone();
    data.insert::<LinesOf>(scope.loader(move |caller, ids| {
        let buying = buying.clone();
        async move { service::lines_of(&buying, &caller, ids).await }
    }));
}

/// The invoice with an id, batched with everything else that is asked.
pub(crate) async fn load(ctx: &Context<'_>, id: VendorInvoiceId) -> Result<Option<VendorInvoice>> {
    Ok(ctx.data_unchecked::<ById>().load(id).await?.map(VendorInvoice))
}

/// Where a vendor's invoice stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(name = "VendorInvoiceStatus", remote = "model::InvoiceStatus")]
pub(crate) enum InvoiceStatus {
    /// Recorded.
    Received,
    /// It is what was ordered and came.
    Matched,
    /// A price differs from the order's.
    Variance,
    /// More is invoiced than came.
    Held,
    /// May be paid.
    Approved,
    /// Is paid.
    Paid,
    /// Recorded by mistake.
    Voided,
}

/// What an invoice line differs in, beyond the order line's tolerances.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(name = "MatchDifference", remote = "matching::Difference")]
pub(crate) enum Difference {
    /// In what one unit costs.
    Price,
    /// In how much came.
    Quantity,
}

/// An invoice as clients see it.
#[derive(Clone, Debug)]
pub(crate) struct VendorInvoice(pub(crate) model::VendorInvoice);

/// What a vendor wants to be paid for, matched against what was ordered and came.
#[Object]
impl VendorInvoice {
    /// Identity.
    async fn id(&self) -> VendorInvoiceId {
        self.0.id
    }

    /// The vendor's own number; once per vendor.
    async fn number(&self) -> &str {
        &self.0.head.number
    }

    /// Where it stands.
    async fn status(&self) -> InvoiceStatus {
        self.0.status.into()
    }

    /// Why it was accepted although it differs, or given up.
    async fn status_reason(&self) -> Option<&str> {
        self.0.status_reason.as_deref()
    }

    /// Who wants to be paid.
    async fn vendor(&self) -> Vendor {
        self.0.head.vendor_id.into()
    }

    /// In which currency.
    async fn currency(&self) -> CurrencyCode {
        self.0.head.currency
    }

    /// From which day it is.
    async fn invoice_date(&self) -> Date {
        self.0.head.invoice_date
    }

    /// When it is to be paid.
    async fn due_date(&self) -> Option<Date> {
        self.0.head.due_date
    }

    /// What it comes to. Null without the permission to see prices.
    async fn total(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        money(ctx, Some(Money::new(self.0.total, self.0.head.currency)))
    }

    /// What it comes to in the house's currency. Null without the permission to see prices.
    async fn base_total(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        money(ctx, Some(Money::new(self.0.base_total, house::CURRENCY)))
    }

    /// What of it is settled by credit notes. Null without the permission to see prices.
    async fn credited(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        money(ctx, Some(Money::new(self.0.credited, self.0.head.currency)))
    }

    /// What is still to be paid of it, credit notes taken off. Null without the permission to see prices.
    async fn payable(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        money(ctx, Some(Money::new(self.0.payable(), self.0.head.currency)))
    }

    /// What is on it, at most 500 lines.
    async fn lines(&self, ctx: &Context<'_>) -> Result<Vec<VendorInvoiceLine>> {
        let lines = ctx.data_unchecked::<LinesOf>().load(self.0.id).await?.unwrap_or_default();
        let currency = self.0.head.currency;
        Ok(lines.into_iter().map(|line| VendorInvoiceLine { currency, line }).collect())
    }

    /// Who recorded it.
    async fn recorded_by(&self) -> User {
        self.0.recorded_by.into()
    }

    /// Who lets it be paid.
    async fn approved_by(&self) -> Option<User> {
        self.0.approved_by.map(User::from)
    }

    /// In whose right, where somebody stood in.
    async fn delegated_from(&self) -> Option<User> {
        self.0.delegated_from.map(User::from)
    }

    /// When.
    async fn approved_at(&self) -> Option<DateTime> {
        self.0.approved_at.map(DateTime::from)
    }

    /// On which day it was paid.
    async fn paid_on(&self) -> Option<Date> {
        self.0.paid_on
    }

    /// The payment's reference.
    async fn payment_reference(&self) -> Option<&str> {
        self.0.payment_reference.as_deref()
    }

    /// When it was recorded.
    async fn created_at(&self) -> DateTime {
        self.0.audit.created_at.into()
    }

    /// When it was changed last.
    async fn updated_at(&self) -> DateTime {
        self.0.audit.updated_at.into()
    }

    /// Who changed it last.
    async fn updated_by(&self) -> Option<User> {
        self.0.audit.updated_by.map(User::from)
    }

    /// Counts the changes; send it back as `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

/// A line of an invoice as clients see it.
#[derive(Clone, Debug)]
pub(crate) struct VendorInvoiceLine {
    currency: CurrencyCode,
    line: matching::InvoiceLine,
}

impl VendorInvoiceLine {
    fn quantity_of(&self, value: Decimal) -> Quantity {
        Quantity::new(value, self.line.unit)
    }

    fn money_of(&self, ctx: &Context<'_>, amount: Option<Decimal>) -> Result<Option<Money>> {
        money(ctx, amount.map(|amount| Money::new(amount, self.currency)))
    }
}

/// One product of an invoice, and what the last match made of it.
#[Object]
impl VendorInvoiceLine {
    /// Identity.
    async fn id(&self) -> VendorInvoiceLineId {
        self.line.id
    }

    /// The order line it is for.
    async fn order_line(&self, ctx: &Context<'_>) -> Result<Option<PurchaseOrderLine>> {
        load_line(ctx, self.line.charge.order_line).await
    }

    /// What.
    async fn product(&self) -> Product {
        self.line.product_id.into()
    }

    /// How much.
    async fn quantity(&self) -> Quantity {
        self.quantity_of(self.line.charge.quantity)
    }

    /// What one unit costs. Null without the permission to see prices.
    async fn unit_price(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        self.money_of(ctx, Some(self.line.charge.unit_price))
    }

    /// What is taken off. Null without the permission to see prices.
    async fn discount(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        self.money_of(ctx, Some(self.line.charge.discount))
    }

    /// What is put on. Null without the permission to see prices.
    async fn tax(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        self.money_of(ctx, Some(self.line.charge.tax))
    }

    /// What it comes to. Null without the permission to see prices.
    async fn amount(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        self.money_of(ctx, Some(self.line.amount))
    }

    /// What one unit costs by the order, its discount included. Null without the permission to see prices.
    async fn order_price(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        self.money_of(ctx, Some(self.line.findings.order_price))
    }

    /// What one unit costs more than by the order, discounts included; negative where it is less. Null without the
    /// permission to see prices.
    async fn price_difference(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        let apart = self.line.price().and_then(|price| price.checked_sub(self.line.findings.order_price));
        self.money_of(ctx, apart)
    }

    /// How much of the order line had come when it was matched.
    async fn received_quantity(&self) -> Quantity {
        self.quantity_of(self.line.findings.received)
    }

    /// How much of the order line was invoiced up to this line.
    async fn invoiced_quantity(&self) -> Quantity {
        self.quantity_of(self.line.findings.invoiced)
    }

    /// What differs beyond tolerance; empty where it agrees.
    async fn differences(&self) -> Vec<Difference> {
        self.line.findings.differences.iter().copied().map(Difference::from).collect()
    }
}

/// What the last match of an invoice found.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct MatchResult {
    /// The invoice.
    invoice: VendorInvoice,
    /// Whether every line agrees with what was ordered and came.
    is_match: bool,
    /// The lines that differ.
    differences: Vec<VendorInvoiceLine>,
}

impl MatchResult {
    async fn of(ctx: &Context<'_>, invoice: VendorInvoice) -> Result<Self> {
        let lines = invoice.lines(ctx).await?;
        let differs = |line: &VendorInvoiceLine| !line.line.findings.differences.is_empty();
        let differences: Vec<VendorInvoiceLine> = lines.into_iter().filter(differs).collect();
        Ok(Self { invoice, is_match: differences.is_empty(), differences })
    }
}
