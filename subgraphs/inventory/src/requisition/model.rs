//! The requisition, its lines and what may be done to them. Pure.

use std::str::FromStr;

use chassis::{Code, Refusal, Refusals, house};
use chrono::{DateTime, Utc};
use primitives::{Date, Decimal, LocationId, ProductId, ReservationId, StoreRequisitionId, Unit, UserId};
use serde::Serialize;

use crate::act::Act;
use crate::machine::Machine;
use crate::posting::InBase;

/// Characters of a note.
const NOTE_CHARS_MAX: usize = 500;
/// Characters of a reason.
const REASON_CHARS: std::ops::RangeInclusive<usize> = 10..=500;

/// Where a requisition stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub(crate) enum RequisitionStatus {
    /// Being written.
    Draft,
    /// Handed in.
    Submitted,
    /// May be issued.
    Approved,
    /// Some of what was approved was issued.
    PartiallyIssued,
    /// All that was approved was issued.
    Issued,
    /// Settled.
    Closed,
    /// Given up before anything was issued.
    Cancelled,
}

/// What can be done to a requisition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RequisitionCommand {
    /// Hand it in.
    Submit,
    /// Allow it.
    Approve,
    /// Issue some of what was approved.
    IssuePart,
    /// Issue all that is left of it.
    IssueRest,
    /// Settle it.
    Close,
    /// Give it up.
    Cancel,
}

const STATUSES: [RequisitionStatus; 7] = [
    RequisitionStatus::Draft,
    RequisitionStatus::Submitted,
    RequisitionStatus::Approved,
    RequisitionStatus::PartiallyIssued,
    RequisitionStatus::Issued,
    RequisitionStatus::Closed,
    RequisitionStatus::Cancelled,
];

impl Machine for RequisitionStatus {
    type Command = RequisitionCommand;

    const ARROWS: &'static [(Self, RequisitionCommand, Self)] = &[
        (Self::Draft, RequisitionCommand::Submit, Self::Submitted),
        (Self::Submitted, RequisitionCommand::Approve, Self::Approved),
        (Self::Approved, RequisitionCommand::IssuePart, Self::PartiallyIssued),
        (Self::Approved, RequisitionCommand::IssueRest, Self::Issued),
        (Self::PartiallyIssued, RequisitionCommand::IssuePart, Self::PartiallyIssued),
        (Self::PartiallyIssued, RequisitionCommand::IssueRest, Self::Issued),
        (Self::PartiallyIssued, RequisitionCommand::Close, Self::Closed),
        (Self::Issued, RequisitionCommand::Close, Self::Closed),
        (Self::Draft, RequisitionCommand::Cancel, Self::Cancelled),
        (Self::Submitted, RequisitionCommand::Cancel, Self::Cancelled),
        (Self::Approved, RequisitionCommand::Cancel, Self::Cancelled),
    ];

    fn code(self) -> &'static str {
        match self {
            Self::Draft => "DRAFT",
            Self::Submitted => "SUBMITTED",
            Self::Approved => "APPROVED",
            Self::PartiallyIssued => "PARTIALLY_ISSUED",
            Self::Issued => "ISSUED",
            Self::Closed => "CLOSED",
            Self::Cancelled => "CANCELLED",
        }
    }
}

impl FromStr for RequisitionStatus {
    type Err = String;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        let known = STATUSES.into_iter().find(|status| status.code() == code);
        known.ok_or_else(|| format!("unknown requisition status {code}"))
    }
}

/// Who did something, and when.
pub(crate) type Done = Option<(DateTime<Utc>, UserId)>;

/// A requisition without its lines, as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoreRequisition {
    /// Identity.
    pub(crate) id: StoreRequisitionId,
    /// Its number, `SR-2026-001`; taken when it is handed in.
    pub(crate) number: Option<String>,
    /// The store that is asked.
    pub(crate) from: LocationId,
    /// Who asks.
    pub(crate) to: LocationId,
    /// When it is needed.
    pub(crate) needed_on: Option<Date>,
    /// Where it stands.
    pub(crate) status: RequisitionStatus,
    /// What there is to say.
    pub(crate) note: Option<String>,
    /// Why it was given up, or settled short.
    pub(crate) reason: Option<String>,
    /// Who handed it in.
    pub(crate) submitted: Done,
    /// Who allowed it.
    pub(crate) approved: Done,
    /// Who issued the last part of it.
    pub(crate) issued: Done,
    /// Who settled it or gave it up.
    pub(crate) closed: Done,
    /// Counts the changes, from 1.
    pub(crate) version: i32,
    /// When it was begun.
    pub(crate) created_at: DateTime<Utc>,
    /// Who began it.
    pub(crate) created_by: UserId,
    /// When it last changed.
    pub(crate) updated_at: DateTime<Utc>,
    /// Who last changed it.
    pub(crate) updated_by: UserId,
}

