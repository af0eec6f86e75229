//! Matrix products of 8-bit integers: weights scaled by their rows, activations by theirs (per-channel and per-token
//! dynamic quantisation, as in Dettmers et al. 2022, LLM.int8(), section 2).
//!
//! Sums are 32-bit integers and exact on every machine, so a row's result is the same alone, in any batch, and with any
//! of the three instruction sets.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;

use std::ops::Range;

use super::{Isa, activation::Activation, rows::Quantized, team::Team};

/// How far ahead weights are asked for.
#[cfg(target_arch = "x86_64")]
const PREFETCH_BYTES: usize = 4096;
/// Columns that are computed together: four registers of AVX-512.
pub(in crate::engine) const PANEL: usize = 64;
/// Products that one instruction adds up.
pub(in crate::engine) const GROUP: usize = 4;
/// Rows that are computed together: as many as leave registers for the weights.
const MOST_ROWS: usize = 6;
/// Rows that go through a panel together where that spares work on its weights: their sums are 24 KB.
const MANY_ROWS: usize = 96;

/// Multiplications under which handing out pieces costs more than it saves.
const SERIAL: usize = 1 << 18;

/// The weights of a linear layer, in the order in which the product reads them: panels of 64 outputs, in each of them
/// groups of four inputs, in each of them the outputs, in each of them the four weights.
#[derive(Debug, Clone, Copy)]
pub(in crate::engine) struct Int8Matrix<'a> {
    /// The weights, from -127 to 127; zeros where a panel has no output or a group no input.
    pub(in crate::engine) weights: &'a [i8],
    /// For each output what a weight is to be multiplied by.
    pub(in crate::engine) scales: &'a [f32],
    /// For each output the sum of its weights.
    pub(in crate::engine) sums: &'a [i32],
    /// Inputs.
    pub(in crate::engine) inputs: usize,
    /// Outputs.
    pub(in crate::engine) outputs: usize,
}

/// Bytes of a panel.
fn panel_bytes(inputs: usize) -> usize {
    inputs.next_multiple_of(GROUP) * PANEL
}

/// Bytes that a packed matrix takes.
pub(in crate::engine) fn packed_bytes(inputs: usize, outputs: usize) -> usize {
    outputs.div_ceil(PANEL) * panel_bytes(inputs)
}

/// Quantises and packs `rows` (`[outputs, inputs]`) into `weights`, `scales` and `sums`.
pub(in crate::engine) fn pack(
    rows: &[f32],
    inputs: usize,
    weights: &mut [i8],
    scales: &mut [f32],
    sums: &mut [i32],
    team: &Team,
) {
    let panels: Vec<_> = weights
        .chunks_mut(panel_bytes(inputs))
        .zip(rows.chunks(PANEL * inputs))
        .zip(scales.chunks_mut(PANEL).zip(sums.chunks_mut(PANEL)))
        .map(std::sync::Mutex::new)
        .collect();
    team.share(panels.len(), &|piece| {
        // Every piece is taken once, so that nobody ever waits here.
        let mut panel = panels[piece].lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let ((weights, rows), (scales, sums)) = &mut *panel;
        for (column, row) in rows.chunks(inputs).enumerate() {
            (scales[column], sums[column]) = pack_row(row, column, weights);
        }
    });
}

/// One output's weights into its column of a panel; its scale and the sum of its weights.
fn pack_row(row: &[f32], column: usize, panel: &mut [i8]) -> (f32, i32) {
    let largest = row.iter().fold(0.0_f32, |largest, weight| largest.max(weight.abs()));
    let inverse = if largest > 0.0 { 127.0 / largest } else { 0.0 };
    let mut sum = 0;
    for (index, weight) in row.iter().enumerate() {
        let rounded = (weight * inverse).round_ties_even() as i8;
        sum += i32::from(rounded);
        panel[(index / GROUP * PANEL + column) * GROUP + index % GROUP] = rounded;
    }
    (largest / 127.0, sum)
}

/// `out = activation(rows * matrix + bias)`; `out` is `[rows, outputs]`.
///
/// # Panics
/// If a slice has another size than the shapes say.
pub(in crate::engine) fn product(
    isa: Isa,
    rows: &Quantized,
    matrix: Int8Matrix<'_>,
    bias: Option<&[f32]>,
    activation: Activation,
    out: &mut [f32],
    team: &Team,
) {
    let Int8Matrix { inputs, outputs, .. } = matrix;
    let stride = inputs.next_multiple_of(GROUP);
    assert!(rows.bytes.len() == rows.scales.len() * stride && out.len() == rows.scales.len() * outputs);
    assert!(matrix.weights.len() == packed_bytes(inputs, outputs));
    assert!(matrix.scales.len() == outputs && matrix.sums.len() == outputs);
    assert!(bias.is_none_or(|bias| bias.len() == outputs));
    let out = Columns { first: out.as_mut_ptr(), stride: outputs };
    let panels = outputs.div_ceil(PANEL);
    let per_piece = pieces_of(panels, rows.scales.len() * inputs * outputs, team);
    let block = rows_of_block(isa, rows.scales.len());
    team.share(panels.div_ceil(per_piece), &|piece| {
        let mut sums = vec![[0; PANEL]; block];
        for panel in piece * per_piece..((piece + 1) * per_piece).min(panels) {
            panel_product(isa, rows, matrix, bias, activation, panel, &mut sums, &out);
        }
    });
}

