//! Decisions that depend on nothing but words: the same demo every time. Pure.

use uuid::Uuid;

/// The instant all demo ids carry: 1 June 2026.
const BASE_MILLIS: u64 = 1_780_272_000_000;

/// A number below `bound` that depends on nothing but the words.
pub(super) fn pick(words: &[&str], bound: usize) -> usize {
    let bytes = *hash(words).as_bytes();
    let number = u64::from_be_bytes([
        bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], bytes[10], bytes[11],
    ]);
    usize::try_from(number % bound.max(1) as u64).unwrap_or(0)
}

/// The parts of an id that depends on nothing but the words.
pub(super) fn parts(words: &[&str]) -> (u64, [u8; 10]) {
    let bytes = *hash(words).as_bytes();
    let mut entropy = [0; 10];
    entropy.copy_from_slice(&bytes[..10]);
    (BASE_MILLIS, entropy)
}

fn hash(words: &[&str]) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_OID, words.join("\u{1f}").as_bytes())
}
