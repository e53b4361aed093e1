//! What can be asked about vendors.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use chassis::page::check_values;
use chassis::{Connection, Criteria, Filter, Nested, Order, PageArgs, Refusal, Refusals, Result, caller};
use primitives::VendorId;

use super::super::store::{SortedBy, VendorCriterion};
use super::super::{model, service};
use super::{Vendor, VendorStatus, load};
use crate::Purchasing;

/// What a list of vendors is narrowed by. All conditions must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct VendorFilter {
    /// All of these hold, too.
    and: Option<Vec<VendorFilter>>,
    /// At least one of these holds, too.
    or: Option<Vec<VendorFilter>>,
    /// This does not hold.
    not: Option<Box<VendorFilter>>,
    /// One of these ids.
    ids: Option<Vec<VendorId>>,
    /// One of these codes, whatever their case.
    codes: Option<Vec<String>>,
    /// In one of these states.
    status: Option<Vec<VendorStatus>>,
}

/// What a list of vendors is sorted by. Equals are told apart by id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub(crate) enum VendorSort {
    /// By name, A first.
    #[default]
    NameAsc,
    /// By name, Z first.
    NameDesc,
    /// By code, A first.
    CodeAsc,
    /// By code, Z first.
    CodeDesc,
    /// Latest change first.
    UpdatedAtDesc,
}

impl Filter for VendorFilter {
    type Criterion = VendorCriterion;

    fn nested(&mut self) -> Nested<Self> {
        Nested { and: self.and.take(), or: self.or.take(), not: self.not.take() }
    }

    fn own(self, at: &str, refusals: &mut Refusals) -> Vec<Criteria<VendorCriterion>> {
        check_values(self.ids.as_ref(), &format!("{at}.ids"), refusals);
        check_values(self.codes.as_ref(), &format!("{at}.codes"), refusals);
        vec![Criteria::Is(VendorCriterion {
            ids: self.ids,
            codes: self.codes.map(|codes| codes.iter().map(|code| model::normal_code(code)).collect()),
            statuses: self.status.map(|all| all.into_iter().map(model::VendorStatus::from).collect()),
            words: Vec::new(),
        })]
    }
}

/// The words of a search.
fn words(search: &str) -> std::result::Result<Criteria<VendorCriterion>, Refusal> {
    let search = search.to_lowercase();
    let words: Vec<String> = search.split_whitespace().map(str::to_owned).collect();
    if search.chars().count() > 100 || words.len() > 8 {
        return Err(Refusal::invalid("search", "a search has at most 100 characters and 8 words"));
    }
    Ok(Criteria::Is(VendorCriterion { words, ..VendorCriterion::default() }))
}

/// Questions about vendors.
#[derive(Debug, Default)]
pub(crate) struct VendorQuery;

#[Object]
impl VendorQuery {
    /// The tenant's vendors.
    #[expect(
        clippy::too_many_arguments,
        reason = "a connection field takes four arguments for its page alone"
    )]
    async fn vendors(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Conditions that must hold.")] filter: Option<VendorFilter>,
        #[graphql(desc = "Words that must be found in code or name.")] search: Option<String>,
        #[graphql(desc = "The order; by name unless told.")] sort: Option<VendorSort>,
        #[graphql(desc = "How many from the start: 1 to 100, 10 unless told.")] first: Option<i32>,
        #[graphql(desc = "Continue after this cursor of the same list.")] after: Option<String>,
        #[graphql(desc = "How many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Continue before this cursor of the same list.")] before: Option<String>,
    ) -> Result<Connection<Vendor>> {
        let criteria = Criteria::read(filter, search.as_deref().map(words))?;
        let sort = match sort.unwrap_or_default() {
            VendorSort::NameAsc => (SortedBy::Name, Order::Ascending),
            VendorSort::NameDesc => (SortedBy::Name, Order::Descending),
            VendorSort::CodeAsc => (SortedBy::Code, Order::Ascending),
            VendorSort::CodeDesc => (SortedBy::Code, Order::Descending),
            VendorSort::UpdatedAtDesc => (SortedBy::UpdatedAt, Order::Descending),
        };
        let page = PageArgs::new(first, after, last, before);
        let app = ctx.data_unchecked::<Purchasing>();
        Ok(service::list_vendors(app, caller(ctx)?, &criteria, sort, page).await?.map(Vendor))
    }

    /// The vendor with this id; null when the tenant has none.
    async fn vendor(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which vendor.")] id: VendorId,
    ) -> Result<Option<Vendor>> {
        load(ctx, id).await
    }

    /// The vendor with this code, whatever its case; null when the tenant has none.
    async fn vendor_by_code(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which code.")] code: String,
    ) -> Result<Option<Vendor>> {
        let app = ctx.data_unchecked::<Purchasing>();
        Ok(service::find_by_code(app, caller(ctx)?, &code).await?.map(Vendor))
    }

    #[graphql(entity)]
    async fn find_vendor_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Vendor>> {
        // What is no id names nothing: a bad representation must not spoil the others of its call.
        match id.parse() {
            Ok(id) => load(ctx, id).await,
            Err(_) => Ok(None),
        }
    }
}
