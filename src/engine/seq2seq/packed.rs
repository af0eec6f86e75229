//! Weights of 8 bits, in memory or mapped from a file.

use std::{ops::Range, sync::Arc};

use memmap2::Mmap;

use crate::engine::kernels::{
    int8::{self, Int8Matrix},
    team::Team,
};

/// A quantised weight.
#[derive(Debug, Clone)]
pub(in crate::engine) struct Packed {
    pub(super) weights: Bytes,
    pub(super) scales: Vec<f32>,
    pub(super) sums: Vec<i32>,
    pub(super) inputs: usize,
}

/// Where packed weights are.
#[derive(Debug, Clone)]
pub(super) enum Bytes {
    Owned(Arc<Vec<i8>>),
    Mapped(Arc<Mmap>, Range<usize>),
}

impl Packed {
    /// Quantises `rows`, `[outputs, inputs]`.
    pub(in crate::engine) fn quantize(rows: &[f32], inputs: usize, team: &Team) -> Self {
        let outputs = rows.len() / inputs;
        let mut weights = vec![0; int8::packed_bytes(inputs, outputs)];
        let (mut scales, mut sums) = (vec![0.0; outputs], vec![0; outputs]);
        int8::pack(rows, inputs, &mut weights, &mut scales, &mut sums, team);
        Self { weights: Bytes::Owned(Arc::new(weights)), scales, sums, inputs }
    }

    /// The matrix.
    pub(in crate::engine) fn matrix(&self) -> Int8Matrix<'_> {
        let Self { scales, sums, inputs, .. } = self;
        Int8Matrix { weights: self.weights.signed(), scales, sums, inputs: *inputs, outputs: scales.len() }
    }
}

impl Bytes {
    fn signed(&self) -> &[i8] {
        match self {
            Self::Owned(bytes) => bytes,
            Self::Mapped(map, range) => bytemuck::cast_slice(&map[range.clone()]),
        }
    }

    pub(super) fn unsigned(&self) -> &[u8] {
        bytemuck::cast_slice(self.signed())
    }
}
