use std::{collections::HashSet, time::Instant};

use futures_util::future::try_join_all;

use super::{
    Service, ServiceError,
    assemble::{Outcome, assemble},
    blocking,
    checked::{CheckedTranslation, Translators},
    rows::Row,
    select::Installed,
    support::{Drafted, Support},
};
use crate::{
    domain::{Article, GenerationOptions, InputError, Language, LanguagePair, ModelName, Summary, SummaryOptions},
    engine::{SummarizeOutput, SummarizeRequest},
    pool::Timed,
    store::InstalledModel,
    text::Document,
};

/// Everything that is decided before any model works.
pub(super) struct Plan {
    pub(super) document: Document,
    pub(super) language: Language,
    pub(super) confidence: f64,
    pub(super) summarizer: InstalledModel,
    pub(super) targets: Vec<Language>,
    pub(super) translators: Vec<Translators>,
    pub(super) missing_pairs: Vec<LanguagePair>,
    pub(super) deadline: Instant,
}

impl Plan {
    /// Whether the glossary holds anything for a translation.
    pub(super) fn has_terms(&self) -> bool {
        self.translators.iter().any(|by| !by.terms.is_empty())
    }
}

impl Service {
    /// Summarises an article in every language asked for.
    ///
    /// # Errors
    /// [`ServiceError`].
    pub async fn summarize(&self, article: &Article, options: &SummaryOptions) -> Result<Summary, ServiceError> {
        let started = Instant::now();
        let (service, text, wanted) = (self.clone(), article.clone(), options.clone());
        let plan = blocking(move || service.plan(&text, &wanted, started)).await?;
        let draft = self.draft(&plan, options).await?;
        let (support, drafts) = examined(&plan, &draft.output, options).await;
        let (rows, translations) = self.translate_drafts(&plan, drafts).await?;
        let mut outcome = Outcome { draft, support, rows, translations };
        if options.strict {
            self.hold_strictly(&plan, &mut outcome).await?;
        }
        let (article, options) = (article.clone(), options.clone());
        let mut summary = blocking(move || assemble(&article, &options, plan, outcome)).await;
        summary.timings.total = started.elapsed();
        Ok(summary)
    }

    /// Finds out what is missing before any model works.
    fn plan(&self, article: &Article, options: &SummaryOptions, started: Instant) -> Result<Plan, ServiceError> {
        let limit = self.settings.summary_sentences;
        if !(1..=limit).contains(&options.sentence_count()) {
            return Err(InputError::invalid("sentences", format!("must lie between 1 and {limit}")).into());
        }
        let document = Document::read(article.text());
        if document.sentences.is_empty() {
            return Err(InputError::invalid("text", "holds no sentence").into());
        }
        let installed = self.installed();
        let (language, confidence) = installed.language_of(&document, options.source)?;
        let summarizer = installed.summarizer(language, options.mode, options.model.as_ref())?;
        let deadline = started + self.settings.request_timeout;
        let checks = options.checks || options.strict;
        let by = |pair: LanguagePair, first| {
            let (second, terms) = (installed.second(pair, &first), self.terms(&options.glossary, pair.target));
            Translators { pair, first, second, deadline, checks, terms }
        };
        let (targets, translators, missing_pairs) = directions(&installed, language, &options.targets)?;
        let translators = translators.into_iter().map(|(pair, first)| by(pair, first)).collect();
        Ok(Plan { document, language, confidence, summarizer, targets, translators, missing_pairs, deadline })
    }

    async fn draft(&self, plan: &Plan, options: &SummaryOptions) -> Result<Timed<SummarizeOutput>, ServiceError> {
        let request = SummarizeRequest {
            language: plan.language,
            sentences: plan.document.texts(),
            paragraphs: plan.document.paragraphs(),
            count: options.sentence_count(),
            generation: GenerationOptions::default(),
        };
        Ok(self.pool.summarize(&plan.summarizer, request, plan.deadline).await?)
    }

