//! Translations that are looked at, mended where they can be, and told of where they cannot.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::{Service, ServiceError, blocking, names, summarize::each_once};
use crate::{
    checks::translation::{Findings, Link, mended, with_originals},
    domain::{Fault, GenerationOptions, LanguagePair, Means, ModelName, Repair, StageTimings, TermCounts, Usage},
    engine::{Alignment, Alternatives, TranslateOutput, TranslateRequest},
    pool::{Timed, Turn},
    store::InstalledModel,
    text::Term,
};

/// Who translates, and until when.
#[derive(Clone)]
pub(super) struct Translators {
    pub(super) pair: LanguagePair,
    pub(super) first: InstalledModel,
    /// Another model for the same direction, for what the first does badly.
    pub(super) second: Option<InstalledModel>,
    pub(super) turn: Arc<Turn>,
    /// Whether sentences are looked at.
    pub(super) checks: bool,
    /// Whether this is itself a second try: what comes out gravely wrong again is not translated anew.
    pub(super) tries_again: bool,
    /// Whether names that stay as they are never reach the model.
    pub(super) keeps_names: bool,
    /// What the glossary holds for the target.
    pub(super) terms: Arc<[Term]>,
}

impl Translators {
    /// The same for what is only tried for a repair.
    pub(super) fn for_repairs(&self) -> Self {
        Self { turn: Arc::new(self.turn.of_repairs()), ..self.clone() }
    }
}

/// One sentence's translation.
#[derive(Debug, Clone)]
pub(super) struct Checked {
    pub(super) text: String,
    pub(super) findings: Findings,
    pub(super) repairs: Vec<Repair>,
    pub(super) terms: TermCounts,
}

/// The translations of many sentences: as many, in the same order.
#[derive(Debug, Default)]
pub(super) struct CheckedTranslation {
    pub(super) sentences: Vec<Checked>,
    /// Sentences that no translator gave anything for: these stand in their own language.
    pub(super) dropped: usize,
    /// Sentences that were to be translated anew and were not, since the model had no time or no room for it.
    pub(super) untried: usize,
    pub(super) usage: Usage,
    pub(super) timings: StageTimings,
    /// In order of use, each once.
    pub(super) models: Vec<ModelName>,
}

impl Checked {
    pub(super) fn unseen(text: String) -> Self {
        Self { text, findings: Findings::default(), repairs: Vec::new(), terms: TermCounts::default() }
    }

    /// What is wrong still.
    pub(super) fn faults(&self) -> Vec<Fault> {
        let mut faults = self.findings.faults();
        faults.extend((self.terms.lost > 0).then_some(Fault::Glossary));
        faults
    }

    /// A first translation, with the source's names and figures put in where they belong.
    pub(super) fn first(source: &str, text: String, alignment: Option<&Alignment>, pair: LanguagePair) -> Self {
        let mut first = Self { findings: Findings::of(source, &text, pair), ..Self::unseen(text) };
        if let Some((text, findings)) = mended(source, &first.text, pair, &first.findings, || links(alignment)) {
            first.take(text, findings, Means::Source);
        }
        first
    }

    /// Offers what else the same search came upon, as long as something is wrong.
    fn offer_all(&mut self, source: &str, texts: &[String], means: Means, pair: LanguagePair) {
        for text in texts {
            if !self.faults().is_empty() {
                self.offer(source, text, means, pair);
            }
        }
    }

    /// Takes `text` instead, as it stands or with the source's names and figures put in, where that is better.
    pub(super) fn offer(&mut self, source: &str, text: &str, means: Means, pair: LanguagePair) {
        let findings = Findings::of(source, text, pair);
        let put_in = mended(source, text, pair, &findings, Vec::new);
        if findings.weight() < self.findings.weight() {
            self.take(text.to_owned(), findings, means);
        }
        if let Some((text, findings)) = put_in.filter(|(_, better)| better.weight() < self.findings.weight()) {
            self.take(text, findings, Means::Source);
        }
    }

