//! The directives of federation: since which version they exist, how they are declared, and which name each goes by in a
//! given subgraph.

use router_schema::link::{Links, Version};

/// The newest federation version whose directives are known here.
pub(crate) const NEWEST: Version = Version { major: 2, minor: 11 };

/// A directive of the federation specs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Federation {
    Key,
    Requires,
    Provides,
    External,
    Extends,
    Shareable,
    Override,
    Inaccessible,
    Tag,
    InterfaceObject,
    ComposeDirective,
    Authenticated,
    RequiresScopes,
    Policy,
    Context,
    FromContext,
    Cost,
    ListSize,
    CacheTag,
}

impl Federation {
    pub(crate) const ALL: &[Self] = &[
        Self::Key,
        Self::Requires,
        Self::Provides,
        Self::External,
        Self::Extends,
        Self::Shareable,
        Self::Override,
        Self::Inaccessible,
        Self::Tag,
        Self::InterfaceObject,
        Self::ComposeDirective,
        Self::Authenticated,
        Self::RequiresScopes,
        Self::Policy,
        Self::Context,
        Self::FromContext,
        Self::Cost,
        Self::ListSize,
        Self::CacheTag,
    ];

    /// Those that reach the supergraph as they are applied.
    pub(crate) const MERGED: &[Self] = &[
        Self::Tag,
        Self::Inaccessible,
        Self::Authenticated,
        Self::RequiresScopes,
        Self::Policy,
        Self::Cost,
        Self::ListSize,
    ];

    /// The name in the spec.
    pub(crate) fn spec_name(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Requires => "requires",
            Self::Provides => "provides",
            Self::External => "external",
            Self::Extends => "extends",
            Self::Shareable => "shareable",
            Self::Override => "override",
            Self::Inaccessible => "inaccessible",
            Self::Tag => "tag",
            Self::InterfaceObject => "interfaceObject",
            Self::ComposeDirective => "composeDirective",
            Self::Authenticated => "authenticated",
            Self::RequiresScopes => "requiresScopes",
            Self::Policy => "policy",
            Self::Context => "context",
            Self::FromContext => "fromContext",
            Self::Cost => "cost",
            Self::ListSize => "listSize",
            Self::CacheTag => "cacheTag",
        }
    }

    /// The minor version of federation 2 that introduced the directive.
    pub(crate) fn since(self) -> u32 {
        match self {
            Self::ComposeDirective => 1,
            Self::InterfaceObject => 3,
            Self::Authenticated | Self::RequiresScopes => 5,
            Self::Policy => 6,
            Self::Context | Self::FromContext => 8,
            Self::Cost | Self::ListSize => 9,
            Self::CacheTag => 12,
            _ => 0,
        }
    }

    fn is_in(self, edition: Edition) -> bool {
        match edition {
            // Federation 1 knew these; `@tag` and `@inaccessible` came late but without a link.
            Edition::One => matches!(
                self,
                Self::Key
                    | Self::Requires
                    | Self::Provides
                    | Self::External
                    | Self::Extends
                    | Self::Tag
                    | Self::Inaccessible
            ),
            Edition::Two { minor } => self.since() <= minor,
        }
    }

    /// Arguments and locations of the declaration.
    fn declaration(self) -> &'static str {
        match self {
            Self::Key => {
                "(fields: federation__FieldSet!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE"
            }
            Self::Requires | Self::Provides => "(fields: federation__FieldSet!) on FIELD_DEFINITION",
            Self::External => "(reason: String) on OBJECT | FIELD_DEFINITION",
            Self::Extends => "on OBJECT | INTERFACE",
            Self::Shareable => "repeatable on OBJECT | FIELD_DEFINITION",
            Self::Override => "(from: String!, label: String) on FIELD_DEFINITION",
            Self::Inaccessible => {
                "on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION"
            }
            Self::Tag => {
                "(name: String!) repeatable on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION | SCHEMA"
            }
            Self::InterfaceObject => "on OBJECT",
            Self::ComposeDirective => "(name: String!) repeatable on SCHEMA",
            Self::Authenticated => "on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM",
            Self::RequiresScopes => {
                "(scopes: [[federation__Scope!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM"
            }
            Self::Policy => {
                "(policies: [[federation__Policy!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM"
            }
            Self::Context => "(name: String!) repeatable on INTERFACE | OBJECT | UNION",
            Self::FromContext => "(field: federation__ContextFieldValue) on ARGUMENT_DEFINITION",
            Self::Cost => {
                "(weight: Int!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR"
            }
            Self::ListSize => {
                "(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION"
            }
            Self::CacheTag => "(format: String!) repeatable on INTERFACE | OBJECT | FIELD_DEFINITION",
        }
    }
}

/// Which federation a subgraph was written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edition {
    /// No `@link` to federation.
    One,
    /// `@link(url: "https://specs.apollo.dev/federation/v2.…")`
    Two { minor: u32 },
}

impl Edition {
    pub(crate) fn is_at_least(self, wanted: u32) -> bool {
        matches!(self, Self::Two { minor } if minor >= wanted)
    }
}

/// The names that federation's directives go by in one subgraph.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    pub(crate) edition: Edition,
    known: Vec<(Federation, String)>,
}

impl Names {
    pub(crate) fn of(links: &Links) -> Self {
        let federation = links.apollo("federation");
        let edition = match federation.and_then(|feature| feature.version) {
            Some(version) => Edition::Two { minor: version.minor.min(NEWEST.minor) },
            None => Edition::One,
        };
        let mut known = Vec::new();
        for directive in Federation::ALL.iter().copied() {
            let spec = directive.spec_name();
            let is_imported = |feature: &router_schema::link::Feature| {
                feature.imports.iter().any(|import| import.name.strip_prefix('@') == Some(spec))
            };
            let name = match (federation, links.apollo(spec)) {
                // `@tag` and others are also specs of their own, which a schema may link instead.
                (Some(federation), Some(own)) if !is_imported(federation) => own.directive_name(spec),
                (None, Some(own)) => own.directive_name(spec),
                (Some(federation), _) => federation.directive_name(spec),
                (None, None) => spec.to_owned(),
            };
            if directive.is_in(edition) || links.apollo(spec).is_some() {
                known.push((directive, name));
            }
        }
        Self { edition, known }
    }

    /// The name, without `@`, of a directive in this subgraph; one that the linked version lacks has a name nobody can write.
    pub(crate) fn get(&self, directive: Federation) -> &str {
        self.known.iter().find(|(known, _)| *known == directive).map_or("", |(_, name)| name)
    }

    /// Whether a directive of this name is federation's.
    pub(crate) fn is_known(&self, name: &str) -> bool {
        self.known.iter().any(|(_, known)| known == name)
    }

    /// Declarations of all of them, and the scalars they mention.
    pub(crate) fn declarations(&self, link_name: &str) -> String {
        let mut sdl = String::from(
            "scalar federation__FieldSet\nscalar federation__Scope\nscalar federation__Policy\n\
             scalar federation__ContextFieldValue\nscalar link__Import\nenum link__Purpose { SECURITY EXECUTION }\n",
        );
        sdl.push_str(&format!(
            "directive @{link_name}(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA\n"
        ));
        for (directive, name) in &self.known {
            let declaration = directive.declaration();
            let space = if declaration.starts_with('(') { "" } else { " " };
            sdl.push_str(&format!("directive @{name}{space}{declaration}\n"));
        }
        sdl
    }
}
