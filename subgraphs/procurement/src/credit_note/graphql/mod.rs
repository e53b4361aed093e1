//! Credit notes in GraphQL: the types and their loaders, and in [`list`] and [`change`] what can be asked and done.

mod change;
mod list;

use async_graphql::{Context, Enum, Object};
use chassis::saga::Saga;
use chassis::{Loader, RequestScope, Result};
use primitives::{CreditNoteId, CreditNoteLineId, CurrencyCode, DateTime, Money, Quantity};

use super::saga::PLAN;
use super::{line, model, service};
use crate::Buying;
use crate::foreign::{Location, Product, User, Vendor};
use crate::goods_received_note::graphql::{GoodsReceivedNote, load as load_note};
use crate::purchase_order::graphql::{PurchaseOrder, PurchaseOrderLine, load as load_order, load_line};
use crate::purchase_request::graphql::money;
use crate::vendor_invoice::graphql::{VendorInvoice, load as load_invoice};

pub(crate) use change::CreditNoteMutation;
pub(crate) use list::CreditNoteQuery;

/// Credit notes by id.
type ById = Loader<CreditNoteId, model::CreditNote>;
/// Lines by credit note.
type LinesOf = Loader<CreditNoteId, Vec<line::CreditLine>>;

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

/// The credit note with an id, batched with everything else that is asked.
pub(crate) async fn load(ctx: &Context<'_>, id: CreditNoteId) -> Result<Option<CreditNote>> {
    Ok(ctx.data_unchecked::<ById>().load(id).await?.map(CreditNote))
}

/// What comes back by a credit note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(name = "CreditNoteType", remote = "model::CreditKind")]
pub(crate) enum CreditKind {
    /// Goods go back, and their price comes back.
    QuantityReturn,
    /// Money comes back, the goods stay.
    Amount,
}

/// Where a credit note stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(name = "CreditNoteStatus", remote = "model::CreditStatus")]
pub(crate) enum CreditStatus {
    /// Being written.
    Draft,
    /// Waiting for somebody to approve.
    PendingApproval,
    /// May be posted.
    Approved,
    /// The vendor owes it.
    Posted,
    /// Inventory did not give the goods out.
    PostingFailed,
    /// Settles a part of an invoice.
    Applied,
    /// Given up before it was posted.
    Cancelled,
    /// Reversed after it was posted.
    Voided,
}

/// A credit note as clients see it.
#[derive(Clone, Debug)]
pub(crate) struct CreditNote(pub(crate) model::CreditNote);

/// What a vendor owes because goods went back or cost too much.
#[Object]
impl CreditNote {
    /// Identity.
    async fn id(&self) -> CreditNoteId {
        self.0.id
    }

    /// Its number, `CN-2026-001`, from the first time it is handed in.
    async fn number(&self) -> Option<&str> {
        self.0.number.as_deref()
    }

    /// What comes back.
    #[graphql(name = "type")]
    async fn kind(&self) -> CreditKind {
        self.0.kind.into()
    }

    /// Where it stands.
    async fn status(&self) -> CreditStatus {
        self.0.status.into()
    }

    /// Why it was sent back or given up, or what inventory said.
    async fn status_reason(&self) -> Option<&str> {
        self.0.status_reason.as_deref()
    }

    /// The delivery it is about.
    async fn goods_received_note(&self, ctx: &Context<'_>) -> Result<Option<GoodsReceivedNote>> {
        load_note(ctx, self.0.note_id).await
    }

    /// The order that was delivered.
    async fn order(&self, ctx: &Context<'_>) -> Result<Option<PurchaseOrder>> {
        load_order(ctx, self.0.order_id).await
    }

    /// Who owes.
    async fn vendor(&self) -> Vendor {
        self.0.vendor_id.into()
    }

    /// Where the goods lie.
    async fn location(&self) -> Location {
        self.0.location_id.into()
    }

    /// Why something comes back.
    async fn reason(&self) -> &str {
        &self.0.reason
    }

    /// What it comes to, since it was handed in; 0 before. Null without the permission to see prices.
    async fn total(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        money(ctx, Some(Money::new(self.0.total, self.0.currency)))
    }

    /// What is on it, at most 500 lines.
    async fn lines(&self, ctx: &Context<'_>) -> Result<Vec<CreditNoteLine>> {
        let lines = ctx.data_unchecked::<LinesOf>().load(self.0.id).await?.unwrap_or_default();
        let currency = self.0.currency;
        Ok(lines.into_iter().map(|line| CreditNoteLine { currency, line }).collect())
    }

    /// Who wrote it.
    async fn raised_by(&self) -> User {
        self.0.raised_by.into()
    }

    /// Who approved it.
    async fn approved_by(&self) -> Option<User> {
        self.0.approved_by.map(User::from)
    }

    /// In whose right, where somebody stood in.
    async fn delegated_from(&self) -> Option<User> {
        self.0.delegated_from.map(User::from)
    }

    /// When it was approved.
    async fn approved_at(&self) -> Option<DateTime> {
        self.0.approved_at.map(DateTime::from)
    }

    /// When it was posted.
    async fn posted_at(&self) -> Option<DateTime> {
        self.0.posted_at.map(DateTime::from)
    }

    /// When inventory gave the goods out, or took the money into their value.
    async fn confirmed_at(&self) -> Option<DateTime> {
        self.0.confirmed_at.map(DateTime::from)
    }

    /// The invoice it settles a part of.
    async fn invoice(&self, ctx: &Context<'_>) -> Result<Option<VendorInvoice>> {
        match self.0.invoice_id {
            Some(id) => load_invoice(ctx, id).await,
            None => Ok(None),
        }
    }

    /// Since when.
    async fn applied_at(&self) -> Option<DateTime> {
        self.0.applied_at.map(DateTime::from)
    }

    /// What it set in motion in other services, the last time it did. Null without the permission to see that.
    async fn saga(&self, ctx: &Context<'_>) -> Result<Option<Saga>> {
        chassis::saga::latest(ctx, &PLAN, self.0.id.as_uuid()).await
    }

    /// When it was created.
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

/// A line of a credit note as clients see it.
#[derive(Clone, Debug)]
pub(crate) struct CreditNoteLine {
    currency: CurrencyCode,
    line: line::CreditLine,
}

/// One product of a credit note.
#[Object]
impl CreditNoteLine {
    /// Identity.
    async fn id(&self) -> CreditNoteLineId {
        self.line.id
    }

    /// The order line that was delivered.
    async fn order_line(&self, ctx: &Context<'_>) -> Result<Option<PurchaseOrderLine>> {
        load_line(ctx, self.line.order_line).await
    }

    /// What.
    async fn product(&self) -> Product {
        self.line.product_id.into()
    }

    /// How much goes back; 0 where only money comes back.
    async fn quantity(&self) -> Quantity {
        Quantity::new(self.line.claim.quantity, self.line.unit)
    }

    /// What comes back. Null without the permission to see prices.
    async fn amount(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        money(ctx, Some(Money::new(self.line.amount, self.currency)))
    }
}
