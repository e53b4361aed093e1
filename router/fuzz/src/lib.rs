//! What may be thrown at the router, as functions from bytes: [`Target::run`] must come back for every input.
//!
//! A target panics when the router does, or when it breaks a promise that can be checked without knowing the input: what was
//! composed can be read again, a plan is sound, an answer fits the schema. `tests/corpus.rs` runs the seeds (what is committed
//! as fixtures elsewhere), the corpus (what a search has found to be different) and random mutants with every `cargo test`; `.ci/fuzz` searches on with libFuzzer, guided by coverage.

mod conform;
mod operation;
mod response;
mod sdl;
mod seeds;
mod supergraph;
mod worlds;

/// A kind of input that others hand to the router.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Subgraph schemas, separated by lines `---`.
    Sdl,
    /// A supergraph that was composed elsewhere.
    Supergraph,
    /// A client's operation. The first line names the graph: `# keys/compound`.
    Operation,
    /// What subgraphs answer. The first line names a committed query (`# keys/compound/by_both`); the answers follow,
    /// separated by lines `---`: an empty or missing one is the true answer.
    Response,
}

impl Target {
    /// All targets.
    pub const ALL: [Self; 4] = [Self::Sdl, Self::Supergraph, Self::Operation, Self::Response];

    /// The name of the target and of its corpus folder.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sdl => "sdl",
            Self::Supergraph => "supergraph",
            Self::Operation => "operation",
            Self::Response => "response",
        }
    }

    /// Hands the input to the router. Bytes that are not UTF-8 are read with replacement characters: whatever is text
    /// for the router arrived as text.
    ///
    /// # Panics
    /// On a finding.
    pub fn run(self, input: &[u8]) {
        let text = String::from_utf8_lossy(input);
        match self {
            Self::Sdl => sdl::run(&text),
            Self::Supergraph => supergraph::run(&text),
            Self::Operation => operation::run(&text),
            Self::Response => response::run(&text),
        }
    }
}

/// The parts of an input between lines `---`.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split("\n---\n")
}
