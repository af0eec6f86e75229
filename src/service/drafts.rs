//! The summary in the article's language: written, held against the article, and written again where it came out wrong.

use super::{
    Service, ServiceError, blocking,
    checked::timed,
    summarize::Plan,
    support::{Drafted, Support, is_broken, is_untrue},
};
use crate::{
    domain::{Fault, GenerationOptions, Means, ModelName, Repair, StageTimings, SummaryOptions, Usage},
    engine::{DraftSentence, SummarizeOutput, SummarizeRequest},
    pool::{Timed, Turn},
    store::InstalledModel,
};

/// A summary in the article's language.
pub(super) struct Written {
    pub(super) drafts: Vec<Drafted>,
    pub(super) support: Support,
    /// How the article was read for it.
    pub(super) output: SummarizeOutput,
    pub(super) summarizer: ModelName,
    /// Of every try.
    pub(super) usage: Usage,
    pub(super) timings: StageTimings,
    /// Tries that failed.
    pub(super) untried: usize,
}

/// Another way to write a summary that came out wrong.
struct Try<'a> {
    model: &'a InstalledModel,
    generation: GenerationOptions,
    means: Means,
}

/// Summaries by the way that are looked at of an article whose first is wrong: as many as four beams have.
const ALTERNATIVES: usize = 3;
/// What keeps a model from going round in circles (Paulus et al. 2018; Keskar et al. 2019).
const NO_REPEAT_NGRAM: usize = 3;
const REPETITION_PENALTY: f64 = 1.2;

impl Service {
    /// Has the article summarised, and what cannot stand replaced: by what the search came upon besides, by the same
    /// model with other settings, by another model, and at last by the article's own sentences.
    ///
    /// # Errors
    /// [`ServiceError`] of the first try; others may fail.
    pub(super) async fn write(&self, plan: &Plan, options: &SummaryOptions) -> Result<Written, ServiceError> {
        let checks = options.checks || options.strict;
        let answer = self.draft(plan, options, &plan.turn, &plan.summarizer, GenerationOptions::default()).await?;
        let support = Support::of(plan.document.clone(), plan.language);
        let name = plan.summarizer.name.clone();
        let mut written = blocking(move || Written::first(support, name, answer, checks)).await;
        for other in tries(plan) {
            if !written.cannot_stand(options.strict) {
                break;
            }
            written = self.write_again(plan, options, other, written).await;
        }
        let strict = options.strict;
        Ok(blocking(move || written.with_the_articles_own(strict)).await)
    }

    async fn write_again(
        &self,
        plan: &Plan,
        options: &SummaryOptions,
        other: Try<'_>,
        mut written: Written,
    ) -> Written {
        let name = other.model.name.clone();
        match self.draft(plan, options, &plan.turn.of_repairs(), other.model, other.generation).await {
            Ok(answer) => blocking(move || written.hold_against(answer, name, other.means)).await,
            // There is a summary already: what is wrong with it is told, or mended in another way.
            Err(error) => {
                tracing::debug!(model = %name, %error, "no other summary");
                written.untried += 1;
                written
            }
        }
    }

    async fn draft(
        &self,
        plan: &Plan,
        options: &SummaryOptions,
        turn: &Turn,
        model: &InstalledModel,
        generation: GenerationOptions,
    ) -> Result<Timed<SummarizeOutput>, ServiceError> {
        let request = SummarizeRequest { generation, ..plan.request(options) };
        Ok(self.pool.summarize(model, request, turn, plan.watcher.of_chunks()).await?)
    }
}

impl Plan {
    /// What the summariser is asked, with settings of its own.
    pub(super) fn request(&self, options: &SummaryOptions) -> SummarizeRequest {
        SummarizeRequest {
            language: self.language,
            sentences: self.document.texts(),
            paragraphs: self.document.paragraphs(),
            count: options.sentence_count(),
            alternatives: if options.checks || options.strict { ALTERNATIVES } else { 0 },
            generation: GenerationOptions::default(),
        }
    }
}

