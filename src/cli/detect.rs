use super::{CliError, app, input::InputArgs, output};
use crate::{config::Settings, domain::Language, http, service::Detection};

/// `breve detect`.
#[derive(Debug, clap::Args)]
pub(super) struct DetectArgs {
    #[command(flatten)]
    input: InputArgs,
    /// Print the answer of POST /v1/detect.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &DetectArgs, settings: &Settings) -> Result<(), CliError> {
    let article = args.input.article(settings.limits.text_characters)?;
    let detection = app::service(app::store(settings)?, settings)?.detect(&article);
    if args.json { output::json(&http::detection_json(detection)) } else { output::line(&lines(&detection)) }
}

/// One line for each candidate, likeliest first; the last ones, which add nothing, are left out.
fn lines(detection: &Detection) -> String {
    let shown = detection.candidates.iter().enumerate().filter(|(rank, (_, share))| *rank == 0 || *share >= 0.01);
    let line =
        |(language, share): &(Language, f64)| format!("{language}  {:>3.0}%  {}", share * 100.0, language.name());
    shown.map(|(_, candidate)| line(candidate)).collect::<Vec<_>>().join("\n")
}
