//! What can be asked about campaigns.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use chassis::{Connection, Criteria, Filter, Nested, Order, PageArgs, Refusals, Result, caller};
use primitives::{CampaignId, InvitationId, ProductId, VendorId};

use super::super::store::{CampaignCriterion, SortedBy};
use super::super::{model, service};
use super::{Campaign, CampaignStatus, Invitation, InvitationsById, load};
use crate::Purchasing;

/// What a list of campaigns is narrowed by. All conditions must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct CampaignFilter {
    /// All of these hold, too.
    and: Option<Vec<CampaignFilter>>,
    /// At least one of these holds, too.
    or: Option<Vec<CampaignFilter>>,
    /// This does not hold.
    not: Option<Box<CampaignFilter>>,
    /// In one of these states.
    status: Option<Vec<CampaignStatus>>,
    /// Asking for this product.
    product_id: Option<ProductId>,
    /// Asking this vendor.
    vendor_id: Option<VendorId>,
}

/// What a list of campaigns is sorted by. Equals are told apart by id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub(crate) enum CampaignSort {
    /// By number, lowest first.
    #[default]
    NumberAsc,
    /// By number, highest first.
    NumberDesc,
    /// By end, earliest first: what ends next.
    EndsAtAsc,
    /// By end, latest first.
    EndsAtDesc,
}

impl From<CampaignSort> for (SortedBy, Order) {
    fn from(sort: CampaignSort) -> Self {
        match sort {
            CampaignSort::NumberAsc => (SortedBy::Number, Order::Ascending),
            CampaignSort::NumberDesc => (SortedBy::Number, Order::Descending),
            CampaignSort::EndsAtAsc => (SortedBy::EndsAt, Order::Ascending),
            CampaignSort::EndsAtDesc => (SortedBy::EndsAt, Order::Descending),
        }
    }
}

impl Filter for CampaignFilter {
    type Criterion = CampaignCriterion;

    fn nested(&mut self) -> Nested<Self> {
        Nested { and: self.and.take(), or: self.or.take(), not: self.not.take() }
    }

    fn own(self, _at: &str, _refusals: &mut Refusals) -> Vec<Criteria<CampaignCriterion>> {
        vec![Criteria::Is(CampaignCriterion {
            statuses: self.status.map(|all| all.into_iter().map(model::CampaignStatus::from).collect()),
            product_id: self.product_id,
            vendor_id: self.vendor_id,
        })]
    }
}

/// Questions about campaigns.
#[derive(Debug, Default)]
pub(crate) struct CampaignQuery;

#[Object]
impl CampaignQuery {
    /// The tenant's campaigns.
    #[expect(
        clippy::too_many_arguments,
        reason = "a connection field takes four arguments for its page alone"
    )]
    async fn campaigns(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where", desc = "Conditions that must hold.")] filter: Option<CampaignFilter>,
        #[graphql(desc = "The order; by number unless told.")] sort: Option<CampaignSort>,
        #[graphql(desc = "How many from the start: 1 to 100, 10 unless told.")] first: Option<i32>,
        #[graphql(desc = "Continue after this cursor of the same list.")] after: Option<String>,
        #[graphql(desc = "How many from the end: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Continue before this cursor of the same list.")] before: Option<String>,
    ) -> Result<Connection<Campaign>> {
        let criteria = Criteria::read(filter, None)?;
        let page = PageArgs::new(first, after, last, before);
        let app = ctx.data_unchecked::<Purchasing>();
        let sort = sort.unwrap_or_default().into();
        Ok(service::list_campaigns(app, caller(ctx)?, &criteria, sort, page).await?.map(Campaign))
    }

    /// The campaign with this id; null when the tenant has none.
    async fn campaign(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which campaign.")] id: CampaignId,
    ) -> Result<Option<Campaign>> {
        load(ctx, id).await
    }

    /// The invitation with this id; null when the tenant has none.
    async fn invitation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which invitation.")] id: InvitationId,
    ) -> Result<Option<Invitation>> {
        Ok(ctx.data_unchecked::<InvitationsById>().load(id).await?.map(Invitation))
    }

    #[graphql(entity)]
    async fn find_campaign_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Campaign>> {
        match id.parse() {
            Ok(id) => load(ctx, id).await,
            Err(_) => Ok(None),
        }
    }
}
