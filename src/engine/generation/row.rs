//! The scores of what may follow one hypothesis.

use super::{
    candidates::{Candidate, Candidates},
    scores::{BLOCK, Columns, Norm, blocks, norm_of},
};

/// The rows of one source, a row for each live hypothesis.
#[derive(Debug)]
pub(super) struct Rows<'a> {
    pub(super) values: &'a mut [f32],
    /// The largest value of each block of each row, or more.
    pub(super) bounds: &'a [f32],
    pub(super) norms: &'a [Norm],
    pub(super) columns: &'a Columns,
    /// The source position that each row attended to; empty where the network does not say.
    pub(super) attended: &'a [u32],
}

impl Rows<'_> {
    /// One row; `changes` is memory to work with.
    pub(super) fn row<'a>(&'a mut self, index: usize, meaning: Meaning, changes: &'a mut Vec<Change>) -> Row<'a> {
        changes.clear();
        let (columns, blocks) = (self.columns.count(), blocks(self.columns.count()));
        Row {
            values: &mut self.values[index * columns..][..columns],
            bounds: &self.bounds[index * blocks..][..blocks],
            norm: self.norms[index],
            columns: self.columns,
            meaning,
            shift: 0.0,
            changes,
        }
    }
}

/// What candidates are compared by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Raw scores, as greedy search does.
    Logits,
    /// Log-probabilities, as beam search does.
    LogProbabilities,
}

/// A score that a rule changed. Its old place in the row is given up, so that bounds stay true.
#[derive(Debug, Clone, Copy)]
pub(super) struct Change {
    column: usize,
    before: f32,
    score: f32,
}

/// What may follow one hypothesis. Scores that are minus infinity are ruled out.
#[derive(Debug)]
pub(super) struct Row<'a> {
    values: &'a mut [f32],
    bounds: &'a [f32],
    norm: Norm,
    columns: &'a Columns,
    meaning: Meaning,
    /// Taken off every score.
    shift: f32,
    changes: &'a mut Vec<Change>,
}

impl Row<'_> {
    /// Whether every score is a number. Infinity is one in a row of logits, and nothing else can follow then.
    pub(super) fn holds_numbers(&self) -> bool {
        let endless = self.meaning == Meaning::Logits && self.norm.max == f32::INFINITY;
        !self.norm.log_sum.is_nan() || (endless && !self.values.iter().any(|value| value.is_nan()))
    }

    fn score(&self, value: f32) -> f32 {
        match self.meaning {
            Meaning::Logits => value,
            Meaning::LogProbabilities => self.norm.log_probability(value) - self.shift,
        }
    }

    /// The token never follows.
    pub(super) fn rule_out(&mut self, token: i64) {
        if let Some(column) = self.columns.column(token) {
            self.values[column] = f32::NEG_INFINITY;
        }
    }

    /// Changes the token's score, unless it is ruled out or was changed already.
    pub(super) fn change(&mut self, token: i64, change: impl FnOnce(f32) -> f32) {
        let Some(column) = self.columns.column(token) else { return };
        let before = std::mem::replace(&mut self.values[column], f32::NEG_INFINITY);
        if before != f32::NEG_INFINITY {
            self.changes.push(Change { column, before, score: change(self.score(before)) });
        }
    }

    /// Makes log-probabilities of what is left.
    pub(super) fn renormalize(&mut self) {
        if self.meaning == Meaning::Logits {
            return;
        }
        let left = norm_of(self.values);
        let sums = std::iter::once(self.score(left.max) + left.log_sum).chain(self.changes.iter().map(|c| c.score));
        let sums: Vec<f32> = sums.filter(|sum| !sum.is_nan()).collect();
        let all = norm_of(&sums);
        if all.max.is_finite() {
            self.shift = all.max + all.log_sum;
            self.changes.iter_mut().for_each(|change| change.score -= self.shift);
        }
    }

    /// Offers what may follow. `parent` and `so_far` are the hypothesis' place and score.
    pub(super) fn offer(&self, candidates: &mut Candidates, parent: usize, so_far: f32) {
        let mut offer = |column: usize, score: f32| {
            if candidates.admit(score) {
                candidates.offer(Candidate { score, parent, token: self.columns.token(column) });
            }
        };
        self.changes.iter().for_each(|change| offer(change.column, change.score + so_far));
        for (block, bound) in self.bounds.iter().enumerate() {
            if candidates.admit(self.score(*bound) + so_far) {
                self.offer_block(block, candidates, parent, so_far);
            }
        }
    }

    fn offer_block(&self, block: usize, candidates: &mut Candidates, parent: usize, so_far: f32) {
        let columns = block * BLOCK..self.values.len().min((block + 1) * BLOCK);
        for (column, value) in columns.clone().zip(&self.values[columns]) {
            let score = self.score(*value) + so_far;
            if candidates.admit(score) {
                candidates.offer(Candidate { score, parent, token: self.columns.token(column) });
            }
        }
    }

    /// The log-probability that the network itself gave to a token that may follow.
    pub(super) fn log_probability(&self, token: i64) -> f32 {
        let Some(column) = self.columns.column(token) else { return f32::NEG_INFINITY };
        let changed = self.changes.iter().find(|change| change.column == column);
        let value = changed.map_or(self.values[column], |change| change.before);
        // Of several endless scores none is likelier.
        if self.norm.max == f32::INFINITY { 0.0 } else { self.norm.log_probability(value) }
    }
}
