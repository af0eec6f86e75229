use tch::{Kind, Tensor};

use super::{
    config::SsruConfig,
    layers::{AddNorm, FeedForward, Linear, Projections, attention},
    weights::Weights,
};
use crate::engine::EngineError;

/// The transformer encoder.
pub(super) struct Encoder {
    layers: Vec<EncoderLayer>,
    heads: i64,
}

struct EncoderLayer {
    /// Query, key and value in one product.
    inputs: Linear,
    output: Linear,
    norm: AddNorm,
    feed_forward: FeedForward,
}

/// A batch of sources, encoded.
pub(super) struct Encoded {
    /// [batch, length, dim].
    pub(super) states: Tensor,
    /// [batch, 1, 1, length]: 0 for tokens, very negative for padding.
    pub(super) mask: Tensor,
}

impl Encoder {
    pub(super) fn read(weights: &mut Weights, config: &SsruConfig) -> Result<Self, EngineError> {
        let layers = (1..=config.enc_layers).map(|number| EncoderLayer::read(weights, number, config));
        Ok(Self { layers: layers.collect::<Result<_, _>>()?, heads: config.heads })
    }

    /// Encodes embedded sources [batch, length, dim] of the given true lengths.
    pub(super) fn forward(&self, embedded: &Tensor, lengths: &[i64]) -> Encoded {
        let mask = padding_mask(lengths, embedded.size()[1]);
        let mut states = embedded.shallow_clone();
        for layer in &self.layers {
            states = layer.forward(&states, &mask, self.heads);
        }
        Encoded { states, mask }
    }
}

impl EncoderLayer {
    fn read(weights: &mut Weights, number: usize, config: &SsruConfig) -> Result<Self, EngineError> {
        let Projections { query, key, value, output, norm } =
            Projections::read(weights, &format!("encoder_l{number}_self"), config)?;
        let feed_forward = FeedForward::read(weights, &format!("encoder_l{number}_ffn"), config)?;
        Ok(Self { inputs: Linear::beside(&[query, key, value]), output, norm, feed_forward })
    }

    fn forward(&self, states: &Tensor, mask: &Tensor, heads: i64) -> Tensor {
        let (batch, length, dim) = states.size3().unwrap_or_default();
        let rows = states.view([batch * length, dim]);
        let inputs = self.inputs.forward(&rows).view([batch, length, 3, heads, dim / heads]).permute([2, 0, 3, 1, 4]);
        let mixed = attention(&inputs.get(0), &inputs.get(1), &inputs.get(2), mask);
        let mixed = mixed.transpose(1, 2).reshape([batch * length, dim]);
        let rows = self.norm.forward(&rows, &self.output.forward(&mixed));
        self.feed_forward.forward(&rows).view([batch, length, dim])
    }
}

fn padding_mask(lengths: &[i64], longest: i64) -> Tensor {
    let positions = Tensor::arange(longest, (Kind::Int64, tch::Device::Cpu));
    let padding = positions.unsqueeze(0).ge_tensor(&Tensor::from_slice(lengths).unsqueeze(1));
    let mask = Tensor::zeros(padding.size(), (Kind::Float, tch::Device::Cpu)).masked_fill(&padding, -1e9);
    mask.unsqueeze(1).unsqueeze(1)
}
