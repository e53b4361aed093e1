//! The target `sdl` under libFuzzer.

#![no_main]

use router_fuzz::Target;

libfuzzer_sys::fuzz_target!(init: Target::Sdl.offer_seeds(), |input: &[u8]| Target::Sdl.run(input));
