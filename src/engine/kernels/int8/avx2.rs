//! Products where there is no VNNI: of 16 bits, two of which one instruction adds up in 32.
//!
//! The instruction for bytes adds two products in 16 bits, which overflow unless one side gives up a bit or its sign;
//! with that it needs as many multiplications as this way does, and an operation more for each.

use std::arch::x86_64::{
    __m256i, _MM_HINT_T0, _mm_prefetch, _mm256_add_epi32, _mm256_load_si256, _mm256_loadu_si256, _mm256_madd_epi16,
    _mm256_set1_epi32, _mm256_setzero_si256, _mm256_slli_epi16, _mm256_srai_epi16, _mm256_store_si256,
    _mm256_storeu_si256,
};

use super::{GROUP, MOST_ROWS, PANEL};

/// Groups whose weights are gone through by all columns before the next: 16 KB of them. The next are asked for meanwhile,
/// since columns are not read in the order in which they lie.
const BLOCK: usize = 64;
/// Columns whose sums fit the registers for six rows: two registers of sums for each row.
const COLUMNS: usize = 16;
/// Bytes that come from memory together.
const LINE_BYTES: usize = 64;

/// `rows` as [`Quantized::words`](super::Quantized) holds them.
///
/// # Safety
/// The machine has these instructions; `rows` holds `ROWS` rows and `weights` a panel of as many inputs.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn products<const ROWS: usize>(rows: &[i16], weights: &[i8], sums: &mut [[i32; PANEL]]) {
    let groups = rows.len() / ROWS / GROUP;
    sums.fill([0; PANEL]);
    for first in (0..groups).step_by(BLOCK) {
        let count = BLOCK.min(groups - first);
        for part in 0..PANEL / COLUMNS {
            // SAFETY: by this function's contract.
            unsafe { block::<ROWS>(rows, weights, first, count, part, sums) };
        }
    }
}

/// Adds the products of `count` groups from `first` on with 16 columns to their sums.
///
/// # Safety
/// As [`products`]; the groups are there.
#[target_feature(enable = "avx2")]
#[inline]
unsafe fn block<const ROWS: usize>(
    rows: &[i16],
    weights: &[i8],
    first: usize,
    count: usize,
    part: usize,
    sums: &mut [[i32; PANEL]],
) {
    let stride = rows.len() / ROWS;
    let columns = part * COLUMNS..(part + 1) * COLUMNS;
    let mut totals: [[__m256i; 2]; ROWS] = std::array::from_fn(|row| load(&sums[row][columns.clone()]));
    for group in first..first + count {
        ask_ahead(weights, first, part * count + group - first);
        // SAFETY: by this function's contract.
        let bytes = unsafe { group_of(weights, group, part) };
        for (which, weights) in [even(bytes), odd(bytes)].into_iter().enumerate() {
            for (row, totals) in totals.iter_mut().enumerate() {
                // SAFETY: as above.
                let pair = unsafe { pair_at(rows, row * stride + group * GROUP + 2 * which) };
                add_products(totals, pair, weights);
            }
        }
    }
    for (totals, sums) in totals.iter().zip(sums) {
        store(totals, &mut sums[columns.clone()]);
    }
}

/// Weights of 16 columns and the groups of a block as integers of 16 bits, so that they are widened once for many rows.
#[repr(align(64))]
struct Widened([i16; BLOCK * GROUP * COLUMNS]);

/// As [`products`], for any number of rows: `count` of them.
///
/// # Safety
/// The machine has these instructions; `rows` holds `count` rows and `weights` a panel of as many inputs.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn products_of_many(rows: &[i16], count: usize, weights: &[i8], sums: &mut [[i32; PANEL]]) {
    let stride = rows.len() / count;
    let groups = stride / GROUP;
    let size = count.div_ceil(count.div_ceil(MOST_ROWS));
    let mut widened = Widened([0; BLOCK * GROUP * COLUMNS]);
    sums.fill([0; PANEL]);
    for first in (0..groups).step_by(BLOCK) {
        let count = BLOCK.min(groups - first);
        for part in 0..PANEL / COLUMNS {
            // SAFETY: by this function's contract the groups are there.
            unsafe { widen(weights, first, count, part, &mut widened) };
            let rows = rows.chunks(size * stride).zip(sums.chunks_mut(size));
            for (rows, sums) in rows {
                let rows = &rows[first * GROUP..];
                // SAFETY: `rows` holds as many rows as `sums`, and from the first on `count` groups of each.
                unsafe {
                    match sums.len() {
                        1 => widened_block::<1>(rows, stride, count, &widened, part, sums),
                        2 => widened_block::<2>(rows, stride, count, &widened, part, sums),
                        3 => widened_block::<3>(rows, stride, count, &widened, part, sums),
                        4 => widened_block::<4>(rows, stride, count, &widened, part, sums),
                        5 => widened_block::<5>(rows, stride, count, &widened, part, sums),
                        _ => widened_block::<6>(rows, stride, count, &widened, part, sums),
                    }
                }
            }
        }
    }
}

