//! The `carmen` binary: reads the command line and hands over to the command's module.

use clap::Parser;
use std::process::ExitCode;

/// Allocations of many small JSON values from several threads are what a router does all day.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Two TLS providers are compiled in by our dependencies; rustls must be told which one before its first use.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let cli = carmen::cli::Cli::parse();
    carmen::logging::init(&cli.global);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            carmen::console::complain(&format!("the runtime cannot start: {error}"));
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(carmen::run(cli)) {
        Ok(code) => code,
        Err(error) => {
            carmen::console::complain(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}
