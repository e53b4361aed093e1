//! A saga, its steps, and the arrows along which both move. Pure.
//!
//! The saga's own status follows from those of its steps. A call that no arrow allows changes nothing: what comes twice or too late
//! was dealt with.

use async_graphql::{ComplexObject, ID, SimpleObject};
use chrono::{DateTime, Utc};
use primitives::SagaId;
use uuid::Uuid;

use crate::machine::{Machine, Word, words};

/// What a service plans for one kind of document.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Its name: `PURCHASE_REQUEST`.
    pub kind: &'static str,
    /// The other services whose dead letters concern it.
    pub told_by: &'static [&'static str],
    /// Its steps in the order in which they are shown.
    pub steps: &'static [Step],
}

/// A step that is planned.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// Its name: `RESERVE_STOCK`.
    pub name: &'static str,
    /// What takes it back, where something does.
    pub undo: Option<&'static str>,
    /// Who acts on which events for it, there and back: the consumer's name and the event's.
    pub events: &'static [(&'static str, &'static str)],
}

words! {
    /// Where a saga stands.
    #[derive(async_graphql::Enum)]
    SagaStatus {
        /// Some steps are still to come.
        Running = "RUNNING",
        /// Every step is done or was not needed.
        Completed = "COMPLETED",
        /// It is being undone.
        Compensating = "COMPENSATING",
        /// It was undone.
        Compensated = "COMPENSATED",
        /// A step failed and waits for somebody to replay its dead letter.
        Failed = "FAILED",
    }
}

words! {
    /// Where a step of a saga stands.
    #[derive(async_graphql::Enum)]
    #[graphql(name = "SagaStepStatus")]
    StepStatus {
        /// Its turn comes later.
        Pending = "PENDING",
        /// It was asked for.
        Running = "RUNNING",
        /// It is done.
        Done = "DONE",
        /// It failed, or undoing it did, and waits for somebody to replay its dead letter.
        Failed = "FAILED",
        /// Who was to do it said no.
        Refused = "REFUSED",
        /// It was not needed.
        Skipped = "SKIPPED",
        /// Undoing it was asked for.
        Compensating = "COMPENSATING",
        /// It was undone.
        Compensated = "COMPENSATED",
    }
}

words! {
    /// What happens to a saga.
    Turn {
        /// Its last step is done.
        Complete = "complete",
        /// A step fails.
        Fail = "fail",
        /// What failed is done.
        Resume = "resume",
        /// It is to be undone.
        Compensate = "compensate",
        /// The last step is undone.
        FinishCompensating = "finish compensating",
        /// It cannot be undone, so it stays done.
        Stand = "stand",
    }
}

words! {
    /// What happens to a step.
    Move {
        /// It is asked for.
        Start = "start",
        /// It is done.
        Finish = "finish",
        /// It is not needed.
        Skip = "skip",
        /// Who was to do it says no.
        Refuse = "refuse",
        /// It became a dead letter.
        Fail = "fail",
        /// Undoing it is asked for.
        Undo = "undo",
        /// It is undone.
        FinishUndo = "finish undo",
        /// It cannot be undone.
        Stand = "stand",
    }
}

/// The life of a saga.
pub const SAGA_MACHINE: Machine<SagaStatus, Turn> = {
    use SagaStatus::{Compensated, Compensating, Completed, Failed, Running};
    use Turn::{Compensate, Complete, Fail, FinishCompensating, Resume, Stand};
    Machine {
        name: "Saga",
        start: Running,
        arrows: &[
            (Running, Complete, Completed),
            (Running, Fail, Failed),
            (Running, Compensate, Compensating),
            (Failed, Resume, Running),
            (Failed, Complete, Completed),
            (Failed, Compensate, Compensating),
            (Failed, FinishCompensating, Compensated),
            (Completed, Compensate, Compensating),
            (Compensating, Fail, Failed),
            (Compensating, FinishCompensating, Compensated),
            (Compensating, Stand, Completed),
        ],
    }
};

