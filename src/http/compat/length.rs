//! Lengths in tokens, which other services' clients ask for, as numbers of sentences, which Breve writes.

use crate::domain::Length;

/// Tokens of a sentence: those of 60 articles of CNN have 22 words each and 26 with punctuation, and rare words are
/// several tokens.
const SENTENCE_TOKENS: usize = 30;

/// The most sentences for a summary of `tokens`; one at least.
pub(super) fn most_sentences(tokens: usize) -> usize {
    (tokens / SENTENCE_TOKENS).max(1)
}

/// How many sentences between the shortest and the longest summary that a client wants, in tokens; the longest wins.
/// At least one, at most `limit`.
pub(super) fn sentences(shortest: Option<usize>, longest: Option<usize>, limit: usize) -> usize {
    let most = longest.map_or(limit, most_sentences).min(limit);
    let least = shortest.map_or(1, |tokens| tokens.div_ceil(SENTENCE_TOKENS));
    Length::default().sentences().max(least).min(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_become_sentences() {
        for (shortest, longest, expected) in [
            (None, None, 3),
            (Some(30), Some(130), 3),
            (None, Some(50), 1),
            (None, Some(0), 1),
            (Some(200), Some(300), 7),
            (Some(200), None, 7),
            (Some(900), Some(100), 3),
            (Some(usize::MAX), Some(usize::MAX), 10),
        ] {
            assert_eq!(sentences(shortest, longest, 10), expected, "{shortest:?} to {longest:?}");
        }
    }
}
