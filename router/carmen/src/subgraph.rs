//! `carmen subgraph`: one service in a process of its own.

use crate::cli::{Global, Subgraph as Args};
use crate::fleet::{SERVICES, Services, Surroundings, connect_remote};
use crate::{console, router, shutdown};
use anyhow::bail;
use chassis::boot;

/// Serves until told to stop.
///
/// # Errors
/// When there is no such service, its database cannot be used, or the address is taken.
pub async fn run(global: &Global, args: &Args) -> anyhow::Result<()> {
    let name = args.name.as_str();
    if !SERVICES.contains(&name) {
        bail!("there is no service `{name}`; the services are {}", SERVICES.join(", "));
    }
    if name != subgraph_identity::NAME && global.jwks_url.is_none() && !args.sdl {
        bail!(
            "a service without identity beside it needs --jwks-url (CARMEN_JWKS_URL) to verify access tokens"
        );
    }
    let surroundings = Surroundings::new(global)?;
    connect_remote(&surroundings.peers, &args.peers)?;
    let services = Services::start(global, &[name], &surroundings).await?;
    let Some(subgraph) = services.get(name) else { bail!("{name} did not start") };
    if args.sdl {
        console::say(subgraph.sdl().trim_end());
        return Ok(());
    }
    let listener = router::bind(args.listen).await?;
    console::complain(&format!("{name}  http://{}/graphql", listener.local_addr()?));
    boot::serve_on(subgraph.router(), listener, shutdown::signal()).await?;
    Ok(())
}
