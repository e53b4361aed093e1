//! From supergraph SDL to [`Supergraph`].
//!
//! The steps: parse the text, see which specs it links to (`link`), list the subgraphs (`graphs`), read for every type
//! and field who serves it (`definitions`), as far as that fits the types (`shape`), complete what the oldest join spec leaves
//! unsaid (`implicit`), and strip the machinery to get the merged schema and the one clients see (`strip`).

mod definitions;
mod field_set;
mod graphs;
mod implicit;
mod shape;
mod strip;
mod type_reference;

pub use field_set::FieldSetError;

use crate::error::{SupergraphError, faults};
use crate::link::{Links, Version};
use crate::model::{GuardNames, Supergraph};
use apollo_compiler::Schema;
use graphs::Graphs;

/// The names under which a supergraph uses the join spec.
#[derive(Debug)]
pub(crate) struct Join {
    prefix: String,
}

impl Join {
    /// `join__type` for `type`.
    pub(crate) fn name(&self, element: &str) -> String {
        format!("{}__{element}", self.prefix)
    }

    fn of(links: &Links) -> Result<Self, SupergraphError> {
        let Some(feature) = links.apollo("join") else {
            // Some composers do not link what they use; the newest version reads the older ones as well.
            return Ok(Self { prefix: "join".to_owned() });
        };
        match feature.version {
            Some(Version { major: 0, minor: 1..=5 }) => Ok(Self { prefix: feature.prefix.clone() }),
            version => Err(SupergraphError::UnsupportedJoinVersion {
                version: version.map_or_else(|| feature.url.clone(), |version| version.to_string()),
            }),
        }
    }
}

impl Supergraph {
    /// Reads a supergraph SDL of join spec v0.1 to v0.5, composed by anybody.
    ///
    /// # Errors
    /// When the text is not a valid schema, not a supergraph, or needs a feature that is not supported.
    pub fn parse(sdl: &str) -> Result<Self, SupergraphError> {
        let schema = Schema::builder()
            .adopt_orphan_extensions()
            .ignore_builtin_redefinitions()
            .parse(sdl, "supergraph.graphql")
            .build()
            .map_err(|refused| SupergraphError::Invalid(faults(&refused.errors)))?;
        let links = Links::of(&schema.schema_definition);
        refuse_unknown_features(&links)?;
        let join = Join::of(&links)?;
        let graphs = Graphs::read(&schema, &join)?;
        let mut types = definitions::read(&schema, &links, &join, &graphs)?;
        implicit::complete(&schema, &join, &graphs, &mut types);
        let merged = strip::merged(&schema, &links, &join)?;
        let api = strip::api(&merged, &links)?;
        types.retain(|name, _| merged.types.contains_key(name));
        let guards = GuardNames {
            authenticated: links.principal("authenticated"),
            requires_scopes: links.principal("requiresScopes"),
            policy: links.principal("policy"),
        };
        Ok(Self { subgraphs: graphs.subgraphs, schema: merged, api, types, guards })
    }
}

/// The link spec demands that a reader refuse what it cannot execute or secure.
fn refuse_unknown_features(links: &Links) -> Result<(), SupergraphError> {
    const KNOWN: &[&str] = &[
        "link",
        "core",
        "join",
        "tag",
        "inaccessible",
        "federation",
        "authenticated",
        "requiresScopes",
        "policy",
        "cost",
        "context",
    ];
    let unknown = links.features.iter().find(|feature| {
        feature.purpose.is_some() && !(feature.is_apollo() && KNOWN.contains(&feature.name.as_str()))
    });
    match unknown {
        Some(feature) => Err(SupergraphError::UnsupportedFeature { url: feature.url.clone() }),
        None => Ok(()),
    }
}
