//! What can be done with credit notes.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chassis::{Caller, Result, UserError, caller, outcome};
use primitives::{CreditNoteId, Decimal, GoodsReceivedNoteId, GoodsReceivedNoteLineId, VendorInvoiceId};

use super::super::line::Claim;
use super::super::model;
use super::super::service::{self, Action, NewCredit, Step};
use super::{CreditKind, CreditNote};
use crate::Buying;

/// The outcome of a change to a credit note.
#[derive(Debug, SimpleObject)]
pub(crate) struct CreditNotePayload {
    /// The credit note as it is now; null when the change was refused.
    credit_note: Option<CreditNote>,
    /// Why the change was refused: everything that is wrong, in the order of the input. Empty on success.
    user_errors: Vec<UserError>,
}

impl From<(Option<model::CreditNote>, Vec<UserError>)> for CreditNotePayload {
    fn from((note, user_errors): (Option<model::CreditNote>, Vec<UserError>)) -> Self {
        Self { credit_note: note.map(CreditNote), user_errors }
    }
}

/// What comes back of a line of a delivery.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct CreditNoteLineInput {
    /// Which line of the delivery.
    note_line_id: GoodsReceivedNoteLineId,
    /// How much goes back, in the line's unit; not where only money comes back.
    #[graphql(default)]
    quantity: Decimal,
    /// What comes back, in the order's currency; what the goods cost unless told.
    amount: Option<Decimal>,
}

impl From<CreditNoteLineInput> for Claim {
    fn from(input: CreditNoteLineInput) -> Self {
        Self { note_line: input.note_line_id, quantity: input.quantity, amount: input.amount }
    }
}

fn claims(lines: Vec<CreditNoteLineInput>) -> Vec<Claim> {
    lines.into_iter().map(Claim::from).collect()
}

/// A credit note to draft.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct CreateCreditNoteInput {
    /// About which delivery.
    note_id: GoodsReceivedNoteId,
    /// What comes back.
    #[graphql(name = "type")]
    kind: CreditKind,
    /// Why; 10 to 2,000 characters when it is handed in.
    #[graphql(default)]
    reason: String,
    /// What comes back, line by line; at most 500.
    #[graphql(default)]
    lines: Vec<CreditNoteLineInput>,
    /// The same key with the same input has one effect and one answer for 24 hours.
    idempotency_key: Option<String>,
}

/// A change to a draft. What is left out stays; lines are replaced as a whole.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct UpdateCreditNoteInput {
    /// Which credit note.
    id: CreditNoteId,
    /// Its version as last seen.
    expected_version: i32,
    /// Why something comes back.
    reason: Option<String>,
    /// What comes back, line by line.
    lines: Option<Vec<CreditNoteLineInput>>,
}

/// Which credit note is taken one step further.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct CreditNoteTransitionInput {
    /// Which credit note.
    id: CreditNoteId,
    /// Its version as last seen.
    expected_version: i32,
    /// Why; 10 to 2,000 characters. Needed to return it, give it up or reverse it.
    reason: Option<String>,
    /// The same key with the same input has one effect and one answer for 24 hours.
    idempotency_key: Option<String>,
}

/// Which invoice is settled by a credit note.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct ApplyCreditNoteInput {
    /// Which credit note.
    id: CreditNoteId,
    /// Its version as last seen.
    expected_version: i32,
    /// Which invoice of the same vendor, in the same currency.
    invoice_id: VendorInvoiceId,
    /// The same key with the same input has one effect and one answer for 24 hours.
    idempotency_key: Option<String>,
}

/// The use cases and who asks.
fn at<'a>(ctx: &Context<'a>) -> Result<(&'a Buying, &'a Caller)> {
    let caller: &Caller = caller(ctx)?;
    Ok((ctx.data_unchecked::<Buying>(), caller))
}

