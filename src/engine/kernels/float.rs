//! Products of floats for attention: a few rows with a panel of 64 columns.

use super::Isa;

/// Columns of a panel: four registers of AVX-512.
pub(super) const PANEL: usize = 64;
/// Rows that are computed together.
pub(super) const MOST_ROWS: usize = 6;

/// The result of one product.
pub(super) type Tile = [[f32; PANEL]; MOST_ROWS];

/// `tile[r][c] = sum over k of rows[r * stride + k] * panel[k * 64 + c]` for `count` rows and the first `width` columns
/// (and perhaps some more), added in the order of `k`.
///
/// # Panics
/// If there are more than six rows, or `rows` is shorter than they are.
pub(super) fn product(
    isa: Isa,
    rows: &[f32],
    stride: usize,
    count: usize,
    panel: &[f32],
    width: usize,
    tile: &mut Tile,
) {
    let inputs = panel.len() / PANEL;
    assert!((1..=MOST_ROWS).contains(&count) && rows.len() >= (count - 1) * stride + inputs);
    macro_rules! with_rows {
        ($kernel:ident, $parts:literal) => {
            match count {
                1 => $kernel::<1, $parts>(rows, stride, panel, tile),
                2 => $kernel::<2, $parts>(rows, stride, panel, tile),
                3 => $kernel::<3, $parts>(rows, stride, panel, tile),
                4 => $kernel::<4, $parts>(rows, stride, panel, tile),
                5 => $kernel::<5, $parts>(rows, stride, panel, tile),
                _ => $kernel::<6, $parts>(rows, stride, panel, tile),
            }
        };
    }
    macro_rules! with_width {
        ($kernel:ident) => {
            match width {
                0..=16 => with_rows!($kernel, 1),
                17..=32 => with_rows!($kernel, 2),
                _ => with_rows!($kernel, 4),
            }
        };
    }
    match isa {
        // SAFETY: an `Isa` other than `Portable` is only made where the machine was seen to have it; the sizes were
        // checked above.
        #[cfg(target_arch = "x86_64")]
        Isa::Avx512 => unsafe { with_width!(avx512) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2 => unsafe { with_width!(avx2) },
        _ => portable(rows, stride, count, panel, tile),
    }
}

fn portable(rows: &[f32], stride: usize, count: usize, panel: &[f32], tile: &mut Tile) {
    for (row, sums) in tile[..count].iter_mut().enumerate() {
        *sums = [0.0; PANEL];
        for (value, columns) in rows[row * stride..].iter().zip(panel.chunks_exact(PANEL)) {
            for (sum, column) in sums.iter_mut().zip(columns) {
                *sum += value * column;
            }
        }
    }
}

/// # Safety
/// The machine has these instructions; `rows` holds `ROWS` rows at `stride`, each as long as the panel has inputs.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
unsafe fn avx512<const ROWS: usize, const PARTS: usize>(rows: &[f32], stride: usize, panel: &[f32], tile: &mut Tile) {
    use std::arch::x86_64::{_mm512_fmadd_ps, _mm512_loadu_ps, _mm512_set1_ps, _mm512_setzero_ps, _mm512_storeu_ps};
    let mut sums = [[_mm512_setzero_ps(); PARTS]; ROWS];
    for input in 0..panel.len() / PANEL {
        // SAFETY: a panel has 64 columns, four registers, for each input.
        let loaded: [_; PARTS] =
            std::array::from_fn(|part| unsafe { _mm512_loadu_ps(panel.as_ptr().add(input * PANEL + part * 16)) });
        for (row, sums) in sums.iter_mut().enumerate() {
            // SAFETY: by this function's contract.
            let value = _mm512_set1_ps(unsafe { *rows.get_unchecked(row * stride + input) });
            for (sum, columns) in sums.iter_mut().zip(loaded) {
                *sum = _mm512_fmadd_ps(value, columns, *sum);
            }
        }
    }
    for (sums, out) in sums.iter().zip(tile) {
        for (sum, out) in sums.iter().zip(out.chunks_exact_mut(16)) {
            // SAFETY: 16 floats are a register.
            unsafe { _mm512_storeu_ps(out.as_mut_ptr(), *sum) };
        }
    }
}

/// # Safety
/// The machine has these instructions; `rows` holds `ROWS` rows at `stride`, each as long as the panel has inputs.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn avx2<const ROWS: usize, const PARTS: usize>(rows: &[f32], stride: usize, panel: &[f32], tile: &mut Tile) {
    use std::arch::x86_64::{_mm256_fmadd_ps, _mm256_loadu_ps, _mm256_set1_ps, _mm256_setzero_ps, _mm256_storeu_ps};
    for part in 0..PARTS {
        let mut sums = [[_mm256_setzero_ps(); 2]; ROWS];
        for input in 0..panel.len() / PANEL {
            let first = input * PANEL + part * 16;
            // SAFETY: a panel has 64 columns, eight registers, for each input.
            let loaded: [_; 2] =
                std::array::from_fn(|half| unsafe { _mm256_loadu_ps(panel.as_ptr().add(first + half * 8)) });
            for (row, sums) in sums.iter_mut().enumerate() {
                // SAFETY: by this function's contract.
                let value = _mm256_set1_ps(unsafe { *rows.get_unchecked(row * stride + input) });
                for (sum, columns) in sums.iter_mut().zip(loaded) {
                    *sum = _mm256_fmadd_ps(value, columns, *sum);
                }
            }
        }
        for (sums, out) in sums.iter().zip(tile.iter_mut()) {
            for (sum, out) in sums.iter().zip(out[part * 16..].chunks_exact_mut(8)) {
                // SAFETY: 8 floats are a register.
                unsafe { _mm256_storeu_ps(out.as_mut_ptr(), *sum) };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_right_at_every_size() {
        for isa in Isa::available() {
            for (inputs, width) in [(1, 1), (7, 16), (64, 20), (130, 64)] {
                for count in 1..=MOST_ROWS {
                    let value = |seed: usize| ((seed * 7919) % 23) as f32 - 11.0;
                    let stride = inputs + 3;
                    let rows: Vec<f32> = (0..count * stride).map(value).collect();
                    let panel: Vec<f32> = (0..inputs * PANEL).map(|index| value(index + 5)).collect();
                    let mut tile = [[0.0; PANEL]; MOST_ROWS];
                    product(isa, &rows, stride, count, &panel, width, &mut tile);
                    for row in 0..count {
                        for column in 0..width {
                            let expected: f32 =
                                (0..inputs).map(|k| rows[row * stride + k] * panel[k * PANEL + column]).sum();
                            assert_eq!(tile[row][column], expected, "{isa:?} {inputs} {width} {count} {row} {column}");
                        }
                    }
                }
            }
        }
    }
}
