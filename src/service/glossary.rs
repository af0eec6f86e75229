//! Translations that have the terms of a glossary as it wants them.
//!
//! Terms are masked with placeholders before a sentence is translated and checked, and put back afterwards. Where a
//! placeholder got lost, the sentence is translated as it is, and the terms are put where the decoder's attention says that
//! they went; else another translation of the masked sentence is taken; else what is missing is counted and told of.

use std::sync::Arc;

use super::{
    Service, ServiceError, blocking,
    checked::{ALTERNATIVES, Checked, CheckedTranslation, Translators, links},
    names::with_names,
};
use crate::{
    checks::translation::written_from,
    domain::{Glossary, Language, LanguagePair, Span, TermCounts},
    engine::{Alignment, Alternatives, TranslateOutput},
    text::{Masked, Term},
};

/// A sentence and its terms.
#[derive(Debug, Clone)]
struct Held {
    sentence: String,
    masked: Masked,
    /// Masked as far as its translation has the terms, where it lacks some.
    partly: Option<Masked>,
}

impl Held {
    fn all(sentences: Vec<String>, terms: &[Arc<[Term]>]) -> Vec<Self> {
        let held = |(sentence, terms): (String, &Arc<[Term]>)| {
            let masked = Masked::of(&sentence, terms);
            Self { sentence, masked, partly: None }
        };
        sentences.into_iter().zip(terms).map(held).collect()
    }

    fn is_whole(&self, translation: &Checked) -> bool {
        self.masked.is_whole(&translation.text)
    }

    /// Terms that its translation lacks.
    fn lost(&self) -> usize {
        self.partly.as_ref().map_or(0, |partly| self.masked.terms() - partly.terms())
    }
}

impl Service {
    /// What the service and a request want for translations into `target`.
    pub(super) fn terms(&self, request: &Glossary, target: Language) -> Arc<[Term]> {
        Term::all(&Glossary::merged(&self.settings.glossary, request), target).into()
    }

    /// Translates each sentence as [`Service::translate_sentences`] does, with the glossary's terms in it.
    ///
    /// # Errors
    /// [`ServiceError`] of the first model.
    pub(super) async fn translate_checked(
        &self,
        by: &Translators,
        sentences: Vec<String>,
    ) -> Result<CheckedTranslation, ServiceError> {
        if by.terms.is_empty() && !by.keeps_names {
            return self.translate_sentences(by, sentences).await;
        }
        let (own, pair, keeps_names, texts) = (by.terms.clone(), by.pair, by.keeps_names, sentences.clone());
        let of = move |text: &String| if keeps_names { with_names(text, &own, pair) } else { own.clone() };
        let terms = blocking(move || texts.iter().map(of).collect()).await;
        self.translate_protected(by, sentences, terms).await
    }

    /// The same with terms of its own for each sentence, and no others.
    ///
    /// # Errors
    /// [`ServiceError`] of the first model.
    pub(super) async fn translate_protected(
        &self,
        by: &Translators,
        sentences: Vec<String>,
        terms: Vec<Arc<[Term]>>,
    ) -> Result<CheckedTranslation, ServiceError> {
        let held = blocking(move || Held::all(sentences, &terms)).await;
        let texts = held.iter().map(|held| held.masked.text.clone()).collect();
        let mut done = self.translate_sentences(by, texts).await?;
        let lost: Vec<usize> = (0..held.len()).filter(|at| !held[*at].is_whole(&done.sentences[*at])).collect();
        // What is itself a second try has the translation that it would mend to fall back on.
        let place = !lost.is_empty() && !by.tries_again;
        let held = if place { self.place_terms(by, held, lost, &mut done).await? } else { held };
        Ok(blocking(move || restored(done, held)).await)
    }

