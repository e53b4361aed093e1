//! What a `@link` may say.

use super::federation::{Federation, NEWEST};
use crate::SubgraphSource;
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use apollo_compiler::Name;
use apollo_compiler::ast::{Definition, Document};
use router_schema::apollo_compiler;
use router_schema::link::{Feature, Links, Version};

/// Types that the federation spec lets a schema import.
const IMPORTABLE_TYPES: &[&str] = &["FieldSet", "Scope", "Policy", "ContextFieldValue"];

/// Checks the links of a subgraph; `false` when it cannot be read any further.
pub(super) fn check(
    source: &SubgraphSource,
    document: &Document,
    links: &Links,
    diagnostics: &mut Vec<Diagnostic>,
) -> bool {
    let before = diagnostics.len();
    check_identifiers(source, document, diagnostics);
    for feature in &links.features {
        let place = |diagnostic: Diagnostic| {
            diagnostic.subgraph(&source.name).placed(feature.directive.location(), &source.sdl)
        };
        diagnostics.extend(feature_fault(feature).map(place));
        diagnostics.extend(unusable_names(feature).map(place));
    }
    let Some(federation) = links.apollo("federation") else { return diagnostics.len() == before };
    let place = |diagnostic: Diagnostic| {
        diagnostic.subgraph(&source.name).placed(federation.directive.location(), &source.sdl)
    };
    match federation.version {
        Some(version) if version.major == 2 && version.minor <= NEWEST.minor => {
            diagnostics.extend(unknown_imports(federation).map(place));
        }
        _ => diagnostics.push(place(
            Diagnostic::error(
                Code::UnknownFederationLinkVersion,
                format!("\"{}\" is not a version of federation known here", federation.url),
            )
            .hint(format!("link a version from v2.0 to {NEWEST}")),
        )),
    }
    let is_readable = diagnostics.len() == before;
    diagnostics.extend(upgrades(federation, links).map(place));
    is_readable
}

/// A `@link` without a usable URL links nothing, and everything it should bring would be unknown.
fn check_identifiers(source: &SubgraphSource, document: &Document, diagnostics: &mut Vec<Diagnostic>) {
    let schemas = document.definitions.iter().filter(|definition| {
        matches!(definition, Definition::SchemaDefinition(_) | Definition::SchemaExtension(_))
    });
    for directive in schemas.flat_map(|schema| schema.directives().get_all("link")) {
        let url = directive.specified_argument_by_name("url").and_then(|value| value.as_str());
        let is_url = url.is_some_and(|url| url.starts_with("http://") || url.starts_with("https://"));
        if is_url && Feature::parse(directive).is_some() {
            continue;
        }
        let message = format!("\"{}\" does not identify a spec", url.unwrap_or_default());
        let diagnostic = Diagnostic::error(Code::InvalidLinkIdentifier, message)
            .subgraph(&source.name)
            .placed(directive.location(), &source.sdl)
            .hint(
                "write the spec's URL with its version, as in \"https://specs.apollo.dev/federation/v2.5\"",
            );
        diagnostics.push(diagnostic);
    }
}

/// Specs beside federation's main one, with the newest version of each.
const SPECS: &[(&str, Version)] = &[
    ("link", Version { major: 1, minor: 0 }),
    ("core", Version { major: 0, minor: 2 }),
    ("tag", Version { major: 0, minor: 3 }),
    ("inaccessible", Version { major: 0, minor: 2 }),
    ("authenticated", Version { major: 0, minor: 1 }),
    ("requiresScopes", Version { major: 0, minor: 1 }),
    ("policy", Version { major: 0, minor: 1 }),
    ("cost", Version { major: 0, minor: 1 }),
    ("context", Version { major: 0, minor: 1 }),
];

