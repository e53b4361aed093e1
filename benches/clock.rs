//! Timing for the benchmarks: several runs, the median, and its ratio to a baseline that is measured in the same process.
//!
//! A ratio can be compared between machines and days, a time cannot. No test depends on either.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// The median time of a piece of work.
#[derive(Clone, Copy, Debug)]
pub struct Measured {
    median: Duration,
}

impl Measured {
    /// Runs the work once to warm up, then `runs` times.
    pub fn of<T>(runs: usize, mut work: impl FnMut() -> T) -> Self {
        black_box(work());
        let mut times: Vec<Duration> = (0..runs.max(1))
            .map(|_| {
                let started = Instant::now();
                black_box(work());
                started.elapsed()
            })
            .collect();
        times.sort();
        Self { median: times[times.len() / 2] }
    }

    /// One line: the name, the median, and how many times the baseline it is.
    #[must_use]
    pub fn line(self, name: &str, baseline: (&str, Self)) -> String {
        let ratio = self.median.as_secs_f64() / baseline.1.median.as_secs_f64().max(f64::EPSILON);
        format!("{name:<44} {:>11.3?}   {ratio:>8.2} x {}", self.median, baseline.0)
    }

    /// One line for a baseline itself.
    #[must_use]
    pub fn baseline_line(self, name: &str) -> String {
        format!("{name:<44} {:>11.3?}   baseline", self.median)
    }
}
