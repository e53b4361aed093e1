//! Idempotency keys: one effect, the same answer, for a day.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use chassis::idempotency::{Attempt, once, prune};
use chassis::testkit::Kit;
use chassis::{Caller, Code, Error, Result};

use crate::pantry::{HERE, kit};

/// Runs the effect under `key`: it counts how often it really ran and answers that number.
async fn effect(kit: &Kit, caller: &Caller, key: Option<&str>, input: &str, ran: &AtomicU32) -> Result<u32> {
    let attempt = Attempt::try_new(caller, "effect", key, &input, kit.clock().now())?;
    let attempt = &attempt;
    kit.db()
        .write(|tx| async move { once(&tx, attempt, async { Ok(ran.fetch_add(1, Ordering::SeqCst) + 1) }).await })
        .await
}

#[tokio::test]
async fn a_repeated_key_replays_the_answer() {
    let (kit, ran) = (kit().await, AtomicU32::new(0));
    let caller = kit.caller(HERE, &[]);
    assert_eq!(effect(&kit, &caller, Some("k1"), "a", &ran).await.unwrap(), 1);
    assert_eq!(effect(&kit, &caller, Some("k1"), "a", &ran).await.unwrap(), 1);
    assert_eq!(effect(&kit, &caller, Some("k2"), "a", &ran).await.unwrap(), 2);
    assert_eq!(effect(&kit, &caller, None, "a", &ran).await.unwrap(), 3);
    let somebody_else = kit.caller(HERE, &[]);
    assert_eq!(effect(&kit, &somebody_else, Some("k1"), "a", &ran).await.unwrap(), 4);
}

#[tokio::test]
async fn the_same_key_for_another_input_is_refused() {
    let (kit, ran) = (kit().await, AtomicU32::new(0));
    let caller = kit.caller(HERE, &[]);
    effect(&kit, &caller, Some("k"), "a", &ran).await.unwrap();
    let error = effect(&kit, &caller, Some("k"), "b", &ran).await.unwrap_err();
    assert_eq!(error.code(), Code::IdempotencyMismatch);
    assert_eq!(ran.load(Ordering::SeqCst), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn twenty_at_once_have_one_effect() {
    let (kit, ran) = (kit().await, AtomicU32::new(0));
    let caller = kit.caller(HERE, &[]);
    let attempts = (0..20).map(|_| effect(&kit, &caller, Some("k"), "a", &ran));
    let answers = futures::future::try_join_all(attempts).await.unwrap();
    assert!(answers.iter().all(|answer| answer == &answers[0]), "{answers:?}");
}

#[tokio::test]
async fn a_failed_attempt_leaves_the_key_free() {
    let (kit, ran) = (kit().await, AtomicU32::new(0));
    let caller = kit.caller(HERE, &[]);
    let attempt = Attempt::try_new(&caller, "effect", Some("k"), &"a", kit.clock().now()).unwrap();
    let attempt = &attempt;
    let failed: Result<u32> = kit
        .db()
        .write(|tx| async move { once(&tx, attempt, async { Err(Error::not_found("jar")) }).await })
        .await;
    assert_eq!(failed.unwrap_err().code(), Code::NotFound);
    assert_eq!(effect(&kit, &caller, Some("k"), "a", &ran).await.unwrap(), 1);
}

#[tokio::test]
async fn a_key_is_free_again_after_a_day() {
    let (kit, ran) = (kit().await, AtomicU32::new(0));
    let caller = kit.caller(HERE, &[]);
    effect(&kit, &caller, Some("k"), "a", &ran).await.unwrap();
    kit.clock().advance(Duration::from_secs(24 * 3_600 - 1));
    assert_eq!(effect(&kit, &caller, Some("k"), "a", &ran).await.unwrap(), 1);
    kit.clock().advance(Duration::from_secs(1));
    assert_eq!(effect(&kit, &caller, Some("k"), "b", &ran).await.unwrap(), 2);
    assert_eq!(prune(kit.db(), kit.clock().now()).await.unwrap(), 0);
    kit.clock().advance(Duration::from_secs(24 * 3_600));
    assert_eq!(prune(kit.db(), kit.clock().now()).await.unwrap(), 1);
}

#[tokio::test]
async fn an_empty_or_endless_key_is_refused() {
    let (kit, ran) = (kit().await, AtomicU32::new(0));
    let caller = kit.caller(HERE, &[]);
    for key in ["", "  ", &"x".repeat(129)] {
        let error = effect(&kit, &caller, Some(key), "a", &ran).await.unwrap_err();
        assert_eq!(error.code(), Code::ValidationError);
    }
    assert_eq!(ran.load(Ordering::SeqCst), 0);
}
