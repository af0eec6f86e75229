//! Linear layers in each precision.

use std::sync::Arc;

use tch::{Kind, Tensor};

use super::{Settings, libtorch, packed::Packed};
use crate::domain::Precision;
use crate::engine::kernels::{
    Isa,
    activation::Activation,
    int8,
    rows::{self, Quantized},
    team::Team,
};

/// What computing needs besides weights.
pub(super) struct Computer {
    pub(super) isa: Isa,
    pub(super) team: Arc<Team>,
    /// Whether libtorch does what is not linear too.
    pub(super) by_libtorch: bool,
    quantized: Quantized,
}

/// `y = x W^T + b`.
#[derive(Debug)]
pub(super) struct Linear {
    weight: Weight,
    bias: Option<Vec<f32>>,
    inputs: usize,
    outputs: usize,
}

/// The weight, `[outputs, inputs]`.
#[derive(Debug)]
pub(super) enum Weight {
    /// In 32 bits, or in bfloat16: through libtorch.
    Float(Tensor),
    /// In 8 bits.
    Int8(Packed),
}

/// How a norm is computed.
#[derive(Debug)]
pub(super) enum Norm {
    Layer { scale: Vec<f32>, bias: Vec<f32>, eps: f32 },
    Rms { scale: Vec<f32>, eps: f32 },
}

impl Computer {
    pub(super) fn new(settings: &Settings) -> Self {
        let Settings { isa, ref team, precision } = *settings;
        let by_libtorch = precision == Precision::F32;
        Self { isa, team: Arc::clone(team), by_libtorch, quantized: Quantized::default() }
    }

    /// Applies an activation to each value.
    pub(super) fn activate(&self, activation: Activation, values: &mut [f32]) {
        match self.by_libtorch {
            true => libtorch::activate(activation, values),
            false => activation.apply(self.isa, values),
        }
    }

    /// Calls `work` on parts of `values`, whole rows each, with the first row's number.
    pub(super) fn by_rows(&self, values: &mut [f32], width: usize, work: impl Fn(usize, &mut [f32]) + Sync) {
        rows::in_parts(&self.team, values, width, work);
    }

    /// `values += others`.
    pub(super) fn add(&self, values: &mut [f32], others: &[f32], width: usize) {
        self.by_rows(values, width, |first, part| {
            rows::add(self.isa, part, &others[first * width..][..part.len()]);
        });
    }
}

impl Linear {
    pub(super) fn new(weight: Weight, bias: Option<Vec<f32>>, inputs: usize, outputs: usize) -> Self {
        Self { weight, bias, inputs, outputs }
    }

    pub(super) fn outputs(&self) -> usize {
        self.outputs
    }

    /// `out = activation(values W^T + b)`: rows of `inputs` to rows of `outputs`. `out` is made as long as needed.
    pub(super) fn forward(&self, computer: &mut Computer, values: &[f32], activation: Activation, out: &mut Vec<f32>) {
        let count = values.len() / self.inputs;
        out.resize(count * self.outputs, 0.0);
        match &self.weight {
            Weight::Int8(packed) => {
                let Computer { isa, team, quantized, .. } = computer;
                quantized.fill(*isa, values, self.inputs, team);
                let bias = self.bias.as_deref();
                int8::product(*isa, quantized, packed.matrix(), bias, activation, out, team);
            }
            Weight::Float(weight) => {
                self.float(computer.isa, weight, values, count, out);
                let (isa, bias) = (computer.isa, self.bias.as_deref());
                if let Some(bias) = bias {
                    computer.by_rows(out, self.outputs, |_, part| {
                        part.chunks_exact_mut(bias.len()).for_each(|row| rows::add(isa, row, bias));
                    });
                }
                computer.activate(activation, out);
            }
        }
    }

    fn float(&self, isa: Isa, weight: &Tensor, values: &[f32], count: usize, out: &mut [f32]) {
        let weight = if multiplies_bf16(isa) { weight.shallow_clone() } else { weight.to_kind(Kind::Float) };
        let values = Tensor::from_slice(values).view([count as i64, self.inputs as i64]).to_kind(weight.kind());
        let product = values.matmul(&weight.transpose(0, 1)).to_kind(Kind::Float).contiguous();
        product.copy_data(out, out.len());
    }
}

/// Whether libtorch has a product of bfloat16 for this machine. On x86 without AVX-512 it multiplies number by number,
/// fifty times slower than in 32 bits with widening the weight each time.
fn multiplies_bf16(isa: Isa) -> bool {
    isa == Isa::Avx512 || cfg!(not(target_arch = "x86_64"))
}

impl Norm {
    /// Norms every row in place.
    pub(super) fn apply(&self, computer: &Computer, values: &mut [f32]) {
        if computer.by_libtorch {
            return libtorch::norm(self, values);
        }
        let width = match self {
            Self::Layer { scale, .. } | Self::Rms { scale, .. } => scale.len(),
        };
        computer.by_rows(values, width, |_, part| {
            for row in part.chunks_exact_mut(width) {
                match self {
                    Self::Layer { scale, bias, eps } => rows::layer_norm(computer.isa, row, scale, bias, *eps),
                    Self::Rms { scale, eps } => rows::rms_norm(computer.isa, row, scale, *eps),
                }
            }
        });
    }
}