    /// Takes the source's own words for those that no language has.
    pub(super) fn keep_originals(&mut self, source: &str, pair: LanguagePair) {
        if let Some((text, findings)) = with_originals(source, &self.text, pair, &self.findings) {
            self.take(text, findings, Means::Source);
            self.repairs.push(Repair { fault: Fault::Name, means: Means::Source });
        }
    }

    fn take(&mut self, text: String, findings: Findings, means: Means) {
        let gone = self.findings.mended_in(&findings).into_iter();
        self.repairs.extend(gone.map(|fault| Repair { fault, means }));
        (self.text, self.findings) = (text, findings);
    }
}

impl CheckedTranslation {
    pub(super) fn add(&mut self, model: &InstalledModel, answer: &Timed<TranslateOutput>) {
        self.usage += answer.output.usage;
        self.timings.queue += answer.queued;
        self.timings.translate += answer.worked;
        self.models.push(model.name.clone());
    }

    /// So many sentences were to be translated anew by `model`, which failed.
    pub(super) fn left_out(&mut self, model: &ModelName, error: &ServiceError, count: usize) {
        tracing::debug!(%model, %error, "no other translation");
        self.untried += count;
    }

    /// What it took to get `other`, which is a part of this.
    pub(super) fn absorb(&mut self, other: &Self) {
        self.usage += other.usage;
        self.timings += other.timings;
        self.untried += other.untried;
        self.models.extend(other.models.iter().cloned());
    }

    /// The sentences `of` a kind that are worth another translation, by their places.
    fn grave(&self, of: impl Fn(&Checked) -> bool) -> Vec<usize> {
        let sentences = self.sentences.iter().enumerate();
        sentences.filter(|(_, checked)| checked.findings.is_grave() && of(checked)).map(|(at, _)| at).collect()
    }
}

impl Service {
    /// Translates each sentence, has another model try what came out wrong, and puts in from the source what can be.
    ///
    /// # Errors
    /// [`ServiceError`] of the first model; what is only tried for a repair may fail.
    pub(super) async fn translate_sentences(
        &self,
        by: &Translators,
        sentences: Vec<String>,
    ) -> Result<CheckedTranslation, ServiceError> {
        let mut done = CheckedTranslation::default();
        let found = Alternatives::Found(if by.checks { ALTERNATIVES } else { 0 });
        let answer = self.ask(by, &by.first, sentences.clone(), found, by.checks).await?;
        done.add(&by.first, &answer);
        done.dropped = answer.output.untranslated;
        if !by.checks {
            done.sentences = answer.output.sentences.into_iter().map(Checked::unseen).collect();
            return Ok(done);
        }
        done = look(done, &sentences, answer.output, by.pair).await;
        if !by.tries_again {
            done = self.mend(by, &sentences, done).await;
        }
        done.models = each_once(done.models.into_iter());
        Ok(done)
    }

    /// Has what is gravely wrong translated anew: with the names that got lost masked, or else, where no name is, by all
    /// that the same model has; then by another model.
    async fn mend(&self, by: &Translators, sentences: &[String], done: CheckedTranslation) -> CheckedTranslation {
        if done.grave(|_| true).is_empty() {
            return done;
        }
        let by = &by.for_repairs();
        let more_helps = |checked: &Checked| checked.findings.faults().into_iter().any(is_mended_by_more);
        let nameless: Vec<usize> =
            done.grave(|checked| more_helps(checked) && !names::can_be_masked(&checked.findings));
        let mut done = self.mask_lost_names(by, sentences, done).await;
        done = self.try_again(by, &by.first, Means::Alternative, sentences, nameless, done).await;
        if let Some(second) = &by.second {
            let left = done.grave(|_| true);
            done = self.try_again(by, second, Means::Model, sentences, left, done).await;
        }
        done
    }

