//! The decoder: one step for the hypotheses of many sources, each of them as far as it is.

use std::ops::Range;

use super::{
    checkpoint::Checkpoint,
    encoder::Extent,
    layer::{Buffers, FeedForward, Residual, heads},
    linear::{Computer, Linear, Norm},
    memory::Memory,
    names::{Block, Place, Side, final_norm},
    positions::RelativeBias,
    spec::{Cell, Family, Spec},
};
use crate::engine::{
    EngineError,
    kernels::{
        activation::Activation,
        attention::{self, Heads, Looking, Packed, Projected, Recalling, Strided},
        rows,
    },
};

/// The layers that write an output.
pub(super) struct Decoder {
    layers: Vec<Layer>,
    norm: Option<Norm>,
    bias: Option<RelativeBias>,
    heads: Heads,
    /// The heads of the last layer whose attention tells what a token was written from.
    aligning: Range<usize>,
    width: usize,
}

struct Layer {
    history: Recurrence,
    history_norm: Residual,
    query: Linear,
    /// Key and value of the encoder's states, in one product.
    source: Linear,
    output: Linear,
    source_norm: Residual,
    feed_forward: FeedForward,
    feed_forward_norm: Residual,
}

/// How a layer takes in what was written before.
enum Recurrence {
    /// Query, key and value in one product, and the output.
    Attention(Linear, Linear),
    /// The candidate and the forget gate in one product.
    Ssru(Linear),
}

/// A source that takes part in a step, and its rows.
pub(super) struct Part<'a> {
    pub(super) memory: &'a mut Memory,
    pub(super) rows: Range<usize>,
}

impl Decoder {
    pub(super) fn read(checkpoint: &mut Checkpoint<'_>, spec: &Spec) -> Result<Self, EngineError> {
        let side = Side::Decoder;
        let layers = (0..spec.decoder.layers)
            .map(|layer| Layer::read(checkpoint, spec, Place { family: spec.family, side, layer }))
            .collect::<Result<_, _>>()?;
        let norm = spec.norm_first.then(|| checkpoint.norm(&final_norm(spec.family, side), spec.width, spec.norm));
        let bias = RelativeBias::read(checkpoint, spec, side, spec.decoder)?;
        let aligning = match spec.family {
            // Guided alignment trains the first (`collectOneHead` in Marian's `transformer.h`).
            Family::MarianNative => 0..1,
            Family::Bart | Family::T5 => 0..spec.decoder.heads,
        };
        let heads = heads(spec, spec.decoder);
        Ok(Self { layers, norm: norm.transpose()?, bias, heads, aligning, width: spec.width })
    }

    /// Keys and values of encoded sources, layer by layer, for the memories of the sources.
    pub(super) fn remember(
        &self,
        computer: &mut Computer,
        states: &[f32],
        sources: &[Extent],
        max_steps: impl Iterator<Item = usize>,
    ) -> Vec<Memory> {
        let (mut memories, inner): (Vec<Memory>, _) = (max_steps.map(Memory::new).collect(), self.heads.width());
        let mut projected = Vec::new();
        for layer in &self.layers {
            layer.source.forward(computer, states, Activation::Identity, &mut projected);
            let part = |rows: &Range<usize>, first: usize| Strided {
                values: &projected[rows.start * 2 * inner + first..rows.end * 2 * inner],
                stride: 2 * inner,
            };
            let of_source = |(rows, visible): &Extent| Projected {
                keys: part(rows, 0),
                values: part(rows, inner),
                length: *visible,
            };
            let sources: Vec<_> = sources.iter().map(of_source).collect();
            let packed = Packed::all(&sources, self.heads, &computer.team);
            memories.iter_mut().zip(packed).for_each(|(memory, packed)| memory.add_layer(packed));
        }
        memories
    }

    /// One step: embeddings of the newest tokens to states, in place.
    pub(super) fn forward(
        &mut self,
        computer: &mut Computer,
        states: &mut [f32],
        parts: &mut [Part<'_>],
        buffers: &mut Buffers,
    ) {
        if let Some(bias) = &mut self.bias {
            bias.reach(parts.iter().map(|part| part.memory.steps()).max().unwrap_or(0));
        }
        for (index, layer) in self.layers.iter().enumerate() {
            layer.recur(computer, states, parts, index, self, buffers);
            layer.look_at_source(computer, states, parts, index, self, buffers);
            layer.feed_forward_norm.around(computer, states, buffers, |computer, states, buffers| {
                layer.feed_forward.forward(computer, states, buffers);
            });
        }
        if let Some(norm) = &self.norm {
            norm.apply(computer, states);
        }
    }
}

impl Layer {
    fn read(checkpoint: &mut Checkpoint<'_>, spec: &Spec, place: Place) -> Result<Self, EngineError> {
        let inner = spec.decoder.heads * spec.decoder.head_size;
        let cross = Block::CrossAttention;
        Ok(Self {
            history: Recurrence::read(checkpoint, spec, place, inner)?,
            history_norm: Residual::read(checkpoint, spec, place, Block::SelfAttention)?,
            query: checkpoint.linear(&[place.projection(cross, 'q')], spec.width, inner)?,
            source: checkpoint.linear(&['k', 'v'].map(|part| place.projection(cross, part)), spec.width, inner)?,
            output: checkpoint.linear(&[place.projection(cross, 'o')], inner, spec.width)?,
            source_norm: Residual::read(checkpoint, spec, place, cross)?,
            feed_forward: FeedForward::read(checkpoint, spec, place, spec.decoder)?,
            feed_forward_norm: Residual::read(checkpoint, spec, place, Block::FeedForward)?,
        })
    }

