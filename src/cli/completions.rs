use clap_complete::Shell;

use super::{CliError, output};

/// `breve completions`.
#[derive(Debug, clap::Args)]
pub(super) struct CompletionsArgs {
    /// The shell.
    shell: Shell,
}

pub(super) fn run(args: &CompletionsArgs, command: &mut clap::Command) -> Result<(), CliError> {
    // Into memory first: clap_complete panics when its writer fails.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, command, "breve", &mut script);
    output::line(String::from_utf8_lossy(&script).trim_end())
}
