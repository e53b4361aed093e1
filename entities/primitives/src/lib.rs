//! The words every domain uses in one sense: typed ids, decimals, money, units, quantities and points in time.
//!
//! Charter: values only. No IO, no async, no business rule beyond arithmetic and the closed lists (currencies, units)
//! that the whole trade agrees on. The SeaORM and GraphQL glue lies behind the features `sea-orm` and `graphql`, so a
//! pure user compiles neither. Start at [`Decimal`]: money and quantities are built on it and nothing here knows floats.

mod audit;
mod currency;
mod decimal;
#[cfg(feature = "graphql")]
pub mod graphql;
mod ids;
mod money;
mod quantity;
mod time;
mod unit;

pub use audit::{Act, Audit};
pub use currency::{CurrencyCode, UnknownCurrency};
pub use decimal::{Decimal, DecimalError};
pub use ids::{
    AccountId, ApprovalId, AssignmentId, AttributeDefinitionId, BudgetId, CampaignId, CampaignLineId,
    CategoryId, ContractId, ContractLineId, CostLayerId, CreditNoteId, CreditNoteLineId, DeadLetterId,
    DelegationId, DepartmentId, EventId, ExchangeRateId, GoodsReceivedNoteId, GoodsReceivedNoteLineId,
    IdError, ImportId, InventoryItemId, InvitationId, LocationId, LotId, PostingId, PriceLineId, PriceListId,
    ProductId, PropertyId, PurchaseOrderAmendmentId, PurchaseOrderId, PurchaseOrderLineId, PurchaseRequestId,
    PurchaseRequestLineId, ReservationId, RoleId, SagaId, SessionId, SigningKeyId, SpecificationId,
    StockAdjustmentId, StockCountId, StockMovementId, StockPeriodId, StockTransferId, StoreRequisitionId,
    TenantId, UnitConversionId, UserId, VendorContactId, VendorId, VendorInvoiceId, VendorInvoiceLineId,
    VendorProductId,
};
pub use money::{CurrencyMismatch, Money};
pub use quantity::{Quantity, QuantityError};
pub use time::{Date, DateTime, TimeError};
pub use unit::{Dimension, Unit, UnknownUnit};
