//! Selections as federation directives write them: `@key(fields: "id owner { id }")`, `@requires`, `@provides`.
//!
//! A field set is parsed once and kept as a tree; it is never looked at as text again. It also serves as the general
//! selection tree from which the planner builds the operations that it sends.

use apollo_compiler::Name;
use apollo_compiler::Node;
use apollo_compiler::ast::Argument;
use std::collections::BTreeSet;
use std::fmt;

/// An ordered list of selections; empty for a leaf.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldSet {
    /// The selections in the order they were written.
    pub selections: Vec<Selection>,
}

/// One entry of a [`FieldSet`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// `name(arguments) { … }`
    Field(FieldSelection),
    /// `... on Type { … }`
    Inline(InlineSelection),
}

/// A field with its arguments and its own selections.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldSelection {
    /// The field's name in the schema.
    pub name: Name,
    /// The arguments as written; federation allows them in `@requires`.
    pub arguments: Vec<Node<Argument>>,
    /// What is selected below; empty for a leaf.
    pub selections: FieldSet,
}

/// A type condition inside a field set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InlineSelection {
    /// The type the condition names.
    pub on: Name,
    /// What is selected when the condition holds.
    pub selections: FieldSet,
}

impl FieldSet {
    /// Whether nothing is selected, as below a leaf.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.selections.is_empty()
    }

    /// The names of all fields in it, at any depth.
    #[must_use]
    pub fn names(&self) -> BTreeSet<&Name> {
        let mut names = BTreeSet::new();
        self.collect_names(&mut names);
        names
    }

    fn collect_names<'a>(&'a self, names: &mut BTreeSet<&'a Name>) {
        for selection in &self.selections {
            match selection {
                Selection::Field(field) => {
                    names.insert(&field.name);
                    field.selections.collect_names(names);
                }
                Selection::Inline(inline) => inline.selections.collect_names(names),
            }
        }
    }
}

impl fmt::Display for FieldSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, selection) in self.selections.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            write!(f, "{selection}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Selection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(field) => {
                write!(f, "{}", field.name)?;
                if !field.arguments.is_empty() {
                    f.write_str("(")?;
                    for (index, argument) in field.arguments.iter().enumerate() {
                        if index > 0 {
                            f.write_str(", ")?;
                        }
                        write!(f, "{}: {}", argument.name, argument.value.serialize().no_indent())?;
                    }
                    f.write_str(")")?;
                }
                if !field.selections.is_empty() {
                    write!(f, " {{ {} }}", field.selections)?;
                }
                Ok(())
            }
            Self::Inline(inline) => write!(f, "... on {} {{ {} }}", inline.on, inline.selections),
        }
    }
}