    /// Gives the sentences at `lost`, whose placeholders did not come through, translations that have as many terms as can
    /// be had.
    async fn place_terms(
        &self,
        by: &Translators,
        mut held: Vec<Held>,
        mut lost: Vec<usize>,
        done: &mut CheckedTranslation,
    ) -> Result<Vec<Held>, ServiceError> {
        let sentences = lost.iter().map(|at| held[*at].sentence.clone()).collect();
        let answer = self.ask(by, &by.first, sentences, Alternatives::Found(0), true).await?;
        done.add(&by.first, &answer);
        let chosen = lost.iter().map(|at| held[*at].clone()).collect();
        for (at, (partly, checked)) in lost.iter().zip(placed(by, chosen, answer.output).await) {
            held[*at].partly = Some(partly);
            done.sentences[*at] = checked;
        }
        lost.retain(|at| held[*at].lost() > 0);
        if by.checks && !lost.is_empty() {
            self.try_masked(by, &mut held, &lost, done).await;
        }
        Ok(held)
    }

    /// Takes other translations of the masked sentences at `lost` that have every placeholder, where there are any.
    async fn try_masked(&self, by: &Translators, held: &mut [Held], lost: &[usize], done: &mut CheckedTranslation) {
        let sentences = lost.iter().map(|at| held[*at].masked.text.clone()).collect();
        match self.ask(&by.for_repairs(), &by.first, sentences, Alternatives::Sought(ALTERNATIVES), false).await {
            Ok(answer) => {
                done.add(&by.first, &answer);
                let chosen = lost.iter().map(|at| held[*at].clone()).collect();
                for (at, found) in lost.iter().zip(whole(by, chosen, answer.output).await) {
                    let Some(checked) = found else { continue };
                    held[*at].partly = None;
                    done.sentences[*at] = checked;
                }
            }
            // There is a translation already: it stands, and what it lacks is told.
            Err(error) => done.left_out(&by.first.name, &error, lost.len()),
        }
    }
}

/// A translation of a masked sentence, looked at where that is wanted.
fn checked(masked: &Masked, text: String, pair: LanguagePair, checks: bool) -> Checked {
    if checks { Checked::first(&masked.text, text, None, pair) } else { Checked::unseen(text) }
}

/// For each sentence what its translation, made without masking, has of the terms, and that translation masked as far.
async fn placed(by: &Translators, held: Vec<Held>, output: TranslateOutput) -> Vec<(Masked, Checked)> {
    let (pair, checks) = (by.pair, by.checks);
    let alignments = output.alignments.into_iter().chain(std::iter::repeat(None));
    let translations: Vec<_> = held.into_iter().zip(output.sentences.into_iter().zip(alignments)).collect();
    let place = move |(held, (text, alignment)): (Held, (String, Option<Alignment>))| {
        let links = links(alignment.as_ref());
        let went = |span: Span| written_from(span, &held.sentence[span.start..span.end], &text, &links);
        let (partly, marked) = held.masked.placed(&held.sentence, &text, went);
        let checked = checked(&partly, marked, pair, checks);
        (partly, checked)
    };
    blocking(move || translations.into_iter().map(place).collect()).await
}

/// For each sentence the best translation that has every placeholder; `None` where there is none.
async fn whole(by: &Translators, held: Vec<Held>, output: TranslateOutput) -> Vec<Option<Checked>> {
    let pair = by.pair;
    let alternatives = output.alternatives.into_iter().chain(std::iter::repeat_with(Vec::new));
    let translations: Vec<_> = held.into_iter().zip(output.sentences.into_iter().zip(alternatives)).collect();
    let best = move |(held, (text, others)): (Held, (String, Vec<String>))| {
        let whole = std::iter::once(text).chain(others).filter(|text| held.masked.is_whole(text));
        let looked = whole.map(|text| checked(&held.masked, text, pair, true));
        looked.filter(|found| held.is_whole(found)).min_by_key(|found| found.findings.weight())
    };
    blocking(move || translations.into_iter().map(best).collect()).await
}

/// Puts the terms back, and counts them.
fn restored(mut done: CheckedTranslation, held: Vec<Held>) -> CheckedTranslation {
    for (checked, held) in done.sentences.iter_mut().zip(&held).filter(|(_, held)| held.masked.terms() > 0) {
        let masked = held.partly.as_ref().unwrap_or(&held.masked);
        let (applied, restored) = (masked.kept(&checked.text), masked.restore(&checked.text));
        let findings = std::mem::take(&mut checked.findings);
        checked.findings = findings.moved(&held.sentence, |span| masked.original(span), |span| restored.place(span));
        checked.text = restored.text;
        checked.terms = TermCounts { applied, lost: held.masked.asked() - applied };
    }
    done
}