/// The life of a step.
pub const STEP_MACHINE: Machine<StepStatus, Move> = {
    use Move::{Fail, Finish, FinishUndo, Refuse, Skip, Stand, Start, Undo};
    use StepStatus::{Compensated, Compensating, Done, Failed, Pending, Refused, Running, Skipped};
    Machine {
        name: "Step of a saga",
        start: Pending,
        arrows: &[
            (Pending, Start, Running),
            (Pending, Finish, Done),
            (Pending, Skip, Skipped),
            (Running, Finish, Done),
            (Running, Skip, Skipped),
            (Running, Refuse, Refused),
            (Running, Fail, Failed),
            (Running, Undo, Compensating),
            (Failed, Finish, Done),
            (Failed, Skip, Skipped),
            (Failed, Refuse, Refused),
            (Failed, Fail, Failed),
            (Failed, Undo, Compensating),
            (Failed, FinishUndo, Compensated),
            (Failed, Stand, Done),
            (Done, Undo, Compensating),
            (Compensating, Fail, Failed),
            (Compensating, FinishUndo, Compensated),
            (Compensating, Stand, Done),
            (Compensated, Stand, Done),
        ],
    }
};

/// Both machines, drawn.
pub fn diagrams() -> String {
    format!("{}\n{}", SAGA_MACHINE.diagram(), STEP_MACHINE.diagram())
}

/// What a document set in motion in other services, step by step.
#[derive(Clone, Debug, PartialEq, SimpleObject)]
#[graphql(complex, shareable)]
pub struct Saga {
    /// Identity.
    pub id: SagaId,
    /// What it is about: `PURCHASE_REQUEST`, `GOODS_RECEIVED_NOTE` …
    pub kind: String,
    /// Where it stands.
    pub status: SagaStatus,
    /// Why it is being undone, or was.
    pub reason: Option<String>,
    /// Its steps in their order.
    pub steps: Vec<SagaStep>,
    /// When it began.
    pub started_at: primitives::DateTime,
    /// When it moved last.
    pub updated_at: primitives::DateTime,
    /// When it ended.
    pub finished_at: Option<primitives::DateTime>,
    /// Counts the changes, from 1.
    pub version: i32,
    /// The document.
    #[graphql(skip)]
    pub subject: Uuid,
    /// The document's version with which it began.
    #[graphql(skip)]
    pub begun_version: i32,
    /// The document's version since which it is undone.
    #[graphql(skip)]
    pub undone_version: Option<i32>,
}

/// A document's own id, which clients know.
#[ComplexObject]
impl Saga {
    /// The document that set it in motion.
    async fn subject_id(&self) -> ID {
        ID(self.subject.to_string())
    }
}

/// One step of a saga.
#[derive(Clone, Debug, PartialEq, SimpleObject)]
#[graphql(shareable)]
pub struct SagaStep {
    /// What is done.
    pub name: String,
    /// What takes it back, where something does.
    pub undo: Option<String>,
    /// Where it stands.
    pub status: StepStatus,
    /// How often it was tried.
    pub attempts: i32,
    /// Why it failed, was refused, or was not needed.
    pub error: Option<String>,
    /// When it was asked for.
    pub started_at: Option<primitives::DateTime>,
    /// When it ended.
    pub finished_at: Option<primitives::DateTime>,
}

impl Saga {
    /// A saga none of whose steps has begun, about a document at some version.
    pub fn new(plan: &Plan, (subject, version): (Uuid, i32), at: DateTime<Utc>) -> Self {
        let step = |step: &Step| SagaStep {
            name: step.name.to_owned(),
            undo: step.undo.map(str::to_owned),
            status: STEP_MACHINE.start,
            attempts: 0,
            error: None,
            started_at: None,
            finished_at: None,
        };
        Self {
            id: SagaId::at(at),
            kind: plan.kind.to_owned(),
            status: SAGA_MACHINE.start,
            reason: None,
            steps: plan.steps.iter().map(step).collect(),
            started_at: at.into(),
            updated_at: at.into(),
            finished_at: None,
            version: 1,
            subject,
            begun_version: version,
            undone_version: None,
        }
    }

