//! What is done to each row by itself: quantisation, norms, softmax, sums.

use std::sync::{Mutex, PoisonError};

use super::{Isa, for_each_isa, int8::GROUP, multiply_add, team::Team};

/// Lanes in which long sums are added, so that they can be computed side by side in a fixed order.
const LANES: usize = 16;

/// Rows of activations as bytes.
#[derive(Debug, Default)]
pub(in crate::engine) struct Quantized {
    /// Each value divided by its row's scale, plus 128; rows padded with 128 to a multiple of four.
    pub(in crate::engine) bytes: Vec<u8>,
    /// The same without the 128, in 16 bits, where products take them so; of each four the first, third, second and fourth.
    pub(in crate::engine) words: Vec<i16>,
    /// The scale of each row; not a number where the row holds one that is none.
    pub(in crate::engine) scales: Vec<f32>,
}

impl Quantized {
    /// Quantises `values`, rows of `width`.
    pub(in crate::engine) fn fill(&mut self, isa: Isa, values: &[f32], width: usize, team: &Team) {
        let stride = width.next_multiple_of(GROUP);
        let count = values.len() / width;
        self.bytes.resize(count * stride, 128);
        self.scales.resize(count, 0.0);
        let word_stride = if isa == Isa::Avx2 { stride } else { 0 };
        self.words.resize(count * word_stride, 0);
        let rows = rows_of_part(count, width, team);
        let parts = self.bytes.chunks_mut(rows * stride).zip(self.scales.chunks_mut(rows));
        let words = self.words.chunks_mut((rows * word_stride).max(1)).map(Some).chain(std::iter::repeat_with(|| None));
        let parts: Vec<_> = parts.zip(values.chunks(rows * width)).zip(words).map(Mutex::new).collect();
        team.share(parts.len(), &|part| {
            // Every part is taken once, so that nobody ever waits here.
            let (((bytes, scales), values), words) = &mut *parts[part].lock().unwrap_or_else(PoisonError::into_inner);
            let rows = bytes.chunks_exact_mut(stride).zip(values.chunks_exact(width));
            for ((bytes, row), scale) in rows.zip(scales.iter_mut()) {
                bytes[width..].fill(128);
                quantize(isa, row, &mut bytes[..width], scale);
            }
            if let Some(words) = words {
                widen(isa, bytes, words);
            }
        });
    }
}

/// Values under which handing out parts costs more than it saves.
const SERIAL: usize = 1 << 15;

/// Rows of each part of a matrix that a team works on.
fn rows_of_part(count: usize, width: usize, team: &Team) -> usize {
    if count * width < SERIAL { count.max(1) } else { count.div_ceil(4 * team.threads()).max(1) }
}

/// Calls `work` on parts of `values`, whole rows of `width` each, with the number of the part's first row.
pub(in crate::engine) fn in_parts(
    team: &Team,
    values: &mut [f32],
    width: usize,
    work: impl Fn(usize, &mut [f32]) + Sync,
) {
    let rows = rows_of_part(values.len() / width, width, team);
    let parts: Vec<_> = values.chunks_mut(rows * width).map(Mutex::new).collect();
    team.share(parts.len(), &|part| {
        // As above.
        let mut values = parts[part].lock().unwrap_or_else(PoisonError::into_inner);
        work(part * rows, &mut values);
    });
}

for_each_isa! { fn quantize(row: &[f32], bytes: &mut [u8], scale: &mut f32) = quantize_in }

#[inline(always)]
fn quantize_in<const FUSED: bool>(row: &[f32], bytes: &mut [u8], scale: &mut f32) {
    // Magnitudes order as their bits do, and what is no number is larger than all: it must not go unseen.
    let bits = row.iter().fold(0, |largest: u32, value| largest.max(value.to_bits() & 0x7FFF_FFFF));
    let largest = f32::from_bits(bits);
    *scale = largest / 127.0;
    let inverse = if largest > 0.0 { 127.0 / largest } else { 0.0 };
    // Adding 1.5 * 2^23 leaves the value, rounded to the nearest even, in the low bits.
    const ROUND: f32 = 12_582_912.0;
    for (byte, value) in bytes.iter_mut().zip(row) {
        *byte = (value * inverse + ROUND).to_bits().wrapping_add(128) as u8;
    }
}

