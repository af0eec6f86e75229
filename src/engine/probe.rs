//! What the kernels find on this machine, and one 8-bit matrix product by itself, for `benches/kernels.rs`.

use std::sync::Arc;

use super::{
    kernels::{Isa, activation::Activation, int8, rows::Quantized, team::Team},
    seq2seq::Packed,
};

/// What this machine's processor has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Processor {
    /// The best instructions that the kernels use.
    pub instructions: &'static str,
    /// Whether 8 bits are the fastest that models can be run in.
    pub has_fast_int8: bool,
}

/// What this machine's processor has.
pub fn processor() -> Processor {
    let isa = Isa::best();
    let instructions = match isa {
        Isa::Avx512 => "AVX-512 with VNNI",
        Isa::Avx2 => "AVX2",
        Isa::Portable => "no vector instructions that are used",
    };
    Processor { instructions, has_fast_int8: isa.has_fast_int8() }
}

/// A weight, quantised, and what a product with it needs.
pub struct Int8Product {
    weight: Packed,
    inputs: usize,
    rows: Quantized,
    out: Vec<f32>,
    team: Arc<Team>,
}

impl Int8Product {
    /// Quantises `weight`, rows of `inputs` weights each, for so many threads (0 for all cores).
    pub fn new(weight: &[f32], inputs: usize, threads: usize) -> Self {
        let team = Team::of(threads);
        let weight = Packed::quantize(weight, inputs, &team);
        Self { weight, inputs, rows: Quantized::default(), out: Vec::new(), team }
    }

    /// Quantises `values`, rows of as many as there are inputs, and multiplies them.
    pub fn run(&mut self, values: &[f32]) -> &[f32] {
        let (isa, matrix) = (Isa::best(), self.weight.matrix());
        self.rows.fill(isa, values, self.inputs, &self.team);
        self.out.resize(values.len() / self.inputs * matrix.outputs, 0.0);
        int8::product(isa, &self.rows, matrix, None, Activation::Identity, &mut self.out, &self.team);
        &self.out
    }
}
