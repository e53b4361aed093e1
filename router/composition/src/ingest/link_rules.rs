//! What a `@link` may say.

use super::federation::{Federation, NEWEST};
use crate::SubgraphSource;
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use router_schema::link::{Feature, Links};

/// Types that the federation spec lets a schema import.
const IMPORTABLE_TYPES: &[&str] = &["FieldSet", "Scope", "Policy", "ContextFieldValue"];

/// Checks the links of a subgraph; `false` when it cannot be read any further.
pub(super) fn check(source: &SubgraphSource, links: &Links, diagnostics: &mut Vec<Diagnostic>) -> bool {
    let before = diagnostics.len();
    let Some(federation) = links.apollo("federation") else { return true };
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
    diagnostics.len() == before
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
