//! How a saga moves.

use std::collections::BTreeSet;

use super::*;

const PLAN: Plan = Plan {
    kind: "JAR",
    told_by: &[],
    steps: &[
        Step { name: "FILL", undo: Some("EMPTY"), events: &[] },
        Step { name: "SEAL", undo: None, events: &[] },
        Step { name: "SHELVE", undo: Some("UNSHELVE"), events: &[] },
    ],
};

fn now() -> DateTime<Utc> {
    "2026-07-01T08:00:00Z".parse().unwrap()
}

/// What happens to a saga.
type Way = fn(&mut Saga);

/// Begun at version 3: filled, being sealed, being shelved.
fn saga() -> Saga {
    let mut saga = Saga::new(&PLAN, (Uuid::from_u128(7), 3), now());
    saga.finish("FILL", now());
    saga.start("SEAL", now());
    saga.start("SHELVE", now());
    saga
}

fn states(saga: &Saga) -> (SagaStatus, Vec<StepStatus>) {
    (saga.status, saga.steps.iter().map(|step| step.status).collect())
}

use SagaStatus as Is;
use StepStatus::{Compensated, Compensating, Done, Failed, Pending, Refused, Running, Skipped};

#[test]
fn every_state_and_command_is_an_arrow_or_refused() {
    let sagas = SagaStatus::ALL.iter().flat_map(|state| Turn::ALL.iter().map(|turn| (*state, *turn)));
    let open = sagas.filter(|(state, turn)| SAGA_MACHINE.step(*state, *turn).is_ok());
    assert_eq!(open.count(), SAGA_MACHINE.arrows.len());
    let steps = StepStatus::ALL.iter().flat_map(|state| Move::ALL.iter().map(|it| (*state, *it)));
    let open = steps.filter(|(state, it)| STEP_MACHINE.step(*state, *it).is_ok());
    assert_eq!(open.count(), STEP_MACHINE.arrows.len());
}

#[test]
fn it_is_completed_when_every_step_is_done_or_skipped() {
    let mut saga = saga();
    assert_eq!(states(&saga), (Is::Running, vec![Done, Running, Running]));
    saga.finish("SHELVE", now());
    assert_eq!(saga.status, Is::Running);
    saga.skip("SEAL", "it is opened at once", now());
    assert_eq!(states(&saga), (Is::Completed, vec![Done, Skipped, Done]));
    assert_eq!(saga.finished_at, Some(now().into()));
    assert_eq!(saga.steps[1].error.as_deref(), Some("it is opened at once"));
    assert_eq!(saga.steps.iter().map(|step| step.attempts).collect::<Vec<_>>(), [1, 1, 1]);
}

#[test]
fn what_comes_twice_changes_nothing() {
    let mut saga = saga();
    saga.finish("SEAL", now());
    let once = saga.clone();
    saga.finish("SEAL", now());
    saga.start("SEAL", now());
    assert!(saga.answer("SEAL", 3, now()));
    saga.undone("FILL", now());
    saga.stand("never given up", now());
    saga.finish("no such step", now());
    assert_eq!(saga, once);
}

#[test]
fn a_failed_step_waits_and_goes_on() {
    let mut saga = saga();
    saga.note_attempt("SEAL", ("no lid", 2), now());
    assert_eq!((saga.status, saga.steps[1].attempts), (Is::Running, 2));
    saga.fail("SEAL", ("no lid", 5), now());
    saga.finish("SHELVE", now());
    assert_eq!(states(&saga), (Is::Failed, vec![Done, Failed, Done]));
    assert_eq!((saga.steps[1].attempts, saga.steps[1].error.as_deref()), (5, Some("no lid")));
    saga.finish("SEAL", now());
    assert_eq!(states(&saga), (Is::Completed, vec![Done, Done, Done]));
    assert_eq!((saga.steps[1].attempts, saga.steps[1].error.as_deref()), (6, None));
}

#[test]
fn a_no_undoes_what_was_done_and_asked_for() {
    let mut saga = saga();
    saga.refuse("SEAL", ("no lid", 4), now());
    assert_eq!(states(&saga), (Is::Compensating, vec![Compensating, Refused, Compensating]));
    assert_eq!(saga.reason.as_deref(), Some("no lid"));
    saga.undone("FILL", now());
    assert!(saga.answer("SHELVE", 3, now()), "it was asked for before");
    assert_eq!(saga.status, Is::Compensating, "an answer to what was asked before undoes nothing");
    assert!(saga.answer("SHELVE", 4, now()));
    assert_eq!(states(&saga), (Is::Compensated, vec![Compensated, Refused, Compensated]));
    assert!(!saga.answer("SHELVE", 3, now()), "done after it was undone");
    assert_eq!(saga.status, Is::Compensated);
}