/// Rows that go through a panel together: as even blocks as can be, since every block reads the panel again.
fn rows_of_block(isa: Isa, count: usize) -> usize {
    let most = if isa == Isa::Avx2 && count > MOST_ROWS { MANY_ROWS } else { MOST_ROWS };
    count.div_ceil(count.div_ceil(most).max(1)).max(1)
}

/// Panels for each piece of the work.
fn pieces_of(panels: usize, multiplications: usize, team: &Team) -> usize {
    if multiplications < SERIAL || team.threads() == 1 {
        return panels.max(1);
    }
    // A few pieces a thread, so that one that lost its core does not hold up all.
    panels.div_ceil(8 * team.threads()).max(1)
}

/// An output that several threads write to, each its own columns.
struct Columns {
    first: *mut f32,
    stride: usize,
}

// SAFETY: every panel is written by the one thread that computes it.
unsafe impl Sync for Columns {}

#[expect(clippy::too_many_arguments, reason = "all of them are of this one operation")]
fn panel_product(
    isa: Isa,
    rows: &Quantized,
    matrix: Int8Matrix<'_>,
    bias: Option<&[f32]>,
    activation: Activation,
    panel: usize,
    sums: &mut [[i32; PANEL]],
    out: &Columns,
) {
    let stride = matrix.inputs.next_multiple_of(GROUP);
    let bytes = panel_bytes(matrix.inputs);
    let weights = &matrix.weights[panel * bytes..(panel + 1) * bytes];
    let columns = panel * PANEL..((panel + 1) * PANEL).min(matrix.outputs);
    let count = rows.scales.len();
    for first in (0..count).step_by(sums.len()) {
        let size = sums.len().min(count - first);
        dot_products(isa, rows, first * stride..(first + size) * stride, weights, &mut sums[..size]);
        for (row, sums) in (first..).zip(&sums[..size]) {
            // SAFETY: `product` has checked that `out` has `count` rows of `stride` columns; nobody else writes these.
            let out = unsafe {
                std::slice::from_raw_parts_mut(out.first.add(row * out.stride + columns.start), columns.len())
            };
            let bias = bias.map(|bias| &bias[columns.clone()]);
            let scales = &matrix.scales[columns.clone()];
            let weights = &matrix.sums[columns.clone()];
            scale(isa, sums, weights, (too_much(isa), rows.scales[row]), scales, bias, out);
            activation.apply(isa, out);
        }
    }
}

/// How much larger the bytes of a row are than they should be where products take them as they are.
fn too_much(isa: Isa) -> i32 {
    if isa == Isa::Avx2 { 0 } else { 128 }
}

super::for_each_isa! {
    fn scale(
        sums: &[i32; PANEL], weights: &[i32], row: (i32, f32), columns: &[f32], bias: Option<&[f32]>, out: &mut [f32],
    ) = scale_in
}

/// Integers to floats.
#[inline(always)]
fn scale_in<const FUSED: bool>(
    sums: &[i32; PANEL],
    weights: &[i32],
    (too_much, row): (i32, f32),
    columns: &[f32],
    bias: Option<&[f32]>,
    out: &mut [f32],
) {
    let scaled = |sum: &i32, weights: &i32, column: &f32| (sum - too_much * weights) as f32 * (row * column);
    let columns = sums.iter().zip(weights).zip(columns);
    match bias {
        Some(bias) => out.iter_mut().zip(columns).zip(bias).for_each(|((out, ((sum, weights), column)), bias)| {
            *out = scaled(sum, weights, column) + bias;
        }),
        None => out.iter_mut().zip(columns).for_each(|(out, ((sum, weights), column))| {
            *out = scaled(sum, weights, column);
        }),
    }
}

/// The sums of products of a few rows with a panel; `part` is where these rows lie.
fn dot_products(isa: Isa, rows: &Quantized, part: Range<usize>, weights: &[i8], sums: &mut [[i32; PANEL]]) {
    let count = sums.len();
    debug_assert!(part.len() * PANEL == weights.len() * count);
    macro_rules! with_rows {
        ($isa:ident, $rows:expr) => {
            match count {
                1 => $isa::products::<1>($rows, weights, sums),
                2 => $isa::products::<2>($rows, weights, sums),
                3 => $isa::products::<3>($rows, weights, sums),
                4 => $isa::products::<4>($rows, weights, sums),
                5 => $isa::products::<5>($rows, weights, sums),
                _ => $isa::products::<6>($rows, weights, sums),
            }
        };
    }
    match isa {
        // SAFETY: an `Isa` other than `Portable` is only made where the machine was seen to have it, and the slices have
        // `count` rows and a panel of the same number of inputs.
        #[cfg(target_arch = "x86_64")]
        Isa::Avx512 => unsafe { with_rows!(avx512, &rows.bytes[part]) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2 if count > MOST_ROWS => unsafe { avx2::products_of_many(&rows.words[part], count, weights, sums) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2 => unsafe { with_rows!(avx2, &rows.words[part]) },
        _ => portable(&rows.bytes[part], count, weights, sums),
    }
}

fn portable(rows: &[u8], count: usize, weights: &[i8], sums: &mut [[i32; PANEL]]) {
    let stride = rows.len() / count;
    for (row, sums) in rows.chunks_exact(stride).zip(sums) {
        *sums = [0; PANEL];
        for (bytes, weights) in row.chunks_exact(GROUP).zip(weights.chunks_exact(PANEL * GROUP)) {
            for (sum, weights) in sums.iter_mut().zip(weights.chunks_exact(GROUP)) {
                for (byte, weight) in bytes.iter().zip(weights) {
                    *sum += i32::from(*byte) * i32::from(*weight);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
