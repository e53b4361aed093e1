//! The count, its lines and what may be done to them. Pure.

use std::str::FromStr;

use chassis::{Code, Refusal, Refusals};
use chrono::{DateTime, Utc};
use primitives::{CurrencyCode, Decimal, LocationId, PostingId, ProductId, StockCountId, Unit, UserId};
use serde::Serialize;

use crate::act::Act;
use crate::machine::Machine;

/// Products of one count; a store that holds more is counted shelf by shelf.
pub(crate) const LINES_MAX: usize = 5_000;
/// Characters of a note or reason.
const TEXT_CHARS_MAX: usize = 500;
/// The shortest reason for sending a count back or giving it up.
const REASON_CHARS_MIN: usize = 10;

/// What happens to the location while people count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub(crate) enum CountMode {
    /// Nothing else posts there.
    Frozen,
    /// Movements go on.
    Live,
    /// Nothing else posts there, and those who count do not see what the books expect.
    Blind,
}

impl CountMode {
    /// The word stored in tables.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Frozen => "FROZEN",
            Self::Live => "LIVE",
            Self::Blind => "BLIND",
        }
    }

    /// Whether the location is locked meanwhile.
    pub(crate) fn locks(self) -> bool {
        self != Self::Live
    }
}

impl FromStr for CountMode {
    type Err = String;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        let all = [Self::Frozen, Self::Live, Self::Blind];
        all.into_iter().find(|mode| mode.code() == code).ok_or_else(|| format!("unknown count mode {code}"))
    }
}

/// Where a count stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub(crate) enum CountStatus {
    /// Announced, not begun.
    Planned,
    /// People count.
    InProgress,
    /// Counted; somebody looks at the differences.
    Review,
    /// The differences are in the books.
    Posted,
    /// Given up.
    Cancelled,
}

/// What can be done to a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CountCommand {
    /// Begin.
    Start,
    /// Enter what was counted.
    Record,
    /// Say that everything was counted.
    Submit,
    /// Have it counted again.
    Reopen,
    /// Bring the differences into the books.
    Post,
    /// Give it up.
    Cancel,
}

impl Machine for CountStatus {
    type Command = CountCommand;

    const ARROWS: &'static [(Self, CountCommand, Self)] = &[
        (Self::Planned, CountCommand::Start, Self::InProgress),
        (Self::InProgress, CountCommand::Record, Self::InProgress),
        (Self::InProgress, CountCommand::Submit, Self::Review),
        (Self::Review, CountCommand::Reopen, Self::InProgress),
        (Self::Review, CountCommand::Post, Self::Posted),
        (Self::Planned, CountCommand::Cancel, Self::Cancelled),
        (Self::InProgress, CountCommand::Cancel, Self::Cancelled),
        (Self::Review, CountCommand::Cancel, Self::Cancelled),
    ];

    fn code(self) -> &'static str {
        match self {
            Self::Planned => "PLANNED",
            Self::InProgress => "IN_PROGRESS",
            Self::Review => "REVIEW",
            Self::Posted => "POSTED",
            Self::Cancelled => "CANCELLED",
        }
    }
}

impl FromStr for CountStatus {
    type Err = String;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        let all = [Self::Planned, Self::InProgress, Self::Review, Self::Posted, Self::Cancelled];
        all.into_iter()
            .find(|status| status.code() == code)
            .ok_or_else(|| format!("unknown count status {code}"))
    }
}

