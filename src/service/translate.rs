use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::future::try_join_all;

use super::{
    Service, ServiceError, blocking,
    checked::{Checked, CheckedTranslation, Translators},
    summarize::each_once,
};
use crate::{
    domain::{
        Article, Fault, Glossary, Language, LanguagePair, ModelId, ModelName, Repair, StageTimings, TermCounts, Usage,
    },
    pool::Turn,
    text::Document,
};

/// Texts and their translations.
#[derive(Debug, Clone, PartialEq)]
pub struct Translation {
    /// One for each text sent, in order.
    pub texts: Vec<TranslatedText>,
    /// The language translated into.
    pub target: Language,
    /// Sentences that the translator gave nothing for: these stand in their own language.
    pub dropped: usize,
    /// Sentences that were to be translated anew and were not, since the model had no time or no room for it.
    pub untried: usize,
    /// Whether sentences were looked at.
    pub checked: bool,
    /// What became of the glossary's terms; `None` where there are none for the target, or nothing was translated.
    pub glossary: Option<TermCounts>,
    /// Tokens read and written.
    pub usage: Usage,
    /// The translators used, each once; empty when every text was in the target language already.
    pub models: Vec<ModelName>,
    /// Where the time went.
    pub timings: StageTimings,
}

/// One text's translation.
#[derive(Debug, Clone, PartialEq)]
pub struct TranslatedText {
    /// The whole translation; line breaks, bullets and tags between sentences are kept.
    pub text: String,
    /// Sentence by sentence.
    pub sentences: Vec<TranslatedSentence>,
    /// The language found or named.
    pub source: Language,
    /// How sure that is, 0 to 1.
    pub confidence: f64,
}

/// A sentence and its translation.
#[derive(Debug, Clone, PartialEq)]
pub struct TranslatedSentence {
    /// The sentence, cleaned.
    pub source: String,
    /// Its translation.
    pub target: String,
    /// What is wrong with the translation still.
    pub faults: Vec<Fault>,
    /// What was mended.
    pub repairs: Vec<Repair>,
}

/// A text as it was understood.
struct Source {
    original: Article,
    document: Document,
    language: Language,
    confidence: f64,
}

/// The sentences of all texts in one language, and who is to translate them.
struct Job {
    by: Translators,
    sentences: Vec<String>,
}

/// The same, translated.
struct Translated {
    source: Language,
    answer: CheckedTranslation,
    /// Whether the glossary holds anything for it.
    has_terms: bool,
}

/// What is asked of translations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TranslationOptions {
    /// The language of all texts; `None` finds each one's.
    pub source: Option<Language>,
    /// The language to translate into.
    pub target: Language,
    /// The translator; `None` for the best installed.
    pub model: Option<ModelId>,
    /// Whether sentences are checked, and mended where they can be.
    pub checks: bool,
    /// Terms; what the service itself holds is added to these.
    pub glossary: Glossary,
    /// Whether the translations are to be HTML: what stands for a sentence is escaped then, since the sentence was not.
    pub html: bool,
}

impl Service {
    /// Translates texts sentence by sentence, `within` that time or the service's own limit, whichever is less.
    ///
    /// # Errors
    /// [`ServiceError`].
    pub async fn translate(
        &self,
        texts: &[Article],
        options: &TranslationOptions,
        within: Option<Duration>,
    ) -> Result<Translation, ServiceError> {
        let started = Instant::now();
        let turn = self.turn(started, within);
        let (service, owned, wanted, own) = (self.clone(), texts.to_vec(), options.clone(), Arc::clone(&turn));
        let (sources, jobs) = blocking(move || service.plan_translation(owned, &wanted, &own)).await?;
        self.pool.let_in(&turn, jobs.iter().map(|job| &job.by.first))?;
        let translated = self.translate_jobs(jobs).await?;
        turn.answered();
        let (mut usage, mut timings) = (Usage::default(), StageTimings::default());
        for Translated { answer, .. } in &translated {
            usage += answer.usage;
            timings += answer.timings;
        }
        let models = each_once(translated.iter().flat_map(|part| part.answer.models.clone()));
        let dropped = translated.iter().map(|part| part.answer.dropped).sum();
        let untried = translated.iter().map(|part| part.answer.untried).sum();
        let glossary = translated.iter().any(|part| part.has_terms).then(|| terms(&translated));
        let texts = put_back(sources, translated, options.html);
        timings.total = started.elapsed();
        let (target, checked) = (options.target, options.checks);
        Ok(Translation { texts, target, dropped, untried, checked, glossary, usage, models, timings })
    }

