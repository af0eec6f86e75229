//! One 8-bit matrix product by itself, for `benches/kernels.rs`.

use std::sync::Arc;

use super::kernels::{
    Isa,
    activation::Activation,
    int8::{self, Int8Matrix},
    rows::Quantized,
    team::Team,
};

/// A weight, quantised, and what a product with it needs.
pub struct Int8Product {
    weights: Vec<i8>,
    scales: Vec<f32>,
    sums: Vec<i32>,
    inputs: usize,
    rows: Quantized,
    out: Vec<f32>,
    team: Arc<Team>,
}

impl Int8Product {
    /// Quantises `weight`, rows of `inputs` weights each, for so many threads (0 for all cores).
    pub fn new(weight: &[f32], inputs: usize, threads: usize) -> Self {
        let (outputs, team) = (weight.len() / inputs, Team::of(threads));
        let mut weights = vec![0; int8::packed_bytes(inputs, outputs)];
        let (mut scales, mut sums) = (vec![0.0; outputs], vec![0; outputs]);
        int8::pack(weight, inputs, &mut weights, &mut scales, &mut sums, &team);
        Self { weights, scales, sums, inputs, rows: Quantized::default(), out: Vec::new(), team }
    }

    /// Quantises `values`, rows of as many as there are inputs, and multiplies them.
    pub fn run(&mut self, values: &[f32]) -> &[f32] {
        let (isa, outputs) = (Isa::best(), self.scales.len());
        self.rows.fill(isa, values, self.inputs, &self.team);
        self.out.resize(values.len() / self.inputs * outputs, 0.0);
        let (scales, sums) = (&self.scales, &self.sums);
        let matrix = Int8Matrix { weights: &self.weights, scales, sums, inputs: self.inputs, outputs };
        int8::product(isa, &self.rows, matrix, None, Activation::Identity, &mut self.out, &self.team);
        &self.out
    }
}
