//! The command line: what can be asked of `carmen`. What each command does lives in the module of its name.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::net::SocketAddr;
use std::path::PathBuf;

/// The supply chain of a hospitality group as one GraphQL graph, and the federation router that serves it.
///
/// Without a command everything runs in this one process, as `carmen dev` does.
#[derive(Debug, Parser)]
#[command(name = "carmen", version, about, long_about, propagate_version = true)]
pub struct Cli {
    /// What to do; `dev` when nothing is given.
    #[command(subcommand)]
    pub command: Option<Command>,

    /// Where and how services run; the same for every command.
    #[command(flatten)]
    pub global: Global,
}

/// Settings that every command shares.
#[derive(Clone, Debug, Args)]
pub struct Global {
    /// Folder for the SQLite databases and other local state.
    #[arg(long, global = true, env = "CARMEN_DATA_DIR", value_name = "DIR", default_value = "data")]
    pub data_dir: PathBuf,

    /// PostgreSQL address with a `{service}` placeholder, one database per service. SQLite files in the data folder when absent.
    #[arg(long, global = true, env = "CARMEN_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub database_url: Option<String>,

    /// Redis address for events between services that run in different processes. Without it events stay in this process.
    #[arg(long, global = true, env = "CARMEN_REDIS_URL", hide_env_values = true, value_name = "URL")]
    pub redis_url: Option<String>,

    /// RabbitMQ address for the same events, in place of Redis: `amqp://user:password@host:5672/vhost`.
    #[arg(long, global = true, env = "CARMEN_AMQP_URL", hide_env_values = true, value_name = "URL")]
    pub amqp_url: Option<String>,

    /// Where the public keys of access tokens are fetched from, for a subgraph that runs without identity beside it.
    #[arg(long, global = true, env = "CARMEN_JWKS_URL", value_name = "URL")]
    pub jwks_url: Option<String>,

    /// The issuer that access tokens must name. Any other than the built-in one counts as production: no demo tokens.
    #[arg(long, global = true, env = "CARMEN_ISSUER", value_name = "NAME", default_value = chassis::DEFAULT_ISSUER)]
    pub issuer: String,

    /// The audience that access tokens must name.
    #[arg(long, global = true, env = "CARMEN_AUDIENCE", value_name = "NAME", default_value = chassis::DEFAULT_AUDIENCE)]
    pub audience: String,

    /// What is logged, in the syntax of `tracing` filters (`info`, `warn,router_gateway=debug`, …).
    #[arg(
        long,
        global = true,
        env = "CARMEN_LOG",
        value_name = "FILTER",
        default_value = "warn,carmen=info,router=info,chassis=info,subgraph=info"
    )]
    pub log: String,

    /// Log as JSON lines.
    #[arg(long, global = true, env = "CARMEN_LOG_JSON")]
    pub log_json: bool,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run everything in this process: router, subgraphs, demo data at the first start.
    Dev(Dev),
    /// Run the router alone, over anybody's Federation 2 subgraphs.
    Router(Router),
    /// Run one subgraph over HTTP and WebSocket.
    Subgraph(Subgraph),
    /// Compose subgraph schemas into a supergraph and print what is wrong with them.
    Compose(Compose),
    /// Print the query plan of an operation.
    Plan(Plan),
    /// Say what changed between two graphs: for clients, and in the plans of their operations.
    ///
    /// Changes are breaking, dangerous or safe. Exit status: 0 when nothing breaks, 1 when a change is breaking, an operation is no
    /// longer valid or has no plan any more, or something cannot be read. A plan that only changed breaks nothing.
    Diff(Diff),
    /// Bring the databases to the current schema.
    Migrate(Migrate),
    /// Fill empty databases with demo data.
    Seed(Seed),
    /// Print an access token for a demo user (development only).
    Token(Token),
    /// Recompute every stock balance from the ledger, check people against the rules, and report what does not agree.
    Prove,
}