    /// Adds a step that only this saga has.
    pub fn add_step(&mut self, name: String) {
        let status = STEP_MACHINE.start;
        let (started_at, finished_at) = (None, None);
        self.steps.push(SagaStep {
            name,
            undo: None,
            status,
            attempts: 0,
            error: None,
            started_at,
            finished_at,
        });
    }

    /// A step was asked for.
    pub fn start(&mut self, step: &str, at: DateTime<Utc>) {
        self.go_on(step, Move::Start, None, at);
    }

    /// A step is done.
    pub fn finish(&mut self, step: &str, at: DateTime<Utc>) {
        self.go_on(step, Move::Finish, None, at);
    }

    /// A step is not needed.
    pub fn skip(&mut self, step: &str, why: &str, at: DateTime<Utc>) {
        self.go_on(step, Move::Skip, Some(why), at);
    }

    /// Nothing is left to be done: what is still to come is not needed.
    pub fn skip_rest(&mut self, why: &str, at: DateTime<Utc>) {
        for position in 0..self.steps.len() {
            let name = self.steps[position].name.clone();
            self.skip(&name, why, at);
        }
    }

    /// Who was to do a step says no; `version` of the document undoes the others.
    pub fn refuse(&mut self, step: &str, (why, version): (&str, i32), at: DateTime<Utc>) {
        if self.undone_version.is_none() && self.take(step, Move::Refuse, Some(why), at) {
            self.compensate((why, version), at);
        }
    }

    /// A step, or undoing it, became a dead letter after so many attempts.
    pub fn fail(&mut self, step: &str, (error, attempts): (&str, i32), at: DateTime<Utc>) {
        if self.take(step, Move::Fail, Some(error), at)
            && let Some(step) = self.steps.iter_mut().find(|each| each.name == step)
        {
            step.attempts = attempts;
        }
    }

    /// A step failed for this time and is tried again.
    pub fn note_attempt(&mut self, step: &str, (error, attempts): (&str, i32), at: DateTime<Utc>) {
        let open = [StepStatus::Running, StepStatus::Compensating];
        let found = self.steps.iter_mut().find(|each| each.name == step && open.contains(&each.status));
        if let Some(step) = found {
            (step.error, step.attempts) = (Some(error.to_owned()), attempts);
            self.touch(at);
        }
    }

    /// The document is given up at `version`: whatever was done or asked for is taken back, the rest is not begun.
    pub fn compensate(&mut self, (why, version): (&str, i32), at: DateTime<Utc>) {
        if self.undone_version.is_some() {
            return;
        }
        (self.undone_version, self.reason) = (Some(version), Some(why.to_owned()));
        self.turn(SagaStatus::Compensating, at);
        for position in 0..self.steps.len() {
            let SagaStep { name, undo, status, error, .. } = self.steps[position].clone();
            let is_over = [StepStatus::Pending, StepStatus::Running, StepStatus::Failed].contains(&status);
            if undo.is_some() && status != StepStatus::Pending {
                self.apply(&name, Move::Undo, None, at);
            } else if is_over {
                self.apply(&name, Move::Skip, error.as_deref(), at);
            }
        }
        self.settle(at);
    }

    /// A step is undone.
    pub fn undone(&mut self, step: &str, at: DateTime<Utc>) {
        if self.undone_version.is_some() {
            self.take(step, Move::FinishUndo, None, at);
        }
    }

    /// What was given up stays as it was done, since it could not be undone.
    pub fn stand(&mut self, why: &str, at: DateTime<Utc>) {
        let is_undone = [SagaStatus::Compensating, SagaStatus::Failed].contains(&self.status);
        let was_refused = self.steps.iter().any(|step| step.status == StepStatus::Refused);
        if !is_undone || was_refused || self.undone_version.take().is_none() {
            return;
        }
        self.reason = Some(why.to_owned());
        for position in 0..self.steps.len() {
            let name = self.steps[position].name.clone();
            self.apply(&name, Move::Stand, None, at);
        }
        self.settle(at);
    }

