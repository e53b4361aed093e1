//! The transfer, its lines and what may be done to them. Pure.

use std::str::FromStr;

use chassis::{Code, Refusal, Refusals};
use chrono::{DateTime, Utc};
use primitives::{Decimal, LocationId, ProductId, StockTransferId, Unit, UserId};
use serde::Serialize;

use crate::act::Act;
use crate::machine::Machine;
use crate::posting::InBase;

/// Characters of a note or reason.
const TEXT_CHARS_MAX: usize = 500;
/// The shortest reason for giving something up.
const REASON_CHARS_MIN: usize = 10;

/// Where a transfer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub(crate) enum TransferStatus {
    /// Asked for.
    Draft,
    /// May be shipped.
    Approved,
    /// On its way.
    Shipped,
    /// Some of it has arrived.
    PartiallyReceived,
    /// All of it has arrived.
    Received,
    /// Settled; what did not arrive is lost.
    Closed,
    /// Given up before anything left.
    Cancelled,
}

/// What can be done to a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TransferCommand {
    /// Allow it to leave.
    Approve,
    /// Let it leave.
    Ship,
    /// Take in some of what is on its way.
    ReceivePart,
    /// Take in all that is on its way.
    ReceiveRest,
    /// Settle it.
    Close,
    /// Give it up.
    Cancel,
}

const STATUSES: [TransferStatus; 7] = [
    TransferStatus::Draft,
    TransferStatus::Approved,
    TransferStatus::Shipped,
    TransferStatus::PartiallyReceived,
    TransferStatus::Received,
    TransferStatus::Closed,
    TransferStatus::Cancelled,
];

impl Machine for TransferStatus {
    type Command = TransferCommand;

    const ARROWS: &'static [(Self, TransferCommand, Self)] = &[
        (Self::Draft, TransferCommand::Approve, Self::Approved),
        (Self::Approved, TransferCommand::Ship, Self::Shipped),
        (Self::Shipped, TransferCommand::ReceivePart, Self::PartiallyReceived),
        (Self::Shipped, TransferCommand::ReceiveRest, Self::Received),
        (Self::PartiallyReceived, TransferCommand::ReceivePart, Self::PartiallyReceived),
        (Self::PartiallyReceived, TransferCommand::ReceiveRest, Self::Received),
        (Self::Shipped, TransferCommand::Close, Self::Closed),
        (Self::PartiallyReceived, TransferCommand::Close, Self::Closed),
        (Self::Received, TransferCommand::Close, Self::Closed),
        (Self::Draft, TransferCommand::Cancel, Self::Cancelled),
        (Self::Approved, TransferCommand::Cancel, Self::Cancelled),
    ];

    fn code(self) -> &'static str {
        match self {
            Self::Draft => "DRAFT",
            Self::Approved => "APPROVED",
            Self::Shipped => "SHIPPED",
            Self::PartiallyReceived => "PARTIALLY_RECEIVED",
            Self::Received => "RECEIVED",
            Self::Closed => "CLOSED",
            Self::Cancelled => "CANCELLED",
        }
    }
}

impl FromStr for TransferStatus {
    type Err = String;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        let known = STATUSES.into_iter().find(|status| status.code() == code);
        known.ok_or_else(|| format!("unknown transfer status {code}"))
    }
}

/// Who did something, and when.
pub(crate) type Done = Option<(DateTime<Utc>, UserId)>;

/// A transfer without its lines, as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StockTransfer {
    /// Identity.
    pub(crate) id: StockTransferId,
    /// Its number, `TR-2026-001`.
    pub(crate) number: String,
    /// Where stock is taken from.
    pub(crate) from: LocationId,
    /// Where it lies meanwhile.
    pub(crate) via: LocationId,
    /// Where it goes.
    pub(crate) to: LocationId,
    /// Where it stands.
    pub(crate) status: TransferStatus,
    /// What there is to say.
    pub(crate) note: Option<String>,
    /// Why it was given up, or why something is missing.
    pub(crate) reason: Option<String>,
    /// Who allowed it.
    pub(crate) approved: Done,
    /// Who let it leave.
    pub(crate) shipped: Done,
    /// Who took in the last part of it.
    pub(crate) received: Done,
    /// Who settled it or gave it up.
    pub(crate) closed: Done,
    /// Counts the changes, from 1.
    pub(crate) version: i32,
    /// When it was asked for.
    pub(crate) created_at: DateTime<Utc>,
    /// Who asked for it.
    pub(crate) created_by: UserId,
    /// When it last changed.
    pub(crate) updated_at: DateTime<Utc>,
    /// Who last changed it.
    pub(crate) updated_by: UserId,
}

