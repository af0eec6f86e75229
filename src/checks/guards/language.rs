//! Whether a sentence is in the language asked for.

use std::collections::HashSet;

use super::{
    Fault,
    function_words::{Set, has_foreign_letter, is_particle},
    words::{Word, Words},
};
use crate::domain::{Language, LanguagePair};

/// Small words of one language that another has not.
struct Evidence {
    of: usize,
    against: usize,
}

impl Evidence {
    /// Those of `words` that `language` has and `other` has not, and the reverse.
    fn among<'a>(words: impl IntoIterator<Item = &'a Word>, language: Set, other: Set) -> Self {
        let mut evidence = Self { of: 0, against: 0 };
        for word in words {
            let has = word.known.meets(language) && !(word.named && is_particle(&word.lower));
            match (has, word.known.meets(other)) {
                (true, false) => evidence.of += 1,
                (false, true) => evidence.against += 1,
                _ => {}
            }
        }
        evidence
    }

    /// With `more` words whose letters are not `other`'s.
    fn is_clear(&self, more: usize) -> bool {
        self.of > 0 && self.of + more > (2 * self.against).max(1)
    }
}

/// [`Fault::Untranslated`], [`Fault::WrongLanguage`] or none.
pub(super) fn of_translation(source: &Words, translation: &Words, pair: LanguagePair) -> Option<Fault> {
    let languages = [pair.source, pair.target].map(Set::only);
    if is_copied(source, translation) || is_source(translation, languages) || holds_run(source, translation, languages)
    {
        return Some(Fault::Untranslated);
    }
    let from: HashSet<_> = source.words.iter().map(|word| word.lower.as_str()).collect();
    let own: Vec<_> = unquoted(translation).into_iter().filter(|word| !from.contains(word.lower.as_str())).collect();
    let script = is_other_script(translation.text, pair.target) && !is_other_script(source.text, pair.target);
    (script || is_other(&own, languages)).then_some(Fault::WrongLanguage)
}

/// Whether the sentence is in another language than `language`.
pub(super) fn is_foreign(sentence: &Words, language: Language) -> bool {
    is_other(&unquoted(sentence), [Set::only(language); 2]) || is_other_script(sentence.text, language)
}

/// The words outside quotation marks, where titles keep their language; all where those are the fewer. Each once: a
/// word that only looks foreign may come up again.
fn unquoted<'a>(sentence: &'a Words) -> Vec<&'a Word> {
    let quoted = sentence.words.iter().filter(|word| word.quoted).count();
    let all = 2 * quoted > sentence.words.len();
    let mut seen = HashSet::new();
    sentence.words.iter().filter(|word| (all || !word.quoted) && seen.insert(&word.lower)).collect()
}

/// Whether the small words are those of a language that is none of `[source, target]`.
fn is_other(words: &[&Word], [source, target]: [Set; 2]) -> bool {
    let foreign = words.iter().filter(|word| !word.named && has_foreign_letter(&word.lower, target)).count();
    let speaks = |other| Evidence::among(words.iter().copied(), other, target).is_clear(foreign);
    !target.is_empty() && Set::all().any(|other| !other.meets(source) && !other.meets(target) && speaks(other))
}

/// Whether most letters are of another script than `language` is written in, where that is the Latin one.
fn is_other_script(text: &str, language: Language) -> bool {
    if Set::only(language).is_empty() {
        return false;
    }
    let letters = || text.chars().filter(|c| c.is_alphabetic());
    2 * letters().filter(|c| *c > '\u{24f}' && !matches!(c, '\u{1e00}'..='\u{1eff}')).count() > letters().count()
}

/// Word by word the source, with enough words that are no names.
fn is_copied(source: &Words, translation: &Words) -> bool {
    let common = translation.words.iter().filter(|word| !word.named).count();
    common >= 3 && lower(&source.words) == lower(&translation.words)
}

/// Written with the small words of the source's language, and more than a title: `The Lord of the Rings`.
fn is_source(translation: &Words, [from, into]: [Set; 2]) -> bool {
    let words = unquoted(translation);
    let evidence = Evidence::among(words.iter().copied(), from, into);
    let common = words.iter().any(|word| !word.named && word.known.is_empty());
    !from.is_empty() && !into.is_empty() && common && evidence.of >= 2 && evidence.of > evidence.against
}

/// Shortest run of the source's words that no name and no chance explains.
const RUN: usize = 4;

/// The same within quotation marks, where titles stay as they are.
const QUOTED_RUN: usize = 6;

/// Holds a run of the source's words that are no names and no words of the target's.
fn holds_run(source: &Words, translation: &Words, languages: [Set; 2]) -> bool {
    let holds = |length, quoted| {
        let plain = |run: &[Word]| quoted || !run.iter().any(|word| word.quoted);
        let runs = translation.words.windows(length).filter(|run| plain(run) && is_alien(run, languages));
        let runs: HashSet<_> = runs.map(lower).collect();
        !runs.is_empty() && source.words.windows(length).any(|run| runs.contains(&lower(run)))
    };
    languages.iter().all(|set| !set.is_empty()) && (holds(RUN, false) || holds(QUOTED_RUN, true))
}

/// Small words of the language `from`, and others that are no names and not small words of the language `into`.
fn is_alien(run: &[Word], [from, into]: [Set; 2]) -> bool {
    let alien = |word: &Word| word.known.meets(from) || (!word.named && !word.known.meets(into));
    run.iter().all(alien) && Evidence::among(run, from, into).of > 0
}

fn lower(words: &[Word]) -> Vec<&str> {
    words.iter().map(|word| word.lower.as_str()).collect()
}
