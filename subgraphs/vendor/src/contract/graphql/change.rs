//! What can be done with contracts.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chassis::{Result, UserError, caller, outcome};
use primitives::{ContractId, CurrencyCode, Date, Decimal, ProductId, VendorId};

use super::super::line::ContractLineDraft;
use super::super::model::{self, Command};
use super::super::service::{self, ContractPatch, NewContract, Step};
use super::Contract;
use crate::Purchasing;
use crate::price_list::model::Window;

/// The outcome of a change to a contract.
#[derive(Debug, SimpleObject)]
pub(crate) struct ContractPayload {
    /// The contract as it is now; null when the change was refused.
    contract: Option<Contract>,
    /// Why the change was refused: everything that is wrong, in the order of the input. Empty on success.
    user_errors: Vec<UserError>,
}

impl From<(Option<model::Contract>, Vec<UserError>)> for ContractPayload {
    fn from((contract, user_errors): (Option<model::Contract>, Vec<UserError>)) -> Self {
        Self { contract: contract.map(Contract), user_errors }
    }
}

/// A line of a contract.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct ContractLineInput {
    /// The product; each stands in a contract once.
    product_id: ProductId,
    /// The code of the unit that is priced.
    unit: String,
    /// What one of the unit costs, in the contract's currency.
    price: Decimal,
    /// How many of the unit the house will take; as many as it likes when left out.
    committed_qty: Option<Decimal>,
    /// Days between order and delivery, where they differ from the vendor's.
    lead_time_days: Option<i32>,
}

impl From<ContractLineInput> for ContractLineDraft {
    fn from(input: ContractLineInput) -> Self {
        Self {
            product_id: input.product_id,
            unit: input.unit,
            price: input.price,
            committed: input.committed_qty,
            lead_time_days: input.lead_time_days,
        }
    }
}

/// A contract to draft.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct CreateContractInput {
    /// With whom.
    vendor_id: VendorId,
    /// In which currency; the vendor's when left out.
    currency: Option<CurrencyCode>,
    /// The first day on which it is to be in force.
    valid_from: Date,
    /// The last day, included.
    valid_to: Date,
    /// What is agreed: 1 to 500 lines.
    lines: Vec<ContractLineInput>,
    /// The same key with the same input has one effect and one answer for 24 hours.
    idempotency_key: Option<String>,
}

/// A change to a draft. What is left out stays; lines are replaced as a whole.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct UpdateContractInput {
    /// Which contract.
    id: ContractId,
    /// Its version as last seen.
    expected_version: i32,
    /// The first day.
    valid_from: Option<Date>,
    /// The last day, included.
    valid_to: Option<Date>,
    /// What is agreed.
    lines: Option<Vec<ContractLineInput>>,
}

/// Which contract is taken one step further.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct ContractTransitionInput {
    /// Which contract.
    id: ContractId,
    /// Its version as last seen.
    expected_version: i32,
    /// Why, at least 10 characters; needed to terminate.
    reason: Option<String>,
    /// The same key with the same input has one effect and one answer for 24 hours.
    idempotency_key: Option<String>,
}

async fn transition(
    ctx: &Context<'_>,
    input: ContractTransitionInput,
    command: Command,
) -> Result<ContractPayload> {
    let step = Step {
        id: input.id,
        expected_version: input.expected_version,
        command,
        reason: input.reason,
        idempotency_key: input.idempotency_key,
    };
    let app = ctx.data_unchecked::<Purchasing>();
    outcome(service::step(app, caller(ctx)?, &step).await).map(ContractPayload::from)
}

/// Changes of contracts.
#[derive(Debug, Default)]
pub(crate) struct ContractMutation;

#[Object]
impl ContractMutation {
    /// Drafts a contract.
    async fn create_contract(
        &self,
        ctx: &Context<'_>,
        input: CreateContractInput,
    ) -> Result<ContractPayload> {
        let new = NewContract {
            vendor_id: input.vendor_id,
            currency: input.currency,
            window: Window { from: input.valid_from, to: input.valid_to },
            lines: input.lines.into_iter().map(ContractLineDraft::from).collect(),
            idempotency_key: input.idempotency_key,
        };
        let app = ctx.data_unchecked::<Purchasing>();
        outcome(service::create_contract(app, caller(ctx)?, &new).await).map(ContractPayload::from)
    }

    /// Changes a draft.
    async fn update_contract(
        &self,
        ctx: &Context<'_>,
        input: UpdateContractInput,
    ) -> Result<ContractPayload> {
        let patch = ContractPatch {
            id: input.id,
            expected_version: input.expected_version,
            valid_from: input.valid_from,
            valid_to: input.valid_to,
            lines: input.lines.map(|lines| lines.into_iter().map(ContractLineDraft::from).collect()),
        };
        let app = ctx.data_unchecked::<Purchasing>();
        outcome(service::update_contract(app, caller(ctx)?, &patch).await).map(ContractPayload::from)
    }

    /// Puts a draft into force: from then on its prices come first. Refused when another active contract of the vendor
    /// covers one of its products on one of its days.
    async fn activate_contract(
        &self,
        ctx: &Context<'_>,
        input: ContractTransitionInput,
    ) -> Result<ContractPayload> {
        transition(ctx, input, Command::Activate).await
    }

    /// Ends an active contract before its time, with the reason.
    async fn terminate_contract(
        &self,
        ctx: &Context<'_>,
        input: ContractTransitionInput,
    ) -> Result<ContractPayload> {
        transition(ctx, input, Command::Terminate).await
    }
}