/// One product of a transfer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TransferLine {
    /// Its place on the sheet, from 0.
    pub(crate) position: i32,
    /// Of which product.
    pub(crate) product: ProductId,
    /// Unit of the quantities.
    pub(crate) unit: Unit,
    /// What was asked for.
    pub(crate) requested: Decimal,
    /// What left.
    pub(crate) shipped: Decimal,
    /// What arrived.
    pub(crate) received: Decimal,
    /// What never arrived.
    pub(crate) lost: Decimal,
}

/// So much of a line moves now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moving {
    /// Where the request names it, for field paths.
    pub(crate) index: usize,
    /// Which line.
    pub(crate) position: i32,
    /// Of which product.
    pub(crate) product: ProductId,
    /// How much.
    pub(crate) quantity: Decimal,
}

impl TransferLine {
    /// A line of which nothing has moved yet.
    pub(crate) fn asked_for(position: i32, wanted: InBase) -> Self {
        let InBase { product, unit, quantity: requested } = wanted;
        let (shipped, received, lost) = (Decimal::ZERO, Decimal::ZERO, Decimal::ZERO);
        Self { position, product, unit, requested, shipped, received, lost }
    }

    /// What is on its way.
    pub(crate) fn in_transit(&self) -> Decimal {
        // The parts are never more than the whole, so this stays in range.
        Decimal::from_raw(self.shipped.raw() - self.received.raw() - self.lost.raw())
    }
}

impl StockTransfer {
    /// What is wrong with a note.
    pub(crate) fn check_note(refusals: &mut Refusals, note: Option<&str>) {
        refusals.check(note.unwrap_or_default().chars().count() <= TEXT_CHARS_MAX, || {
            Refusal::invalid("note", format!("a note has at most {TEXT_CHARS_MAX} characters"))
        });
    }

    /// Allows it to leave.
    pub(crate) fn approve(&mut self, act: Act) -> Result<(), Refusal> {
        self.step(TransferCommand::Approve, act)?;
        self.approved = Some((act.at, act.by));
        Ok(())
    }

    /// Lets it leave: what is named, or everything that was asked for. Lines that are not named stay.
    pub(crate) fn ship(
        &mut self,
        lines: &mut [TransferLine],
        named: Option<&[(usize, InBase)]>,
        act: Act,
    ) -> Result<Vec<Moving>, Refusals> {
        self.status.after(TransferCommand::Ship)?;
        let moving = match named {
            Some(named) => pick(lines, named, |line| line.requested, Code::LimitExceeded)?,
            None => all(lines, |line| line.requested),
        };
        for (line, moved) in matched(lines, &moving) {
            line.shipped = moved.quantity;
        }
        self.step(TransferCommand::Ship, act)?;
        self.shipped = Some((act.at, act.by));
        Ok(moving)
    }

    /// Takes in what is named, or everything that is on its way.
    pub(crate) fn receive(
        &mut self,
        lines: &mut [TransferLine],
        named: Option<&[(usize, InBase)]>,
        act: Act,
    ) -> Result<Vec<Moving>, Refusals> {
        self.status.after(TransferCommand::ReceiveRest)?;
        let moving = match named {
            Some(named) => pick(lines, named, TransferLine::in_transit, Code::OverReceipt)?,
            None => all(lines, TransferLine::in_transit),
        };
        for (line, moved) in matched(lines, &moving) {
            line.received = Decimal::from_raw(line.received.raw() + moved.quantity.raw());
        }
        let is_all = lines.iter().all(|line| line.in_transit().is_zero());
        self.step(if is_all { TransferCommand::ReceiveRest } else { TransferCommand::ReceivePart }, act)?;
        self.received = Some((act.at, act.by));
        Ok(moving)
    }

    /// Settles it; answers what has to be written off. A shortage has to be explained.
    pub(crate) fn close(
        &mut self,
        lines: &mut [TransferLine],
        reason: Option<&str>,
        act: Act,
    ) -> Result<Vec<Moving>, Refusals> {
        self.status.after(TransferCommand::Close)?;
        let missing = all(lines, TransferLine::in_transit);
        if !missing.is_empty() || reason.is_some() {
            self.explain(reason.unwrap_or_default())?;
        }
        for (line, moved) in matched(lines, &missing) {
            line.lost = moved.quantity;
        }
        self.step(TransferCommand::Close, act)?;
        self.closed = Some((act.at, act.by));
        Ok(missing)
    }