for_each_isa! { fn widen(bytes: &[u8], words: &mut [i16]) = widen_in }

#[inline(always)]
fn widen_in<const FUSED: bool>(bytes: &[u8], words: &mut [i16]) {
    let (bytes, words) = (bytes.as_chunks::<GROUP>().0, words.as_chunks_mut::<GROUP>().0);
    for (bytes, words) in bytes.iter().zip(words) {
        *words = [bytes[0], bytes[2], bytes[1], bytes[3]].map(|byte| i16::from(byte) - 128);
    }
}

for_each_isa! {
    /// `row = (row - mean) / sqrt(variance + eps) * scale + bias` (Ba et al. 2016).
    pub(in crate::engine) fn layer_norm(row: &mut [f32], scale: &[f32], bias: &[f32], eps: f32) = layer_norm_in
}

#[inline(always)]
fn layer_norm_in<const FUSED: bool>(row: &mut [f32], scale: &[f32], bias: &[f32], eps: f32) {
    let count = row.len() as f32;
    let mean = sum_of::<FUSED>(row, |value| value) / count;
    let variance = sum_of::<FUSED>(row, |value| (value - mean) * (value - mean)) / count;
    let inverse = 1.0 / (variance + eps).sqrt();
    for ((value, scale), bias) in row.iter_mut().zip(scale).zip(bias) {
        *value = multiply_add::<FUSED>((*value - mean) * inverse, *scale, *bias);
    }
}

for_each_isa! {
    /// `row = row / sqrt(mean of squares + eps) * scale` (Zhang and Sennrich 2019), T5's norm.
    pub(in crate::engine) fn rms_norm(row: &mut [f32], scale: &[f32], eps: f32) = rms_norm_in
}

#[inline(always)]
fn rms_norm_in<const FUSED: bool>(row: &mut [f32], scale: &[f32], eps: f32) {
    let squares = sum_of::<FUSED>(row, |value| value * value) / row.len() as f32;
    let inverse = 1.0 / (squares + eps).sqrt();
    for (value, scale) in row.iter_mut().zip(scale) {
        *value = *value * inverse * scale;
    }
}

for_each_isa! {
    /// `row += other`.
    pub(in crate::engine) fn add(row: &mut [f32], other: &[f32]) = add_in
}

#[inline(always)]
fn add_in<const FUSED: bool>(row: &mut [f32], other: &[f32]) {
    for (value, other) in row.iter_mut().zip(other) {
        *value += other;
    }
}

for_each_isa! {
    /// `row *= other`.
    pub(in crate::engine) fn multiply(row: &mut [f32], other: &[f32]) = multiply_in
}

#[inline(always)]
fn multiply_in<const FUSED: bool>(row: &mut [f32], other: &[f32]) {
    for (value, other) in row.iter_mut().zip(other) {
        *value *= other;
    }
}

for_each_isa! {
    /// A simpler simple recurrent unit (Kim et al. 2019): each row of `gates` holds `width` candidates `z` and `width`
    /// forget gates `f`; `cell = f * cell + (1 - f) * z` with `f` through the logistic function, `out = relu(cell)`.
    pub(in crate::engine) fn ssru(gates: &[f32], width: usize, cells: &mut [f32], out: &mut [f32]) = ssru_in
}

#[inline(always)]
fn ssru_in<const FUSED: bool>(gates: &[f32], width: usize, cells: &mut [f32], out: &mut [f32]) {
    let rows = gates.chunks_exact(2 * width).zip(cells.chunks_exact_mut(width)).zip(out.chunks_exact_mut(width));
    for ((gates, cells), out) in rows {
        let (candidates, forget) = gates.split_at(width);
        for (((cell, out), candidate), forget) in cells.iter_mut().zip(out).zip(candidates).zip(forget) {
            let forget = 1.0 / (1.0 + exp::<FUSED>(-forget));
            *cell = multiply_add::<FUSED>(forget, *cell - candidate, *candidate);
            *out = if *cell < 0.0 { 0.0 } else { *cell };
        }
    }
}