/// A count without its lines, as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StockCount {
    /// Identity.
    pub(crate) id: StockCountId,
    /// Its number, `SC-2026-001`.
    pub(crate) number: String,
    /// Where.
    pub(crate) location: LocationId,
    /// What happens to the location meanwhile.
    pub(crate) mode: CountMode,
    /// Where it stands.
    pub(crate) status: CountStatus,
    /// Whether everything at the location is counted, and not only some products.
    pub(crate) is_whole: bool,
    /// By how many percent of the expected quantity a line may differ without being counted again.
    pub(crate) tolerance_percent: Decimal,
    /// Which round of counting it is in, from 1; 0 before the first.
    pub(crate) round: i32,
    /// What there is to say.
    pub(crate) note: Option<String>,
    /// Why it was sent back or given up.
    pub(crate) reason: Option<String>,
    /// When counting began.
    pub(crate) started_at: Option<DateTime<Utc>>,
    /// When everything had been counted, and who said so.
    pub(crate) submitted: Option<(DateTime<Utc>, UserId)>,
    /// When it was posted or given up.
    pub(crate) closed_at: Option<DateTime<Utc>>,
    /// What its posting wrote; `None` before, and where nothing differed.
    pub(crate) posting: Option<PostingId>,
    /// What the differences are worth, once posted.
    pub(crate) variance_value: Option<(Decimal, CurrencyCode)>,
    /// Counts the changes, from 1.
    pub(crate) version: i32,
    /// When it was planned.
    pub(crate) created_at: DateTime<Utc>,
    /// Who planned it.
    pub(crate) created_by: UserId,
    /// When it last changed.
    pub(crate) updated_at: DateTime<Utc>,
    /// Who last changed it.
    pub(crate) updated_by: UserId,
}

/// One product of a count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CountLine {
    /// Its place on the sheet, from 0.
    pub(crate) position: i32,
    /// Of which product.
    pub(crate) product: ProductId,
    /// Unit of the quantities.
    pub(crate) unit: Unit,
    /// What the books say should be there.
    pub(crate) expected: Decimal,
    /// What was found.
    pub(crate) counted: Option<Decimal>,
    /// What was found when it was counted again.
    pub(crate) recounted: Option<Decimal>,
    /// When it was last counted, and by whom.
    pub(crate) counted_by: Option<(DateTime<Utc>, UserId)>,
}

impl CountLine {
    /// A product nobody has counted yet.
    pub(crate) fn uncounted(position: i32, product: ProductId, unit: Unit, expected: Decimal) -> Self {
        Self { position, product, unit, expected, counted: None, recounted: None, counted_by: None }
    }

    /// What was found last.
    pub(crate) fn found(&self) -> Option<Decimal> {
        self.recounted.or(self.counted)
    }

    /// By how much that differs from the books; `None` before anything was counted.
    pub(crate) fn variance(&self) -> Option<Decimal> {
        // Both are below a billion, so their difference is in range.
        self.found().map(|found| Decimal::from_raw(found.raw() - self.expected.raw()))
    }

    /// Whether it differs by more than `tolerance_percent` of what was expected.
    pub(crate) fn is_beyond(&self, tolerance_percent: Decimal) -> bool {
        let differs = i128::from(self.variance().unwrap_or(Decimal::ZERO).raw().abs());
        let allowed = i128::from(tolerance_percent.raw()) * i128::from(self.expected.raw().abs());
        // Percent are hundredths and the tolerance is in hundred-thousandths.
        differs * 100 * 100_000 > allowed
    }

    /// Enters what was found in a round; `books` are the books of this moment.
    pub(crate) fn record(&mut self, round: i32, found: Decimal, books: Decimal, act: Act) {
        if round > 1 {
            self.recounted = Some(found);
        } else {
            self.counted = Some(found);
        }
        self.expected = books;
        self.counted_by = Some((act.at, act.by));
    }
}

impl StockCount {
    /// What is wrong with the words and the tolerance of a planned count.
    pub(crate) fn violations(note: Option<&str>, tolerance_percent: Decimal) -> Refusals {
        let mut refusals = Refusals::new();
        let is_sane = !tolerance_percent.is_negative() && tolerance_percent <= Decimal::from_whole(100);
        refusals.check(is_sane, || Refusal::invalid("tolerancePercent", "a tolerance is 0 to 100 percent"));
        refusals.check(note.unwrap_or_default().chars().count() <= TEXT_CHARS_MAX, || {
            Refusal::invalid("note", format!("a note has at most {TEXT_CHARS_MAX} characters"))
        });
        refusals
    }

    /// Begins the first round.
    pub(crate) fn start(&mut self, act: Act) -> Result<(), Refusal> {
        self.step(CountCommand::Start, act)?;
        (self.round, self.started_at) = (1, Some(act.at));
        Ok(())
    }

    /// Lets somebody enter what was found.
    pub(crate) fn record(&mut self, act: Act) -> Result<(), Refusal> {
        self.step(CountCommand::Record, act)
    }