async fn step(
    ctx: &Context<'_>,
    mut input: CreditNoteTransitionInput,
    action: impl FnOnce(String) -> Action,
) -> Result<CreditNotePayload> {
    let action = action(input.reason.take().unwrap_or_default());
    let CreditNoteTransitionInput { id, expected_version, idempotency_key, .. } = input;
    run(ctx, Step { id, expected_version, action, idempotency_key }).await
}

async fn run(ctx: &Context<'_>, step: Step) -> Result<CreditNotePayload> {
    let (app, caller) = at(ctx)?;
    outcome(service::step(app, caller, &step).await).map(CreditNotePayload::from)
}

/// Changes of credit notes.
#[derive(Debug, Default)]
pub(crate) struct CreditNoteMutation;

#[Object]
impl CreditNoteMutation {
    /// Begins a credit note about a delivery.
    async fn create_credit_note(
        &self,
        ctx: &Context<'_>,
        input: CreateCreditNoteInput,
    ) -> Result<CreditNotePayload> {
        let (app, caller) = at(ctx)?;
        let new = NewCredit {
            note_id: input.note_id,
            kind: input.kind.into(),
            reason: input.reason,
            claims: claims(input.lines),
            idempotency_key: input.idempotency_key,
        };
        outcome(service::create(app, caller, &new).await).map(CreditNotePayload::from)
    }

    /// Changes a draft.
    async fn update_credit_note(
        &self,
        ctx: &Context<'_>,
        input: UpdateCreditNoteInput,
    ) -> Result<CreditNotePayload> {
        let (app, caller) = at(ctx)?;
        let lines = input.lines.map(claims);
        let change = (input.reason.as_deref(), lines.as_deref());
        let changed = service::update(app, caller, (input.id, input.expected_version), change);
        outcome(changed.await).map(CreditNotePayload::from)
    }

    /// Hands a credit note in: it is checked as a whole and numbered. Never more goes back than was accepted, and never more
    /// is credited than was to be paid.
    async fn submit_credit_note(
        &self,
        ctx: &Context<'_>,
        input: CreditNoteTransitionInput,
    ) -> Result<CreditNotePayload> {
        step(ctx, input, |_| Action::Submit).await
    }

    /// Approves a credit note. Not one's own, and not beyond one's limit.
    async fn approve_credit_note(
        &self,
        ctx: &Context<'_>,
        input: CreditNoteTransitionInput,
    ) -> Result<CreditNotePayload> {
        step(ctx, input, |_| Action::Approve).await
    }

    /// Asks for changes.
    async fn return_credit_note(
        &self,
        ctx: &Context<'_>,
        input: CreditNoteTransitionInput,
    ) -> Result<CreditNotePayload> {
        step(ctx, input, Action::Return).await
    }

    /// Sends the goods back and claims the money: the order waits for the goods again, and inventory takes them out. Where
    /// inventory refuses, the credit note says why.
    async fn post_credit_note(
        &self,
        ctx: &Context<'_>,
        input: CreditNoteTransitionInput,
    ) -> Result<CreditNotePayload> {
        step(ctx, input, |_| Action::Post).await
    }

    /// Settles a part of an invoice by a posted credit note.
    async fn apply_credit_note(
        &self,
        ctx: &Context<'_>,
        input: ApplyCreditNoteInput,
    ) -> Result<CreditNotePayload> {
        let action = Action::Apply(input.invoice_id);
        let (id, expected_version) = (input.id, input.expected_version);
        run(ctx, Step { id, expected_version, action, idempotency_key: input.idempotency_key }).await
    }

    /// Gives a credit note up that was not posted.
    async fn cancel_credit_note(
        &self,
        ctx: &Context<'_>,
        input: CreditNoteTransitionInput,
    ) -> Result<CreditNotePayload> {
        step(ctx, input, Action::Cancel).await
    }

    /// Reverses a posted credit note in full: the goods come back to the shelf. Where inventory refuses, it stays posted and
    /// says why.
    async fn void_credit_note(
        &self,
        ctx: &Context<'_>,
        input: CreditNoteTransitionInput,
    ) -> Result<CreditNotePayload> {
        step(ctx, input, Action::Void).await
    }
}