    /// Gives it up before anything left.
    pub(crate) fn cancel(&mut self, reason: &str, act: Act) -> Result<(), Refusal> {
        self.status.after(TransferCommand::Cancel)?;
        self.explain(reason)?;
        self.step(TransferCommand::Cancel, act)?;
        self.closed = Some((act.at, act.by));
        Ok(())
    }

    fn explain(&mut self, reason: &str) -> Result<(), Refusal> {
        let reason = reason.trim();
        if !(REASON_CHARS_MIN..=TEXT_CHARS_MAX).contains(&reason.chars().count()) {
            let message = format!("a reason has {REASON_CHARS_MIN} to {TEXT_CHARS_MAX} characters");
            return Err(Refusal::invalid("reason", message));
        }
        self.reason = Some(reason.to_owned());
        Ok(())
    }

    fn step(&mut self, command: TransferCommand, act: Act) -> Result<(), Refusal> {
        self.status = self.status.after(command)?;
        (self.version, self.updated_at, self.updated_by) = (self.version + 1, act.at, act.by);
        Ok(())
    }
}

/// The lines that are named, each once and with no more than `most` of it.
fn pick(
    lines: &[TransferLine],
    named: &[(usize, InBase)],
    most: impl Fn(&TransferLine) -> Decimal,
    too_much: Code,
) -> Result<Vec<Moving>, Refusals> {
    let mut refusals = Refusals::new();
    let mut moving: Vec<Moving> = Vec::new();
    for &(index, InBase { product, quantity, .. }) in named {
        let at = |field: &str| format!("lines.{index}.{field}");
        let Some(line) = lines.iter().find(|line| line.product == product) else {
            refusals.push(Refusal::new(
                Code::NotFound,
                &at("productId"),
                "this product is not part of the transfer",
            ));
            continue;
        };
        refusals.check(moving.iter().all(|other| other.product != product), || {
            Refusal::duplicate(&at("productId"), "a product is named once")
        });
        let allowed = most(line);
        refusals.check(quantity <= allowed, || {
            let message = format!("at most {allowed} {} can be moved", line.unit);
            Refusal::new(too_much, &at("quantity"), message).with("maxAllowed", allowed.to_string())
        });
        moving.push(Moving { index, position: line.position, product, quantity });
    }
    refusals.check(!named.is_empty(), || Refusal::invalid("lines", "something has to be moved"));
    if refusals.is_empty() { Ok(moving) } else { Err(refusals) }
}

/// All that there is of every line.
fn all(lines: &[TransferLine], most: impl Fn(&TransferLine) -> Decimal) -> Vec<Moving> {
    let moving = lines.iter().enumerate().map(|(index, line)| Moving {
        index,
        position: line.position,
        product: line.product,
        quantity: most(line),
    });
    moving.filter(|moved| !moved.quantity.is_zero()).collect()
}

fn matched<'a>(
    lines: &'a mut [TransferLine],
    moving: &'a [Moving],
) -> impl Iterator<Item = (&'a mut TransferLine, &'a Moving)> {
    lines.iter_mut().filter_map(move |line| {
        let moved = moving.iter().find(|moved| moved.position == line.position)?;
        Some((line, moved))
    })
}

