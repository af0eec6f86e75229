use super::{CliError, app, engine::EngineArgs, glossary::GlossaryArgs, input::InputArgs, output, values::words};
use crate::{
    config::Settings,
    domain::{
        CheckReport, FactStatus, Format, InputError, Language, Length, Mode, OffsetUnit, Summary, SummaryOptions,
    },
    http,
};

/// `breve summarize`.
#[derive(Debug, clap::Args)]
pub(super) struct SummarizeArgs {
    #[command(flatten)]
    input: InputArgs,
    /// Languages of the summary, as ISO 639 codes with commas between; when not given, English and Spanish,
    /// as far as the installed models reach.
    #[arg(long, value_delimiter = ',', value_name = "LANG")]
    to: Vec<Language>,
    /// Language of the article; found when not given.
    #[arg(long, value_name = "LANG")]
    from: Option<Language>,
    /// How long the summary is: two, three or six sentences.
    #[arg(long, value_parser = words::<Length>(&["short", "medium", "long"]), default_value = "medium")]
    length: Length,
    /// Exactly how many sentences, as far as the article and the model have them.
    #[arg(long, value_name = "N", value_parser = sentences, conflicts_with = "length")]
    sentences: Option<usize>,
    /// How the sentences are put together.
    #[arg(long, value_parser = words::<Format>(&["paragraph", "bullets", "headline"]), default_value = "paragraph")]
    format: Format,
    /// Whether a model writes the sentences or the article's own are chosen.
    #[arg(long, value_parser = words::<Mode>(&["auto", "abstractive", "extractive"]), default_value = "auto")]
    mode: Mode,
    /// The summariser: a model's name, owner/name, or a directory in the hub's layout.
    #[arg(long, value_name = "ID|DIR")]
    model: Option<String>,
    /// Put the article's own sentences in the place of those that say what it does not.
    #[arg(long)]
    strict: bool,
    /// Check nothing, and mend nothing.
    #[arg(long, conflicts_with = "strict")]
    no_checks: bool,
    #[command(flatten)]
    glossary: GlossaryArgs,
    /// Print the answer of POST /v1/summarize.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    pub(super) engine: EngineArgs,
}

pub(super) fn run(args: SummarizeArgs, settings: &Settings) -> Result<(), CliError> {
    let article = args.input.article(settings.limits.text_characters)?;
    let (service, model) = app::service_and_model(settings, args.model.as_deref())?;
    let json = args.json;
    let options = SummaryOptions { model, ..args.options()? };
    let summary = app::block_on(service.summarize(&article, &options, None))??.summary;
    if json {
        return output::json(&http::summary_json(&article, options.offset_unit, summary));
    }
    output::line(&blocks(&summary, &options.targets))?;
    output::note(&origin(&summary));
    Ok(())
}

impl SummarizeArgs {
    fn options(self) -> Result<SummaryOptions, InputError> {
        let mut targets = Vec::new();
        for language in self.to {
            if !targets.contains(&language) {
                targets.push(language);
            }
        }
        let defaults = [Language::ENGLISH, Language::SPANISH];
        let glossary = self.glossary.glossary(if targets.is_empty() { &defaults } else { &targets })?;
        Ok(SummaryOptions {
            source: self.from,
            targets,
            length: self.length,
            sentences: self.sentences,
            format: self.format,
            mode: self.mode,
            model: None,
            offset_unit: OffsetUnit::default(),
            checks: !self.no_checks,
            strict: self.strict,
            glossary,
        })
    }
}

fn sentences(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|&count| count > 0).ok_or("must be a whole number above 0".into())
}

/// The name of each language over the summary in it, in the order asked for.
fn blocks(summary: &Summary, targets: &[Language]) -> String {
    let order = |language: &Language| targets.iter().position(|target| target == language);
    let mut texts: Vec<_> = summary.texts.iter().collect();
    texts.sort_by_key(|(language, _)| order(language));
    texts.iter().map(|(language, text)| format!("{}\n{text}", language.name())).collect::<Vec<_>>().join("\n\n")
}

/// The models used, the time taken, and what could not be done.
fn origin(summary: &Summary) -> String {
    let models = std::iter::once(&summary.summarizer).chain(&summary.translators);
    let models = models.map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let coverage = &summary.coverage;
    let unread = match coverage.truncated() {
        true => format!("; read {} of {} sentences", coverage.sentences_read, coverage.sentences_total),
        false => String::new(),
    };
    let unchanged = if coverage.unchanged { "; no longer than asked, so unchanged" } else { "" };
    let untranslated = output::untranslated(summary.dropped);
    let checks = summary.checks.as_ref().map(found).unwrap_or_default();
    let lost = output::lost_terms(summary.glossary);
    let missing = summary.missing_pairs.iter().map(|pair| format!("; no installed model translates {pair}"));
    format!(
        "[{models}; {:.2} s{unread}{unchanged}{untranslated}{checks}{lost}{}]",
        summary.timings.total.as_secs_f64(),
        missing.collect::<String>()
    )
}

/// What was mended and what is wrong still, for the last line.
fn found(report: &CheckReport) -> String {
    let invented = report.facts.iter().filter(|fact| fact.status == FactStatus::Invented).count();
    let missing = report.facts.iter().filter(|fact| fact.status == FactStatus::Missing).count();
    let counts = [(report.repairs.len(), "repaired"), (invented, "invented"), (missing, "missing")];
    counts.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("; {count} {what}")).collect()
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::{Cli, Command};

    fn options(flags: &[&str]) -> Result<SummaryOptions, clap::Error> {
        match Cli::try_parse_from(["breve", "summarize"].iter().chain(flags))?.command {
            Command::Summarize(args) => Ok(args.options().unwrap()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn no_flags_are_the_defaults_of_the_api() {
        assert_eq!(options(&[]).unwrap(), SummaryOptions::default());
    }

    #[test]
    fn flags_become_options() {
        let flags = [
            "a.txt",
            "--to",
            "es,en,es",
            "--from",
            "en",
            "--sentences",
            "4",
            "--format",
            "bullets",
            "--mode",
            "extractive",
        ];
        let expected = SummaryOptions {
            source: Some(Language::ENGLISH),
            targets: vec![Language::SPANISH, Language::ENGLISH],
            sentences: Some(4),
            format: Format::Bullets,
            mode: Mode::Extractive,
            ..Default::default()
        };
        assert_eq!(options(&flags).unwrap(), expected);
        assert_eq!(options(&["--length", "short"]).unwrap().length, Length::Short);
    }

    #[test]
    fn refuses_what_it_does_not_know() {
        for flags in [
            ["--to", "xx"].as_slice(),
            &["--to", ""],
            &["--from", "english"],
            &["--length", "tiny"],
            &["--sentences", "0"],
            &["--sentences", "-1"],
            &["--sentences", "3", "--length", "short"],
            &["--format", "poem"],
            &["a.txt", "b.txt"],
            &["--loud"],
        ] {
            assert!(options(flags).is_err(), "{flags:?}");
        }
    }
}