/// # Safety
/// The machine has these instructions; the panel has `count` groups from `first` on.
#[target_feature(enable = "avx2")]
unsafe fn widen(weights: &[i8], first: usize, count: usize, part: usize, widened: &mut Widened) {
    for (group, out) in widened.0.chunks_exact_mut(GROUP * COLUMNS).take(count).enumerate() {
        ask_ahead(weights, first, part * count + group);
        // SAFETY: by this function's contract.
        let bytes = unsafe { group_of(weights, first + group, part) };
        for (register, out) in even(bytes).into_iter().chain(odd(bytes)).zip(out.chunks_exact_mut(16)) {
            // SAFETY: 16 integers of 2 bytes are a register; its place is aligned since the whole is.
            unsafe { _mm256_store_si256(out.as_mut_ptr().cast(), register) };
        }
    }
}

/// # Safety
/// The machine has these instructions; `rows` holds `count` groups of `ROWS` rows that lie `stride` apart, and `sums` has
/// `ROWS` rows.
#[target_feature(enable = "avx2")]
#[inline]
unsafe fn widened_block<const ROWS: usize>(
    rows: &[i16],
    stride: usize,
    count: usize,
    widened: &Widened,
    part: usize,
    sums: &mut [[i32; PANEL]],
) {
    let columns = part * COLUMNS..(part + 1) * COLUMNS;
    let mut totals: [[__m256i; 2]; ROWS] = std::array::from_fn(|row| load(&sums[row][columns.clone()]));
    for step in 0..2 * count {
        // SAFETY: a block holds two steps of 32 integers for each of its groups.
        let weights: [__m256i; 2] = std::array::from_fn(|half| unsafe {
            _mm256_load_si256(widened.0.as_ptr().add(step * 2 * COLUMNS + half * 16).cast())
        });
        for (row, totals) in totals.iter_mut().enumerate() {
            // SAFETY: by this function's contract.
            let pair = unsafe { pair_at(rows, row * stride + 2 * step) };
            add_products(totals, pair, weights);
        }
    }
    for (totals, sums) in totals.iter().zip(sums) {
        store(totals, &mut sums[columns.clone()]);
    }
}

/// Asks for a line of the block after the one from group `first` on.
#[target_feature(enable = "avx2")]
#[inline]
fn ask_ahead(weights: &[i8], first: usize, line: usize) {
    let ahead = weights.as_ptr().wrapping_add((first + BLOCK) * PANEL * GROUP + line * LINE_BYTES);
    _mm_prefetch::<_MM_HINT_T0>(ahead.cast());
}

/// The bytes of a group of 16 columns.
///
/// # Safety
/// The machine has these instructions; the panel has the group.
#[target_feature(enable = "avx2")]
#[inline]
unsafe fn group_of(weights: &[i8], group: usize, part: usize) -> [__m256i; 2] {
    let at = (group * PANEL + part * COLUMNS) * GROUP;
    // SAFETY: two registers of 32 bytes are a group of 16 columns.
    std::array::from_fn(|half| unsafe { _mm256_loadu_si256(weights.as_ptr().add(at + half * 32).cast()) })
}

/// Of each four weights the first and the third, in 16 bits.
#[target_feature(enable = "avx2")]
#[inline]
fn even(bytes: [__m256i; 2]) -> [__m256i; 2] {
    bytes.map(|bytes| _mm256_srai_epi16::<8>(_mm256_slli_epi16::<8>(bytes)))
}

/// Of each four weights the second and the fourth, in 16 bits.
#[target_feature(enable = "avx2")]
#[inline]
fn odd(bytes: [__m256i; 2]) -> [__m256i; 2] {
    bytes.map(|bytes| _mm256_srai_epi16::<8>(bytes))
}

/// Two integers of a row, for all columns.
///
/// # Safety
/// The machine has these instructions; `rows` holds two integers from `at` on.
#[target_feature(enable = "avx2")]
#[inline]
unsafe fn pair_at(rows: &[i16], at: usize) -> __m256i {
    // SAFETY: by this function's contract; they need not be aligned.
    _mm256_set1_epi32(unsafe { rows.as_ptr().add(at).cast::<i32>().read_unaligned() })
}

#[target_feature(enable = "avx2")]
#[inline]
fn add_products(totals: &mut [__m256i; 2], pair: __m256i, weights: [__m256i; 2]) {
    for (total, weights) in totals.iter_mut().zip(weights) {
        *total = _mm256_add_epi32(*total, _mm256_madd_epi16(pair, weights));
    }
}

#[target_feature(enable = "avx2")]
#[inline]
fn load(sums: &[i32]) -> [__m256i; 2] {
    let mut loaded = [_mm256_setzero_si256(); 2];
    for (register, sums) in loaded.iter_mut().zip(sums.chunks_exact(8)) {
        // SAFETY: 8 integers of 4 bytes are a register.
        *register = unsafe { _mm256_loadu_si256(sums.as_ptr().cast()) };
    }
    loaded
}

#[target_feature(enable = "avx2")]
#[inline]
fn store(totals: &[__m256i; 2], sums: &mut [i32]) {
    for (total, sums) in totals.iter().zip(sums.chunks_exact_mut(8)) {
        // SAFETY: 8 integers of 4 bytes are a register.
        unsafe { _mm256_storeu_si256(sums.as_mut_ptr().cast(), *total) };
    }
}