    /// Says that everything was counted.
    pub(crate) fn submit(&mut self, lines: &[CountLine], act: Act) -> Result<(), Refusal> {
        self.status.after(CountCommand::Submit)?;
        let missing = lines.iter().filter(|line| line.found().is_none()).count();
        if missing > 0 {
            let message = format!("{missing} lines have not been counted");
            return Err(Refusal::invalid("lines", message).with("uncounted", missing));
        }
        self.step(CountCommand::Submit, act)?;
        self.submitted = Some((act.at, act.by));
        Ok(())
    }

    /// Has it counted again.
    pub(crate) fn reopen(&mut self, reason: &str, act: Act) -> Result<(), Refusal> {
        self.status.after(CountCommand::Reopen)?;
        self.explain(reason)?;
        self.step(CountCommand::Reopen, act)?;
        (self.round, self.submitted) = (self.round + 1, None);
        Ok(())
    }

    /// Says that the differences may be posted.
    pub(crate) fn post(&mut self, lines: &[CountLine], act: Act) -> Result<(), Refusal> {
        self.status.after(CountCommand::Post)?;
        if self.submitted.is_some_and(|(_, submitter)| submitter == act.by) {
            let message = "who submits a count does not post it";
            return Err(Refusal::new(Code::SodViolation, "id", message));
        }
        let doubtful = lines
            .iter()
            .filter(|line| line.recounted.is_none() && line.is_beyond(self.tolerance_percent))
            .count();
        if doubtful > 0 {
            let message =
                format!("{doubtful} lines differ by more than the tolerance and have to be counted again");
            return Err(Refusal::new(Code::LimitExceeded, "lines", message).with("beyondTolerance", doubtful));
        }
        self.step(CountCommand::Post, act)?;
        self.closed_at = Some(act.at);
        Ok(())
    }

    /// Gives it up.
    pub(crate) fn cancel(&mut self, reason: &str, act: Act) -> Result<(), Refusal> {
        self.status.after(CountCommand::Cancel)?;
        self.explain(reason)?;
        self.step(CountCommand::Cancel, act)?;
        self.closed_at = Some(act.at);
        Ok(())
    }

    /// Whether those who count may see what the books expect.
    pub(crate) fn shows_expected(&self) -> bool {
        let is_counting = matches!(self.status, CountStatus::Planned | CountStatus::InProgress);
        self.mode != CountMode::Blind || !is_counting
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

    fn step(&mut self, command: CountCommand, act: Act) -> Result<(), Refusal> {
        self.status = self.status.after(command)?;
        (self.version, self.updated_at, self.updated_by) = (self.version + 1, act.at, act.by);
        Ok(())
    }
}

/// What a list of counts is narrowed by. All that is given must hold.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct CountCriterion {
    /// One of these ids.
    pub(crate) ids: Option<Vec<StockCountId>>,
    /// One of these numbers.
    pub(crate) numbers: Option<Vec<String>>,
    /// At one of these locations.
    pub(crate) locations: Option<Vec<LocationId>>,
    /// Standing at one of these.
    pub(crate) statuses: Option<Vec<CountStatus>>,
    /// In one of these modes.
    pub(crate) modes: Option<Vec<CountMode>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMANDS: [CountCommand; 6] = [
        CountCommand::Start,
        CountCommand::Record,
        CountCommand::Submit,
        CountCommand::Reopen,
        CountCommand::Post,
        CountCommand::Cancel,
    ];

