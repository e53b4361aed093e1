//! The subgraphs of a random graph while they are drawn up, and their SDL.

use indexmap::{IndexMap, IndexSet};
use std::fmt::Write;

const HEAD: &str = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.8", import: ["@key", "@shareable",
  "@external", "@requires", "@provides", "@override", "@interfaceObject", "@context", "@fromContext"])
"#;

/// One subgraph.
#[derive(Debug, Default)]
pub(crate) struct SubgraphDraft {
    pub(crate) types: IndexMap<String, TypeDraft>,
    pub(crate) unions: IndexMap<String, IndexSet<String>>,
    pub(crate) enums: IndexMap<String, Vec<String>>,
}

/// An object type or an interface.
#[derive(Clone, Debug, Default)]
pub(crate) struct TypeDraft {
    pub(crate) is_interface: bool,
    pub(crate) implements: IndexSet<String>,
    pub(crate) directives: IndexSet<String>,
    pub(crate) fields: IndexMap<String, FieldDraft>,
}

/// A field of a [`TypeDraft`].
#[derive(Clone, Debug, Default)]
pub(crate) struct FieldDraft {
    /// With the parentheses; empty for none.
    pub(crate) arguments: String,
    pub(crate) ty: String,
    pub(crate) directives: IndexSet<String>,
}

impl FieldDraft {
    pub(crate) fn new(ty: &str) -> Self {
        Self { ty: ty.to_owned(), ..Self::default() }
    }

    pub(crate) fn with(mut self, directive: impl Into<String>) -> Self {
        self.directives.insert(directive.into());
        self
    }

    pub(crate) fn is_external(&self) -> bool {
        self.directives.contains("@external")
    }

    /// The type's name without lists and exclamation marks.
    pub(crate) fn base(&self) -> &str {
        self.ty.trim_matches(['[', ']', '!'])
    }
}

impl SubgraphDraft {
    pub(crate) fn object(&mut self, name: &str) -> &mut TypeDraft {
        self.types.entry(name.to_owned()).or_default()
    }

    pub(crate) fn has(&self, ty: &str, field: &str) -> bool {
        self.types.get(ty).is_some_and(|ty| ty.fields.contains_key(field))
    }

    pub(crate) fn sdl(&self) -> String {
        let mut sdl = HEAD.to_owned();
        for (name, ty) in &self.types {
            sdl.push_str(if ty.is_interface { "interface " } else { "type " });
            sdl.push_str(name);
            let implements: Vec<&str> = ty.implements.iter().map(String::as_str).collect();
            if !implements.is_empty() {
                let _ = write!(sdl, " implements {}", implements.join(" & "));
            }
            ty.directives.iter().for_each(|directive| sdl.extend([" ", directive]));
            sdl.push_str(" {\n");
            for (name, field) in &ty.fields {
                let _ = write!(sdl, "  {name}{}: {}", field.arguments, field.ty);
                field.directives.iter().for_each(|directive| sdl.extend([" ", directive]));
                sdl.push('\n');
            }
            sdl.push_str("}\n");
        }
        for (name, members) in &self.unions {
            let members: Vec<&str> = members.iter().map(String::as_str).collect();
            let _ = writeln!(sdl, "union {name} = {}", members.join(" | "));
        }
        for (name, values) in &self.enums {
            let _ = writeln!(sdl, "enum {name} {{ {} }}", values.join(" "));
        }
        sdl
    }
}
