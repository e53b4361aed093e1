//! The features a schema links to (`@link`, formerly `@core`) and the names that their elements go by.
//!
//! An element of a linked spec is known under its import's name, under the feature's own name when it is the spec's
//! principal directive, or under `prefix__name`. Everything that recognises federation's directives asks here and never
//! compares with a literal name.

use apollo_compiler::ast::{Directive, Value};
use apollo_compiler::schema::SchemaDefinition;
use apollo_compiler::{Node, ast};

/// Where the published specs of federation live.
const APOLLO_SPECS: &str = "https://specs.apollo.dev/";

/// Everything that a schema links to, in the order written.
#[derive(Clone, Debug, Default)]
pub struct Links {
    /// The linked features.
    pub features: Vec<Feature>,
}

/// One `@link` (or `@core`).
#[derive(Clone, Debug)]
pub struct Feature {
    /// The URL as written.
    pub url: String,
    /// The URL without its version: what makes two features the same.
    pub identity: String,
    /// The spec's own name, the last part of the identity (`join`).
    pub name: String,
    /// The version as written (`v0.3`), when the URL has one.
    pub version: Option<Version>,
    /// The prefix of elements that are not imported: `as`, or the spec's name.
    pub prefix: String,
    /// The imported elements.
    pub imports: Vec<Import>,
    /// `for: SECURITY` or `for: EXECUTION`: a reader that does not know the feature must refuse the schema.
    pub purpose: Option<String>,
    /// The directive application itself, for its position.
    pub directive: Node<Directive>,
}

/// An element of a spec and the name it goes by in the schema; directives carry their `@`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The name in the spec.
    pub name: String,
    /// The name in the schema.
    pub alias: String,
}

/// The version of a feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// Changes of meaning.
    pub major: u32,
    /// Additions.
    pub minor: u32,
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "v{}.{}", self.major, self.minor)
    }
}

impl Version {
    fn parse(text: &str) -> Option<Self> {
        let (major, minor) = text.strip_prefix('v')?.split_once('.')?;
        Some(Self { major: major.parse().ok()?, minor: minor.parse().ok()? })
    }
}

impl Links {
    /// The features that a schema definition links to.
    #[must_use]
    pub fn of(schema: &SchemaDefinition) -> Self {
        Self::of_directives(schema.directives.iter().map(|component| &component.node))
    }

    /// The features linked by these directives of a `schema` definition or extension.
    pub fn of_directives<'a>(directives: impl Iterator<Item = &'a Node<Directive>> + Clone) -> Self {
        let bootstraps = linking_names(directives.clone());
        let features = directives
            .filter(|directive| bootstraps.iter().any(|name| *name == directive.name.as_str()))
            .filter_map(Feature::parse)
            .collect();
        Self { features }
    }

    /// The federation feature with this name (`join`, `federation`, `inaccessible`), when it is linked.
    #[must_use]
    pub fn apollo(&self, name: &str) -> Option<&Feature> {
        self.features
            .iter()
            .find(|feature| feature.identity.strip_prefix(APOLLO_SPECS).is_some_and(|rest| rest == name))
    }

    /// The name (without `@`) of the principal directive of a spec, such as `@tag` or `@inaccessible`. A schema that does
    /// not link the spec is taken to use the plain name: not every composer links what it uses.
    #[must_use]
    pub fn principal(&self, spec: &str) -> String {
        self.apollo(spec).map_or_else(|| spec.to_owned(), |feature| feature.directive_name(spec))
    }

    /// The feature that a directive of this name (without `@`) belongs to.
    #[must_use]
    pub fn feature_of_directive(&self, name: &str) -> Option<&Feature> {
        self.features.iter().find(|feature| feature.owns_directive(name))
    }

    /// The feature that a type of this name belongs to.
    #[must_use]
    pub fn feature_of_type(&self, name: &str) -> Option<&Feature> {
        self.features.iter().find(|feature| feature.owns_type(name))
    }
}

