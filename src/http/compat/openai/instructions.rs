//! What is understood of a system message: the language of the summary, and how many sentences it has.

use crate::domain::Language;

/// What a message asks for. Nothing else in it is followed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Instructions {
    /// From `in Spanish`, `into English`, `en español`, where only one language is named like this.
    pub(super) language: Option<Language>,
    /// From `two sentences`, `3 frases`, where only one number is named like this.
    pub(super) sentences: Option<usize>,
}

/// Words before a language that is asked for.
const INTO: [&str; 4] = ["in", "into", "to", "en"];

const LANGUAGES: [(&str, Language); 7] = [
    ("english", Language::ENGLISH),
    ("inglés", Language::ENGLISH),
    ("ingles", Language::ENGLISH),
    ("spanish", Language::SPANISH),
    ("español", Language::SPANISH),
    ("espanol", Language::SPANISH),
    ("castellano", Language::SPANISH),
];

const SENTENCES: [&str; 6] = ["sentence", "sentences", "frase", "frases", "oración", "oraciones"];

const NUMBERS: [(&str, usize); 20] = [
    ("one", 1),
    ("two", 2),
    ("three", 3),
    ("four", 4),
    ("five", 5),
    ("six", 6),
    ("seven", 7),
    ("eight", 8),
    ("nine", 9),
    ("ten", 10),
    ("una", 1),
    ("dos", 2),
    ("tres", 3),
    ("cuatro", 4),
    ("cinco", 5),
    ("seis", 6),
    ("siete", 7),
    ("ocho", 8),
    ("nueve", 9),
    ("diez", 10),
];

impl Instructions {
    pub(super) fn read(message: &str) -> Self {
        let lower = message.to_lowercase();
        let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let pairs = || words.windows(2).map(|pair| (pair[0], pair[1]));
        let language = |(before, word): (&str, &str)| INTO.contains(&before).then(|| named(&LANGUAGES, word)).flatten();
        let count = |(number, word): (&str, &str)| SENTENCES.contains(&word).then(|| parse(number)).flatten();
        Self { language: single(pairs().filter_map(language)), sentences: single(pairs().filter_map(count)) }
    }

    /// These, with what they leave open taken from `others`.
    pub(super) fn or(self, others: Self) -> Self {
        Self { language: self.language.or(others.language), sentences: self.sentences.or(others.sentences) }
    }
}

/// A number of sentences; none is none.
fn parse(number: &str) -> Option<usize> {
    named(&NUMBERS, number).or_else(|| number.parse().ok()).filter(|&count| count > 0)
}

fn named<T: Copy>(table: &[(&str, T)], word: &str) -> Option<T> {
    table.iter().find(|(name, _)| *name == word).map(|&(_, value)| value)
}

/// The one thing said, once or again; `None` where there are several.
fn single<T: PartialEq>(mut said: impl Iterator<Item = T>) -> Option<T> {
    let first = said.next()?;
    said.all(|other| other == first).then_some(first)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_language_and_a_number_of_sentences_are_understood() {
        let (english, spanish) = (Some(Language::ENGLISH), Some(Language::SPANISH));
        for (message, language, sentences) in [
            ("Summarize the article in Spanish.", spanish, None),
            ("Summarise in two sentences, in English. Again: in ENGLISH!", english, Some(2)),
            ("Resume el texto en español, en 3 frases.", spanish, Some(3)),
            ("Write a one-sentence summary.", None, Some(1)),
            ("Translate it to Spanish", spanish, None),
            ("You get text in Spanish; answer in English.", None, None),
            ("Two sentences in Spanish, three sentences in English", None, None),
            ("You are a helpful assistant who speaks Spanish.", None, None),
            ("0 sentences", None, None),
            ("", None, None),
        ] {
            assert_eq!(Instructions::read(message), Instructions { language, sentences }, "{message}");
        }
    }

    proptest! {
        #[test]
        fn any_message_is_read(message in ".{0,200}") {
            let Instructions { sentences, .. } = Instructions::read(&message);
            prop_assert!(sentences != Some(0));
        }
    }
}
