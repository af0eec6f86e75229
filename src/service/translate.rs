use std::{
    collections::{BTreeMap, VecDeque},
    time::Instant,
};

use futures_util::future::try_join_all;

use super::{
    Service, ServiceError, blocking,
    summarize::{add, each_once},
};
use crate::{
    domain::{Article, GenerationOptions, Language, LanguagePair, ModelId, ModelName, StageTimings, Usage},
    engine::{TranslateOutput, TranslateRequest},
    pool::Timed,
    store::InstalledModel,
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
    pub untranslated: usize,
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
    /// Sentence by sentence: source and translation.
    pub sentences: Vec<(String, String)>,
    /// The language found or named.
    pub source: Language,
    /// How sure that is, 0 to 1.
    pub confidence: f64,
}

/// A text as it was understood.
struct Source {
    original: Article,
    document: Document,
    language: Language,
    confidence: f64,
}

/// The sentences of all texts in one language, and the model that is to translate them.
struct Job {
    pair: LanguagePair,
    model: InstalledModel,
    sentences: Vec<String>,
}

/// The same, translated.
struct Translated {
    source: Language,
    model: ModelName,
    answer: Timed<TranslateOutput>,
}

impl Service {
    /// Translates texts sentence by sentence.
    ///
    /// # Errors
    /// [`ServiceError`].
    pub async fn translate(
        &self,
        texts: &[Article],
        source: Option<Language>,
        target: Language,
        model: Option<&ModelId>,
    ) -> Result<Translation, ServiceError> {
        let started = Instant::now();
        let (service, owned, model) = (self.clone(), texts.to_vec(), model.cloned());
        let (sources, jobs) = blocking(move || service.plan_translation(owned, source, target, model.as_ref())).await?;
        let translated = self.translate_jobs(jobs, started + self.settings.request_timeout).await?;
        let (mut usage, mut timings) = (Usage::default(), StageTimings::default());
        translated.iter().for_each(|part| add(&mut usage, &mut timings, &part.answer));
        let models = each_once(translated.iter().map(|part| part.model.clone()));
        let untranslated = translated.iter().map(|part| part.answer.output.untranslated).sum();
        let texts = put_back(sources, translated);
        timings.total = started.elapsed();
        Ok(Translation { texts, target, untranslated, usage, models, timings })
    }

    /// Reads the texts and chooses a model for each source language; none for text that is in the target language
    /// already.
    fn plan_translation(
        &self,
        texts: Vec<Article>,
        named: Option<Language>,
        target: Language,
        model: Option<&ModelId>,
    ) -> Result<(Vec<Source>, Vec<Job>), ServiceError> {
        let installed = self.installed();
        let read = |original: Article| {
            let document = Document::read(original.text());
            let (language, confidence) = installed.language_of(&document, named)?;
            Ok::<_, ServiceError>(Source { original, document, language, confidence })
        };
        let sources = texts.into_iter().map(read).collect::<Result<Vec<_>, _>>()?;
        let mut by_language: BTreeMap<Language, Vec<String>> = BTreeMap::new();
        for source in sources.iter().filter(|source| source.language != target) {
            by_language.entry(source.language).or_default().extend(source.document.texts());
        }
        let job = |(source, sentences)| {
            let pair = LanguagePair::new(source, target);
            Ok::<_, ServiceError>(Job { pair, model: installed.translator(pair, model)?, sentences })
        };
        let jobs = by_language.into_iter().map(job).collect::<Result<_, _>>()?;
        Ok((sources, jobs))
    }

    async fn translate_jobs(&self, jobs: Vec<Job>, deadline: Instant) -> Result<Vec<Translated>, ServiceError> {
        let run = |Job { pair, model, sentences }| async move {
            let request =
                TranslateRequest { pair, sentences, alternatives: 0, generation: GenerationOptions::default() };
            let answer = self.pool.translate(&model, request, deadline).await?;
            Ok::<_, ServiceError>(Translated { source: pair.source, model: model.name, answer })
        };
        try_join_all(jobs.into_iter().map(run)).await
    }
}

/// Gives every text its sentences back.
fn put_back(sources: Vec<Source>, translated: Vec<Translated>) -> Vec<TranslatedText> {
    let mut waiting: BTreeMap<Language, VecDeque<String>> =
        translated.into_iter().map(|part| (part.source, part.answer.output.sentences.into())).collect();
    let restore = |source: Source| {
        let Some(waiting) = waiting.get_mut(&source.language) else { return unchanged(source) };
        let translations: Vec<String> = waiting.drain(..source.document.sentences.len()).collect();
        TranslatedText {
            text: replace_sentences(&source, &translations),
            sentences: source.document.texts().into_iter().zip(translations).collect(),
            source: source.language,
            confidence: source.confidence,
        }
    };
    sources.into_iter().map(restore).collect()
}

/// A text that is in the target language already.
fn unchanged(source: Source) -> TranslatedText {
    let sentences = source.document.texts();
    TranslatedText {
        text: source.original.text().to_owned(),
        sentences: sentences.iter().cloned().zip(sentences.iter().cloned()).collect(),
        source: source.language,
        confidence: source.confidence,
    }
}

/// The original with each sentence replaced, so that what stands between them stays.
fn replace_sentences(source: &Source, translations: &[String]) -> String {
    let original = source.original.text();
    let (mut text, mut end) = (String::with_capacity(original.len()), 0);
    for (sentence, translation) in source.document.sentences.iter().zip(translations) {
        // Two sentences that begin in one entity share its place.
        text.push_str(&original[end..sentence.span.start.max(end)]);
        text.push_str(translation);
        end = sentence.span.end.max(end);
    }
    text.push_str(&original[end..]);
    text
}
