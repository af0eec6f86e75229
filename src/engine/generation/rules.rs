//! What generation settings do to the scores of the next token, in the order of `_get_logits_processor` of
//! `transformers` 4.44 and as its `generation/logits_process.py` does it. Ruling out comes first here: what is ruled
//! out has the same score in any order.

use super::{plan::Plan, row::Row};

impl Plan {
    /// The token that must follow a hypothesis of `length` tokens, its start included.
    pub(super) fn forced(&self, length: usize) -> Option<i64> {
        let first = self.forced_first.filter(|_| length == 1);
        // The last of two that are forced at once wins.
        self.forced_end.filter(|_| length + 1 == self.max_length).or(first)
    }

    /// Applies the rules to the scores of what follows `tokens`, the start included.
    pub(super) fn apply(&self, tokens: &[i64], row: &mut Row<'_>) {
        for_each_repeated(tokens, self.no_repeat_ngram_size, |token| row.rule_out(token));
        for word in &self.bad_words {
            if let Some(token) = self.bad_word_end(tokens, word) {
                row.rule_out(token);
            }
        }
        if tokens.len() < self.min_length {
            self.ends.iter().for_each(|end| row.rule_out(*end));
        }
        self.suppressed.iter().for_each(|token| row.rule_out(*token));
        let penalty = self.repetition_penalty;
        if penalty != 1.0 {
            for token in tokens {
                row.change(*token, |score| if score < 0.0 { score * penalty } else { score / penalty });
            }
        }
        if self.renormalize {
            row.renormalize();
        }
    }

    /// The last token of `word` when `tokens` end with the others. The end token alone is never a bad word.
    fn bad_word_end(&self, tokens: &[i64], word: &[i64]) -> Option<i64> {
        let (last, before) = word.split_last()?;
        let is_end = before.is_empty() && self.ends.contains(last);
        // transformers leaves out words longer than what is there, the token to come not counted.
        let fits = before.is_empty() || word.len() <= tokens.len();
        (!is_end && fits && tokens.ends_with(before)).then_some(*last)
    }
}

/// The tokens that would make an n-gram of `tokens` occur again.
fn for_each_repeated(tokens: &[i64], size: usize, mut rule_out: impl FnMut(i64)) {
    if size == 0 || tokens.len() + 1 < size {
        return;
    }
    let last = &tokens[tokens.len() + 1 - size..];
    let repeated = tokens.windows(size).filter(|gram| gram[..size - 1] == *last);
    repeated.for_each(|gram| rule_out(gram[size - 1]));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ngram_does_not_occur_twice() {
        for (tokens, size, expected) in [
            (&[1, 2, 3, 1, 2][..], 3, vec![3]),
            (&[1, 2, 3, 1, 2][..], 2, vec![3]),
            (&[1, 2, 1][..], 1, vec![1, 2, 1]),
            (&[1, 2, 3][..], 0, vec![]),
            (&[1][..], 9, vec![]),
        ] {
            let mut repeated = Vec::new();
            for_each_repeated(tokens, size, |token| repeated.push(token));
            assert_eq!(repeated, expected, "{tokens:?} {size}");
        }
    }
}