    /// Reads the texts and chooses a model for each source language; none for text that is in the target language
    /// already.
    fn plan_translation(
        &self,
        texts: Vec<Article>,
        options: &TranslationOptions,
        turn: &Arc<Turn>,
    ) -> Result<(Vec<Source>, Vec<Job>), ServiceError> {
        let installed = self.installed();
        let read = |original: Article| {
            let document = Document::read(original.text());
            let (language, confidence) = installed.language_of(&document, options.source)?;
            Ok::<_, ServiceError>(Source { original, document, language, confidence })
        };
        let sources = texts.into_iter().map(read).collect::<Result<Vec<_>, _>>()?;
        let mut by_language: BTreeMap<Language, Vec<String>> = BTreeMap::new();
        for source in sources.iter().filter(|source| source.language != options.target) {
            by_language.entry(source.language).or_default().extend(source.document.texts());
        }
        let job = |(source, sentences)| {
            let pair = LanguagePair::new(source, options.target);
            let first = installed.translator(pair, options.model.as_ref())?;
            let (second, checks) = (installed.second(pair, &first), options.checks);
            let terms = self.terms(&options.glossary, options.target);
            Ok::<_, ServiceError>(Job {
                by: Translators {
                    pair,
                    first,
                    second,
                    turn: Arc::clone(turn),
                    checks,
                    tries_again: false,
                    keeps_names: false,
                    terms,
                },
                sentences,
            })
        };
        let jobs = by_language.into_iter().map(job).collect::<Result<_, _>>()?;
        Ok((sources, jobs))
    }

    async fn translate_jobs(&self, jobs: Vec<Job>) -> Result<Vec<Translated>, ServiceError> {
        let run = |Job { by, sentences }| async move {
            let answer = self.translate_checked(&by, sentences).await?;
            Ok::<_, ServiceError>(Translated { source: by.pair.source, answer, has_terms: !by.terms.is_empty() })
        };
        try_join_all(jobs.into_iter().map(run)).await
    }
}

fn terms(translated: &[Translated]) -> TermCounts {
    translated.iter().flat_map(|part| &part.answer.sentences).map(|sentence| sentence.terms).sum()
}

/// Gives every text its sentences back.
fn put_back(sources: Vec<Source>, translated: Vec<Translated>, html: bool) -> Vec<TranslatedText> {
    let mut waiting: BTreeMap<Language, VecDeque<Checked>> =
        translated.into_iter().map(|part| (part.source, part.answer.sentences.into())).collect();
    let restore = |source: Source| {
        let Some(waiting) = waiting.get_mut(&source.language) else { return unchanged(source) };
        let translations: Vec<Checked> = waiting.drain(..source.document.sentences.len()).collect();
        let pairs = source.document.texts().into_iter().zip(translations);
        let sentences: Vec<_> =
            pairs.map(|(source, translation)| TranslatedSentence::of(source, translation)).collect();
        TranslatedText {
            text: replace_sentences(&source, &sentences, html),
            sentences,
            source: source.language,
            confidence: source.confidence,
        }
    };
    sources.into_iter().map(restore).collect()
}

impl TranslatedSentence {
    fn of(source: String, translation: Checked) -> Self {
        Self { source, faults: translation.faults(), target: translation.text, repairs: translation.repairs }
    }

    fn unchanged(source: String) -> Self {
        Self { target: source.clone(), source, faults: Vec::new(), repairs: Vec::new() }
    }
}

/// A text that is in the target language already.
fn unchanged(source: Source) -> TranslatedText {
    TranslatedText {
        text: source.original.text().to_owned(),
        sentences: source.document.texts().into_iter().map(TranslatedSentence::unchanged).collect(),
        source: source.language,
        confidence: source.confidence,
    }
}

/// The original with each sentence replaced, so that what stands between them stays.
fn replace_sentences(source: &Source, translations: &[TranslatedSentence], html: bool) -> String {
    let original = source.original.text();
    let (mut text, mut end) = (String::with_capacity(original.len()), 0);
    for (sentence, translation) in source.document.sentences.iter().zip(translations) {
        // Two sentences that begin in one entity share its place.
        text.push_str(&original[end..sentence.span.start.max(end)]);
        if html {
            text.push_str(&htmlize::escape_text(&translation.target));
        } else {
            text.push_str(&translation.target);
        }
        end = sentence.span.end.max(end);
    }
    text.push_str(&original[end..]);
    text
}