/// What a list of transfers is narrowed by. All that is given must hold.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct TransferCriterion {
    /// One of these ids.
    pub(crate) ids: Option<Vec<StockTransferId>>,
    /// One of these numbers.
    pub(crate) numbers: Option<Vec<String>>,
    /// From one of these locations.
    pub(crate) from: Option<Vec<LocationId>>,
    /// To one of these locations.
    pub(crate) to: Option<Vec<LocationId>>,
    /// Standing at one of these.
    pub(crate) statuses: Option<Vec<TransferStatus>>,
    /// With one of these products.
    pub(crate) products: Option<Vec<ProductId>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dec(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn act() -> Act {
        Act { at: DateTime::UNIX_EPOCH, by: UserId::generate() }
    }

    fn transfer(status: TransferStatus) -> StockTransfer {
        let Act { at, by } = act();
        StockTransfer {
            id: StockTransferId::generate(),
            number: "TR-2026-001".to_owned(),
            from: LocationId::generate(),
            via: LocationId::generate(),
            to: LocationId::generate(),
            status,
            note: None,
            reason: None,
            approved: None,
            shipped: None,
            received: None,
            closed: None,
            version: 1,
            created_at: at,
            created_by: by,
            updated_at: at,
            updated_by: by,
        }
    }

    fn portion(product: ProductId, quantity: &str) -> InBase {
        InBase { product, unit: "kg".parse().unwrap(), quantity: dec(quantity) }
    }

    /// A line of ten, of which so much is on its way.
    fn line(shipped: &str) -> TransferLine {
        let line = TransferLine::asked_for(0, portion(ProductId::generate(), "10"));
        TransferLine { shipped: dec(shipped), ..line }
    }

    #[test]
    fn every_command_in_every_state() {
        use TransferStatus::{Approved, Cancelled, Closed, Draft, PartiallyReceived, Received, Shipped};
        let expected = [
            (Draft, [Some(Approved), None, None, None, None, Some(Cancelled)]),
            (Approved, [None, Some(Shipped), None, None, None, Some(Cancelled)]),
            (Shipped, [None, None, Some(PartiallyReceived), Some(Received), Some(Closed), None]),
            (PartiallyReceived, [None, None, Some(PartiallyReceived), Some(Received), Some(Closed), None]),
            (Received, [None, None, None, None, Some(Closed), None]),
            (Closed, [None; 6]),
            (Cancelled, [None; 6]),
        ];
        let why = "the truck broke down";
        for (state, outcomes) in expected {
            for (number, outcome) in outcomes.into_iter().enumerate() {
                let (mut moved, mut lines) = (transfer(state), [line("4")]);
                let some = [(0, portion(lines[0].product, "1"))];
                let result = match number {
                    0 => moved.approve(act()).map_err(Refusals::from),
                    1 => moved.ship(&mut lines, None, act()).map(drop),
                    2 => moved.receive(&mut lines, Some(&some), act()).map(drop),
                    3 => moved.receive(&mut lines, None, act()).map(drop),
                    4 => moved.close(&mut lines, Some(why), act()).map(drop),
                    _ => moved.cancel(why, act()).map_err(Refusals::from),
                };
                assert_eq!(result.is_ok(), outcome.is_some(), "{number} when {}", state.code());
                assert_eq!(moved.status, outcome.unwrap_or(state), "{number} when {}", state.code());
                if let Err(refusals) = result {
                    assert_eq!(refusals.as_slice()[0].code, Code::InvalidState);
                }
            }
        }
    }

    #[test]
    fn the_documented_diagram_is_the_machine() {
        let documented: Vec<&str> = include_str!("mod.rs")
            .lines()
            .filter_map(|line| line.strip_prefix("//! "))
            .skip_while(|line| *line != "stateDiagram-v2")
            .take_while(|line| *line != "```")
            .collect();
        assert_eq!(documented.join("\n") + "\n", TransferStatus::diagram());
        assert_eq!(TransferStatus::states().len(), STATUSES.len());
    }

    #[test]
    fn no_more_is_moved_than_there_is() {
        let (mut moved, mut lines) = (transfer(TransferStatus::Shipped), [line("4")]);
        let product = lines[0].product;
        let too_much = [(7, portion(product, "4.00001"))];
        let refusals = moved.receive(&mut lines, Some(&too_much), act()).unwrap_err();
        let refusal = &refusals.as_slice()[0];
        assert_eq!(
            (refusal.code, refusal.field.join(".")),
            (Code::OverReceipt, "lines.7.quantity".to_owned())
        );
        assert_eq!(refusal.meta["maxAllowed"], "4");
        let twice = [(0, portion(product, "1")), (1, portion(product, "1"))];
        assert_eq!(
            moved.receive(&mut lines, Some(&twice), act()).unwrap_err().as_slice()[0].code,
            Code::Duplicate
        );
        assert_eq!((lines[0].received, moved.version), (Decimal::ZERO, 1));
    }

    #[test]
    fn what_never_arrives_is_lost_and_has_to_be_explained() {
        let (mut moved, mut lines) = (transfer(TransferStatus::Shipped), [line("4")]);
        let some = [(0, portion(lines[0].product, "3"))];
        moved.receive(&mut lines, Some(&some), act()).unwrap();
        assert_eq!(moved.close(&mut lines, None, act()).unwrap_err().as_slice()[0].field, ["reason"]);
        let missing = moved.close(&mut lines, Some("one crate fell off"), act()).unwrap();
        assert_eq!(missing.iter().map(|moved| moved.quantity).collect::<Vec<_>>(), [dec("1")]);
        assert_eq!((lines[0].lost, lines[0].in_transit()), (dec("1"), Decimal::ZERO));
    }

    #[test]
    fn what_arrived_whole_is_closed_without_a_word() {
        let (mut moved, mut lines) = (transfer(TransferStatus::Shipped), [line("4")]);
        moved.receive(&mut lines, None, act()).unwrap();
        assert_eq!(moved.status, TransferStatus::Received);
        assert_eq!(moved.close(&mut lines, None, act()).unwrap(), []);
    }
}
