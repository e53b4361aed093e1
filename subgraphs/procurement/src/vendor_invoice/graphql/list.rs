//! What can be asked about vendor invoices.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use chassis::page::check_values;
use chassis::{Connection, Criteria, Filter, Nested, Order, PageArgs, Refusal, Refusals, Result, caller};
use primitives::{Date, PurchaseOrderId, VendorId, VendorInvoiceId};

use super::super::model::UNPAID;
use super::super::store::{InvoiceCriterion, SortedBy};
use super::super::{model, service};
use super::{InvoiceStatus, MatchResult, VendorInvoice, load};
use crate::Buying;

/// What a list of invoices is narrowed by. All conditions must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct VendorInvoiceFilter {
    /// All of these hold, too.
    and: Option<Vec<VendorInvoiceFilter>>,
    /// At least one of these holds, too.
    or: Option<Vec<VendorInvoiceFilter>>,
    /// This does not hold.
    not: Option<Box<VendorInvoiceFilter>>,
    /// One of these ids.
    ids: Option<Vec<VendorInvoiceId>>,
    /// In one of these states.
    status: Option<Vec<InvoiceStatus>>,
    /// From one of these vendors.
    vendor_ids: Option<Vec<VendorId>>,
    /// For something on one of these orders.
    order_ids: Option<Vec<PurchaseOrderId>>,
    /// Dated on this day or later.
    dated_from: Option<Date>,
    /// Dated on this day or earlier.
    dated_to: Option<Date>,
    /// Due before this day.
    due_before: Option<Date>,
}

/// What a list of invoices is sorted by. Equals are told apart by id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub(crate) enum VendorInvoiceSort {
    /// Latest change first.
    #[default]
    UpdatedAtDesc,
    /// Latest date first.
    InvoiceDateDesc,
    /// What is due soonest first.
    DueDateAsc,
    /// Dearest first.
    TotalDesc,
}

impl VendorInvoiceSort {
    fn key(self) -> (SortedBy, Order) {
        match self {
            Self::UpdatedAtDesc => (SortedBy::UpdatedAt, Order::Descending),
            Self::InvoiceDateDesc => (SortedBy::Date, Order::Descending),
            Self::DueDateAsc => (SortedBy::DueDate, Order::Ascending),
            Self::TotalDesc => (SortedBy::Total, Order::Descending),
        }
    }
}

impl Filter for VendorInvoiceFilter {
    type Criterion = InvoiceCriterion;

    fn nested(&mut self) -> Nested<Self> {
        Nested { and: self.and.take(), or: self.or.take(), not: self.not.take() }
    }

    fn own(self, at: &str, refusals: &mut Refusals) -> Vec<Criteria<InvoiceCriterion>> {
        check_values(self.ids.as_ref(), &format!("{at}.ids"), refusals);
        check_values(self.vendor_ids.as_ref(), &format!("{at}.vendorIds"), refusals);
        check_values(self.order_ids.as_ref(), &format!("{at}.orderIds"), refusals);
        vec![Criteria::Is(InvoiceCriterion {
            ids: self.ids,
            statuses: self.status.map(|all| all.into_iter().map(model::InvoiceStatus::from).collect()),
            vendors: self.vendor_ids,
            orders: self.order_ids,
            dated_from: self.dated_from,
            dated_to: self.dated_to,
            due_before: self.due_before,
            words: Vec::new(),
        })]
    }
}

/// The words of a search.
fn words(search: &str) -> std::result::Result<Criteria<InvoiceCriterion>, Refusal> {
    let search = search.to_lowercase();
    let words: Vec<String> = search.split_whitespace().map(str::to_owned).collect();
    if search.chars().count() > 100 || words.len() > 8 {
        return Err(Refusal::invalid("search", "a search has at most 100 characters and 8 words"));
    }
    Ok(Criteria::Is(InvoiceCriterion { words, ..InvoiceCriterion::default() }))
}

/// A page of what a vendor is not paid for yet, what is due soonest first.
pub(crate) async fn open_of_vendor(
    ctx: &Context<'_>,
    vendor: VendorId,
    page: PageArgs,
) -> Result<Connection<VendorInvoice>> {
    let own = InvoiceCriterion {
        vendors: Some(vec![vendor]),
        statuses: Some(UNPAID.to_vec()),
        ..InvoiceCriterion::default()
    };
    let app = ctx.data_unchecked::<Buying>();
    let sort = VendorInvoiceSort::DueDateAsc.key();
    Ok(service::list(app, caller(ctx)?, &Criteria::Is(own), sort, page).await?.map(VendorInvoice))
}

/// Questions about vendor invoices.
#[derive(Debug, Default)]
pub(crate) struct VendorInvoiceQuery;

#[Object]
impl VendorInvoiceQuery {
    /// The tenant's vendor invoices.
    #[expect(
        clippy::too_many_arguments,
        reason = "a connection field takes four arguments for its page alone"
    )]
    async fn invoices(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Conditions that must hold.")] filter: Option<VendorInvoiceFilter>,
        #[graphql(desc = "Words that must be found in the number.")] search: Option<String>,
        #[graphql(desc = "The order; latest change first unless told.")] sort: Option<VendorInvoiceSort>,
        #[graphql(desc = "How many from the start: 1 to 100, 10 unless told.")] first: Option<i32>,
        #[graphql(desc = "Continue after this cursor of the same list.")] after: Option<String>,
        #[graphql(desc = "How many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Continue before this cursor of the same list.")] before: Option<String>,
    ) -> Result<Connection<VendorInvoice>> {
        let criteria = Criteria::read(filter, search.as_deref().map(words))?;
        let sort = sort.unwrap_or_default().key();
        let page = PageArgs::new(first, after, last, before);
        let app = ctx.data_unchecked::<Buying>();
        Ok(service::list(app, caller(ctx)?, &criteria, sort, page).await?.map(VendorInvoice))
    }

    /// The vendor invoice with this id; null when the tenant has none.
    async fn invoice(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which invoice.")] id: VendorInvoiceId,
    ) -> Result<Option<VendorInvoice>> {
        load(ctx, id).await
    }

    /// What the last match of an invoice found; null when the tenant has no such invoice.
    async fn match_result(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which invoice.")] invoice_id: VendorInvoiceId,
    ) -> Result<Option<MatchResult>> {
        match load(ctx, invoice_id).await? {
            Some(invoice) => MatchResult::of(ctx, invoice).await.map(Some),
            None => Ok(None),
        }
    }

    #[graphql(entity)]
    async fn find_vendor_invoice_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<VendorInvoice>> {
        match id.parse() {
            Ok(id) => load(ctx, id).await,
            Err(_) => Ok(None),
        }
    }
}
