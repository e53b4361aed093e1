//! State machines as data: every arrow is a row, so tests walk all of them and diagrams are printed from them.

use chassis::Refusal;

/// A state of a document, with every arrow that leads from one to another.
pub(crate) trait Machine: Copy + Eq + 'static {
    /// What can be done to the document.
    type Command: Copy + Eq + std::fmt::Debug + 'static;

    /// From where, by what, to where. A command leads from one state to at most one other.
    const ARROWS: &'static [(Self, Self::Command, Self)];

    /// The word stored in tables and sent in events.
    fn code(self) -> &'static str;

    /// The state a command leads to, or the refusal that says it leads nowhere from here.
    fn after(self, command: Self::Command) -> Result<Self, Refusal> {
        let leads = |from: Option<Self>| {
            let mut arrows = Self::ARROWS.iter();
            arrows
                .find(|arrow| arrow.1 == command && from.is_none_or(|from| arrow.0 == from))
                .map(|arrow| arrow.2)
        };
        leads(Some(self)).ok_or_else(|| {
            let wanted = leads(None).map_or("", Self::code);
            Refusal::invalid_state(self.code(), wanted)
        })
    }

    /// The machine as a Mermaid diagram: what is documented is compared with it.
    #[cfg(test)]
    fn diagram() -> String {
        let arrow = |(from, command, to): &(Self, Self::Command, Self)| {
            format!("    {} --> {}: {command:?}\n", from.code(), to.code())
        };
        format!("stateDiagram-v2\n{}", Self::ARROWS.iter().map(arrow).collect::<String>())
    }

    /// Every state some arrow touches, by its word.
    #[cfg(test)]
    fn states() -> std::collections::BTreeSet<&'static str> {
        Self::ARROWS.iter().flat_map(|(from, _, to)| [from.code(), to.code()]).collect()
    }
}
