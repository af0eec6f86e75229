use std::path::{Path, PathBuf};

use super::{CliError, app, glossary::GlossaryArgs, input::InputArgs, output};
use crate::{
    config::Settings,
    domain::{Article, Precision, Receipt, Recipe, TextDigest},
};

/// `breve verify`.
#[derive(Debug, clap::Args)]
pub(super) struct VerifyArgs {
    /// Receipt in JSON, by itself or in an answer of POST /v1/summarize.
    #[arg(value_name = "RECEIPT")]
    receipt: PathBuf,
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    glossary: GlossaryArgs,
}

/// More bytes than any answer has.
const LARGEST: u64 = 64 << 20;

pub(super) fn run(args: VerifyArgs, settings: &Settings) -> Result<(), CliError> {
    let receipt = read(&args.receipt)?;
    let article = args.input.article(settings.limits.text_characters)?;
    let article = the_article(article, &receipt).ok_or_else(|| CliError::Differs(vec![OTHER_TEXT.to_owned()]))?;
    let settings = settings_of(&receipt.recipe, settings);
    let service = app::service(app::store(&settings)?, &settings)?;
    let glossary = args.glossary.glossary(&receipt.recipe.targets)?;
    let summary = app::block_on(service.reproduce(&article, &receipt, glossary))??;
    let differences = receipt.differences(&summary.receipt);
    if !differences.is_empty() {
        return Err(CliError::Differs(differences));
    }
    let languages: Vec<&str> = summary.texts.keys().map(|language| language.name()).collect();
    output::line(&format!("The summary matches its receipt: {}", languages.join(", ")))?;
    for (language, text) in &summary.texts {
        output::line(&format!("\n{}\n{text}", language.name()))?;
    }
    Ok(())
}

const OTHER_TEXT: &str = "the article: this text is not the one that was summarised";

/// The text that was summarised: as it is, or without the line end that editors put at the end of files.
fn the_article(article: Article, receipt: &Receipt) -> Option<Article> {
    let is_it = |article: &Article| TextDigest::of(article) == receipt.recipe.text;
    if is_it(&article) {
        return Some(article);
    }
    let text = article.text().strip_suffix('\n')?;
    let text = text.strip_suffix('\r').unwrap_or(text);
    Article::parse("text", text, article.characters()).ok().filter(is_it)
}

/// The settings with what the models are to compute with.
fn settings_of(recipe: &Recipe, settings: &Settings) -> Settings {
    let mut settings = settings.clone();
    let used = || recipe.summarizers.iter().chain(recipe.translators.values().flatten());
    let is_used = |precision: &Precision| used().any(|model| model.precision == *precision);
    settings.models.runtime = recipe.runtime;
    // What a runtime does not have in 8 bits it computes in 32, as it did then.
    settings.models.precision = [Precision::Int8, Precision::Bf16].into_iter().find(is_used).unwrap_or(Precision::F32);
    settings
}

fn read(path: &Path) -> Result<Receipt, CliError> {
    let name = path.display().to_string();
    let bad = |reason: String| CliError::Content { name: name.clone(), reason };
    let failed = |source| CliError::Read { name: name.clone(), source };
    if std::fs::metadata(path).map_err(failed)?.len() > LARGEST {
        return Err(bad(format!("has more than {LARGEST} bytes: it is no receipt")));
    }
    let mut json: serde_json::Value =
        serde_json::from_slice(&std::fs::read(path).map_err(failed)?).map_err(|error| bad(error.to_string()))?;
    let inner = json.get_mut("receipt").map(serde_json::Value::take);
    let receipt: Receipt = serde_json::from_value(inner.unwrap_or(json))
        .map_err(|error| bad(format!("is neither a receipt nor an answer with one: {error}")))?;
    match receipt.fault() {
        Some(fault) => Err(bad(fault)),
        None => Ok(receipt),
    }
}
