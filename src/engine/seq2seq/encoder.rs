//! The encoder: sources of different lengths side by side, without padding.

use std::ops::Range;

use super::{
    checkpoint::Checkpoint,
    layer::{Buffers, FeedForward, Residual, heads},
    libtorch,
    linear::{Computer, Linear, Norm},
    names::{Block, Place, Side, final_norm},
    positions::RelativeBias,
    spec::Spec,
};
use crate::engine::{
    EngineError,
    kernels::{
        activation::Activation,
        attention::{self, Heads},
    },
};

/// The layers that read a source.
pub(super) struct Encoder {
    layers: Vec<Layer>,
    norm: Option<Norm>,
    bias: Option<RelativeBias>,
    heads: Heads,
}

struct Layer {
    /// Query, key and value in one product.
    projection: Linear,
    output: Linear,
    attention: Residual,
    feed_forward: FeedForward,
    feed_forward_norm: Residual,
}

/// Where a source lies among the rows, and how many of its tokens are no padding.
pub(super) type Extent = (Range<usize>, usize);

impl Encoder {
    pub(super) fn read(checkpoint: &mut Checkpoint<'_>, spec: &Spec) -> Result<Self, EngineError> {
        let side = Side::Encoder;
        let layers = (0..spec.encoder.layers)
            .map(|layer| Layer::read(checkpoint, spec, Place { family: spec.family, side, layer }))
            .collect::<Result<_, _>>()?;
        let norm = spec.norm_first.then(|| checkpoint.norm(&final_norm(spec.family, side), spec.width, spec.norm));
        let bias = RelativeBias::read(checkpoint, spec, side, spec.encoder)?;
        Ok(Self { layers, norm: norm.transpose()?, bias, heads: heads(spec, spec.encoder) })
    }

    /// Turns embeddings into states, in place.
    pub(super) fn forward(
        &mut self,
        computer: &mut Computer,
        states: &mut [f32],
        sources: &[Extent],
        buffers: &mut Buffers,
    ) {
        if let Some(bias) = &mut self.bias {
            bias.reach(sources.iter().map(|(rows, _)| rows.len()).max().unwrap_or(0));
        }
        for layer in &self.layers {
            layer.forward(computer, states, sources, self.heads, self.bias.as_ref(), buffers);
        }
        if let Some(norm) = &self.norm {
            norm.apply(computer, states);
        }
    }
}

impl Layer {
    fn read(checkpoint: &mut Checkpoint<'_>, spec: &Spec, place: Place) -> Result<Self, EngineError> {
        let inner = spec.encoder.heads * spec.encoder.head_size;
        let block = Block::SelfAttention;
        Ok(Self {
            projection: checkpoint.linear(
                &['q', 'k', 'v'].map(|part| place.projection(block, part)),
                spec.width,
                inner,
            )?,
            output: checkpoint.linear(&[place.projection(block, 'o')], inner, spec.width)?,
            attention: Residual::read(checkpoint, spec, place, block)?,
            feed_forward: FeedForward::read(checkpoint, spec, place, spec.encoder)?,
            feed_forward_norm: Residual::read(checkpoint, spec, place, Block::FeedForward)?,
        })
    }

    fn forward(
        &self,
        computer: &mut Computer,
        states: &mut [f32],
        sources: &[Extent],
        heads: Heads,
        bias: Option<&RelativeBias>,
        buffers: &mut Buffers,
    ) {
        self.attention.around(computer, states, buffers, |computer, states, buffers| {
            let Buffers { projected, mixed, out, .. } = buffers;
            self.projection.forward(computer, states, Activation::Identity, projected);
            mixed.resize(projected.len() / 3, 0.0);
            match computer.by_libtorch {
                true => libtorch::encode(projected, sources, heads, bias, mixed),
                false => {
                    let bias = bias.map(RelativeBias::bias);
                    attention::encode(computer.isa, projected, sources, heads, bias, mixed, &computer.team);
                }
            }
            self.output.forward(computer, mixed, Activation::Identity, out);
        });
        self.feed_forward_norm.around(computer, states, buffers, |computer, states, buffers| {
            self.feed_forward.forward(computer, states, buffers);
        });
    }
}
