//! The `breve` program.

use std::process::ExitCode;

use breve::cli::Cli;
use clap::Parser;

fn main() -> ExitCode {
    let outcome = Cli::parse().run();
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => error.report(),
    }
}
