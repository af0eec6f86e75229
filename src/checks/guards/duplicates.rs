//! Sentences of a summary that say what an earlier one said.

use std::collections::{BTreeSet, HashMap};

use unicode_segmentation::UnicodeSegmentation;

use crate::{checks::evidence::Stems, domain::Language};

/// Share of a sentence's words that an earlier one has to hold. Leaving out a sentence that says more would lose
/// something, so one word in seven may differ and no more.
const SHARE: f64 = 0.85;

/// A sentence of fewer words than this says something of its own unless it is the same word by word: `It did.`
const FEW: usize = 4;

/// Words that turn a sentence around, though they count for nothing elsewhere.
const NEGATIONS: &[&str] =
    &["cannot", "jamás", "neither", "never", "ni", "no", "nor", "not", "nunca", "sin", "tampoco", "without"];

/// A sentence's content.
struct Content {
    /// The stems of its words.
    stems: BTreeSet<String>,
    /// The stems of names and numbers: none of them may differ.
    fixed: BTreeSet<String>,
    negated: bool,
    /// All its words.
    words: Vec<String>,
}

/// The places of those of a summary's `sentences`, which are in `language`, that say what an earlier one that stays
/// says already; in order.
pub fn repeats(sentences: &[&str], language: Language) -> Vec<usize> {
    let stems = Stems::of_language(language);
    let contents: Vec<_> = sentences.iter().map(|sentence| Content::of(sentence, &stems)).collect();
    let mut holders: HashMap<&str, Vec<usize>> = HashMap::new();
    let mut found = Vec::new();
    for (index, content) in contents.iter().enumerate() {
        if content.earlier(&holders).any(|earlier| contents[earlier].says(content)) {
            found.push(index);
            continue;
        }
        for stem in &content.stems {
            holders.entry(stem).or_default().push(index);
        }
    }
    found
}

impl Content {
    fn of(sentence: &str, stems: &Stems) -> Self {
        let lower = sentence.to_lowercase().replace('’', "'");
        let words: Vec<_> = lower.unicode_words().map(str::to_owned).collect();
        let negates = |word: &String| NEGATIONS.contains(&word.as_str()) || word.ends_with("n't");
        // The first word has a capital anyway.
        let fixed = sentence
            .unicode_words()
            .enumerate()
            .filter(|(at, word)| word.contains(char::is_numeric) || (*at > 0 && word.starts_with(char::is_uppercase)));
        Self {
            stems: stems.of(sentence).into_iter().collect(),
            fixed: fixed.flat_map(|(_, word)| stems.of(word)).collect(),
            negated: words.iter().any(negates),
            words,
        }
    }

    /// Those among `holders` that have enough of its words.
    fn earlier(&self, holders: &HashMap<&str, Vec<usize>>) -> impl Iterator<Item = usize> {
        let mut shared: HashMap<usize, usize> = HashMap::new();
        for index in self.stems.iter().filter_map(|stem| holders.get(stem.as_str())).flatten() {
            *shared.entry(*index).or_default() += 1;
        }
        let enough = SHARE * self.stems.len() as f64;
        shared.into_iter().filter(move |(_, count)| *count as f64 >= enough).map(|(index, _)| index)
    }

    /// Whether it says what `other` says, given that it has enough of its words.
    fn says(&self, other: &Self) -> bool {
        if other.stems.len() < FEW {
            return self.words == other.words;
        }
        let holds = |stem: &String| self.stems.contains(stem) || self.fixed.contains(stem);
        self.negated == other.negated && other.fixed.iter().all(holds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_said_before() {
        for (sentences, expected) in [
            (vec!["The council agreed to cut the tax.", "It rained.", "The council agreed to cut the tax."], vec![2]),
            (
                vec!["The council agreed on Monday to cut the tax on fuel.", "The council agrees to cut a tax on fuel"],
                vec![1],
            ),
            (
                vec!["Ana Ruiz won in Lima on Monday.", "Then I left the town at 9.", "Then I left the town at 9."],
                vec![2],
            ),
            (vec!["It rained.", "It rained.", "It rained."], vec![1, 2]),
        ] {
            assert_eq!(repeats(&sentences, Language::ENGLISH), expected, "{sentences:?}");
        }
        let spanish = [
            "El alcalde anunció nuevas ayudas a los agricultores.",
            "Se anunció una nueva ayuda del alcalde al agricultor.",
        ];
        assert_eq!(repeats(&spanish, Language::SPANISH), [1]);
    }

    #[test]
    fn keeps_what_says_more_or_something_else() {
        for sentences in [
            ["The council cut the tax on fuel.", "The council cut the tax on fuel and raised the tax on tobacco."],
            ["Shares of the company closed 5% lower on Monday.", "Shares of the company closed 7% lower on Monday."],
            [
                "The fast team of Spain beat the slow team of Italy.",
                "The fast team of Spain beat the slow team of France.",
            ],
            ["The minister will sign the new trade deal.", "The minister will not sign the new trade deal."],
            ["It rained.", "It did not rain."],
            ["", ""],
        ] {
            assert_eq!(repeats(&sentences, Language::ENGLISH), [0; 0], "{sentences:?}");
        }
    }
}
