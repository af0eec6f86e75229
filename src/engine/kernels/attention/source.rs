use std::ops::Range;

use super::{Bias, Heads, PANEL, Packed, PackedHead, Projected, SCRATCH, SERIAL, Scratch, Shared, Strided};
use crate::engine::kernels::{
    Isa,
    float::{MOST_ROWS, Tile, product},
    rows::{self, exponentials},
    team::Team,
};

/// Of the weights of a head, the share at which a position is attended to in earnest.
const REAL_WEIGHT: f32 = 0.1;

/// Self-attention of an encoder over one source or many: `projected` holds rows of queries, keys and values side by
/// side; each of `sources` is a range of rows and how many of them may be looked at. `out` is `[rows, heads]`.
///
/// # Panics
/// If a slice is shorter than the shapes say.
pub(in crate::engine) fn encode(
    isa: Isa,
    projected: &[f32],
    sources: &[(Range<usize>, usize)],
    heads: Heads,
    bias: Option<&Bias>,
    out: &mut [f32],
    team: &Team,
) {
    let width = heads.width();
    let rows = sources.iter().map(|(rows, _)| rows.end).max().unwrap_or(0);
    assert!(projected.len() >= rows * 3 * width && out.len() >= rows * width);
    let out = Shared { first: out.as_mut_ptr(), stride: width };
    let part = |rows: &Range<usize>, which: usize| Strided {
        values: &projected[rows.start * 3 * width + which * width..rows.end * 3 * width],
        stride: 3 * width,
    };
    team.share(sources.len() * heads.count, &|piece| {
        let (rows, visible) = &sources[piece / heads.count];
        let head = piece % heads.count;
        SCRATCH.with_borrow_mut(|Scratch { packed, scores }| {
            packed.fill(Projected { keys: part(rows, 1), values: part(rows, 2), length: *visible }, head, heads);
            let (keys, values) = (&packed.keys[..], &packed.values[..]);
            let head = Head { keys, values, length: *visible, index: head, heads };
            head.attend(isa, part(rows, 0), rows.len(), bias, scores, &out, rows.start);
        });
    });
}

/// Queries of one source: rows of `queries` from `first` on look at `source`.
pub(in crate::engine) struct Looking<'a> {
    pub(in crate::engine) source: &'a Packed,
    pub(in crate::engine) rows: Range<usize>,
}

/// Cross-attention: each group of rows looks at its source. `queries` and `out` are `[rows, heads]`.
///
/// # Panics
/// If a slice is shorter than the shapes say.
pub(in crate::engine) fn look(
    isa: Isa,
    queries: &[f32],
    groups: &[Looking<'_>],
    heads: Heads,
    out: &mut [f32],
    team: &Team,
) {
    let width = heads.width();
    let rows = groups.iter().map(|group| group.rows.end).max().unwrap_or(0);
    assert!(queries.len() >= rows * width && out.len() >= rows * width);
    let out = Shared { first: out.as_mut_ptr(), stride: width };
    let work: usize = groups.iter().map(|group| group.rows.len() * group.source.length).sum();
    let one = |piece: usize| {
        let group = &groups[piece / heads.count];
        let head = piece % heads.count;
        let queries = Strided { values: &queries[group.rows.start * width..group.rows.end * width], stride: width };
        let PackedHead { keys, values } = &group.source.heads[head];
        let head = Head { keys, values, length: group.source.length, index: head, heads };
        SCRATCH.with_borrow_mut(|Scratch { scores, .. }| {
            head.attend(isa, queries, group.rows.len(), None, scores, &out, group.rows.start);
        });
    };
    let pieces = groups.len() * heads.count;
    if work * width < SERIAL { (0..pieces).for_each(one) } else { team.share(pieces, &one) }
}

/// The position of its source that each row of each group attends to most, by the sum of its weights in the heads
/// `among`. The last position, the end token, is where attention rests that needs nothing: it counts only where no other
/// position has [`REAL_WEIGHT`] a head.
///
/// # Panics
/// If a slice is shorter than the shapes say.
pub(in crate::engine) fn attended(
    isa: Isa,
    queries: &[f32],
    groups: &[Looking<'_>],
    heads: Heads,
    among: Range<usize>,
) -> Vec<Vec<u32>> {
    let width = heads.width();
    let of = |group: &Looking<'_>| {
        let queries = Strided { values: &queries[group.rows.start * width..group.rows.end * width], stride: width };
        let length = group.source.length;
        if length == 0 {
            return Vec::new();
        }
        let mut weights = vec![0.0; group.rows.len() * length];
        for index in among.clone() {
            let PackedHead { keys, values } = &group.source.heads[index];
            Head { keys, values, length, index, heads }.weigh(isa, queries, &mut weights);
        }
        weights.chunks_exact(length).map(|weights| heaviest(weights, REAL_WEIGHT * among.len() as f32)).collect()
    };
    groups.iter().map(of).collect()
}

/// The position of the largest weight; the last only where no other has at least `real`.
fn heaviest(weights: &[f32], real: f32) -> u32 {
    let (last, others) = weights.split_last().map_or((0, weights), |(_, others)| (others.len(), others));
    let best = others.iter().enumerate().max_by(|(_, a), (_, b)| a.total_cmp(b)).filter(|(_, weight)| **weight >= real);
    u32::try_from(best.map_or(last, |(position, _)| position)).unwrap_or(u32::MAX)
}

/// One head of one source.
struct Head<'a> {
    keys: &'a [f32],
    values: &'a [f32],
    length: usize,
    index: usize,
    heads: Heads,
}