    fn dec(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn act() -> Act {
        Act { at: DateTime::UNIX_EPOCH, by: UserId::generate() }
    }

    fn count(status: CountStatus) -> StockCount {
        let Act { at, by } = act();
        StockCount {
            id: StockCountId::generate(),
            number: "SC-2026-001".to_owned(),
            location: LocationId::generate(),
            mode: CountMode::Blind,
            status,
            is_whole: true,
            tolerance_percent: dec("2"),
            round: 1,
            note: None,
            reason: None,
            started_at: None,
            submitted: None,
            closed_at: None,
            posting: None,
            variance_value: None,
            version: 1,
            created_at: at,
            created_by: by,
            updated_at: at,
            updated_by: by,
        }
    }

    fn line(expected: &str, found: Option<&str>) -> CountLine {
        let mut line = CountLine::uncounted(0, ProductId::generate(), "kg".parse().unwrap(), dec(expected));
        line.counted = found.map(dec);
        line
    }

    fn attempt(count: &mut StockCount, command: CountCommand) -> Result<(), Refusal> {
        let why = "the freezer was open all night";
        match command {
            CountCommand::Start => count.start(act()),
            CountCommand::Record => count.record(act()),
            CountCommand::Submit => count.submit(&[], act()),
            CountCommand::Reopen => count.reopen(why, act()),
            CountCommand::Post => count.post(&[], act()),
            CountCommand::Cancel => count.cancel(why, act()),
        }
    }

    #[test]
    fn every_command_in_every_state() {
        use CountStatus::{Cancelled, InProgress, Planned, Posted, Review};
        let expected = [
            (Planned, [Some(InProgress), None, None, None, None, Some(Cancelled)]),
            (InProgress, [None, Some(InProgress), Some(Review), None, None, Some(Cancelled)]),
            (Review, [None, None, None, Some(InProgress), Some(Posted), Some(Cancelled)]),
            (Posted, [None; 6]),
            (Cancelled, [None; 6]),
        ];
        for (state, outcomes) in expected {
            for (command, outcome) in COMMANDS.into_iter().zip(outcomes) {
                let mut counted = count(state);
                let result = attempt(&mut counted, command);
                assert_eq!(result.is_ok(), outcome.is_some(), "{command:?} when {}", state.code());
                assert_eq!(counted.status, outcome.unwrap_or(state), "{command:?} when {}", state.code());
                assert_eq!(counted.version, 1 + i32::from(outcome.is_some()));
                if let Err(refusal) = result {
                    assert_eq!(
                        (refusal.code, &refusal.meta["from"]),
                        (Code::InvalidState, &state.code().into())
                    );
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
        assert_eq!(documented.join("\n") + "\n", CountStatus::diagram());
        assert_eq!(CountStatus::states().len(), 5);
    }

    #[test]
    fn a_tolerance_is_a_share_of_what_was_expected() {
        for (expected, found, is_beyond) in [
            ("100", "98", false),
            ("100", "97.99999", true),
            ("100", "102", false),
            ("100", "102.00001", true),
            ("0", "0", false),
            ("0", "0.00001", true),
            ("-5", "-5", false),
            ("999999999.99999", "0", true),
        ] {
            assert_eq!(line(expected, Some(found)).is_beyond(dec("2")), is_beyond, "{expected} {found}");
        }
    }

    #[test]
    fn a_line_beyond_the_tolerance_is_posted_only_after_a_recount() {
        let mut counted = count(CountStatus::Review);
        let mut wrong = line("10", Some("7"));
        let refusal = counted.post(&[wrong.clone()], act()).unwrap_err();
        assert_eq!((refusal.code, &refusal.meta["beyondTolerance"]), (Code::LimitExceeded, &1.into()));
        wrong.record(2, dec("7"), dec("10"), act());
        assert_eq!((wrong.counted, wrong.recounted), (Some(dec("7")), Some(dec("7"))));
        counted.post(&[wrong], act()).unwrap();
    }

    #[test]
    fn who_submits_does_not_post() {
        let (mut counted, me) = (count(CountStatus::InProgress), act());
        assert_eq!(counted.submit(&[line("1", None)], me).unwrap_err().meta["uncounted"], 1);
        counted.submit(&[line("1", Some("1"))], me).unwrap();
        assert_eq!(counted.post(&[], me).unwrap_err().code, Code::SodViolation);
        counted.post(&[], act()).unwrap();
    }

    #[test]
    fn a_blind_count_shows_what_was_expected_once_it_is_counted() {
        assert!(!count(CountStatus::InProgress).shows_expected());
        assert!(count(CountStatus::Review).shows_expected());
        assert!(StockCount { mode: CountMode::Frozen, ..count(CountStatus::InProgress) }.shows_expected());
    }

    #[test]
    fn a_reason_says_something() {
        let mut counted = count(CountStatus::Review);
        assert_eq!(counted.reopen("  too bad  ", act()).unwrap_err().field, ["reason"]);
        counted.reopen("the freezer was open", act()).unwrap();
        assert_eq!((counted.round, counted.reason.as_deref()), (2, Some("the freezer was open")));
    }
}
