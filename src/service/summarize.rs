use std::{collections::BTreeMap, time::Instant};

use futures_util::future::try_join_all;

use super::{Service, ServiceError, blocking, select::Installed};
use crate::{
    domain::{
        Article, Coverage, DetectedSource, Format, GenerationOptions, InputError, Language, LanguagePair, ModelName,
        Sentence, StageTimings, Summary, SummaryOptions, Usage,
    },
    engine::{DraftSentence, SummarizeOutput, SummarizeRequest, TranslateOutput, TranslateRequest},
    pool::Timed,
    store::InstalledModel,
    text::Document,
};

/// Everything that is decided before any model works.
struct Plan {
    document: Document,
    language: Language,
    confidence: f64,
    summarizer: InstalledModel,
    targets: Vec<Language>,
    translators: Vec<(LanguagePair, InstalledModel)>,
    missing_pairs: Vec<LanguagePair>,
    deadline: Instant,
}

/// A summary's sentences in one more language.
struct Translated {
    language: Language,
    model: ModelName,
    answer: Timed<TranslateOutput>,
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
        let translated = self.translate_draft(&plan, &draft.output.sentences).await?;
        let mut summary = assemble(article, options, plan, draft, translated);
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
        let (targets, translators, missing_pairs) = directions(&installed, language, &options.targets)?;
        let deadline = started + self.settings.request_timeout;
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

    async fn translate_draft(&self, plan: &Plan, draft: &[DraftSentence]) -> Result<Vec<Translated>, ServiceError> {
        let sentences: Vec<String> = draft.iter().map(|sentence| sentence.text.clone()).collect();
        let jobs = plan.translators.iter().map(|(pair, model)| {
            let request = TranslateRequest {
                pair: *pair,
                sentences: sentences.clone(),
                generation: GenerationOptions::default(),
            };
            async move {
                let answer = self.pool.translate(model, request, plan.deadline).await?;
                Ok::<_, ServiceError>(Translated { language: pair.target, model: model.name.clone(), answer })
            }
        });
        try_join_all(jobs).await
    }
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

fn assemble(
    article: &Article,
    options: &SummaryOptions,
    plan: Plan,
    draft: Timed<SummarizeOutput>,
    translated: Vec<Translated>,
) -> Summary {
    let sentences = sentences(&plan, draft.output.sentences, &translated, options.format);
    let in_language = |&language: &Language| {
        let texts = sentences.iter().filter_map(|sentence| sentence.texts.get(&language).map(String::as_str));
        (language, options.format.join(texts))
    };
    let mut usage = draft.output.usage;
    let mut timings = StageTimings { queue: draft.queued, summarize: draft.worked, ..StageTimings::default() };
    for part in &translated {
        add(&mut usage, &mut timings, &part.answer);
    }
    Summary {
        source: DetectedSource {
            language: plan.language,
            confidence: plan.confidence,
            characters: article.characters(),
            sentences: plan.document.sentences.len(),
        },
        texts: plan.targets.iter().map(in_language).collect(),
        sentences,
        coverage: Coverage {
            chunks: draft.output.chunks,
            rounds: draft.output.rounds,
            unchanged: draft.output.unchanged,
            sentences_read: draft.output.sentences_read,
            sentences_total: plan.document.sentences.len(),
        },
        untranslated: translated.iter().map(|part| part.answer.output.untranslated).sum(),
        usage,
        summarizer: plan.summarizer.name,
        translators: each_once(translated.into_iter().map(|part| part.model)),
        missing_pairs: plan.missing_pairs,
        timings,
    }
}

/// Puts each draft sentence beside its translations.
fn sentences(plan: &Plan, draft: Vec<DraftSentence>, translated: &[Translated], format: Format) -> Vec<Sentence> {
    let beside = |(index, draft): (usize, DraftSentence)| {
        let verbatim = draft.source.map(|source| plan.document.sentences[source].span);
        let mut texts = BTreeMap::new();
        if plan.targets.contains(&plan.language) {
            texts.insert(plan.language, format.sentence(&draft.text));
        }
        for part in translated {
            texts.insert(part.language, format.sentence(&part.answer.output.sentences[index]));
        }
        Sentence { texts, verbatim }
    };
    draft.into_iter().enumerate().map(beside).collect()
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

/// Sums up tokens and times of several answers.
pub(super) fn add(usage: &mut Usage, timings: &mut StageTimings, answer: &Timed<TranslateOutput>) {
    *usage += answer.output.usage;
    timings.queue += answer.queued;
    timings.translate += answer.worked;
}