/// One product of a requisition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RequisitionLine {
    /// Its place on the sheet, from 0.
    pub(crate) position: i32,
    /// Of which product.
    pub(crate) product: ProductId,
    /// Unit of the quantities.
    pub(crate) unit: Unit,
    /// What was asked for.
    pub(crate) requested: Decimal,
    /// What was allowed.
    pub(crate) approved: Decimal,
    /// What left the store.
    pub(crate) issued: Decimal,
    /// The reservation it was promised under.
    pub(crate) reservation: Option<ReservationId>,
}

/// So much of a line moves now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moving {
    /// Where the request names it, for field paths.
    pub(crate) index: usize,
    /// Which line.
    pub(crate) position: i32,
    /// How much.
    pub(crate) quantity: Decimal,
}

impl RequisitionLine {
    /// What was allowed and has not left yet.
    pub(crate) fn open(&self) -> Decimal {
        Decimal::from_raw(self.approved.raw() - self.issued.raw())
    }
}

impl StoreRequisition {
    /// What is wrong with a note.
    pub(crate) fn check_note(refusals: &mut Refusals, note: Option<&str>) {
        refusals.check(note.unwrap_or_default().chars().count() <= NOTE_CHARS_MAX, || {
            Refusal::invalid("note", format!("a note has at most {NOTE_CHARS_MAX} characters"))
        });
    }

    /// Refuses to be rewritten once it was handed in.
    pub(crate) fn rewrite(&mut self, act: Act) -> Result<(), Refusal> {
        if self.status != RequisitionStatus::Draft {
            return Err(Refusal::invalid_state(self.status.code(), RequisitionStatus::Draft.code()));
        }
        self.touch(act);
        Ok(())
    }

    /// Hands it in.
    pub(crate) fn submit(&mut self, lines: &[RequisitionLine], act: Act) -> Result<(), Refusals> {
        let status = self.status.after(RequisitionCommand::Submit)?;
        let mut refusals = Refusals::new();
        refusals.check(!lines.is_empty(), || Refusal::invalid("lines", "something has to be asked for"));
        let today = house::day(act.at);
        refusals.check(self.needed_on.is_none_or(|day| day >= today), || {
            Refusal::invalid("neededOn", "this day has passed")
        });
        if !refusals.is_empty() {
            return Err(refusals);
        }
        self.status = status;
        self.submitted = Some((act.at, act.by));
        self.touch(act);
        Ok(())
    }

    /// Allows it: what is named, with at most what was asked for, and all of what is not. Nobody allows what he handed in.
    pub(crate) fn approve(
        &mut self,
        lines: &mut [RequisitionLine],
        named: Option<&[(usize, InBase)]>,
        act: Act,
    ) -> Result<(), Refusals> {
        let status = self.status.after(RequisitionCommand::Approve)?;
        if self.submitted.is_some_and(|(_, by)| by == act.by) {
            let message = "a requisition is allowed by somebody else than who handed it in";
            return Err(Refusal::new(Code::SodViolation, "id", message).into());
        }
        let allowed = pick(lines, named.unwrap_or_default(), |line| line.requested)?;
        for line in lines.iter_mut() {
            let named = allowed.iter().find(|moved| moved.position == line.position);
            line.approved = named.map_or(line.requested, |moved| moved.quantity);
        }
        if lines.iter().all(|line| line.approved.is_zero()) {
            let message = "nothing is allowed: give the requisition up instead";
            return Err(Refusal::invalid("lines", message).into());
        }
        self.status = status;
        self.approved = Some((act.at, act.by));
        self.touch(act);
        Ok(())
    }

    /// Issues what is named, or everything that was allowed and has not left yet.
    pub(crate) fn issue(
        &mut self,
        lines: &mut [RequisitionLine],
        named: Option<&[(usize, InBase)]>,
        act: Act,
    ) -> Result<Vec<Moving>, Refusals> {
        self.status.after(RequisitionCommand::IssueRest)?;
        let moving = match named {
            Some([]) => return Err(Refusal::invalid("lines", "something has to be issued").into()),
            Some(named) => pick(lines, named, RequisitionLine::open)?,
            None => all_open(lines),
        };
        for moved in &moving {
            if let Some(line) = lines.iter_mut().find(|line| line.position == moved.position) {
                line.issued = Decimal::from_raw(line.issued.raw() + moved.quantity.raw());
            }
        }
        let is_all = lines.iter().all(|line| line.open().is_zero());
        let command = if is_all { RequisitionCommand::IssueRest } else { RequisitionCommand::IssuePart };
        self.status = self.status.after(command)?;
        self.issued = Some((act.at, act.by));
        self.touch(act);
        Ok(moving)
    }

