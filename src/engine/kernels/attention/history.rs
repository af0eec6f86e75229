use super::{Bias, Heads, SCRATCH, SERIAL, Scratch, Shared, Strided};
use crate::engine::kernels::{
    Isa, for_each_isa, multiply_add,
    rows::{self, add_lanes, exponentials},
    team::Team,
};

/// Lanes in which a dot product is added.
const LANES: usize = 16;

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
            rows::add(isa, scores, bias.from(head, path.len() - 1));
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