impl Feature {
    /// Reads one application; `None` when it has no URL or one without a name.
    #[must_use]
    pub fn parse(directive: &Node<Directive>) -> Option<Self> {
        let url = string_argument(directive, "url").or_else(|| string_argument(directive, "feature"))?;
        let trimmed = url.trim_end_matches('/');
        let (head, last) = trimmed.rsplit_once('/')?;
        let (identity, version) = match Version::parse(last) {
            Some(version) => (head, Some(version)),
            None => (trimmed, None),
        };
        let name = identity.rsplit('/').next().filter(|name| !name.is_empty())?;
        let prefix = string_argument(directive, "as").unwrap_or(name);
        Some(Self {
            url: url.to_owned(),
            identity: identity.to_owned(),
            name: name.to_owned(),
            version,
            prefix: prefix.trim_start_matches('@').to_owned(),
            imports: imports(directive),
            purpose: directive
                .specified_argument_by_name("for")
                .and_then(|value| value.as_enum())
                .map(ToString::to_string),
            directive: directive.clone(),
        })
    }

    /// Whether the feature is one of the published specs of federation.
    #[must_use]
    pub fn is_apollo(&self) -> bool {
        self.identity.starts_with(APOLLO_SPECS)
    }

    /// The name, without `@`, under which the schema uses a directive of this spec.
    #[must_use]
    pub fn directive_name(&self, name: &str) -> String {
        let imported = self.imports.iter().find(|import| import.name.strip_prefix('@') == Some(name));
        match imported {
            Some(import) => import.alias.trim_start_matches('@').to_owned(),
            None if name == self.name => self.prefix.clone(),
            None => format!("{}__{name}", self.prefix),
        }
    }

    /// The name under which the schema uses a type of this spec.
    #[must_use]
    pub fn type_name(&self, name: &str) -> String {
        let imported = self.imports.iter().find(|import| import.name == name);
        imported.map_or_else(|| format!("{}__{name}", self.prefix), |import| import.alias.clone())
    }

    /// Whether a directive of this name (without `@`) is an element of the feature.
    #[must_use]
    pub fn owns_directive(&self, name: &str) -> bool {
        name == self.prefix
            || self.is_prefixed(name)
            || self.imports.iter().any(|import| import.alias.strip_prefix('@') == Some(name))
    }

    /// Whether a type of this name is an element of the feature.
    #[must_use]
    pub fn owns_type(&self, name: &str) -> bool {
        self.is_prefixed(name) || self.imports.iter().any(|import| import.alias == name)
    }

    fn is_prefixed(&self, name: &str) -> bool {
        name.strip_prefix(&self.prefix).is_some_and(|rest| rest.starts_with("__"))
    }
}

/// The names under which `link` and `core` themselves are applied: they link to themselves, perhaps renamed.
fn linking_names<'a>(directives: impl Iterator<Item = &'a Node<Directive>>) -> Vec<String> {
    let mut names = vec!["link".to_owned(), "core".to_owned()];
    for directive in directives {
        let Some(feature) = Feature::parse(directive) else { continue };
        let links_itself = feature.is_apollo() && matches!(feature.name.as_str(), "link" | "core");
        if links_itself && feature.directive_name(&feature.name) == directive.name.as_str() {
            names.push(directive.name.to_string());
        }
    }
    names
}

fn imports(directive: &Directive) -> Vec<Import> {
    let listed = directive.specified_argument_by_name("import").and_then(|value| value.as_list());
    listed.unwrap_or_default().iter().filter_map(|entry| import(entry)).collect()
}

fn import(entry: &Value) -> Option<Import> {
    if let Some(name) = entry.as_str() {
        return Some(Import { name: name.to_owned(), alias: name.to_owned() });
    }
    let fields = entry.as_object()?;
    let text = |key: &str| fields.iter().find(|(name, _)| name == key).and_then(|(_, value)| value.as_str());
    let name = text("name")?;
    Some(Import { name: name.to_owned(), alias: text("as").unwrap_or(name).to_owned() })
}

/// A string argument as the directive's application gives it.
pub(crate) fn string_argument<'a>(directive: &'a ast::Directive, name: &str) -> Option<&'a str> {
    directive.specified_argument_by_name(name).and_then(|value| value.as_str())
}

/// A boolean argument as the directive's application gives it.
pub(crate) fn bool_argument(directive: &ast::Directive, name: &str) -> Option<bool> {
    directive.specified_argument_by_name(name).and_then(|value| value.to_bool())
}
