//! What generation settings do to the scores of the next token, in the order of `_get_logits_processor` of
//! `transformers` 4.44 and as its `generation/logits_process.py` does it.

use std::collections::BTreeSet;

use tch::{Kind, Tensor};

use super::options::Plan;

/// The rules that settings make.
pub(super) struct Rules<'a> {
    plan: &'a Plan,
}

impl<'a> Rules<'a> {
    /// The rules of `plan`.
    pub(super) fn new(plan: &'a Plan) -> Self {
        Self { plan }
    }

    /// Applies them to the scores (`[rows, vocabulary]`) of what follows `rows`, all of one length.
    pub(super) fn apply(&self, rows: &[Vec<i64>], mut scores: Tensor) -> Tensor {
        let length = rows.first().map_or(0, Vec::len);
        self.penalize_repetition(rows, &scores);
        for (index, row) in (0..).zip(rows) {
            let ruled_out: Vec<i64> = self.ruled_out(row).into_iter().collect();
            if !ruled_out.is_empty() {
                let _ = scores.get(index).index_fill_(0, &Tensor::from_slice(&ruled_out), f64::NEG_INFINITY);
            }
        }
        if length == 1
            && let Some(token) = self.plan.forced_first
        {
            force(&mut scores, token);
        }
        if length + 1 == self.plan.max_length
            && let Some(token) = self.plan.forced_end
        {
            force(&mut scores, token);
        }
        if self.plan.renormalize { scores.log_softmax(-1, Kind::Float) } else { scores }
    }

    /// Every token already there, once.
    fn penalize_repetition(&self, rows: &[Vec<i64>], scores: &Tensor) {
        if self.plan.repetition_penalty == 1.0 {
            return;
        }
        for (index, row) in (0..).zip(rows) {
            let tokens: Vec<i64> = row.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
            let tokens = Tensor::from_slice(&tokens);
            let mut row = scores.get(index);
            let before = row.gather(0, &tokens, false);
            let divided = &before / self.plan.repetition_penalty;
            let multiplied = &before * self.plan.repetition_penalty;
            let _ = row.scatter_(0, &tokens, &multiplied.where_self(&before.lt(0.0), &divided));
        }
    }

    fn ruled_out(&self, row: &[i64]) -> BTreeSet<i64> {
        let mut tokens = repeated(row, self.plan.no_repeat_ngram_size);
        tokens.extend(self.plan.bad_words.iter().filter_map(|word| self.bad_word_end(row, word)));
        if row.len() < self.plan.min_length {
            tokens.extend(&self.plan.ends);
        }
        tokens
    }

    /// The last token of `word` when `row` ends with the others. The end token alone is never a bad word.
    fn bad_word_end(&self, row: &[i64], word: &[i64]) -> Option<i64> {
        let (last, before) = word.split_last()?;
        let is_end = before.is_empty() && self.plan.ends.contains(last);
        // transformers leaves out words longer than what is there, the token to come not counted.
        let fits = before.is_empty() || word.len() <= row.len();
        (!is_end && fits && row.ends_with(before)).then_some(*last)
    }
}

/// The tokens that would make an n-gram of `row` occur again.
fn repeated(row: &[i64], size: usize) -> BTreeSet<i64> {
    if size == 0 || row.len() + 1 < size {
        return BTreeSet::new();
    }
    let last = &row[row.len() + 1 - size..];
    row.windows(size).filter(|gram| gram[..size - 1] == *last).map(|gram| gram[size - 1]).collect()
}

/// Only `token`, with certainty.
fn force(scores: &mut Tensor, token: i64) {
    let _ = scores.fill_(f64::NEG_INFINITY);
    let _ = scores.select(1, token).fill_(0.0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ngram_does_not_occur_twice() {
        for (row, size, expected) in [
            (&[1, 2, 3, 1, 2][..], 3, vec![3]),
            (&[1, 2, 3, 1, 2][..], 2, vec![3]),
            (&[1, 2, 1][..], 1, vec![1, 2]),
            (&[1, 2, 3][..], 0, vec![]),
            (&[1][..], 9, vec![]),
        ] {
            assert_eq!(repeated(row, size), expected.into_iter().collect(), "{row:?} {size}");
        }
    }
}
