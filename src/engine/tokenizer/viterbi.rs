//! The likeliest split under a unigram model, as `unigram_model.cc` of sentencepiece 0.2 finds it.

use super::pieces::{Kind, Pieces};

/// How much worse than the worst piece an unknown character is.
const UNKNOWN_PENALTY: f32 = 10.0;

#[derive(Clone, Copy, Default)]
struct Node {
    id: u32,
    /// In 32 bits, as sentencepiece adds: the rounding decides between near ties such as `....`.
    score: f32,
    start: Option<usize>,
}

impl Node {
    fn offer(&mut self, id: u32, score: f32, start: usize) {
        if self.start.is_none() || score > self.score {
            *self = Self { id, score, start: Some(start) };
        }
    }
}

/// Splits `text` into known pieces and single unknown characters: each one's id and its end in bytes.
pub(super) fn split(pieces: &Pieces, text: &str) -> Vec<(u32, usize)> {
    let mut ends = vec![Node::default(); text.len() + 1];
    for (start, first) in text.char_indices() {
        let so_far = ends[start].score;
        let mut alone = false;
        for (length, id) in pieces.prefixes(&text[start..]) {
            let score = match pieces.kind(id) {
                Kind::UserDefined => length as f32 * pieces.best - 0.1,
                _ => pieces.score(id),
            };
            ends[start + length].offer(id, score + so_far, start);
            alone |= length == first.len_utf8();
        }
        if !alone {
            let score = pieces.worst - UNKNOWN_PENALTY + so_far;
            ends[start + first.len_utf8()].offer(pieces.unknown, score, start);
        }
    }
    backtrack(&ends)
}

fn backtrack(ends: &[Node]) -> Vec<(u32, usize)> {
    let mut path = Vec::new();
    let mut end = ends.len() - 1;
    while let Some(start) = ends[end].start {
        path.push((ends[end].id, end));
        end = start;
    }
    path.reverse();
    path
}