    fn recur(
        &self,
        computer: &mut Computer,
        states: &mut [f32],
        parts: &mut [Part<'_>],
        index: usize,
        decoder: &Decoder,
        buffers: &mut Buffers,
    ) {
        self.history_norm.around(computer, states, buffers, |computer, states, buffers| match &self.history {
            Recurrence::Attention(projection, output) => {
                let Buffers { projected, mixed, out, .. } = buffers;
                projection.forward(computer, states, Activation::Identity, projected);
                recall(computer, projected, parts, index, decoder, mixed);
                output.forward(computer, mixed, Activation::Identity, out);
            }
            Recurrence::Ssru(gates) => {
                let Buffers { projected, out, .. } = buffers;
                gates.forward(computer, states, Activation::Identity, projected);
                out.resize(states.len(), 0.0);
                for part in parts {
                    let rows = part.rows.clone();
                    let width = decoder.width;
                    let gates = &projected[rows.start * 2 * width..rows.end * 2 * width];
                    let out = &mut out[rows.start * width..rows.end * width];
                    rows::ssru(computer.isa, gates, width, part.memory.cells(index, rows.len() * width), out);
                }
            }
        });
    }

    fn look_at_source(
        &self,
        computer: &mut Computer,
        states: &mut [f32],
        parts: &mut [Part<'_>],
        index: usize,
        decoder: &Decoder,
        buffers: &mut Buffers,
    ) {
        self.source_norm.around(computer, states, buffers, |computer, states, buffers| {
            let Buffers { projected, mixed, out, .. } = buffers;
            self.query.forward(computer, states, Activation::Identity, projected);
            mixed.resize(projected.len(), 0.0);
            let groups =
                parts.iter().map(|part| Looking { source: part.memory.source(index), rows: part.rows.clone() });
            let groups: Vec<_> = groups.collect();
            attention::look(computer.isa, projected, &groups, decoder.heads, mixed, &computer.team);
            if index + 1 == decoder.layers.len() {
                let aligning = decoder.aligning.clone();
                let wanted = groups.into_iter().zip(parts.iter()).filter(|(_, part)| part.memory.aligned);
                let wanted: Vec<_> = wanted.map(|(group, _)| group).collect();
                let attended = attention::attended(computer.isa, projected, &wanted, decoder.heads, aligning);
                let parts = parts.iter_mut().filter(|part| part.memory.aligned);
                parts.zip(attended).for_each(|(part, attended)| part.memory.attended = attended);
            }
            self.output.forward(computer, mixed, Activation::Identity, out);
        });
    }
}

impl Recurrence {
    fn read(checkpoint: &mut Checkpoint<'_>, spec: &Spec, place: Place, inner: usize) -> Result<Self, EngineError> {
        let block = Block::SelfAttention;
        Ok(match spec.cell {
            Cell::SelfAttention => Self::Attention(
                checkpoint.linear(&['q', 'k', 'v'].map(|part| place.projection(block, part)), spec.width, inner)?,
                checkpoint.linear(&[place.projection(block, 'o')], inner, spec.width)?,
            ),
            Cell::Ssru => Self::Ssru(checkpoint.linear(&place.cell(), spec.width, spec.width)?),
        })
    }
}

/// Adds the newest keys and values to the histories, and lets every hypothesis look at its own.
fn recall(
    computer: &Computer,
    projected: &[f32],
    parts: &mut [Part<'_>],
    index: usize,
    decoder: &Decoder,
    mixed: &mut Vec<f32>,
) {
    let width = decoder.heads.width();
    for part in parts.iter_mut() {
        let history = part.memory.history(index, width);
        for row in projected[part.rows.start * 3 * width..part.rows.end * 3 * width].chunks_exact(3 * width) {
            history.push(&row[width..2 * width], &row[2 * width..]);
        }
    }
    let rows: Vec<Recalling<'_>> = parts.iter().flat_map(|part| part.memory.recalling(index)).collect();
    mixed.resize(rows.len() * width, 0.0);
    let queries = Strided { values: projected, stride: 3 * width };
    let bias = decoder.bias.as_ref().map(RelativeBias::bias);
    attention::recall(computer.isa, queries, &rows, decoder.heads, bias, mixed, &computer.team);
}
