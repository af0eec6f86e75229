//! The parts that encoder and decoder share, with Marian's tensor names (Junczys-Dowmunt et al. 2018).

use tch::{Kind, Tensor};

use super::{config::SsruConfig, weights::Weights};
use crate::engine::EngineError;

/// `y = x W + b`, with `W` of shape [in, out].
pub(super) struct Linear {
    weight: Tensor,
    bias: Tensor,
}

impl Linear {
    pub(super) fn read(
        weights: &mut Weights,
        weight: &str,
        bias: &str,
        input: i64,
        output: i64,
    ) -> Result<Self, EngineError> {
        let weight = weights.take(weight, &[input, output])?;
        Ok(Self { weight, bias: weights.take(bias, &[1, output])?.view([-1]) })
    }

    /// Several layers of one input side by side, so that one product serves all.
    pub(super) fn beside(parts: &[Self]) -> Self {
        let weights: Vec<_> = parts.iter().map(|part| &part.weight).collect();
        let biases: Vec<_> = parts.iter().map(|part| &part.bias).collect();
        Self { weight: Tensor::cat(&weights, 1), bias: Tensor::cat(&biases, 0) }
    }

    /// A layer without a bias of its own.
    pub(super) fn without_bias(weight: Tensor) -> Self {
        let bias = Tensor::zeros([weight.size()[1]], (Kind::Float, weight.device()));
        Self { weight, bias }
    }

    /// [rows, in] to [rows, out].
    pub(super) fn forward(&self, rows: &Tensor) -> Tensor {
        self.bias.addmm(rows, &self.weight)
    }
}

/// `norm(x + y)`: Marian's post-norm.
pub(super) struct AddNorm {
    scale: Tensor,
    bias: Tensor,
    eps: f64,
}

impl AddNorm {
    pub(super) fn read(weights: &mut Weights, name: &str, config: &SsruConfig) -> Result<Self, EngineError> {
        let shape = [1, config.dim];
        let scale = weights.take(&format!("{name}_ln_scale"), &shape)?.view([-1]);
        let bias = weights.take(&format!("{name}_ln_bias"), &shape)?.view([-1]);
        Ok(Self { scale, bias, eps: config.norm_eps })
    }

    pub(super) fn forward(&self, x: &Tensor, y: &Tensor) -> Tensor {
        (x + y).layer_norm(self.scale.size(), Some(&self.scale), Some(&self.bias), self.eps, false)
    }
}

/// The feed-forward block with its norm.
pub(super) struct FeedForward {
    up: Linear,
    down: Linear,
    norm: AddNorm,
}

impl FeedForward {
    pub(super) fn read(weights: &mut Weights, name: &str, config: &SsruConfig) -> Result<Self, EngineError> {
        Ok(Self {
            up: Linear::read(weights, &format!("{name}_W1"), &format!("{name}_b1"), config.dim, config.ffn)?,
            down: Linear::read(weights, &format!("{name}_W2"), &format!("{name}_b2"), config.ffn, config.dim)?,
            norm: AddNorm::read(weights, &format!("{name}_ffn"), config)?,
        })
    }

    pub(super) fn forward(&self, x: &Tensor) -> Tensor {
        self.norm.forward(x, &self.down.forward(&self.up.forward(x).relu()))
    }
}

/// The four projections of one attention block, with its norm.
pub(super) struct Projections {
    pub(super) query: Linear,
    pub(super) key: Linear,
    pub(super) value: Linear,
    pub(super) output: Linear,
    pub(super) norm: AddNorm,
}

impl Projections {
    pub(super) fn read(weights: &mut Weights, name: &str, config: &SsruConfig) -> Result<Self, EngineError> {
        let mut linear = |part: char| {
            Linear::read(weights, &format!("{name}_W{part}"), &format!("{name}_b{part}"), config.dim, config.dim)
        };
        let (query, key, value, output) = (linear('q')?, linear('k')?, linear('v')?, linear('o')?);
        Ok(Self { query, key, value, output, norm: AddNorm::read(weights, &format!("{name}_Wo"), config)? })
    }
}

/// Scaled dot-product attention: queries [batch, heads, q, d], keys and values [batch, heads, s, d],
/// `mask` [batch, 1, 1, s] added to the scores. Spelled out: on CPU it is faster than the fused form at these sizes.
pub(super) fn attention(queries: &Tensor, keys: &Tensor, values: &Tensor, mask: &Tensor) -> Tensor {
    let scale = 1.0 / (queries.size()[3] as f64).sqrt();
    let scores = queries.matmul(&keys.transpose(-1, -2)) * scale + mask;
    scores.softmax(-1, Kind::Float).matmul(values)
}

/// Positions `start..start + length` as rows of `dim` numbers: sines in the first half, cosines in the second
/// (Vaswani et al. 2017, in Marian's order).
pub(super) fn sinusoids(start: i64, length: i64, dim: i64) -> Tensor {
    let float = (Kind::Float, tch::Device::Cpu);
    let half = dim / 2;
    let rate = -(10_000f64.ln()) / (half - 1) as f64;
    let frequencies = (Tensor::arange(half, float) * rate).exp();
    let angles = Tensor::arange_start(start, start + length, float).unsqueeze(1) * frequencies;
    Tensor::cat(&[angles.sin(), angles.cos()], 1)
}