/// `carmen dev`
#[derive(Debug, Default, Args)]
pub struct Dev {
    /// Address to listen on.
    #[arg(long, env = "CARMEN_LISTEN", value_name = "ADDR", default_value = "127.0.0.1:4000")]
    pub listen: Option<SocketAddr>,
    /// How much demo data an empty data folder gets.
    #[arg(long, value_enum, value_name = "SIZE", default_value = "m")]
    pub seed: Option<Size>,
    /// Router configuration (YAML).
    #[arg(long, env = "CARMEN_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// `carmen router`
#[derive(Debug, Args)]
pub struct Router {
    /// A `supergraph.yaml` (composed at start) or a composed supergraph SDL (`.graphql`).
    #[arg(long, env = "CARMEN_SUPERGRAPH", value_name = "FILE")]
    pub supergraph: PathBuf,
    /// Address to listen on; overrides the configuration file.
    #[arg(long, env = "CARMEN_LISTEN", value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
    /// Router configuration (YAML). Without an `auth` section no token is asked for.
    #[arg(long, env = "CARMEN_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// `carmen subgraph`
#[derive(Debug, Args)]
pub struct Subgraph {
    /// Which one: identity, inventory, procurement, product, users or vendor.
    pub name: String,
    /// Address to listen on.
    #[arg(long, env = "CARMEN_LISTEN", value_name = "ADDR", default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// Where the other subgraphs are reached, for validation at write time: `NAME=URL`, repeatable.
    #[arg(long = "peer", env = "CARMEN_PEERS", value_name = "NAME=URL", value_delimiter = ',')]
    pub peers: Vec<String>,
    /// Print the schema and stop.
    #[arg(long)]
    pub sdl: bool,
}

/// `carmen compose`
#[derive(Debug, Args)]
pub struct Compose {
    /// The fleet: subgraph names with their SDL files or URLs.
    #[arg(long, value_name = "FILE", default_value = "supergraph.yaml")]
    pub config: PathBuf,
    /// Write the supergraph SDL there; printed when neither this nor `--api` is given.
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Write the schema that clients see there.
    #[arg(long, value_name = "FILE")]
    pub api: Option<PathBuf>,
    /// Show clients only what bears this tag (repeatable); replaces the `contract` of the configuration.
    #[arg(long, value_name = "TAG")]
    pub include_tag: Vec<String>,
    /// Hide from clients what bears this tag (repeatable), even if it is included.
    #[arg(long, value_name = "TAG")]
    pub exclude_tag: Vec<String>,
    /// How diagnostics are printed, which is on standard error.
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
    /// Write nothing; fail when the files named by `--output` and `--api` are not what would be written.
    #[arg(long)]
    pub check: bool,
}

/// How a result is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For programs: JSON.
    Json,
}

/// `carmen plan`
#[derive(Debug, Args)]
pub struct Plan {
    /// A `supergraph.yaml` or a composed supergraph SDL.
    #[arg(long, env = "CARMEN_SUPERGRAPH", value_name = "FILE", default_value = "supergraph.yaml")]
    pub supergraph: PathBuf,
    /// Which operation of the document, when it has several.
    #[arg(long, value_name = "NAME")]
    pub operation: Option<String>,
    /// Shows how the plan came about: normal operation, options, chosen tree, fetches, plan.
    #[arg(long)]
    pub stages: bool,
    /// Proves that the plan is sound; fails with its findings when it is not.
    #[arg(long)]
    pub verify: bool,
    /// A label of a progressive override that is active; may be given several times.
    #[arg(long = "label", value_name = "LABEL")]
    pub labels: Vec<String>,
    /// The document; `-` reads standard input.
    pub query: PathBuf,
}

/// `carmen diff`
#[derive(Debug, Args)]
pub struct Diff {
    /// The graph as it is: a `supergraph.yaml` or a composed supergraph SDL.
    pub old: PathBuf,
    /// The graph as it shall be, likewise.
    pub new: PathBuf,
    /// Plan all operations in this folder (`*.graphql`, `*.gql`, also in folders below) for both graphs.
    #[arg(long, value_name = "DIR")]
    pub operations: Option<PathBuf>,
    /// How the result is printed.
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
}

/// `carmen migrate`
#[derive(Debug, Args)]
pub struct Migrate {
    /// Only this service; all of them when absent.
    pub name: Option<String>,
}

/// `carmen seed`
#[derive(Debug, Args)]
pub struct Seed {
    /// S for tests, M for a demo, L for load.
    #[arg(long, value_enum, value_name = "SIZE", ignore_case = true, default_value = "m")]
    pub size: Size,
}

/// How much demo data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Size {
    /// For tests.
    #[value(alias = "S")]
    S,
    /// For a demo.
    #[value(alias = "M")]
    M,
    /// For load: 40,000 products and ten million stock movements. Takes up to an hour, and 9 GB.
    #[value(alias = "L")]
    L,
}

/// `carmen token`
#[derive(Debug, Args)]
pub struct Token {
    /// The user's sign-in name, such as `buyer@andaman.example`.
    #[arg(long, value_name = "NAME")]
    pub user: String,
}
