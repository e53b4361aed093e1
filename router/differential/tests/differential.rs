//! Router against monolith, in as many random cases as the environment asks for.
//!
//! `DIFFERENTIAL_SEED` chooses other cases (default 1), `DIFFERENTIAL_GRAPHS` and `DIFFERENTIAL_OPERATIONS` more of them.

use router_differential::{Report, run};

/// The threads that share the work; each draws from seeds of its own.
const THREADS: u64 = 2;

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

#[test]
fn router_and_monolith_give_the_same_answers() {
    let seed = number("DIFFERENTIAL_SEED", 1);
    let graphs = usize::try_from(number("DIFFERENTIAL_GRAPHS", 520)).unwrap();
    let operations = usize::try_from(number("DIFFERENTIAL_OPERATIONS", 40)).unwrap();
    // A plan that is not sound panics; the report says so, the output need not.
    std::panic::set_hook(Box::new(|_| {}));
    let share = graphs / usize::try_from(THREADS).unwrap();
    let workers: Vec<_> = (0..THREADS)
        .map(|thread| {
            let seeds = (0..).map(move |number| seed * 1_000_003 + number * THREADS + thread);
            std::thread::spawn(move || run(seeds, share, operations))
        })
        .collect();
    let reports: Vec<Report> =
        workers.into_iter().map(|worker| worker.join().expect("no panic gets out")).collect();
    let _ = std::panic::take_hook();
    let failures: Vec<&String> = reports.iter().flat_map(|report| &report.failures).collect();
    let total = |count: fn(&Report) -> usize| reports.iter().map(count).sum::<usize>();
    eprintln!(
        "seed {seed}: {} operations over {} graphs; {} operations were not valid, {} graphs did not compose: {:?}",
        total(|report| report.operations),
        total(|report| report.graphs),
        total(|report| report.invalid),
        total(|report| report.refused.values().sum()),
        reports.iter().map(|report| &report.refused).collect::<Vec<_>>(),
    );
    let shown: Vec<String> = failures.iter().map(|failure| format!("\n\n##### {failure}")).collect();
    assert!(failures.is_empty(), "{} cases differ:{}", failures.len(), shown.concat());
    assert_eq!(total(|report| report.graphs), share * reports.len());
    // A graph whose operations are hardly ever valid gives fewer.
    assert!(total(|report| report.operations) >= share * reports.len() * operations * 95 / 100);
}
