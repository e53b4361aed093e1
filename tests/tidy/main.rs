//! The architecture as tests: who may depend on whom, what a file may import, how long it may be and that it says what it is.
//!
//! Each rule is data at the top of its module; a violation names the file and the rule. No database, no network.

mod dependencies;
mod docs;
mod layers;
mod licences;
mod sizes;
mod tree;
