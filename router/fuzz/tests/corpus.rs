//! The seeds and the committed corpus, and random mutants of them, a bounded number with every run. A finding names its input: it belongs
//! into the corpus, minimised, together with the mend.

use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use router_fuzz::Target;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

/// Mutants of each target; `FUZZ_MUTANTS` asks for more.
const MUTANTS: usize = 1_000;

#[test]
fn subgraph_schemas() {
    run(Target::Sdl);
}

#[test]
fn supergraphs() {
    run(Target::Supergraph);
}

#[test]
fn operations() {
    run(Target::Operation);
}

#[test]
fn responses() {
    run(Target::Response);
}

fn run(target: Target) {
    let seeds =
        target.seeds().into_iter().enumerate().map(|(at, seed)| (format!("seed {at}"), seed.into_bytes()));
    let seeds: Vec<_> = seeds.collect();
    let committed = committed(target);
    assert!(seeds.len() >= 20 && committed.len() >= 20, "inputs of {} are missing", target.name());
    let corpus = [seeds, committed].concat();
    for (name, input) in &corpus {
        check(target, input, name);
    }
    let mutants = std::env::var("FUZZ_MUTANTS").ok().and_then(|count| count.parse().ok()).unwrap_or(MUTANTS);
    let mut dice = ChaCha8Rng::seed_from_u64(7);
    for number in 0..mutants {
        let mutant = mutate(&corpus, &mut dice);
        check(target, &mutant, &format!("mutant {number}: {:?}", String::from_utf8_lossy(&mutant)));
    }
}

fn check(target: Target, input: &[u8], shown: &str) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| target.run(input))) {
        eprintln!("{}: {shown}", target.name());
        std::panic::resume_unwind(panic);
    }
}

fn committed(target: Target) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target.name());
    let mut paths: Vec<PathBuf> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("the folder can be read").path())
        .collect();
    paths.sort();
    paths
        .into_iter()
        .map(|path| (path.display().to_string(), fs::read(&path).expect("the file can be read")))
        .collect()
}

/// Moves, doubles, drops and swaps words between two inputs: what stays readable gets deeper than random bytes.
fn mutate(corpus: &[(String, Vec<u8>)], dice: &mut ChaCha8Rng) -> Vec<u8> {
    let pick = |dice: &mut ChaCha8Rng| corpus.choose(dice).map(|(_, input)| words(input)).unwrap_or_default();
    let (mut mutant, other) = (pick(dice), pick(dice));
    for _ in 0..dice.random_range(1..6) {
        if mutant.is_empty() || other.is_empty() {
            break;
        }
        let at = dice.random_range(0..mutant.len());
        let from = dice.random_range(0..mutant.len());
        let length = dice.random_range(1..=(mutant.len() - from).min(30));
        let piece = mutant[from..from + length].to_vec();
        match dice.random_range(0..5) {
            0 => mutant[at] = other[dice.random_range(0..other.len())].clone(),
            1 => drop(mutant.drain(from..from + length)),
            2 => drop(mutant.splice(at..at, piece)),
            3 => mutant.swap(at, from),
            _ => {
                let byte = mutant[at].first_mut();
                byte.map(|byte| *byte = dice.random_range(0..=255)).unwrap_or_default();
            }
        }
    }
    mutant.concat()
}

/// Names, numbers and blanks in one piece, everything else by the byte.
fn words(input: &[u8]) -> Vec<Vec<u8>> {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    input.chunk_by(|left, right| is_word(left) && is_word(right)).map(<[u8]>::to_vec).collect()
}
