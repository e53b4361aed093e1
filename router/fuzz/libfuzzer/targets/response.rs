//! The target `response` under libFuzzer.

#![no_main]

use router_fuzz::Target;

libfuzzer_sys::fuzz_target!(init: Target::Response.offer_seeds(), |input: &[u8]| Target::Response.run(input));
