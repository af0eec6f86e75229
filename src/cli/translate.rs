use super::{CliError, app, engine::EngineArgs, glossary::GlossaryArgs, input::InputArgs, output};
use crate::{
    config::Settings,
    domain::Language,
    http,
    service::{Translation, TranslationOptions},
};

/// `breve translate`.
#[derive(Debug, clap::Args)]
pub(super) struct TranslateArgs {
    #[command(flatten)]
    input: InputArgs,
    /// Language to translate into, as an ISO 639 code.
    #[arg(long, value_name = "LANG")]
    to: Language,
    /// Language of the text; found when not given.
    #[arg(long, value_name = "LANG")]
    from: Option<Language>,
    /// The translator: a model's name, owner/name, or a directory in the hub's layout.
    #[arg(long, value_name = "ID|DIR")]
    model: Option<String>,
    /// Check nothing, and mend nothing.
    #[arg(long)]
    no_checks: bool,
    #[command(flatten)]
    glossary: GlossaryArgs,
    /// Print the answer of POST /v1/translate.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    pub(super) engine: EngineArgs,
}

pub(super) fn run(args: TranslateArgs, settings: &Settings) -> Result<(), CliError> {
    let article = args.input.article(settings.limits.text_characters)?;
    let (service, model) = app::service_and_model(settings, args.model.as_deref())?;
    let glossary = args.glossary.glossary(&[args.to])?;
    let checks = !args.no_checks;
    let options = TranslationOptions { source: args.from, target: args.to, model, checks, glossary, html: false };
    let translation = app::block_on(service.translate(&[article], &options, None))??;
    if args.json {
        return output::json(&http::translation_json(translation));
    }
    for translated in &translation.texts {
        output::line(&translated.text)?;
    }
    output::note(&origin(&translation));
    Ok(())
}

/// The models used and the time taken.
fn origin(translation: &Translation) -> String {
    let models = translation.models.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let models = if models.is_empty() { "nothing to translate".into() } else { models };
    let untranslated = output::untranslated(translation.dropped);
    let repaired: usize =
        translation.texts.iter().flat_map(|text| &text.sentences).map(|sentence| sentence.repairs.len()).sum();
    let repaired = if repaired == 0 { String::new() } else { format!("; {repaired} repaired") };
    let lost = output::lost_terms(translation.glossary);
    format!("[{models}; {:.2} s{untranslated}{repaired}{lost}]", translation.timings.total.as_secs_f64())
}