    /// Translates the summary's sentences into every language; what belongs together lies in a row.
    async fn translate_drafts(
        &self,
        plan: &Plan,
        drafts: Vec<Drafted>,
    ) -> Result<(Vec<Row>, Vec<CheckedTranslation>), ServiceError> {
        let sentences: Vec<String> = drafts.iter().map(|draft| draft.text.clone()).collect();
        let jobs = plan.translators.iter().map(|by| self.translate_checked(by, sentences.clone()));
        let mut translations = try_join_all(jobs).await?;
        Ok((Row::all(drafts, &mut translations), translations))
    }

    /// Has the article's own sentences stand where a translation says what the article does not, as long as there are
    /// some whose translations are better.
    async fn hold_strictly(&self, plan: &Plan, outcome: &mut Outcome) -> Result<(), ServiceError> {
        let mut taken: HashSet<usize> = outcome.rows.iter().filter_map(|row| row.draft.verbatim).collect();
        for _ in 0..STRICT_ROUNDS {
            let Outcome { support, rows, translations, .. } = &mut *outcome;
            let mut places = Vec::new();
            let mut substitutes = Vec::new();
            for (place, row) in rows.iter().enumerate().filter(|(_, row)| row.is_untrue()) {
                let Some(at) = support.substitute(&row.draft.text, &taken) else { continue };
                taken.insert(at);
                places.push(place);
                substitutes.push(support.verbatim(at));
            }
            if places.is_empty() {
                break;
            }
            let (better, more) = self.translate_drafts(plan, substitutes).await?;
            translations.extend(more);
            places.into_iter().zip(better).for_each(|(place, row)| rows[place].give_way_to(row));
        }
        Row::in_order(&mut outcome.rows);
        Ok(())
    }
}

/// How often other sentences are tried in the place of one whose translation is wrong.
const STRICT_ROUNDS: usize = 4;

/// The draft with its evidence, and the article's own sentences in the place of those that cannot stand.
async fn examined(plan: &Plan, draft: &SummarizeOutput, options: &SummaryOptions) -> (Support, Vec<Drafted>) {
    let mut support = Support::of(plan.document.clone(), plan.language);
    let (sentences, checks, strict) = (draft.sentences.clone(), options.checks || options.strict, options.strict);
    blocking(move || {
        let drafts = sentences.into_iter().map(|sentence| support.examine(sentence, checks)).collect();
        let drafts = support.replace(drafts, strict);
        (support, drafts)
    })
    .await
}

/// The languages to answer in, and who translates into them. A language that was asked for and cannot be had is
/// an error; one that is merely the default is left out and reported.
#[expect(clippy::type_complexity, reason = "three parts of the plan, taken apart at once")]
fn directions(
    installed: &Installed<'_>,
    source: Language,
    asked: &[Language],
) -> Result<(Vec<Language>, Vec<(LanguagePair, InstalledModel)>, Vec<LanguagePair>), ServiceError> {
    let defaults = [Language::ENGLISH, Language::SPANISH];
    let wanted = if asked.is_empty() { &defaults } else { asked };
    let (mut targets, mut translators, mut missing) = (Vec::new(), Vec::new(), Vec::new());
    for &target in wanted {
        if targets.contains(&target) {
            continue;
        }
        let pair = LanguagePair::new(source, target);
        if source != target {
            match installed.translator(pair, None) {
                Ok(model) => translators.push((pair, model)),
                Err(_) if asked.is_empty() => {
                    missing.push(pair);
                    continue;
                }
                Err(error) => return Err(error),
            }
        }
        targets.push(target);
    }
    // A text in neither of the default languages still gets a summary: in its own.
    if targets.is_empty() {
        targets.push(source);
    }
    Ok((targets, translators, missing))
}

/// The models in order of use, without repeats.
pub(super) fn each_once(models: impl Iterator<Item = ModelName>) -> Vec<ModelName> {
    let mut seen: Vec<ModelName> = Vec::new();
    for model in models {
        if !seen.contains(&model) {
            seen.push(model);
        }
    }
    seen
}
