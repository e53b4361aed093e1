//! Everything that the `carmen` binary does, one module per command.
//!
//! Only here do router and subgraphs see each other: [`fleet`] runs subgraphs in this process and lends them to the router
//! as transports. The router's own crates know nothing of them, and the subgraphs nothing of the router.

pub mod cli;
pub mod compose;
pub mod console;
mod databases;
pub mod demo;
pub mod dev;
pub mod diff;
pub mod fleet;
pub mod logging;
pub mod plan;
pub mod prove;
pub mod router;
pub mod shutdown;
pub mod subgraph;
mod tabs;
pub mod token;

use cli::{Cli, Command, Dev};
use futures::future::BoxFuture;
use std::process::ExitCode;

/// Runs one command. Boxed, so that it is compiled here and not again by everybody who awaits it.
///
/// # Errors
/// Whatever keeps the command from doing its work, with the chain of causes.
pub fn run(cli: Cli) -> BoxFuture<'static, anyhow::Result<ExitCode>> {
    Box::pin(command(cli))
}

async fn command(cli: Cli) -> anyhow::Result<ExitCode> {
    let global = &cli.global;
    match cli.command.unwrap_or_else(|| Command::Dev(Dev::default())) {
        Command::Dev(args) => dev::run(global, &args).await.map(|()| ExitCode::SUCCESS),
        Command::Router(args) => router::run(&args).await.map(|()| ExitCode::SUCCESS),
        Command::Subgraph(args) => subgraph::run(global, &args).await.map(|()| ExitCode::SUCCESS),
        Command::Compose(args) => compose::run(&args).await,
        Command::Plan(args) => plan::run(&args).await,
        Command::Diff(args) => diff::run(&args).await,
        Command::Migrate(args) => {
            databases::migrate(global, args.name.as_deref()).await.map(|()| ExitCode::SUCCESS)
        }
        Command::Seed(args) => demo::run(global, args.size).await.map(|()| ExitCode::SUCCESS),
        Command::Token(args) => token::run(global, &args).await.map(|()| ExitCode::SUCCESS),
        Command::Prove => prove::run(global).await,
    }
}
