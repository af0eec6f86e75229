//! The scores of one step: what is measured of every row before any search looks at it.
//!
//! A row is read once, block by block while a block is in the first-level cache: for its largest score, for the
//! logarithm of the sum of its exponentials, and for the largest score of each block. The best candidates are found
//! later by these bounds alone: a block whose bound is no candidate holds none.

use std::sync::{Mutex, PoisonError};

use super::Network;
use crate::engine::kernels::{Isa, for_each_isa, rows::exp, team::Team};

/// Scores in a block. Fewer would make more bounds to look through, more would make more scores behind each; both are
/// about 400 for a vocabulary of 50,000.
pub(super) const BLOCK: usize = 128;

/// Sums kept side by side, so that the compiler can use whatever vectors the machine has.
const LANES: usize = 16;

/// Scores in a step from which on a team shares the rows: one thread needs 50 microseconds for so many.
const PARALLEL_SCORES: usize = 1 << 16;

/// Which token each column scores.
#[derive(Debug)]
pub(super) struct Columns {
    count: usize,
    /// None where columns and tokens are the same.
    tokens: Option<Vec<i64>>,
    /// The column of each token; `NONE` where it has none.
    columns: Vec<u32>,
}

const NONE: u32 = u32::MAX;

impl Columns {
    pub(super) fn of(network: &impl Network) -> Self {
        Self::new(network.columns(), network.tokens().map(<[i64]>::to_vec))
    }

    pub(super) fn new(count: usize, tokens: Option<Vec<i64>>) -> Self {
        let place = |token: &i64| usize::try_from(*token).ok();
        let highest = tokens.iter().flatten().filter_map(place).max();
        let mut columns = vec![NONE; highest.map_or(0, |highest| highest + 1)];
        for (column, token) in (0..).zip(tokens.iter().flatten()) {
            if let Some(place) = place(token) {
                columns[place] = column;
            }
        }
        Self { count, tokens, columns }
    }

    pub(super) fn count(&self) -> usize {
        self.count
    }

    pub(super) fn token(&self, column: usize) -> i64 {
        self.tokens.as_ref().map_or(column as i64, |tokens| tokens[column])
    }

    /// The token's column, if it is scored.
    pub(super) fn column(&self, token: i64) -> Option<usize> {
        let token = usize::try_from(token).ok()?;
        match self.tokens {
            None => Some(token).filter(|column| *column < self.count),
            Some(_) => self.columns.get(token).filter(|column| **column != NONE).map(|column| *column as usize),
        }
    }
}

/// What turns the raw scores of a row into log-probabilities: these are `(score - max) - log_sum`, in that order, as
/// torch computes them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Norm {
    /// Minus infinity where no score is larger.
    pub(super) max: f32,
    /// Not a number where a score is not, or is infinity.
    pub(super) log_sum: f32,
}

impl Norm {
    pub(super) fn log_probability(self, score: f32) -> f32 {
        (score - self.max) - self.log_sum
    }
}

/// What was measured of each row of a step; its memory is used again by the next.
#[derive(Debug, Default)]
pub(super) struct Measures {
    pub(super) norms: Vec<Norm>,
    /// The largest score of each block, row after row.
    pub(super) bounds: Vec<f32>,
}

impl Measures {
    /// Measures rows of `columns` scores.
    pub(super) fn take(&mut self, scores: &[f32], columns: usize, team: &Team) {
        let rows = scores.len() / columns;
        let blocks = blocks(columns);
        self.norms.resize(rows, Norm { max: 0.0, log_sum: 0.0 });
        self.bounds.resize(rows * blocks, 0.0);
        let bounds = self.bounds.chunks_exact_mut(blocks);
        let rows = scores.chunks_exact(columns).zip(bounds).zip(&mut self.norms);
        if scores.len() < PARALLEL_SCORES {
            return rows.for_each(|((row, bounds), norm)| measure(Isa::best(), row, bounds, norm));
        }
        let rows: Vec<_> = rows.map(Mutex::new).collect();
        team.share(rows.len(), &|row| {
            // Every row is taken once, so that nobody ever waits here.
            let ((row, bounds), norm) = &mut *rows[row].lock().unwrap_or_else(PoisonError::into_inner);
            measure(Isa::best(), row, bounds, norm);
        });
    }
}

/// Blocks of a row.
pub(super) fn blocks(columns: usize) -> usize {
    columns.div_ceil(BLOCK)
}

for_each_isa! { fn measure(row: &[f32], bounds: &mut [f32], norm: &mut Norm) = measure_in }

#[inline(always)]
fn measure_in<const FUSED: bool>(row: &[f32], bounds: &mut [f32], norm: &mut Norm) {
    let mut sum = RunningSum::default();
    for (block, bound) in row.chunks(BLOCK).zip(bounds) {
        *bound = sum.add::<FUSED>(block);
    }
    *norm = sum.norm();
}

/// The norm of scores that are in no blocks.
pub(super) fn norm_of(scores: &[f32]) -> Norm {
    let mut sum = RunningSum::default();
    scores.chunks(BLOCK).for_each(|block| _ = sum.add::<false>(block));
    sum.norm()
}

