//! State machines as data: states, commands, and the arrows between them. Pure.
//!
//! A document's status changes only along an arrow, tests walk every pair of state and command, and what a service draws
//! in its `machines.md` is drawn from the same arrows.

use std::fmt::Write;

use crate::error::Refusal;

pub use crate::words;

/// A state or a command: it has a word for tables, events and diagrams.
pub trait Word: Copy + PartialEq + 'static {
    /// All there are.
    const ALL: &'static [Self];

    /// The word.
    fn code(self) -> &'static str;

    /// The one with this word.
    fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|word| word.code() == code)
    }
}

/// One arrow: in this state, this command leads there.
pub type Arrow<S, C> = (S, C, S);

/// A state machine.
#[derive(Debug)]
pub struct Machine<S: 'static, C: 'static> {
    /// What it is the life of.
    pub name: &'static str,
    /// Where it starts.
    pub start: S,
    /// Its arrows.
    pub arrows: &'static [Arrow<S, C>],
}

impl<S: Word, C: Word> Machine<S, C> {
    /// Where a command leads.
    ///
    /// # Errors
    /// `INVALID_STATE` when no arrow leads there.
    pub fn step(&self, from: S, command: C) -> Result<S, Refusal> {
        let arrow = self.arrows.iter().find(|(state, by, _)| *state == from && *by == command);
        arrow.map(|(.., to)| *to).ok_or_else(|| {
            let wanted =
                self.arrows.iter().find(|(_, by, _)| *by == command).map_or("", |(.., to)| to.code());
            Refusal::invalid_state(from.code(), wanted).with("command", command.code())
        })
    }

    /// The machine as a Mermaid diagram.
    pub fn diagram(&self) -> String {
        let mut text = format!("## {}\n\n```mermaid\nstateDiagram-v2\n", self.name);
        let _ = writeln!(text, "    [*] --> {}", self.start.code());
        for (from, command, to) in self.arrows {
            let _ = writeln!(text, "    {} --> {} : {}", from.code(), to.code(), command.code());
        }
        for end in S::ALL.iter().filter(|state| !self.arrows.iter().any(|(from, ..)| from == *state)) {
            let _ = writeln!(text, "    {} --> [*]", end.code());
        }
        text.push_str("```\n");
        text
    }
}

/// Declares words: each with its code and what it means.
#[macro_export]
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$case_doc:meta])* $case:ident = $code:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$case_doc])* #[serde(rename = $code)] $case),+
        }

        impl $crate::machine::Word for $name {
            const ALL: &'static [Self] = &[$(Self::$case),+];

            fn code(self) -> &'static str {
                match self {
                    $(Self::$case => $code),+
                }
            }
        }
    };
}
