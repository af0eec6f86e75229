//! Which sentences of an article support a sentence of its summary: by the words they share.

mod stems;

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::domain::Language;

pub(super) use stems::Stems;

/// A sentence whose [`Support::score`] is below this has no support: most of its words stand nowhere in the article.
///
/// Measured: 2.3% of the human highlights of 300 CNN articles are below, and 95% of them against another article.
/// It finds what is made up as a whole, not what is wrong in a detail: of the model-written sentences in QAGS (XSum)
/// that readers called unsupported, 1% are below, and ranking by score tells them from the supported ones with an
/// area under the curve of 0.68.
pub const UNSUPPORTED: f64 = 0.3;

/// Most sentences that support one.
const SOURCES: usize = 3;

/// Share of a sentence that a further source has to add.
const NOTABLE: f64 = 0.05;

/// How much more a number says than a word: the area under the curve is larger by 0.01 than with 1, in both halves
/// of QAGS. Pairs of words, tried too, made it smaller.
const NUMBER: f64 = 2.0;

/// An article's sentences, by the words that stand in them.
pub struct Index {
    stems: Stems,
    /// How many sentences there are.
    count: usize,
    postings: HashMap<String, Vec<usize>>,
    /// Where each sentence stands first.
    verbatim: HashMap<String, usize>,
}

/// What supports a sentence.
#[derive(Debug, Clone, PartialEq)]
pub struct Support {
    /// The article's sentences that cover it best, at most three, the best one first. Empty where none shares a word.
    pub sources: Vec<Source>,
    /// How much of the sentence they cover together, 0 to 1.
    pub score: f64,
}

/// A sentence of the article that supports one of the summary.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Source {
    /// Its place among the article's sentences.
    pub index: usize,
    /// How much of the summary's sentence it covers by itself, 0 to 1.
    pub score: f64,
}

/// A word of the sentence asked for.
struct Claim<'a> {
    weight: f64,
    /// The article's sentences that hold it, in order.
    holders: &'a [usize],
}

impl Index {
    /// Reads an article's `sentences`, which are in `language`.
    pub fn of<S: AsRef<str>>(sentences: &[S], language: Language) -> Self {
        let stems = Stems::of_language(language);
        let mut postings: HashMap<String, Vec<usize>> = HashMap::new();
        let mut verbatim = HashMap::new();
        for (index, sentence) in sentences.iter().map(AsRef::as_ref).enumerate() {
            for stem in stems.of(sentence).into_iter().collect::<HashSet<_>>() {
                postings.entry(stem).or_default().push(index);
            }
            verbatim.entry(sentence.trim().to_owned()).or_insert(index);
        }
        Self { stems, count: sentences.len(), postings, verbatim }
    }

    /// The sentences of the article that cover `sentence` best.
    pub fn support(&self, sentence: &str) -> Support {
        if let Some(index) = self.verbatim.get(sentence.trim()) {
            return Support { sources: vec![Source { index: *index, score: 1.0 }], score: 1.0 };
        }
        let mut claims = self.claims(sentence);
        let total: f64 = claims.iter().map(|claim| claim.weight).sum();
        let own = self.covered(&claims);
        let mut support = Support { sources: Vec::new(), score: 0.0 };
        while let Some((index, gain)) = first_best(&self.covered(&claims)) {
            let share = gain / total;
            if support.sources.len() == SOURCES || (share < NOTABLE && !support.sources.is_empty()) {
                break;
            }
            support.sources.push(Source { index, score: (own[index] / total).min(1.0) });
            support.score = (support.score + share).min(1.0);
            claims.retain(|claim| claim.holders.binary_search(&index).is_err());
        }
        support
    }

    fn claims(&self, sentence: &str) -> Vec<Claim<'_>> {
        let stems: BTreeSet<_> = self.stems.of(sentence).into_iter().collect();
        let claims = stems.iter().map(|stem| {
            let holders = self.postings.get(stem).map_or(&[][..], Vec::as_slice);
            Claim { weight: self.weight(stem, holders.len()), holders }
        });
        claims.collect()
    }

    /// Rare words say more, and one that the article lacks the most.
    fn weight(&self, stem: &str, holders: usize) -> f64 {
        let rarity = (1.0 + self.count as f64 / (holders as f64).max(0.5)).ln();
        if stem.contains(char::is_numeric) { NUMBER * rarity } else { rarity }
    }

    /// How much of the claims each sentence covers.
    fn covered(&self, claims: &[Claim]) -> Vec<f64> {
        let mut covered = vec![0.0; self.count];
        for claim in claims {
            claim.holders.iter().for_each(|index| covered[*index] += claim.weight);
        }
        covered
    }
}

/// The first of the largest values that are not zero, and its place.
fn first_best(values: &[f64]) -> Option<(usize, f64)> {
    let positive = values.iter().copied().enumerate().filter(|(_, value)| *value > 0.0);
    positive.reduce(|best, next| if next.1 > best.1 { next } else { best })
}

#[cfg(test)]
mod tests;
