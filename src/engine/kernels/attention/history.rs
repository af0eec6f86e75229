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
    /// Whether so many values more of each kind fit.
    pub(in crate::engine) fn has_room(&self, values: usize) -> bool {
        self.keys.capacity() - self.keys.len() >= values
    }

    /// Makes room for so many values more of each kind, so that nothing is moved while it grows.
    pub(in crate::engine) fn reserve(&mut self, values: usize) {
        self.keys.reserve_exact(values);
        self.values.reserve_exact(values);
    }

    /// Adds a row of one step.
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

/// The score of each row of `path` for one head.
fn dots(isa: Isa, query: &[f32], keys: &[f32], path: &[u32], heads: Heads, first: usize, scores: &mut [f32]) {
    #[cfg(target_arch = "x86_64")]
    if isa != Isa::Portable && heads.size.is_multiple_of(LANES) {
        let query = &query[..heads.size];
        for (score, at) in scores.iter_mut().zip(path) {
            let key = &keys[*at as usize * heads.width() + first..][..heads.size];
            // SAFETY: the machine was seen to have these instructions; both slices are of the head's size.
            let dot = unsafe { if isa == Isa::Avx512 { dot_avx512(query, key) } else { dot_avx2(query, key) } };
            *score = dot * heads.scale;
        }
        return;
    }
    any_dots(isa, query, keys, path, heads, first, scores);
}

/// The compiler makes pairs of the lanes of [`dot`], which is four times slower.
///
/// # Safety
/// The machine has these instructions; both slices have the same number of values, a multiple of 16.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
#[inline]
unsafe fn dot_avx512(a: &[f32], b: &[f32]) -> f32 {
    use std::arch::x86_64::{_mm512_fmadd_ps, _mm512_loadu_ps, _mm512_reduce_add_ps, _mm512_setzero_ps};
    let mut sum = _mm512_setzero_ps();
    for at in (0..a.len()).step_by(LANES) {
        // SAFETY: by this function's contract.
        let (a, b) = unsafe { (_mm512_loadu_ps(a.as_ptr().add(at)), _mm512_loadu_ps(b.as_ptr().add(at))) };
        sum = _mm512_fmadd_ps(a, b, sum);
    }
    _mm512_reduce_add_ps(sum)
}

/// # Safety
/// As [`dot_avx512`].
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
#[inline]
unsafe fn dot_avx2(a: &[f32], b: &[f32]) -> f32 {
    use std::arch::x86_64::{
        _mm_add_ps, _mm_add_ss, _mm_cvtss_f32, _mm_movehdup_ps, _mm_movehl_ps, _mm256_add_ps, _mm256_castps256_ps128,
        _mm256_extractf128_ps, _mm256_fmadd_ps, _mm256_loadu_ps, _mm256_setzero_ps,
    };
    let mut sums = [_mm256_setzero_ps(); 2];
    for at in (0..a.len()).step_by(LANES) {
        for (half, sum) in sums.iter_mut().enumerate() {
            let at = at + half * 8;
            // SAFETY: by this function's contract.
            let (a, b) = unsafe { (_mm256_loadu_ps(a.as_ptr().add(at)), _mm256_loadu_ps(b.as_ptr().add(at))) };
            *sum = _mm256_fmadd_ps(a, b, *sum);
        }
    }
    let eight = _mm256_add_ps(sums[0], sums[1]);
    let four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps::<1>(eight));
    let two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)))
}

for_each_isa! {
    fn any_dots(
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
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    let mut lanes = [0.0; LANES];
    for (a, b) in a.iter().zip(b) {
        lanes = std::array::from_fn(|lane| multiply_add::<FUSED>(a[lane], b[lane], lanes[lane]));
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
