//! Scaled dot-product attention (Vaswani et al. 2017), head by head and row by row: no padding, no masks, and nothing
//! that depends on what else is being computed.

use std::{cell::RefCell, ops::Range};

use super::{
    Isa,
    float::{MOST_ROWS, PANEL, Tile, product},
    for_each_isa, multiply_add,
    rows::{add_lanes, exponentials},
    team::Team,
};

/// Lanes in which a dot product is added.
const LANES: usize = 16;
/// Multiplications under which handing out pieces costs more than it saves.
const SERIAL: usize = 1 << 17;

/// The heads of an attention block.
#[derive(Debug, Clone, Copy)]
pub(in crate::engine) struct Heads {
    /// How many.
    pub(in crate::engine) count: usize,
    /// Values of each.
    pub(in crate::engine) size: usize,
    /// What scores are multiplied by.
    pub(in crate::engine) scale: f32,
}

impl Heads {
    /// Values of all of them.
    pub(in crate::engine) fn width(self) -> usize {
        self.count * self.size
    }

    fn columns(self, head: usize) -> Range<usize> {
        head * self.size..(head + 1) * self.size
    }

    /// Panels that the values of one head take.
    fn panels(self) -> usize {
        self.size.div_ceil(PANEL)
    }
}

/// Keys and values of one source, in the order in which products read them.
#[derive(Debug, Default)]
pub(in crate::engine) struct Packed {
    length: usize,
    /// For each head, for each 64 positions, for each value of the head: the keys of these positions.
    keys: Vec<f32>,
    /// For each head, for each 64 of its values, for each position: these values.
    values: Vec<f32>,
}

/// Matrix rows that lie `stride` apart.
#[derive(Clone, Copy)]
pub(in crate::engine) struct Strided<'a> {
    pub(in crate::engine) values: &'a [f32],
    pub(in crate::engine) stride: usize,
}

impl Packed {
    /// Packs the keys and values of `length` positions.
    pub(in crate::engine) fn new(keys: Strided<'_>, values: Strided<'_>, length: usize, heads: Heads) -> Self {
        let mut packed = Self { length, ..Self::default() };
        for head in 0..heads.count {
            packed.push_head(keys, values, head, heads);
        }
        packed
    }

    fn push_head(&mut self, keys: Strided<'_>, values: Strided<'_>, head: usize, heads: Heads) {
        let columns = heads.columns(head);
        let first = self.keys.len();
        self.keys.resize(first + key_size(self.length, heads), 0.0);
        for (position, row) in keys.values.chunks(keys.stride).take(self.length).enumerate() {
            let at = first + position / PANEL * heads.size * PANEL + position % PANEL;
            for (index, key) in row[columns.clone()].iter().enumerate() {
                self.keys[at + index * PANEL] = *key;
            }
        }
        let first = self.values.len();
        self.values.resize(first + value_size(self.length, heads), 0.0);
        for (position, row) in values.values.chunks(values.stride).take(self.length).enumerate() {
            for (panel, part) in row[columns.clone()].chunks(PANEL).enumerate() {
                let at = first + (panel * self.length + position) * PANEL;
                self.values[at..at + part.len()].copy_from_slice(part);
            }
        }
    }

    fn clear(&mut self, length: usize) {
        self.length = length;
        self.keys.clear();
        self.values.clear();
    }

    fn keys(&self, head: usize, heads: Heads) -> &[f32] {
        let size = key_size(self.length, heads);
        &self.keys[head * size..(head + 1) * size]
    }

    fn values(&self, head: usize, heads: Heads) -> &[f32] {
        let size = value_size(self.length, heads);
        &self.values[head * size..(head + 1) * size]
    }
}

fn key_size(length: usize, heads: Heads) -> usize {
    length.div_ceil(PANEL) * heads.size * PANEL
}

fn value_size(length: usize, heads: Heads) -> usize {
    heads.panels() * length * PANEL
}

/// What is added to scores for the distance between query and key: for each head the values for the distances from
/// `-span` to `span`.
#[derive(Debug)]
pub(in crate::engine) struct Bias {
    /// `[heads, 2 * span + 1]`.
    pub(in crate::engine) values: Vec<f32>,
    /// The largest distance.
    pub(in crate::engine) span: usize,
}

impl Bias {
    /// The values for a query at `position` and keys from position 0 on.
    pub(in crate::engine) fn from(&self, head: usize, position: usize) -> &[f32] {
        let width = 2 * self.span + 1;
        &self.values[head * width + self.span - position..(head + 1) * width]
    }
}

