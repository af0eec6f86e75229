//! Blanks that a text lacks between words, which translators need.

use crate::domain::Span;

/// A sentence with a blank between a bracket of its own and the word that is glued to it, as news agencies' datelines are:
/// `(CNN)Two men`. Read as one word, `Two` is lost or stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spaced {
    text: String,
    /// Where the sentence lacks a blank.
    lacking: Vec<usize>,
}

impl Spaced {
    /// Adds what `sentence` lacks.
    pub fn of(sentence: &str) -> Self {
        let lacking = glued(sentence);
        let (mut text, mut end) = (String::with_capacity(sentence.len() + lacking.len()), 0);
        for &place in &lacking {
            text.push_str(&sentence[end..place]);
            text.push(' ');
            end = place;
        }
        text.push_str(&sentence[end..]);
        Self { text, lacking }
    }

    /// The sentence to translate.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where the sentence itself has a part of this one.
    pub fn original(&self, span: Span) -> Span {
        let original = |byte: usize| byte - self.before(byte);
        Span::new(original(span.start), original(span.end))
    }

    /// How many blanks were added before this place.
    fn before(&self, byte: usize) -> usize {
        self.lacking.iter().enumerate().take_while(|(added, place)| **place + added < byte).count()
    }
}

/// The ends of brackets that begin with a word and that a capital follows at once.
fn glued(sentence: &str) -> Vec<usize> {
    let (mut places, mut begins_word) = (Vec::new(), false);
    let mut characters = std::iter::once(' ').chain(sentence.chars()).zip(sentence.char_indices()).peekable();
    while let Some((before, (_, here))) = characters.next() {
        if here == '(' {
            begins_word = !before.is_alphanumeric();
        }
        let next = characters.peek().filter(|(_, (_, next))| here == ')' && begins_word && next.is_uppercase());
        places.extend(next.map(|(_, (place, _))| *place));
        begins_word &= here != ')';
    }
    places
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_word_that_is_glued_to_a_bracket_stands_alone() {
        for (sentence, expected) in [
            ("(CNN)Two men were found.", "(CNN) Two men were found."),
            ("Rome (CNN)As the dust settles", "Rome (CNN) As the dust settles"),
            ("(CNN)One (AP)Élan", "(CNN) One (AP) Élan"),
            ("(CNN) Two men, (s)he and Ca(OH)Cl", "(CNN) Two men, (s)he and Ca(OH)Cl"),
            ("The f(X)Y of (a)b, (1)2 and )X", "The f(X)Y of (a)b, (1)2 and )X"),
        ] {
            assert_eq!(Spaced::of(sentence).text(), expected);
        }
    }

    proptest! {
        #[test]
        fn a_part_is_where_the_sentence_has_it(sentence in "[(A)é 1]{0,24}", start in 0_usize..40, length in 0_usize..40) {
            let spaced = Spaced::of(&sentence);
            let end = (start + length).min(spaced.text().len());
            let start = start.min(end);
            if let Some(part) = spaced.text().get(start..end) {
                let original = spaced.original(Span::new(start, end));
                let without: String = part.chars().filter(|c| *c != ' ').collect();
                let found: String = sentence[original.start..original.end].chars().filter(|c| *c != ' ').collect();
                prop_assert_eq!(without, found);
            }
        }
    }
}
