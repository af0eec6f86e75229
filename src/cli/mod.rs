//! The command line: one file a command. Flags become validated types here, and nothing else sees them.

mod app;
mod batch;
mod completions;
mod config;
mod detect;
mod doctor;
mod engine;
mod error;
mod generate;
mod glossary;
mod health;
mod input;
mod keys;
mod models;
mod output;
mod serve;
mod summarize;
mod translate;
mod values;
mod verify;

use std::path::PathBuf;

use clap::{CommandFactory, Parser, Subcommand};

pub use error::CliError;

use crate::{
    config::{Overrides, Settings, settle_how_threads_wait},
    domain::{Architecture, Precision},
    engine::{EngineLoader, Loader},
    telemetry,
};
use engine::EngineArgs;

const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  an engine or Breve itself failed
  2  the command line is wrong
  3  the input is wrong: not found, not UTF-8, empty, too long, not JSON
  4  there is no such model, or it is not installed
  5  the network or the model hub failed, or the address to listen on is taken
  6  the disk failed: full, not permitted, damaged files
  7  the configuration is wrong
  8  no installed model translates between these languages
  9  it took too long, or too much is waiting
  10 a summary is not what its receipt says
  11 some articles of a batch failed";

/// Summarises news articles in English and Spanish, on this machine.
#[derive(Debug, Parser)]
#[command(name = "breve", version, after_help = EXIT_CODES, arg_required_else_help = true)]
pub struct Cli {
    /// Settings file, instead of BREVE_CONFIG or breve/breve.toml in the user's configuration directory.
    #[arg(long, global = true, value_name = "PATH")]
    config: Option<PathBuf>,
    /// What to log: off, error, warn, info, debug, trace, or directives such as warn,breve=debug.
    #[arg(long, global = true, value_name = "LEVEL")]
    log: Option<String>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Starts the HTTP service.
    Serve(serve::ServeArgs),
    /// Prints the summary of an article in English and Spanish.
    Summarize(summarize::SummarizeArgs),
    /// Summarises the articles of a file; what was interrupted goes on where it was.
    Batch(batch::BatchArgs),
    /// Translates a text sentence by sentence.
    Translate(translate::TranslateArgs),
    /// Makes a summary again from its receipt, and says whether it is the same.
    Verify(verify::VerifyArgs),
    /// Prints the language of a text.
    Detect(detect::DetectArgs),
    /// Lists, fetches, checks and removes models.
    #[command(subcommand)]
    Models(models::ModelsCommand),
    /// Makes, lists and revokes the keys of the service.
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// Says what this machine has, what is wrong, and what to do about it.
    Doctor(doctor::DoctorArgs),
    /// Says whether the service that the settings describe is ready on this machine.
    Health,
    /// Runs one model on token ids or texts, for checking it against a reference.
    Generate(generate::GenerateArgs),
    /// Prints a completion script for a shell.
    Completions(completions::CompletionsArgs),
    /// Prints the settings in force.
    Config,
}

impl Cli {
    /// Does what the command line asks.
    ///
    /// # Errors
    /// [`CliError`]; its [`report`](CliError::report) tells the user and gives the exit code.
    pub fn run(self) -> Result<(), CliError> {
        // Works where the settings are broken, as shells run it on every start.
        if let Command::Completions(args) = &self.command {
            return completions::run(args, &mut Self::command());
        }
        let settings = Settings::load(&self.overrides())?;
        // Before anything else: where it works it does not come back.
        let waiting = self.computes_by_libtorch(&settings).then(settle_how_threads_wait);
        let _telemetry = telemetry::start(&settings.log)?;
        if let Some(Err(error)) = waiting {
            tracing::warn!(%error, "the program could not start itself again: models are slow while the cores are busy");
        }
        match self.command {
            Command::Serve(_) => serve::run(&settings),
            Command::Summarize(args) => summarize::run(args, &settings),
            Command::Batch(args) => batch::run(&args, &settings),
            Command::Translate(args) => translate::run(args, &settings),
            Command::Verify(args) => verify::run(args, &settings),
            Command::Detect(args) => detect::run(&args, &settings),
            Command::Models(command) => models::run(command, &settings),
            Command::Keys(command) => keys::run(command, &settings),
            Command::Doctor(args) => doctor::run(&args, &settings),
            Command::Health => health::run(&settings),
            Command::Generate(args) => generate::run(&args, &settings),
            Command::Config => config::run(&settings),
            Command::Completions(_) => Ok(()),
        }
    }

    /// Whether models run on libtorch's threads: in 8 bits they run on our own.
    fn computes_by_libtorch(&self, settings: &Settings) -> bool {
        let asked = match &self.command {
            Command::Generate(_) => generate::precision(settings),
            _ => settings.models.precision,
        };
        let precision = Loader.precision(Architecture::Bart, settings.models.runtime, asked);
        self.engine().is_some() && precision != Precision::Int8
    }

    /// How models are to be run, for commands that run them.
    fn engine(&self) -> Option<&EngineArgs> {
        match &self.command {
            Command::Serve(args) => Some(&args.engine),
            Command::Summarize(args) => Some(&args.engine),
            Command::Batch(args) => Some(&args.engine),
            Command::Translate(args) => Some(&args.engine),
            Command::Generate(args) => Some(&args.engine),
            Command::Verify(_)
            | Command::Detect(_)
            | Command::Models(_)
            | Command::Keys(_)
            | Command::Doctor(_)
            | Command::Health
            | Command::Completions(_)
            | Command::Config => None,
        }
    }

    fn overrides(&self) -> Overrides {
        let bind = match &self.command {
            Command::Serve(args) => args.bind.clone(),
            _ => None,
        };
        let quiet = !matches!(self.command, Command::Serve(_) | Command::Config);
        Overrides {
            file: self.config.clone(),
            bind,
            runtime: self.engine().and_then(EngineArgs::runtime),
            precision: self.engine().and_then(EngineArgs::precision),
            log_level: self.log.clone(),
            quiet,
            exact: matches!(self.command, Command::Generate(_)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn flags_become_settings() {
        let cli = Cli::parse_from(["breve", "serve", "--bind", "[::1]:0", "--config", "x.toml", "--log", "debug"]);
        let overrides = cli.overrides();
        assert_eq!(overrides.bind.as_deref(), Some("[::1]:0"));
        assert_eq!(overrides.file, Some("x.toml".into()));
        assert_eq!(overrides.log_level.as_deref(), Some("debug"));
        assert!(!overrides.quiet);
        assert!(Cli::parse_from(["breve", "detect"]).overrides().quiet);
    }

    #[test]
    fn commands_that_run_models_choose_how() {
        for command in [
            &["serve"][..],
            &["summarize"],
            &["translate", "--to", "es"],
            &["generate", "--model", "x", "--input", "y"],
        ] {
            let words = ["breve"].iter().chain(command).chain(&["--engine", "reference", "--precision", "bf16"]);
            let overrides = Cli::parse_from(words).overrides();
            assert_eq!(overrides.runtime.as_deref(), Some("reference"), "{command:?}");
            assert_eq!(overrides.precision.as_deref(), Some("bf16"), "{command:?}");
            assert_eq!(overrides.exact, command[0] == "generate");
            for wrong in [["--engine", "onnx"], ["--precision", "f16"]] {
                assert!(Cli::try_parse_from(["breve"].iter().chain(command).chain(&wrong)).is_err(), "{wrong:?}");
            }
        }
        assert!(Cli::parse_from(["breve", "serve"]).overrides().runtime.is_none());
        assert!(Cli::parse_from(["breve", "detect"]).engine().is_none());
    }
}
