//! Products by the instruction for them (VNNI).

use std::arch::x86_64::{
    __m512i, _MM_HINT_T0, _mm_prefetch, _mm512_dpbusd_epi32, _mm512_loadu_si512, _mm512_set1_epi32,
    _mm512_setzero_si512, _mm512_storeu_si512,
};

use super::{GROUP, PANEL, PREFETCH_BYTES};

/// # Safety
/// The machine has these instructions; `rows` holds `ROWS` rows and `weights` a panel of as many inputs.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")]
pub(super) unsafe fn products<const ROWS: usize>(rows: &[u8], weights: &[i8], sums: &mut [[i32; PANEL]]) {
    let stride = rows.len() / ROWS;
    let mut totals = [[_mm512_setzero_si512(); 4]; ROWS];
    for group in 0..stride / GROUP {
        // SAFETY: four registers of 64 bytes are one group of a panel.
        let loaded: [__m512i; 4] = std::array::from_fn(|part| unsafe {
            _mm512_loadu_si512(weights.as_ptr().add((group * 4 + part) * PANEL).cast())
        });
        for part in 0..4 {
            let ahead = weights.as_ptr().wrapping_add((group * 4 + part) * PANEL + PREFETCH_BYTES);
            _mm_prefetch::<_MM_HINT_T0>(ahead.cast());
        }
        for (row, totals) in totals.iter_mut().enumerate() {
            // SAFETY: a group of a row is four bytes; they need not be aligned.
            let bytes = unsafe { rows.as_ptr().add(row * stride + group * GROUP).cast::<i32>().read_unaligned() };
            let bytes = _mm512_set1_epi32(bytes);
            for (total, weights) in totals.iter_mut().zip(loaded) {
                *total = _mm512_dpbusd_epi32(*total, bytes, weights);
            }
        }
    }
    for (totals, sums) in totals.iter().zip(sums) {
        for (total, sums) in totals.iter().zip(sums.chunks_exact_mut(16)) {
            // SAFETY: 16 integers of 4 bytes are a register.
            unsafe { _mm512_storeu_si512(sums.as_mut_ptr().cast(), *total) };
        }
    }
}
