//! `carmen token`: an access token for trying things out.

use crate::cli::{Global, Token as Args};
use crate::fleet::Surroundings;
use crate::{console, databases};
use anyhow::{Context, bail};
use chassis::{Environment, Trust};

/// Prints the bare token on standard output.
///
/// # Errors
/// When a production issuer is configured, or there is no such user.
pub async fn run(global: &Global, args: &Args) -> anyhow::Result<()> {
    if global.issuer != chassis::DEFAULT_ISSUER {
        bail!("demo tokens are refused: the issuer is {}, so this is production", global.issuer);
    }
    let surroundings = Surroundings::new(global)?;
    let environment = surroundings.environment(global, subgraph_identity::NAME).await?;
    let token = issue(&environment, surroundings.trust(global), &args.user).await.with_context(|| {
        format!("no token for {}: start `carmen` once, it creates the demo users", args.user)
    })?;
    console::say(&token);
    Ok(())
}

/// A token for a demo user, from the identity database itself.
///
/// # Errors
/// When there is no such user.
pub async fn issue(environment: &Environment, trust: Trust, user: &str) -> anyhow::Result<String> {
    subgraph_identity::issue_token(environment, trust, user).await.map_err(databases::chain)
}