/// Rows that several threads write to, each its own part.
struct Shared {
    first: *mut f32,
    stride: usize,
}

// SAFETY: every part is written by the one thread that computes it.
unsafe impl Sync for Shared {}

impl Shared {
    /// # Safety
    /// The part lies within the slice that `first` was taken from, and nobody else uses it.
    #[expect(clippy::mut_from_ref, reason = "the parts are apart")]
    unsafe fn part(&self, row: usize, columns: Range<usize>) -> &mut [f32] {
        // SAFETY: by this function's contract.
        unsafe { std::slice::from_raw_parts_mut(self.first.add(row * self.stride + columns.start), columns.len()) }
    }
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

#[derive(Default)]
struct Scratch {
    packed: Packed,
    scores: Vec<f32>,
}

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
            packed.clear(*visible);
            packed.push_head(part(rows, 1), part(rows, 2), head, heads);
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
        let (keys, values) = (group.source.keys(head, heads), group.source.values(head, heads));
        let head = Head { keys, values, length: group.source.length, index: head, heads };
        SCRATCH.with_borrow_mut(|Scratch { scores, .. }| {
            head.attend(isa, queries, group.rows.len(), None, scores, &out, group.rows.start);
        });
    };
    let pieces = groups.len() * heads.count;
    if work * width < SERIAL { (0..pieces).for_each(one) } else { team.share(pieces, &one) }
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
                    super::rows::add(isa, scores, bias.from(self.index, start + row));
                }
                sums[row] = exponentials(isa, scores);
            }
            self.mix(isa, scores, &sums[..size], out, first + start, &mut tile);
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

/// The decoder's own keys and values of one source: a row for each hypothesis of each step so far.
#[derive(Debug, Default)]
pub(in crate::engine) struct History {
    keys: Vec<f32>,
    values: Vec<f32>,
}

impl History {
    /// Adds the rows of one step.
    pub(in crate::engine) fn push(&mut self, key: &[f32], value: &[f32]) {
        self.keys.extend_from_slice(key);
        self.values.extend_from_slice(value);
    }
}

/// One hypothesis: the rows of its history, oldest first.
pub(in crate::engine) struct Recalling<'a> {
    pub(in crate::engine) history: &'a History,
    pub(in crate::engine) path: &'a [u32],
}