impl Head<'_> {
    /// Row `r` of the `count` rows of `queries` looks at the source; the result is row `first + r` of `out`.
    #[expect(clippy::too_many_arguments, reason = "all of them are of this one operation")]
    fn attend(
        &self,
        isa: Isa,
        queries: Strided<'_>,
        count: usize,
        bias: Option<&Bias>,
        scores: &mut Vec<f32>,
        out: &Shared,
        first: usize,
    ) {
        let stride = self.length.next_multiple_of(PANEL);
        scores.resize(MOST_ROWS * stride, 0.0);
        let mut tile: Tile = [[0.0; PANEL]; MOST_ROWS];
        for start in (0..count).step_by(MOST_ROWS) {
            let size = MOST_ROWS.min(count - start);
            let values = &queries.values[start * queries.stride + self.heads.columns(self.index).start..];
            self.score(isa, Strided { values, ..queries }, size, scores, &mut tile);
            let mut sums = [0.0; MOST_ROWS];
            for (row, scores) in scores.chunks_mut(stride).take(size).enumerate() {
                let scores = &mut scores[..self.length];
                if let Some(bias) = bias {
                    rows::add(isa, scores, bias.from(self.index, start + row));
                }
                sums[row] = exponentials(isa, scores);
            }
            self.mix(isa, scores, &sums[..size], out, first + start, &mut tile);
        }
    }

    /// Adds the softmaxed scores of each row of `queries` to its row of `weights`, `[rows, length]`.
    fn weigh(&self, isa: Isa, queries: Strided<'_>, weights: &mut [f32]) {
        let stride = self.length.next_multiple_of(PANEL);
        let (mut scores, mut tile): (_, Tile) = (vec![0.0; MOST_ROWS * stride], [[0.0; PANEL]; MOST_ROWS]);
        for (block, weights) in weights.chunks_mut(MOST_ROWS * self.length).enumerate() {
            let first = block * MOST_ROWS * queries.stride + self.heads.columns(self.index).start;
            let queries = Strided { values: &queries.values[first..], ..queries };
            self.score(isa, queries, weights.len() / self.length, &mut scores, &mut tile);
            for (weights, scores) in weights.chunks_mut(self.length).zip(scores.chunks_mut(stride)) {
                let scores = &mut scores[..self.length];
                let sum = exponentials(isa, scores);
                weights.iter_mut().zip(scores).for_each(|(weight, score)| *weight += *score / sum);
            }
        }
    }

    /// `scores[row] = queries[row] . keys * scale`.
    fn score(&self, isa: Isa, queries: Strided<'_>, count: usize, scores: &mut [f32], tile: &mut Tile) {
        let stride = self.length.next_multiple_of(PANEL);
        for (panel, keys) in self.keys.chunks_exact(self.heads.size * PANEL).enumerate() {
            let width = PANEL.min(self.length - panel * PANEL);
            product(isa, queries.values, queries.stride, count, keys, width, tile);
            for (scores, tile) in scores.chunks_mut(stride).zip(&tile[..count]) {
                for (score, product) in scores[panel * PANEL..].iter_mut().zip(&tile[..width]) {
                    *score = product * self.heads.scale;
                }
            }
        }
    }

    /// `out[row] = sum of scores * values / sums[row]`.
    fn mix(&self, isa: Isa, scores: &[f32], sums: &[f32], out: &Shared, first: usize, tile: &mut Tile) {
        let stride = self.length.next_multiple_of(PANEL);
        let columns = self.heads.columns(self.index);
        for (panel, values) in self.values.chunks_exact(self.length * PANEL).enumerate() {
            let start = columns.start + panel * PANEL;
            let end = columns.end.min(start + PANEL);
            product(isa, scores, stride, sums.len(), values, end - start, tile);
            for (row, (sum, tile)) in sums.iter().zip(tile.iter()).enumerate() {
                // SAFETY: whoever made `out` has checked its size; each row of a head is one piece's own.
                let out = unsafe { out.part(first + row, start..end) };
                for (out, value) in out.iter_mut().zip(tile) {
                    *out = value / sum;
                }
            }
        }
    }
}
