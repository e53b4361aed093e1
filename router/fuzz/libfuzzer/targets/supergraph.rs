//! The target `supergraph` under libFuzzer.

#![no_main]

use router_fuzz::Target;

libfuzzer_sys::fuzz_target!(init: Target::Supergraph.offer_seeds(), |input: &[u8]| Target::Supergraph.run(input));
