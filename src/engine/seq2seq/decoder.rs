use tch::{Device, Kind, Tensor};

use super::{
    config::SsruConfig,
    encoder::Encoded,
    layers::{AddNorm, FeedForward, Linear, Projections, attention},
    weights::Weights,
};
use crate::engine::EngineError;

/// The decoder: a simpler simple recurrent unit in place of self-attention (Kim et al. 2019), then cross-attention.
pub(super) struct Decoder {
    layers: Vec<DecoderLayer>,
    heads: i64,
    dim: i64,
}

struct DecoderLayer {
    /// The cell's candidate and forget gate in one product.
    cell: Linear,
    cell_norm: AddNorm,
    cross: Projections,
    feed_forward: FeedForward,
}

/// What decoding of one batch carries along: `batch` sources with `beams` hypotheses each.
pub(super) struct DecoderState {
    /// For each layer [batch * beams, dim].
    cells: Vec<Tensor>,
    /// For each layer keys and values [batch, heads, length, dim / heads], one per source, shared by its beams.
    cross: Vec<(Tensor, Tensor)>,
    /// [batch, 1, 1, length].
    mask: Tensor,
}

impl Decoder {
    pub(super) fn read(weights: &mut Weights, config: &SsruConfig) -> Result<Self, EngineError> {
        let layers = (1..=config.dec_layers).map(|number| DecoderLayer::read(weights, number, config));
        Ok(Self { layers: layers.collect::<Result<_, _>>()?, heads: config.heads, dim: config.dim })
    }

    pub(super) fn start(&self, encoded: &Encoded, beams: i64) -> DecoderState {
        let (batch, length, _) = encoded.states.size3().unwrap_or_default();
        let rows = encoded.states.view([batch * length, self.dim]);
        let split = |linear: &Linear| {
            let heads = linear.forward(&rows).view([batch, length, self.heads, self.dim / self.heads]);
            heads.transpose(1, 2).contiguous()
        };
        let cross = self.layers.iter().map(|layer| (split(&layer.cross.key), split(&layer.cross.value))).collect();
        let cells = self.layers.iter().map(|_| Tensor::zeros([batch * beams, self.dim], (Kind::Float, Device::Cpu)));
        DecoderState { cells: cells.collect(), cross, mask: encoded.mask.shallow_clone() }
    }

    /// One step: embedded tokens [batch * beams, dim] to states of the same shape.
    pub(super) fn step(&self, embedded: &Tensor, state: &mut DecoderState) -> Tensor {
        let mut rows = embedded.shallow_clone();
        for (index, layer) in self.layers.iter().enumerate() {
            rows = layer.recur(&rows, &mut state.cells[index]);
            rows = layer.look_at_source(&rows, &state.cross[index], &state.mask, self.heads);
            rows = layer.feed_forward.forward(&rows);
        }
        rows
    }
}

impl DecoderLayer {
    fn read(weights: &mut Weights, number: usize, config: &SsruConfig) -> Result<Self, EngineError> {
        let name = format!("decoder_l{number}");
        let dim = config.dim;
        let candidate = Linear::without_bias(weights.take(&format!("{name}_rnn_W"), &[dim, dim])?);
        let gate = Linear::read(weights, &format!("{name}_rnn_Wf"), &format!("{name}_rnn_bf"), dim, dim)?;
        Ok(Self {
            cell: Linear::beside(&[candidate, gate]),
            cell_norm: AddNorm::read(weights, &format!("{name}_rnn_ffn"), config)?,
            cross: Projections::read(weights, &format!("{name}_context"), config)?,
            feed_forward: FeedForward::read(weights, &format!("{name}_ffn"), config)?,
        })
    }

    /// `c = f * c + (1 - f) * z`, `f = sigmoid(x Wf + bf)`, `z = x W`; the output is `relu(c)`.
    fn recur(&self, rows: &Tensor, cell: &mut Tensor) -> Tensor {
        let parts = self.cell.forward(rows).chunk(2, 1);
        *cell = parts[0].lerp_tensor(cell, &parts[1].sigmoid());
        self.cell_norm.forward(rows, &cell.relu())
    }

    /// Cross-attention, with the beams of one source folded into the query length.
    fn look_at_source(&self, rows: &Tensor, source: &(Tensor, Tensor), mask: &Tensor, heads: i64) -> Tensor {
        let (count, dim) = rows.size2().unwrap_or_default();
        let batch = source.0.size()[0];
        let queries = self.cross.query.forward(rows).view([batch, count / batch, heads, dim / heads]).transpose(1, 2);
        let mixed = attention(&queries, &source.0, &source.1, mask).transpose(1, 2).reshape([count, dim]);
        self.cross.norm.forward(rows, &self.cross.output.forward(&mixed))
    }
}

impl DecoderState {
    /// Keeps the sources at `sources`, and of the rows those at `rows`, in these orders.
    pub(super) fn select(&mut self, sources: Option<&[i64]>, rows: &[i64]) {
        let rows = Tensor::from_slice(rows);
        for cell in &mut self.cells {
            *cell = cell.index_select(0, &rows);
        }
        let Some(sources) = sources else { return };
        let sources = Tensor::from_slice(sources);
        self.mask = self.mask.index_select(0, &sources);
        for (keys, values) in &mut self.cross {
            *keys = keys.index_select(0, &sources);
            *values = values.index_select(0, &sources);
        }
    }
}