/// Self-attention of a decoder: row `i` of `queries` looks at its hypothesis' history. Queries lie `stride` apart,
/// `out` is `[rows, heads]`.
///
/// # Panics
/// If a slice is shorter than the shapes say.
pub(in crate::engine) fn recall(
    isa: Isa,
    queries: Strided<'_>,
    rows: &[Recalling<'_>],
    heads: Heads,
    bias: Option<&Bias>,
    out: &mut [f32],
    team: &Team,
) {
    let width = heads.width();
    assert!(out.len() >= rows.len() * width);
    let work: usize = rows.iter().map(|row| row.path.len() * width).sum();
    let out = Shared { first: out.as_mut_ptr(), stride: width };
    let one = |piece: usize| {
        let queries = &queries.values[piece * queries.stride..][..width];
        // SAFETY: checked above; each row is one piece's own.
        let out = unsafe { out.part(piece, 0..width) };
        SCRATCH
            .with_borrow_mut(|Scratch { scores, .. }| recall_row(isa, queries, &rows[piece], heads, bias, scores, out));
    };
    if work < SERIAL { (0..rows.len()).for_each(one) } else { team.share(rows.len(), &one) }
}

fn recall_row(
    isa: Isa,
    queries: &[f32],
    row: &Recalling<'_>,
    heads: Heads,
    bias: Option<&Bias>,
    scores: &mut Vec<f32>,
    out: &mut [f32],
) {
    let Recalling { history, path } = row;
    scores.resize(path.len(), 0.0);
    for head in 0..heads.count {
        let columns = heads.columns(head);
        dots(isa, &queries[columns.clone()], &history.keys, path, heads, columns.start, scores);
        if let Some(bias) = bias {
            super::rows::add(isa, scores, bias.from(head, path.len() - 1));
        }
        let sum = exponentials(isa, scores);
        let out = &mut out[columns.clone()];
        mixture(isa, scores, &history.values, path, heads, columns.start, out);
        out.iter_mut().for_each(|value| *value /= sum);
    }
}

for_each_isa! {
    fn dots(
        query: &[f32], keys: &[f32], path: &[u32], heads: Heads, first: usize, scores: &mut [f32],
    ) = dots_in
}

#[inline(always)]
fn dots_in<const FUSED: bool>(
    query: &[f32],
    keys: &[f32],
    path: &[u32],
    heads: Heads,
    first: usize,
    scores: &mut [f32],
) {
    for (score, at) in scores.iter_mut().zip(path) {
        let key = &keys[*at as usize * heads.width() + first..][..heads.size];
        *score = dot::<FUSED>(query, key) * heads.scale;
    }
}

#[inline(always)]
fn dot<const FUSED: bool>(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0; LANES];
    let (a_chunks, b_chunks) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f32 = a_chunks.remainder().iter().zip(b_chunks.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in a_chunks.zip(b_chunks) {
        for ((lane, a), b) in lanes.iter_mut().zip(a).zip(b) {
            *lane = multiply_add::<FUSED>(*a, *b, *lane);
        }
    }
    add_lanes(lanes) + rest
}

for_each_isa! {
    fn mixture(
        scores: &[f32], values: &[f32], path: &[u32], heads: Heads, first: usize, out: &mut [f32],
    ) = mixture_in
}

#[inline(always)]
fn mixture_in<const FUSED: bool>(
    scores: &[f32],
    values: &[f32],
    path: &[u32],
    heads: Heads,
    first: usize,
    out: &mut [f32],
) {
    out.fill(0.0);
    for (score, at) in scores.iter().zip(path) {
        let value = &values[*at as usize * heads.width() + first..][..heads.size];
        for (out, value) in out.iter_mut().zip(value) {
            *out = multiply_add::<FUSED>(*score, *value, *out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADS: Heads = Heads { count: 3, size: 20, scale: 0.3 };

    fn numbers(count: usize, seed: usize) -> Vec<f32> {
        (0..count).map(|index| (((index + seed) * 7919) % 101) as f32 / 50.0 - 1.0).collect()
    }

    /// One row and head, in 64 bits.
    fn expected(query: &[f32], keys: &[&[f32]], values: &[&[f32]]) -> Vec<f64> {
        let dot = |key: &&[f32]| query.iter().zip(*key).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
        let weights: Vec<f64> = keys.iter().map(|key| (dot(key) * f64::from(HEADS.scale)).exp()).collect();
        let total: f64 = weights.iter().sum();
        let mixed = |column: usize| {
            weights.iter().zip(values).map(|(weight, value)| weight * f64::from(value[column])).sum::<f64>() / total
        };
        (0..HEADS.size).map(mixed).collect()
    }

    #[test]
    fn encoders_decoders_and_cross_attention_compute_the_same_thing() {
        let (width, team) = (HEADS.width(), Team::new(2));
        for isa in Isa::available() {
            for length in [1, 5, 64, 150] {
                let projected = numbers(length * 3 * width, length);
                let part = |row: usize, which: usize| &projected[(row * 3 + which) * width..][..width];
                let mut encoded = vec![0.0; length * width];
                encode(isa, &projected, &[(0..length, length)], HEADS, None, &mut encoded, &team);
                let strided = |which: usize| Strided { values: &projected[which * width..], stride: 3 * width };
                let packed = Packed::new(strided(1), strided(2), length, HEADS);
                let queries: Vec<f32> = (0..length).flat_map(|row| part(row, 0).to_vec()).collect();
                let mut looked = vec![0.0; length * width];
                look(isa, &queries, &[Looking { source: &packed, rows: 0..length }], HEADS, &mut looked, &team);
                assert_eq!(looked, encoded, "{isa:?} {length}");
                let mut history = History::default();
                (0..length).for_each(|row| history.push(part(row, 1), part(row, 2)));
                let path: Vec<u32> = (0..length as u32).collect();
                let rows: Vec<_> = (0..length).map(|_| Recalling { history: &history, path: &path }).collect();
                let mut recalled = vec![0.0; length * width];
                recall(isa, strided(0), &rows, HEADS, None, &mut recalled, &team);
                for (row, head) in [(0, 0), (length - 1, 2), (length / 2, 1)] {
                    let columns = HEADS.columns(head);
                    let of =
                        |which: usize| (0..length).map(|row| &part(row, which)[columns.clone()]).collect::<Vec<_>>();
                    let expected = expected(&part(row, 0)[columns.clone()], &of(1), &of(2));
                    for (index, expected) in expected.iter().enumerate() {
                        let at = row * width + columns.start + index;
                        assert!((f64::from(encoded[at]) - expected).abs() < 1e-5, "{isa:?} {length} {row} {index}");
                        assert!((f64::from(recalled[at]) - expected).abs() < 1e-5, "{isa:?} {length} {row} {index}");
                    }
                }
            }
        }
    }
}