    /// Settles it. What was allowed and did not leave has to be explained.
    pub(crate) fn close(
        &mut self,
        lines: &[RequisitionLine],
        reason: Option<&str>,
        act: Act,
    ) -> Result<(), Refusal> {
        let status = self.status.after(RequisitionCommand::Close)?;
        if reason.is_some() || lines.iter().any(|line| !line.open().is_zero()) {
            self.reason = Some(explained(reason)?);
        }
        self.end(status, act);
        Ok(())
    }

    /// Gives it up before anything left.
    pub(crate) fn cancel(&mut self, reason: Option<&str>, act: Act) -> Result<(), Refusal> {
        let status = self.status.after(RequisitionCommand::Cancel)?;
        self.reason = Some(explained(reason)?);
        self.end(status, act);
        Ok(())
    }

    fn end(&mut self, status: RequisitionStatus, act: Act) {
        self.status = status;
        self.closed = Some((act.at, act.by));
        self.touch(act);
    }

    fn touch(&mut self, act: Act) {
        (self.version, self.updated_at, self.updated_by) = (self.version + 1, act.at, act.by);
    }
}

fn explained(reason: Option<&str>) -> Result<String, Refusal> {
    let reason = reason.unwrap_or_default().trim();
    if REASON_CHARS.contains(&reason.chars().count()) {
        return Ok(reason.to_owned());
    }
    let message = format!("a reason has {} to {} characters", REASON_CHARS.start(), REASON_CHARS.end());
    Err(Refusal::invalid("reason", message))
}

/// The lines that are named, each once and with no more than `most` of it.
fn pick(
    lines: &[RequisitionLine],
    named: &[(usize, InBase)],
    most: impl Fn(&RequisitionLine) -> Decimal,
) -> Result<Vec<Moving>, Refusals> {
    let mut refusals = Refusals::new();
    let mut moving: Vec<Moving> = Vec::new();
    for &(index, InBase { product, quantity, .. }) in named {
        let at = |field: &str| format!("lines.{index}.{field}");
        let Some(line) = lines.iter().find(|line| line.product == product) else {
            let message = "this product is not part of the requisition";
            refusals.push(Refusal::new(Code::NotFound, &at("productId"), message));
            continue;
        };
        refusals.check(moving.iter().all(|other| other.position != line.position), || {
            Refusal::duplicate(&at("productId"), "a product is named once")
        });
        let allowed = most(line);
        refusals.check(quantity <= allowed, || {
            let message = format!("at most {allowed} {}", line.unit);
            Refusal::new(Code::LimitExceeded, &at("quantity"), message)
                .with("maxAllowed", allowed.to_string())
        });
        moving.push(Moving { index, position: line.position, quantity });
    }
    if refusals.is_empty() { Ok(moving) } else { Err(refusals) }
}

fn all_open(lines: &[RequisitionLine]) -> Vec<Moving> {
    let open = lines.iter().enumerate().filter(|(_, line)| !line.open().is_zero());
    open.map(|(index, line)| Moving { index, position: line.position, quantity: line.open() }).collect()
}

