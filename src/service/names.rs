//! Names that are kept through a translation by masking them, as the terms of a glossary are.

use std::sync::Arc;

use super::{
    Service, blocking,
    checked::{CheckedTranslation, Translators},
};
use crate::{
    checks::{
        names::{Lost, in_target, unchanging},
        translation::Findings,
    },
    domain::{LanguagePair, Means, Span},
    text::{Term, holds_placeholder},
};

/// Sentences whose names got lost, and these names.
struct Retry {
    places: Vec<usize>,
    sentences: Vec<String>,
    terms: Vec<Arc<[Term]>>,
}

impl Translators {
    /// The first model alone, which is asked once.
    fn once(&self) -> Self {
        let terms = Arc::from([]);
        Self { second: None, tries_again: true, keeps_names: false, terms, ..self.clone() }
    }
}

impl Service {
    /// Has the sentences whose names got lost translated anew with these names masked, and takes what is better.
    pub(super) async fn mask_lost_names(
        &self,
        by: &Translators,
        sentences: &[String],
        mut done: CheckedTranslation,
    ) -> CheckedTranslation {
        let Retry { places, sentences, terms } = retry(&done, sentences, by.pair);
        if places.is_empty() {
            return done;
        }
        let once = by.once();
        // It translates masked sentences as this does plain ones; one of the two has to be on the heap.
        match Box::pin(self.translate_protected(&once, sentences.clone(), terms)).await {
            Ok(again) => offered(done, places, sentences, again, by.pair).await,
            // There is a translation already: it stands, with its faults told.
            Err(error) => {
                done.left_out(&by.first.name, &error, places.len());
                done
            }
        }
    }
}

fn retry(done: &CheckedTranslation, sentences: &[String], pair: LanguagePair) -> Retry {
    let mut retry = Retry { places: Vec::new(), sentences: Vec::new(), terms: Vec::new() };
    for (place, (checked, sentence)) in done.sentences.iter().zip(sentences).enumerate() {
        if checked.findings.is_grave() && can_be_masked(&checked.findings) {
            retry.places.push(place);
            retry.sentences.push(sentence.clone());
            retry.terms.push(lost_names(&checked.findings, pair));
        }
    }
    retry
}

/// Whether a name got lost that can be masked: not one that is masked already.
pub(super) fn can_be_masked(findings: &Findings) -> bool {
    findings.lost.iter().any(|lost| !holds_placeholder(&lost.name))
}

fn lost_names(findings: &Findings, pair: LanguagePair) -> Arc<[Term]> {
    let term = |Lost { name, .. }: &Lost| Term::named(name, in_target(name, pair).as_deref().unwrap_or(name));
    findings.lost.iter().filter(|lost| !holds_placeholder(&lost.name)).map(term).collect()
}

async fn offered(
    mut done: CheckedTranslation,
    places: Vec<usize>,
    sentences: Vec<String>,
    again: CheckedTranslation,
    pair: LanguagePair,
) -> CheckedTranslation {
    blocking(move || {
        done.absorb(&again);
        for ((at, source), checked) in places.into_iter().zip(&sentences).zip(again.sentences) {
            done.sentences[at].offer(source, &checked.text, Means::Settings, pair);
        }
        done
    })
    .await
}

/// The names of a sentence that its translation has to hold as they are, besides its `terms`.
pub(super) fn with_names(sentence: &str, terms: &Arc<[Term]>, pair: LanguagePair) -> Arc<[Term]> {
    let alone = unchanging(sentence, pair).into_iter().filter(|span| stands_alone(sentence, *span));
    let names = alone.filter_map(|span| sentence.get(span.start..span.end)).map(|name| Term::named(name, name));
    terms.iter().cloned().chain(names).collect()
}

/// Whether a name is no part of a longer word, as in `anti-Semitism`, and no word is glued to its bracket, as in
/// `(CNN)Following`: translators take such placeholders apart.
fn stands_alone(sentence: &str, name: Span) -> bool {
    let (Some(before), Some(after)) = (sentence.get(..name.start), sentence.get(name.end..)) else { return false };
    let hyphened = before.ends_with('-') || after.starts_with('-');
    let glued = after.strip_prefix(')').is_some_and(|rest| rest.starts_with(char::is_alphanumeric));
    !hyphened && !glued
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_longer_words_are_left_to_the_translator() {
        for (sentence, name, alone) in [
            ("(CNN)Michael Douglas' son has a dog.", "CNN", false),
            ("(CNN)Michael Douglas' son has a dog.", "Michael Douglas", true),
            ("(CNN) Michael Douglas' son has a dog.", "CNN", true),
            ("He spoke of anti-Semitism.", "Semitism", false),
            ("Obama-era rules ended.", "Obama", false),
        ] {
            let start = sentence.find(name).unwrap();
            assert_eq!(stands_alone(sentence, Span::new(start, start + name.len())), alone, "{name}: {sentence}");
        }
    }
}