fn tries(plan: &Plan) -> impl Iterator<Item = Try<'_>> {
    let generation = GenerationOptions {
        no_repeat_ngram_size: Some(NO_REPEAT_NGRAM),
        repetition_penalty: Some(REPETITION_PENALTY),
        ..GenerationOptions::default()
    };
    let settings = Try { model: &plan.summarizer, generation, means: Means::Settings };
    let other = |model| Try { model, generation: GenerationOptions::default(), means: Means::Model };
    std::iter::once(settings).chain(plan.second_summarizer.as_ref().map(other))
}

impl Written {
    fn first(support: Support, summarizer: ModelName, answer: Timed<SummarizeOutput>, checks: bool) -> Self {
        let Timed { mut output, queued, worked } = answer;
        let timings = StageTimings { queue: queued, summarize: worked, ..StageTimings::default() };
        let (sentences, alternatives) =
            (std::mem::take(&mut output.sentences), std::mem::take(&mut output.alternatives));
        let usage = output.usage;
        let mut written = Self { drafts: Vec::new(), support, output, summarizer, usage, timings, untried: 0 };
        written.drafts = written.examined(sentences, checks);
        written.offer_all(alternatives, Means::Alternative);
        written
    }

    fn examined(&mut self, sentences: Vec<DraftSentence>, checks: bool) -> Vec<Drafted> {
        let examine = |sentence| self.support.examine(sentence, checks);
        let (drafts, took) = timed(|| sentences.into_iter().map(examine).collect());
        self.timings.checks += took;
        drafts
    }

    /// Whether a sentence has to be replaced: a broken one always, with `strict` also one that says what the article does
    /// not.
    fn cannot_stand(&self, strict: bool) -> bool {
        faults(&self.drafts).any(|fault| is_broken(fault) || (strict && is_untrue(fault)))
    }

    /// Takes another try's summary instead, where that is better.
    fn hold_against(mut self, answer: Timed<SummarizeOutput>, model: ModelName, means: Means) -> Self {
        let Timed { mut output, queued, worked } = answer;
        self.usage += output.usage;
        self.timings.queue += queued;
        self.timings.summarize += worked;
        let mut offers = vec![std::mem::take(&mut output.sentences)];
        offers.append(&mut output.alternatives);
        if self.offer_all(offers, means) {
            (self.output, self.summarizer) = (output, model);
        }
        self
    }

    /// Takes each that is better than those before it, as long as something is wrong; whether one was.
    fn offer_all(&mut self, offers: Vec<Vec<DraftSentence>>, means: Means) -> bool {
        let mut taken = false;
        for sentences in offers {
            if faults(&self.drafts).next().is_none() {
                break;
            }
            let drafts = self.examined(sentences, true);
            if !drafts.is_empty() && weight(&drafts) < weight(&self.drafts) {
                self.take(drafts, means);
                taken = true;
            }
        }
        taken
    }

    /// What was wrong and is not any more was mended: where the sentence stood, as far as there is one.
    fn take(&mut self, mut drafts: Vec<Drafted>, means: Means) {
        let mut left: Vec<Fault> = faults(&drafts).collect();
        let last = drafts.len().saturating_sub(1);
        for (place, old) in std::mem::take(&mut self.drafts).into_iter().enumerate() {
            let Some(new) = drafts.get_mut(place.min(last)) else { continue };
            new.repairs.extend(old.repairs);
            for fault in old.faults {
                match left.iter().position(|other| *other == fault) {
                    Some(still) => drop(left.swap_remove(still)),
                    None => new.repairs.push(Repair { fault, means }),
                }
            }
        }
        self.drafts = drafts;
    }

    fn with_the_articles_own(mut self, strict: bool) -> Self {
        self.drafts = self.support.replace(self.drafts, strict);
        self
    }
}

fn faults(drafts: &[Drafted]) -> impl Iterator<Item = Fault> {
    drafts.iter().flat_map(|draft| draft.faults.iter().copied())
}

fn weight(drafts: &[Drafted]) -> usize {
    faults(drafts).map(Fault::weight).sum()
}
