//! The roots, merged from the aggregates. Nothing else.

use async_graphql::MergedObject;

use crate::campaign::graphql::{
    CampaignMutation, CampaignQuery, InvitationMutation, PortalMutation, PortalQuery,
};
use crate::contract::graphql::{ContractMutation, ContractQuery};
use crate::exchange_rate::graphql::{ExchangeRateMutation, ExchangeRateQuery};
use crate::foreign::ForeignQuery;
use crate::offer::graphql::ComparisonQuery;
use crate::preference::graphql::{PreferenceMutation, PreferenceQuery};
use crate::price_list::graphql::{PriceListMutation, PriceListQuery};
use crate::vendor::graphql::{VendorMutation, VendorProductMutation, VendorProductQuery, VendorQuery};

chassis::backoffice!("vendorAuditEntries", "vendorDeadLetters", "replayVendorDeadLetter");
chassis::sagas!("vendorSaga", "vendorSagas");

/// What can be asked.
#[derive(Debug, Default, MergedObject)]
pub(crate) struct Query(
    VendorQuery,
    VendorProductQuery,
    PreferenceQuery,
    PriceListQuery,
    ContractQuery,
    CampaignQuery,
    PortalQuery,
    ComparisonQuery,
    ExchangeRateQuery,
    ForeignQuery,
    BackofficeQuery,
    SagaQuery,
);

/// What can be changed.
#[derive(Debug, Default, MergedObject)]
pub(crate) struct Mutation(
    VendorMutation,
    VendorProductMutation,
    PriceListMutation,
    ContractMutation,
    CampaignMutation,
    InvitationMutation,
    PortalMutation,
    BackofficeMutation,
    PreferenceMutation,
    ExchangeRateMutation,
);
