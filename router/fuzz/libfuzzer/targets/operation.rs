//! The target `operation` under libFuzzer.

#![no_main]

use router_fuzz::Target;

libfuzzer_sys::fuzz_target!(init: Target::Operation.offer_seeds(), |input: &[u8]| Target::Operation.run(input));