fn feature_fault(feature: &Feature) -> Option<Diagnostic> {
    if !feature.is_apollo() {
        let purpose = feature.purpose.as_ref()?;
        let message = format!("{} is linked for {purpose}, which nobody would see to", feature.url);
        let hint = "link it without `for`, and see to it in the subgraph";
        return Some(Diagnostic::error(Code::UnsupportedLinkedFeature, message).hint(hint));
    }
    if feature.name == "federation" {
        return None;
    }
    let Some((_, newest)) = SPECS.iter().find(|(name, _)| *name == feature.name) else {
        let message = format!("{} is not composed here", feature.url);
        let hint = "remove the link and what uses it";
        return Some(Diagnostic::error(Code::UnsupportedLinkedFeature, message).hint(hint));
    };
    let is_known =
        feature.version.is_some_and(|version| version.major == newest.major && version.minor <= newest.minor);
    (!is_known).then(|| {
        let message = format!("\"{}\" is not a version of {} known here", feature.url, feature.name);
        Diagnostic::error(Code::UnknownLinkVersion, message).hint(format!("link {newest}"))
    })
}

/// Specs that need a newer federation than the one linked.
fn upgrades<'a>(federation: &'a Feature, links: &'a Links) -> impl Iterator<Item = Diagnostic> + 'a {
    let minor = federation.version.map_or(0, |version| version.minor);
    Federation::ALL.iter().filter_map(move |directive| {
        let spec = links.apollo(directive.spec_name()).filter(|_| directive.since() > minor)?;
        let message =
            format!("{} counts as v2.{} because of {}", federation.url, directive.since(), spec.url);
        let hint = format!("link federation v2.{}", directive.since());
        Some(Diagnostic::note(Code::ImplicitlyUpgradedFederationVersion, message).hint(hint))
    })
}

/// The names that a link gives end up in definitions: each must be one, and for one thing only.
fn unusable_names(feature: &Feature) -> impl Iterator<Item = Diagnostic> + '_ {
    // A name that is only the last part of a URL need not be one: what it brings is imported by name then.
    let is_given = feature.is_apollo() || feature.directive.specified_argument_by_name("as").is_some();
    let prefix = (is_given && !Name::is_valid_syntax(&feature.prefix)).then(|| {
        let message = format!("{:?} cannot be the name of a linked spec", feature.prefix);
        Diagnostic::error(Code::InvalidLinkIdentifier, message)
            .hint("give it a GraphQL name, as in @link(url: \"…\", as: \"fed\")")
    });
    let imports = feature.imports.iter().enumerate().filter_map(|(at, import)| {
        let message = if !Name::is_valid_syntax(import.alias.strip_prefix('@').unwrap_or(&import.alias)) {
            format!("{:?} cannot be the name of an import", import.alias)
        } else if feature.imports[..at]
            .iter()
            .any(|earlier| earlier.alias == import.alias && *earlier != *import)
        {
            format!("\"{}\" is the name of two imports", import.alias)
        } else {
            return None;
        };
        let hint = "give every import a GraphQL name of its own";
        Some(Diagnostic::error(Code::InvalidLinkDirectiveUsage, message).hint(hint))
    });
    prefix.into_iter().chain(imports)
}

fn unknown_imports(federation: &Feature) -> impl Iterator<Item = Diagnostic> + '_ {
    federation.imports.iter().filter_map(|import| {
        let message = match import.name.strip_prefix('@') {
            Some(name) if Federation::ALL.iter().any(|directive| directive.spec_name() == name) => {
                let is_same_kind = import.alias.starts_with('@');
                (!is_same_kind)
                    .then(|| format!("the alias \"{}\" of a directive must start with @", import.alias))?
            }
            None if IMPORTABLE_TYPES.contains(&import.name.as_str()) => return None,
            _ => format!("\"{}\" is nothing that federation has", import.name),
        };
        let known = Federation::ALL.iter().map(|directive| directive.spec_name());
        let wanted = import.name.trim_start_matches('@').to_lowercase();
        let nearest = known.into_iter().find(|name| name.to_lowercase() == wanted);
        let hint = match nearest {
            Some(name) => format!("write \"@{name}\""),
            None => "directives are imported with their @, as in import: [\"@key\"]".to_owned(),
        };
        Some(Diagnostic::error(Code::InvalidLinkDirectiveUsage, message).hint(hint))
    })
}