    /// Somebody has acted on the document as of `version`: the step is done, or undone when that is what the version was
    /// about. False when it was done after it had been undone, as a dead letter that is replayed does: then somebody has to ask
    /// for the undo once more.
    #[must_use]
    pub fn answer(&mut self, step: &str, version: i32, at: DateTime<Utc>) -> bool {
        match self.undone_version {
            None => self.finish(step, at),
            Some(undone) if undone <= version => self.undone(step, at),
            Some(_) => {
                let is_undone = |each: &SagaStep| each.status == StepStatus::Compensated;
                return !self.steps.iter().any(|each| each.name == step && is_undone(each));
            }
        }
        true
    }

    /// Moves a step of a saga that is not given up.
    fn go_on(&mut self, step: &str, command: Move, note: Option<&str>, at: DateTime<Utc>) {
        if self.undone_version.is_none() {
            self.take(step, command, note, at);
        }
    }

    fn take(&mut self, step: &str, command: Move, note: Option<&str>, at: DateTime<Utc>) -> bool {
        let has_moved = self.apply(step, command, note, at);
        if has_moved {
            self.settle(at);
        }
        has_moved
    }

    /// Moves a step where an arrow leads.
    fn apply(&mut self, step: &str, command: Move, note: Option<&str>, at: DateTime<Utc>) -> bool {
        let Some(step) = self.steps.iter_mut().find(|each| each.name == step) else { return false };
        let Ok(to) = STEP_MACHINE.step(step.status, command) else { return false };
        let is_try = matches!(command, Move::Start | Move::Undo)
            || (matches!(command, Move::Finish | Move::FinishUndo)
                && matches!(step.status, StepStatus::Pending | StepStatus::Failed));
        step.attempts += i32::from(is_try);
        step.status = to;
        step.error = note.map(str::to_owned);
        let is_open = [StepStatus::Running, StepStatus::Compensating, StepStatus::Failed].contains(&to);
        step.started_at = step.started_at.or(Some(at.into()));
        step.finished_at = (!is_open).then(|| at.into());
        true
    }

    /// The status follows from the steps.
    fn settle(&mut self, at: DateTime<Utc>) {
        use StepStatus::{Compensating, Done, Failed, Skipped};
        let any = |status| self.steps.iter().any(|step| step.status == status);
        let is_undone = self.undone_version.is_some();
        let status = match () {
            () if any(Failed) => SagaStatus::Failed,
            () if is_undone && any(Compensating) => SagaStatus::Compensating,
            () if is_undone => SagaStatus::Compensated,
            () if self.steps.iter().all(|step| [Done, Skipped].contains(&step.status)) => {
                SagaStatus::Completed
            }
            () => SagaStatus::Running,
        };
        self.turn(status, at);
    }

    /// Takes the arrow that leads to `status`.
    fn turn(&mut self, status: SagaStatus, at: DateTime<Utc>) {
        let arrows = SAGA_MACHINE.arrows;
        if self.status != status && arrows.iter().any(|(from, _, to)| (*from, *to) == (self.status, status)) {
            self.status = status;
        }
        let is_over = [SagaStatus::Completed, SagaStatus::Compensated].contains(&self.status);
        self.finished_at = is_over.then(|| at.into());
        self.touch(at);
    }

    fn touch(&mut self, at: DateTime<Utc>) {
        self.updated_at = at.into();
        self.version += 1;
    }
}

/// A word as it was stored.
pub(super) fn read<W: Word>(code: &str) -> Result<W, crate::error::Error> {
    W::from_code(code).ok_or_else(|| crate::error::Error::internal(format!("{code} is no word of a saga")))
}

#[cfg(test)]
#[path = "model_tests.rs"]
mod tests;