for_each_isa! {
    /// Turns scores into their exponentials, the largest into 1, and gives the sum of them.
    pub(in crate::engine) fn exponentials(scores: &mut [f32]) -> f32 = exponentials_in
}

#[inline(always)]
fn exponentials_in<const FUSED: bool>(scores: &mut [f32]) -> f32 {
    let largest = largest_of(scores);
    for score in scores.iter_mut() {
        *score = exp::<FUSED>(*score - largest);
    }
    sum_of::<FUSED>(scores, |value| value)
}

#[inline(always)]
fn largest_of(values: &[f32]) -> f32 {
    let mut lanes = [f32::NEG_INFINITY; LANES];
    let chunks = values.chunks_exact(LANES);
    let rest = chunks.remainder().iter().fold(f32::NEG_INFINITY, |largest, value| largest.max(*value));
    for chunk in chunks {
        for (lane, value) in lanes.iter_mut().zip(chunk) {
            *lane = if *value > *lane { *value } else { *lane };
        }
    }
    lanes.into_iter().fold(rest, f32::max)
}

#[inline(always)]
fn sum_of<const FUSED: bool>(values: &[f32], of: impl Fn(f32) -> f32) -> f32 {
    let mut lanes = [0.0; LANES];
    let chunks = values.chunks_exact(LANES);
    let rest: f32 = chunks.remainder().iter().map(|value| of(*value)).sum();
    for chunk in chunks {
        for (lane, value) in lanes.iter_mut().zip(chunk) {
            *lane += of(*value);
        }
    }
    add_lanes(lanes) + rest
}

/// The sum of lanes, in pairs.
#[inline(always)]
pub(super) fn add_lanes(mut lanes: [f32; LANES]) -> f32 {
    let mut width = LANES / 2;
    while width > 0 {
        for lane in 0..width {
            lanes[lane] += lanes[lane + width];
        }
        width /= 2;
    }
    lanes[0]
}

/// The exponential, to about 1e-7 of its value: two to the power of a whole number, times a polynomial on what is left
/// (Cephes' `expf`).
#[inline(always)]
pub(in crate::engine) fn exp<const FUSED: bool>(x: f32) -> f32 {
    const ROUND: f32 = 12_582_912.0;
    // Below, the result is 0 in effect; above, it is past what is asked here. What is no number stays so.
    let x = if x < -87.0 { -87.0 } else { x };
    let x = if x > 88.0 { 88.0 } else { x };
    let shifted = multiply_add::<FUSED>(x, std::f32::consts::LOG2_E, ROUND);
    let whole = shifted - ROUND;
    let rest = multiply_add::<FUSED>(whole, -0.693_359_4, x);
    let rest = multiply_add::<FUSED>(whole, 2.121_944_4e-4, rest);
    let mut value = 1.987_569_1e-4;
    for coefficient in [1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 0.166_666_65, 0.5] {
        value = multiply_add::<FUSED>(value, rest, coefficient);
    }
    let value = multiply_add::<FUSED>(value, rest * rest, rest) + 1.0;
    let power = f32::from_bits(shifted.to_bits().wrapping_add(127) << 23);
    value * power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponentials_are_exact_to_seven_digits() {
        for step in -8700..=8800 {
            let x = step as f32 / 100.0;
            let (got, expected) = (f64::from(exp::<false>(x)), f64::from(x).exp());
            assert!((got / expected - 1.0).abs() < 3e-7, "{x}: {got} {expected}");
        }
        assert!(exp::<false>(f32::NAN).is_nan());
        assert!(exp::<true>(f32::NEG_INFINITY) < 1e-37);
    }

    #[test]
    fn what_is_no_number_shows_in_a_quantised_row() {
        let mut rows = Quantized::default();
        rows.fill(Isa::Portable, &[1.0, f32::NAN, 2.0, 3.0, -4.0, 2.0], 3, &Team::new(1));
        assert!(rows.scales[0].is_nan());
        assert_eq!(rows.bytes[4..], [128 + 95, 1, 128 + 64, 128]);
    }
}