    pub(super) async fn ask(
        &self,
        by: &Translators,
        model: &InstalledModel,
        sentences: Vec<String>,
        alternatives: Alternatives,
        alignments: bool,
    ) -> Result<Timed<TranslateOutput>, ServiceError> {
        let generation = GenerationOptions::default();
        let request = TranslateRequest { pair: by.pair, sentences, alternatives, alignments, generation };
        Ok(self.pool.translate(model, request, &by.turn).await?)
    }

    /// Has `model` give all that it has for the sentences at `places`, and takes what is better.
    async fn try_again(
        &self,
        by: &Translators,
        model: &InstalledModel,
        means: Means,
        sentences: &[String],
        places: Vec<usize>,
        mut done: CheckedTranslation,
    ) -> CheckedTranslation {
        if places.is_empty() {
            return done;
        }
        let count = places.len();
        let chosen = places.iter().map(|at| sentences[*at].clone()).collect();
        // Of other translations only the texts are compared.
        match self.ask(by, model, chosen, Alternatives::Sought(ALTERNATIVES), false).await {
            Ok(answer) => {
                done.add(model, &answer);
                compare(done, sentences, places, answer.output, means, by.pair).await
            }
            // There is a translation already: it stands, with its faults told.
            Err(error) => {
                done.left_out(&model.name, &error, count);
                done
            }
        }
    }
}

/// Whether more hypotheses of the same model may lack the fault. All of them loop and invent alike: of 66 sentences of 560
/// summaries that were gravely wrong more hypotheses mended 9 of those whose numbers were, and none of the others.
fn is_mended_by_more(fault: Fault) -> bool {
    !matches!(fault, Fault::Repeated | Fault::Name)
}

/// Further translations that are looked at of a sentence whose first is wrong: as many as four beams have.
pub(super) const ALTERNATIVES: usize = 3;

/// Looks at the first translations.
async fn look(
    mut done: CheckedTranslation,
    sentences: &[String],
    output: TranslateOutput,
    pair: LanguagePair,
) -> CheckedTranslation {
    let sources = sentences.to_vec();
    blocking(move || {
        let began = Instant::now();
        let alignments = output.alignments.into_iter().chain(std::iter::repeat(None));
        let alternatives = output.alternatives.into_iter().chain(std::iter::repeat_with(Vec::new));
        let read = sources.iter().zip(output.sentences).zip(alignments).zip(alternatives);
        for (((source, text), alignment), alternatives) in read {
            let mut first = Checked::first(source, text, alignment.as_ref(), pair);
            first.offer_all(source, &alternatives, Means::Alternative, pair);
            done.sentences.push(first);
        }
        done.timings.checks += began.elapsed();
        done
    })
    .await
}

pub(super) fn links(alignment: Option<&Alignment>) -> Vec<Link> {
    let links = alignment.map_or_else(Vec::new, Alignment::links);
    links.into_iter().map(|link| (link.source, link.target)).collect()
}

/// Offers what else there is to the sentences at `places`.
async fn compare(
    mut done: CheckedTranslation,
    sentences: &[String],
    places: Vec<usize>,
    output: TranslateOutput,
    means: Means,
    pair: LanguagePair,
) -> CheckedTranslation {
    let sources: Vec<String> = places.iter().map(|at| sentences[*at].clone()).collect();
    blocking(move || {
        let began = Instant::now();
        let alternatives = output.alternatives.into_iter().chain(std::iter::repeat_with(Vec::new));
        for (((at, source), text), alternatives) in
            places.into_iter().zip(&sources).zip(output.sentences).zip(alternatives)
        {
            let texts: Vec<String> = std::iter::once(text).chain(alternatives).collect();
            done.sentences[at].offer_all(source, &texts, means, pair);
        }
        done.timings.checks += began.elapsed();
        done
    })
    .await
}

/// What `work` gives, and how long it took.
pub(super) fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let began = Instant::now();
    let result = work();
    (result, began.elapsed())
}