/// What a list of requisitions is narrowed by. All that is given must hold.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct RequisitionCriterion {
    /// One of these ids.
    pub(crate) ids: Option<Vec<StoreRequisitionId>>,
    /// One of these numbers.
    pub(crate) numbers: Option<Vec<String>>,
    /// Asked of one of these locations.
    pub(crate) from: Option<Vec<LocationId>>,
    /// Asked by one of these locations.
    pub(crate) to: Option<Vec<LocationId>>,
    /// Standing at one of these.
    pub(crate) statuses: Option<Vec<RequisitionStatus>>,
    /// With one of these products.
    pub(crate) products: Option<Vec<ProductId>>,
    /// Needed before this day.
    pub(crate) needed_before: Option<Date>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dec(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn act() -> Act {
        Act { at: "2026-07-10T08:00:00Z".parse().unwrap(), by: UserId::generate() }
    }

    fn requisition(status: RequisitionStatus) -> StoreRequisition {
        let Act { at, by } = act();
        StoreRequisition {
            id: StoreRequisitionId::generate(),
            number: None,
            from: LocationId::generate(),
            to: LocationId::generate(),
            needed_on: None,
            status,
            note: None,
            reason: None,
            submitted: Some((at, by)),
            approved: None,
            issued: None,
            closed: None,
            version: 1,
            created_at: at,
            created_by: by,
            updated_at: at,
            updated_by: by,
        }
    }

    /// A line of ten, of which so much is allowed.
    fn line(approved: &str) -> RequisitionLine {
        RequisitionLine {
            position: 0,
            product: ProductId::generate(),
            unit: "kg".parse().unwrap(),
            requested: dec("10"),
            approved: dec(approved),
            issued: Decimal::ZERO,
            reservation: None,
        }
    }

    fn of(line: &RequisitionLine, quantity: &str) -> [(usize, InBase); 1] {
        [(0, InBase { product: line.product, unit: line.unit, quantity: dec(quantity) })]
    }

    #[test]
    fn every_state_answers_every_command() {
        use RequisitionCommand::{Approve, Cancel, Close, IssuePart, IssueRest, Submit};
        let lead = |status: RequisitionStatus| {
            [Submit, Approve, IssuePart, IssueRest, Close, Cancel]
                .map(|command| status.after(command).map_or("-", RequisitionStatus::code))
        };
        assert_eq!(lead(RequisitionStatus::Draft), ["SUBMITTED", "-", "-", "-", "-", "CANCELLED"]);
        assert_eq!(lead(RequisitionStatus::Submitted), ["-", "APPROVED", "-", "-", "-", "CANCELLED"]);
        let approved = ["-", "-", "PARTIALLY_ISSUED", "ISSUED", "-", "CANCELLED"];
        assert_eq!(lead(RequisitionStatus::Approved), approved);
        let partly = ["-", "-", "PARTIALLY_ISSUED", "ISSUED", "CLOSED", "-"];
        assert_eq!(lead(RequisitionStatus::PartiallyIssued), partly);
        assert_eq!(lead(RequisitionStatus::Issued), ["-", "-", "-", "-", "CLOSED", "-"]);
        for end in [RequisitionStatus::Closed, RequisitionStatus::Cancelled] {
            assert_eq!(lead(end), ["-"; 6]);
        }
        assert_eq!(RequisitionStatus::states().len(), STATUSES.len());
    }

    #[test]
    fn the_documented_diagram_is_the_machine() {
        let documented: Vec<&str> = include_str!("mod.rs")
            .lines()
            .filter_map(|line| line.strip_prefix("//! "))
            .skip_while(|line| *line != "stateDiagram-v2")
            .take_while(|line| *line != "```")
            .collect();
        assert_eq!(documented.join("\n") + "\n", RequisitionStatus::diagram());
    }

    #[test]
    fn asked_is_at_least_allowed_is_at_least_issued() {
        let (mut asked, mut lines) = (requisition(RequisitionStatus::Submitted), [line("0")]);
        let more = of(&lines[0], "10.00001");
        let refused = asked.approve(&mut lines, Some(&more), act()).unwrap_err();
        assert_eq!(refused.as_slice()[0].meta["maxAllowed"], "10");
        let six = of(&lines[0], "6");
        asked.approve(&mut lines, Some(&six), act()).unwrap();
        let seven = of(&lines[0], "7");
        assert!(asked.issue(&mut lines, Some(&seven), act()).is_err());
        let four = of(&lines[0], "4");
        assert_eq!(asked.issue(&mut lines, Some(&four), act()).unwrap()[0].quantity, dec("4"));
        assert_eq!(asked.status, RequisitionStatus::PartiallyIssued);
        assert_eq!(asked.issue(&mut lines, None, act()).unwrap()[0].quantity, dec("2"));
        assert_eq!((asked.status, lines[0].issued), (RequisitionStatus::Issued, dec("6")));
    }

    #[test]
    fn nobody_allows_what_he_handed_in_and_nothing_is_not_allowed() {
        let (mut asked, mut lines) = (requisition(RequisitionStatus::Submitted), [line("0")]);
        let own = Act { by: asked.submitted.unwrap().1, ..act() };
        assert_eq!(asked.approve(&mut lines, None, own).unwrap_err().as_slice()[0].code, Code::SodViolation);
        let nothing = of(&lines[0], "0");
        assert_eq!(
            asked.approve(&mut lines, Some(&nothing), act()).unwrap_err().as_slice()[0].field,
            ["lines"]
        );
    }

    #[test]
    fn what_stays_behind_has_to_be_explained() {
        let (mut asked, lines) = (requisition(RequisitionStatus::PartiallyIssued), [line("6")]);
        assert_eq!(asked.close(&lines, None, act()).unwrap_err().field, ["reason"]);
        asked.close(&lines, Some("the store has no more"), act()).unwrap();
        assert_eq!(asked.status, RequisitionStatus::Closed);
    }
}
