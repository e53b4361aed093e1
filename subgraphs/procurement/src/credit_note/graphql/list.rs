//! What can be asked about credit notes.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use chassis::page::check_values;
use chassis::{Connection, Criteria, Filter, Nested, Order, PageArgs, Refusals, Result, caller};
use primitives::{CreditNoteId, GoodsReceivedNoteId, PurchaseOrderId, VendorId, VendorInvoiceId};

use super::super::store::{CreditCriterion, SortedBy};
use super::super::{model, service};
use super::{CreditKind, CreditNote, CreditStatus, load};
use crate::Buying;

/// What a list of credit notes is narrowed by. All conditions must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct CreditNoteFilter {
    /// All of these hold, too.
    and: Option<Vec<CreditNoteFilter>>,
    /// At least one of these holds, too.
    or: Option<Vec<CreditNoteFilter>>,
    /// This does not hold.
    not: Option<Box<CreditNoteFilter>>,
    /// One of these ids.
    ids: Option<Vec<CreditNoteId>>,
    /// Of one of these types.
    #[graphql(name = "type")]
    kind: Option<Vec<CreditKind>>,
    /// In one of these states.
    status: Option<Vec<CreditStatus>>,
    /// Owed by one of these vendors.
    vendor_ids: Option<Vec<VendorId>>,
    /// About one of these deliveries.
    note_ids: Option<Vec<GoodsReceivedNoteId>>,
    /// About one of these orders.
    order_ids: Option<Vec<PurchaseOrderId>>,
    /// Applied to one of these invoices.
    invoice_ids: Option<Vec<VendorInvoiceId>>,
}

/// What a list of credit notes is sorted by. Equals are told apart by id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub(crate) enum CreditNoteSort {
    /// Latest change first.
    #[default]
    UpdatedAtDesc,
    /// By number, lowest first.
    NumberAsc,
    /// By number, highest first.
    NumberDesc,
    /// Dearest first.
    TotalDesc,
}

impl CreditNoteSort {
    fn key(self) -> (SortedBy, Order) {
        match self {
            Self::UpdatedAtDesc => (SortedBy::UpdatedAt, Order::Descending),
            Self::NumberAsc => (SortedBy::Number, Order::Ascending),
            Self::NumberDesc => (SortedBy::Number, Order::Descending),
            Self::TotalDesc => (SortedBy::Total, Order::Descending),
        }
    }
}

impl Filter for CreditNoteFilter {
    type Criterion = CreditCriterion;

    fn nested(&mut self) -> Nested<Self> {
        Nested { and: self.and.take(), or: self.or.take(), not: self.not.take() }
    }

    fn own(self, at: &str, refusals: &mut Refusals) -> Vec<Criteria<CreditCriterion>> {
        check_values(self.ids.as_ref(), &format!("{at}.ids"), refusals);
        check_values(self.vendor_ids.as_ref(), &format!("{at}.vendorIds"), refusals);
        check_values(self.note_ids.as_ref(), &format!("{at}.noteIds"), refusals);
        check_values(self.order_ids.as_ref(), &format!("{at}.orderIds"), refusals);
        check_values(self.invoice_ids.as_ref(), &format!("{at}.invoiceIds"), refusals);
        vec![Criteria::Is(CreditCriterion {
            ids: self.ids,
            kinds: self.kind.map(|all| all.into_iter().map(model::CreditKind::from).collect()),
            statuses: self.status.map(|all| all.into_iter().map(model::CreditStatus::from).collect()),
            vendors: self.vendor_ids,
            notes: self.note_ids,
            orders: self.order_ids,
            invoices: self.invoice_ids,
        })]
    }
}

/// Questions about credit notes.
#[derive(Debug, Default)]
pub(crate) struct CreditNoteQuery;

#[Object]
impl CreditNoteQuery {
    /// The tenant's credit notes.
    #[expect(
        clippy::too_many_arguments,
        reason = "a connection field takes four arguments for its page alone"
    )]
    async fn credit_notes(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Conditions that must hold.")] filter: Option<CreditNoteFilter>,
        #[graphql(desc = "The order; latest change first unless told.")] sort: Option<CreditNoteSort>,
        #[graphql(desc = "How many from the start: 1 to 100, 10 unless told.")] first: Option<i32>,
        #[graphql(desc = "Continue after this cursor of the same list.")] after: Option<String>,
        #[graphql(desc = "How many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Continue before this cursor of the same list.")] before: Option<String>,
    ) -> Result<Connection<CreditNote>> {
        let criteria = Criteria::read(filter, None)?;
        let sort = sort.unwrap_or_default().key();
        let page = PageArgs::new(first, after, last, before);
        let app = ctx.data_unchecked::<Buying>();
        Ok(service::list(app, caller(ctx)?, &criteria, sort, page).await?.map(CreditNote))
    }

    /// The credit note with this id; null when the tenant has none.
    async fn credit_note(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which credit note.")] id: CreditNoteId,
    ) -> Result<Option<CreditNote>> {
        load(ctx, id).await
    }

    #[graphql(entity)]
    async fn find_credit_note_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<CreditNote>> {
        match id.parse() {
            Ok(id) => load(ctx, id).await,
            Err(_) => Ok(None),
        }
    }
}