/// The sum of exponentials relative to the largest score met so far (Milakov and Gimelshein 2018).
struct RunningSum {
    max: f32,
    /// Over blocks, in 64 bits: so the sum is as exact as its terms however many there are.
    sum: f64,
}

impl Default for RunningSum {
    fn default() -> Self {
        Self { max: f32::NEG_INFINITY, sum: 0.0 }
    }
}

impl RunningSum {
    /// Adds a block; its largest score.
    #[inline(always)]
    fn add<const FUSED: bool>(&mut self, block: &[f32]) -> f32 {
        let bound = largest(block);
        if bound > self.max {
            self.sum *= f64::from(self.max - bound).exp();
            self.max = bound;
        }
        // Where nothing is above minus infinity yet there is nothing to subtract, and numbers that are none must show.
        let origin = if self.max == f32::NEG_INFINITY { 0.0 } else { self.max };
        self.sum += f64::from(sum_of_exponentials::<FUSED>(block, origin));
        bound
    }

    fn norm(&self) -> Norm {
        Norm { max: self.max, log_sum: self.sum.ln() as f32 }
    }
}

/// The largest score; those that are not numbers are passed over.
#[inline(always)]
fn largest(block: &[f32]) -> f32 {
    let larger = |a: f32, b: f32| if b > a { b } else { a };
    let (whole, rest) = block.as_chunks::<LANES>();
    let mut lanes = [f32::NEG_INFINITY; LANES];
    for chunk in whole {
        for (lane, score) in lanes.iter_mut().zip(chunk) {
            *lane = larger(*lane, *score);
        }
    }
    lanes.iter().chain(rest).copied().fold(f32::NEG_INFINITY, larger)
}

#[inline(always)]
fn sum_of_exponentials<const FUSED: bool>(block: &[f32], origin: f32) -> f32 {
    let (whole, rest) = block.as_chunks::<LANES>();
    let mut lanes = [0.0; LANES];
    for chunk in whole {
        for (lane, score) in lanes.iter_mut().zip(chunk) {
            *lane += exp::<FUSED>(*score - origin);
        }
    }
    lanes.iter().sum::<f32>() + rest.iter().map(|score| exp::<FUSED>(*score - origin)).sum::<f32>()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn norms_and_bounds_are_those_of_the_row(
            row in proptest::collection::vec(prop_oneof![9 => -40_f32..40.0, 1 => Just(f32::NEG_INFINITY)], 1..700),
        ) {
            let mut bounds = vec![0.0; blocks(row.len())];
            let mut norm = Norm { max: 0.0, log_sum: 0.0 };
            measure(Isa::best(), &row, &mut bounds, &mut norm);
            let max = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            prop_assert_eq!(norm.max, max);
            for (bound, block) in bounds.iter().zip(row.chunks(BLOCK)) {
                prop_assert_eq!(*bound, block.iter().copied().fold(f32::NEG_INFINITY, f32::max));
            }
            if max > f32::NEG_INFINITY {
                let exact = row.iter().map(|score| f64::from(score - max).exp()).sum::<f64>().ln();
                prop_assert!((f64::from(norm.log_sum) - exact).abs() < 1e-6, "{} {exact}", norm.log_sum);
            }
        }
    }

    #[test]
    fn what_is_not_a_number_shows_wherever_it_stands() {
        for length in [1, 15, 128, 300] {
            for place in 0..length {
                for rest in [1.0, f32::NEG_INFINITY] {
                    for bad in [f32::NAN, f32::INFINITY] {
                        let mut row = vec![rest; length];
                        row[place] = bad;
                        assert!(norm_of(&row).log_sum.is_nan(), "{bad} at {place} of {length}, {rest} elsewhere");
                    }
                }
            }
        }
        assert!(!norm_of(&[f32::NEG_INFINITY; 300]).log_sum.is_nan());
    }

    #[test]
    fn several_threads_measure_what_one_does() {
        let columns = 10_001;
        let scores: Vec<f32> = (0..columns * 40).map(|index| ((index * 7919) % 10_007) as f32 * 1e-3).collect();
        assert!(scores.len() >= PARALLEL_SCORES);
        let (mut together, mut alone) = (Measures::default(), Measures::default());
        let team = Team::new(3);
        together.take(&scores, columns, &team);
        for (index, row) in scores.chunks(columns).enumerate() {
            alone.take(row, columns, &team);
            assert_eq!(alone.norms[0], together.norms[index]);
            assert_eq!(alone.bounds, together.bounds[index * blocks(columns)..][..blocks(columns)]);
        }
    }

    #[test]
    fn columns_may_score_some_tokens_only() {
        let columns = Columns::new(3, Some(vec![4, 0, 9]));
        assert_eq!(
            [0, 4, 9, 5, 10, -1].map(|token| columns.column(token)),
            [Some(1), Some(0), Some(2), None, None, None]
        );
        assert_eq!(columns.token(2), 9);
        let all = Columns::new(3, None);
        assert_eq!([2, 3, -1].map(|token| all.column(token)), [Some(2), None, None]);
    }
}
