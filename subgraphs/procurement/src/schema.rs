//! The roots, merged from the aggregates. Nothing else.

use async_graphql::MergedObject;

use crate::amendment::graphql::{AmendmentMutation, AmendmentQuery};
use crate::approval_rule::graphql::{ApprovalRuleMutation, ApprovalRuleQuery};
use crate::budget::graphql::{BudgetMutation, BudgetQuery};
use crate::credit_note::graphql::{CreditNoteMutation, CreditNoteQuery};
use crate::foreign::ForeignQuery;
use crate::goods_received_note::graphql::{GoodsReceivedNoteMutation, GoodsReceivedNoteQuery};
use crate::purchase_order::graphql::{PurchaseOrderMutation, PurchaseOrderQuery};
use crate::purchase_request::graphql::{DecisionMutation, PurchaseRequestMutation, PurchaseRequestQuery};
use crate::replenishment::graphql::{ReplenishmentMutation, ReplenishmentQuery};
use crate::spend::graphql::SpendQuery;
use crate::tolerance::graphql::{ToleranceMutation, ToleranceQuery};
use crate::vendor_invoice::graphql::{VendorInvoiceMutation, VendorInvoiceQuery};

chassis::backoffice!("procurementAuditEntries", "procurementDeadLetters", "replayProcurementDeadLetter");
chassis::sagas!("saga", "sagas");

/// What can be asked.
#[derive(Debug, Default, MergedObject)]
pub(crate) struct Query(
    PurchaseRequestQuery,
    PurchaseOrderQuery,
    GoodsReceivedNoteQuery,
    AmendmentQuery,
    BudgetQuery,
    SpendQuery,
    ToleranceQuery,
    ReplenishmentQuery,
    CreditNoteQuery,
    VendorInvoiceQuery,
    ApprovalRuleQuery,
    ForeignQuery,
    BackofficeQuery,
    SagaQuery,
);

/// What can be changed.
#[derive(Debug, Default, MergedObject)]
pub(crate) struct Mutation(
    PurchaseRequestMutation,
    DecisionMutation,
    PurchaseOrderMutation,
    GoodsReceivedNoteMutation,
    AmendmentMutation,
    BudgetMutation,
    ToleranceMutation,
    ReplenishmentMutation,
    CreditNoteMutation,
    VendorInvoiceMutation,
    ApprovalRuleMutation,
    BackofficeMutation,
);