#[test]
fn it_is_undone_from_wherever_it_stands() {
    // Each way to stand, and what is to be undone then.
    let ways: [(Way, Vec<StepStatus>); 4] = [
        (|_| {}, vec![Compensating, Skipped, Compensating]),
        (|saga| saga.fail("SHELVE", ("no room", 5), now()), vec![Compensating, Skipped, Compensating]),
        (|saga| saga.fail("SEAL", ("no lid", 5), now()), vec![Compensating, Skipped, Compensating]),
        (
            |saga| {
                saga.finish("SEAL", now());
                saga.finish("SHELVE", now());
            },
            vec![Compensating, Done, Compensating],
        ),
    ];
    for (way, undoing) in ways {
        let mut saga = saga();
        way(&mut saga);
        saga.compensate(("given up", 5), now());
        assert_eq!(states(&saga), (Is::Compensating, undoing));
        let asked = saga.clone();
        saga.compensate(("given up twice", 6), now());
        assert_eq!(saga, asked);
        saga.fail("SHELVE", ("no hands", 5), now());
        assert_eq!((saga.status, saga.steps[2].status), (Is::Failed, Failed));
        saga.undone("FILL", now());
        assert_eq!(saga.status, Is::Failed);
        saga.undone("SHELVE", now());
        assert_eq!(saga.status, Is::Compensated);
    }
}

#[test]
fn what_never_began_needs_no_undo() {
    let mut saga = Saga::new(&PLAN, (Uuid::from_u128(7), 3), now());
    saga.compensate(("given up", 4), now());
    assert_eq!(states(&saga), (Is::Compensated, vec![Skipped, Skipped, Skipped]));
    let mut saga = Saga::new(&PLAN, (Uuid::from_u128(7), 3), now());
    assert_eq!(saga.steps[0].status, Pending);
    saga.skip_rest("there is no jar", now());
    assert_eq!(states(&saga), (Is::Completed, vec![Skipped, Skipped, Skipped]));
}

#[test]
fn what_cannot_be_undone_stands() {
    let mut saga = saga();
    saga.finish("SEAL", now());
    saga.finish("SHELVE", now());
    saga.compensate(("given up", 5), now());
    saga.undone("FILL", now());
    saga.stand("the shelf is locked", now());
    assert_eq!(states(&saga), (Is::Completed, vec![Done, Done, Done]));
    assert_eq!(saga.reason.as_deref(), Some("the shelf is locked"));
    saga.compensate(("given up again", 7), now());
    assert_eq!(saga.status, Is::Compensating, "it may be tried again");
}

/// Walks everything that can be said, in any order, three times over: the status never contradicts the steps.
#[test]
fn whatever_is_said_the_status_follows_from_the_steps() {
    let names = ["FILL", "SEAL", "SHELVE"];
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut open = vec![saga()];
    while let Some(saga) = open.pop() {
        let key = format!("{:?} {:?}", states(&saga), saga.undone_version);
        if !seen.insert(key) {
            continue;
        }
        let (status, steps) = states(&saga);
        let any = |wanted| steps.contains(&wanted);
        assert_eq!(status == Is::Failed, any(Failed), "{saga:?}");
        assert_eq!(status == Is::Compensating, any(Compensating) && !any(Failed), "{saga:?}");
        assert!(
            status != Is::Completed || steps.iter().all(|step| [Done, Skipped].contains(step)),
            "{saga:?}"
        );
        assert!(status != Is::Compensated || !any(Running) && !any(Pending), "{saga:?}");
        assert_eq!(
            saga.finished_at.is_some(),
            [Is::Completed, Is::Compensated].contains(&status),
            "{saga:?}"
        );
        for name in names {
            let mut next = [0; 7].map(|_| saga.clone());
            next[0].start(name, now());
            next[1].finish(name, now());
            next[2].skip(name, "not needed", now());
            next[3].fail(name, ("failed", 5), now());
            next[4].refuse(name, ("refused", 4), now());
            next[5].undone(name, now());
            next[6].compensate(("given up", 4), now());
            open.extend(next);
        }
        let mut standing = saga;
        standing.stand("it stays", now());
        open.push(standing);
    }
    assert!(seen.len() > 50, "{}", seen.len());
}
