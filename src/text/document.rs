//! An article as sentences that know where they stand.

use super::{clean, lines, sentences};
use crate::domain::Span;

/// An article's sentences, cleaned, in order.
///
/// Markup, control and zero-width characters are left out, entities decoded, white space folded to one blank.
/// Headings and list items are sentences of their own, without their bullets. Every letter and digit that a
/// reader would see lies in a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Document {
    /// The sentences; empty when the text has no letter or digit.
    pub sentences: Vec<Sentence>,
}

/// A sentence and where the original holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// The sentence, cleaned.
    pub text: String,
    /// Its place in the original: never empty, trimmed, after the one before.
    pub span: Span,
    /// Counts the paragraphs that blank lines or tags separate; sentences of one paragraph share the number.
    pub paragraph: usize,
}

impl Document {
    /// Reads raw text: plain, or HTML pasted as text.
    pub fn read(original: &str) -> Self {
        let cleaned = clean::clean(original);
        let mut found = Vec::new();
        for block in lines::blocks(cleaned.text()) {
            for span in sentences::split_sentences(&cleaned.text()[block.range.clone()]) {
                let range = block.range.start + span.start..block.range.start + span.end;
                found.push(Sentence {
                    text: cleaned.text()[range.clone()].replace('\n', " "),
                    span: cleaned.original(range),
                    paragraph: block.paragraph,
                });
            }
        }
        Self { sentences: found }
    }

    /// The sentences' texts.
    pub fn texts(&self) -> Vec<String> {
        self.sentences.iter().map(|sentence| sentence.text.clone()).collect()
    }

    /// The number of each sentence's paragraph.
    pub fn paragraphs(&self) -> Vec<usize> {
        self.sentences.iter().map(|sentence| sentence.paragraph).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(original: &str) -> Vec<(String, &str)> {
        let document = Document::read(original);
        document.sentences.into_iter().map(|s| (s.text, &original[s.span.start..s.span.end])).collect()
    }

    #[test]
    fn sentences_know_where_they_stand() {
        for (original, expected) in [
            (
                "A Heading\r\n\r\nHe met his\r\nfriend Mr.\r\nSmith.  She left.",
                vec![
                    ("A Heading", "A Heading"),
                    ("He met his friend Mr. Smith.", "He met his\r\nfriend Mr.\r\nSmith."),
                    ("She left.", "She left."),
                ],
            ),
            ("• Milk\n• Two  eggs", vec![("Milk", "Milk"), ("Two eggs", "Two  eggs")]),
            (
                "<p>AT&amp;T <b>won</b>.</p><p>It&#8217;s&nbsp;over.</p>",
                vec![("AT&T won.", "AT&amp;T <b>won</b>."), ("It’s over.", "It&#8217;s&nbsp;over.")],
            ),
            ("A\u{0}B\u{200b}C. D.", vec![("ABC.", "A\u{0}B\u{200b}C."), ("D.", "D.")]),
            ("if a < b and c > d. Done.", vec![("if a < b and c > d.", "if a < b and c > d."), ("Done.", "Done.")]),
            ("😀 We won! 😀\n\n* * *\n\nNext.", vec![("😀 We won! 😀", "😀 We won! 😀"), ("Next.", "Next.")]),
            (
                "AT&T rose. The council met &amp; left. It agreed.",
                vec![
                    ("AT&T rose.", "AT&T rose."),
                    ("The council met & left.", "The council met &amp; left."),
                    ("It agreed.", "It agreed."),
                ],
            ),
            (
                "Before.\n\n<!-- A comment. Here. --> After it came.",
                vec![("Before.", "Before."), ("After it came.", "After it came.")],
            ),
            ("<p></p>", vec![]),
            ("", vec![]),
        ] {
            let found = read(original);
            let found: Vec<_> = found.iter().map(|(text, part)| (text.as_str(), *part)).collect();
            assert_eq!(found, expected, "{original}");
        }
    }

    #[test]
    fn reads_the_fixture_article() {
        let article = include_str!("../../tests/fixtures/article.txt");
        let document = Document::read(article);
        assert_eq!(document.sentences.len(), 21);
        assert_eq!(document.sentences.last().map(|s| s.paragraph), Some(7));
        assert!(document.texts()[1].ends_with("for 45 minutes on Nov. 3, their offices said."));
    }

    #[test]
    fn a_megabyte_of_anything_is_read_quickly() {
        for unit in ["word ", "x", "a. ", "A. ", ". ", "\n", "<p>", "&amp;", "(", "a.", "\u{200d}", "- a\n", "! \" "] {
            let started = std::time::Instant::now();
            Document::read(&unit.repeat(1_000_000 / unit.len()));
            assert!(started.elapsed().as_secs() < 20, "{unit:?} took {:?}", started.elapsed());
        }
    }

    proptest! {
        #[test]
        fn plain_text_keeps_every_letter_and_digit(text in "[^<&]{0,200}|[a-cA-C0-9 .!?\"'()\n\r\t\u{a0}\u{0}•-]{0,120}") {
            let words = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
            let folded = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            let mut kept = String::new();
            for (sentence, part) in read(&text) {
                let cleaned: String = part.chars().filter(|c| c.is_whitespace() || !c.is_control()).collect();
                if part.is_ascii() && cleaned == part {
                    prop_assert_eq!(folded(part), sentence.clone());
                }
                kept.push_str(&words(&sentence));
            }
            prop_assert_eq!(kept, words(&text));
        }

        #[test]
        fn spans_are_sound(text in "\\PC{0,200}|(<p>|</b>|<br|&amp;|&#8217;|<!--|-->|<script>|</script>|[a-c. \n<>\"=]){0,40}") {
            let document = Document::read(&text);
            let mut end = 0;
            for Sentence { span, text: sentence, .. } in &document.sentences {
                prop_assert!(end <= span.start && span.start < span.end);
                prop_assert_eq!(text[span.start..span.end].trim(), &text[span.start..span.end]);
                prop_assert!(sentence.chars().any(char::is_alphanumeric));
                end = span.end;
            }
        }
    }

    proptest! {
        #[test]
        fn sentences_of_broken_markup_never_overlap(
            parts in prop::collection::vec(
                prop::sample::select(vec![
                    "AT&T", "Q&A:", "&amp;", "&quot;", "&#8217;", "&copy", "&", ";", "<b>", "</b>", "<p>", "</p>",
                    "<!--", "-->", "<script>", "</script>", " rose. ", "She left. ", "\n\n", "\n", "ñ", "😀", "<", ">",
                ]),
                0..40,
            )
        ) {
            let original = parts.concat();
            let mut end = 0;
            for sentence in Document::read(&original).sentences {
                prop_assert!(sentence.span.start >= end && sentence.span.end > sentence.span.start, "{original:?}");
                prop_assert!(original.get(sentence.span.start..sentence.span.end).is_some(), "{original:?}");
                end = sentence.span.end;
            }
        }
    }
}
